//! The page without a mouse.

use thirtyfour::prelude::*;

use crate::page::{PLAIN, Page, Result};

/// More presses of the Tab key than the page has places to stop at.
const MOST: usize = 300;

/// Goes to a control as the Tab key does.
async fn tab_to(page: &Page, test_id: &str) -> Result {
    let script = "return document.activeElement?.dataset?.testid ?? ''";
    for _ in 0..MOST {
        let here: String = page.driver.execute(script, vec![]).await?.convert()?;
        if here == test_id {
            return Ok(());
        }
        press(page, Key::Tab).await?;
    }
    Err(format!("the Tab key never comes to {test_id}").into())
}

/// Presses a key, or types, wherever the focus is.
async fn press(page: &Page, keys: impl Into<TypingData>) -> Result {
    let keyboard = page.driver.action_chain();
    Ok(keyboard.send_keys(keys).perform().await?)
}

/// From data to prediction with the keyboard alone, and every stop on the way shows that the focus is there.
#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_does_everything() -> Result {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    let script = "window.unseen = [];
        document.addEventListener('focusin', ({ target }) => requestAnimationFrame(() => {
            const ring = [target, target.closest('label')].some(element =>
                element && getComputedStyle(element).outlineStyle !== 'none');
            if (!ring && target === document.activeElement) window.unseen.push(target.outerHTML.slice(0, 120));
        }));
        document.querySelector('[data-testid=language]').focus();";
    page.driver.execute(script, vec![]).await?;

    tab_to(&page, "sample-uci").await?;
    press(&page, Key::Enter).await?;
    page.element("dataset-summary").await?;
    tab_to(&page, "start").await?;
    press(&page, Key::Enter).await?;
    tab_to(&page, "pause").await?;
    press(&page, " ").await?;
    page.element("resume:not([disabled])").await?;
    tab_to(&page, "resume").await?;
    press(&page, Key::Enter).await?;
    tab_to(&page, "stop").await?;
    press(&page, Key::Enter).await?;
    page.element("test-report").await?;

    tab_to(&page, "predict-input").await?;
    press(&page, "a wonderful evening").await?;
    let keyboard = page.driver.action_chain().key_down(Key::Control);
    keyboard
        .send_keys(Key::Enter)
        .key_up(Key::Control)
        .perform()
        .await?;
    page.element("predict-output").await?;

    let unseen: Vec<String> = page
        .driver
        .execute("return window.unseen", vec![])
        .await?
        .convert()?;
    assert!(unseen.is_empty(), "{unseen:#?}");
    page.close().await
}
