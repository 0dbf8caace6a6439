//! What the user makes is there again: after a reload, a crash of the browser, in another tab, and in a file.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tabtune::project::Record;
use tabtune::run_state::run::Run;
use thirtyfour::prelude::*;
use tokio::time::sleep;
use zip::ZipArchive;

use crate::Scratch;
use crate::page::{PLAIN, Page, Result, variable};
use crate::training::screenshots;

const MINUTES: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(100);

const TEXTS: [&str; 2] = ["good food 3", "nobody came to our table"];

/// A table that is quickly learnt.
pub fn reviews() -> String {
    let mut csv = String::from("text,label\n");
    for number in 0..60 {
        csv += &format!("good food {number},positive\nbad service {number},negative\n");
    }
    csv
}

impl Page {
    /// Waits until all is on the disk.
    pub async fn until_saved(&self) -> Result {
        // What an answer brings may come a moment after it: a finished run's model, for one.
        sleep(Duration::from_millis(800)).await;
        self.element("save-state[data-state='saved']").await?;
        Ok(())
    }

    pub async fn show_projects(&self) -> Result {
        if !self.has("project-new").await? {
            self.click("projects-button").await?;
        }
        self.element("project-new:not([disabled])").await?;
        Ok(())
    }

    /// The record in the open project's file, and the file.
    async fn exported(&self, folder: &Path) -> Result<(Record, PathBuf)> {
        self.show_projects().await?;
        let is_project = |path: &PathBuf| path.extension().is_some_and(|end| end == "tabtune");
        let list = || -> Result<Vec<PathBuf>> {
            let entries: std::io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
            let paths = entries?.into_iter().map(|entry| entry.path());
            Ok(paths.filter(is_project).collect())
        };
        list()?.into_iter().try_for_each(fs::remove_file)?;
        self.click("project[data-current='true'] [data-testid='project-export']")
            .await?;
        let begun = Instant::now();
        let path = loop {
            if let Some(path) = list()?.pop() {
                break path;
            }
            assert!(begun.elapsed() < MINUTES, "no project is saved");
            sleep(GLANCE).await;
        };
        let bytes = self.saved(&path).await?;
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        let mut manifest = String::new();
        zip.by_name("manifest.json")?
            .read_to_string(&mut manifest)?;
        let manifest: Value = serde_json::from_str(&manifest)?;
        let record = manifest["record"]
            .as_str()
            .ok_or("the manifest has no record")?;
        Ok((Record::from_json(record)?, path))
    }

    async fn answers(&self) -> Result<Vec<(String, String)>> {
        let mut answers = Vec::new();
        for text in TEXTS {
            self.predict(text).await?;
            let shown = self.texts("predict-output").await?.join(" ");
            // Its last words are the time that it took.
            let (answer, _) = shown.rsplit_once(" tokens").ok_or(shown.clone())?;
            answers.push((text.to_owned(), answer.to_owned()));
        }
        Ok(answers)
    }
}

fn run(record: Record) -> Result<Run> {
    Ok(record.shown.run.ok_or("there is no run")?)
}

/// Reloads the page in the middle of a run, goes on, and compares every loss with those of a run that never stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_in_a_run_costs_no_step() -> Result {
    let scratch = Scratch::new("projects-reload")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.select("model-select", "tiny-bert").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.save_into(scratch.path()).await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "2").await?;
    // A run may be over before its first epoch's end is on the disk: the page is kept from hearing of it.
    page.hear_until(135).await?;
    page.click("start").await?;
    page.until("progress", "data-step", 5 * MINUTES, |step| step > 135.0)
        .await?;
    page.until_saved().await?;
    page.driver.refresh().await?;

    page.element("run-offer").await?;
    let step = page.number("run-offer", "data-step").await?;
    assert!(
        step >= 120.0,
        "the first epoch's end was saved, and it is step {step}"
    );
    screenshots(&page, "project-offer").await?;
    page.click("run-go-on").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;
    page.until_saved().await?;
    let interrupted = run(page.exported(scratch.path()).await?.0)?;

    page.element("start:not([disabled])").await?;
    page.click("start").await?;
    page.element_within("baseline", 5 * MINUTES).await?;
    page.until_saved().await?;
    let whole = run(page.exported(scratch.path()).await?.0)?;
    assert_eq!(interrupted.history.steps(), whole.history.steps());
    let losses = |run: &Run| -> Vec<(u32, f64, f64)> {
        let points = run.history.points().iter();
        points
            .map(|point| (point.step, point.loss, point.grad_norm))
            .collect()
    };
    assert_eq!(losses(&interrupted), losses(&whole));
    assert_eq!(interrupted.validations, whole.validations);
    page.close().await
}

/// A finished run, typed rows and settings are there after the whole browser was killed.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_browser_loses_nothing() -> Result {
    let scratch = Scratch::new("projects-kill")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.set("Epochs", "3").await?;
    page.unfold().await?;
    page.type_in("add-text", "good value").await?;
    page.type_in("add-label", "positive").await?;
    page.click("add-row").await?;
    page.element("dataset-summary[data-examples='121']").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;
    let accuracy = page.number("test-accuracy", "data-value").await?;
    let answers = page.answers().await?;
    // The model is made a file of after the run's end. And Chromium writes down seconds later which project the next start
    // is to open; one that is killed before shows its list.
    sleep(Duration::from_secs(10)).await;
    page.until_saved().await?;
    assert_eq!(page.texts("project-name").await?, ["reviews"]);

    // The file is gone from the disk, and so it is the project's own copy that is read.
    fs::remove_file(scratch.path().join("reviews.csv"))?;
    let profile = page.kill_browser().await?;
    let page = Page::open_again(profile, "?device=cpu", PLAIN).await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.element("dataset-summary[data-examples='121']").await?;
    assert_eq!(page.number("test-accuracy", "data-value").await?, accuracy);
    assert_eq!(page.texts("project-name").await?, ["reviews"]);
    page.element("save-tabtune:not([disabled])").await?;
    assert_eq!(page.answers().await?, answers);
    page.unfold().await?;
    let epochs = page.driver.find(By::Css("[data-setting='Epochs']")).await?;
    assert_eq!(epochs.value().await?.as_deref(), Some("3"));
    assert!(!page.has("run-offer").await?);
    screenshots(&page, "project-back").await?;
    page.close().await
}

/// A project is one tab's at a time; the other one waits, and has it when it is let go.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_waits_for_the_first() -> Result {
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    page.until_saved().await?;
    let first = page.driver.window().await?;
    let second = page.driver.new_tab().await?;
    page.driver.switch_to_window(second).await?;
    let address = format!("{}?device=cpu", variable("TABTUNE_URL")?);
    page.driver.goto(&address).await?;
    page.element("elsewhere").await?;
    screenshots(&page, "project-elsewhere").await?;
    page.click("elsewhere-wait").await?;
    page.driver.switch_to_window(first).await?;
    page.driver.close_window().await?;
    let second = page.driver.windows().await?.remove(0);
    page.driver.switch_to_window(second).await?;
    page.element("dataset-summary").await?;
    assert!(!page.has("elsewhere").await?);
    page.until_saved().await?;
    page.close().await
}

/// The list: another name, a file, a new project, deleting, and back from the file.
#[tokio::test(flavor = "multi_thread")]
async fn projects_are_renamed_exported_deleted_and_imported() -> Result {
    let scratch = Scratch::new("projects-list")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.save_into(scratch.path()).await?;
    page.show_projects().await?;
    assert!(!page.has("project").await?, "an empty page is no project");
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.until_saved().await?;

    page.click("project[data-name='reviews'] [data-testid='project-rename']")
        .await?;
    page.type_in("project-rename-input", "Spring").await?;
    page.click("project-rename-done").await?;
    page.element("project[data-name='Spring'][data-current='true']")
        .await?;
    assert_eq!(page.texts("project-name").await?, ["Spring"]);
    let (record, file) = page.exported(scratch.path()).await?;
    assert_eq!(
        record.data.map(|data| data.source.name().to_owned()),
        Some("reviews.csv".into())
    );

    page.click("project-new").await?;
    page.element("project[data-name='Spring'][data-current='false']")
        .await?;
    page.click("sample-sms").await?;
    page.element("project[data-current='true']").await?;
    page.until_saved().await?;
    screenshots(&page, "project-list").await?;
    page.click("project[data-name='Spring'] [data-testid='project-open']")
        .await?;
    page.element("project[data-name='Spring'][data-current='true']")
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;

    page.click("project[data-name='Spring'] [data-testid='project-delete']")
        .await?;
    page.click("project-delete-sure").await?;
    page.element("projects:not(:has([data-name='Spring']))")
        .await?;
    assert!(!page.has("dataset-summary").await?);
    page.choose("project-import", &file).await?;
    page.element("project[data-name='Spring'][data-current='true']")
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;

    page.unfold().await?;
    page.click("remove-all").await?;
    page.click("remove-all-sure").await?;
    page.message("project-room", "in use").await?;
    let begun = Instant::now();
    while page.has("project").await? {
        assert!(begun.elapsed() < MINUTES, "projects are still there");
        sleep(GLANCE).await;
    }
    page.close().await
}

/// Changes are not lost to another table without a question, and may stay in a project of their own.
#[tokio::test(flavor = "multi_thread")]
async fn another_table_asks_for_the_changes() -> Result {
    let scratch = Scratch::new("projects-replace")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.unfold().await?;
    page.type_in("add-text", "good value").await?;
    page.type_in("add-label", "positive").await?;
    page.click("add-row").await?;
    page.element("dataset-summary[data-examples='121']").await?;
    page.click("sample-sms").await?;
    page.element("replacing").await?;
    screenshots(&page, "project-replacing").await?;
    page.click("replace-cancel").await?;
    let focused = "return document.activeElement.className";
    let focused: String = page.driver.execute(focused, vec![]).await?.convert()?;
    assert_eq!(focused, "messages", "the keyboard is where the banner was");
    page.element("dataset-summary[data-examples='121']").await?;
    page.click("sample-sms").await?;
    page.click("replace-keep").await?;
    page.element("dataset-summary:not([data-examples='121'])")
        .await?;
    page.until_saved().await?;
    page.show_projects().await?;
    page.click("project[data-name='reviews'] [data-testid='project-open']")
        .await?;
    page.element("dataset-summary[data-examples='121']").await?;
    page.close().await
}

/// What does not fit is told; it is saved as soon as there is room, and what was saved stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_made_up_for() -> Result {
    let scratch = Scratch::new("projects-quota")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.save_into(scratch.path()).await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.until_saved().await?;
    let origin = page
        .driver
        .current_url()
        .await?
        .origin()
        .ascii_serialization();
    let quota = |bytes: u32| json!({ "origin": origin, "quotaSize": bytes });
    let cdp = page.driver.cdp();
    cdp.send_raw("Storage.overrideQuotaForOrigin", quota(1_000))
        .await?;
    page.open_file(scratch.path(), "more.csv", reviews().repeat(9).as_bytes())
        .await?;
    page.message("save-problem", "Not saved").await?;
    screenshots(&page, "project-full").await?;
    // What was saved can be exported, which is how one makes room.
    let (record, _) = page.exported(scratch.path()).await?;
    assert_eq!(
        record.data.map(|data| data.source.name().to_owned()),
        Some("reviews.csv".into())
    );
    page.message("notice", "are not in the file").await?;
    page.element("error").await?;
    cdp.send_raw("Storage.overrideQuotaForOrigin", quota(500_000_000))
        .await?;
    // Any change is another attempt.
    page.type_in("predict-input", "Is there room?").await?;
    page.element("save-state[data-state='saved']").await?;
    assert!(!page.has("save-problem").await?);
    page.driver.refresh().await?;
    page.element("dataset-summary").await?;
    page.close().await
}

/// What has changed while a save is under way is saved after it, and not said to be saved before that.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_be_saved_is() -> Result {
    let scratch = Scratch::new("projects-saved")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.hold("Save").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.examples(120).await?;
    page.until_held().await?;
    page.add_row(121).await?;
    page.release().await?;
    page.element("save-state[data-state='saved']").await?;
    page.driver.refresh().await?;
    page.examples(121).await?;
    page.close().await
}

/// The text of a project is asked about as soon as its model is back, and never that of the project before.
#[tokio::test(flavor = "multi_thread")]
async fn a_project_s_text_is_answered_by_its_model() -> Result {
    let scratch = Scratch::new("projects-text")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;
    page.predict(TEXTS[0]).await?;
    page.until_saved().await?;
    let answered = format!(
        "predict-output[data-current='true'][data-text='{}']",
        TEXTS[0]
    );
    page.driver.refresh().await?;
    page.element(&answered).await?;

    page.show_projects().await?;
    page.click("project-new").await?;
    page.element("project[data-current='false']").await?;
    page.type_in("predict-input", TEXTS[1]).await?;
    page.click("project [data-testid='project-open']").await?;
    page.element(&answered).await?;
    page.close().await
}

/// A run that pauses for another project goes on if there is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_when_its_project_stays() -> Result {
    let scratch = Scratch::new("projects-stay")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.set("Epochs", "500").await?;
    page.click("start").await?;
    page.until("progress", "data-step", MINUTES, |step| step >= 5.0)
        .await?;
    let files = ["one.tabtune", "two.tabtune"].map(|name| scratch.path().join(name));
    for file in &files {
        fs::write(file, "text,label")?;
    }
    page.show_projects().await?;
    page.choose("project-import", &files[0]).await?;
    page.element("error").await?;
    let step = page.number("progress", "data-step").await?;
    page.until("progress", "data-step", MINUTES, |done| done > step + 5.0)
        .await?;

    // One that the user has paused stays so.
    page.click("pause").await?;
    page.element("resume:not([disabled])").await?;
    let step = page.number("progress", "data-step").await?;
    page.choose("project-import", &files[1]).await?;
    page.element("error").await?;
    page.element("resume:not([disabled])").await?;
    assert_eq!(page.number("progress", "data-step").await?, step);
    page.close().await
}
