//! Tables of the user's on their way to the worker: read from the disk once, and kept as they were then.

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use super::{Bytes, Engine, Inner, Source};
use crate::data::{ReadOptions, Table};
use crate::port::to_buffer;
use crate::protocol::{Command, Event, RequestId};
use crate::run_state::RunState;
use crate::ui::words;

impl Engine {
    /// Posts a command with the bytes of a table beside it.
    pub(super) fn post_source(self, command: Command, source: Source) {
        let id = command.id();
        let is_kept = matches!(source, Source::Kept(..));
        let file = match source {
            Source::Sample(_) | Source::Typed => return self.post(&command, None, &[]),
            Source::Pasted(text) => {
                return self.post(&command, Some(to_buffer(text.as_bytes())), &[]);
            }
            Source::File(file, _) | Source::Kept(file, _) => file,
        };
        // Asked before the file is read: the browser may not have the memory for it.
        if let Err(error) = Table::check_size(&file.name(), file.size() as u64) {
            let error = words::too_large_file(&error);
            return self.hear(Event::Failed { id, error }, None);
        }
        self.inner.update_value(|inner| {
            inner.reading.insert(id);
        });
        spawn_local(async move {
            let read = read(&file, is_kept).await;
            let awaited = |inner: &mut Inner| inner.reading.remove(&id);
            // Another table may be wanted by now, or the worker be another.
            if self.inner.try_update_value(awaited) != Some(true) {
                return;
            }
            match read {
                Some((bytes, kept)) => {
                    self.keep_read(id, &kept);
                    self.post(&command, Some(bytes), &[]);
                }
                None => self.hear(
                    Event::Failed {
                        id,
                        error: words::unreadable_file(&file.name()),
                    },
                    None,
                ),
            }
        });
    }

    /// Keeps the file of a table that is being opened as it was read.
    fn keep_read(self, id: RequestId, file: &File) {
        self.inner.update_value(|inner| {
            let table = inner.opening.as_mut().filter(|(of, _)| *of == id);
            let table = table.map(|(_, source)| source);
            let second = inner.holding.as_mut().filter(|(of, _)| *of == id);
            let second = second.and_then(|(_, held_out)| held_out.as_mut());
            let second = second.map(|(source, _)| source);
            let texts = inner.in_use.opening.as_mut().filter(|(of, _)| *of == id);
            let texts = texts.map(|(_, source)| source);
            let read = [table, second, texts].into_iter().flatten();
            read.for_each(|source| source.keep(file));
        });
    }

    /// Gives up the tables whose files are still being read, as another one is wanted: the worker was not asked yet.
    pub(super) fn leave_reading(self) {
        if self.state.with_untracked(RunState::is_recovering) {
            return;
        }
        let left = self.inner.try_update_value(|inner| {
            let table = inner.opening.as_ref().map(|(id, _)| *id);
            let second = inner.holding.as_ref().map(|(id, _)| *id);
            let read = [table, second].into_iter().flatten();
            let left = read.filter(|id| inner.reading.remove(id));
            left.collect::<Vec<_>>()
        });
        let left = left.unwrap_or_default();
        if !left.is_empty() {
            self.state
                .update(|state| left.into_iter().for_each(|id| state.withdrawn(id)));
        }
    }

    /// Reads the opened file anew, in another way.
    pub(crate) fn reread(self, options: ReadOptions) {
        let opened = self.inner.with_value(|inner| inner.opened.clone());
        if let Some(source) = opened.and_then(|source| source.read_as(options)) {
            self.open_instead(source);
        }
    }

    /// Reads the file that could not be opened anew, in another encoding.
    pub(crate) fn retry(self, encoding: String) {
        let failed = self.inner.with_value(|inner| inner.opening.clone());
        let options = ReadOptions {
            encoding: Some(encoding),
            sheet: None,
        };
        if let Some(source) = failed.and_then(|(_, source)| source.read_as(options)) {
            self.open(source);
        }
    }
}

/// The bytes of a file, and a file that always has them: the user's may become another one on the disk, to which nothing
/// fits that is made of this one.
async fn read(file: &File, is_kept: bool) -> Option<(ArrayBuffer, File)> {
    let bytes = JsFuture::from(file.array_buffer()).await;
    let bytes: ArrayBuffer = bytes.ok()?.dyn_into().ok()?;
    let kept = match is_kept {
        true => file.clone(),
        false => Bytes::Buffer(bytes.clone()).to_file(&file.name()).ok()?,
    };
    Some((bytes, kept))
}
