//! A project as one file, made of parts that the browser keeps: it takes no memory of the worker's, and no room of the
//! projects', since who has none left is told to export.

use std::io::{self, Write};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

use crate::port::describe;
use crate::protocol::file_stem;
use crate::storage::{EXTENSION, Folder, Project, StorageError, export};

/// Bytes of a part.
const PART: usize = 4 << 20;

/// Makes the file, and says what it may be called.
///
/// # Errors
/// If something of the project cannot be read any more, or the browser has no room for the file.
pub async fn export_file<F: Folder>(project: &Project<F>) -> Result<(String, File), StorageError> {
    let parts = export(project, Parts::default()).await?;
    // Whatever stands behind a dot is a part of the name here.
    let name = format!(
        "{}.{EXTENSION}",
        file_stem(&format!("{}.", project.entry().name))
    );
    let file = parts.into_file(&name)?;
    Ok((name, file))
}

#[derive(Default)]
struct Parts {
    done: Array,
    pending: Vec<u8>,
}

impl Parts {
    fn push(&mut self) -> io::Result<()> {
        let bytes = Array::of1(&Uint8Array::from(self.pending.as_slice()));
        let part = Blob::new_with_u8_array_sequence(&bytes).map_err(failed)?;
        self.done.push(&part);
        self.pending.clear();
        Ok(())
    }

    fn into_file(mut self, name: &str) -> Result<File, StorageError> {
        let file = self
            .push()
            .and_then(|()| File::new_with_blob_sequence(&self.done, name).map_err(failed));
        file.map_err(StorageError::unwritable)
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PART {
            self.push()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(error: JsValue) -> io::Error {
    io::Error::other(describe(&error))
}
