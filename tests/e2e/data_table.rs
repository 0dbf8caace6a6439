//! Working on a table: its rows listed, changed, mended and typed, a second file, the lengths of its texts.

use std::time::Duration;

use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

use crate::Scratch;
use crate::page::{PATIENCE, PLAIN, Page, Result};

/// Rows of the large table.
const MANY: u32 = 200_000;
/// Times that they are scrolled a little.
const SCROLLS: usize = 20;

/// A table with two of each problem that rows can have.
const BAD: &str = "text,label\n\
    good food,yes\n good  food ,yes\n\
    so so,yes\nso so,no\n\
    ,yes\n\
    fine,yes\ngreat,yes\nlovely,yes\n\
    bad,no\npoor,no\nawful,no\nsad,no\n";

/// The rows that are drawn: their texts.
async fn rows(page: &Page) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('.rows-all .row:not(.row-editor)')]
        .map(row => row.children[1].textContent + '=' + row.children[2].textContent)";
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

/// Waits until the drawn rows are so.
async fn until_rows(page: &Page, expected: impl Fn(&[String]) -> bool) -> Result<Vec<String>> {
    let begun = Instant::now();
    loop {
        let rows = rows(page).await?;
        if expected(&rows) {
            return Ok(rows);
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("the rows stay {rows:?}").into());
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn until_total(page: &Page, total: u32) -> Result {
    let total = f64::from(total);
    page.until("first-rows", "data-total", PATIENCE, |rows| rows == total)
        .await?;
    Ok(())
}

/// Presses keys in the list.
async fn press(page: &Page, keys: impl Into<TypingData>) -> Result {
    let grid = page.element("first-rows").await?;
    Ok(grid.send_keys(keys).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_mended_changed_and_taken_back() -> Result {
    let scratch = Scratch::new("data-table")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.open_file(scratch.path(), "bad.csv", BAD.as_bytes())
        .await?;
    until_total(&page, 12).await?;

    // Each problem is counted, listed and mended by one click; undone, it is back.
    page.click("show-duplicates").await?;
    until_rows(&page, |rows| rows == [" good  food =yes"]).await?;
    page.click("mend-duplicates").await?;
    until_total(&page, 0).await?;
    page.click("mend-majority").await?;
    page.click("mend-duplicates").await?;
    page.click("mend-empty").await?;
    page.element("health-sound").await?;
    page.element("dataset-summary[data-examples='9']").await?;
    page.select("row-filter", "all").await?;
    until_total(&page, 9).await?;
    for _ in 0..4 {
        page.click("row-undo").await?;
    }
    until_total(&page, 12).await?;
    page.element("mend-conflicts").await?;

    // By keyboard: the label of the second row, then the row itself, and back.
    press(&page, Key::Home + Key::Down).await?;
    press(&page, Key::Right + Key::Enter).await?;
    let editor = page.element("cell-editor").await?;
    editor
        .send_keys(Key::Control + "a" + Key::Null + "no")
        .await?;
    editor.send_keys(Key::Enter).await?;
    until_rows(&page, |rows| {
        rows.get(1).is_some_and(|row| row == " good  food =no")
    })
    .await?;
    press(&page, Key::Delete).await?;
    until_total(&page, 11).await?;
    press(&page, Key::Control + "z").await?;
    until_total(&page, 12).await?;
    press(&page, Key::Control + "z").await?;
    until_rows(&page, |rows| {
        rows.get(1).is_some_and(|row| row == " good  food =yes")
    })
    .await?;
    press(&page, Key::Control + "y").await?;
    until_rows(&page, |rows| {
        rows.get(1).is_some_and(|row| row == " good  food =no")
    })
    .await?;

    // Several rows at once, found by their words.
    page.type_in("row-search", "OO").await?;
    until_rows(&page, |rows| rows.len() == 3).await?;
    press(&page, Key::Home).await?;
    press(&page, Key::Shift + Key::Down + Key::Down).await?;
    page.type_in("relabel-input", "maybe").await?;
    page.click("relabel").await?;
    page.element("dataset-summary[data-labels='3']").await?;
    page.click("row-delete").await?;
    until_total(&page, 0).await?;
    page.element("dataset-summary[data-examples='8'][data-labels='2']")
        .await?;
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_typed_without_a_file() -> Result {
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.click("type-examples").await?;
    page.message("unusable", "there are no rows").await?;
    page.speak("zh-CN").await?;
    page.message("unusable", "没有任何行").await?;
    page.speak("en").await?;
    assert!(!page.has("error").await?);
    let examples = ["good", "fine", "great", "bad", "poor", "awful"];
    for (number, text) in (0_u32..).zip(examples) {
        page.type_in("add-label", if number < 3 { "yes" } else { "no" })
            .await?;
        page.type_in("add-text", text).await?;
        page.click("add-row").await?;
        until_total(&page, number + 1).await?;
    }
    page.element("dataset-summary[data-examples='6'][data-labels='2']")
        .await?;
    page.element("start:not([disabled])").await?;

    page.click("row-undo").await?;
    page.element("dataset-summary[data-examples='5']").await?;

    // A new worker is told all that was typed, and what can still be redone.
    page.lose_worker().await?;
    page.click("row-redo").await?;
    until_total(&page, 6).await?;
    page.element("dataset-summary[data-examples='6']").await?;
    until_rows(&page, |rows| {
        rows.last().is_some_and(|row| row == "awful=no")
    })
    .await?;
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_file_is_the_test() -> Result {
    let scratch = Scratch::new("held-out")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    let table: String = (0..20)
        .map(|row| format!("text {row},{}\n", if row % 2 == 0 { "yes" } else { "no" }))
        .collect();
    let table = format!("text,label\n{table}");
    page.open_file(scratch.path(), "own.csv", table.as_bytes())
        .await?;
    until_total(&page, 20).await?;

    let path = scratch.path().join("other.csv");
    std::fs::write(&path, "words,label\nnew,yes\n")?;
    page.choose("held-out-input", &path).await?;
    page.message("error", "other.csv has no column “text”")
        .await?;
    page.element("dataset-summary[data-examples='20']").await?;

    let path = scratch.path().join("test.csv");
    std::fs::write(&path, "label,text\nyes,text 0\nno,new\n")?;
    page.choose("held-out-input", &path).await?;
    page.element("held-out[data-part='test']").await?;
    until_total(&page, 22).await?;
    let all =
        "return document.querySelector('[data-testid=balance] tfoot tr:last-child').innerText";
    let counts: String = page.driver.execute(all, vec![]).await?.convert()?;
    assert_eq!(counts.split_whitespace().last(), Some("2"), "{counts}");
    page.click("show-leaks").await?;
    until_rows(&page, |rows| rows == ["text 0=yes"]).await?;
    page.click("mend-leaks").await?;
    page.element("health-sound").await?;

    page.select("held-out-part", "validation").await?;
    page.element("held-out[data-part='validation']").await?;
    page.click("held-out-remove").await?;
    page.element("held-out-input").await?;
    page.element("dataset-summary[data-examples='20']").await?;

    // Lengths are in the encoder's tokens, and say what is cut.
    page.unfold().await?;
    page.element("length-facts[data-unit='tokens']").await?;
    page.element("cut-texts[data-count='0']").await?;
    page.set("Maximum length", "3").await?;
    page.element("cut-texts[data-count='20']").await?;
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_thousand_rows_scroll_smoothly() -> Result {
    let scratch = Scratch::new("many-rows")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    let mut table = String::from("text,label,note\n");
    for row in 0..MANY {
        let label = ["yes", "no", "maybe"][row as usize % 3];
        table += &format!("a sentence of some words and the number {row},{label},n{row}\n");
    }
    page.open_file(scratch.path(), "many.csv", table.as_bytes())
        .await?;
    until_total(&page, MANY).await?;
    page.element(&format!("dataset-summary[data-examples='{MANY}']"))
        .await?;
    // Nothing else is done meanwhile.
    page.element("estimate[data-seconds]").await?;
    page.until_saved().await?;
    let before = page.thread_time().await?;

    // As a hand does with the wheel, then to the end at once.
    let begun = Instant::now();
    for _ in 0..SCROLLS {
        let scroll = "document.querySelector('.rows').scrollTop += 900";
        page.driver.execute(scroll, vec![]).await?;
        sleep(Duration::from_millis(40)).await;
    }
    until_rows(&page, |rows| {
        rows.iter().all(|row| row.starts_with("a sentence"))
    })
    .await?;
    let scrolled = begun.elapsed();
    let begun = Instant::now();
    press(&page, Key::End).await?;
    let last = format!("number {}", MANY - 1);
    until_rows(&page, |rows| rows.iter().any(|row| row.contains(&last))).await?;
    let each = (page.thread_time().await? - before) / SCROLLS as f64;
    println!(
        "{MANY} rows: scrolled in {scrolled:?}, the end shown after {:?}, {each:.1} ms of the page's thread a scroll",
        begun.elapsed()
    );
    // What asks and draws for the test is part of it.
    assert!(each < 100.0, "{each} ms");

    // A change of so many rows is still a matter of moments.
    let begun = Instant::now();
    press(&page, Key::Delete).await?;
    until_total(&page, MANY - 1).await?;
    println!("a row of {MANY} deleted in {:?}", begun.elapsed());
    page.type_in("row-search", "number 123456").await?;
    until_rows(&page, |rows| rows.len() == 1).await?;
    page.close().await
}
