//! Steps, epochs and memory of training in Tabtune's worker. No peer trains in a browser.

use std::time::Duration;

use tabtune::protocol::{DevicePreference, Precision};
use tabtune::train::config::{Method, TrainConfig};
use tokio::time::sleep;

use crate::bench_page::{BenchPage, Heard};
use crate::page::Result;
use crate::plan::{Contender, Outcome, Plan, in_a_row};
use crate::tabtune::Tabtune;

const GLANCE: Duration = Duration::from_millis(250);

/// Most epochs that are counted: each takes about a minute.
const MOST_EPOCHS: u32 = 3;

/// The case whose shape memory is told for.
const MEMORY_CASE: &str = "16x64";

fn builds(plan: &Plan) -> impl Iterator<Item = &Contender> {
    plan.contenders
        .iter()
        .filter(|contender| contender.is_tabtune)
}

/// The same settings, with the frozen layers in the contender's precision.
fn in_precision_of(contender: &Contender, config: TrainConfig) -> TrainConfig {
    TrainConfig {
        load_in_8bit: contender.precision == Precision::Int8,
        ..config
    }
}

/// A step of LoRA with the page's settings, on each case whose texts have one length.
pub async fn steps(page: &BenchPage, plan: &Plan, outcome: &mut Outcome) -> Result {
    for case in plan.cases.iter().filter(|case| case.tokens.is_some()) {
        let mut ready = Vec::new();
        for contender in builds(plan) {
            let cpu = DevicePreference::Cpu;
            let mut worker = Tabtune::open(page, contender, cpu, &plan.encoder).await?;
            worker.learn_from(&case.texts).await?;
            let config = in_precision_of(contender, config(case.texts.len()));
            worker.train(config, true).await?;
            ready.push((contender, worker, Vec::new()));
        }
        for round in 0..=plan.rounds {
            for (_, worker, values) in &mut ready {
                let milliseconds = in_a_row(async || worker.step().await).await?;
                if round > 0 {
                    values.push(milliseconds);
                }
            }
        }
        for (contender, worker, values) in ready {
            outcome.add("training", &case.name, contender, "ms", values);
            worker.close().await?;
        }
    }
    Ok(())
}

/// Epochs over the review sentences, validation included: with the page's settings and encoder, and of the last layer of the
/// larger encoder, whose first epoch runs the layers below for all that follow; and the memory of the worker in training.
pub async fn epochs(page: &BenchPage, plan: &Plan, outcome: &mut Outcome) -> Result {
    let last_layer = Method::LastLayers {
        layers: 1,
        unfreeze_every: None,
    };
    for contender in builds(plan) {
        let cpu = DevicePreference::Cpu;
        for (case, encoder, method) in [
            ("uci", &plan.small_encoder, Method::Lora),
            ("uci, last layer", &plan.encoder, last_layer),
        ] {
            if method != Method::Lora && contender.precision == Precision::Int8 {
                // Its frozen layers run once a text, in floating point.
                continue;
            }
            let mut worker = Tabtune::open(page, contender, cpu, encoder).await?;
            let config = in_precision_of(contender, TrainConfig::default());
            let config = TrainConfig { method, ..config };
            let [first, later] = epochs_a_minute(&mut worker, config, plan.rounds).await?;
            let unit = "epochs a minute";
            if method == last_layer {
                let case = format!("{case}, first epoch");
                outcome.add("epochs", &case, contender, unit, first);
            }
            outcome.add("epochs", case, contender, unit, later);
            worker.close().await?;
        }

        if let Some(case) = plan.cases.iter().find(|case| case.name == MEMORY_CASE) {
            let mut worker = Tabtune::open(page, contender, cpu, &plan.small_encoder).await?;
            worker.learn_from(&case.texts).await?;
            let config = in_precision_of(contender, config(case.texts.len()));
            worker.train(config, true).await?;
            for _ in 0..plan.rounds {
                worker.step().await?;
            }
            let most = page
                .heard(&worker.name)
                .await?
                .iter()
                .filter_map(memory)
                .reduce(f64::max);
            let megabytes = most.ok_or("the worker told of no memory")? / 1e6;
            outcome.add("memory", MEMORY_CASE, contender, "MB", vec![megabytes]);
            worker.close().await?;
        }
    }
    Ok(())
}

/// How quickly the first epoch of a run over the review sentences is done, and those after it.
async fn epochs_a_minute(
    worker: &mut Tabtune<'_>,
    config: TrainConfig,
    rounds: u32,
) -> Result<[Vec<f64>; 2]> {
    worker.learn_from_sample("uci").await?;
    let epochs = rounds.min(MOST_EPOCHS) + 1;
    worker
        .train(TrainConfig { epochs, ..config }, false)
        .await?;
    let mut ends = Vec::new();
    while ends.len() <= epochs as usize {
        sleep(GLANCE).await;
        let heard = worker.page.heard(&worker.name).await?;
        ends.extend(heard.into_iter().filter_map(|event| {
            let ends = matches!(event.name.as_str(), "TrainingStarted" | "Validated");
            ends.then_some(event.at)
        }));
    }
    let mut all: Vec<f64> = ends
        .windows(2)
        .map(|pair| 60_000.0 / (pair[1] - pair[0]))
        .collect();
    let later = all.split_off(1);
    Ok([all, later])
}

/// The page's settings, with all texts in one batch and more epochs than there will be steps.
pub fn config(texts: usize) -> TrainConfig {
    TrainConfig {
        batch_size: texts as u32,
        max_length: 128,
        epochs: 1000,
        ..TrainConfig::default()
    }
}

/// Bytes of the worker's memory, which never shrinks.
fn memory(event: &Heard) -> Option<f64> {
    event.fields.pointer("/pace/memory")?.as_f64()
}
