//! Faults that the page survives: a worker that dies, hangs, panics or runs out of memory, a GPU that is lost, files that
//! do not arrive, a clock that jumps. They are brought in from here; nothing in the page helps.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::Scratch;
use crate::faulty_server::{Faults, FaultyServer};
use crate::formats::{GOOD, gbk};
use crate::page::{PLAIN, Page, Result, SWIFTSHADER};

const MINUTES: Duration = Duration::from_secs(60);

/// Stands before a worker's loader and waits for the test's word.
const IN_WORKER: &str = r#"
self.faults = new BroadcastChannel('faults');
for (const name of ['instantiate', 'instantiateStreaming']) {
  const own = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const made = await own.apply(WebAssembly, given);
    // Threads share a memory that comes from outside.
    const shared = Object.values(given[1]).map(module => module.memory).find(memory => memory);
    self.moduleMemory = (made.instance ?? made).exports.memory ?? shared;
    return made;
  };
}
if (self.GPUAdapter) {
  const own = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    return self.gpuDevice = await own.apply(this, given);
  };
}
const stop = { StopTable: { id: 0 } };
const command = (buffer, message = stop) => self.onmessage({ data: { message, buffer } });
self.faults.onmessage = ({ data: fault }) => {
  if (fault === 'end') self.close();
  if (fault === 'hang') for (;;);
  if (fault === 'throw') setTimeout(() => { throw new Error('provoked'); });
  if (fault === 'lose the gpu') self.gpuDevice.destroy();
  if (fault === 'no adapter') navigator.gpu.requestAdapter = async () => null;
  if (fault === 'panic') {
    // Bytes that say that they are another number once they were counted: js-sys asserts that they are not.
    const list = Object.getPrototypeOf(Uint8Array.prototype);
    const length = Object.getOwnPropertyDescriptor(list, 'length').get;
    let counted = 0;
    const get = function () {
      const own = length.call(this);
      return own === 13 && counted++ > 0 ? 14 : own;
    };
    Object.defineProperty(list, 'length', { configurable: true, get });
    const options = { encoding: 'gbk', sheet: null };
    command(new ArrayBuffer(13), { OpenTexts: { id: 0, name: 'a.csv', options } });
  }
  if (fault === 'exhaust') {
    // Takes what the module could still get, then asks for more.
    for (let pages = 16384; pages > 0; pages >>= 1) {
      try { for (;;) self.moduleMemory.grow(pages); } catch {}
    }
    command(new ArrayBuffer(512 << 20));
  }
};
"#;

/// Defines `step`, which is shown of a run, and `watch`, which calls a function whenever another one is.
const STEPS: &str = r#"
const step = () => document.querySelector("[data-testid='progress']")?.getAttribute('data-step');
const watch = see => {
  const observer = new MutationObserver(() => { if (step()) see(Number(step()), observer); });
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ['data-step'] };
  observer.observe(document.body, options);
};
"#;

const NOTE_LEAST_STEP: &str = "window.leastStep = Number(step());
watch(step => window.leastStep = Math.min(window.leastStep, step));";

/// Sends a word to the workers.
const SAY: &str = "const say = word => {
    const channel = new BroadcastChannel('faults');
    channel.postMessage(word);
    setTimeout(() => channel.close(), 1000);
};";

impl Page {
    /// Notes the least step that the page shows of a run from now on.
    pub async fn note_least_step(&self) -> Result {
        let script = format!("{STEPS}{NOTE_LEAST_STEP}");
        self.driver.execute(script, vec![]).await?;
        Ok(())
    }

    pub async fn least_step(&self) -> Result<f64> {
        let least = self.driver.execute("return window.leastStep", vec![]);
        Ok(least.await?.convert()?)
    }

    /// Does something in the page as soon as it shows a step after this one, however long WebDriver takes.
    async fn after_step(&self, step: f64, act: &str) -> Result {
        let script = format!(
            "{STEPS}{SAY}watch((step, observer) => {{
                if (step <= arguments[0]) return;
                observer.disconnect();
                {act}
            }});"
        );
        self.driver.execute(script, vec![json!(step)]).await?;
        Ok(())
    }
}

/// A table that is learnt in a moment.
fn table() -> String {
    let rows = (0..120).map(|row| match row % 2 {
        0 => format!("good food number {row},yes\n"),
        _ => format!("bad food number {row},no\n"),
    });
    ["text,label\n".to_owned()]
        .into_iter()
        .chain(rows)
        .collect()
}

/// The page with a table that was changed, and the losses of a whole run on it.
struct Trial {
    page: Page,
    _server: FaultyServer,
    /// Loss of the last step.
    loss: f64,
    rows: f64,
    _scratch: Scratch,
}

impl Trial {
    async fn start(name: &str, query: &str, flags: &[&str], script: &'static str) -> Result<Self> {
        let server = FaultyServer::start(Faults {
            script,
            ..Faults::default()
        })?;
        let scratch = Scratch::new(name)?;
        let page = Page::open_at(&format!("{}{query}", server.url()), flags).await?;
        page.element("encoder-summary").await?;
        page.select("model-select", "tiny-bert").await?;
        page.element("encoder-summary[data-encoder='tiny-bert']")
            .await?;
        page.open_file(scratch.path(), "own.csv", table().as_bytes())
            .await?;
        page.until("first-rows", "data-total", MINUTES, |rows| rows == 120.0)
            .await?;
        page.unfold().await?;
        page.type_in("add-text", "a row that was typed").await?;
        page.type_in("add-label", "yes").await?;
        page.click("add-row").await?;
        let rows = page
            .until("first-rows", "data-total", MINUTES, |rows| rows == 121.0)
            .await?;
        page.set("Epochs", "200").await?;
        let mut trial = Self {
            page,
            _server: server,
            loss: 0.0,
            rows,
            _scratch: scratch,
        };
        trial.page.click("start").await?;
        trial.loss = trial.ended().await?;
        Ok(trial)
    }

    /// The loss of the last step of the run, once it is over.
    async fn ended(&self) -> Result<f64> {
        self.page
            .element_within("test-accuracy", 5 * MINUTES)
            .await?;
        self.page.number("loss-chart", "data-last-loss").await
    }

    /// Starts another run, saves it in the middle, and brings about a fault in the next step: at which step it was saved is
    /// what comes back. From then on the least step that is shown is noted.
    async fn train_to(&self, fault: &str) -> Result<f64> {
        let page = &self.page;
        page.click("start").await?;
        let pause = "document.querySelector(\"[data-testid='pause']\").click();";
        page.after_step(19.0, pause).await?;
        page.element("resume:not([disabled])").await?;
        let saved = page.number("progress", "data-step").await?;
        page.note_least_step().await?;
        page.after_step(saved, &format!("say('{fault}');")).await?;
        page.click("resume").await?;
        Ok(saved)
    }

    /// The run goes on from no step before `saved`, and to the same end.
    async fn goes_on_from(self, saved: f64) -> Result {
        self.ended().await?;
        let least = self.page.least_step().await?;
        assert!(
            least >= saved,
            "step {least} was shown after step {saved} was saved"
        );
        self.goes_on().await
    }

    /// The run comes to the same end, and the changed table is there.
    async fn goes_on(self) -> Result {
        assert_eq!(self.ended().await?, self.loss, "the losses are the same");
        let rows = self.page.number("first-rows", "data-total").await?;
        assert_eq!(rows, self.rows, "the changes are there");
        self.page.close().await
    }
}

async fn survives(name: &str, fault: &str, says: &str) -> Result {
    let trial = Trial::start(name, "?device=cpu", PLAIN, IN_WORKER).await?;
    let saved = trial.train_to(fault).await?;
    trial.page.message("notice", says).await?;
    trial.page.message("notice", "from its checkpoint").await?;
    trial.goes_on_from(saved).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_survived() -> Result {
    survives("panic", "panic", "that computes broke").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_nobody_catches_is_survived() -> Result {
    survives("throw", "throw", "that computes stopped").await
}

/// A worker that was ended says nothing: it is noticed by its silence, and replaced unasked.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_ended_is_replaced() -> Result {
    let trial = Trial::start("end", "?device=cpu", PLAIN, IN_WORKER).await?;
    let saved = trial.train_to("end").await?;
    // The longer its work took before, the longer is waited for it.
    trial
        .page
        .element_within("worker-silent", 5 * MINUTES)
        .await?;
    trial.page.element_within("notice", 10 * MINUTES).await?;
    trial.page.message("notice", "did not answer").await?;
    trial.goes_on_from(saved).await
}

/// A worker that hangs is replaced as soon as the user wishes.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_is_replaced() -> Result {
    let trial = Trial::start("hang", "?device=cpu", PLAIN, IN_WORKER).await?;
    let saved = trial.train_to("hang").await?;
    let silent = trial
        .page
        .element_within("worker-silent", 5 * MINUTES)
        .await?;
    assert!(silent.text().await?.contains("does not answer"));
    trial.page.click("replace-worker").await?;
    trial.page.message("notice", "from its checkpoint").await?;
    trial.goes_on_from(saved).await
}

/// Without memory the run waits at its checkpoint, and goes on when the user wishes.
#[tokio::test(flavor = "multi_thread")]
async fn a_lack_of_memory_pauses_the_run() -> Result {
    let trial = Trial::start("memory", "?device=cpu", PLAIN, IN_WORKER).await?;
    let saved = trial.train_to("exhaust").await?;
    let notice = trial.page.message("notice", "not enough memory").await?;
    for words in ["paused at its checkpoint", "smaller batch size"] {
        assert!(notice.contains(words), "{notice}");
    }
    trial.page.element("resume:not([disabled])").await?;
    let step = trial.page.number("progress", "data-step").await?;
    sleep(Duration::from_secs(3)).await;
    let later = trial.page.number("progress", "data-step").await?;
    assert_eq!(step, later, "it waits for the user");
    trial.page.click("resume").await?;
    trial.goes_on_from(saved).await
}

/// Neither a machine that slept nor a clock that was set makes a worker hang, and a hidden tab goes on training.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_and_hidden_tabs_are_no_faults() -> Result {
    let trial = Trial::start("clock", "?device=cpu", PLAIN, "").await?;
    let page = &trial.page;
    // It trains for longer than all of this takes.
    page.set("Batch size", "1").await?;
    page.set("Epochs", "1000").await?;
    page.click("start").await?;
    page.until("progress", "data-step", 2 * MINUTES, |step| step >= 2.0)
        .await?;
    for hours in [5.0, -10.0, 48.0] {
        let jump = "const hours = arguments[0];
            for (const clock of [performance, Date]) {
                const own = clock.now.bind(clock);
                clock.now = () => own() + hours * 3600e3;
            }";
        page.driver.execute(jump, vec![json!(hours)]).await?;
        sleep(Duration::from_secs(3)).await;
        assert!(!page.has("worker-silent").await? && !page.has("notice").await?);
    }

    page.driver
        .execute(
            "window.wasHidden = false; document.addEventListener('visibilitychange', () => window.wasHidden ||= document.hidden);",
            vec![],
        )
        .await?;
    let first = page.driver.window().await?;
    let second = page.driver.new_tab().await?;
    let before = page.number("progress", "data-step").await?;
    page.driver.switch_to_window(second).await?;
    sleep(Duration::from_secs(15)).await;
    page.driver.close_window().await?;
    page.driver.switch_to_window(first).await?;
    let after = page.number("progress", "data-step").await?;
    let total = page.number("progress", "data-total").await?;
    println!("hidden from step {before} to step {after} of {total}");
    assert!(before + 100.0 < after && after < total);
    let hidden: bool = page
        .driver
        .execute("return window.wasHidden", vec![])
        .await?
        .convert()?;
    assert!(hidden, "the other tab lay in front");
    assert!(!page.has("worker-silent").await? && !page.has("notice").await?);
    page.click("stop").await?;
    page.element("test-accuracy").await?;
    // By the same clocks, the run of before.
    page.set("Batch size", "16").await?;
    page.set("Epochs", "200").await?;
    page.click("start").await?;
    trial.goes_on().await
}

/// A GPU that is lost in the middle of a run: the run waits until the user has decided.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_gpu_leaves_the_decision_to_the_user() -> Result {
    let server = FaultyServer::start(Faults {
        script: IN_WORKER,
        ..Faults::default()
    })?;
    let page = Page::open_at(&format!("{}?device=gpu", server.url()), SWIFTSHADER).await?;
    page.element("encoder-summary").await?;
    page.select("model-select", "tiny-bert").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.click("start").await?;
    let lose = "new BroadcastChannel('faults').postMessage('lose the gpu')";
    page.until("progress", "data-step", 5 * MINUTES, |step| step >= 2.0)
        .await?;
    page.driver.execute(lose, vec![]).await?;
    page.element_within("gpu-failed", 2 * MINUTES).await?;
    sleep(Duration::from_secs(2)).await;
    assert!(page.has("gpu-failed").await?, "it waits for the user");

    page.click("try-gpu").await?;
    page.element_within("device-badge[data-device='gpu']", 5 * MINUTES)
        .await?;
    let step = page.number("progress", "data-step").await?;
    page.until("progress", "data-step", 5 * MINUTES, |now| now > step)
        .await?;

    page.driver.execute(lose, vec![]).await?;
    page.element_within("gpu-failed", 2 * MINUTES).await?;
    page.click("use-cpu").await?;
    page.element_within("device-badge[data-device='cpu']", 2 * MINUTES)
        .await?;
    let step = page.number("progress", "data-step").await?;
    page.until("progress", "data-step", 2 * MINUTES, |now| now > step + 5.0)
        .await?;
    page.close().await
}

/// The build for the GPU in a browser that has WebGPU, but no adapter for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_adapter_is_said() -> Result {
    let server = FaultyServer::start(Faults {
        script: "navigator.gpu.requestAdapter = async () => null;",
        ..Faults::default()
    })?;
    let page = Page::open_at(&format!("{}?device=gpu", server.url()), SWIFTSHADER).await?;
    assert_eq!(
        page.attribute("device-badge", "data-reason").await?,
        "no-adapter"
    );
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("start:not([disabled])").await?;
    page.close().await
}

/// What reads other encodings does not arrive: the table in use stays, and the file opens the next time.
#[tokio::test(flavor = "multi_thread")]
async fn an_encoding_that_cannot_be_read_is_said() -> Result {
    let server = FaultyServer::start(Faults::default())?;
    let page = Page::open_at(&format!("{}?device=cpu", server.url()), PLAIN).await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary[data-examples='2982']")
        .await?;

    let scratch = Scratch::new("encodings")?;
    server.faults().truncated = Some("encodings.wasm");
    page.open_file(scratch.path(), "gbk.csv", &gbk()).await?;
    let error = page
        .message("error", "module for the encoding of gbk.csv could not")
        .await?;
    assert!(error.contains("A file in UTF-8 needs no module"), "{error}");
    page.element("dataset-summary[data-examples='2982']")
        .await?;

    server.faults().truncated = None;
    page.open_file(scratch.path(), "gbk.csv", &gbk()).await?;
    page.message("first-rows", GOOD).await?;
    page.element("dataset-summary[data-examples='40']").await?;
    page.close().await
}

/// Code that does not arrive is said. What waits for it, the worker's greeting for one, is heard once it has come.
#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_cannot_be_fetched_is_tried_again() -> Result {
    let server = FaultyServer::start(Faults {
        truncated: Some("_work.wasm"),
        ..Faults::default()
    })?;
    let page = Page::start(PLAIN).await?;
    page.driver
        .goto(format!("{}?device=cpu", server.url()))
        .await?;
    let told = "Parts of the page could not be loaded";
    page.message("chunks-missing", told).await?;
    // Nor does it arrive the second time, for another reason.
    server.faults().truncated = None;
    server.faults().altered = Some("_work.wasm");
    page.click("fetch-chunks").await?;
    page.message("chunks-missing", told).await?;
    assert!(!page.has("start").await?);
    // The other chunk is here.
    page.element("predict-input").await?;

    server.faults().altered = None;
    page.click("fetch-chunks").await?;
    page.element("encoder-summary").await?;
    assert!(!page.has("chunks-missing").await?);
    page.click("sample-uci").await?;
    page.element("dataset-summary[data-examples='2982']")
        .await?;
    page.element("start:not([disabled])").await?;
    page.close().await
}

/// The same of the chunk that is needed last: all before it works.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_last_chunk_the_others_work() -> Result {
    let server = FaultyServer::start(Faults {
        truncated: Some("_results.wasm"),
        ..Faults::default()
    })?;
    let page = Page::open_at(&format!("{}?device=cpu", server.url()), PLAIN).await?;
    page.message("chunks-missing", "try again").await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.set("Epochs", "1").await?;
    page.element("start:not([disabled])").await?;

    server.faults().truncated = None;
    page.click("fetch-chunks").await?;
    page.element("predict-input").await?;
    page.element("dataset-summary[data-examples='2982']")
        .await?;
    assert!(!page.has("chunks-missing").await?);
    page.close().await
}

/// The worker comes in chunks, too. One that does not arrive is said, and asked for until it does; what is done meanwhile waits
/// for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_of_the_worker_is_asked_for_until_it_is_here() -> Result {
    let server = FaultyServer::start(Faults {
        truncated: Some("worker-cpu_data.wasm"),
        ..Faults::default()
    })?;
    let page = Page::open_at(&one_thread(&server), PLAIN).await?;
    let told = "could not be loaded";
    page.message("worker-lacks-code", told).await?;
    // An encoder takes the first part alone.
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    // Nor does it arrive later, for another reason.
    server.faults().truncated = None;
    server.faults().altered = Some("worker-cpu_data.wasm");
    sleep(Duration::from_secs(3)).await;
    page.message("worker-lacks-code", told).await?;
    assert!(!page.has("dataset-summary").await?);

    server.faults().altered = None;
    page.element_within("dataset-summary[data-examples='2982']", MINUTES)
        .await?;
    assert!(!page.has("worker-lacks-code").await?);
    page.close().await
}

/// The same of the chunk that is needed last: all before it works, and a run that was asked for begins once it is here.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_its_chunk() -> Result {
    let server = FaultyServer::start(Faults {
        truncated: Some("worker-cpu_training.wasm"),
        ..Faults::default()
    })?;
    let page = Page::open_at(&one_thread(&server), PLAIN).await?;
    page.message("worker-lacks-code", "could not be loaded")
        .await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary[data-examples='2982']")
        .await?;
    page.set("Epochs", "1000").await?;
    page.click("start").await?;

    server.faults().truncated = None;
    page.until("progress", "data-step", MINUTES, |step| step >= 1.0)
        .await?;
    assert!(!page.has("worker-lacks-code").await?);
    page.click("stop").await?;
    page.close().await
}

/// The page on the worker for the CPU with one thread.
fn one_thread(server: &FaultyServer) -> String {
    format!("{}?device=cpu&threads=1", server.url())
}

/// An encoder that does not arrive as it should leaves the one in use, and arrives the next time.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_download_is_refused_and_tried_again() -> Result {
    let server = FaultyServer::start(Faults::default())?;
    let page = Page::open_at(&format!("{}?device=cpu", server.url()), PLAIN).await?;
    page.element("encoder-summary").await?;
    page.select("model-select", "tiny-bert").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.click("sample-uci").await?;
    page.element("start:not([disabled])").await?;

    server.faults().altered = Some("tiny-roberta/model.safetensors");
    page.select("model-select", "tiny-roberta").await?;
    let error = page
        .message("error", "does not have the expected checksum")
        .await?;
    assert!(error.contains("Try again"), "{error}");
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;

    server.faults().altered = None;
    server.faults().truncated = Some("tiny-distilbert/model.safetensors");
    page.select("model-select", "tiny-distilbert").await?;
    let error = page.message("error", "model.safetensors could").await?;
    assert!(error.contains("try again"), "{error}");
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;

    server.faults().down = true;
    page.select("model-select", "tiny-xlm-roberta").await?;
    let error = page.message("error", "config.json could").await?;
    assert!(error.contains("server is running"), "{error}");
    // What is here works without the server.
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element_within("test-accuracy", 5 * MINUTES).await?;

    server.faults().down = false;
    server.faults().truncated = None;
    page.select("model-select", "tiny-roberta").await?;
    page.element("encoder-summary[data-encoder='tiny-roberta']")
        .await?;
    page.close().await
}
