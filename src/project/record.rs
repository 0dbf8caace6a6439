//! What the page says of a project.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::migration::{MIGRATIONS, migrated, newest};
use super::record_error::RecordError;
use crate::data::{ColumnChoice, Part, Problem, ReadOptions, SplitConfig};
use crate::protocol::{EncoderSource, ModelSource, TableSource};
use crate::run_state::stored::Stored;
use crate::train::config::TrainConfig;

/// Most bytes of a record. A run with its curve has 50 kB, with a report on a thousand labels some megabytes, a kept one
/// 30 kB. JSON may take ten times as much memory when it is read.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// Most fields of the form, and most characters of one.
const MOST_FIELDS: usize = 200;
const LONGEST_FIELD: usize = 200;
/// Longest text to try, in characters.
const LONGEST_TEXT: usize = 100_000;

/// What the page says of a project. The bytes that belong to it are the project's files: see [`files`](super::files).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The encoder in use.
    pub encoder: Option<EncoderSource>,
    /// The opened table and what is learnt of it.
    pub data: Option<DataRecord>,
    /// Settings of the newest run.
    pub config: Option<TrainConfig>,
    /// The model that a file holds.
    pub model: Option<ModelRecord>,
    /// Runs and what was chosen for answers.
    pub shown: Stored,
    /// The form's fields.
    pub form: FormRecord,
    /// The user's text to try the model with.
    pub tried: String,
}

/// A table, and how it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataRecord {
    /// Where it came from. The bytes of a file or of pasted text are the project's.
    pub source: TableSource,
    /// How it is read.
    pub options: ReadOptions,
    /// The second table.
    pub held_out: Option<HeldOutRecord>,
    /// Its columns.
    pub columns: ColumnChoice,
    /// What is learnt of it.
    pub problem: Problem,
    /// How it is divided.
    pub split: SplitConfig,
}

/// A second table, and the part that it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldOutRecord {
    /// Where it came from.
    pub source: TableSource,
    /// How it is read.
    pub options: ReadOptions,
    /// What its rows are for.
    pub part: Part,
}

/// A model that the project has as a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// What it is called.
    pub source: ModelSource,
    /// The encoder that was in use with it.
    pub encoder: EncoderRecord,
    /// Whether it is the newest run's own; otherwise it was opened.
    pub of_run: bool,
}

/// The encoder that a model was used with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EncoderRecord {
    /// None was loaded.
    None,
    /// The one in use.
    InUse,
    /// Another one.
    Other(EncoderSource),
}

/// What stands in the fields of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FormRecord {
    /// The text of each field by its name.
    pub fields: BTreeMap<String, String>,
    /// Whether the user has chosen the learning rate.
    pub rate_touched: bool,
}

/// Which version a record has, whatever else stands in it.
#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// A record as it stands in storage.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u64,
    record: T,
}

impl Record {
    /// The record as storage keeps it.
    ///
    /// # Errors
    /// If it cannot be written as JSON, or not be read again for its length.
    pub fn to_json(&self) -> Result<String, RecordError> {
        let versioned = Versioned {
            version: newest(MIGRATIONS),
            record: self,
        };
        let json = serde_json::to_string(&versioned).map_err(unreadable)?;
        bounded(json.len())?;
        Ok(json)
    }

    /// Reads what storage has kept. It may have come in a file from anywhere.
    ///
    /// # Errors
    /// If it is too long, of a later version or no record at all.
    pub fn from_json(json: &str) -> Result<Self, RecordError> {
        bounded(json.len())?;
        let Version { version } = serde_json::from_str(json).map_err(unreadable)?;
        let supported = newest(MIGRATIONS);
        if version > supported {
            let found = version;
            return Err(RecordError::Newer { found, supported });
        }
        if version == supported {
            // Not as any JSON, which takes much more memory.
            let read: Versioned<Self> = serde_json::from_str(json).map_err(unreadable)?;
            return Ok(read.record.bounded());
        }
        let no_record = || {
            let detail = format!("it is no record of version {version}");
            RecordError::Unreadable { detail }
        };
        if version == 0 {
            return Err(no_record());
        }
        let older: Versioned<Value> = serde_json::from_str(json).map_err(unreadable)?;
        let record = migrated(older.record, version, MIGRATIONS).ok_or_else(no_record)?;
        let record: Self = serde_json::from_value(record).map_err(unreadable)?;
        Ok(record.bounded())
    }

    /// Whether there is anything that a user would miss. An encoder and settings alone are soon chosen again.
    pub fn is_worth_keeping(&self) -> bool {
        let Stored { run, runs, .. } = &self.shown;
        self.data.is_some() || self.model.is_some() || run.is_some() || !runs.kept().is_empty()
    }

    /// What the project may be called before the user calls it something: the data's name, or the model's.
    pub fn proposed_name(&self) -> Option<&str> {
        let data = self.data.as_ref().map(|data| data.source.name());
        let name = data.or(self.model.as_ref().map(|model| model.source.name()))?;
        Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
    }

    fn bounded(mut self) -> Self {
        self.shown = self.shown.bounded();
        if self.tried.chars().count() > LONGEST_TEXT {
            self.tried.clear();
        }
        let short = |text: &String| text.chars().count() <= LONGEST_FIELD;
        self.form
            .fields
            .retain(|name, text| short(name) && short(text));
        while self.form.fields.len() > MOST_FIELDS {
            self.form.fields.pop_last();
        }
        self
    }
}

fn bounded(bytes: usize) -> Result<(), RecordError> {
    match bytes > MOST_BYTES {
        true => Err(RecordError::TooLarge { bytes }),
        false => Ok(()),
    }
}

fn unreadable(error: serde_json::Error) -> RecordError {
    let detail = error.to_string();
    RecordError::Unreadable { detail }
}

#[cfg(test)]
mod tests;
