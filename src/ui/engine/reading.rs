//! Tables of the user's on their way to the worker: read from the disk.

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Engine, Inner, Source};
use crate::data::{ReadOptions, Table};
use crate::port::to_buffer;
use crate::protocol::{Command, Event};
use crate::run_state::RunState;
use crate::ui::words;

impl Engine {
    /// Posts a command with the bytes of a table beside it.
    pub(super) fn post_source(self, command: Command, source: Source) {
        let id = command.id();
        let file = match source {
            Source::Sample(_) | Source::Typed => return self.post(&command, None, &[]),
            Source::Pasted(text) => {
                return self.post(&command, Some(to_buffer(text.as_bytes())), &[]);
            }
            Source::File(file, _) => file,
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
            let bytes = JsFuture::from(file.array_buffer()).await;
            let awaited = |inner: &mut Inner| inner.reading.remove(&id);
            // Another table may be wanted by now, or the worker be another.
            if self.inner.try_update_value(awaited) != Some(true) {
                return;
            }
            match bytes
                .ok()
                .and_then(|bytes| bytes.dyn_into::<ArrayBuffer>().ok())
            {
                Some(bytes) => self.post(&command, Some(bytes), &[]),
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
        if let Some(Source::File(file, _)) = self.inner.with_value(|inner| inner.opened.clone()) {
            self.open_instead(Source::File(file, options));
        }
    }

    /// Reads the file that could not be opened anew, in another encoding.
    pub(crate) fn retry(self, encoding: String) {
        let failed = self.inner.with_value(|inner| inner.opening.clone());
        if let Some((_, Source::File(file, _))) = failed {
            let options = ReadOptions {
                encoding: Some(encoding),
                sheet: None,
            };
            self.open(Source::File(file, options));
        }
    }
}
