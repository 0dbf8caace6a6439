//! Fetching files of the page's own origin, with progress and checksums.

use js_sys::{Reflect, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

use super::clock::scope;
use crate::protocol::EncoderFile;

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
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

/// Fetches a file whole. `progress` is told how many bytes have arrived.
pub async fn fetch(
    url: &str,
    file: &str,
    mut progress: impl FnMut(usize),
) -> Result<Vec<u8>, FetchError> {
    let unreachable = |error: JsValue| FetchError::Unreachable {
        file: file.to_owned(),
        detail: describe(&error),
    };
    let response = JsFuture::from(scope().fetch_with_str(url))
        .await
        .map_err(unreachable)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(FetchError::Status {
            file: file.to_owned(),
            status: response.status(),
        });
    }
    let mut bytes = Vec::new();
    let Some(body) = response.body() else {
        return Ok(bytes);
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(unreachable)?;
        let done = Reflect::get(&chunk, &"done".into()).map_err(unreachable)?;
        if done.is_truthy() {
            return Ok(bytes);
        }
        let value = Reflect::get(&chunk, &"value".into()).map_err(unreachable)?;
        let value: Uint8Array = value.unchecked_into();
        let start = bytes.len();
        bytes.resize(start + value.length() as usize, 0);
        value.copy_to(&mut bytes[start..]);
        progress(bytes.len());
    }
}

/// Fetches a file of an encoder and checks that it is the very one.
pub async fn fetch_verified(
    url: &str,
    file: &EncoderFile,
    progress: impl FnMut(usize),
) -> Result<Vec<u8>, FetchError> {
    let bytes = fetch(url, &file.name, progress).await?;
    if bytes.len() != file.bytes as usize {
        return Err(FetchError::Length {
            file: file.name.clone(),
            expected: file.bytes,
            found: bytes.len(),
        });
    }
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if digest != file.sha256 {
        return Err(FetchError::Checksum {
            file: file.name.clone(),
        });
    }
    Ok(bytes)
}

fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    )
}
