//! The page without a mouse.

use thirtyfour::prelude::*;

use crate::page::{PLAIN, Page, Result};

/// More presses of the Tab key than the page has places to stop at.
const MOST: usize = 300;

/// Goes to a control as the Tab key does.
async fn tab_to(page: &Page, test_id: &str) -> Result {
    tab_until(page, "testid", test_id).await
}

/// Goes to the control of a setting.
async fn tab_to_setting(page: &Page, setting: &str) -> Result {
    tab_until(page, "setting", setting).await
}

/// Presses the Tab key until the focus is at an element with a datum.
async fn tab_until(page: &Page, name: &str, value: &str) -> Result {
    let script = format!("return document.activeElement?.dataset?.{name} ?? ''");
    for _ in 0..MOST {
        let here: String = page.driver.execute(&script, vec![]).await?.convert()?;
        if here == value {
            return Ok(());
        }
        press(page, Key::Tab).await?;
    }
    Err(format!("the Tab key never comes to {value}").into())
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
    // A run that is not over before the keyboard has come to its buttons.
    tab_to_setting(&page, "Epochs").await?;
    press(&page, "1000").await?;
    tab_to(&page, "start").await?;
    press(&page, Key::Enter).await?;
    page.element("pause:not([disabled])").await?;
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

/// Where the focus is: a test id, an id, or a tag.
async fn focused(page: &Page) -> Result<String> {
    let script = "const { dataset, id, tagName } = document.activeElement; return dataset.testid ?? (id || tagName)";
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

/// A button that goes away, or cannot be used for a while, leaves the keyboard where it was.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_projects_keeps_the_keyboard() -> Result {
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    page.until_saved().await?;
    page.show_projects().await?;
    page.unfold().await?;
    let to_list = "document.querySelector('[data-testid=projects-close]').focus()";
    page.driver.execute(to_list, vec![]).await?;

    tab_to(&page, "project-rename").await?;
    press(&page, Key::Enter).await?;
    page.element("project-rename-input:focus").await?;
    press(&page, Key::Escape).await?;
    assert_eq!(focused(&page).await?, "project");
    tab_to(&page, "project-rename").await?;
    press(&page, Key::Enter).await?;
    page.type_in("project-rename-input", "Spring").await?;
    press(&page, Key::Enter).await?;
    page.element("project[data-name='Spring']").await?;
    assert_eq!(focused(&page).await?, "project");

    tab_to(&page, "project-delete").await?;
    press(&page, Key::Enter).await?;
    page.element("project p:focus").await?;
    tab_to(&page, "project-keep").await?;
    press(&page, Key::Enter).await?;
    assert_eq!(focused(&page).await?, "project");
    tab_to(&page, "remove-all").await?;
    press(&page, Key::Enter).await?;
    tab_to(&page, "remove-all-cancel").await?;
    press(&page, Key::Enter).await?;
    assert_eq!(focused(&page).await?, "SUMMARY");

    page.driver.execute(to_list, vec![]).await?;
    tab_to(&page, "project-delete").await?;
    press(&page, Key::Enter).await?;
    tab_to(&page, "project-delete-sure").await?;
    press(&page, Key::Enter).await?;
    assert_eq!(focused(&page).await?, "projects-title");
    page.close().await
}
