//! Measures Tabtune in the browser, and its peers beside it: `cargo xtask bench`.

mod bench_page;
mod forward;
mod gpu_counts;
mod loading;
#[path = "../e2e/page.rs"]
#[allow(dead_code, reason = "the end-to-end tests use more of it")]
mod page;
mod plan;
#[path = "../e2e/scratch.rs"]
mod scratch;
mod tabtune;
mod training;

use scratch::Scratch;

use bench_page::BenchPage;
use page::{PLAIN, Result, SWIFTSHADER, variable};
use plan::{Group, Outcome, Plan};

#[tokio::main]
async fn main() -> Result {
    let plan: Plan = serde_json::from_slice(&std::fs::read(variable("TABTUNE_BENCH_PLAN")?)?)?;
    let counts_gpu = plan.groups.contains(&Group::GpuCounts);
    let flags = if counts_gpu { SWIFTSHADER } else { PLAIN };
    let bench = BenchPage::open(flags).await?;
    let mut outcome = Outcome {
        facts: bench.facts().await?,
        ..Outcome::default()
    };
    for group in &plan.groups {
        match group {
            Group::Forward => forward::measure(&bench, &plan, &mut outcome).await?,
            Group::Training => training::steps(&bench, &plan, &mut outcome).await?,
            Group::Epochs => training::epochs(&bench, &plan, &mut outcome).await?,
            Group::Loading => loading::measure(&plan, &mut outcome).await?,
            Group::GpuCounts => gpu_counts::measure(&bench, &plan, &mut outcome).await?,
        }
    }
    bench.page.close().await?;
    std::fs::write(
        variable("TABTUNE_BENCH_OUT")?,
        serde_json::to_vec(&outcome)?,
    )?;
    Ok(())
}
