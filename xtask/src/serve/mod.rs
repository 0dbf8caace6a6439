//! A static file server for this machine: the page for `serve`, and files for the tests.

mod path;

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server};

use self::path::{Target, content_type, resolve};
use crate::steps::announce;

pub use self::path::Mount;

/// Browsers open up to six connections to a host.
const THREADS: usize = 6;

/// Who may read what is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The served page alone, cross-origin isolated.
    OwnOrigin,
    /// Pages of any origin: tests run in pages of another server.
    AnyOrigin,
}

/// A running server; it ends when this is dropped.
pub struct StaticServer {
    server: Arc<Server>,
    threads: Vec<JoinHandle<()>>,
    address: SocketAddr,
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
pub fn serve_page(dist: &Path, port: u16, open: bool) -> Result<()> {
    let mount = Mount {
        prefix: "/".to_owned(),
        folder: dist.to_owned(),
    };
    let server = StaticServer::start(port, vec![mount], Audience::OwnOrigin)?;
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
        let server =
            Server::http((Ipv4Addr::LOCALHOST, port)).map_err(|error| refused(port, &*error))?;
        let address = server
            .server_addr()
            .to_ip()
            .context("the server listens on a network address")?;
        let server = Arc::new(server);
        let mounts: Arc<[Mount]> = mounts.into();
        let threads = (0..THREADS)
            .map(|_| {
                let (server, mounts) = (Arc::clone(&server), Arc::clone(&mounts));
                thread::spawn(move || {
                    // An error means that the server is ending.
                    while let Ok(request) = server.recv() {
                        answer(request, &mounts, audience);
                    }
                })
            })
            .collect();
        Ok(Self {
            server,
            threads,
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process is ended.
    fn wait(mut self) {
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Drop for StaticServer {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, mounts: &[Mount], audience: Audience) {
    if !matches!(request.method(), Method::Get | Method::Head) {
        respond(
            request,
            Response::from_string("only GET and HEAD are answered\n").with_status_code(405),
        );
        return;
    }
    match resolve(mounts, request.url()) {
        Target::File(path) => match File::open(&path) {
            Ok(file) => {
                // A known length lets a page show progress.
                let mut response = Response::from_file(file).with_chunked_threshold(usize::MAX);
                add_headers(&mut response, &[("Content-Type", content_type(&path))]);
                add_headers(&mut response, policy(audience));
                respond(request, response);
            }
            Err(error) => {
                respond(
                    request,
                    Response::from_string(format!("cannot read it: {error}\n"))
                        .with_status_code(500),
                );
            }
        },
        Target::Redirect(location) => {
            let mut response = Response::empty(301);
            add_headers(&mut response, &[("Location", &location)]);
            respond(request, response);
        }
        Target::Nothing => {
            let mut response = Response::from_string("not found\n").with_status_code(404);
            add_headers(&mut response, policy(audience));
            respond(request, response);
        }
    }
}

fn respond<R: std::io::Read>(request: Request, response: Response<R>) {
    // A browser that left in the middle of an answer is no one to report an error to.
    let _ = request.respond(response);
}

fn add_headers<R: std::io::Read>(response: &mut Response<R>, headers: &[(&str, &str)]) {
    for (name, value) in headers {
        // Only a value that is not ASCII fails, and such a one could not be sent.
        if let Ok(header) = Header::from_bytes(*name, *value) {
            response.add_header(header);
        }
    }
}

/// The headers that say who may read an answer, and that it may have changed when it is asked for again.
fn policy(audience: Audience) -> &'static [(&'static str, &'static str)] {
    match audience {
        Audience::OwnOrigin => &[
            ("Cache-Control", "no-cache"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Embedder-Policy", "require-corp"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ],
        Audience::AnyOrigin => &[
            ("Cache-Control", "no-cache"),
            ("Access-Control-Allow-Origin", "*"),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
        ],
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
    use std::io::Read;
    use std::net::TcpStream;

    use super::*;

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
        let page = StaticServer::start(0, mounts(), Audience::OwnOrigin)?;
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
    fn a_port_in_use_is_named() -> Result<()> {
        let first = StaticServer::start(0, mounts(), Audience::OwnOrigin)?;
        let port = first.address().port();
        assert!(check_port(port).is_err());
        let Err(error) = StaticServer::start(port, mounts(), Audience::OwnOrigin) else {
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
