//! What the results show: curves, the threshold, the runs side by side, the report as a file.

use std::fs;
use std::path::Path;

use thirtyfour::prelude::*;

use crate::Scratch;
use crate::page::{PATIENCE, PLAIN, Page, Result};
use crate::training::screenshots;

/// Trains the tiny encoder for a moment on the review sentences, until they are tested.
async fn train(page: &Page, epochs: &str) -> Result {
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", epochs).await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;
    Ok(())
}

/// What a chart reads out.
async fn readout(page: &Page, chart: &str) -> Result<String> {
    let text = page
        .element(&format!("{chart} [data-testid='readout']"))
        .await?;
    Ok(text.text().await?)
}

/// Presses a key in a chart, and says what it reads out then.
async fn press(page: &Page, chart: &str, key: Key) -> Result<String> {
    let plot = page
        .element(&format!("{chart} [data-testid='plot']"))
        .await?;
    plot.send_keys(key + "").await?;
    let spoken = plot.attr("aria-valuetext").await?.unwrap_or_default();
    let shown = readout(page, chart).await?;
    assert_eq!(spoken, shown);
    Ok(shown)
}

async fn shares(page: &Page) -> Result<[f64; 4]> {
    Ok([
        page.number("threshold-precision", "data-value").await?,
        page.number("threshold-recall", "data-value").await?,
        page.number("threshold-f1", "data-value").await?,
        page.number("threshold-accuracy", "data-value").await?,
    ])
}

/// Right and wrong decisions: positive ones, then negative ones.
async fn matrix(page: &Page) -> Result<[f64; 4]> {
    let cells = page.texts("threshold-matrix tbody td").await?;
    let counts: Vec<f64> = cells
        .iter()
        .map(|cell| cell.replace(',', "").parse())
        .collect::<std::result::Result<_, _>>()?;
    let counts: [f64; 4] = counts.try_into().map_err(|counts| format!("{counts:?}"))?;
    Ok(counts)
}

/// Charts are read by keys, have a table behind them, and the threshold moves its numbers and points.
#[tokio::test(flavor = "multi_thread")]
async fn curves_are_read_and_the_threshold_moves() -> Result {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    train(&page, "2").await?;

    let first = press(&page, "training-chart", Key::Home).await?;
    assert!(first.starts_with("Step 1 · Each step"), "{first}");
    let next = press(&page, "training-chart", Key::Right).await?;
    assert!(next.starts_with("Step 2 · "), "{next}");
    let last = press(&page, "training-chart", Key::End).await?;
    assert!(last.contains("Validation"), "{last}");
    page.select("chart-quantity", "Validation Accuracy").await?;
    let score = press(&page, "training-chart", Key::End).await?;
    assert!(score.contains("Validation 0."), "{score}");

    page.unfold().await?;
    for chart in ["pr-curve", "roc-curve", "reliability", "confidences"] {
        page.element(&format!("{chart} path.mark-line, path.mark-bars"))
            .await?;
        page.element(&format!("{chart} table tbody tr:nth-child(3)"))
            .await?;
    }
    let point = press(&page, "roc-curve", Key::Home).await?;
    assert!(
        point.contains("False positive rate 0.000 · True positive rate 0.000"),
        "{point}"
    );

    let [accuracy, before] = [
        page.number("test-accuracy", "data-value").await?,
        shares(&page).await?[3],
    ];
    assert!((accuracy - before).abs() < 1e-9, "{accuracy} {before}");
    let slider = page.element("threshold-slider").await?;
    for _ in 0..9 {
        slider.send_keys(Key::Right + "").await?;
    }
    assert_eq!(
        slider.attr("aria-valuetext").await?.as_deref(),
        Some("0.59")
    );
    let [precision, recall, f1, accuracy] = shares(&page).await?;
    let [hits, missed, false_alarms, rejected] = matrix(&page).await?;
    assert_eq!(hits + missed + false_alarms + rejected, 582.0);
    assert!((recall - hits / (hits + missed)).abs() < 1e-9);
    assert!((precision - hits / (hits + false_alarms).max(1.0)).abs() < 1e-9);
    assert!((accuracy - (hits + rejected) / 582.0).abs() < 1e-9);
    assert!((f1 - 2.0 * hits / (2.0 * hits + missed + false_alarms)).abs() < 1e-9);
    page.element("roc-curve path.mark-dots").await?;

    page.message("threshold-status", "more probable").await?;
    page.click("use-threshold").await?;
    page.message("threshold-status", "positive from 0.59")
        .await?;
    // Of the other label the same decisions are said the other way round.
    page.select("threshold-label", "negative").await?;
    page.element("threshold-slider[aria-valuetext='0.41']")
        .await?;
    screenshots(&page, "curves").await?;
    page.click("reset-threshold").await?;
    page.message("threshold-status", "more probable").await?;

    page.speak("zh-CN").await?;
    page.message("threshold", "判定阈值").await?;
    screenshots(&page, "curves-zh").await?;
    page.close().await
}

/// Runs stay side by side: named, sorted, hidden, deleted and had back, and exported.
#[tokio::test(flavor = "multi_thread")]
async fn runs_are_kept_and_compared() -> Result {
    let scratch = Scratch::new("runs")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.save_into(scratch.path()).await?;
    assert!(!page.has("runs").await?);
    train(&page, "1").await?;
    page.element("runs-table[data-runs='1']").await?;
    page.set("Epochs", "2").await?;
    page.click("start").await?;
    page.element("runs-table[data-runs='2']").await?;

    let name = "=1+1";
    page.type_in("name-run-1", name).await?;
    page.type_in("note-run-2", "two epochs, \"seed\" 0").await?;
    page.click("sort-number").await?;
    page.element("runs-table th[aria-sort='descending']")
        .await?;
    page.element("runs-table tbody tr:first-child[data-testid='run-2']")
        .await?;
    page.click("sort-test").await?;
    let lines = "runs-chart .plot path.mark-line";
    assert_eq!(page.texts(lines).await?.len(), 2);
    page.click("show-run-2").await?;
    let read = press(&page, "runs-chart", Key::Home).await?;
    assert_eq!(page.texts(lines).await?.len(), 1);
    assert!(read.contains(name), "{read}");
    page.click("show-run-2").await?;
    screenshots(&page, "runs").await?;

    page.click("delete-run-1").await?;
    page.element("runs-table[data-runs='1']").await?;
    page.click("undo-delete").await?;
    page.element("runs-table[data-runs='2']").await?;
    page.click("export-runs").await?;
    let csv = page.saved(&scratch.path().join("tabtune-runs.csv")).await?;
    let csv = String::from_utf8(csv)?;
    let lines: Vec<&str> = csv.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[1].starts_with("1,'=1+1,,tiny-bert,uci,"), "{csv}");
    assert!(lines[2].contains("\"two epochs, \"\"seed\"\" 0\""), "{csv}");
    assert!(lines[2].contains("epochs=2"), "{csv}");
    page.close().await
}

/// The report is one file that opens by itself; so do those of other problems.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_saved_as_a_file() -> Result {
    let scratch = Scratch::new("report")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.save_into(scratch.path()).await?;
    let mut csv = "text,label,stars\n".to_owned();
    for row in 0..90 {
        let (text, label, stars) = [
            ("good food", "<b>good</b>", 5.0),
            ("bad food", "bad", 1.5),
            ("some food", "neither", 3.0),
        ][row % 3];
        let stars = stars + (row % 7) as f64 / 10.0;
        csv += &format!("{text} {row},{label},{stars}\n");
    }
    page.open_file(scratch.path(), "own.csv", csv.as_bytes())
        .await?;
    page.until("dataset-summary", "data-labels", PATIENCE, |labels| {
        labels == 3.0
    })
    .await?;
    page.set("Epochs", "2").await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;
    assert!(
        !page.has("threshold").await?,
        "three labels have no threshold"
    );
    page.unfold().await?;
    assert_eq!(
        page.texts("roc-curve .plot path.mark-line").await?.len(),
        4,
        "chance and three labels"
    );
    page.select("curves-label", "bad").await?;
    page.element("roc-curve .plot path.mark-line:nth-of-type(3)")
        .await?;
    page.click("save-report").await?;
    let path = scratch.path().join("own-report.html");
    let html = String::from_utf8(page.saved(&path).await?)?;
    for word in ["tiny-bert fine-tuned on own.csv", "&lt;b&gt;good&lt;/b&gt;"] {
        assert!(html.contains(word), "{word}");
    }

    page.select("column-label", "stars").await?;
    page.element("dataset-summary[data-problem='regression']")
        .await?;
    page.click("start").await?;
    page.element("test-rmse").await?;
    page.unfold().await?;
    page.element("predicted-true path.mark-dots").await?;
    page.element("residuals path.mark-bars").await?;
    screenshots(&page, "numbers").await?;

    look_at_file(&page, &path).await?;
    page.close().await
}

/// Opens the saved file in the browser: it draws itself, and asks for nothing.
async fn look_at_file(page: &Page, path: &Path) -> Result {
    assert!(fs::metadata(path)?.len() < 1_000_000);
    page.driver
        .goto(format!("file://{}", path.display()))
        .await?;
    let charts = page.driver.find_all(By::Css("figure > svg")).await?;
    assert!(charts.len() >= 5, "{}", charts.len());
    let drawn = charts[0].rect().await?;
    assert!(drawn.width > 300.0 && drawn.height > 200.0, "{drawn:?}");
    assert_eq!(page.requests().await?, [""; 0]);
    screenshots(page, "report").await
}
