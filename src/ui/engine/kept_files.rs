//! What a worker was told as files of a project, and back.

use std::collections::HashMap;

use js_sys::{Array, ArrayBuffer, JsString};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::recovery::{DataInUse, EncoderChoice, Source, Told, model_source};
use super::table::Worked;
use crate::project::{
    Content, DataRecord, EncoderRecord, HeldOutRecord, ModelRecord, Record, files,
};
use crate::protocol::{EncoderSource, ModelSource, TableSource};
use crate::ui::dropped::Brought;
use crate::ui::words;

/// Bytes of a project. Two are equal if they are the same handle or buffer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bytes {
    /// A file of the user's or of the project's.
    File(File),
    /// Bytes that the worker has made.
    Buffer(ArrayBuffer),
    /// What the user has pasted.
    Text(String),
}

impl Bytes {
    /// A handle that can be posted.
    ///
    /// # Errors
    /// If the browser has no room for it.
    pub(crate) fn to_file(&self, name: &str) -> Result<File, JsValue> {
        match self {
            Self::File(file) => Ok(file.clone()),
            Self::Buffer(bytes) => {
                File::new_with_buffer_source_sequence(&Array::of1(bytes).into(), name)
            }
            Self::Text(text) => File::new_with_str_sequence(
                &Array::of1(&JsString::from(text.as_str())).into(),
                name,
            ),
        }
    }
}

/// A file by another name; its bytes are not copied.
///
/// # Errors
/// What the browser says.
fn file_of(file: &File, name: &str) -> Result<File, JsValue> {
    File::new_with_blob_sequence(&Array::of1(file).into(), name)
}

/// A project's files by their names.
pub(crate) type Files = HashMap<String, File>;

/// What `told` is as files of a project.
pub(super) fn contents(told: &Told) -> Vec<Content<Bytes>> {
    let mut found = Vec::new();
    let mut put = |name: &str, bytes: Option<Bytes>| {
        let name = name.to_owned();
        found.extend(bytes.map(|bytes| Content { name, bytes }));
    };
    if let Some(data) = &told.data {
        let Worked { held_out, edits } = &data.worked;
        let held_out = held_out.as_ref().map(|(source, _)| source);
        put(files::TABLE, of_source(&data.source));
        put(files::HELD_OUT, held_out.and_then(of_source));
        put(files::EDITS, edits.clone().map(Bytes::Buffer));
    }
    let several = |name: &str, choice: Option<&EncoderChoice>| -> Vec<(String, Bytes)> {
        let kept = choice.map(kept_of_encoder);
        numbered(name, kept.map(|choice| choice.files()).unwrap_or_default())
    };
    for (name, bytes) in several(files::ENCODER, told.encoder.as_ref()) {
        put(&name, Some(bytes));
    }
    match told.model.as_ref().or(told.run_model.as_ref()) {
        Some((encoder, model)) => {
            for (name, bytes) in numbered(files::MODEL, kept(model).files()) {
                put(&name, Some(bytes));
            }
            let other = encoder.as_ref().filter(|_| *encoder != told.encoder);
            for (name, bytes) in several(files::MODEL_ENCODER, other) {
                put(&name, Some(bytes));
            }
        }
        // The finished model is all that is needed of a run.
        None => {
            put(
                files::CHECKPOINT,
                told.checkpoint.clone().map(Bytes::Buffer),
            );
        }
    }
    found
}

/// How files end that an encoder or a model is read from. A folder may hold much else: other weights, pictures, its history.
const NEEDED: [&str; 4] = [".json", ".safetensors", ".txt", ".model"];

/// What is kept of a folder of the user's.
fn kept(brought: &Brought) -> Brought {
    let is_needed = |path: &str| {
        NEEDED.iter().any(|end| path.ends_with(end))
            && !path.split('/').any(|part| part.starts_with('.'))
    };
    match brought {
        Brought::File(file) => Brought::File(file.clone()),
        Brought::Folder { name, files } => Brought::Folder {
            name: name.clone(),
            files: files
                .iter()
                .filter(|(path, _)| is_needed(path))
                .cloned()
                .collect(),
        },
    }
}

fn kept_of_encoder(choice: &EncoderChoice) -> EncoderChoice {
    match choice {
        EncoderChoice::Disk(brought) => EncoderChoice::Disk(kept(brought)),
        EncoderChoice::Origin(_) | EncoderChoice::Hub { .. } => choice.clone(),
    }
}

fn of_source(source: &Source) -> Option<Bytes> {
    match source {
        Source::File(file, _) | Source::Kept(file, _) => Some(Bytes::File(file.clone())),
        Source::Pasted(text) => Some(Bytes::Text(text.clone())),
        Source::Sample(_) | Source::Typed => None,
    }
}

fn numbered(name: &str, brought: Vec<File>) -> Vec<(String, Bytes)> {
    let brought = brought.into_iter().enumerate();
    let named = brought.map(|(index, file)| (files::numbered(name, index), Bytes::File(file)));
    named.collect()
}

/// Writes into a record what `told` is, but for its bytes.
pub(super) fn describe(told: &Told, record: &mut Record) {
    let encoder_on_wire = |choice: &EncoderChoice| kept_of_encoder(choice).on_wire();
    record.encoder = told.encoder.as_ref().map(encoder_on_wire);
    record.data = told.data.as_ref().map(|data| DataRecord {
        source: data.source.on_wire(),
        options: data.source.options(),
        held_out: data
            .worked
            .held_out
            .as_ref()
            .map(|(source, part)| HeldOutRecord {
                source: source.on_wire(),
                options: source.options(),
                part: *part,
            }),
        columns: data.columns,
        problem: data.problem,
        split: data.split,
    });
    record.config = told.config.clone();
    let of_run = told.model.is_none();
    let model = told.model.as_ref().or(told.run_model.as_ref());
    record.model = model.map(|(encoder, model)| ModelRecord {
        source: model_source(&kept(model)),
        encoder: match encoder {
            None => EncoderRecord::None,
            same if *same == told.encoder => EncoderRecord::InUse,
            Some(other) => EncoderRecord::Other(encoder_on_wire(other)),
        },
        of_run,
    });
}

/// What a worker must be told to come to where a record says. What lacks a file is left out; its name is in the second
/// list.
pub(super) async fn told(record: &Record, found: &Files) -> (Told, Vec<String>) {
    let mut missing = Vec::new();
    let mut told = Told {
        config: record.config.clone(),
        ..Told::default()
    };
    if let Some(source) = &record.encoder {
        told.encoder = encoder(source, files::ENCODER, found);
        if told.encoder.is_none() {
            missing.push(source.name().to_owned());
        }
    }
    if let Some(data) = &record.data {
        told.data = table(data, found).await;
        match &told.data {
            None => missing.push(data.source.name().to_owned()),
            Some(made) => {
                let second = data.held_out.as_ref();
                let lost = second.filter(|_| made.worked.held_out.is_none());
                missing.extend(lost.map(|second| second.source.name().to_owned()));
            }
        }
    }
    if let Some(stored) = &record.model {
        let of_encoder = match &stored.encoder {
            EncoderRecord::None => Some(None),
            EncoderRecord::InUse => told.encoder.clone().map(Some),
            EncoderRecord::Other(source) => encoder(source, files::MODEL_ENCODER, found).map(Some),
        };
        match of_encoder.zip(model(&stored.source, found)) {
            Some(pair) if stored.of_run => told.run_model = Some(pair),
            Some(pair) => told.model = Some(pair),
            None => missing.push(stored.source.name().to_owned()),
        }
    }
    told.checkpoint = bytes(found.get(files::CHECKPOINT)).await;
    (told, missing)
}

async fn bytes(file: Option<&File>) -> Option<ArrayBuffer> {
    let bytes = JsFuture::from(file?.array_buffer()).await;
    bytes.ok()?.dyn_into().ok()
}

async fn table(record: &DataRecord, found: &Files) -> Option<DataInUse> {
    let named = |name: &str| found.get(name);
    let source = source(&record.source, record.options.clone(), named(files::TABLE)).await?;
    let held_out = match &record.held_out {
        Some(second) => {
            let file = named(files::HELD_OUT);
            let source = self::source(&second.source, second.options.clone(), file).await;
            source.map(|source| (source, second.part))
        }
        None => None,
    };
    Some(DataInUse {
        source,
        worked: Worked {
            held_out,
            edits: bytes(named(files::EDITS)).await,
        },
        columns: record.columns,
        problem: record.problem,
        split: record.split,
    })
}

async fn source(
    record: &TableSource,
    options: crate::data::ReadOptions,
    file: Option<&File>,
) -> Option<Source> {
    match record {
        TableSource::Sample { name } => {
            let known = words::SAMPLES.into_iter().find(|known| known == name);
            known.map(Source::Sample)
        }
        TableSource::File { name } => Some(Source::Kept(file_of(file?, name).ok()?, options)),
        TableSource::Pasted => {
            let text = JsFuture::from(file?.text()).await.ok()?.as_string()?;
            Some(Source::Pasted(text))
        }
        TableSource::Typed => Some(Source::Typed),
    }
}

fn encoder(record: &EncoderSource, name: &str, found: &Files) -> Option<EncoderChoice> {
    match record {
        EncoderSource::Origin { id } => Some(EncoderChoice::Origin(id.clone())),
        EncoderSource::Hub {
            repository,
            revision,
        } => Some(EncoderChoice::Hub {
            repository: repository.clone(),
            revision: revision.clone(),
        }),
        EncoderSource::Zip { name: called } => single(called, name, found).map(EncoderChoice::Disk),
        EncoderSource::Folder {
            name: called,
            paths,
        } => folder(called, paths, name, found).map(EncoderChoice::Disk),
    }
}

fn model(record: &ModelSource, found: &Files) -> Option<Brought> {
    match record {
        ModelSource::File { name } => single(name, files::MODEL, found),
        ModelSource::Folder { name, paths } => folder(name, paths, files::MODEL, found),
    }
}

fn single(called: &str, name: &str, found: &Files) -> Option<Brought> {
    let file = found.get(&files::numbered(name, 0))?;
    file_of(file, called).ok().map(Brought::File)
}

fn folder(called: &str, paths: &[String], name: &str, found: &Files) -> Option<Brought> {
    let file = |(index, path): (usize, &String)| {
        let file = found.get(&files::numbered(name, index))?;
        let last = path.rsplit('/').next().unwrap_or_default();
        Some((path.clone(), file_of(file, last).ok()?))
    };
    let files: Option<Vec<_>> = paths.iter().enumerate().map(file).collect();
    Some(Brought::Folder {
        name: called.to_owned(),
        files: files?,
    })
}
