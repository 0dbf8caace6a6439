//! The worker's code in parts: what it takes to have an encoder and to ask a model comes first, the rest in chunks behind it.
//!
//! Where the module is not cut ([`crate::chunk`]) all of it is at hand. State lies in the first part, as [`Driver`] has it: a
//! chunk works on it. So the first part must not drop what only a chunk makes, which would draw that code into it.

use std::cell::Cell;
use std::pin::Pin;

use async_once_cell::OnceCell;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::clock::sleep;
use super::driver::Driver;
use super::port::post;
use super::started::{LoadedEncoder, Started};
use super::tables::HoldOut;
use crate::chunk::{SplitLoaderError, chunk};
use crate::data::{ColumnChoice, Part, Problem, ReadOptions, RowFilter, SplitConfig, TableEdit};
use crate::eval::tested::ExampleFilter;
use crate::protocol::{
    Command, EncoderSource, Event, ExportForm, ModelSource, RequestId, TableRequest, TableSource,
    WireError,
};
use crate::train::config::TrainConfig;

/// Milliseconds until a chunk that could not be fetched is asked for again. They double.
const FIRST_PAUSE: u32 = 1_000;
const LONGEST_PAUSE: u32 = 30_000;

/// What a function of a chunk does.
pub type Work<'a, T = ()> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A command that is carried out, up to the event that it ends in.
pub type Answer<'a> = Work<'a, Result<Event, WireError>>;

/// The same of one whose event is sent with what it brings, or comes later.
pub type Settled<'a> = Work<'a, Result<(), WireError>>;

/// An encoder on its way.
pub type Loading<'a> = Work<'a, Result<LoadedEncoder, WireError>>;

/// Tables, and encoders that are not the page's own.
pub struct Data {
    pub load_encoder:
        for<'a> fn(&'a mut Started, RequestId, &'a EncoderSource, &'a [File]) -> Loading<'a>,
    pub describe_hub: for<'a> fn(&'a mut Driver, RequestId, String) -> Answer<'a>,
    pub forget_hub: for<'a> fn(&'a mut Driver, RequestId, String) -> Answer<'a>,
    pub open_table: for<'a> fn(
        &'a mut Driver,
        RequestId,
        TableSource,
        ReadOptions,
        Option<Vec<u8>>,
    ) -> Answer<'a>,
    pub use_columns:
        fn(&mut Driver, RequestId, ColumnChoice, Problem, SplitConfig) -> Result<Event, WireError>,
    pub list_rows: fn(&mut Driver, RequestId, RowFilter, u32, u32) -> Result<Event, WireError>,
    pub measure_lengths: fn(&mut Driver, RequestId) -> Result<Event, WireError>,
    pub edit_table: fn(&mut Driver, RequestId, TableEdit) -> Result<(), WireError>,
    pub restore_edits: fn(&mut Driver, RequestId, &[u8]) -> Result<(), WireError>,
    pub hold_out:
        for<'a> fn(&'a mut Driver, RequestId, TableSource, Option<Vec<u8>>, HoldOut) -> Settled<'a>,
    pub change_held_out: fn(&mut Driver, RequestId, Option<Part>) -> Result<(), WireError>,
    pub open_texts:
        for<'a> fn(&'a mut Driver, RequestId, String, ReadOptions, Vec<u8>) -> Answer<'a>,
    pub predict_table: fn(&mut Driver, RequestId, TableRequest) -> Result<(), WireError>,
    pub stop_table: fn(&mut Driver, RequestId) -> Event,
    /// Does one unit of classifying a table.
    pub classify: for<'a> fn(&'a mut Driver) -> Work<'a>,
}

chunk! {
    data, Data {
        load_encoder: |started, id, source, files| Box::pin(started.load_any(id, source, files)),
        describe_hub: |driver, id, name| Box::pin(driver.describe_hub(id, name)),
        forget_hub: |driver, id, name| Box::pin(driver.forget_hub(id, name)),
        open_table: |driver, id, source, options, bytes| {
            Box::pin(driver.open_table(id, source, options, bytes))
        },
        use_columns: Driver::use_columns,
        list_rows: |driver, id, filter, offset, limit| driver.tables.list(id, filter, offset, limit),
        measure_lengths: |driver, id| driver.tables.measure(id, driver.encoder.as_deref()),
        edit_table: Driver::edit_table,
        restore_edits: |driver, id, saved| driver.tables.restore(id, saved),
        hold_out: |driver, id, source, bytes, how| {
            Box::pin(driver.hold_out(id, source, bytes, how))
        },
        change_held_out: Driver::change_held_out,
        open_texts: |driver, id, name, options, bytes| {
            Box::pin(driver.open_texts(id, name, options, bytes))
        },
        predict_table: Driver::predict_table,
        stop_table: |driver, id| driver.using.stop(id),
        classify: |driver| Box::pin(driver.using.advance()),
    }
}

/// Runs, what is measured for them, and trained models as files.
pub struct Training {
    pub train:
        for<'a> fn(&'a mut Driver, RequestId, TrainConfig, Option<Vec<u8>>, bool) -> Settled<'a>,
    pub pause: for<'a> fn(&'a mut Driver, RequestId) -> Answer<'a>,
    pub resume: fn(&mut Driver, RequestId) -> Result<Event, WireError>,
    pub stop: fn(&mut Driver, RequestId) -> Result<Event, WireError>,
    pub step: fn(&mut Driver, RequestId) -> Result<(), WireError>,
    pub set_learning_rate: for<'a> fn(&'a mut Driver, RequestId, f64) -> Answer<'a>,
    pub list_examples:
        fn(&mut Driver, RequestId, ExampleFilter, u32, u32) -> Result<Event, WireError>,
    pub export: for<'a> fn(&'a mut Driver, RequestId, ExportForm) -> Settled<'a>,
    pub describe_use: fn(&mut Driver, RequestId) -> Result<Event, WireError>,
    pub open_model: for<'a> fn(&'a mut Driver, RequestId, ModelSource, Vec<File>) -> Answer<'a>,
    /// Does one unit of the run's work.
    pub advance: for<'a> fn(&'a mut Driver) -> Work<'a>,
    /// Reads what is not known yet of the run's steps.
    pub settle: for<'a> fn(&'a mut Driver) -> Work<'a>,
    pub estimate: fn(&mut Driver, RequestId, TrainConfig, bool),
    /// Ends the estimate under way if the command wants it.
    pub make_way: fn(&mut Driver, &Command),
    /// Does a little of the estimate's work.
    pub measure: for<'a> fn(&'a mut Driver) -> Settled<'a>,
}

chunk! {
    training, Training {
        train: |driver, id, config, checkpoint, paused| {
            Box::pin(driver.train(id, config, checkpoint, paused))
        },
        pause: |driver, id| Box::pin(driver.pause(id)),
        resume: Driver::resume,
        stop: Driver::stop,
        step: Driver::step,
        set_learning_rate: |driver, id, rate| Box::pin(driver.set_learning_rate(id, rate)),
        list_examples: Driver::list_examples,
        export: |driver, id, form| Box::pin(driver.export(id, form)),
        describe_use: Driver::describe_use,
        open_model: |driver, id, source, files| Box::pin(driver.open_model(id, source, files)),
        advance: |driver| Box::pin(driver.advance_run()),
        settle: |driver| Box::pin(driver.settle_run()),
        estimate: Driver::estimate,
        make_way: |driver, command| driver.estimator.make_way_for(command),
        measure: |driver| Box::pin(driver.estimator.advance()),
    }
}

thread_local! {
    static MISSING: Cell<u32> = const { Cell::new(0) };
}

static DATA: OnceCell<Data> = OnceCell::new();
static TRAINING: OnceCell<Training> = OnceCell::new();

/// Fetches all chunks, one after the other: the first is needed first.
pub fn fetch() {
    spawn_local(async {
        data_code().await;
        training_code().await;
    });
}

/// The chunk's code, once it is here.
pub async fn data_code() -> &'static Data {
    DATA.get_or_init(persist(data)).await
}

/// The chunk's code, once it is here.
pub async fn training_code() -> &'static Training {
    TRAINING.get_or_init(persist(training)).await
}

/// Fetches a chunk, however often it takes. The page knows while one stays away; the browser's console says why.
async fn persist<C>(fetch: impl AsyncFn() -> Result<C, SplitLoaderError>) -> C {
    let mut pause = FIRST_PAUSE;
    loop {
        if let Ok(code) = fetch().await {
            if pause > FIRST_PAUSE {
                note_missing(|missing| missing - 1);
            }
            return code;
        }
        if pause == FIRST_PAUSE {
            note_missing(|missing| missing + 1);
        }
        sleep(pause).await;
        pause = (2 * pause).min(LONGEST_PAUSE);
    }
}

/// Counts the chunks that could not be fetched so far, and tells the page whether there is one.
fn note_missing(change: impl FnOnce(u32) -> u32) {
    MISSING.set(change(MISSING.get()));
    let missing = MISSING.get() > 0;
    post(&Event::ChunkMissing { missing });
}
