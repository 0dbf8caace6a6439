//! The page in a real browser: starting Chromium through WebDriver, finding elements, waiting.

use std::env;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use thirtyfour::ChromeCapabilities;
use thirtyfour::prelude::*;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::Scratch;

pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Chromium without WebGPU to speak of.
pub const PLAIN: &[&str] = &["disable-gpu", "disable-features=WebGPU,Vulkan"];
/// Chromium with WebGPU emulated by SwiftShader.
pub const SWIFTSHADER: &[&str] = &[
    "enable-unsafe-webgpu",
    "use-webgpu-adapter=swiftshader",
    "enable-features=Vulkan",
];

const ALWAYS: &[&str] = &[
    "headless",
    "no-sandbox",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "window-size=1280,1000",
];

/// Browsers that were started, each with a folder of its own.
static PROFILES: AtomicU32 = AtomicU32::new(0);

/// Time for anything that is not training.
pub const PATIENCE: Duration = Duration::from_secs(120);
const GLANCE: Duration = Duration::from_millis(25);

/// The page, and the browser that shows it.
pub struct Page {
    pub driver: WebDriver,
    chromedriver: Child,
    profile: Scratch,
}

impl Page {
    /// Opens the page in a new browser. `query` follows its address, `?device=cpu` for example.
    pub async fn open(query: &str, flags: &[&str]) -> Result<Self> {
        Self::open_at(&format!("{}{query}", variable("TABTUNE_URL")?), flags).await
    }

    /// Opens the page at another address.
    pub async fn open_at(address: &str, flags: &[&str]) -> Result<Self> {
        Self::start(flags).await?.go_to(address).await
    }

    /// Opens the page in a browser that finds what another one has left behind.
    pub async fn open_again(profile: Scratch, query: &str, flags: &[&str]) -> Result<Self> {
        let address = format!("{}{query}", variable("TABTUNE_URL")?);
        let page = Self::start_with(flags, profile).await?;
        page.go_to(&address).await
    }

    async fn go_to(self, address: &str) -> Result<Self> {
        self.driver.goto(address).await?;
        self.element("device-badge[data-device]").await?;
        Ok(self)
    }

    /// A new browser that shows nothing yet.
    pub async fn start(flags: &[&str]) -> Result<Self> {
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        Self::start_with(flags, Scratch::new(&format!("profile-{number}"))?).await
    }

    /// Closes the browser, and starts it anew with all that it has kept.
    pub async fn restart(mut self, flags: &[&str]) -> Result<Self> {
        self.driver.clone().quit().await?;
        self.chromedriver.kill().await?;
        Self::start_with(flags, self.profile).await
    }

    async fn start_with(flags: &[&str], profile: Scratch) -> Result<Self> {
        let port = free_port()?;
        let chromedriver = Command::new(variable("TABTUNE_CHROMEDRIVER")?)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(&variable("TABTUNE_CHROMIUM")?)?;
        for flag in ALWAYS.iter().chain(flags) {
            capabilities.add_arg(&format!("--{flag}"))?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        let driver = connect(port, capabilities).await?;
        Ok(Self {
            driver,
            chromedriver,
            profile,
        })
    }

    /// Opens the page with an encoder loaded.
    pub async fn open_with(query: &str, flags: &[&str], encoder: &str) -> Result<Self> {
        let page = Self::open(query, flags).await?;
        page.element("encoder-summary").await?;
        page.select("model-select", encoder).await?;
        page.element(&format!("encoder-summary[data-encoder='{encoder}']"))
            .await?;
        Ok(page)
    }

    /// Waits until the page's files are kept, which takes the time of a core, or are known not to be.
    pub async fn settle(&self) -> Result {
        self.element("offline:not([data-state='unknown']):not([data-state='keeping'])")
            .await?;
        Ok(())
    }

    /// Kills the browser with all its processes, as a crash or a power cut does. What it has on the disk is left.
    pub async fn kill_browser(mut self) -> Result<Scratch> {
        let pattern = format!("user-data-dir={}", self.profile.path().display());
        let status = Command::new("pkill")
            .args(["-KILL", "-f", &pattern])
            .status()
            .await?;
        // There is no browser to say goodbye to.
        let _ = self.driver.quit().await;
        self.chromedriver.kill().await?;
        match status.success() {
            true => Ok(self.profile),
            false => Err(format!("no process matches {pattern}").into()),
        }
    }

    pub async fn close(mut self) -> Result {
        self.driver.quit().await?;
        self.chromedriver.kill().await?;
        Ok(())
    }

    /// An element by its test id, with a selector behind it if need be; waits for it.
    pub async fn element(&self, test_id: &str) -> Result<WebElement> {
        self.element_within(test_id, PATIENCE).await
    }

    pub async fn element_within(&self, test_id: &str, patience: Duration) -> Result<WebElement> {
        let css = css(test_id);
        let begun = Instant::now();
        loop {
            if let Some(element) = self
                .driver
                .find_all(By::Css(css.as_str()))
                .await?
                .into_iter()
                .next()
            {
                return Ok(element);
            }
            if begun.elapsed() > patience {
                let errors = self.texts("error").await.unwrap_or_default();
                return Err(format!(
                    "there is no {css} after {patience:?}; the page says {errors:?}"
                )
                .into());
            }
            sleep(GLANCE).await;
        }
    }

    /// Texts of all elements with a test id.
    pub async fn texts(&self, test_id: &str) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(By::Css(css(test_id))).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// An attribute of an element.
    pub async fn attribute(&self, test_id: &str, name: &str) -> Result<String> {
        let value = self.element(test_id).await?.attr(name).await?;
        value.ok_or_else(|| format!("{test_id} has no {name}").into())
    }

    /// A number in an attribute.
    pub async fn number(&self, test_id: &str, name: &str) -> Result<f64> {
        Ok(self.attribute(test_id, name).await?.parse()?)
    }

    /// An element, once it can be used.
    async fn usable(&self, test_id: &str) -> Result<WebElement> {
        // While a project is opened nothing of the page can.
        self.element(&format!("{test_id}:not([disabled]):not([inert] *)"))
            .await
    }

    /// Clicks, once the element can be clicked. Where an answer of the worker has moved it from under the mouse, or has it
    /// disabled for a moment, it is clicked again.
    pub async fn click(&self, test_id: &str) -> Result {
        let begun = Instant::now();
        loop {
            let element = self.usable(test_id).await?;
            match self.hits(&element).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) if is_of_the_moment(&error) => {}
                Err(error) => return Err(error.into()),
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("no click hits {test_id}").into());
            }
            sleep(GLANCE).await;
        }
    }

    /// Clicks an element, and tells whether it was hit.
    async fn hits(&self, element: &WebElement) -> WebDriverResult<bool> {
        element.scroll_into_view().await?;
        let watch = "window.isHit = false;
            const hit = () => window.isHit = true;
            arguments[0].addEventListener('click', hit, { capture: true, once: true });";
        self.driver.execute(watch, vec![element.to_json()?]).await?;
        element.click().await?;
        // A page that is left by the click says nothing, and the next one knows nothing of it.
        match self
            .driver
            .execute("return window.isHit !== false", vec![])
            .await
        {
            Ok(is_hit) => is_hit.convert(),
            Err(_) => Ok(true),
        }
    }

    pub async fn type_in(&self, test_id: &str, text: &str) -> Result {
        let element = self.usable(test_id).await?;
        element.clear().await?;
        Ok(element.send_keys(text).await?)
    }

    /// Chooses an option by its value or, failing that, by its text.
    pub async fn select(&self, test_id: &str, option: &str) -> Result {
        let element = self.usable(test_id).await?;
        for candidate in element.find_all(By::Tag("option")).await? {
            if candidate.value().await?.as_deref() == Some(option)
                || candidate.text().await? == option
            {
                return Ok(candidate.click().await?);
            }
        }
        Err(format!("{test_id} has no option {option}").into())
    }

    /// Types a setting, whose field may be folded away.
    pub async fn set(&self, setting: &str, value: &str) -> Result {
        self.unfold().await?;
        let field = self
            .driver
            .find(By::Css(format!("[data-setting='{setting}']")))
            .await?;
        field.clear().await?;
        Ok(field.send_keys(value).await?)
    }

    /// Chooses a setting's value from its list, which may be folded away.
    pub async fn set_to(&self, setting: &str, value: &str) -> Result {
        self.unfold().await?;
        let option = format!("[data-setting='{setting}'] option[value='{value}']");
        Ok(self.driver.find(By::Css(option)).await?.click().await?)
    }

    /// Opens a file as the user does; `text` is written to disk first.
    pub async fn open_file(&self, folder: &Path, name: &str, content: &[u8]) -> Result {
        let path = folder.join(name);
        std::fs::write(&path, content)?;
        let input = self.usable("file-input").await?;
        Ok(input.send_keys(path.display().to_string()).await?)
    }

    /// Gives a file or a folder to one of the page's inputs, as the browser's dialogue does.
    pub async fn choose(&self, test_id: &str, path: &Path) -> Result {
        let input = self.usable(test_id).await?;
        Ok(input.send_keys(path.display().to_string()).await?)
    }

    /// Lets the browser save files in a folder, without asking.
    pub async fn save_into(&self, folder: &Path) -> Result {
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder });
        let cdp = self.driver.cdp();
        cdp.send_raw("Browser.setDownloadBehavior", behaviour)
            .await?;
        Ok(())
    }

    /// The content of a file, once the browser has saved it. Until it is whole it has another name, for which an empty file
    /// keeps the place.
    pub async fn saved(&self, path: &Path) -> Result<Vec<u8>> {
        let begun = Instant::now();
        while !path.metadata().is_ok_and(|file| file.len() > 0) {
            if begun.elapsed() > PATIENCE {
                let errors = self.texts("error").await.unwrap_or_default();
                return Err(format!("{} is not saved: {errors:?}", path.display()).into());
            }
            sleep(GLANCE).await;
        }
        Ok(std::fs::read(path)?)
    }

    /// Folds everything open.
    pub async fn unfold(&self) -> Result {
        let script = "document.querySelectorAll('details').forEach(details => details.open = true)";
        self.driver.execute(script, vec![]).await?;
        Ok(())
    }

    /// The message of the page that contains some words, once it shows one.
    pub async fn message(&self, test_id: &str, words: &str) -> Result<String> {
        let begun = Instant::now();
        loop {
            let texts = self.texts(test_id).await.unwrap_or_default();
            if let Some(text) = texts.iter().find(|text| text.contains(words)) {
                return Ok(text.clone());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("no {test_id} says {words:?}: {texts:?}").into());
            }
            sleep(GLANCE).await;
        }
    }

    /// Waits until an attribute holds.
    pub async fn until(
        &self,
        test_id: &str,
        name: &str,
        patience: Duration,
        holds: impl Fn(f64) -> bool,
    ) -> Result<f64> {
        let begun = Instant::now();
        loop {
            let value = self.number(test_id, name).await?;
            if holds(value) {
                return Ok(value);
            }
            if begun.elapsed() > patience {
                return Err(format!("{test_id} stays at {name}={value} for {patience:?}").into());
            }
            sleep(GLANCE).await;
        }
    }

    /// The tag of the language that the page is in.
    pub async fn language(&self) -> Result<String> {
        let script = "return document.documentElement.lang";
        Ok(self.driver.execute(script, vec![]).await?.convert()?)
    }

    /// Chooses a language, and waits until the page is in it.
    pub async fn speak(&self, language: &str) -> Result {
        self.select("language", language).await?;
        let begun = Instant::now();
        while self.language().await? != language {
            if begun.elapsed() > PATIENCE {
                return Err(format!("the page does not change to {language}").into());
            }
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// The label that the model gives a text. The page asks by itself when the typing pauses.
    pub async fn predict(&self, text: &str) -> Result<String> {
        self.type_in("predict-input", text).await?;
        let begun = Instant::now();
        loop {
            let output = self.element("predict-output[data-current='true']").await?;
            let (of, label) = (
                output.attr("data-text").await?,
                output.attr("data-label").await?,
            );
            if of.as_deref() == Some(text) {
                return Ok(label.unwrap_or_default());
            }
            if begun.elapsed() > PATIENCE {
                return Err("no prediction came".into());
            }
            sleep(GLANCE).await;
        }
    }

    /// Everything that the page has requested since it was loaded, its worker's requests included as far as the
    /// browser tells them.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let script = "return performance.getEntriesByType('resource').map(entry => entry.name)";
        Ok(self.driver.execute(script, vec![]).await?.convert()?)
    }

    /// Shows the whole page in a colour scheme and at a width in pixels.
    pub async fn look(&self, scheme: &str, width: u32) -> Result {
        let cdp = self.driver.cdp();
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        cdp.send_raw("Emulation.setEmulatedMedia", feature).await?;
        let measure = "return document.documentElement.scrollHeight";
        for height in [1000, 0] {
            let height = if height > 0 {
                height
            } else {
                self.driver.execute(measure, vec![]).await?.convert()?
            };
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics)
                .await?;
        }
        sleep(GLANCE).await;
        Ok(())
    }

    /// Kills the process that holds the browser's GPU device, as a driver's crash does. The browser starts another.
    pub async fn kill_gpu_process(&self) -> Result {
        let pattern = format!("type=gpu-process.*{}", self.profile.path().display());
        let status = Command::new("pkill")
            .args(["-KILL", "-f", &pattern])
            .status()
            .await?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("no process matches {pattern}").into())
        }
    }

    /// Milliseconds of a processor that the page's thread has had. Other than on a clock, nothing counts that the machine
    /// did beside it.
    pub async fn thread_time(&self) -> Result<f64> {
        let cdp = self.driver.cdp();
        cdp.send_raw("Performance.enable", json!({})).await?;
        let metrics = cdp.send_raw("Performance.getMetrics", json!({})).await?;
        let metrics = metrics["metrics"]
            .as_array()
            .ok_or("there are no metrics")?;
        let mut metrics = metrics.iter();
        let time = metrics.find(|metric| metric["name"] == "ThreadTime");
        let seconds = time.and_then(|metric| metric["value"].as_f64());
        Ok(1000.0 * seconds.ok_or("the thread's time is not known")?)
    }

    /// Whether an element is there at this moment.
    pub async fn has(&self, test_id: &str) -> Result<bool> {
        let css = format!("[data-testid='{test_id}']");
        Ok(!self.driver.find_all(By::Css(css)).await?.is_empty())
    }
}

/// Whether an element was moved, covered or replaced just when it was to be clicked.
fn is_of_the_moment(error: &WebDriverError) -> bool {
    use thirtyfour::error::WebDriverErrorInner::{ElementClickIntercepted, StaleElementReference};
    matches!(
        error.as_inner(),
        ElementClickIntercepted(_) | StaleElementReference(_)
    )
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A session, once chromedriver listens.
async fn connect(port: u16, capabilities: ChromeCapabilities) -> Result<WebDriver> {
    let begun = Instant::now();
    loop {
        match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities.clone()).await {
            Ok(driver) => return Ok(driver),
            Err(error) if begun.elapsed() > PATIENCE => return Err(error.into()),
            Err(_) => sleep(GLANCE).await,
        }
    }
}

pub fn variable(name: &str) -> Result<String> {
    env::var(name)
        .map_err(|_| format!("{name} is not set: run `cargo xtask test --only end-to-end`").into())
}

/// A test id, with what may follow it in a selector.
fn css(test_id: &str) -> String {
    let (name, rest) = test_id.split_at(test_id.find(['[', ' ', ':']).unwrap_or(test_id.len()));
    format!("[data-testid='{name}']{rest}")
}
