//! Out: the files of an adapter.

use std::collections::BTreeSet;

use super::config::AdapterConfig;
use super::modules::{HeadNames, Targets, Task, linear_modules};
use super::{
    ABOUT, ABOUT_VERSION, ADAPTER_CONFIG, ADAPTER_MODEL, About, HEAD, PREFIX, pooling_name,
};
use crate::adapter::card::{README, card};
use crate::adapter::parameters::{self, Scope};
use crate::adapter::snippet::Card;
use crate::adapter::tensors::{PYTORCH, Tensors, write};
use crate::adapter::{AdapterError, Files, Trained};
use crate::train::config::{LoraConfig, Method};

/// The folder of a PEFT adapter: its settings and weights by PEFT's names, the head, and a model card. A number comes
/// out in its own unit: its scale is part of the head.
///
/// # Errors
/// If the model has no adapter, or the device fails.
pub async fn export_peft(trained: &Trained<'_>) -> Result<Files, AdapterError> {
    if trained.config.method != Method::Lora {
        return Err(AdapterError::NoAdapter);
    }
    let shape = &trained.encoder.config;
    let names = shape.family.names();
    let wanted = |scope, _: &str| scope != Scope::Encoder;
    let mut read = parameters::read(trained.model, names, wanted).await?;
    let adapter = read.remove(&Scope::Adapter).unwrap_or_default();
    let mut head = read.remove(&Scope::Head).unwrap_or_default();
    trained.restore_unit(&mut head);

    let head_names = HeadNames::of(shape.family);
    let pooling = pooling_name(trained.config.pooling);
    let (task, prefix, modules_to_save) = match pooling {
        Some(_) => (Task::FeatureExtraction, "", &[] as &[&str]),
        None => (
            Task::SequenceClassification,
            names.prefix,
            head_names.modules_to_save,
        ),
    };
    let modules_to_save: Vec<String> = modules_to_save.iter().map(|&name| name.into()).collect();

    let adapter: Tensors = adapter
        .into_iter()
        .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
        .collect();
    let adapted: BTreeSet<&str> = adapter
        .keys()
        .filter_map(|name| name.strip_suffix(".lora_A.weight"))
        .collect();
    if adapted.is_empty() {
        return Err(AdapterError::NoAdapter);
    }
    let modules = linear_modules(shape, task, &modules_to_save);
    let config = AdapterConfig {
        task,
        lora: LoraConfig {
            target_modules: Vec::new(),
            ..trained.config.lora.clone()
        },
        targets: Targets::naming(names, &modules, &adapted),
        modules_to_save,
    };

    let mut tensors: Tensors = adapter
        .into_iter()
        .map(|(name, tensor)| (format!("{PREFIX}{name}"), tensor))
        .collect();
    let mut files = Files::new();
    if let Some(pooling) = pooling {
        files.insert(HEAD.to_owned(), write(&head, ("pooling", pooling))?);
    } else {
        let named = head
            .into_iter()
            .map(|(name, tensor)| (format!("{PREFIX}{}", head_names.rename(&name)), tensor));
        tensors.extend(named);
    }
    files.insert(ADAPTER_MODEL.to_owned(), write(&tensors, PYTORCH)?);
    files.insert(
        ADAPTER_CONFIG.to_owned(),
        config.to_json(&trained.base.name)?,
    );
    let about = About {
        version: ABOUT_VERSION,
        problem: trained.scale.problem,
        labels: trained.labels.to_vec(),
        max_length: trained.config.max_length,
    };
    let about = serde_json::to_vec_pretty(&about).map_err(|source| AdapterError::Json {
        file: ABOUT,
        source,
    })?;
    files.insert(ABOUT.to_owned(), about);
    files.insert(
        README.to_owned(),
        card(Card::Adapter, trained)?.into_bytes(),
    );
    Ok(files)
}
