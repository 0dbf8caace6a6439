//! The page without its server: kept by the service worker, checked, and replaced only when the user asks for it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tabtune::offline::SERVICE_WORKER;

use crate::Scratch;
use crate::formats::{GOOD, gbk};
use crate::page::{PATIENCE, PLAIN, Page, Result};
use crate::site_server::SiteServer;

/// What the tests release: its checksum is known.
const ABC: (&[u8], &str) = (
    b"abc",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
);

/// A file that the page keeps before its encoder, and can do without.
const LICENCE: &str = "models/paraphrase-MiniLM-L3-v2/LICENSE";

async fn visit(server: &SiteServer) -> Result<Page> {
    let page = Page::start(PLAIN).await?;
    page.driver
        .goto(format!("{}?device=cpu", server.url()))
        .await?;
    Ok(page)
}

async fn until_ready(server: &SiteServer, page: &Page) -> Result {
    let ready = page
        .element_within("offline[data-state='ready']", 2 * PATIENCE)
        .await;
    if let Err(error) = ready {
        let says = page.texts("offline").await?;
        let log = server.behaviour().log.join("\n");
        return Err(format!("{error}; of files it says {says:?}; it was asked for\n{log}").into());
    }
    Ok(())
}

/// Begins a run on a sample, and pauses it.
async fn train_a_step(page: &Page) -> Result {
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.click("start").await?;
    page.until("progress", "data-step", PATIENCE, |step| step >= 1.0)
        .await?;
    page.click("pause").await?;
    page.element("resume:not([disabled])").await?;
    Ok(())
}

/// The text of a file, or the status or error in its place, as a script of the page gets it.
async fn fetched(page: &Page, path: &str) -> Result<String> {
    let script = format!(
        "return fetch('{path}', {{ cache: 'no-store' }}).then(
            answer => answer.ok ? answer.text() : String(answer.status), error => error.name)"
    );
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

/// Asks for the new version, and waits until the page is of the one that has this file.
async fn update(page: &Page, content: &str) -> Result {
    reload_for_update(page).await?;
    assert_eq!(fetched(page, "samples/README.md").await?, content);
    Ok(())
}

/// Asks for the new version, and waits until the page is reloaded.
async fn reload_for_update(page: &Page) -> Result {
    page.driver
        .execute("window.isBefore = true", vec![])
        .await?;
    page.click("update-reload").await?;
    let begun = Instant::now();
    loop {
        // No file is asked for meanwhile: a service worker that has something to answer is not replaced.
        let is_before = page
            .driver
            .execute("return window.isBefore === true", vec![]);
        // While the page is reloaded there is none to ask.
        if let Ok(is_before) = is_before.await
            && !is_before.convert::<bool>()?
        {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err("the page was not reloaded".into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Looks for a new version, as the page does when it is opened.
async fn look_for_update(page: &Page) -> Result {
    let look = "return navigator.serviceWorker.getRegistration().then(found => found.update()).then(() => 1)";
    page.driver.execute(look, vec![]).await?;
    Ok(())
}

async fn is_isolated(page: &Page) -> Result<bool> {
    let isolated = page.driver.execute("return crossOriginIsolated", vec![]);
    Ok(isolated.await?.convert()?)
}

/// One visit to a server that sends no header, in a folder; then a new browser without the server.
#[tokio::test(flavor = "multi_thread")]
async fn one_visit_is_enough() -> Result {
    let server = SiteServer::start()?;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    assert!(is_isolated(&page).await?, "it reloads itself for that");

    server.behaviour().is_down = true;
    let page = page.restart(PLAIN).await?;
    page.driver
        .goto(format!("{}?device=cpu", server.url()))
        .await?;
    page.element("encoder-summary").await?;
    assert!(is_isolated(&page).await?);
    let scratch = Scratch::new("offline")?;
    page.open_file(scratch.path(), "gbk.csv", &gbk()).await?;
    page.message("first-rows", GOOD).await?;
    page.speak("zh-CN").await?;
    page.speak("en").await?;
    train_a_step(&page).await?;
    let label = page.predict("The food was great.").await?;
    assert!(
        ["positive", "negative"].contains(&label.as_str()),
        "{label}"
    );
    until_ready(&server, &page).await?;
    // It has asked once whether there is a new version; everything else was there.
    assert!(page.number("requests", "data-own").await? <= 1.0);
    page.close().await
}

/// All chunks of a worker are kept, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_in_chunks_needs_no_server() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    server.behaviour().is_down = true;
    page.driver
        .goto(format!("{}?device=cpu&threads=1", server.url()))
        .await?;
    page.element("device-name[data-threads='1']").await?;
    page.element("encoder-summary").await?;
    train_a_step(&page).await?;
    page.predict("The food was great.").await?;
    assert!(!page.has("worker-lacks-code").await?);
    page.close().await
}

/// The tab that the first visit opened, when the server goes: nothing more is needed of it. A part of a file is a part.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_tab_goes_on_too() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    let page = visit(&server).await?;
    page.element("encoder-summary").await?;
    assert!(is_isolated(&page).await?);
    until_ready(&server, &page).await?;
    server.behaviour().is_down = true;
    page.click("sample-sms").await?;
    page.element("dataset-summary").await?;
    let script = "return fetch('samples/sms.csv', { headers: { Range: 'bytes=0-9' } }).then(
        async answer => [answer.status, answer.headers.get('Content-Range'), (await answer.text()).length])";
    let part: Vec<Value> = page.driver.execute(script, vec![]).await?.convert()?;
    let bytes = server.behaviour().built("samples/sms.csv")?.len();
    assert_eq!(
        part,
        [json!(206), json!(format!("bytes 0-9/{bytes}")), json!(10)]
    );
    page.close().await
}

/// A file that is not the build's is not kept, and the page says which one. The other files are.
#[tokio::test(flavor = "multi_thread")]
async fn an_altered_file_is_refused() -> Result {
    let server = SiteServer::start()?;
    let style = server.behaviour().named("style-", ".css")?;
    for path in [LICENCE, style.as_str()] {
        let in_turn = |error| format!("with {path} altered: {error}");
        let mut content = server.behaviour().built(path)?;
        content.push(b' ');
        server.behaviour().log.clear();
        server.behaviour().altered = [(path.to_owned(), content)].into();
        let page = visit(&server).await?;
        page.element_within("offline[data-state='failed']", PATIENCE)
            .await
            .map_err(in_turn)?;
        page.message("offline", path).await.map_err(in_turn)?;
        page.element("encoder-summary").await.map_err(in_turn)?;
        if path == LICENCE {
            server.behaviour().is_down = true;
            page.driver.refresh().await?;
            page.element("encoder-summary").await.map_err(in_turn)?;
            server.behaviour().is_down = false;
        }

        server.behaviour().altered.clear();
        page.driver.refresh().await?;
        until_ready(&server, &page).await.map_err(in_turn)?;
        page.close().await?;
    }
    Ok(())
}

/// What fails for a moment, be it the service worker's script or a file that the page starts with, is tried again by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_passing_fault_is_made_up_for() -> Result {
    // A minute is a long time for a test.
    let hurry = "const later = window.setTimeout;
        window.setTimeout = (work, wait, ...more) => later(work, wait < 60_000 ? wait : 1_000, ...more);";
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    for path in [SERVICE_WORKER, "licences.txt"] {
        let in_turn = |error| format!("without {path}: {error}");
        server.behaviour().withheld = vec![path.to_owned()];
        let page = Page::start(PLAIN).await?;
        let script = json!({ "source": hurry });
        let cdp = page.driver.cdp();
        cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        page.driver
            .goto(format!("{}?device=cpu", server.url()))
            .await?;
        page.element_within("offline[data-state='failed']", PATIENCE)
            .await
            .map_err(in_turn)?;
        page.message("offline", path).await.map_err(in_turn)?;
        server.behaviour().withheld.clear();
        until_ready(&server, &page).await.map_err(in_turn)?;
        page.close().await?;
    }
    Ok(())
}

/// A request that stops in the middle is given up and made anew. What a run takes is told meanwhile, and measured again when
/// all is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_stalls_holds_nothing_up() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    server.behaviour().stalled = vec![LICENCE.to_owned()];
    let page = visit(&server).await?;
    page.element("offline[data-state='keeping']").await?;
    page.click("sample-uci").await?;
    let seconds = async || page.number("estimate[data-seconds]", "data-seconds").await;
    let meanwhile = seconds().await?;
    page.element("offline[data-state='keeping']").await?;
    until_ready(&server, &page).await?;
    page.until("estimate", "data-seconds", PATIENCE, |now| now != meanwhile)
        .await?;
    let asked = |path: &&String| *path == LICENCE;
    assert_eq!(server.behaviour().log.iter().filter(asked).count(), 2);
    page.close().await
}

/// What a new version has in common with the one before comes from that one: an update needs the server for nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_keeps_the_encoder() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    let (content, sha256) = ABC;
    {
        let mut behaviour = server.behaviour();
        behaviour.release("next", "samples/README.md", content, sha256)?;
        behaviour.log.clear();
    }
    look_for_update(&page).await?;
    page.element("update").await?;
    // The version in use is as complete as before.
    until_ready(&server, &page).await?;
    let log = server.behaviour().log.clone();
    assert!(
        log.iter().all(|path| path == "service-worker.js"),
        "{log:?}"
    );

    server.behaviour().is_down = true;
    reload_for_update(&page).await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "1000").await?;
    page.click("start").await?;
    page.until("progress", "data-step", PATIENCE, |step| step >= 1.0)
        .await?;
    page.click("pause").await?;
    page.element("resume:not([disabled])").await?;
    page.message("offline", "samples/README.md").await?;

    server.behaviour().is_down = false;
    page.driver.refresh().await?;
    until_ready(&server, &page).await?;
    page.close().await
}

/// A new version waits while a run goes on with the files of its own, and comes when it is asked for: the run pauses, is
/// kept, and is there again.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_waits() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    page.driver.refresh().await?;
    page.element("encoder-summary").await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "1000").await?;
    page.click("start").await?;
    page.until("progress", "data-step", PATIENCE, |step| step >= 1.0)
        .await?;

    let before = fetched(&page, "samples/README.md").await?;
    let (content, sha256) = ABC;
    server
        .behaviour()
        .release("next", "samples/README.md", content, sha256)?;
    look_for_update(&page).await?;
    page.message("update", "A run is under way").await?;
    let step = page.number("progress", "data-step").await?;
    page.until("progress", "data-step", PATIENCE, |now| now > step)
        .await?;
    assert_eq!(fetched(&page, "samples/README.md").await?, before);

    update(&page, "abc").await?;
    page.element("resume:not([disabled])").await?;
    until_ready(&server, &page).await?;
    assert!(!page.has("update").await?);
    let caches: Vec<String> = page
        .driver
        .execute("return caches.keys()", vec![])
        .await?
        .convert()?;
    let of_files = caches.iter().filter(|name| name.contains("-files:"));
    assert_eq!(of_files.count(), 1, "{caches:?}");
    page.close().await
}

/// Another tab keeps its version: the new one comes when that is closed.
#[tokio::test(flavor = "multi_thread")]
async fn no_tab_loses_its_version() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    let first = page.driver.window().await?;
    let second = page.driver.new_tab().await?;
    page.driver.switch_to_window(second).await?;
    let (content, sha256) = ABC;
    server
        .behaviour()
        .release("next", "samples/README.md", content, sha256)?;
    page.driver
        .goto(format!("{}?device=cpu", server.url()))
        .await?;
    page.element_within("update", PATIENCE).await?;
    page.click("sample-uci").await?;
    page.click("start").await?;
    page.until("progress", "data-step", PATIENCE, |step| step >= 1.0)
        .await?;
    page.click("update-reload").await?;
    page.message("update", "open in 1 other tab").await?;
    // The run was paused for it, and goes on.
    let step = page.number("progress", "data-step").await?;
    page.until("progress", "data-step", PATIENCE, |done| done > step)
        .await?;
    assert_ne!(fetched(&page, "samples/README.md").await?, "abc");

    page.driver.close_window().await?;
    page.driver.switch_to_window(first).await?;
    page.driver.refresh().await?;
    page.element_within("update", PATIENCE).await?;
    update(&page, "abc").await?;
    page.close().await
}

/// A host that has withdrawn the service worker is rid of it at the visit after the next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_worker_can_be_withdrawn() -> Result {
    let server = SiteServer::start()?;
    server.behaviour().sends_headers = true;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    let index = String::from_utf8(server.behaviour().built("index.html")?)?;
    let tag = "<meta name=\"tabtune-service-worker\"";
    let without: String = index
        .split_inclusive('\n')
        .filter(|line| !line.contains(tag))
        .collect();
    assert_ne!(without, index);
    let gone =
        "return navigator.serviceWorker.getRegistration().then(found => found === undefined)";
    {
        let mut behaviour = server.behaviour();
        behaviour
            .altered
            .insert("index.html".into(), without.into());
        behaviour.withheld.push(SERVICE_WORKER.to_owned());
    }
    page.driver.refresh().await?;
    let begun = Instant::now();
    while !page.driver.execute(gone, vec![]).await?.convert()? {
        assert!(begun.elapsed() < PATIENCE, "it is still there");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    page.driver.refresh().await?;
    page.element_within("offline[data-state='not-offered']", PATIENCE)
        .await?;
    page.close().await
}

/// Chromium finds nothing that would keep the page from being installed.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_can_be_installed() -> Result {
    let server = SiteServer::start()?;
    let page = visit(&server).await?;
    until_ready(&server, &page).await?;
    let cdp = page.driver.cdp();
    let manifest = cdp.send_raw("Page.getAppManifest", json!({})).await?;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let address = manifest["url"].as_str().unwrap_or_default();
    assert_eq!(address, format!("{}manifest.webmanifest", server.url()));
    let errors = cdp
        .send_raw("Page.getInstallabilityErrors", json!({}))
        .await?;
    assert_eq!(errors["installabilityErrors"], json!([]), "{errors}");
    page.close().await
}
