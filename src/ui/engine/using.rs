//! Commands that use the model: on tables, on streams of texts, in other programs.

use gloo::file::Blob;
use js_sys::ArrayBuffer;
use leptos::prelude::*;

use super::{Engine, Source};
use crate::data::ReadOptions;
use crate::protocol::{Command, Precision, Prediction, RequestId, TableOutcome, TableRequest};
use crate::run_state::monitor::Monitor;
use crate::ui::save_file::{as_file, save_file};
use crate::ui::words;

/// What is under way, and the last file that was made.
#[derive(Default)]
pub(super) struct InUse {
    /// The table of texts being opened.
    pub(super) opening: Option<(RequestId, Source)>,
    /// The lines of the stream that were sent.
    asked: Option<RequestId>,
    /// The last table with predictions, by its name.
    made: Option<(String, Blob)>,
}

impl Engine {
    /// Reads a table of texts to classify.
    pub(crate) fn open_texts(self, source: Source) {
        let command = self.announce(|id| Command::OpenTexts {
            id,
            name: source.on_wire().name().to_owned(),
            options: source.options(),
        });
        self.inner.update_value(|inner| {
            inner.in_use.opening = Some((command.id(), source.clone()));
        });
        self.post_source(command, source);
    }

    /// Reads the file of texts that was asked for last, whether it could be read or not, in another way.
    pub(crate) fn reread_texts(self, options: ReadOptions) {
        let asked = self.inner.with_value(|inner| {
            let opening = inner.in_use.opening.as_ref();
            let opening = opening.map(|(_, source)| source.clone());
            opening.or_else(|| inner.told.texts.clone())
        });
        let again = asked.and_then(|source| source.read_as(options));
        if let Some(source) = again {
            self.open_texts(source);
        }
    }

    pub(super) fn texts_opened(self, id: RequestId) {
        self.inner.update_value(|inner| {
            if let Some((_, source)) = inner.in_use.opening.take_if(|(opening, _)| *opening == id) {
                inner.told.texts = Some(source);
                inner.in_use.made = None;
            }
        });
    }

    /// Classifies every row of the open table.
    pub(crate) fn classify_table(self, mark: bool, precision: Precision) {
        let request = self.state.with_untracked(|state| TableRequest {
            column: state.using.column,
            verdict: state.verdict_options(),
            mark,
            precision,
        });
        self.inner.update_value(|inner| inner.in_use.made = None);
        self.send(|id| Command::PredictTable { id, request }, None);
    }

    /// Ends that.
    pub(crate) fn stop_table(self) {
        self.send(|id| Command::StopTable { id }, None);
    }

    /// Saves the file that was made, and keeps it: the browser may not have let the page save it by itself.
    pub(super) fn table_predicted(self, outcome: TableOutcome, buffer: Option<ArrayBuffer>) {
        let (TableOutcome::Done(done), Some(bytes)) = (outcome, buffer) else {
            return;
        };
        let file = as_file(bytes);
        self.save(&done.name, Some(&file));
        self.inner
            .update_value(|inner| inner.in_use.made = Some((done.name, file)));
    }

    /// Saves the last table with predictions again.
    pub(crate) fn save_table(self) {
        let made = self.inner.with_value(|inner| inner.in_use.made.clone());
        if let Some((name, file)) = made {
            self.save(&name, Some(&file));
        }
    }

    /// Lets the browser save a file, or says why it does not.
    pub(crate) fn save(self, name: &str, file: Option<&Blob>) {
        let file = file.ok_or_else(|| "the file did not come along".into());
        if let Err(detail) = file.and_then(|file| save_file(name, file)) {
            let error = words::not_saved(name, &format!("{detail:?}"));
            self.state.update(|state| state.error = Some(error));
        }
    }

    /// Sends the lines of the stream that are next.
    pub(crate) fn ask_next_lines(self) {
        let texts = self.monitor.try_update(Monitor::next_batch);
        let texts = texts.unwrap_or_default();
        if texts.is_empty() {
            return;
        }
        let command = self.announce(|id| Command::PredictTexts {
            id,
            texts,
            precision: Precision::Float32,
        });
        // Before it is posted, which may fail at once.
        self.inner
            .update_value(|inner| inner.in_use.asked = Some(command.id()));
        self.post(&command, None, &[]);
    }

    pub(super) fn texts_predicted(self, predictions: Vec<Prediction>) {
        let answers: Vec<_> = self.state.with_untracked(|state| {
            let judged = predictions.into_iter().map(|prediction| {
                let verdict = state.verdict(&prediction);
                (prediction, verdict)
            });
            judged.collect()
        });
        self.monitor.update(|monitor| monitor.answered(answers));
    }

    /// A request has failed; if it was the stream's, its lines wait.
    pub(super) fn halt_monitor(self, id: RequestId) {
        let asked = self
            .inner
            .try_update_value(|inner| inner.in_use.asked.take_if(|asked| *asked == id));
        if asked.flatten().is_some() {
            self.monitor.update(Monitor::halt);
        }
    }

    /// Asks for the programs that use the model's files.
    pub(crate) fn describe_use(self) {
        self.send(|id| Command::DescribeUse { id }, None);
    }
}
