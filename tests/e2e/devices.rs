//! Which device is chosen, and what happens when it is lost.

use std::time::Duration;

use thirtyfour::By;

use crate::page::{PLAIN, Page, Result, SWIFTSHADER};
use crate::site_server::SiteServer;

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

async fn threads(page: &Page) -> Result<f64> {
    page.number("device-name", "data-threads").await
}

/// The loss of the third step, to the last digit that is shown.
async fn third_loss(page: &Page) -> Result<String> {
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    for step in 1..=3 {
        page.click("step").await?;
        let minutes = Duration::from_secs(60);
        page.until("progress", "data-step", 2 * minutes, |done| {
            done == f64::from(step)
        })
        .await?;
        page.element("resume:not([disabled])").await?;
    }
    page.attribute("loss-chart", "data-last-loss").await
}

/// Each core has a thread, and the numbers are those of one; both have 8-bit integers, whose loop is put into the module's
/// table of functions.
#[tokio::test(flavor = "multi_thread")]
async fn every_core_computes_and_the_numbers_stay() -> Result {
    let mut losses = Vec::new();
    for query in ["?device=cpu", "?device=cpu&threads=1"] {
        let page = Page::open(query, PLAIN).await?;
        let cores = page
            .driver
            .execute("return navigator.hardwareConcurrency", vec![]);
        let cores: f64 = cores.await?.convert()?;
        let expected = if query.contains("threads") {
            1.0
        } else {
            cores.min(8.0)
        };
        assert_eq!(threads(&page).await?, expected, "{query}");
        losses.push(third_loss(&page).await?);
        page.click("stop").await?;
        page.element("eight-bit[data-seconds]").await?;
        page.close().await?;
    }
    assert_eq!(losses[0], losses[1]);
    Ok(())
}

/// A GPU worker without a GPU makes way for the threads, and the page still says why.
#[tokio::test(flavor = "multi_thread")]
async fn threads_take_over_where_the_gpu_is_none() -> Result {
    let page = Page::open("", SWIFTSHADER).await?;
    page.element("device-badge[data-reason='software-adapter']")
        .await?;
    page.element("device-name:not([data-threads='1'])").await?;
    page.element("encoder-summary").await?;
    page.close().await
}

/// A run with its frozen layers in 8-bit integers learns; a device that has none, or no 16-bit numbers, says so before a run
/// begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_says_which_numbers_it_has_not() -> Result {
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.element("encoder-summary").await?;
    page.settle().await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    // It is offered with the time that was measured, and is the same as the setting.
    let takes = page
        .number("eight-bit[data-seconds]", "data-seconds")
        .await?;
    let otherwise = page.number("estimate", "data-seconds").await?;
    assert!(takes > 0.0 && otherwise > 0.0);
    // Which one is quicker hangs on what the machine does meanwhile, but each is measured by itself.
    assert_ne!(takes, otherwise);
    println!("with 8-bit layers {takes:.1} s instead of {otherwise:.1} s");
    page.click("eight-bit").await?;
    let setting = By::Css("[data-setting='8-bit layers']");
    let setting = page.driver.find(setting).await?;
    assert_eq!(setting.prop("value").await?.as_deref(), Some("true"));
    page.element("preset-balanced:checked").await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", Duration::from_secs(300))
        .await?;
    let accuracy = page.number("test-accuracy", "data-value").await?;
    assert!(accuracy > 0.8, "{accuracy}");
    page.close().await?;

    let page = Page::open("?device=gpu", SWIFTSHADER).await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.element("start:not([disabled])").await?;
    let offer = By::Css("[data-testid='eight-bit']");
    assert!(!page.driver.find(offer).await?.is_displayed().await?);
    page.set_to("8-bit layers", "true").await?;
    page.element("start[disabled]").await?;
    let problem = page.driver.find(By::Css(".field .problem")).await?;
    assert!(problem.text().await?.contains("8-bit"), "not said why");
    page.set_to("8-bit layers", "false").await?;
    page.element("start:not([disabled])").await?;
    // SwiftShader has none.
    page.set_to("16-bit layers", "true").await?;
    page.element("start[disabled]").await?;
    let problem = page.driver.find(By::Css(".field .problem")).await?;
    assert!(problem.text().await?.contains("16-bit"), "not said why");
    page.set_to("16-bit layers", "false").await?;
    page.element("start:not([disabled])").await?;
    page.close().await
}

/// Threads that do not start leave one, and the page says so.
#[tokio::test(flavor = "multi_thread")]
async fn threads_that_do_not_start_leave_one() -> Result {
    let server = SiteServer::start()?;
    {
        let mut behaviour = server.behaviour();
        behaviour.sends_headers = true;
        behaviour.withheld.push("worker-threads_thread.js".into());
    }
    let page = Page::start(PLAIN).await?;
    page.driver
        .goto(format!("{}?device=cpu", server.url()))
        .await?;
    page.element("device-name[data-threads='1']").await?;
    page.message("device-reason", "more did not start").await?;
    page.element("encoder-summary").await?;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    page.close().await
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
