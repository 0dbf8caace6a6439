//! What a GPU has compiled before a run begins.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use tabtune::offline::SERVICE_WORKER;

use crate::Scratch;
use crate::page::{Page, Result, SWIFTSHADER};
use crate::site_server::SiteServer;

const MINUTES: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_secs(1);
/// How often in a row the worker is found without work, a second apart, once it has nothing left to do.
const QUIET: usize = 8;

/// Before the loader of the GPU worker: tells the page of each pipeline that is made, and of what the worker is at whenever it
/// is asked for a sign of life. Its clock goes slowly: where a step takes as long as it may in software nothing is compiled
/// ahead, as the first step is slow anyhow.
const COUNTING: &str = r#"
const now = performance.now.bind(performance);
performance.now = () => now() / 8;
const channel = new BroadcastChannel("pipelines");
for (const method of ["createComputePipeline", "createComputePipelineAsync"]) {
  const original = GPUDevice.prototype[method];
  GPUDevice.prototype[method] = function (...given) {
    channel.postMessage("pipeline");
    return original.apply(this, given);
  };
}
const post = self.postMessage.bind(self);
self.postMessage = (...given) => {
  const pong = given[0]?.message?.Pong;
  if (pong) channel.postMessage(pong.turn == null ? "idle" : "busy");
  return post(...given);
};
"#;

/// Hears what the loader tells.
const LISTENING: &str = r#"
window.pipelines = 0;
window.idle = 0;
new BroadcastChannel("pipelines").onmessage = ({ data }) => {
  if (data === "pipeline") window.pipelines++;
  window.idle = data === "idle" ? window.idle + 1 : 0;
};
"#;

async fn number(page: &Page, expression: &str) -> Result<usize> {
    let script = format!("return {expression}");
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

/// Pipelines that were made so far.
async fn pipelines(page: &Page) -> Result<usize> {
    number(page, "window.pipelines").await
}

/// Texts of many lengths, in two labels.
fn reviews() -> String {
    let words = [
        "the", "food", "was", "good", "and", "cheap", "but", "not", "for", "me",
    ];
    let mut csv = "text,label\n".to_owned();
    for row in 0..48 {
        let length = 2 + 7 * row % 11;
        let text: Vec<&str> = (0..length).map(|at| words[(row + 3 * at) % 10]).collect();
        let label = ["bad", "good"][row % 2];
        let _ = writeln!(csv, "{} {row},{label}", text.join(" "));
    }
    csv
}

/// While the user looks at the data the GPU compiles what a run needs: nothing is left to compile for its steps, its
/// evaluations and predictions.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_finds_its_pipelines_compiled() -> Result {
    let server = SiteServer::start()?;
    {
        let mut behaviour = server.behaviour();
        behaviour.sends_headers = true;
        let loader = "worker-gpu_loader.js";
        let script = [COUNTING.as_bytes(), &behaviour.built(loader)?].concat();
        behaviour.altered.insert(loader.to_owned(), script);
        // It would not keep what is not the build's.
        behaviour.withheld.push(SERVICE_WORKER.to_owned());
    }
    let scratch = Scratch::new("warm-up")?;
    let page = Page::start(SWIFTSHADER).await?;
    page.driver
        .goto(format!("{}?device=gpu", server.url()))
        .await?;
    page.driver.execute(LISTENING, vec![]).await?;
    page.element_within("encoder-summary", 5 * MINUTES).await?;
    page.unfold().await?;
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-bert");
    page.choose("encoder-folder", &tiny).await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.set("Epochs", "1").await?;
    // Software takes long for a step.
    page.set("Batch size", "4").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary").await?;
    page.element_within("estimate[data-seconds]", 10 * MINUTES)
        .await?;
    let estimated = pipelines(&page).await?;
    page.driver.execute("window.idle = 0", vec![]).await?;
    let begun = Instant::now();
    while number(&page, "window.idle").await? < QUIET {
        assert!(begun.elapsed() < 10 * MINUTES, "the worker finds no rest");
        tokio::time::sleep(GLANCE).await;
    }
    let before = pipelines(&page).await?;
    assert!(before > 20, "{before} pipelines are counted");

    page.click("step").await?;
    page.until("progress", "data-step", 5 * MINUTES, |step| step == 1.0)
        .await?;
    let after_step = pipelines(&page).await?;
    page.element("resume:not([disabled])").await?;
    page.click("resume").await?;
    page.element_within("test-accuracy", 10 * MINUTES).await?;
    let after_run = pipelines(&page).await?;
    page.predict("The food was great.").await?;
    let after_prediction = pipelines(&page).await?;
    println!(
        "pipelines: {estimated} until it was estimated, {before} beforehand, {} in the first step, {} in the rest of the run, {} in a prediction",
        after_step - before,
        after_run - after_step,
        after_prediction - after_run
    );
    assert_eq!(after_step, before, "made in the first step");
    assert_eq!(after_run, after_step, "made in the rest of the run");
    assert_eq!(after_prediction, after_run, "made in a prediction");
    page.close().await
}
