//! A table that is classified: opened beside the data set's, worked through batch by batch, written as a file.

use std::rc::Rc;

use super::clock::now;
use super::encodings::open_table;
use super::errors::{self, StateError};
use super::port::{post, post_with};
use super::predict::prediction;
use crate::data::{AddedCell, Least, OutputForm, Problem, ReadOptions, Table, TableWriter};
use crate::eval::{Answer, Asking, Pipeline};
use crate::port::to_buffer;
use crate::protocol::{
    Event, LabelCount, Precision, RequestId, TableOutcome, TablePredictions, TableRequest, Verdict,
    VerdictOptions, WireError,
};

/// Least milliseconds between two events of progress.
const EVENT_INTERVAL: f64 = 100.0;
/// Rows that are tokenized and sorted by length at once: enough for batches of like length, and done in a moment.
const WINDOW: u32 = 512;

/// The table that was opened last, and the work on it.
#[derive(Default)]
pub struct Using {
    table: Option<Rc<Table>>,
    job: Option<Job>,
}

/// A table under way.
struct Job {
    id: RequestId,
    table: Rc<Table>,
    column: u32,
    options: VerdictOptions,
    precision: Precision,
    /// The model as it stood at the beginning.
    pipeline: Pipeline,
    form: OutputForm,
    writer: TableWriter,
    /// The rows from `written` on that are being asked about.
    window: Option<Asking>,
    /// Rows that are in the file.
    written: u32,
    empty: u32,
    unsure: u32,
    counts: Vec<u32>,
    sent_at: f64,
}

impl Using {
    /// Opens a table of texts in place of the last one. A table that is being worked through stays until that is done.
    pub async fn open(
        &mut self,
        id: RequestId,
        base_url: &str,
        name: &str,
        options: &ReadOptions,
        bytes: Vec<u8>,
    ) -> Result<Event, WireError> {
        let table = open_table(base_url, name, bytes, options, Least::Text).await?;
        let summary = table.summary();
        self.table = Some(Rc::new(table));
        Ok(Event::TextsOpened { id, table: summary })
    }

    /// Begins to classify the table. The pipeline is in the request's precision.
    pub fn begin(
        &mut self,
        id: RequestId,
        request: TableRequest,
        pipeline: Pipeline,
    ) -> Result<(), WireError> {
        if self.is_working() {
            return Err(StateError::Classifying.into());
        }
        let table = self.table.clone().ok_or(StateError::NoTexts)?;
        if request.column as usize >= table.columns().len() {
            return Err(StateError::NoSuchColumn.into());
        }
        self.job = Some(Job::new(id, table, request, pipeline)?);
        Ok(())
    }

    /// Ends the work before its next texts.
    pub fn stop(&mut self, id: RequestId) -> Event {
        if let Some(job) = self.job.take() {
            post(&Event::TablePredicted {
                id: job.id,
                outcome: TableOutcome::Stopped { done: job.done() },
            });
        }
        Event::TableStopping { id }
    }

    /// Whether a table is under way.
    pub fn is_working(&self) -> bool {
        self.job.is_some()
    }

    /// Does one unit of the work, and tells the page.
    pub async fn advance(&mut self) {
        let Some(job) = &mut self.job else { return };
        let id = job.id;
        let result = match job.advance().await {
            Ok(true) => return,
            Ok(false) => self.job.take().map(Job::finish).transpose(),
            Err(error) => Err(error),
        };
        self.job = None;
        match result {
            Ok(None) => {}
            Ok(Some((done, bytes))) => {
                let outcome = TableOutcome::Done(done);
                post_with(
                    &Event::TablePredicted { id, outcome },
                    Some(to_buffer(&bytes)),
                );
            }
            Err(error) => errors::fail(id, error),
        }
    }
}

impl Job {
    fn new(
        id: RequestId,
        table: Rc<Table>,
        request: TableRequest,
        pipeline: Pipeline,
    ) -> Result<Self, WireError> {
        let TableRequest {
            column,
            verdict,
            mark,
            precision,
        } = request;
        let form = OutputForm::of(table.format(), mark);
        let mut added = vec!["prediction".to_owned()];
        if pipeline.scale.problem != Problem::Regression {
            added.extend(
                pipeline
                    .labels
                    .iter()
                    .map(|label| format!("probability_{label}")),
            );
            added.push("unsure".to_owned());
        }
        Ok(Self {
            writer: TableWriter::new(&table, column, &added, form)?,
            counts: vec![0; pipeline.labels.len()],
            id,
            table,
            column,
            options: verdict,
            precision,
            pipeline,
            form,
            window: None,
            written: 0,
            empty: 0,
            unsure: 0,
            sent_at: 0.0,
        })
    }

    /// Rows that are classified.
    fn done(&self) -> u32 {
        self.written
            + self
                .window
                .as_ref()
                .map_or(0, |window| window.done() as u32)
    }

    /// Tokenizes some rows, asks about a batch of them, or writes them. False at the end.
    async fn advance(&mut self) -> Result<bool, WireError> {
        let rows = self.written..self.table.rows().min(self.written + WINDOW);
        let Some(window) = &mut self.window else {
            if rows.is_empty() {
                return Ok(false);
            }
            let texts = rows.filter_map(|row| self.table.cell(row, self.column));
            self.window = Some(Asking::new(&self.pipeline, texts)?);
            return Ok(true);
        };
        if !window.step(&self.pipeline).await? {
            let answers = self.window.take().map(Asking::finish).unwrap_or_default();
            for (row, answer) in rows.zip(answers) {
                self.write(row, answer)?;
            }
        }
        if now() - self.sent_at >= EVENT_INTERVAL {
            self.sent_at = now();
            post(&Event::TableProgress {
                id: self.id,
                done: self.done(),
                total: self.table.rows(),
            });
        }
        Ok(true)
    }

    fn write(&mut self, row: u32, answer: Option<Answer>) -> Result<(), WireError> {
        self.written = row + 1;
        let Some(answer) = answer else {
            self.empty += 1;
            let nothing = match self.pipeline.scale.problem {
                Problem::Regression => 1,
                Problem::SingleLabel | Problem::MultiLabel { .. } => self.counts.len() + 2,
            };
            let nothing = vec![AddedCell::Empty; nothing];
            return Ok(self.writer.row(&self.table, row, &nothing)?);
        };
        let outputs = answer.outputs.clone();
        let said = prediction(&self.pipeline, String::new(), Some(answer), 0.0);
        let (separator, several) = match self.pipeline.scale.problem {
            Problem::MultiLabel { separator } => (separator, true),
            Problem::SingleLabel | Problem::Regression => (Problem::SEPARATOR, false),
        };
        match self.options.verdict(&said, several) {
            Verdict::Number(number) => {
                let cells = [AddedCell::Number(number)];
                self.writer.row(&self.table, row, &cells)?;
            }
            Verdict::Labels { labels, unsure, .. } => {
                for (label, count) in self.pipeline.labels.iter().zip(&mut self.counts) {
                    *count += u32::from(labels.contains(label));
                }
                self.unsure += u32::from(unsure);
                let given = labels.join(&separator.to_string());
                let shares = outputs.into_iter().map(AddedCell::Share);
                let cells: Vec<AddedCell> = std::iter::once(AddedCell::Text(&given))
                    .chain(shares)
                    .chain([AddedCell::Flag(unsure)])
                    .collect();
                self.writer.row(&self.table, row, &cells)?;
            }
        }
        Ok(())
    }

    /// The file, and what is in it.
    fn finish(self) -> Result<(TablePredictions, Vec<u8>), WireError> {
        let labels = self.pipeline.labels.iter().zip(self.counts);
        let done = TablePredictions {
            name: self.form.file_name(self.table.name()),
            rows: self.written,
            empty: self.empty,
            unsure: self.unsure,
            precision: self.precision,
            labels: labels
                .map(|(label, rows)| LabelCount {
                    label: label.clone(),
                    rows,
                })
                .collect(),
        };
        Ok((done, self.writer.finish()?))
    }
}
