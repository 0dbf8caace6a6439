//! A file beside a message, read while the worker waits.

use std::io::{self, Read, Seek, SeekFrom};

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Blob, File};

use super::describe;

#[wasm_bindgen]
extern "C" {
    /// Reads while the worker waits, which only workers may do. So a file is read where a reader of archives wants
    /// to go, and never lies in memory whole.
    type FileReaderSync;

    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<FileReaderSync, JsValue>;

    #[wasm_bindgen(method, catch, js_name = readAsArrayBuffer)]
    fn read(this: &FileReaderSync, blob: &Blob) -> Result<ArrayBuffer, JsValue>;
}

/// A file of the user's as something to read from.
pub struct FileReader {
    reader: FileReaderSync,
    file: File,
    position: u64,
}

impl FileReader {
    /// Reads from the file's beginning. Only workers may.
    ///
    /// # Errors
    /// If the browser does not let it.
    pub fn new(file: &File) -> io::Result<Self> {
        Ok(Self {
            reader: FileReaderSync::new().map_err(failed)?,
            file: file.clone(),
            position: 0,
        })
    }

    /// Its bytes.
    pub fn length(&self) -> u64 {
        self.file.size() as u64
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self
            .length()
            .min(self.position.saturating_add(buffer.len() as u64));
        if end <= self.position {
            return Ok(0);
        }
        let part = self
            .file
            .slice_with_f64_and_f64(self.position as f64, end as f64)
            .map_err(failed)?;
        let bytes: ArrayBuffer = self.reader.read(&part).map_err(failed)?;
        let bytes = Uint8Array::new(&bytes);
        let read = (bytes.length() as usize).min(buffer.len());
        bytes.subarray(0, read as u32).copy_to(&mut buffer[..read]);
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

fn failed(error: JsValue) -> io::Error {
    io::Error::other(describe(&error))
}
