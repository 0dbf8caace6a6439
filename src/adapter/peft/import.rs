//! In: an adapter of ours or of PEFT's on an encoder.

use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::config::AdapterConfig;
use super::modules::{HeadNames, LinearModule, Place, Targets, Task, linear_modules};
use super::{ABOUT, ABOUT_VERSION, ADAPTER_CONFIG, ADAPTER_MODEL, About, HEAD, PREFIX, pooling_of};
use crate::adapter::parameters::{self, ModelTensors, Scope};
use crate::adapter::source::{outputs, unnamed};
use crate::adapter::tensors::{HostTensor, Shapes, TensorFile, Tensors};
use crate::adapter::{AdapterError, Files};
use crate::data::{MAX_LABELS, Problem};
use crate::eval::{OutputScale, Pipeline};
use crate::model::weights::transpose;
use crate::model::{Misfit, PretrainedEncoder, TextClassifier};
use crate::reason::Phrase;
use crate::text::TokenizerError;
use crate::train::config::{LoraConfig, Method, Pooling, TargetModule, TrainConfig};

/// Where an adapter does not say how long its texts may be, and the encoder takes more.
const MOST_TOKENS: usize = 512;

/// An adapter on its encoder.
#[derive(Debug)]
pub struct ImportedAdapter {
    /// The model.
    pub model: TextClassifier,
    /// The adapter's settings; those of the training it came from are not known.
    pub config: TrainConfig,
    /// The labels' names in the order of the outputs, `LABEL_0` and so on where they are not known; none for numbers.
    pub labels: Vec<String>,
    /// What the logits mean.
    pub scale: OutputScale,
}

impl ImportedAdapter {
    /// The model, ready to be asked.
    ///
    /// # Errors
    /// If the tokenizer refuses the length of texts.
    pub fn pipeline(
        self,
        encoder: &PretrainedEncoder,
        device: &Device,
    ) -> Result<Pipeline, TokenizerError> {
        let tokenizer = encoder
            .tokenizer
            .truncating(self.config.max_length as usize)?;
        Ok(Pipeline {
            model: self.model,
            tokenizer,
            labels: self.labels.into(),
            scale: self.scale,
            device: device.clone(),
        })
    }
}

/// An adapter's weights, all of which fit.
struct Weights {
    /// Adapters by the names of [`linear_modules`], without PEFT's prefix.
    adapter: Tensors,
    /// `classifier.weight` and so on, as [`Scope::Head`] has them.
    head: Tensors,
}

/// Puts an adapter on the encoder that it was trained on.
///
/// `device` is the encoder's; to be asked, a model needs one without autodiff, with which dropout is at work.
///
/// # Errors
/// If a file is missing or cannot be read, asks for more than plain LoRA, or does not fit the encoder. Nothing has
/// been allocated on the device then.
pub fn import_peft(
    files: &Files,
    encoder: &PretrainedEncoder,
    device: &Device,
) -> Result<ImportedAdapter, AdapterError> {
    let config = AdapterConfig::from_json(file(files, ADAPTER_CONFIG)?)?;
    let shape = &encoder.config;
    let modules = adapted_modules(&config, encoder)?;
    let (pooling, weights) = match config.task {
        Task::SequenceClassification => {
            let weights = classification(files, &config, encoder, &modules)?;
            (Pooling::Pooler, weights)
        }
        Task::FeatureExtraction => extraction(files, &config, shape.hidden_size, &modules)?,
    };
    let found = weights
        .head
        .get("classifier.bias")
        .map_or(0, |bias| bias.values.len());
    let (scale, labels, max_length) = about(files, found, encoder)?;

    let settings = TrainConfig {
        method: Method::Lora,
        lora: LoraConfig {
            target_modules: TargetModule::ALL
                .iter()
                .copied()
                .filter(|&target| {
                    let own = |module: &LinearModule| matches!(module.place, Place::Layer(_, own) if own == target);
                    modules.iter().any(own)
                })
                .collect(),
            ..config.lora
        },
        pooling,
        max_length,
        ..TrainConfig::default()
    };
    let model = build(encoder, &settings, found, &modules, weights, device);
    Ok(ImportedAdapter {
        model,
        config: settings,
        labels,
        scale,
    })
}

fn file<'a>(files: &'a Files, file: &'static str) -> Result<&'a [u8], AdapterError> {
    files
        .get(file)
        .map(Vec::as_slice)
        .ok_or(AdapterError::MissingFile { file })
}

/// The layers that get an adapter.
fn adapted_modules(
    config: &AdapterConfig,
    encoder: &PretrainedEncoder,
) -> Result<Vec<LinearModule>, AdapterError> {
    let mut modules = linear_modules(&encoder.config, config.task, &config.modules_to_save);
    modules.retain(|module| config.targets.matches(&module.name));
    if modules.is_empty() {
        let targets = match &config.targets {
            Targets::AllLinear => Vec::new(),
            Targets::Names(names) => names.iter().cloned().collect(),
        };
        return Err(AdapterError::NoTargets { targets });
    }
    Ok(modules)
}

/// The adapters' tensors with the shapes that they must have.
fn adapter_shapes(config: &AdapterConfig, modules: &[LinearModule]) -> Shapes {
    let rank = config.lora.rank as usize;
    modules
        .iter()
        .flat_map(|module| {
            let [d_output, d_input] = module.shape;
            [
                (
                    format!("{}.lora_A.weight", module.name),
                    vec![rank, d_input],
                ),
                (
                    format!("{}.lora_B.weight", module.name),
                    vec![d_output, rank],
                ),
            ]
        })
        .collect()
}

/// The weights of a `ForSequenceClassification`: adapters and head in one file.
fn classification(
    files: &Files,
    config: &AdapterConfig,
    encoder: &PretrainedEncoder,
    modules: &[LinearModule],
) -> Result<Weights, AdapterError> {
    let head_names = HeadNames::of(encoder.config.family);
    let dense_saved = head_names
        .saved(&config.modules_to_save)
        .map_err(|unknown| AdapterError::Unsupported {
            field: "modules_to_save".to_owned(),
            found: format!("{unknown:?}"),
        })?;
    let opened = TensorFile::open(ADAPTER_MODEL, file(files, ADAPTER_MODEL)?, own_name)?;
    let mut expected = adapter_shapes(config, modules);
    let rows = opened.shape(&head_names.rename("classifier.weight"));
    let hidden = encoder.config.hidden_size;
    let mut names = Vec::new();
    for (name, shape) in head_shapes(hidden, output_count(rows)?, dense_saved) {
        expected.insert(head_names.rename(&name), shape);
        names.push(name);
    }
    let mut adapter = opened.read(&expected)?;
    if !dense_saved && !encoder.model.has_pooler() {
        return Err(AdapterError::Tensors {
            file: ADAPTER_MODEL,
            misfits: vec![Misfit::Missing {
                name: format!("{}.weight", head_names.dense),
            }],
        });
    }
    let head = names.into_iter().filter_map(|name| {
        let tensor = adapter.remove(&head_names.rename(&name))?;
        Some((name, tensor))
    });
    let head = head.collect();
    Ok(Weights { adapter, head })
}

/// The weights of a bare encoder's adapters, and of the head beside them.
fn extraction(
    files: &Files,
    config: &AdapterConfig,
    hidden: usize,
    modules: &[LinearModule],
) -> Result<(Pooling, Weights), AdapterError> {
    if let Some(saved) = config.modules_to_save.first() {
        return Err(AdapterError::Unsupported {
            field: "modules_to_save".to_owned(),
            found: format!("{saved:?}"),
        });
    }
    let adapter = TensorFile::open(ADAPTER_MODEL, file(files, ADAPTER_MODEL)?, own_name)?
        .read(&adapter_shapes(config, modules))?;
    let opened = TensorFile::open(HEAD, file(files, HEAD)?, str::to_owned)?;
    let found = opened.metadata("pooling");
    let pooling = found
        .and_then(pooling_of)
        .ok_or_else(|| AdapterError::Pooling {
            found: found.map(str::to_owned),
        })?;
    let outputs = output_count(opened.shape("classifier.weight"))?;
    let head = opened.read(&head_shapes(hidden, outputs, false))?;
    Ok((pooling, Weights { adapter, head }))
}

/// How many outputs a head of this shape has. Where it is missing, that will be said of one of any size.
fn output_count(rows: Option<&[usize]>) -> Result<usize, AdapterError> {
    let outputs = rows.and_then(<[usize]>::first).copied().unwrap_or(1);
    if (1..=MAX_LABELS).contains(&outputs) {
        Ok(outputs)
    } else {
        Err(AdapterError::Labels {
            labels: outputs,
            outputs,
        })
    }
}

fn head_shapes(hidden: usize, outputs: usize, dense: bool) -> Shapes {
    let classifier = [
        ("classifier.weight", vec![outputs, hidden]),
        ("classifier.bias", vec![outputs]),
    ];
    let dense = [
        ("dense.weight", vec![hidden, hidden]),
        ("dense.bias", vec![hidden]),
    ]
    .into_iter()
    .filter(|_| dense);
    let all = classifier.into_iter().chain(dense);
    all.map(|(name, shape)| (name.to_owned(), shape)).collect()
}

/// A name without what PEFT adds. Files that `save_pretrained` did not write may have the adapter's own name in it.
fn own_name(name: &str) -> String {
    name.strip_prefix(PREFIX)
        .unwrap_or(name)
        .replace(".modules_to_save.default.", ".")
        .replace(".modules_to_save.", ".")
        .replace(".lora_A.default.", ".lora_A.")
        .replace(".lora_B.default.", ".lora_B.")
}

/// What the outputs mean, by [`ABOUT`] or as transformers would take it.
fn about(
    files: &Files,
    found: usize,
    encoder: &PretrainedEncoder,
) -> Result<(OutputScale, Vec<String>, u32), AdapterError> {
    let most = encoder.config.max_tokens();
    let about = match files.get(ABOUT) {
        Some(bytes) => serde_json::from_slice(bytes).map_err(|source| AdapterError::Json {
            file: ABOUT,
            source,
        })?,
        None if found == 1 => About {
            version: ABOUT_VERSION,
            problem: Problem::Regression,
            labels: Vec::new(),
            max_length: most.min(MOST_TOKENS) as u32,
        },
        None => About {
            version: ABOUT_VERSION,
            problem: Problem::SingleLabel,
            labels: (0..found).map(unnamed).collect(),
            max_length: most.min(MOST_TOKENS) as u32,
        },
    };
    if about.version != ABOUT_VERSION {
        return Err(AdapterError::Version {
            file: ABOUT,
            found: about.version,
            supported: ABOUT_VERSION,
        });
    }
    if outputs(about.problem, &about.labels) != found {
        return Err(AdapterError::Labels {
            labels: about.labels.len(),
            outputs: found,
        });
    }
    if about.max_length as usize > most {
        return Err(AdapterError::TooMuch {
            what: Phrase("tokens"),
            found: about.max_length as usize,
            most,
        });
    }
    let scale = OutputScale {
        problem: about.problem,
        standardisation: None,
    };
    Ok((scale, about.labels, about.max_length))
}

/// The model on the device. Every number has been checked.
fn build(
    encoder: &PretrainedEncoder,
    settings: &TrainConfig,
    outputs: usize,
    modules: &[LinearModule],
    weights: Weights,
    device: &Device,
) -> TextClassifier {
    // Without adapters first: they need not be in every layer.
    let plain = TrainConfig {
        method: Method::HeadOnly,
        ..settings.clone()
    };
    let mut model = TextClassifier::init(
        encoder.model.clone(),
        &encoder.config,
        outputs,
        &plain,
        device,
    );
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    for module in modules {
        if let Place::Layer(layer, target) = module.place {
            let linear = model.encoder.layers[layer].target_mut(target);
            linear.add_lora(&settings.lora, &mut rng, device);
        }
    }
    let names = encoder.config.family.names();
    let Weights { mut adapter, head } = weights;
    let dense = modules.iter().find(|module| module.place == Place::Dense);
    let dense = dense.and_then(|module| {
        let mut take = |matrix| adapter.remove(&format!("{}.{matrix}.weight", module.name));
        Some([take("lora_A")?, take("lora_B")?])
    });
    let adapter = adapter.into_iter().map(|(name, tensor)| {
        let own = name.strip_prefix(names.prefix).unwrap_or(&name);
        (own.to_owned(), tensor)
    });
    let tensors = ModelTensors::from([(Scope::Adapter, adapter.collect()), (Scope::Head, head)]);
    let mut model = parameters::fill(model, names, &tensors, device);
    if let (Some([a, b]), Some(head)) = (dense, model.head.dense.as_mut()) {
        // The head's dense layer has no adapter of its own here; what it computes is the same.
        let update = matrix(&a, device).matmul(matrix(&b, device)) * settings.lora.scaling();
        let Linear { weight, bias } = head.linear.clone();
        let weight = weight.map(|weight| weight + update);
        head.linear = Linear { weight, bias };
    }
    model
}

/// A linear weight of PyTorch's as burn has it: `[d_input, d_output]`.
fn matrix(tensor: &HostTensor, device: &Device) -> Tensor<2> {
    let [rows, columns] = [0, 1].map(|axis| tensor.shape.get(axis).copied().unwrap_or(1));
    let values = transpose(&tensor.values, rows, columns);
    Tensor::from_data(TensorData::new(values, [columns, rows]), device)
}
