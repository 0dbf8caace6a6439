//! Trains in the built page for long and samples how it does: `cargo xtask soak`.

#[path = "../e2e/page.rs"]
#[allow(dead_code, reason = "the end-to-end tests use more of it")]
mod page;
#[path = "../e2e/scratch.rs"]
mod scratch;

use std::time::Duration;

use scratch::Scratch;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use page::{PLAIN, Page, Result, variable};

const INTERVAL: Duration = Duration::from_secs(10);

/// How the page does at some time.
#[derive(Debug, Clone, Copy, Serialize)]
struct Sample {
    seconds: f64,
    step: f64,
    /// Milliseconds of a step since the sample before.
    step_milliseconds: f64,
    /// Bytes of the page's own heap.
    page_heap: f64,
    /// Megabytes of the worker's memory, as the page shows them.
    worker_memory: Option<f64>,
}

#[tokio::main]
async fn main() -> Result {
    let minutes: f64 = variable("TABTUNE_SOAK_MINUTES")?.parse()?;
    let out = variable("TABTUNE_SOAK_OUT")?;
    let page = Page::open(&variable("TABTUNE_SOAK_QUERY")?, PLAIN).await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "1000").await?;
    page.click("start").await?;
    let minute = Duration::from_secs(60);
    page.until("progress", "data-step", 5 * minute, |step| step >= 2.0)
        .await?;

    let begun = Instant::now();
    let (mut samples, mut last) = (Vec::new(), (0.0, step(&page).await?));
    while begun.elapsed().as_secs_f64() < minutes * 60.0 {
        sleep(INTERVAL).await;
        let now = (begun.elapsed().as_secs_f64(), step(&page).await?);
        let steps = now.1 - last.1;
        let sample = Sample {
            seconds: now.0,
            step: now.1,
            step_milliseconds: (now.0 - last.0) * 1000.0 / steps.max(1.0),
            page_heap: number(&page, "return performance.memory.usedJSHeapSize")
                .await?
                .unwrap_or_default(),
            worker_memory: number(
                &page,
                "const shown = document.querySelector(`[data-figure='memory']`)?.textContent;
                return shown ? parseFloat(shown.replace(/,/g, '')) : null",
            )
            .await?,
        };
        println!("{sample:?}");
        samples.push(sample);
        last = now;
        std::fs::write(&out, serde_json::to_vec_pretty(&samples)?)?;
    }
    page.close().await?;
    compare(&samples)
}

async fn step(page: &Page) -> Result<f64> {
    page.number("progress", "data-step").await
}

async fn number(page: &Page, script: &str) -> Result<Option<f64>> {
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

/// Prints the first third beside the last one.
///
/// # Errors
/// If no step was taken in all the time between two samples.
fn compare(samples: &[Sample]) -> Result {
    let third = samples.len().div_ceil(3);
    let (first, last) = (&samples[..third], &samples[samples.len() - third..]);
    let figures: [(&str, fn(&Sample) -> Option<f64>); 3] = [
        ("step, ms", |sample| Some(sample.step_milliseconds)),
        ("page's heap, MB", |sample| Some(sample.page_heap / 1e6)),
        ("worker, MB", |sample| sample.worker_memory),
    ];
    println!("{:<20} {:>24} {:>24}", "", "first third", "last third");
    for (name, figure) in figures {
        let spread = |samples: &[Sample]| {
            let mut found: Vec<f64> = samples.iter().filter_map(figure).collect();
            found.sort_by(f64::total_cmp);
            match found[..] {
                [] => "not told".to_owned(),
                [least, ..] => format!(
                    "{:.1} ({least:.1} to {:.1})",
                    found[found.len() / 2],
                    found[found.len() - 1]
                ),
            }
        };
        println!("{name:<20} {:>24} {:>24}", spread(first), spread(last));
    }
    match samples.windows(2).find(|pair| pair[0].step == pair[1].step) {
        Some(pair) => Err(format!("the run stood still at step {}", pair[0].step).into()),
        None => Ok(()),
    }
}
