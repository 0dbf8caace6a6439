//! Tables whose text is in an encoding other than Unicode's. The tables of those encodings are a module of its own, the
//! package `tabtune-encodings`, which is fetched for the first file that needs it.

use std::cell::RefCell;

use js_sys::WebAssembly::{Instance, Memory, Module};
use js_sys::{Object, Uint8Array, Uint32Array};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::fetch::FetchError;
use super::files;
use crate::data::{Least, LegacyText, Opened, ReadOptions, Table};
use crate::port::describe;
use crate::protocol::WireError;

thread_local! {
    /// The module, once it is here. Each file has an instance of its own, whose memory goes with it.
    static MODULE: RefCell<Option<Module>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// What the module gives: `src/encodings/exports.rs` says what each of them does.
    type Exports;

    #[wasm_bindgen(method, getter)]
    fn memory(this: &Exports) -> Memory;

    #[wasm_bindgen(method, catch)]
    fn allocate(this: &Exports, bytes: u32) -> Result<u32, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn decode_file(
        this: &Exports,
        file: u32,
        file_bytes: u32,
        label: u32,
        label_bytes: u32,
    ) -> Result<u32, JsValue>;
}

/// Why a file is not decoded that takes the module.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum EncodingsError {
    /// The module did not arrive.
    #[error("the module for the encoding of {file} could not be loaded: {problem}")]
    NotLoaded { file: String, problem: FetchError },
    /// What arrived is not the module, or it ran out of memory.
    #[error("the module for the encoding of {file} failed: {detail}")]
    Failed { file: String, detail: String },
}

impl EncodingsError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotLoaded { .. } => {
                "Check that the page's server is running, and open the file again. A file in UTF-8 needs no module."
            }
            Self::Failed { .. } => {
                "Use a part of the file, or save it in UTF-8: that needs no module."
            }
        }
    }
}

/// Reads a table, whatever its encoding.
pub async fn open_table(
    base_url: &str,
    name: &str,
    bytes: Vec<u8>,
    options: &ReadOptions,
    least: Least,
) -> Result<Table, WireError> {
    match Table::open(name, &bytes, options, least)? {
        Opened::Table(table) => Ok(table),
        Opened::Legacy(file) => {
            let module = module(base_url, name).await?;
            let text = decode(&module, bytes, file.chosen());
            let text = text.map_err(|error| EncodingsError::Failed {
                file: name.to_owned(),
                detail: describe(&error),
            })?;
            Ok(file.read(text)?)
        }
    }
}

/// The module, fetched if this is the first file that needs it.
async fn module(base_url: &str, file: &str) -> Result<Module, EncodingsError> {
    if let Some(module) = MODULE.with_borrow(Clone::clone) {
        return Ok(module);
    }
    let bytes = files::encodings(base_url).await;
    let bytes = bytes.map_err(|problem| EncodingsError::NotLoaded {
        file: file.to_owned(),
        problem,
    })?;
    // A copy: this worker's memory may be shared, and nothing is compiled from such.
    let module = Module::new(&Uint8Array::new_from_slice(&bytes));
    let module = module.map_err(|error| EncodingsError::Failed {
        file: file.to_owned(),
        detail: describe(&error),
    })?;
    MODULE.set(Some(module.clone()));
    Ok(module)
}

/// Has an instance decode a file in the encoding that has a label, or in the likeliest one. `None` if there is no encoding
/// of that label.
fn decode(
    module: &Module,
    file: Vec<u8>,
    label: Option<&str>,
) -> Result<Option<LegacyText>, JsValue> {
    let instance = Instance::new(module, &Object::new())?;
    let exports: Exports = instance.exports().unchecked_into();
    let label = label.unwrap_or_default();
    let (file_bytes, label_bytes) = (file.len() as u32, label.len() as u32);
    let file_at = exports.put(&file)?;
    drop(file);
    let label_at = exports.put(label.as_bytes())?;
    let answer = exports.decode_file(file_at, file_bytes, label_at, label_bytes)?;
    if answer == 0 {
        return Ok(None);
    }
    let mut numbers = [0; 5];
    Uint32Array::new_with_byte_offset_and_length(&exports.memory().buffer(), answer, 5)
        .copy_to(&mut numbers);
    let [encoding, encoding_bytes, text, text_bytes, malformed] = numbers;
    Ok(Some(LegacyText {
        encoding: exports.text(encoding, encoding_bytes)?,
        text: exports.text(text, text_bytes)?,
        malformed,
    }))
}

impl Exports {
    /// Bytes of the instance's memory. They stay valid until it grows.
    fn view(&self, place: u32, bytes: u32) -> Uint8Array {
        Uint8Array::new_with_byte_offset_and_length(&self.memory().buffer(), place, bytes)
    }

    /// Writes bytes to the instance's memory, and tells where they are.
    fn put(&self, bytes: &[u8]) -> Result<u32, JsValue> {
        let place = self.allocate(bytes.len() as u32)?;
        self.view(place, bytes.len() as u32).copy_from(bytes);
        Ok(place)
    }

    /// A text in the instance's memory.
    fn text(&self, place: u32, bytes: u32) -> Result<String, JsValue> {
        let text = String::from_utf8(self.view(place, bytes).to_vec());
        text.map_err(|error| js_sys::Error::new(&error.to_string()).into())
    }
}
