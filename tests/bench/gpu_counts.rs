//! What a training step and a forward pass ask of WebGPU. SwiftShader counts as well as any other adapter.

use std::time::Duration;

use serde_json::Value;
use tabtune::protocol::DevicePreference;
use tabtune::train::config::{Method, TrainConfig};
use tokio::time::sleep;

use crate::bench_page::BenchPage;
use crate::page::Result;
use crate::plan::{Outcome, Plan};
use crate::tabtune::Tabtune;
use crate::training::config;

const COUNTS: [(&str, &str); 7] = [
    ("dispatches", "dispatches"),
    ("submits", "submits"),
    ("writes", "writes"),
    ("bytesWritten", "bytes written"),
    ("readBacks", "read-backs"),
    ("pipelines", "pipelines"),
    ("steps", "steps"),
];
/// Texts of a run that goes on: an epoch is many steps.
const TEXTS: usize = 128;
/// Until the first epoch is over, which has the vectors of all texts read back.
const FIRST_EPOCH: Duration = Duration::from_secs(40);
/// No checkpoint lies in most of them: there is one every ten seconds, which is read back a tensor at a time.
const A_WHILE: Duration = Duration::from_secs(2);

/// Counts for the plan's one contender on the plan's first case.
pub async fn measure(page: &BenchPage, plan: &Plan, outcome: &mut Outcome) -> Result {
    let contender = plan.contenders.first().ok_or("no contender counts")?;
    let case = plan.cases.first().ok_or("there are no texts")?;
    let gpu = DevicePreference::Gpu;
    let mut worker = Tabtune::open(page, contender, gpu, &plan.encoder).await?;
    worker.learn_from(&case.texts).await?;
    worker.train(config(case.texts.len()), true).await?;
    let (mut steps, mut passes) = (Vec::new(), Vec::new());
    for round in 0..=plan.rounds {
        page.counts(&worker.name).await?;
        worker.step().await?;
        let step = page.counts(&worker.name).await?;
        worker.predict(&case.texts).await?;
        let pass = page.counts(&worker.name).await?;
        if round > 0 {
            steps.push(step);
            passes.push(pass);
        }
    }
    worker.close().await?;

    let mut worker = Tabtune::open(page, contender, gpu, &plan.encoder).await?;
    let texts: Vec<String> = case.texts.iter().cycle().take(TEXTS).cloned().collect();
    worker.learn_from(&texts).await?;
    // A step of the head alone takes well below the log interval, which steps of an encoder do on a GPU, but not here.
    let head = TrainConfig {
        method: Method::HeadOnly,
        ..config(case.texts.len())
    };
    worker.train(head, false).await?;
    sleep(FIRST_EPOCH).await;
    let mut going_on = Vec::new();
    for _ in 0..plan.rounds {
        going_on.push(a_while(page, &worker).await?);
    }
    worker.close().await?;

    for (what, found) in [
        ("step", steps),
        ("forward", passes),
        ("step of the head, going on,", going_on),
    ] {
        for (name, unit) in COUNTS {
            let values = found
                .iter()
                .filter_map(|counts: &Value| counts[name].as_f64());
            let values: Vec<f64> = values.collect();
            if values.is_empty() {
                continue;
            }
            let case = format!("{what} {}", case.name);
            outcome.add("gpu-counts", &case, contender, unit, values);
        }
    }
    Ok(())
}

/// What a run asks for in [`A_WHILE`], by its steps; and how many they are.
async fn a_while(page: &BenchPage, worker: &Tabtune<'_>) -> Result<Value> {
    page.counts(&worker.name).await?;
    page.heard(&worker.name).await?;
    sleep(A_WHILE).await;
    let mut counts = page.counts(&worker.name).await?;
    let heard = page.heard(&worker.name).await?;
    let steps: usize = heard
        .iter()
        .filter_map(|event| event.fields["steps"].as_array().map(Vec::len))
        .sum();
    if let Some(counts) = counts.as_object_mut() {
        for count in counts.values_mut() {
            *count = (count.as_f64().unwrap_or_default() / steps as f64).into();
        }
        counts.insert("steps".to_owned(), steps.into());
    }
    Ok(counts)
}
