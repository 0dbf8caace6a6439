//! Projects in the page when something is wrong: damaged files, another tab, a browser that keeps none.

use std::time::Duration;

use tokio::time::sleep;

use crate::Scratch;
use crate::faulty_server::{Faults, FaultyServer};
use crate::page::{PLAIN, Page, Result, variable};
use crate::projects::reviews;
use crate::storage::Browser;
use crate::training::screenshots;

const MINUTES: Duration = Duration::from_secs(60);

/// Script that puts another byte into the content of a file.
fn damage(name: &str) -> String {
    format!("await storage.damage(id, 'content-' + manifest.files['{name}'].content, 0);")
}

impl Page {
    /// Leaves the page, does something to the files of its one project, and comes back.
    async fn with_files(self, body: &str) -> Result<Self> {
        let browser = Browser::in_place_of(self).await?;
        let body = format!(
            "const [id] = await storage.names();
            const manifest = await storage.manifest(id);
            {body}"
        );
        browser.run(&body).await?;
        let page = browser.page;
        page.driver
            .goto(format!("{}?device=cpu", variable("TABTUNE_URL")?))
            .await?;
        page.element("device-badge[data-device]").await?;
        Ok(page)
    }

    async fn train_on_reviews(scratch: &Scratch, epochs: &str) -> Result<Self> {
        let page = Self::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
        page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
            .await?;
        page.element("dataset-summary[data-examples='120']").await?;
        page.set("Epochs", epochs).await?;
        page.click("start").await?;
        Ok(page)
    }

    /// Two more saves, so that both states on the disk have the same files.
    async fn save_twice(&self) -> Result {
        for text in ["good", "bad"] {
            self.type_in("predict-input", text).await?;
            self.until_saved().await?;
        }
        Ok(())
    }

    async fn tried(&self) -> Result<String> {
        let input = self.element("predict-input").await?;
        Ok(input.value().await?.unwrap_or_default())
    }
}

/// A lost model costs the model alone; a lost change is told; where nothing can be read the list says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_project_is_told_and_the_rest_is_shown() -> Result {
    let scratch = Scratch::new("damaged-model")?;
    let page = Page::train_on_reviews(&scratch, "3").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;
    // The model is made a file of after the run's end.
    sleep(Duration::from_secs(3)).await;
    page.save_twice().await?;

    let page = page.with_files(&damage("model/0")).await?;
    page.message("notice", "model.tabtune-model").await?;
    screenshots(&page, "project-damaged").await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.element("test-accuracy").await?;
    page.element("save-tabtune[disabled]").await?;
    page.element("start:not([disabled])").await?;
    page.type_in("predict-input", "before").await?;
    page.until_saved().await?;
    page.type_in("predict-input", "after").await?;
    page.until_saved().await?;

    let page = page
        .with_files("await storage.damage(id, manifest.slot, 100);")
        .await?;
    page.message("notice", "as it was before that").await?;
    page.element("dataset-summary[data-examples='120']").await?;
    assert_ne!(page.tried().await?, "after");

    // The file that a change has brought is lost: the state before it is opened, unless that has the file, too.
    let more = reviews() + "fine food,positive\n";
    page.open_file(scratch.path(), "more.csv", more.as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='121']").await?;
    page.until_saved().await?;
    let page = page.with_files(&damage("table")).await?;
    let notice = page.message("notice", "project").await?;
    if !notice.contains("more.csv") {
        assert!(notice.contains("as it was before that"), "{notice}");
        page.element("dataset-summary[data-examples='120']").await?;
    }

    let page = page
        .with_files(
            "for (const slot of ['manifest-0', 'manifest-1']) await storage.damage(id, slot, 100);",
        )
        .await?;
    page.show_projects().await?;
    page.message("project", "cannot be opened any more").await?;
    assert!(!page.has("dataset-summary").await?);
    page.close().await
}

/// Without its checkpoint a run can only begin anew, and that is what is offered.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_its_checkpoint_begins_anew() -> Result {
    let scratch = Scratch::new("damaged-checkpoint")?;
    let page = Page::train_on_reviews(&scratch, "500").await?;
    page.until("progress", "data-step", MINUTES, |step| step >= 20.0)
        .await?;
    page.click("pause").await?;
    page.element("resume:not([disabled])").await?;
    page.save_twice().await?;
    let page = page.with_files(&damage("checkpoint")).await?;
    page.message("notice", "a file of it was damaged").await?;
    page.message("run-offer", "begin anew").await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.click("run-go-on").await?;
    page.until("progress", "data-step", MINUTES, |step| step > 0.0)
        .await?;
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_comes_back_paused() -> Result {
    let scratch = Scratch::new("projects-paused")?;
    let page = Page::train_on_reviews(&scratch, "500").await?;
    page.until("progress", "data-step", MINUTES, |step| step >= 20.0)
        .await?;
    page.click("pause").await?;
    page.element("resume:not([disabled])").await?;
    let before = page.number("progress", "data-step").await?;
    page.until_saved().await?;
    page.driver.refresh().await?;

    page.element("resume:not([disabled])").await?;
    assert!(!page.has("run-offer").await?);
    let step = page.number("progress", "data-step").await?;
    assert!(step >= before, "{step} after {before}");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(page.number("progress", "data-step").await?, step);
    page.click("resume").await?;
    page.until("progress", "data-step", MINUTES, |now| now > step)
        .await?;
    page.close().await
}

/// A browser that keeps no files says so once, and everything else works.
#[tokio::test(flavor = "multi_thread")]
async fn without_storage_the_page_works_and_says_so() -> Result {
    let server = FaultyServer::start(Faults {
        script: "Object.defineProperty(self.navigator, 'storage', { value: undefined });",
        ..Faults::default()
    })?;
    let scratch = Scratch::new("no-storage")?;
    let page = Page::open_at(&format!("{}?device=cpu", server.url()), PLAIN).await?;
    let missing = page.message("storage-missing", "keeps no files").await?;
    assert!(missing.contains("save models as files"), "{missing}");
    page.element("save-state[data-state='missing']").await?;
    screenshots(&page, "project-missing").await?;
    page.element("encoder-summary").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;
    page.element("save-tabtune:not([disabled])").await?;
    page.close().await
}

/// A project that could not be opened leaves the one that is open, with all its files.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_project_costs_the_open_one_nothing() -> Result {
    const OTHER: &str = "project[data-current='false'] [data-testid='project-open']";
    let scratch = Scratch::new("projects-refused")?;
    let page = Page::open("?device=cpu", PLAIN).await?;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    page.until_saved().await?;
    let second = page.driver.new_tab().await?;
    page.driver.switch_to_window(second).await?;
    let address = format!("{}?device=cpu", variable("TABTUNE_URL")?);
    page.driver.goto(&address).await?;
    page.element("elsewhere").await?;
    page.click("elsewhere-new").await?;
    page.open_file(scratch.path(), "reviews.csv", reviews().as_bytes())
        .await?;
    page.element("dataset-summary[data-examples='120']").await?;
    page.until_saved().await?;
    // From now on the table is the project's own file.
    page.driver.refresh().await?;
    page.element("dataset-summary[data-examples='120']").await?;

    let refused = async || -> Result {
        page.show_projects().await?;
        page.click(OTHER).await?;
        page.message("error", "open in another tab").await?;
        page.save_twice().await
    };
    refused().await?;
    // Another worker reads the table anew.
    page.click("device-switch").await?;
    page.element("device-badge:not([data-reason='requested'])")
        .await?;
    page.element("start:not([disabled])").await?;
    refused().await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;
    page.until_saved().await?;
    assert!(!page.has("error").await? && !page.has("save-problem").await?);
    page.driver.refresh().await?;
    page.element("dataset-summary[data-examples='120']").await?;
    assert!(!page.has("notice").await?);
    page.close().await
}
