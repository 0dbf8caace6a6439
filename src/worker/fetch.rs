//! Fetching files, with progress and checksums. Every request of the worker is made here.

use gloo::timers::callback::Timeout;
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

use super::errors::of_weights;
use crate::model::FileSink;
use crate::port::describe;
use crate::protocol::{EncoderFile, WireError};
use crate::reason::as_text;

/// Without a byte for this long, a connection is given up.
const STALLED_MS: u32 = 60_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch_with(url: &str, init: &Object) -> Promise;

    /// A `Response` with its headers.
    #[wasm_bindgen(extends = Response)]
    type Answer;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Answer) -> Headers;

    type Headers;

    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;
}

/// Why a file could not be fetched.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error("{file} could not be fetched: {detail}")]
    Unreachable { file: String, detail: String },
    /// The server answered with something else.
    #[error("{file} could not be fetched: the server answered {status}")]
    Status { file: String, status: u16 },
    /// The connection broke off, or the file is another.
    #[error("{file} has {found} bytes, not {expected}")]
    Length {
        file: String,
        expected: u32,
        found: usize,
    },
    /// The file was altered on its way.
    #[error("{file} does not have the expected checksum")]
    Checksum { file: String },
    /// The list of encoders is not one.
    #[error("{file} cannot be read: {detail}")]
    Unreadable {
        file: String,
        #[serde(serialize_with = "as_text")]
        detail: serde_json::Error,
    },
}

impl FetchError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } | Self::Status { .. } => {
                "Check that the page's server is running, and try again."
            }
            Self::Length { .. } | Self::Checksum { .. } => {
                "Try again; if it stays so, the server holds a damaged file."
            }
            Self::Unreadable { .. } => "Build the page anew.",
        }
    }
}

/// How a file is asked for.
#[derive(Serialize)]
struct Init<'a> {
    credentials: &'a str,
    #[serde(rename = "referrerPolicy")]
    referrer_policy: &'a str,
    cache: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

/// The head of an answer, and the way to its bytes.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Range`, if there is one that the browser shows.
    pub content_range: Option<String>,
    /// What follows.
    pub body: Body,
}

/// The bytes of an answer, as they come.
pub struct Body {
    /// None where an answer has no bytes.
    reader: Option<ReadableStreamDefaultReader>,
}

impl Reply {
    /// Asks for a file of the page's own origin.
    ///
    /// # Errors
    /// What the browser says if there is no answer.
    pub async fn of_origin(url: &str) -> Result<Self, JsValue> {
        Self::of(super::clock::scope().fetch_with_str(url)).await
    }

    /// Asks another origin for a file, or a part of it, and tells it nothing more than a request must: no cookies, no
    /// address of the page. The browser's own cache is left out, as what is kept is kept by `store`.
    ///
    /// # Errors
    /// What the browser says if there is no answer.
    pub async fn of_stranger(url: &str, range: Option<&str>) -> Result<Self, JsValue> {
        let init = Init {
            credentials: "omit",
            referrer_policy: "no-referrer",
            cache: "no-store",
            headers: range.map(|range| ("Range", range)).into_iter().collect(),
        };
        let init = serde_wasm_bindgen::to_value(&init)?;
        Self::of(fetch_with(url, init.unchecked_ref())).await
    }

    async fn of(request: Promise) -> Result<Self, JsValue> {
        let answer: Answer = unless_stalled(&request).await?.unchecked_into();
        Ok(Self {
            status: answer.status(),
            content_range: answer.headers().get("Content-Range"),
            body: Body::of(&answer),
        })
    }

    /// Whether this is what was asked for.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Body {
    /// Those of an answer that nobody has begun to read.
    pub fn of(response: &Response) -> Self {
        let body = response.body();
        Self {
            reader: body.map(|body| body.get_reader().unchecked_into()),
        }
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// What the browser says if the connection breaks.
    pub async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        let Some(reader) = &self.reader else {
            return Ok(None);
        };
        let chunk = match unless_stalled(&reader.read()).await {
            Ok(chunk) => chunk,
            Err(error) => {
                // Whatever comes of it, these bytes are not waited for any more.
                drop(reader.cancel());
                return Err(error);
            }
        };
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            return Ok(None);
        }
        Ok(Some(
            Reflect::get(&chunk, &"value".into())?.unchecked_into(),
        ))
    }
}

/// What a promise comes to. A network that goes without a word leaves it open for ever; after [`STALLED_MS`] that is an
/// error.
async fn unless_stalled(promise: &Promise) -> Result<JsValue, JsValue> {
    let mut patience = None;
    let stalled = Promise::new(&mut |_, reject| {
        patience = Some(Timeout::new(STALLED_MS, move || {
            let error = js_sys::Error::new("nothing has come for a minute");
            // Fails only if `reject` throws, which a promise's own does not.
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }));
    });
    let outcome = JsFuture::from(Promise::race(&Array::of2(promise, &stalled))).await;
    drop(patience);
    outcome
}

/// Asks for a file of the page's own origin.
async fn ask(url: &str, file: &str) -> Result<Reply, FetchError> {
    let reply = Reply::of_origin(url).await.map_err(unreachable(file))?;
    match reply.is_ok() {
        true => Ok(reply),
        false => Err(FetchError::Status {
            file: file.to_owned(),
            status: reply.status,
        }),
    }
}

fn unreachable(file: &str) -> impl Fn(JsValue) -> FetchError {
    move |error| FetchError::Unreachable {
        file: file.to_owned(),
        detail: describe(&error),
    }
}

/// Fetches a file of the page's own origin whole.
pub async fn fetch(url: &str, file: &str) -> Result<Vec<u8>, FetchError> {
    let mut reply = ask(url, file).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = reply.body.next().await.map_err(unreachable(file))? {
        let start = bytes.len();
        bytes.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes[start..]);
    }
    Ok(bytes)
}

/// Copies bytes that came into this worker's memory, in the place of what was there.
pub fn copy(chunk: &Uint8Array, bytes: &mut Vec<u8>) {
    bytes.resize(chunk.length() as usize, 0);
    chunk.copy_to(bytes);
}

/// Fetches a file of an encoder into a sink, and checks that it is the very one. `progress` is told how many bytes have
/// arrived.
pub async fn fetch_verified(
    url: &str,
    file: &EncoderFile,
    sink: &mut dyn FileSink,
    mut progress: impl FnMut(usize),
) -> Result<(), WireError> {
    let mut reply = ask(url, &file.name).await?;
    let expected = file.bytes as usize;
    let mut loaded = 0;
    let mut bytes = Vec::new();
    sink.begin(&file.name, file.bytes.into())
        .map_err(of_weights)?;
    while loaded <= expected
        && let Some(chunk) = reply.body.next().await.map_err(unreachable(&file.name))?
    {
        loaded += chunk.length() as usize;
        copy(&chunk, &mut bytes);
        sink.push(&bytes).map_err(of_weights)?;
        progress(loaded);
    }
    if loaded != expected {
        return Err(FetchError::Length {
            file: file.name.clone(),
            expected: file.bytes,
            found: loaded,
        }
        .into());
    }
    if sink.checksum() != file.sha256 {
        return Err(FetchError::Checksum {
            file: file.name.clone(),
        }
        .into());
    }
    sink.end().map_err(of_weights)
}
