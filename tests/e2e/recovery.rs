//! A new worker is brought to where the page is, and nothing gets lost or mixed up on the way: what is asked for meanwhile,
//! files that are read slowly or have changed on the disk, a model whose data are not the ones that are open.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::sleep;

use crate::Scratch;
use crate::page::{PATIENCE, PLAIN, Page, Result};
use crate::projects::reviews;

const GLANCE: Duration = Duration::from_millis(50);

/// Keeps hold of the worker, and holds back the commands to it, or to the one that stores, that `sessionStorage.holds` names.
/// Of a run nothing more is heard after the step `sessionStorage.hearsUntil`.
const STEER: &str = "window.Worker = class extends Worker {
    constructor(...from) {
        super(...from);
        if (!String(from[0]).includes('storage')) window.latestWorker = this;
        this.addEventListener('message', event => {
            if (this.isUnheard) event.stopImmediatePropagation();
            const steps = event.data?.message?.TrainingProgress?.steps;
            if (steps?.at(-1).step > sessionStorage.hearsUntil) {
                delete sessionStorage.hearsUntil;
                this.isUnheard = true;
            }
        });
    }
    postMessage(data, ...more) {
        const send = () => super.postMessage(data, ...more);
        if (data?.message?.[sessionStorage.holds]) (window.held ??= []).push(send);
        else send();
    }
};";

/// The file `slow.csv` is read when `window.goOn` is called.
const READ_SLOWLY: &str = "const own = Blob.prototype.arrayBuffer;
Blob.prototype.arrayBuffer = async function () {
    if (this.name === 'slow.csv') await new Promise(goOn => window.goOn = goOn);
    return own.call(this);
};";

impl Page {
    /// Loads the page anew, so that its workers are in the test's hand.
    pub async fn steer_worker(&self) -> Result {
        let script = json!({ "source": STEER });
        let cdp = self.driver.cdp();
        cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        self.driver.refresh().await?;
        self.element("encoder-summary").await?;
        Ok(())
    }

    /// Loses the worker, as an error in it does.
    pub async fn lose_worker(&self) -> Result {
        let lose =
            "window.latestWorker.dispatchEvent(new ErrorEvent('error', { message: 'lost' }))";
        self.driver.execute(lose, vec![]).await?;
        self.message("notice", "started again").await?;
        Ok(())
    }

    /// Holds back one kind of command from now on, after a reload too.
    pub async fn hold(&self, command: &str) -> Result {
        let hold = "sessionStorage.holds = arguments[0]";
        self.driver.execute(hold, vec![json!(command)]).await?;
        Ok(())
    }

    /// Has the page hear nothing more of the next run once it has heard of a step after this one: as far as the page
    /// knows, the run stays where it is. It is heard again after a reload.
    pub async fn hear_until(&self, step: u32) -> Result {
        let hear = "sessionStorage.hearsUntil = arguments[0]";
        self.driver.execute(hear, vec![json!(step)]).await?;
        Ok(())
    }

    /// Waits until one is.
    pub async fn until_held(&self) -> Result {
        let held = "return Boolean(window.held?.length)";
        let begun = Instant::now();
        while !self.driver.execute(held, vec![]).await?.convert()? {
            assert!(begun.elapsed() < PATIENCE, "no command is held back");
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Sends what was held back, once there is something.
    pub async fn release(&self) -> Result {
        self.until_held().await?;
        let release = "delete sessionStorage.holds;
            (window.held ?? []).splice(0).forEach(send => send());";
        self.driver.execute(release, vec![]).await?;
        Ok(())
    }

    pub async fn examples(&self, count: u32) -> Result {
        self.element(&format!("dataset-summary[data-examples='{count}']"))
            .await?;
        Ok(())
    }

    /// Types an example, of which the worker then says how many there are.
    pub async fn add_row(&self, count: u32) -> Result {
        self.unfold().await?;
        self.type_in("add-text", "good value").await?;
        self.type_in("add-label", "positive").await?;
        self.click("add-row").await?;
        self.examples(count).await
    }
}

/// A table with fewer rows and other labels than [`reviews`].
fn others() -> String {
    let rows = (0..30).map(|row| format!("one {row},a\ntwo {row},b\nthree {row},c\n"));
    ["text,label\n".to_owned()]
        .into_iter()
        .chain(rows)
        .collect()
}

/// Until a project is back nothing takes its place, and what the user had changed is still asked about then.
#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_not_overtaken_on_its_way_back() -> Result {
    let scratch = Scratch::new("recovery-reload")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.examples(120).await?;
    page.add_row(121).await?;
    page.until_saved().await?;

    page.hold("LoadEncoder").await?;
    page.driver.refresh().await?;
    page.element("restoring").await?;
    page.element("device-badge[data-device]").await?;
    for locked in ["model-select", "sample-sms", "file-input", "open-model"] {
        page.element(&format!("{locked}[disabled]")).await?;
    }
    page.release().await?;
    page.examples(121).await?;
    page.click("sample-sms").await?;
    page.element("replacing").await?;
    page.click("replace-cancel").await?;
    assert!(!page.has("restoring").await?);
    page.add_row(122).await?;
    page.close().await
}

/// A finished run comes back from its file when other data are open, and is not trained on them.
#[tokio::test(flavor = "multi_thread")]
async fn a_finished_run_is_not_resumed_on_other_data() -> Result {
    let scratch = Scratch::new("recovery-other-data")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.select("model-select", "tiny-bert").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.examples(120).await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;
    let accuracy = page.number("test-accuracy", "data-value").await?;
    page.until_saved().await?;
    page.predict("good food 3").await?;
    let answer = page.texts("predict-output").await?.join(" ");

    page.open_file(scratch.path(), "others.csv", others().as_bytes())
        .await?;
    page.element("dataset-summary[data-labels='3']").await?;
    page.lose_worker().await?;
    page.element("dataset-summary[data-labels='3']").await?;
    page.element("save-tabtune:not([disabled])").await?;
    assert_eq!(page.number("test-accuracy", "data-value").await?, accuracy);
    page.predict("good food 3").await?;
    let again = page.texts("predict-output").await?.join(" ");
    // Its last words are the time that it took.
    let words = |shown: &str| {
        shown
            .rsplit_once(" tokens")
            .map(|(said, _)| said.to_owned())
    };
    assert_eq!(words(&again), words(&answer), "{again}");
    page.close().await
}

/// A file that is slow to read does not come after the table that was opened in its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_file_does_not_overtake() -> Result {
    let scratch = Scratch::new("recovery-slow-file")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.element("encoder-summary").await?;
    page.driver.execute(READ_SLOWLY, vec![]).await?;
    page.open_file(scratch.path(), "slow.csv", reviews().as_bytes())
        .await?;
    page.click("sample-uci").await?;
    page.examples(2982).await?;
    page.driver.execute("window.goOn()", vec![]).await?;
    sleep(Duration::from_secs(1)).await;
    page.examples(2982).await?;
    page.add_row(2983).await?;
    page.close().await
}

/// What is asked for while another is under way waits for it, so that page and worker have the same when it fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_choice_that_fails_leaves_the_first() -> Result {
    let scratch = Scratch::new("recovery-second-choice")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    page.unfold().await?;

    page.hold("OpenTable").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.until_held().await?;
    page.open_file(scratch.path(), "leaflet.csv", b"%PDF-1.7\n")
        .await?;
    page.release().await?;
    page.message("error", "leaflet.csv").await?;
    page.examples(120).await?;
    page.add_row(121).await?;

    let path = scratch.path().join("text.zip");
    fs::write(&path, "text,label\n")?;
    page.hold("LoadEncoder").await?;
    page.select("model-select", "tiny-bert").await?;
    page.until_held().await?;
    page.choose("encoder-zip", &path).await?;
    page.release().await?;
    page.message("error", "no zip archive").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.close().await
}

/// A table is the one that was opened, whatever becomes of its file on the disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_on_the_disk_costs_nothing() -> Result {
    let scratch = Scratch::new("recovery-changed-file")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.steer_worker().await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.examples(120).await?;
    page.add_row(121).await?;
    fs::write(scratch.path().join("reviews.csv"), others())?;
    page.lose_worker().await?;
    page.element("row-undo:not([disabled])").await?;
    page.add_row(122).await?;
    assert!(!page.has("error").await?);
    page.until_saved().await?;
    page.driver.refresh().await?;
    page.examples(122).await?;
    page.close().await
}
