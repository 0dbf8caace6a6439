//! The page in the language of its user.

use crate::Scratch;
use crate::faulty_server::{Faults, FaultyServer};
use crate::page::{PLAIN, Page, Result};

const CHINESE: &[&str] = &[PLAIN[0], PLAIN[1], "accept-lang=zh-CN"];

/// Drops a file on the card of the data, as a mouse does.
const DROP: &str = "
    const transfer = new DataTransfer();
    transfer.items.add(new File(['text,label'], 'dropped.csv'));
    const card = document.getElementById('data-title').closest('section');
    card.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";

async fn heading(page: &Page) -> Result<String> {
    let script = "return document.getElementById('device-title').textContent";
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_the_browser_s_language_or_the_one_chosen() -> Result {
    let page = Page::open("?device=cpu", CHINESE).await?;
    assert_eq!(page.language().await?, "zh-CN");
    assert_eq!(heading(&page).await?, "设备");
    page.speak("en").await?;
    assert_eq!(page.language().await?, "en");
    assert_eq!(heading(&page).await?, "Device");
    page.driver.refresh().await?;
    page.element("device-badge[data-device]").await?;
    assert_eq!(page.language().await?, "en", "the choice is remembered");
    page.close().await?;

    let page = Page::open("?device=cpu", PLAIN).await?;
    assert_eq!(page.language().await?, "en");
    page.close().await
}

/// Words that do not arrive: the page speaks another language, says why, and can be asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_language_that_cannot_be_had_is_said() -> Result {
    let server = FaultyServer::start(Faults {
        truncated: Some("zh-CN.txt"),
        ..Faults::default()
    })?;
    let page = Page::open_at(&format!("{}?device=cpu", server.url()), CHINESE).await?;
    assert_eq!(page.language().await?, "en");
    let notice = page
        .message("notice", "简体中文 could not be loaded")
        .await?;
    assert!(notice.contains("choose it again"), "{notice}");
    server.faults().truncated = None;
    page.speak("zh-CN").await?;
    assert_eq!(heading(&page).await?, "设备");
    page.close().await
}

/// What is already shown changes with the language too.
#[tokio::test(flavor = "multi_thread")]
async fn errors_and_notices_are_said_in_the_language_in_use() -> Result {
    let scratch = Scratch::new("languages")?;
    let page = Page::open_with("?device=cpu", CHINESE, "tiny-bert").await?;
    let ragged = b"text,label\na,x\nb\n";
    page.open_file(scratch.path(), "ragged.csv", ragged).await?;
    let chinese = "ragged.csv：第 3 行：该行有 1 个字段，而表头有 2 个。";
    let error = page.message("error", chinese).await?;
    assert!(error.contains("请让每一行的字段数与表头相同"), "{error}");
    page.speak("en").await?;
    page.message("error", "ragged.csv: line 3: the row has 1 field")
        .await?;
    page.speak("zh-CN").await?;
    page.message("error", chinese).await?;

    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "1000").await?;
    page.click("start").await?;
    page.until("progress", "data-step", crate::page::PATIENCE, |step| {
        step > 0.0
    })
    .await?;
    page.driver.execute(DROP, vec![]).await?;
    page.message("notice", "训练结束后才能更换数据").await?;
    page.speak("en").await?;
    page.message("notice", "The data can be changed when the run has ended")
        .await?;
    page.close().await
}
