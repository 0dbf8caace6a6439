//! Steps, epochs and memory of training in Tabtune's worker. No peer trains in a browser.

use std::time::Duration;

use tabtune::protocol::DevicePreference;
use tabtune::train::config::TrainConfig;
use tokio::time::sleep;

use crate::bench_page::{BenchPage, Heard};
use crate::page::Result;
use crate::plan::{Contender, Outcome, Plan};
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

/// A step of LoRA with the page's settings, on each case whose texts have one length.
pub async fn steps(page: &BenchPage, plan: &Plan, outcome: &mut Outcome) -> Result {
    for case in plan.cases.iter().filter(|case| case.tokens.is_some()) {
        let mut ready = Vec::new();
        for contender in builds(plan) {
            let cpu = DevicePreference::Cpu;
            let mut worker = Tabtune::open(page, contender, cpu, &plan.encoder).await?;
            worker.learn_from(&case.texts).await?;
            worker.train(config(case.texts.len()), true).await?;
            ready.push((contender, worker, Vec::new()));
        }
        for round in 0..=plan.rounds {
            for (_, worker, values) in &mut ready {
                let milliseconds = worker.step().await?;
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

/// Epochs over the review sentences with the page's settings and encoder, validation included; and the memory of the worker
/// in training.
pub async fn epochs(page: &BenchPage, plan: &Plan, outcome: &mut Outcome) -> Result {
    let epochs = plan.rounds.min(MOST_EPOCHS);
    for contender in builds(plan) {
        let cpu = DevicePreference::Cpu;
        let mut worker = Tabtune::open(page, contender, cpu, &plan.small_encoder).await?;
        worker.learn_from_sample("uci").await?;
        let config = TrainConfig {
            epochs: epochs + 1,
            ..TrainConfig::default()
        };
        worker.train(config, false).await?;
        // The first epoch warms up.
        let mut validated = Vec::new();
        while validated.len() <= epochs as usize {
            sleep(GLANCE).await;
            let heard = page.heard(&worker.name).await?;
            let ends = heard.iter().filter(|event| event.name == "Validated");
            validated.extend(ends.map(|event| event.at));
        }
        let a_minute = validated
            .windows(2)
            .map(|pair| 60_000.0 / (pair[1] - pair[0]));
        outcome.add(
            "epochs",
            "uci",
            contender,
            "epochs a minute",
            a_minute.collect(),
        );
        worker.close().await?;

        if let Some(case) = plan.cases.iter().find(|case| case.name == MEMORY_CASE) {
            let mut worker = Tabtune::open(page, contender, cpu, &plan.small_encoder).await?;
            worker.learn_from(&case.texts).await?;
            worker.train(self::config(case.texts.len()), true).await?;
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
