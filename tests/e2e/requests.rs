//! The number of requests that the page tells, against what its server is asked.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Scratch;
use crate::formats::{GOOD, gbk};
use crate::page::{PATIENCE, PLAIN, Page, Result, variable};

/// A server of its own in front of the page's, which notes what is asked of it. It ends with the tests.
struct Front {
    address: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Front {
    /// `behind` is the page's server, `127.0.0.1:8080` for example.
    fn start(behind: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (behind, noted) = (behind.to_owned(), log.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (behind, log) = (behind.clone(), noted.clone());
                // A browser that left is no one to report an error to.
                thread::spawn(move || pass_on(stream, &behind, &log));
            }
        });
        Ok(Self { address, log })
    }

    /// The paths that were asked for, but for the page itself and its icon, which the browser asks for on its own.
    fn requests(&self) -> Vec<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let is_document = |path: &&String| {
            path.split('?')
                .next()
                .is_some_and(|path| path.ends_with('/'))
        };
        log.iter()
            .filter(|path| !is_document(path))
            .cloned()
            .collect()
    }
}

/// Passes on what the browser says, head by head, and all that comes back.
fn pass_on(mut browser: TcpStream, behind: &str, log: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut server = TcpStream::connect(behind)?;
    let (mut from, mut to) = (server.try_clone()?, browser.try_clone()?);
    thread::spawn(move || {
        let copied = io::copy(&mut from, &mut to);
        let closed = to.shutdown(Shutdown::Both);
        copied.and(closed)
    });
    let mut head = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let count = browser.read(&mut bytes)?;
        if count == 0 {
            return server.shutdown(Shutdown::Write);
        }
        // Requests of a page have no body.
        for byte in &bytes[..count] {
            head.push(*byte);
            if head.ends_with(b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&head).into_owned();
                let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                log.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(path);
                head.clear();
            }
        }
        server.write_all(&bytes[..count])?;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_each_request() -> Result {
    let page = Page::open("?device=cpu", PLAIN).await?;
    let url = variable("TABTUNE_URL")?;
    let rest = url
        .strip_prefix("http://")
        .ok_or("the page is not served by HTTP")?;
    let (behind, path) = rest
        .split_once('/')
        .ok_or("the page's address has no path")?;
    let front = Front::start(behind)?;
    page.driver
        .goto(format!("http://{}/{path}?device=cpu", front.address))
        .await?;
    page.element("encoder-summary").await?;
    // The code that comes later is asked for here as well, and each part of it once.
    page.element("predict-input").await?;
    agree(&page, &front).await?;
    for chunk in ["_work.wasm", "_results.wasm", "_shared.wasm"] {
        let requests = front.requests();
        let asked = requests.iter().filter(|path| path.ends_with(chunk));
        assert_eq!(asked.count(), 1, "{chunk}");
    }

    let before = front.requests().len();
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    agree(&page, &front).await?;
    assert_eq!(front.requests().len(), before + 1, "the sample alone");

    // A file in UTF-8 asks for nothing, the first one in another encoding for what reads it.
    let scratch = Scratch::new("requests")?;
    let utf8 = "text,label\nWritten in Unicode,a\nThis too,b\n".repeat(2);
    let gbk = gbk();
    for (name, content, text, asked) in [
        ("utf-8.csv", utf8.as_bytes(), "Written in Unicode", None),
        ("gbk.csv", gbk.as_slice(), GOOD, Some("encodings.wasm")),
        ("utf-8.csv", utf8.as_bytes(), "Written in Unicode", None),
        ("again.csv", gbk.as_slice(), GOOD, None),
    ] {
        let before = front.requests().len();
        page.open_file(scratch.path(), name, content).await?;
        page.message("first-rows", text).await?;
        agree(&page, &front).await?;
        let requests = front.requests();
        let more: Vec<_> = requests[before..]
            .iter()
            .map(|path| path.rsplit('/').next())
            .collect();
        assert_eq!(
            more,
            asked.map(Some).into_iter().collect::<Vec<_>>(),
            "{name}"
        );
    }
    page.close().await
}

/// The page tells as many requests as its server was asked. The browser tells of them a little later.
async fn agree(page: &Page, front: &Front) -> Result {
    let glance = Duration::from_millis(100);
    for _ in 0..PATIENCE.as_millis() / glance.as_millis() {
        let told = page.number("requests", "data-own").await?;
        if told == front.requests().len() as f64 {
            assert_eq!(page.number("requests", "data-elsewhere").await?, 0.0);
            return Ok(());
        }
        tokio::time::sleep(glance).await;
    }
    let told = page.attribute("requests", "data-own").await?;
    let requests = front.requests();
    Err(format!(
        "the page tells {told} requests, not {}: {requests:?}",
        requests.len()
    )
    .into())
}
