//! The model at work: on a text as it is typed, on a file, on a stream of messages, in other programs.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use thirtyfour::prelude::*;

use crate::Scratch;
use crate::page::{PATIENCE, PLAIN, Page, Result};
use crate::training::screenshots;

/// A page with a tiny model that tells good food from bad.
async fn trained(folder: &Path) -> Result<Page> {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.save_into(folder).await?;
    open_reviews(&page, folder).await?;
    page.set("Epochs", "20").await?;
    page.set("Learning rate", "0.02").await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;
    Ok(page)
}

async fn open_reviews(page: &Page, folder: &Path) -> Result {
    let mut csv = "text,label\n".to_owned();
    for row in 0..60 {
        let (text, label) = [("good food", "yes"), ("bad food", "=no")][row % 2];
        csv += &format!("{text} {row},{label}\n");
    }
    page.open_file(folder, "reviews.csv", csv.as_bytes())
        .await?;
    page.until("dataset-summary", "data-labels", PATIENCE, |labels| {
        labels == 2.0
    })
    .await?;
    Ok(())
}

/// Moves a slider, as the keyboard does many times.
async fn slide(page: &Page, test_id: &str, value: u32) -> Result {
    let script = format!(
        "const field = document.querySelector(\"[data-testid='{test_id}']\");
         field.value = '{value}';
         field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
    );
    page.driver.execute(script, vec![]).await?;
    Ok(())
}

/// Gives the panel of files one that is written to disk first.
async fn open_texts(page: &Page, folder: &Path, name: &str, content: &str) -> Result {
    let path = folder.join(name);
    std::fs::write(&path, content)?;
    page.choose("texts-file", &path).await?;
    page.element(&format!("texts-table[data-name='{name}']"))
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_answered_as_it_is_typed() -> Result {
    let scratch = Scratch::new("using-text")?;
    let page = trained(scratch.path()).await?;
    assert_eq!(page.predict("good food 3").await?, "yes");
    assert_eq!(page.predict("bad food 4").await?, "=no");
    page.message("verdict", "Most probably =no").await?;

    // Nothing is certain enough for 99 %, or it is said with a mark.
    slide(&page, "unsure-below", 99).await?;
    let confidence = page.number("predict-output li", "data-probability").await?;
    page.element(&format!(
        "predict-output[data-unsure='{}']",
        confidence < 0.99
    ))
    .await?;
    slide(&page, "unsure-below", 0).await?;
    page.element("predict-output[data-unsure='false']").await?;

    // While it learns the model answers, too, and what it says after each epoch is kept for this text.
    // A run that lasts until it is paused, however slow the browser is to be asked.
    page.set("Epochs", "1000").await?;
    page.set("Batch size", "1").await?;
    page.click("start").await?;
    page.element("predict-button").await?;
    assert!(!page.predict("good food, while it learns").await?.is_empty());
    page.element("opinions li").await?;
    page.click("pause").await?;
    page.element("resume:not([disabled])").await?;
    page.element("predict-output[data-current='true']").await?;
    screenshots(&page, "using-text").await?;

    page.speak("zh-CN").await?;
    page.message("verdict", "最可能是").await?;
    screenshots(&page, "using-text-zh").await?;
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_with_predictions() -> Result {
    let scratch = Scratch::new("using-file")?;
    let folder = scratch.path();
    let page = trained(folder).await?;
    let expected = page.predict("good food 1").await?;

    // Rows of all lengths, so that they are not asked about in their order; quotes, formulas and gaps.
    let mut csv = "id;mail;note\r\n".to_owned();
    for row in 0..700 {
        let mail = match row % 7 {
            0 => String::new(),
            1 => "\"good; \"\"food\"\"\"".to_owned(),
            words => "good food ".repeat(words),
        };
        csv += &format!("{row};{mail};{}\r\n", ["=1+1", "-1,5", "plain"][row % 3]);
    }
    open_texts(&page, folder, "mails.csv", &csv).await?;
    assert_eq!(page.number("texts-table", "data-rows").await?, 700.0);
    assert_eq!(
        page.attribute("texts-column", "value")
            .await
            .unwrap_or_default(),
        ""
    );
    page.select("texts-column", "mail").await?;
    page.click("batch-mark").await?;
    page.click("batch-start").await?;
    page.element("batch-done[data-rows='700']").await?;
    let saved = page.saved(&folder.join("mails-predictions.csv")).await?;
    let text = std::str::from_utf8(&saved)?;
    let text = text.strip_prefix('\u{feff}').ok_or("there is no mark")?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    assert_eq!(
        header,
        [
            "id",
            "mail",
            "note",
            "prediction",
            "probability_=no",
            "probability_yes",
            "unsure"
        ]
    );
    let rows: Vec<csv::StringRecord> = reader.records().collect::<std::result::Result<_, _>>()?;
    assert_eq!(rows.len(), 700);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row[0], number.to_string());
        assert_eq!(&row[2], ["'=1+1", "-1,5", "plain"][number % 3]);
        if number % 7 == 0 {
            assert!(row.iter().skip(3).all(str::is_empty), "{row:?}");
            continue;
        }
        let (no, yes): (f64, f64) = (row[4].parse()?, row[5].parse()?);
        assert!((no + yes - 1.0).abs() < 2e-4, "{row:?}");
        assert_eq!(&row[3], if yes > no { "yes" } else { "'=no" });
    }
    assert_eq!(expected, "yes");
    assert!(page.has("batch-save").await?);
    screenshots(&page, "using-file").await?;

    // One column is enough, and JSON comes back as JSON Lines.
    let json = r#"[{"text":"good food 3"},{"text":""},{"text":"bad food 4"}]"#;
    open_texts(&page, folder, "texts.json", json).await?;
    page.click("batch-start").await?;
    let saved = page.saved(&folder.join("texts-predictions.jsonl")).await?;
    let lines = std::str::from_utf8(&saved)?.lines();
    let objects = lines
        .map(serde_json::from_str::<Value>)
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let said: Vec<&Value> = objects.iter().map(|object| &object["prediction"]).collect();
    assert_eq!(
        said,
        [&Value::from("yes"), &Value::Null, &Value::from("=no")]
    );

    // In 8-bit integers, which Chromium has, and it is said that they were used.
    page.click("batch-int8").await?;
    page.click("batch-start").await?;
    page.message("batch-in-int8", "8-bit integers").await?;
    page.element("batch-done[data-rows='3']").await?;
    page.click("batch-int8").await?;

    // A large file is stopped, and the page answers meanwhile.
    let long = "a rather good and tasty food ".repeat(8) + "\n";
    let many = format!("text\n{}", long.repeat(100_000));
    open_texts(&page, folder, "many.csv", &many).await?;
    page.click("batch-start").await?;
    page.until("batch-progress", "value", PATIENCE, |done| done >= 100.0)
        .await?;
    assert_eq!(page.predict("good food 5").await?, "yes");
    page.click("batch-stop").await?;
    page.message("batch-stopped", "Nothing was saved").await?;
    assert!(!folder.join("many-predictions.csv").exists());
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_rows_are_classified() -> Result {
    let scratch = Scratch::new("using-many")?;
    let folder = scratch.path();
    let page = trained(folder).await?;
    let rows: String = (0..100_000).map(|row| format!("food {row}\n")).collect();
    open_texts(&page, folder, "many.csv", &format!("text\n{rows}")).await?;
    page.click("batch-start").await?;
    page.element_within("batch-done[data-rows='100000']", Duration::from_secs(600))
        .await?;
    let saved = page.saved(&folder.join("many-predictions.csv")).await?;
    let lines = std::str::from_utf8(&saved)?.lines().skip(1);
    let kept = lines
        .enumerate()
        .filter(|(row, line)| line.starts_with(&format!("food {row},")));
    assert_eq!(kept.count(), 100_000);
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_watched() -> Result {
    let scratch = Scratch::new("using-stream")?;
    let page = trained(scratch.path()).await?;
    page.select("monitor-window", "20").await?;
    page.select("alert-class", "=no").await?;
    let input = page.element("monitor-input").await?;
    input.send_keys("good food 1").await?;
    input.send_keys(Key::Enter + "").await?;
    page.element("monitor-lines[data-count='1'] li[data-number='1']")
        .await?;

    let paste = |line: &str, times: usize| format!("{line}\n").repeat(times);
    input.send_keys(paste("good food 2", 19)).await?;
    page.element("monitor-lines[data-count='20']").await?;
    page.element("monitor-shares li[data-class='yes'][data-share='1']")
        .await?;
    assert!(!page.has("alert").await?);
    input.send_keys(paste("bad food 3", 15)).await?;
    page.element("monitor-lines[data-count='35']").await?;
    let alert = page.message("alert", "=no has risen to").await?;
    assert!(alert.contains("at line 31"), "{alert}");
    page.message("alert-count", "1 alert so far").await?;
    screenshots(&page, "using-stream").await?;

    // The curve is read by keyboard.
    let plot = page
        .element("monitor ~ *, [data-testid='monitor'] .plot")
        .await?;
    plot.send_keys(Key::Home + "").await?;
    page.message("monitor-readout", "Line 1:").await?;
    page.click("monitor-clear").await?;
    page.element("monitor-clear[disabled]").await?;
    assert!(!page.has("monitor-lines").await? && !page.has("alert").await?);
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_shown_with_the_model_s_own_names() -> Result {
    let scratch = Scratch::new("using-programs")?;
    let folder = scratch.path();
    let page = trained(folder).await?;
    page.click("save-adapter").await?;
    page.saved(&folder.join("reviews-adapter.zip")).await?;
    let shown = page.element("snippet-adapter code").await?.text().await?;
    for words in [
        "tiny-bert",
        "reviews-adapter",
        "PeftModel",
        "\"=no\"",
        "def predict(texts):",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let rust = page.element("snippet-rust code").await?.text().await?;
    assert!(
        rust.contains("\"reviews.tabtune-model\"") && rust.contains("SavedModel"),
        "{rust}"
    );
    let terminal = page.element("snippet-terminal code").await?.text().await?;
    assert!(terminal.contains("--example predict"), "{terminal}");
    if let Some(folder) = std::env::var_os("TABTUNE_SNIPPETS") {
        std::fs::write(Path::new(&folder).join("adapter.py"), &shown)?;
    }
    page.close().await
}
