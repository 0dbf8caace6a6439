//! The built page on a server of the tests' own, which may lose its headers, its files or itself. Without headers it is
//! like any plain file server; the page lies in a folder.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tabtune::offline::{INDEX, Route, SERVICE_WORKER, Site, content_type};

use crate::page::{Result, variable};

/// Where the page lies.
const ROOT: &str = "/some/folder/";

/// Before the list of files in the service worker's script, and after it.
const LIST: &str = "\nself.tabtuneSite = ";

/// What the server does. A test may change it at any time.
pub struct Behaviour {
    folder: PathBuf,
    site: Site,
    /// Whether the page's headers are sent.
    pub sends_headers: bool,
    /// Whether it answers at all.
    pub is_down: bool,
    /// Files by path that are others than the build's.
    pub altered: BTreeMap<String, Vec<u8>>,
    /// Files by path that are not there.
    pub withheld: Vec<String>,
    /// Files by path whose next answer stops in the middle, and neither goes on nor ends.
    pub stalled: Vec<String>,
    /// The paths that were asked for, below the page's folder.
    pub log: Vec<String>,
}

/// A running server; it ends with the tests.
pub struct SiteServer {
    address: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl SiteServer {
    pub fn start() -> Result<Self> {
        let folder = PathBuf::from(variable("TABTUNE_DIST")?);
        let script = std::fs::read_to_string(folder.join(SERVICE_WORKER))?;
        let behaviour = Behaviour {
            site: split(&script)?.1,
            folder,
            sends_headers: false,
            is_down: false,
            altered: BTreeMap::new(),
            withheld: Vec::new(),
            stalled: Vec::new(),
            log: Vec::new(),
        };
        let behaviour = Arc::new(Mutex::new(behaviour));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let shared = behaviour.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let behaviour = shared.clone();
                // A browser that left is no one to report an error to.
                thread::spawn(move || answer(stream, &behaviour));
            }
        });
        Ok(Self { address, behaviour })
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://{}{ROOT}", self.address)
    }

    pub fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Behaviour {
    /// A file as the build has it.
    pub fn built(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.folder.join(path))
    }

    /// The path of the one file whose name begins and ends so.
    pub fn named(&self, start: &str, end: &str) -> Result<String> {
        let mut paths = self.site.files.iter().map(|file| &file.path);
        let found = paths.find(|path| path.starts_with(start) && path.ends_with(end));
        Ok(found.ok_or("the build has no such file")?.clone())
    }

    /// Puts a new version in the place of this one: a file, and the service worker that knows it.
    pub fn release(&mut self, version: &str, path: &str, content: &[u8], sha256: &str) -> Result {
        let script = String::from_utf8(self.built(SERVICE_WORKER)?)?;
        let (before, mut site, after) = split(&script)?;
        site.version = version.to_owned();
        let file = site.files.iter_mut().find(|file| file.path == path);
        let file = file.ok_or("the build has no such file")?;
        file.bytes = u32::try_from(content.len())?;
        file.sha256 = sha256.to_owned();
        let list = serde_json::to_string(&serde_json::to_string(&site)?)?;
        let script = format!("{before}{LIST}{list};\n{after}");
        self.altered.insert(path.to_owned(), content.to_owned());
        self.altered
            .insert(SERVICE_WORKER.to_owned(), script.into_bytes());
        Ok(())
    }
}

/// The script of a service worker: what stands before its list, the list, and the rest.
fn split(script: &str) -> Result<(&str, Site, &str)> {
    let (before, rest) = script.split_once(LIST).ok_or("it holds no list")?;
    let (list, after) = rest.split_once(";\n").ok_or("the list does not end")?;
    let list: String = serde_json::from_str(list)?;
    Ok((before, serde_json::from_str(&list)?, after))
}

/// Answers the one request of a connection.
fn answer(mut stream: TcpStream, behaviour: &Mutex<Behaviour>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut bytes = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut bytes)?;
        if count == 0 {
            return Ok(());
        }
        head.extend_from_slice(&bytes[..count]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split([' ', '?']).nth(1).unwrap_or_default();
    let (status, mut headers, body, stalls) = {
        let mut behaviour = behaviour.lock().unwrap_or_else(PoisonError::into_inner);
        let path = path.strip_prefix(ROOT).unwrap_or(path);
        behaviour.log.push(path.to_owned());
        if behaviour.is_down {
            return Ok(());
        }
        let file = if path.is_empty() { INDEX } else { path };
        let altered = behaviour.altered.get(file).cloned();
        let mut headers = String::new();
        if behaviour.sends_headers {
            for (name, value) in behaviour.site.policy.headers(Route::of(file)) {
                headers += &format!("{name}: {value}\r\n");
            }
        }
        headers += &format!("Content-Type: {}\r\n", content_type(file));
        let before = behaviour.stalled.len();
        behaviour.stalled.retain(|path| path != file);
        let stalls = behaviour.stalled.len() < before;
        let is_withheld = behaviour.withheld.iter().any(|path| path == file);
        match altered.map_or_else(|| behaviour.built(file), Ok) {
            Ok(body) if !is_withheld => ("200 OK", headers, body, stalls),
            _ => ("404 Not Found", headers, Vec::new(), false),
        }
    };
    // Any page may read it, so that nothing but a policy keeps one from doing so.
    headers += "Access-Control-Allow-Origin: *\r\nCache-Control: no-cache\r\nConnection: close\r\n";
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n"
    )?;
    if stalls {
        stream.write_all(&body[..length / 2])?;
        // Until the browser gives up and closes the connection.
        while stream.read(&mut bytes)? > 0 {}
    } else if !head.starts_with("HEAD") {
        stream.write_all(&body)?;
    }
    Ok(())
}
