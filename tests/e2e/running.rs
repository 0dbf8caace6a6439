//! The run: presets, single steps, another learning rate, estimates, and how long it takes from an open page to a file.

use std::time::{Duration, Instant};

use crate::Scratch;
use crate::page::{PLAIN, Page, Result};
use crate::training::screenshots;

const MINUTES: Duration = Duration::from_secs(60);

async fn checked(page: &Page, test_id: &str) -> Result<bool> {
    Ok(page.has(test_id).await? && page.element(test_id).await?.is_selected().await?)
}

/// Presets fill in the settings; a changed setting is the user's own.
#[tokio::test(flavor = "multi_thread")]
async fn presets_fill_in_the_settings() -> Result {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    assert!(checked(&page, "preset-balanced").await?);
    assert!(!page.has("preset-custom").await?);
    let setting = async |name: &str| -> Result<String> {
        let script = format!("return document.querySelector(`[data-setting='{name}']`).value");
        Ok(page.driver.execute(script, vec![]).await?.convert()?)
    };
    page.click("preset-thorough").await?;
    assert_eq!(setting("Best weights").await?, "score");
    assert!(setting("LoRA targets").await?.contains("intermediate"));
    page.click("preset-instant").await?;
    assert_eq!(setting("Method").await?, "head_only");
    assert_eq!(setting("Best weights").await?, "false");
    page.set("Seed", "5").await?;
    assert!(checked(&page, "preset-instant").await?);
    page.set("Epochs", "3").await?;
    page.element("preset-custom").await?;
    assert!(checked(&page, "preset-custom").await?);
    page.click("preset-balanced").await?;
    assert!(checked(&page, "preset-balanced").await?);
    assert_eq!(setting("Seed").await?, "5");
    screenshots(&page, "presets").await?;
    page.close().await
}

/// A run that is begun by single steps, goes on with another learning rate, and is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn single_steps_and_another_learning_rate() -> Result {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "50").await?;
    for step in 1..=3 {
        page.click("step").await?;
        page.until("progress", "data-step", MINUTES, |done| {
            done == f64::from(step)
        })
        .await?;
        page.element("resume:not([disabled])").await?;
    }
    assert!(page.driver.title().await?.starts_with("Paused"));
    let rate = async || -> Result<f64> {
        let figure = page
            .element("figures [data-figure='learning-rate']")
            .await?;
        Ok(figure.text().await?.parse()?)
    };
    let before = rate().await?;
    page.unfold().await?;
    page.type_in("rate-input", "0.5x").await?;
    assert!(
        page.element("rate-apply")
            .await?
            .attr("disabled")
            .await?
            .is_some()
    );
    page.type_in("rate-input", "0.0002").await?;
    page.click("rate-apply").await?;
    page.message("rate-changes", "after step 3").await?;
    page.click("step").await?;
    page.until("progress", "data-step", MINUTES, |done| done == 4.0)
        .await?;
    page.element("resume:not([disabled])").await?;
    // A tenth, and a step further up the warm-up.
    let after = rate().await?;
    assert!(after < before / 5.0, "{before} then {after}");
    page.click("resume").await?;
    page.until("progress", "data-step", MINUTES, |done| done > 8.0)
        .await?;
    screenshots(&page, "running").await?;
    page.click("stop").await?;
    page.element("test-accuracy").await?;
    assert!(page.driver.title().await?.starts_with("Done"));
    page.close().await
}

/// The estimate comes unasked, follows the settings at once, and says afterwards how good it was.
#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_follows_the_settings() -> Result {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.settle().await?;
    page.click("sample-uci").await?;
    page.element("estimate[data-seconds]").await?;
    let seconds = async || page.number("estimate", "data-seconds").await;
    let four = seconds().await?;
    page.set("Epochs", "8").await?;
    let eight = seconds().await?;
    // What comes once a run is part of it, and may be most of it where the machine was busy when it was measured.
    assert!(eight > four && eight < 2.7 * four, "{four} then {eight}");
    assert!(page.number("estimate", "data-memory").await? > 1e6);
    page.set("Epochs", "1").await?;
    page.set("Batch size", "8").await?;
    // Measured anew, or cut off by the click: either way the run begins.
    page.click("start").await?;
    page.element("test-accuracy").await?;
    page.element("baseline").await?;

    page.element("estimate[data-seconds]").await?;
    page.click("start").await?;
    page.until("progress", "data-step", MINUTES, |step| step >= 1.0)
        .await?;
    page.element("run-details[data-estimated]").await?;
    let taken = page.number("run-details", "data-seconds").await?;
    let estimated = page.number("run-details", "data-estimated").await?;
    println!("estimated {estimated:.1} s, taken {taken:.1} s");
    assert!(estimated > 0.0);
    page.close().await
}

/// What a visitor does who wants a model in no time: opens the page, trains on the sample with the embedded encoder, and
/// saves the result.
#[tokio::test(flavor = "multi_thread")]
async fn from_open_to_export_in_two_minutes() -> Result {
    let scratch = Scratch::new("two-minutes")?;
    let begun = Instant::now();
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.save_into(scratch.path()).await?;
    page.element("encoder-summary[data-encoder='paraphrase-MiniLM-L3-v2']")
        .await?;
    page.click("sample-uci").await?;
    page.click("preset-instant").await?;
    page.element("dataset-summary").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", 10 * MINUTES).await?;
    let trained = begun.elapsed();
    page.click("save-tabtune").await?;
    let file = page
        .saved(&scratch.path().join("uci.tabtune-model"))
        .await?;
    let whole = begun.elapsed();
    let accuracy = page.number("test-accuracy", "data-value").await?;
    let before = page.number("baseline", "data-before").await?;
    println!(
        "from the open page to a saved model in {:.0} s (trained and tested after {:.0} s), test accuracy {accuracy:.4}, \
         before training {before:.4}",
        whole.as_secs_f64(),
        trained.as_secs_f64()
    );
    assert!(file.starts_with(b"PK"), "a saved model is an archive");
    assert!(accuracy > 0.84, "{accuracy}");
    assert!(whole < 2 * MINUTES, "{whole:?}");
    screenshots(&page, "instant").await?;
    page.close().await
}
