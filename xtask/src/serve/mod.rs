//! A static file server for this machine: the page for `serve`, and files for the tests.

mod path;

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use flate2::Compression;
use flate2::write::GzEncoder;
use tabtune::offline::{Policy, Route, SERVICE_WORKER, SHARED_HEADERS, content_type};

use self::path::{Target, resolve};
use crate::steps::announce;

pub use self::path::Mount;

/// How long a connection may take to say what it wants; browsers open some in advance.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of a request's head.
const LONGEST_HEAD: usize = 64 << 10;

/// Who may read what is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The served page alone, under its policy.
    OwnOrigin(OwnPage),
    /// Pages of any origin: tests run in pages of another server.
    AnyOrigin,
    /// Pages of this server alone, isolated from others and without a policy: other libraries need their own way.
    Isolated,
}

/// How the page's own files are served.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnPage {
    /// The path of the page's folder, with a slash at both ends.
    pub root: String,
    /// What its files are sent with.
    pub policy: Policy,
    /// Whether its service worker is served.
    pub offline: bool,
}

/// A running server; it ends when this is dropped.
pub struct StaticServer {
    address: SocketAddr,
    ending: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

/// Whether a port is free, to be asked before minutes of work that end in serving.
pub fn check_port(port: u16) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .map_err(|error| refused(port, &error))
}

fn refused(port: u16, error: &dyn Error) -> anyhow::Error {
    anyhow!(
        "cannot serve on port {port} ({error}): end the program that uses it, or choose another port"
    )
}

/// Serves the finished page until the process is ended.
pub fn serve_page(mounts: Vec<Mount>, page: OwnPage, port: u16, open: bool) -> Result<()> {
    let server = StaticServer::start(port, mounts, Audience::OwnOrigin(page))?;
    let address = format!("http://localhost:{}/", server.address().port());
    announce(&format!("serving {address} (Ctrl-C ends it)"));
    std::io::stdout().flush()?;
    if open && let Err(error) = open_browser(&address) {
        eprintln!("cannot open a browser ({error:#}): open {address} yourself");
    }
    server.wait();
    Ok(())
}

impl StaticServer {
    /// Starts to serve on this machine alone. Port 0 stands for any free one.
    pub fn start(port: u16, mounts: Vec<Mount>, audience: Audience) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| refused(port, &error))?;
        let address = listener.local_addr()?;
        let ending = Arc::new(AtomicBool::new(false));
        let (mounts, end): (Arc<[Mount]>, _) = (mounts.into(), Arc::clone(&ending));
        let audience = Arc::new(audience);
        let listening = thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let (mounts, audience) = (Arc::clone(&mounts), Arc::clone(&audience));
                // A browser that left in the middle of an answer is no one to report an error to.
                thread::spawn(move || stream.and_then(|stream| answer(stream, &mounts, &audience)));
            }
        });
        Ok(Self {
            address,
            ending,
            listening: Some(listening),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process is ended.
    fn wait(mut self) {
        if let Some(listening) = self.listening.take() {
            // A thread that panicked has said so already.
            let _ = listening.join();
        }
    }
}

impl Drop for StaticServer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// Answers the one request of a connection. A connection that stayed open would hold its thread.
fn answer(mut stream: TcpStream, mounts: &[Mount], audience: &Audience) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let Some(request) = Request::read(&mut stream)? else {
        return Ok(());
    };
    if !["GET", "HEAD"].contains(&request.method.as_str()) {
        return respond(&mut stream, "405 Method Not Allowed", &[]);
    }
    let policy = audience.headers(&request.path);
    let policy = policy.iter().map(|(name, value)| (*name, value.as_str()));
    match audience.resolve(mounts, &request.path) {
        Target::File(path) => {
            let mut file = File::open(&path)?;
            let kind = content_type(&path.to_string_lossy().replace('\\', "/"));
            let mut headers = vec![("Content-Type", kind)];
            headers.extend(policy);
            // As other hosts do. Data stay as they are: of them a known length lets the page show progress.
            if request.takes_gzip && is_code(kind) {
                headers.extend([("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]);
                respond(&mut stream, "200 OK", &headers)?;
                if request.method == "GET" {
                    let mut packed = GzEncoder::new(stream, Compression::fast());
                    io::copy(&mut file, &mut packed)?;
                    packed.finish()?;
                }
                return Ok(());
            }
            let length = file.metadata()?.len().to_string();
            headers.push(("Content-Length", &length));
            respond(&mut stream, "200 OK", &headers)?;
            if request.method == "GET" {
                io::copy(&mut file, &mut stream)?;
            }
            Ok(())
        }
        Target::Redirect(location) => respond(
            &mut stream,
            "301 Moved Permanently",
            &[("Location", &location)],
        ),
        Target::Nothing => {
            let headers: Vec<_> = policy.collect();
            respond(&mut stream, "404 Not Found", &headers)
        }
    }
}

/// Sends the head of an answer.
fn respond(stream: &mut TcpStream, status: &str, headers: &[(&str, &str)]) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all((head + "\r\n").as_bytes())
}

/// Whether files of a type are the page's own code.
fn is_code(content_type: &str) -> bool {
    [
        "text/html",
        "text/css",
        "text/javascript",
        "application/wasm",
    ]
    .iter()
    .any(|code| content_type.starts_with(code))
}

/// What matters of a request.
struct Request {
    method: String,
    path: String,
    takes_gzip: bool,
}

impl Request {
    /// Reads a request's head. `None` if it is none, or the connection ends before it does.
    fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        let mut chunk = [0; 4096];
        while head.len() < LONGEST_HEAD {
            let count = stream.read(&mut chunk)?;
            if count == 0 {
                return Ok(None);
            }
            head.extend_from_slice(&chunk[..count]);
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut request = httparse::Request::new(&mut headers);
            match request.parse(&head) {
                Ok(httparse::Status::Complete(_)) => {
                    let takes_gzip = request.headers.iter().any(|header| {
                        header.name.eq_ignore_ascii_case("accept-encoding")
                            && header.value.windows(4).any(|word| word == b"gzip")
                    });
                    let (method, path) = (request.method, request.path);
                    return Ok(method.zip(path).map(|(method, path)| Self {
                        method: method.to_owned(),
                        path: path.to_owned(),
                        takes_gzip,
                    }));
                }
                Ok(httparse::Status::Partial) => {}
                Err(_) => return Ok(None),
            }
        }
        Ok(None)
    }
}

impl Audience {
    /// What a request's path leads to.
    fn resolve(&self, mounts: &[Mount], url: &str) -> Target {
        let withheld = |page: &OwnPage| !page.offline && page.path(url) == Some(SERVICE_WORKER);
        match self {
            Self::OwnOrigin(page) if withheld(page) => Target::Nothing,
            Self::OwnOrigin(_) | Self::AnyOrigin | Self::Isolated => resolve(mounts, url),
        }
    }

    /// The headers that say who may read an answer and what it may do, and that it may have changed when it is asked for
    /// again.
    fn headers(&self, url: &str) -> Vec<(&'static str, String)> {
        let mut headers = match self {
            Self::OwnOrigin(page) => {
                let route = Route::of(page.path(url).unwrap_or_default());
                page.policy.headers(route)
            }
            Self::AnyOrigin => vec![
                ("Access-Control-Allow-Origin", "*".to_owned()),
                ("Cross-Origin-Resource-Policy", "cross-origin".to_owned()),
            ],
            Self::Isolated => SHARED_HEADERS
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
        };
        headers.push(("Cache-Control", "no-cache".to_owned()));
        headers
    }
}

impl OwnPage {
    /// An address's path below the page's folder.
    fn path<'a>(&self, url: &'a str) -> Option<&'a str> {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        path.strip_prefix(self.root.as_str())
    }
}

fn open_browser(address: &str) -> Result<()> {
    let opener = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    Command::new(opener)
        .arg(address)
        .spawn()
        .with_context(|| format!("{opener} is missing"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Audience {
        Audience::OwnOrigin(OwnPage {
            root: "/".to_owned(),
            ..OwnPage::default()
        })
    }

    /// xtask's own folder.
    fn mounts() -> Vec<Mount> {
        vec![Mount {
            prefix: "/".to_owned(),
            folder: env!("CARGO_MANIFEST_DIR").into(),
        }]
    }

    /// The answer to one request, with lower-case header lines.
    fn exchange(server: &StaticServer, request: &str) -> Result<(String, String)> {
        let mut stream = TcpStream::connect(server.address())?;
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .context("an answer has a head")?;
        Ok((head.to_lowercase(), body.to_owned()))
    }

    #[test]
    fn answers_carry_length_and_policy() -> Result<()> {
        let content = include_str!("mod.rs");
        let page = StaticServer::start(0, mounts(), own())?;
        let (head, body) = exchange(&page, "GET /src/serve/mod.rs")?;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        for line in [
            &format!("content-length: {}", content.len()),
            "cache-control: no-cache",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-embedder-policy: require-corp",
        ] {
            assert!(head.contains(line), "{line} is missing in {head}");
        }
        assert_eq!(body, content);

        let (head, body) = exchange(&page, "HEAD /src/serve/mod.rs")?;
        assert!(
            head.contains(&format!("content-length: {}", content.len())),
            "{head}"
        );
        assert_eq!(body, "");
        assert!(
            exchange(&page, "GET /nothing")?
                .0
                .starts_with("http/1.1 404")
        );
        assert!(
            exchange(&page, "POST /src/serve/mod.rs")?
                .0
                .starts_with("http/1.1 405")
        );

        let files = StaticServer::start(0, mounts(), Audience::AnyOrigin)?;
        let (head, _) = exchange(&files, "GET /src/serve/mod.rs")?;
        assert!(head.contains("access-control-allow-origin: *"), "{head}");
        assert!(
            head.contains("cross-origin-resource-policy: cross-origin"),
            "{head}"
        );
        Ok(())
    }

    #[test]
    fn the_service_worker_is_served_only_if_it_is_asked_for() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("tabtune-worker-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(SERVICE_WORKER), "// listens")?;
        let mut found = Vec::new();
        for offline in [false, true] {
            let mount = Mount {
                prefix: "/page/".to_owned(),
                folder: folder.clone(),
            };
            let page = OwnPage {
                root: "/page/".to_owned(),
                offline,
                ..OwnPage::default()
            };
            let server = StaticServer::start(0, vec![mount], Audience::OwnOrigin(page))?;
            let (head, _) = exchange(&server, &format!("GET /page/{SERVICE_WORKER}?x"))?;
            assert!(head.contains("content-security-policy: default-src 'none'"));
            found.push(head.starts_with("http/1.1 200"));
        }
        std::fs::remove_dir_all(&folder)?;
        assert_eq!(found, [false, true]);
        Ok(())
    }

    #[test]
    fn code_is_packed_for_those_who_can_unpack_it() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("tabtune-serve-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let code = "body { margin: 0 }\n".repeat(100);
        std::fs::write(folder.join("a.css"), &code)?;
        std::fs::write(folder.join("a.csv"), &code)?;
        let mount = Mount {
            prefix: "/".to_owned(),
            folder: folder.clone(),
        };
        let server = StaticServer::start(0, vec![mount], own())?;
        let mut unpacked = Vec::new();
        for (name, accepted) in [("a.css", "br, gzip"), ("a.css", "br"), ("a.csv", "gzip")] {
            let mut stream = TcpStream::connect(server.address())?;
            write!(
                stream,
                "GET /{name} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {accepted}\r\n\r\n"
            )?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)?;
            let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
            let (head, body) = answer.split_at(end.context("an answer has a head")? + 4);
            let packed = String::from_utf8_lossy(head).contains("Content-Encoding: gzip");
            let mut text = String::new();
            match packed {
                true => flate2::read::GzDecoder::new(body).read_to_string(&mut text)?,
                false => body.to_owned().as_slice().read_to_string(&mut text)?,
            };
            assert_eq!(text, code, "{name} for {accepted}");
            unpacked.push(packed);
        }
        std::fs::remove_dir_all(&folder)?;
        assert_eq!(unpacked, [true, false, false]);
        Ok(())
    }

    #[test]
    fn a_port_in_use_is_named() -> Result<()> {
        let first = StaticServer::start(0, mounts(), own())?;
        let port = first.address().port();
        assert!(check_port(port).is_err());
        let Err(error) = StaticServer::start(port, mounts(), own()) else {
            anyhow::bail!("port {port} was given away twice");
        };
        assert!(
            error
                .to_string()
                .starts_with(&format!("cannot serve on port {port}")),
            "{error}"
        );
        Ok(())
    }
}
