//! A hub on this machine: the answers of the real one's API, files with ranges, and faults on demand.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::page::{Result, variable};

/// The commit that every repository is at.
pub const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

/// What the hub holds, and what is wrong with it.
#[derive(Default)]
pub struct Content {
    /// Files of each repository.
    pub repositories: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// Repositories that need an account.
    pub gated: Vec<String>,
    /// Answers to come with weights that break off in the middle.
    pub breaks: u32,
    /// Whether it is down after the last of them.
    pub down_after_breaks: bool,
    /// Whether requests for weights are refused, as while the hub is down.
    pub down: bool,
    /// Whether weights have a wrong byte.
    pub corrupt: bool,
}

/// The hub, until it is dropped.
pub struct MockHub {
    address: String,
    content: Arc<Mutex<Content>>,
    log: Arc<Mutex<Vec<String>>>,
    ending: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl MockHub {
    /// Starts the hub that the page asks.
    pub fn start(content: Content) -> Result<Self> {
        let address = variable("TABTUNE_HUB")?;
        let listener = TcpListener::bind(&address)?;
        let content = Arc::new(Mutex::new(content));
        let log = Arc::new(Mutex::new(Vec::new()));
        let ending = Arc::new(AtomicBool::new(false));
        let listening = thread::spawn({
            let (content, log, ending) = (content.clone(), log.clone(), ending.clone());
            move || {
                for stream in listener.incoming() {
                    if ending.load(Ordering::Relaxed) {
                        return;
                    }
                    let (content, log) = (content.clone(), log.clone());
                    // A browser that left is no one to report an error to.
                    thread::spawn(move || stream.and_then(|stream| answer(stream, &content, &log)));
                }
            }
        });
        Ok(Self {
            address,
            content,
            log,
            ending,
            listening: Some(listening),
        })
    }

    /// What it holds, to be changed.
    pub fn content(&self) -> MutexGuard<'_, Content> {
        lock(&self.content)
    }

    /// The requests since this was last asked: path, and range if there was one.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.log))
    }
}

impl Drop for MockHub {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(&self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the one request of a connection.
fn answer(
    mut stream: TcpStream,
    content: &Mutex<Content>,
    log: &Mutex<Vec<String>>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let range = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("range: ")
            .map(str::to_owned)
    });
    if method == "GET" {
        lock(log).push(match &range {
            Some(range) => format!("{path} {range}"),
            None => path.to_owned(),
        });
    }
    let mut content = lock(content);
    match path.strip_prefix("/api/models/") {
        Some(name) => {
            let name = name.split(['?']).next().unwrap_or("");
            let name = name.split("/revision/").next().unwrap_or("");
            match content.repositories.get(name) {
                Some(files) => {
                    let body = listing(name, files, content.gated.iter().any(|it| it == name));
                    send(&mut stream, "200 OK", "", body.to_string().as_bytes())
                }
                // As the real one does.
                None => send(&mut stream, "401 Unauthorized", "", b"{}"),
            }
        }
        None => file(&mut stream, path, range.as_deref(), &mut content),
    }
}

fn listing(name: &str, files: &BTreeMap<String, Vec<u8>>, gated: bool) -> Value {
    let siblings: Vec<Value> = files
        .iter()
        .map(|(file, bytes)| {
            let sha256: String = Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            match file.ends_with(".safetensors") {
                true => json!({ "rfilename": file, "size": bytes.len(), "blobId": "a",
                    "lfs": { "sha256": sha256, "size": bytes.len(), "pointerSize": 130 } }),
                false => json!({ "rfilename": file, "size": bytes.len(), "blobId": "b" }),
            }
        })
        .collect();
    json!({
        "id": name, "sha": REVISION, "private": false, "disabled": false,
        "gated": if gated { json!("auto") } else { json!(false) },
        "cardData": { "license": "apache-2.0" },
        "siblings": siblings,
    })
}

/// Sends a file or the part that is asked for.
fn file(
    stream: &mut TcpStream,
    path: &str,
    range: Option<&str>,
    content: &mut Content,
) -> io::Result<()> {
    let found = path
        .trim_start_matches('/')
        .split_once(&format!("/resolve/{REVISION}/"))
        .and_then(|(name, file)| content.repositories.get(name)?.get(file).cloned());
    let Some(mut bytes) = found else {
        return send(stream, "404 Not Found", "", b"");
    };
    let is_weights = path.ends_with(".safetensors");
    if is_weights && content.down {
        return send(stream, "503 Service Unavailable", "", b"");
    }
    if is_weights
        && content.corrupt
        && let Some(last) = bytes.last_mut()
    {
        *last ^= 1;
    }
    let from: usize = range
        .and_then(|range| {
            range
                .strip_prefix("bytes=")?
                .strip_suffix('-')?
                .parse()
                .ok()
        })
        .unwrap_or(0);
    let (status, headers) = match from {
        0 => ("200 OK", String::new()),
        from => (
            "206 Partial Content",
            format!(
                "Content-Range: bytes {from}-{}/{}\r\n",
                bytes.len() - 1,
                bytes.len()
            ),
        ),
    };
    let part = &bytes[from..];
    let breaks = is_weights && content.breaks > 0;
    content.breaks = content.breaks.saturating_sub(u32::from(breaks));
    content.down |= breaks && content.breaks == 0 && content.down_after_breaks;
    let sent = if breaks { part.len() / 2 } else { part.len() };
    stream.write_all(head(status, &headers, part.len()).as_bytes())?;
    stream.write_all(&part[..sent])?;
    if breaks {
        // A browser drops what the page has not read yet when the connection breaks.
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    stream.write_all(head(status, headers, body.len()).as_bytes())?;
    stream.write_all(body)
}

/// The head of an answer that pages of other origins may read, as they may the real one's.
fn head(status: &str, headers: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\nAccess-Control-Allow-Origin: *\r\n\
         Access-Control-Allow-Headers: *\r\nAccess-Control-Expose-Headers: Content-Range\r\n{headers}\r\n"
    )
}
