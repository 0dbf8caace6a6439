//! A tour of the page's states, each in both themes and both languages: axe-core looks for what shuts people out, and
//! pictures are taken if they are asked for.

use std::env;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::json;

use crate::Scratch;
use crate::page::{PLAIN, Page, Result, variable};

/// Widths of the pictures, in CSS pixels: a phone, a tablet, a desk.
const WIDTHS: [u32; 3] = [360, 820, 1440];
/// The widest window that the page is made for: 4K.
const WIDEST: u32 = 3840;
const SCHEMES: [&str; 2] = ["light", "dark"];
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

/// What axe-core holds a page to: WCAG 2.2 at level AA, and what it takes for good practice.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    html: String,
    #[serde(rename = "failureSummary")]
    failure: String,
}

/// A page that is shown to axe-core and to the camera.
struct Tour {
    page: Page,
    axe: String,
    pictures: Option<PathBuf>,
    faults: Vec<String>,
}

impl Tour {
    async fn begin() -> Result<Self> {
        let pictures = env::var_os("TABTUNE_SCREENSHOTS").map(PathBuf::from);
        if let Some(folder) = &pictures {
            std::fs::create_dir_all(folder)?;
        }
        let mut tour = Self {
            page: Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?,
            axe: std::fs::read_to_string(variable("TABTUNE_AXE")?)?,
            pictures,
            faults: Vec::new(),
        };
        tour.see_a_fault().await?;
        Ok(tour)
    }

    /// A fault that is put into the page is found: axe-core works here.
    async fn see_a_fault(&mut self) -> Result {
        let add = "document.querySelector('main').append(document.createElement('img'))";
        self.page.driver.execute(add, vec![]).await?;
        self.examine("a picture without words").await?;
        assert_eq!(self.faults.len(), 1, "{:?}", self.faults);
        assert!(self.faults[0].contains("image-alt"), "{:?}", self.faults);
        self.faults.clear();
        let remove = "document.querySelector('main > img').remove()";
        self.page.driver.execute(remove, vec![]).await?;
        Ok(())
    }

    /// Looks at the page as it stands.
    async fn stop(&mut self, name: &str) -> Result {
        for language in LANGUAGES {
            self.page.speak(language).await?;
            for scheme in SCHEMES {
                for width in WIDTHS {
                    let file = format!("{name}-{language}-{scheme}-{width}.png");
                    let pictured = self.pictures.as_ref().map(|folder| folder.join(&file));
                    // Widths differ by their layout, so that looking at the outer ones is enough for axe.
                    let examined = width != WIDTHS[1];
                    if pictured.is_none() && !examined {
                        continue;
                    }
                    self.page.look(scheme, width).await?;
                    if let Some(path) = pictured {
                        self.page.driver.screenshot(&path).await?;
                    }
                    if examined {
                        self.examine(&file).await?;
                    }
                }
            }
        }
        self.page.speak("en").await?;
        for width in WIDTHS.into_iter().chain([WIDEST]) {
            self.page.look("light", width).await?;
            let measure = "return document.documentElement.scrollWidth";
            let found: u32 = self.page.driver.execute(measure, vec![]).await?.convert()?;
            if found > width {
                self.faults
                    .push(format!("{name}: {found} pixels at a width of {width}"));
            }
        }
        self.page.look("light", 1280).await
    }

    /// Notes what axe-core finds.
    async fn examine(&mut self, place: &str) -> Result {
        let driver = &self.page.driver;
        let is_there = "return typeof window.axe === 'object'";
        if !driver.execute(is_there, vec![]).await?.convert::<bool>()? {
            driver.execute(self.axe.as_str(), vec![]).await?;
        }
        let script = "const [tags, done] = arguments;
            axe.run(document, { runOnly: tags }).then(
                found => done(found.violations),
                error => done([{ id: 'axe', help: String(error), nodes: [] }]));";
        let found = driver.execute_async(script, vec![json!(RULES)]).await?;
        for violation in found.convert::<Vec<Violation>>()? {
            let nodes = violation.nodes.iter().map(|node| {
                let html: String = node.html.chars().take(200).collect();
                format!("\n    {html}\n      {}", node.failure.replace('\n', " "))
            });
            let nodes: String = nodes.collect();
            self.faults.push(format!(
                "{place}: {} ({}){nodes}",
                violation.id, violation.help
            ));
        }
        Ok(())
    }
}

/// No state of the page has a fault that axe-core knows, in either theme or language, on a phone or a desk.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_clear_to_everyone() -> Result {
    let scratch = Scratch::new("tour")?;
    let mut tour = Tour::begin().await?;
    tour.stop("1-open").await?;

    tour.page.click("sample-uci").await?;
    tour.page.element("dataset-summary").await?;
    tour.page.unfold().await?;
    tour.stop("2-data").await?;

    tour.page.set("Learning rate", "fast").await?;
    tour.stop("3-wrong-setting").await?;
    tour.page.set("Learning rate", "0.01").await?;
    // It is paused before it is over.
    tour.page.set("Epochs", "1000").await?;
    tour.page.click("start").await?;
    tour.page.click("pause").await?;
    tour.page.element("resume:not([disabled])").await?;
    tour.stop("4-paused").await?;
    tour.page.click("stop").await?;
    tour.page.element("test-report").await?;
    tour.page.click("show-mistakes").await?;
    tour.page
        .predict("The soup was cold, but the waiter was charming.")
        .await?;
    tour.page.unfold().await?;
    tour.stop("5-done").await?;

    let lines = tour.page.element("monitor-input").await?;
    for line in ["A wonderful evening\n", "Cold food, rude staff\n"] {
        lines.send_keys(line).await?;
    }
    tour.page.element("monitor-lines[data-count='2']").await?;
    let texts = scratch.path().join("mails.csv");
    std::fs::write(&texts, "mail\nA wonderful evening\nNever again\n")?;
    tour.page.choose("texts-file", &texts).await?;
    tour.page.click("batch-start").await?;
    tour.page.element("batch-done").await?;
    let table = scratch.path().join("broken.csv");
    std::fs::write(&table, "text,label\nonly one\n")?;
    tour.page.choose("file-input", &table).await?;
    tour.page.element("error").await?;
    tour.stop("6-used").await?;

    tour.page.click("type-examples").await?;
    tour.page.element("add-row").await?;
    tour.stop("7-typed").await?;

    assert!(tour.faults.is_empty(), "{}", tour.faults.join("\n"));
    tour.page.close().await
}
