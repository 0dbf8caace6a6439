//! The opened table, what the user makes of it, and the data set in use.

use std::rc::Rc;

use super::encodings::open_table;
use super::errors::StateError;
use super::files;
use super::port::{post, post_with};
use super::started::LoadedEncoder;
use crate::data::{
    ColumnChoice, Dataset, Draft, Least, LengthUnit, Part, Problem, ReadOptions, RowFilter,
    SplitConfig, Table, TableEdit, TextLengths, evenly_drawn,
};
use crate::port::to_buffer;
use crate::protocol::{EditOutcome, Event, RequestId, TableSource, WireError};

/// Most texts that are measured: splitting into tokens takes a tenth of a millisecond each, and the worker does nothing
/// else meanwhile.
const MOST_MEASURED: u32 = 4_000;

/// The opened table and the data set in use, which may be of an earlier one.
#[derive(Default)]
pub struct Tables {
    draft: Option<Draft>,
    dataset: Option<Rc<Dataset>>,
}

impl Tables {
    /// The data set in use.
    pub fn dataset(&self) -> Option<Rc<Dataset>> {
        self.dataset.clone()
    }

    /// Reads a table in place of the one that is open. `bytes` are a file's or what was pasted.
    pub async fn open(
        &mut self,
        id: RequestId,
        base_url: &str,
        source: TableSource,
        options: &ReadOptions,
        bytes: Option<Vec<u8>>,
    ) -> Result<Event, WireError> {
        let table = read(base_url, source, options, bytes).await?;
        let summary = table.summary();
        self.draft = Some(Draft::new(table));
        Ok(Event::TableOpened { id, table: summary })
    }

    /// Makes the opened table the data set.
    pub fn use_columns(
        &mut self,
        id: RequestId,
        columns: ColumnChoice,
        problem: Problem,
        split: SplitConfig,
    ) -> Result<Event, WireError> {
        let draft = self.draft()?;
        let dataset = draft.choose(columns, problem, split);
        let status = draft.status();
        post(&Event::TableChecked { id, status });
        let dataset = dataset?;
        let summary = dataset.summary();
        self.dataset = Some(Rc::new(dataset));
        Ok(Event::DatasetReady { id, summary })
    }

    /// Lists rows of the opened table.
    pub fn list(
        &mut self,
        id: RequestId,
        filter: RowFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Event, WireError> {
        let page = self.draft()?.list(filter, offset, limit);
        Ok(Event::RowsListed { id, page })
    }

    /// Does something to the rows of the opened table.
    pub fn edit(&mut self, id: RequestId, edit: TableEdit) -> Result<(), WireError> {
        self.draft()?.edit(edit)?;
        self.edited(id)
    }

    /// Makes the changes again that `saved` holds.
    pub fn restore(&mut self, id: RequestId, saved: &[u8]) -> Result<(), WireError> {
        self.draft()?.restore(saved)?;
        self.edited(id)
    }

    /// Reads a second table, whose rows are for one part.
    pub async fn hold_out(
        &mut self,
        id: RequestId,
        base_url: &str,
        source: TableSource,
        bytes: Option<Vec<u8>>,
        how: HoldOut,
    ) -> Result<(), WireError> {
        self.draft()?;
        let table = read(base_url, source, &how.options, bytes).await?;
        self.draft()?.hold_out(table, how.part, how.columns)?;
        self.edited(id)
    }

    /// Uses the second table for another part, or lets go of it.
    pub fn change_held_out(&mut self, id: RequestId, part: Option<Part>) -> Result<(), WireError> {
        self.draft()?.change_held_out(part);
        self.edited(id)
    }

    /// Measures the texts of the data set in use, in tokens if there is an encoder.
    pub fn measure(
        &self,
        id: RequestId,
        encoder: Option<&LoadedEncoder>,
    ) -> Result<Event, WireError> {
        let examples = match &self.dataset {
            Some(dataset) => dataset.examples.as_slice(),
            None => return Err(StateError::NoData.into()),
        };
        let texts = examples.len() as u32;
        let drawn = evenly_drawn(texts, MOST_MEASURED);
        let drawn = drawn.filter_map(|index| examples.get(index as usize));
        let (unit, lengths) = match encoder {
            Some(encoder) => {
                let tokenizer = &encoder.encoder.tokenizer;
                let lengths =
                    drawn.map(|example| Ok(tokenizer.encode(&example.text)?.len() as u32));
                (
                    LengthUnit::Tokens,
                    lengths.collect::<Result<_, WireError>>()?,
                )
            }
            None => {
                let lengths = drawn.map(|example| example.text.chars().count() as u32);
                (LengthUnit::Characters, lengths.collect())
            }
        };
        let lengths = TextLengths::new(unit, texts, lengths).ok_or(StateError::NoData)?;
        Ok(Event::LengthsMeasured { id, lengths })
    }

    /// Tells the page what became of the table and the data set, with all changes beside it.
    fn edited(&mut self, id: RequestId) -> Result<(), WireError> {
        let draft = self.draft()?;
        let dataset = draft.look();
        let status = draft.status();
        let saved = draft.saved();
        post(&Event::TableChecked { id, status });
        let outcome = match dataset {
            Ok(dataset) => {
                let summary = dataset.summary();
                self.dataset = Some(Rc::new(dataset));
                EditOutcome::Usable(summary)
            }
            Err(error) => {
                // Training on rows that the page no longer shows would deceive.
                self.dataset = None;
                EditOutcome::Unusable(error.into())
            }
        };
        post_with(&Event::TableEdited { id, outcome }, Some(to_buffer(&saved)));
        Ok(())
    }

    fn draft(&mut self) -> Result<&mut Draft, WireError> {
        let draft = self.draft.as_mut();
        Ok(draft.ok_or(StateError::NoTable)?)
    }
}

/// How a second table is used.
pub struct HoldOut {
    pub options: ReadOptions,
    pub part: Part,
    /// The columns of the first table that it must have.
    pub columns: ColumnChoice,
}

async fn read(
    base_url: &str,
    source: TableSource,
    options: &ReadOptions,
    bytes: Option<Vec<u8>>,
) -> Result<Table, WireError> {
    let bytes = match &source {
        TableSource::Sample { name } => files::sample(base_url, name).await?,
        TableSource::File { .. } | TableSource::Pasted => bytes.unwrap_or_default(),
        TableSource::Typed => return Ok(Table::typed(source.name())),
    };
    open_table(base_url, source.name(), bytes, options, Least::TextAndLabel).await
}
