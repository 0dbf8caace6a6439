//! Opening a saved model: its files, its encoder, the model.

use std::rc::Rc;

use burn::module::Module;
use web_sys::File;

use super::errors::StateError;
use super::local;
use super::model::{HeldModel, Training};
use super::port::post;
use super::started::{LoadedEncoder, Started};
use crate::adapter::{EncoderPlace, OpenedModel};
use crate::protocol::{Event, ModelSource, ModelSummary, RequestId, WireError};

/// A model that was opened, and what it is on.
pub struct Opened {
    pub model: HeldModel,
    pub summary: ModelSummary,
    /// One of the page's own, if that was fetched for it.
    pub fetched: Option<Rc<LoadedEncoder>>,
}

/// Opens a model on the encoder that it was made with: the one in use, or one of the page's own.
pub async fn open(
    id: RequestId,
    source: &ModelSource,
    files: &[File],
    in_use: Option<&Rc<LoadedEncoder>>,
    started: &mut Started,
) -> Result<Opened, WireError> {
    let saved = local::model(source, files)?;
    let place = saved.find_encoder(in_use.map(|loaded| &loaded.base), &started.on_offer())?;
    let (encoder, fetched) = match (place, in_use) {
        (EncoderPlace::InUse, Some(loaded)) => (loaded.clone(), None),
        (EncoderPlace::InUse, None) => return Err(StateError::NoEncoder.into()),
        (EncoderPlace::OnOffer(at), _) => {
            let fetched = Rc::new(fetch(id, at, started).await?);
            (fetched.clone(), Some(fetched))
        }
    };
    // The encoder's device trains. What is asked does not, or dropout would be at work.
    let device = started.device.clone().autodiff();
    let OpenedModel {
        mut pipeline,
        manifest,
        other_encoder,
    } = saved.open(&encoder.encoder, &encoder.base, &device)?;
    pipeline.model = pipeline.model.valid();
    pipeline.device = started.device.clone();

    let known = manifest.as_ref();
    let summary = ModelSummary {
        name: source.name().to_owned(),
        encoder: encoder.id.clone(),
        other_encoder,
        problem: pipeline.scale.problem,
        labels: pipeline.labels.to_vec(),
        data: known.map(|manifest| manifest.data.name.clone()),
        method: known.map(|manifest| manifest.config.method),
        report: known.and_then(|manifest| manifest.report.clone().map(Box::new)),
    };
    let training = manifest.map(|manifest| Training {
        encoder,
        config: manifest.config,
        data: manifest.data,
        report: manifest.report,
    });
    Ok(Opened {
        model: HeldModel { pipeline, training },
        summary,
        fetched,
    })
}

async fn fetch(
    id: RequestId,
    at: usize,
    started: &mut Started,
) -> Result<LoadedEncoder, WireError> {
    let name = started.encoders.get(at).map(|entry| entry.id.clone());
    let name = name.ok_or(StateError::NoEncoder)?;
    post(&Event::FetchingEncoder {
        id,
        encoder: name.clone(),
    });
    started.load(id, &name).await
}
