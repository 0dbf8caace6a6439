//! What the page's policy lets happen: all that the page does, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::Scratch;
use crate::page::{PATIENCE, PLAIN, Page, Result, variable};
use crate::site_server::SiteServer;

/// Notes what the policy refuses, from the first moment of each page on.
async fn watch(page: &Page) -> Result {
    let source = "window.refused = [];
        document.addEventListener('securitypolicyviolation', event =>
            window.refused.push(event.effectiveDirective + ' ' + event.blockedURI));
        window.failed = [];
        addEventListener('error', event => window.failed.push(String(event.message)));
        addEventListener('unhandledrejection', event => window.failed.push(String(event.reason)));";
    page.driver
        .cdp()
        .send_raw(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await?;
    Ok(())
}

async fn noted(page: &Page, list: &str) -> Result<Vec<String>> {
    let script = format!("return window.{list}");
    Ok(page.driver.execute(script, vec![]).await?.convert()?)
}

/// The addresses that the browser itself has asked for on behalf of pages and their workers, in its log of the network.
fn asked(log: &Path) -> Result<BTreeSet<String>> {
    let log: Value = serde_json::from_slice(&std::fs::read(log)?)?;
    let start = &log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"];
    let events = log["events"].as_array().ok_or("the log has no events")?;
    let starts = events.iter().filter(|event| event["type"] == *start);
    let by_page = starts.filter(|event| event["params"]["initiator"] != "not an origin");
    let urls = by_page.filter_map(|event| event["params"]["url"].as_str());
    Ok(urls.map(str::to_owned).collect())
}

/// A whole session: a table, a run, a prediction, a model and a report saved. The browser's own log holds every request,
/// whichever process made it.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_needs_nothing_that_is_refused() -> Result {
    let scratch = Scratch::new("policy-session")?;
    let folder = scratch.path();
    let log = folder.join("network.json");
    let to_log = format!("log-net-log={}", log.display());
    let flags: Vec<&str> = PLAIN.iter().copied().chain([to_log.as_str()]).collect();
    let page = Page::start(&flags).await?;
    watch(&page).await?;
    let url = variable("TABTUNE_URL")?;
    page.driver.goto(format!("{url}?device=cpu")).await?;
    page.element("encoder-summary").await?;
    page.select("model-select", "tiny-bert").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.save_into(folder).await?;
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;
    page.predict("The food was great.").await?;
    page.click("save-tabtune").await?;
    page.saved(&folder.join("uci.tabtune-model")).await?;
    page.click("save-report").await?;
    page.element("save-report:not([disabled])").await?;
    page.speak("zh-CN").await?;
    page.unfold().await?;
    assert_eq!(noted(&page, "refused").await?, [""; 0]);
    assert_eq!(noted(&page, "failed").await?, [""; 0]);
    page.close().await?;

    let asked = asked(&log)?;
    for part in ["worker-threads_bg.wasm", "model.safetensors", "uci.csv"] {
        assert!(asked.iter().any(|url| url.ends_with(part)), "{asked:?}");
    }
    let origin = url.split("/some/").next().unwrap_or_default();
    let elsewhere: Vec<&String> = asked
        .iter()
        .filter(|asked| asked.starts_with("http") && !asked.starts_with(origin))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    Ok(())
}

/// What an attacker's script would try first.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_does_not_do_is_refused() -> Result {
    let page = Page::start(PLAIN).await?;
    watch(&page).await?;
    let url = variable("TABTUNE_URL")?;
    page.driver.goto(format!("{url}?device=cpu")).await?;
    page.element("encoder-summary").await?;
    let elsewhere = SiteServer::start()?;
    let address = elsewhere.url();
    // Each within a task of its own: a debugger's own code may call `eval`.
    let attempts = [
        ("eval", "return eval('1')".to_owned()),
        ("function", "return new Function('return 1')()".to_owned()),
        (
            "markup",
            "document.body.innerHTML = '<b>1</b>'; return 1".to_owned(),
        ),
        (
            "script",
            "const script = document.createElement('script'); script.text = 'window.hit = 1';
             document.body.append(script); return 1"
                .to_owned(),
        ),
        (
            "handler",
            "document.body.setAttribute('onclick', 'window.hit = 1'); document.body.click();
             return window.hit.toString()"
                .to_owned(),
        ),
        ("worker", "return new Worker('worker-cpu_loader.js')".to_owned()),
        (
            "policy",
            "return trustedTypes.createPolicy('tabtune', { createScriptURL: url => url })".to_owned(),
        ),
        ("fetch", format!("return fetch('{address}')")),
        (
            "image",
            format!(
                "return new Promise((done, fail) => {{ const image = new Image(); image.onload = done;
                 image.onerror = fail; image.src = '{address}icons/tabtune-192.png' }})"
            ),
        ),
        (
            "socket",
            format!(
                "return new Promise((done, fail) => {{ const socket = new WebSocket('{}');
                 socket.onopen = done; socket.onerror = fail }})",
                address.replace("http", "ws")
            ),
        ),
        ("beacon", format!("if (navigator.sendBeacon('{address}', 'x')) throw 0; return 1")),
    ];
    for (name, code) in attempts {
        let script = format!(
            "return new Promise(done => setTimeout(async () => {{
                try {{ await (async () => {{ {code} }})(); done('done'); }} catch (error) {{ done('refused'); }}
            }}))"
        );
        let outcome: String = page.driver.execute(script, vec![]).await?.convert()?;
        // A beacon is dropped without a word; that nothing arrived is seen below.
        assert!(
            outcome == "refused" || name == "beacon",
            "{name}: {outcome}"
        );
    }
    assert_eq!(elsewhere.behaviour().log, [""; 0]);
    let refused = noted(&page, "refused").await?;
    for directive in [
        "trusted-types ",
        "connect-src",
        "img-src",
        "require-trusted-types-for",
    ] {
        let named = refused.iter().any(|entry| entry.starts_with(directive));
        assert!(named, "{directive}: {refused:?}");
    }
    let hit = page
        .driver
        .execute("return window.hit === undefined", vec![]);
    assert!(hit.await?.convert::<bool>()?);
    page.close().await
}

/// A worker that is not the one for the hub reaches its own site alone, by the headers that it is sent with.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_reaches_its_own_site_alone() -> Result {
    let (server, elsewhere) = (SiteServer::start()?, SiteServer::start()?);
    let probe = format!(
        "fetch('{}').then(() => 'reached', () => 'refused').then(how => fetch('probe-' + how));",
        elsewhere.url()
    );
    for (sends_headers, expected) in [(true, "probe-refused"), (false, "probe-reached")] {
        {
            let mut behaviour = server.behaviour();
            behaviour.sends_headers = sends_headers;
            behaviour.log.clear();
            // Which of them is started depends on whether the page is isolated.
            for build in ["cpu", "threads"] {
                let loader = format!("worker-{build}_loader.js");
                behaviour.altered.insert(loader, probe.clone().into_bytes());
            }
        }
        let page = Page::start(PLAIN).await?;
        page.driver
            .goto(format!("{}?device=cpu", server.url()))
            .await?;
        let begun = tokio::time::Instant::now();
        let told = |log: &[String]| log.iter().find(|path| path.starts_with("probe-")).cloned();
        while told(&server.behaviour().log).is_none() && begun.elapsed() < PATIENCE {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(told(&server.behaviour().log).as_deref(), Some(expected));
        assert_eq!(elsewhere.behaviour().log.is_empty(), sends_headers);
        page.close().await?;
    }
    Ok(())
}

/// Scripts and styles that were altered on their way do not run.
#[tokio::test(flavor = "multi_thread")]
async fn altered_scripts_do_not_run() -> Result {
    let server = SiteServer::start()?;
    let index = String::from_utf8(server.behaviour().built("index.html")?)?;
    for tag in [
        "rel=\"stylesheet\"",
        "rel=\"modulepreload\"",
        "rel=\"preload\"",
    ] {
        let mut tags = index
            .split('<')
            .filter(|rest| rest.contains(tag))
            .peekable();
        assert!(tags.peek().is_some(), "{tag}");
        for found in tags {
            assert!(found.contains("integrity=\"sha384-"), "{found}");
        }
    }
    let script = server.behaviour().named("app-", ".js")?;
    let mut content = server.behaviour().built(&script)?;
    content.push(b'\n');
    server.behaviour().altered.insert(script, content);
    let page = Page::start(PLAIN).await?;
    page.driver.goto(server.url()).await?;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let waiting = "return document.getElementById('waiting') !== null";
    let waits: bool = page.driver.execute(waiting, vec![]).await?.convert()?;
    assert!(waits, "an altered script has started the page");
    page.close().await
}
