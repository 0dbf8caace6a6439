//! Which device is chosen, and what happens when it is lost.

use std::time::Duration;

use crate::page::{PLAIN, Page, Result, SWIFTSHADER};

async fn chosen(query: &str, flags: &[&str]) -> Result<(String, String)> {
    let page = Page::open(query, flags).await?;
    let device = page.attribute("device-badge", "data-device").await?;
    let reason = page.attribute("device-badge", "data-reason").await?;
    page.close().await?;
    Ok((device, reason))
}

fn is(device: &str, reason: &str) -> (String, String) {
    (device.to_owned(), reason.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cpu_where_there_is_no_webgpu() -> Result {
    let (device, reason) = chosen("", PLAIN).await?;
    assert_eq!(device, "cpu");
    assert!(
        ["no-web-gpu", "no-adapter"].contains(&reason.as_str()),
        "{reason}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cpu_where_webgpu_is_emulated() -> Result {
    assert_eq!(
        chosen("", SWIFTSHADER).await?,
        is("cpu", "software-adapter")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_that_is_asked_for() -> Result {
    assert_eq!(
        chosen("?device=cpu", SWIFTSHADER).await?,
        is("cpu", "requested")
    );
    assert_eq!(
        chosen("?device=gpu", SWIFTSHADER).await?,
        is("gpu", "requested")
    );
    let (device, reason) = chosen("?device=gpu", PLAIN).await?;
    assert_eq!(device, "cpu", "{reason}");
    Ok(())
}

/// The browser's GPU process is killed in the middle of a run: the page says so and, if the user agrees, goes on with the
/// CPU.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_gpu_does_not_end_the_run() -> Result {
    let minutes = Duration::from_secs(60);
    let page = Page::open_with("?device=gpu", SWIFTSHADER, "tiny-bert").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.click("start").await?;
    page.until("progress", "data-step", 5 * minutes, |step| step >= 2.0)
        .await?;

    page.kill_gpu_process().await?;
    page.element_within("gpu-failed", 2 * minutes).await?;
    page.click("use-cpu").await?;

    page.element_within("device-badge[data-device='cpu']", 5 * minutes)
        .await?;
    page.element("notice").await?;
    let step = page.number("progress", "data-step").await?;
    page.until("progress", "data-step", 2 * minutes, |now| now > step + 5.0)
        .await?;
    page.close().await
}
