//! `model.safetensors` of a Hugging Face folder.
//!
//! The names below are BERT's in transformers. A file saved from a model with a head has each of them behind
//! `bert.`; files from before 2020 call a layer norm's `weight` and `bias` `gamma` and `beta`. Both are
//! understood. PyTorch keeps a linear layer's weight as `[d_output, d_input]`, burn as `[d_input, d_output]`.
//!
//! | tensor | shape |
//! |---|---|
//! | `embeddings.word_embeddings.weight` | `[vocab_size, hidden_size]` |
//! | `embeddings.position_embeddings.weight` | `[max_position_embeddings, hidden_size]` |
//! | `embeddings.token_type_embeddings.weight` | `[type_vocab_size, hidden_size]` |
//! | `embeddings.LayerNorm.{weight,bias}` | `[hidden_size]` |
//! | `encoder.layer.N.attention.self.{query,key,value}.{weight,bias}` | `[hidden_size, hidden_size]`, `[hidden_size]` |
//! | `encoder.layer.N.attention.output.dense.{weight,bias}` | `[hidden_size, hidden_size]`, `[hidden_size]` |
//! | `encoder.layer.N.attention.output.LayerNorm.{weight,bias}` | `[hidden_size]` |
//! | `encoder.layer.N.intermediate.dense.{weight,bias}` | `[intermediate_size, hidden_size]`, `[intermediate_size]` |
//! | `encoder.layer.N.output.dense.{weight,bias}` | `[hidden_size, intermediate_size]`, `[hidden_size]` |
//! | `encoder.layer.N.output.LayerNorm.{weight,bias}` | `[hidden_size]` |
//! | `pooler.dense.{weight,bias}`, where the file has them | `[hidden_size, hidden_size]`, `[hidden_size]` |

use burn::module::Param;
use burn::nn::{Embedding, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData};
use half::{bf16, f16};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use super::config::BertConfig;

/// Buffers that old files carry and that hold nothing learnt.
const BUFFERS: [&str; 1] = ["embeddings.position_ids"];

/// A safetensors file, read in place.
pub struct Weights<'a> {
    file: SafeTensors<'a>,
    prefix: &'static str,
    device: &'a Device,
}

/// Why weights cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// Not a safetensors file, or a damaged one.
    #[error("model.safetensors cannot be read: {0}")]
    Unreadable(#[from] SafeTensorError),
    /// The file is of another encoder than config.json describes.
    #[error("model.safetensors does not fit config.json: {}", list(.0))]
    Mismatch(Vec<Misfit>),
}

/// A tensor that is not what config.json says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Not in the file.
    #[error("{name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// Another shape.
    #[error("{name} has shape {found:?}, not {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// Shape by config.json.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A type that holds no weights, or one that is not read here.
    #[error("{name} is of type {found:?}, not F32, F16 or BF16")]
    Dtype {
        /// Its name.
        name: String,
        /// Type in the file.
        found: Dtype,
    },
}

/// The first few, and how many more: a wrong file misses everything.
fn list(misfits: &[Misfit]) -> String {
    const SHOWN: usize = 5;
    let mut text = misfits
        .iter()
        .take(SHOWN)
        .map(Misfit::to_string)
        .collect::<Vec<_>>()
        .join("; ");
    if misfits.len() > SHOWN {
        text += &format!("; and {} more", misfits.len() - SHOWN);
    }
    text
}

impl<'a> Weights<'a> {
    /// Reads the file's header; the tensors are read when the model asks for them.
    ///
    /// # Errors
    /// If the bytes are not a whole safetensors file.
    pub fn open(bytes: &'a [u8], device: &'a Device) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes)?;
        let prefixed = file.names().iter().any(|name| name.starts_with("bert."));
        Ok(Self {
            file,
            prefix: if prefixed { "bert." } else { "" },
            device,
        })
    }

    /// Whether the file holds a tensor.
    pub fn has(&self, name: &str) -> bool {
        self.view(name).is_some()
    }

    /// Checks every tensor that the encoder needs, before any is read.
    ///
    /// # Errors
    /// All that are missing, misshapen or of a type that is not understood.
    pub fn check(&self, config: &BertConfig) -> Result<(), WeightsError> {
        let misfits: Vec<Misfit> = self
            .expected(config)
            .into_iter()
            .filter_map(|(name, shape)| self.view_as(&name, &shape).err())
            .collect();
        if misfits.is_empty() {
            Ok(())
        } else {
            Err(WeightsError::Mismatch(misfits))
        }
    }

    /// Tensors in the file that the encoder does not use, sorted: a head's weights, for example.
    pub fn surplus(&self, config: &BertConfig) -> Vec<String> {
        let expected = self.expected(config);
        let mut surplus: Vec<String> = self
            .file
            .names()
            .into_iter()
            .filter(|name| {
                let own = modern_name(name.strip_prefix(self.prefix).unwrap_or(name));
                !BUFFERS.contains(&own.as_str()) && !expected.iter().any(|(name, _)| *name == own)
            })
            .map(String::from)
            .collect();
        surplus.sort();
        surplus
    }

    fn expected(&self, config: &BertConfig) -> Vec<(String, Vec<usize>)> {
        table(config, self.has("pooler.dense.weight"))
    }

    pub(super) fn linear(&self, name: &str) -> Result<Linear, WeightsError> {
        let ([d_output, d_input], values) = self.read::<2>(&format!("{name}.weight"))?;
        let transposed = transpose(&values, d_output, d_input);
        Ok(Linear {
            weight: self.frozen(transposed, [d_input, d_output]),
            bias: Some(self.vector(&format!("{name}.bias"))?),
        })
    }

    pub(super) fn embedding(&self, name: &str) -> Result<Embedding, WeightsError> {
        let (shape, values) = self.read::<2>(&format!("{name}.weight"))?;
        Ok(Embedding {
            weight: self.frozen(values, shape),
        })
    }

    pub(super) fn layer_norm(&self, name: &str, epsilon: f64) -> Result<LayerNorm, WeightsError> {
        let gamma = self.vector(&format!("{name}.weight"))?;
        let beta = self.vector(&format!("{name}.bias"))?;
        let [width] = gamma.val().dims();
        let mut norm = LayerNormConfig::new(width)
            .with_epsilon(epsilon)
            .init(self.device);
        norm.gamma = gamma;
        norm.beta = Some(beta);
        Ok(norm)
    }

    fn vector(&self, name: &str) -> Result<Param<Tensor<1>>, WeightsError> {
        let (shape, values) = self.read::<1>(name)?;
        Ok(self.frozen(values, shape))
    }

    /// A parameter that no gradient is computed for.
    fn frozen<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_data(TensorData::new(values, shape), self.device).set_require_grad(false)
    }

    fn read<const D: usize>(&self, name: &str) -> Result<([usize; D], Vec<f32>), WeightsError> {
        let view = self
            .view(name)
            .ok_or_else(|| Misfit::Missing { name: name.into() });
        let read = view.and_then(|view| {
            let shape: [usize; D] = view.shape().try_into().map_err(|_| Misfit::Shape {
                name: name.into(),
                expected: vec![0; D],
                found: view.shape().to_vec(),
            })?;
            Ok((shape, to_f32(name, &view)?))
        });
        read.map_err(|misfit| WeightsError::Mismatch(vec![misfit]))
    }

    fn view_as(&self, name: &str, expected: &[usize]) -> Result<TensorView<'a>, Misfit> {
        let view = self
            .view(name)
            .ok_or_else(|| Misfit::Missing { name: name.into() })?;
        if view.shape() != expected {
            return Err(Misfit::Shape {
                name: name.into(),
                expected: expected.to_vec(),
                found: view.shape().to_vec(),
            });
        }
        match view.dtype() {
            Dtype::F32 | Dtype::F16 | Dtype::BF16 => Ok(view),
            found => Err(Misfit::Dtype {
                name: name.into(),
                found,
            }),
        }
    }

    fn view(&self, name: &str) -> Option<TensorView<'a>> {
        let view = |name: &str| self.file.tensor(&format!("{}{name}", self.prefix)).ok();
        view(name).or_else(|| view(&old_name(name)?))
    }
}

/// Names and shapes of an encoder's tensors: the table above, for a configuration.
fn table(config: &BertConfig, pooler: bool) -> Vec<(String, Vec<usize>)> {
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let mut table = vec![
        (
            "embeddings.word_embeddings.weight".to_owned(),
            vec![config.vocab_size, hidden],
        ),
        (
            "embeddings.position_embeddings.weight".to_owned(),
            vec![config.max_position_embeddings, hidden],
        ),
        (
            "embeddings.token_type_embeddings.weight".to_owned(),
            vec![config.type_vocab_size, hidden],
        ),
    ];
    let mut pair = |name: String, weight: Vec<usize>| {
        table.push((format!("{name}.bias"), vec![weight[0]]));
        table.push((format!("{name}.weight"), weight));
    };
    pair("embeddings.LayerNorm".into(), vec![hidden]);
    for layer in 0..config.num_hidden_layers {
        for (part, weight) in [
            ("attention.self.query", vec![hidden, hidden]),
            ("attention.self.key", vec![hidden, hidden]),
            ("attention.self.value", vec![hidden, hidden]),
            ("attention.output.dense", vec![hidden, hidden]),
            ("attention.output.LayerNorm", vec![hidden]),
            ("intermediate.dense", vec![inner, hidden]),
            ("output.dense", vec![hidden, inner]),
            ("output.LayerNorm", vec![hidden]),
        ] {
            pair(format!("encoder.layer.{layer}.{part}"), weight);
        }
    }
    if pooler {
        pair("pooler.dense".into(), vec![hidden, hidden]);
    }
    table
}

/// A file of random weights that fits a configuration: U(±0.2), wide enough that every part of the model matters.
///
/// # Errors
/// If the file cannot be written.
pub fn random_file(config: &BertConfig, rng: &mut ChaCha8Rng) -> Result<Vec<u8>, WeightsError> {
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = table(config, false)
        .into_iter()
        .map(|(name, shape)| {
            let numbers = shape.iter().product();
            let bytes = (0..numbers)
                .flat_map(|_| rng.random_range(-0.2f32..=0.2).to_le_bytes())
                .collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// Before 2020, `LayerNorm.weight` was `LayerNorm.gamma` and `LayerNorm.bias` was `LayerNorm.beta`.
fn old_name(name: &str) -> Option<String> {
    let norm = name
        .strip_suffix("LayerNorm.weight")
        .map(|stem| format!("{stem}LayerNorm.gamma"));
    norm.or_else(|| {
        name.strip_suffix("LayerNorm.bias")
            .map(|stem| format!("{stem}LayerNorm.beta"))
    })
}

fn modern_name(name: &str) -> String {
    name.replace("LayerNorm.gamma", "LayerNorm.weight")
        .replace("LayerNorm.beta", "LayerNorm.bias")
}

fn to_f32(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, Misfit> {
    let bytes = view.data();
    // Safetensors are little-endian.
    let pairs = || bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    match view.dtype() {
        Dtype::F32 => Ok(bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect()),
        Dtype::F16 => Ok(pairs()
            .map(|pair| f16::from_le_bytes(pair).to_f32())
            .collect()),
        Dtype::BF16 => Ok(pairs()
            .map(|pair| bf16::from_le_bytes(pair).to_f32())
            .collect()),
        found => Err(Misfit::Dtype {
            name: name.into(),
            found,
        }),
    }
}

/// `[rows, columns]` to `[columns, rows]`. On the host, once: a transposed view on the device would be
/// copied or strided over at every step.
fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut transposed = vec![0.0; values.len()];
    for (row, source) in values.chunks_exact(columns.max(1)).enumerate() {
        for (column, &value) in source.iter().enumerate() {
            transposed[column * rows + row] = value;
        }
    }
    transposed
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn config() -> BertConfig {
        BertConfig::from_json(
            br#"{"model_type":"bert","vocab_size":8,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,
                 "intermediate_size":6,"max_position_embeddings":5}"#,
        )
        .unwrap()
    }

    fn file() -> Vec<u8> {
        random_file(&config(), &mut ChaCha8Rng::seed_from_u64(0)).unwrap()
    }

    /// A file with each tensor renamed, cut or left out by `change`.
    fn changed(change: impl Fn(&str) -> Option<(String, Dtype, Vec<usize>)>) -> Vec<u8> {
        let bytes = file();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let zeros = vec![0; 4096];
        let views: Vec<_> = file
            .iter()
            .filter_map(|(name, _)| {
                let (name, dtype, shape) = change(name)?;
                let size = shape.iter().product::<usize>() * dtype.bitsize() / 8;
                Some((name, TensorView::new(dtype, shape, &zeros[..size]).unwrap()))
            })
            .collect();
        safetensors::serialize(views, None).unwrap()
    }

    fn shape_of(name: &str) -> Vec<usize> {
        table(&config(), false)
            .into_iter()
            .find(|(own, _)| own == name)
            .unwrap()
            .1
    }

    fn check(bytes: &[u8]) -> Result<(), WeightsError> {
        Weights::open(bytes, &crate::device::cpu())?.check(&config())
    }

    #[test]
    fn each_type_of_number_gives_the_same_weights() {
        let device = crate::device::cpu();
        for dtype in [Dtype::F32, Dtype::F16, Dtype::BF16] {
            let bytes = changed(|name| Some((name.into(), dtype, shape_of(name))));
            assert!(check(&bytes).is_ok());
            let weights = Weights::open(&bytes, &device).unwrap();
            let linear = weights
                .linear("encoder.layer.0.intermediate.dense")
                .unwrap();
            assert_eq!(linear.weight.val().dims(), [4, 6]);
        }
        assert_eq!(f16::from_le_bytes([0x00, 0x3e]).to_f32(), 1.5);
        let bytes = [0x00, 0x3e, 0xc0, 0x3f];
        let view = |dtype| {
            TensorView::new(
                dtype,
                vec![1],
                &bytes[if dtype == Dtype::F16 { 0..2 } else { 2..4 }],
            )
            .unwrap()
        };
        assert_eq!(to_f32("x", &view(Dtype::F16)).unwrap(), [1.5]);
        assert_eq!(to_f32("x", &view(Dtype::BF16)).unwrap(), [1.5]);
    }

    #[test]
    fn a_linear_weight_is_transposed() {
        assert_eq!(
            transpose(&[1., 2., 3., 4., 5., 6.], 2, 3),
            [1., 4., 2., 5., 3., 6.]
        );
    }

    #[test]
    fn names_of_heads_and_of_old_files_are_understood() {
        let bytes = changed(|name| {
            let old = name
                .replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
            Some((format!("bert.{old}"), Dtype::F32, shape_of(name)))
        });
        assert!(check(&bytes).is_ok());
        let device = crate::device::cpu();
        assert!(
            Weights::open(&bytes, &device)
                .unwrap()
                .surplus(&config())
                .is_empty()
        );
    }

    #[test]
    fn missing_misshapen_and_mistyped_tensors_are_named() {
        let bytes = changed(|name| match name {
            "embeddings.LayerNorm.bias" => None,
            "encoder.layer.0.output.dense.weight" => Some((name.into(), Dtype::F32, vec![6, 4])),
            "encoder.layer.0.output.dense.bias" => Some((name.into(), Dtype::I64, vec![4])),
            _ => Some((name.into(), Dtype::F32, shape_of(name))),
        });
        let error = check(&bytes).unwrap_err().to_string();
        assert!(
            error.contains("embeddings.LayerNorm.bias is missing"),
            "{error}"
        );
        assert!(
            error.contains("encoder.layer.0.output.dense.weight has shape [6, 4], not [4, 6]"),
            "{error}"
        );
        assert!(
            error
                .contains("encoder.layer.0.output.dense.bias is of type I64, not F32, F16 or BF16"),
            "{error}"
        );
    }

    #[test]
    fn a_file_of_something_else_is_summed_up() {
        let bytes =
            changed(|name| (name.contains("word")).then(|| ("x".into(), Dtype::F32, vec![1])));
        let error = check(&bytes).unwrap_err().to_string();
        assert!(error.contains("; and 16 more"), "{error}");
    }

    #[test]
    fn surplus_tensors_are_named_but_buffers_are_not() {
        let bytes = changed(|name| match name {
            "embeddings.LayerNorm.bias" => {
                Some(("embeddings.position_ids".into(), Dtype::I64, vec![1, 5]))
            }
            "embeddings.LayerNorm.weight" => {
                Some(("classifier.weight".into(), Dtype::F32, vec![2, 4]))
            }
            _ => Some((name.into(), Dtype::F32, shape_of(name))),
        });
        let device = crate::device::cpu();
        assert_eq!(
            Weights::open(&bytes, &device).unwrap().surplus(&config()),
            ["classifier.weight"]
        );
    }

    #[test]
    fn damaged_files_are_refused() {
        let bytes = file();
        for end in [0, 7, 8, 100, bytes.len() - 1] {
            assert!(check(&bytes[..end]).is_err(), "cut to {end} bytes");
        }
        let mut huge = bytes.clone();
        huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(check(&huge).is_err());
    }
}
