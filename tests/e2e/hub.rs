//! Encoders from the hub, which is a mock on this machine.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use crate::mock_hub::{Content, MockHub, REVISION};
use crate::page::{PLAIN, Page, Result};
use crate::training::screenshots;

/// The tiny encoder under the names of repositories, with a file that it does not need.
fn content(repositories: &[&str]) -> Result<Content> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-bert");
    let mut files = BTreeMap::from([("onnx/model.onnx".to_owned(), vec![0; 100])]);
    for name in [
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "vocab.txt",
    ] {
        files.insert(name.to_owned(), std::fs::read(folder.join(name))?);
    }
    let repositories = repositories
        .iter()
        .map(|&name| (name.to_owned(), files.clone()));
    Ok(Content {
        repositories: repositories.collect(),
        ..Content::default()
    })
}

/// The page, with the encoder that comes with it.
async fn open() -> Result<Page> {
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    // What is folded has come.
    page.element("hub-allow").await?;
    page.unfold().await?;
    assert!(!page.has("hub-name").await?, "the hub is off at first");
    page.click("hub-allow").await?;
    page.element("hub-name").await?;
    page.element("device-badge[data-device]").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    Ok(page)
}

async fn look_up(page: &Page, name: &str) -> Result {
    page.type_in("hub-name", name).await?;
    page.click("hub-lookup").await
}

/// Looked up, downloaded over a line that breaks, used, kept, used without a connection, forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn an_encoder_is_fetched_once_and_kept() -> Result {
    let page = open().await?;
    let hub = MockHub::start(content(&["someone/tiny"])?)?;
    assert!(hub.take_log().is_empty(), "nothing is asked unasked");

    look_up(&page, " someone/tiny ").await?;
    let details = page
        .element("hub-details[data-repository='someone/tiny'][data-stored='false']")
        .await?
        .text()
        .await?;
    for words in [
        "/someone/tiny",
        "apache-2.0",
        "0.2 MB",
        "model.safetensors",
        "0123456789ab",
    ] {
        assert!(details.contains(words), "{details}");
    }
    assert!(!details.contains("vocab.txt"), "{details}");
    assert_eq!(hub.take_log(), ["/api/models/someone/tiny?blobs=true"]);
    screenshots(&page, "hub").await?;

    hub.content().breaks = 2;
    page.click("hub-download").await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;
    let log = hub.take_log();
    let file = |name: &str| format!("/someone/tiny/resolve/{REVISION}/{name}");
    assert_eq!(log.len(), 5, "{log:?}");
    assert_eq!(
        log[..3],
        ["config.json", "tokenizer.json", "model.safetensors"].map(file)
    );
    let ranges: Vec<usize> = log[3..]
        .iter()
        .filter_map(|request| {
            let range = request.strip_prefix(&file("model.safetensors"))?;
            range
                .strip_prefix(" bytes=")?
                .strip_suffix('-')?
                .parse()
                .ok()
        })
        .collect();
    assert!(
        matches!(ranges[..], [first, second] if 0 < first && first < second),
        "{log:?}"
    );

    // What came is an encoder like any other.
    page.click("sample-uci").await?;
    page.element("start:not([disabled])").await?;

    drop(hub);
    page.driver.refresh().await?;
    page.element("encoder-summary").await?;
    page.element("hub-allow").await?;
    page.unfold().await?;
    look_up(&page, "someone/tiny").await?;
    page.element("hub-details[data-stored='true']").await?;
    screenshots(&page, "hub-kept").await?;
    page.click("hub-download").await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;

    page.click("hub-forget").await?;
    page.element("hub-details[data-stored='false']").await?;
    look_up(&page, "someone/tiny").await?;
    let error = page.message("error", "cannot be reached").await?;
    assert!(error.contains("Check your connection"), "{error}");
    page.close().await
}

/// A hub that goes away in the middle: what has arrived is not asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_broke_off_goes_on() -> Result {
    let page = open().await?;
    let hub = MockHub::start(content(&["someone/tiny"])?)?;
    look_up(&page, "someone/tiny").await?;
    page.element("hub-details").await?;
    {
        let mut content = hub.content();
        content.breaks = 1;
        content.down_after_breaks = true;
    }
    page.click("hub-download").await?;
    let error = page
        .message("error", "The connection broke at byte")
        .await?;
    assert!(error.contains("press Download to go on"), "{error}");
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;

    hub.content().down = false;
    hub.take_log();
    page.click("hub-download").await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;
    let log = hub.take_log();
    assert_eq!(log.len(), 1, "the small files were kept: {log:?}");
    assert!(log[0].contains("model.safetensors bytes="), "{log:?}");
    page.close().await
}

/// Whatever the hub holds or does: a message, and the encoder in use stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_hub_cannot_give_is_said() -> Result {
    let page = open().await?;
    let names = ["some/gated", "some/llama", "some/slow", "some/corrupt"];
    let mut content = content(&names)?;
    content.gated.push("some/gated".to_owned());
    let mut change = |name: &str, file: &str, bytes: Option<&[u8]>| {
        let files = content.repositories.entry(name.to_owned()).or_default();
        files.remove(file);
        files.extend(bytes.map(|bytes| (file.to_owned(), bytes.to_owned())));
    };
    change(
        "some/llama",
        "config.json",
        Some(br#"{"model_type":"llama"}"#),
    );
    change("some/slow", "tokenizer.json", None);
    let hub = MockHub::start(content)?;
    for (name, message, hint) in [
        (
            "bert",
            "“bert” is no repository",
            "intfloat/multilingual-e5-small",
        ),
        (
            "no/such",
            "no public repository no/such",
            "Compare the name",
        ),
        ("some/gated", "some/gated is gated", "Ask for access"),
        (
            "some/slow",
            "tokenizer.json is missing; vocab.txt cannot",
            "AutoTokenizer",
        ),
    ] {
        look_up(&page, name).await?;
        let error = page.message("error", message).await?;
        assert!(error.contains(hint), "{error}");
    }
    hub.take_log();

    // The architecture is known before the weights are fetched.
    look_up(&page, "some/llama").await?;
    page.element("hub-details[data-repository='some/llama']")
        .await?;
    page.click("hub-download").await?;
    page.message("error", "model_type \"llama\"").await?;
    let log = hub.take_log();
    assert!(
        log.iter().all(|request| !request.contains("safetensors")),
        "{log:?}"
    );

    hub.content().corrupt = true;
    look_up(&page, "some/corrupt").await?;
    page.element("hub-details[data-repository='some/corrupt']")
        .await?;
    page.click("hub-download").await?;
    let error = page.message("error", "checksum").await?;
    assert!(error.contains("Nothing of it was used"), "{error}");
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;

    hub.content().corrupt = false;
    page.click("hub-download").await?;
    page.element("encoder-summary[data-encoder='some/corrupt']")
        .await?;
    page.element("hub-details[data-stored='true']").await?;
    page.close().await
}

/// A browser without room loads the encoder all the same, and says that it is not kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_keeps_nothing_and_loses_nothing() -> Result {
    let page = open().await?;
    let _hub = MockHub::start(content(&["someone/tiny"])?)?;
    let origin = page
        .driver
        .current_url()
        .await?
        .origin()
        .ascii_serialization();
    let quota = json!({ "origin": origin, "quotaSize": 30_000 });
    page.driver
        .cdp()
        .send_raw("Storage.overrideQuotaForOrigin", quota)
        .await?;
    look_up(&page, "someone/tiny").await?;
    page.element("hub-details").await?;
    page.click("hub-download").await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;
    let notice = page
        .message("notice", "cannot be kept in this browser")
        .await?;
    assert!(notice.contains("free some space"), "{notice}");
    page.element("hub-details[data-stored='false']").await?;
    page.close().await
}

/// What was fetched loads with the hub switched off, in a new worker and after a reload. Where it is gone, the project waits,
/// and its button both allows the hub and asks it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_loads_with_the_hub_switched_off() -> Result {
    let page = open().await?;
    let hub = MockHub::start(content(&["someone/tiny"])?)?;
    look_up(&page, "someone/tiny").await?;
    page.element("hub-details").await?;
    page.click("hub-download").await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;
    page.click("sample-uci").await?;
    page.until_saved().await?;
    hub.take_log();

    page.click("hub-allow").await?;
    page.until_saved().await?;
    page.element("start:not([disabled])").await?;
    assert_eq!(page.texts("error").await?, [""; 0]);
    assert!(!page.has("hub-name").await?, "the hub is off");
    page.driver.refresh().await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;
    page.element("start:not([disabled])").await?;

    let forget = "caches.delete('tabtune-hub').then(arguments[arguments.length - 1])";
    page.driver.execute_async(forget, vec![]).await?;
    page.driver.refresh().await?;
    let offer = page.element("wanted-of-hub").await?.text().await?;
    assert!(offer.contains("allows this page to ask"), "{offer}");
    // Neither does another worker ask unasked.
    page.element("hub-allow").await?;
    page.unfold().await?;
    page.click("hub-allow").await?;
    page.element("hub-lookup").await?;
    page.click("hub-allow").await?;
    page.element("device-badge[data-device]").await?;
    assert!(hub.take_log().is_empty());

    // Where it cannot be had the project waits further.
    hub.content().gated.push("someone/tiny".to_owned());
    page.click("fetch-of-hub").await?;
    page.message("error", "is gated").await?;
    hub.content().gated.clear();
    page.click("fetch-of-hub").await?;
    page.element("encoder-summary[data-encoder='someone/tiny']")
        .await?;
    page.element("start:not([disabled])").await?;
    assert!(!hub.take_log().is_empty());
    assert!(!page.has("wanted-of-hub").await?);
    page.element("hub-name").await?;

    // The permission goes with everything else that is removed.
    page.show_projects().await?;
    page.unfold().await?;
    page.click("remove-all").await?;
    page.click("remove-all-sure").await?;
    page.element("hub-allow:not(:checked)").await?;
    page.close().await
}
