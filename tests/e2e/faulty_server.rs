//! The page's server with faults: it passes on what the real one answers, damaged as a test wishes.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::page::{Result, variable};

/// What is wrong with the answers.
#[derive(Default)]
pub struct Faults {
    /// Stands before the loaders of workers.
    pub script: &'static str,
    /// Whether nothing is answered at all.
    pub down: bool,
    /// The end of the paths of files in which a byte is another.
    pub altered: Option<&'static str>,
    /// The end of the paths of files that break off in the middle.
    pub truncated: Option<&'static str>,
}

/// The server, until it is dropped.
pub struct FaultyServer {
    address: String,
    path: String,
    faults: Arc<Mutex<Faults>>,
    ending: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl FaultyServer {
    /// Stands before the server of the page.
    pub fn start(faults: Faults) -> Result<Self> {
        let page = variable("TABTUNE_URL")?;
        let rest = page.strip_prefix("http://").unwrap_or(&page);
        let (upstream, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (upstream, path) = (upstream.to_owned(), format!("/{path}"));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let faults = Arc::new(Mutex::new(faults));
        let ending = Arc::new(AtomicBool::new(false));
        let listening = thread::spawn({
            let (faults, ending) = (faults.clone(), ending.clone());
            move || {
                for stream in listener.incoming() {
                    if ending.load(Ordering::Relaxed) {
                        return;
                    }
                    let (faults, upstream) = (faults.clone(), upstream.clone());
                    // A browser that left is no one to report an error to.
                    thread::spawn(move || {
                        stream.and_then(|stream| answer(stream, &upstream, &faults))
                    });
                }
            }
        });
        Ok(Self {
            address,
            path,
            faults,
            ending,
            listening: Some(listening),
        })
    }

    /// Where it serves the page.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// What is wrong, to be changed.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(&self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn lock(faults: &Mutex<Faults>) -> MutexGuard<'_, Faults> {
    faults.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the one request of a connection.
fn answer(mut stream: TcpStream, upstream: &str, faults: &Mutex<Faults>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let request = head(&mut stream)?;
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    if lock(faults).down {
        return Ok(());
    }
    let mut server = TcpStream::connect(upstream)?;
    let asked = format!("GET {path} HTTP/1.1\r\nHost: {upstream}\r\nConnection: close\r\n\r\n");
    server.write_all(asked.as_bytes())?;
    let answered = head(&mut server)?;
    let mut body = Vec::new();
    server.read_to_end(&mut body)?;

    let ends_so = |end: Option<&str>| end.is_some_and(|end| path.ends_with(end));
    let (script, altered, truncated) = {
        let faults = lock(faults);
        (
            faults.script,
            ends_so(faults.altered),
            ends_so(faults.truncated),
        )
    };
    if path.ends_with("_loader.js") {
        body.splice(0..0, script.bytes());
    }
    let middle = body.len() / 2;
    if altered && let Some(byte) = body.get_mut(middle) {
        *byte ^= 1;
    }
    let kept = answered
        .lines()
        .filter(|line| !line.is_empty() && !line.to_lowercase().starts_with("content-length"));
    let mut head: String = kept.map(|line| format!("{line}\r\n")).collect();
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(if truncated { &body[..middle] } else { &body })
}

/// The head of a request or an answer.
fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            break;
        }
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
