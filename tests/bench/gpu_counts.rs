//! What a training step and a forward pass ask of WebGPU. SwiftShader counts as well as any other adapter.

use serde_json::Value;
use tabtune::protocol::DevicePreference;

use crate::bench_page::BenchPage;
use crate::page::Result;
use crate::plan::{Outcome, Plan};
use crate::tabtune::Tabtune;
use crate::training::config;

const COUNTS: [(&str, &str); 5] = [
    ("dispatches", "dispatches"),
    ("submits", "submits"),
    ("writes", "writes"),
    ("bytesWritten", "bytes written"),
    ("readBacks", "read-backs"),
];

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
    for (what, found) in [("step", steps), ("forward", passes)] {
        for (name, unit) in COUNTS {
            let values = found
                .iter()
                .filter_map(|counts: &Value| counts[name].as_f64());
            let case = format!("{what} {}", case.name);
            outcome.add("gpu-counts", &case, contender, unit, values.collect());
        }
    }
    Ok(())
}
