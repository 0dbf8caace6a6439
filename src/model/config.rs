//! `config.json` of a Hugging Face folder.

use serde::Deserialize;
use serde::Serialize;

use super::activation::Activation;
use super::names;
use crate::reason::as_text;

/// Encoders of one mathematics, which differ in names, defaults and the count of positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `bert`
    Bert,
    /// `distilbert`: no token types, no pooler.
    DistilBert,
    /// `roberta`
    Roberta,
    /// `xlm-roberta`: RoBERTa with another vocabulary.
    XlmRoberta,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Bert,
        Self::DistilBert,
        Self::Roberta,
        Self::XlmRoberta,
    ];

    /// Its `model_type`.
    pub fn model_type(self) -> &'static str {
        match self {
            Self::Bert => "bert",
            Self::DistilBert => "distilbert",
            Self::Roberta => "roberta",
            Self::XlmRoberta => "xlm-roberta",
        }
    }

    fn from_model_type(model_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|family| family.model_type() == model_type)
    }

    /// Whether the padding piece's id is also the position of padding, and texts begin at the one after it.
    pub(super) fn counts_from_padding(self) -> bool {
        match self {
            Self::Bert | Self::DistilBert => false,
            Self::Roberta | Self::XlmRoberta => true,
        }
    }
}

/// Shape of an encoder. Names are those of transformers' `BertConfig`, whatever the family calls them.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderConfig {
    /// What it is one of.
    pub family: Family,
    /// Pieces in the vocabulary.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Encoder layers.
    pub num_hidden_layers: usize,
    /// Attention heads a layer.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Rows of the position embeddings. [`Self::max_tokens`] is what a text may have.
    pub max_position_embeddings: usize,
    /// Token types, 0 in families without; texts here are all of type 0.
    pub type_vocab_size: usize,
    /// Id of the padding piece.
    pub pad_token_id: usize,
    /// Added to the variance in layer norm.
    pub layer_norm_eps: f64,
    /// Activation of the feed-forward layer.
    pub activation: Activation,
}

/// Why a `config.json` cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum ConfigError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("config.json cannot be read: {0}")]
    Unreadable(
        #[serde(serialize_with = "as_text")]
        #[from]
        serde_json::Error,
    ),
    /// A field asks for something that this encoder does not do.
    #[error("config.json asks for {field} \"{found}\"; only {supported} can be used")]
    Unsupported {
        /// Name in config.json.
        field: &'static str,
        /// Its value.
        found: String,
        /// The values that are understood.
        supported: &'static str,
    },
    /// A number is outside what an encoder can have.
    #[error("config.json gives {field} as {found}; it must be from 1 to {most}")]
    OutOfRange {
        /// Name in config.json.
        field: &'static str,
        /// Its value.
        found: usize,
        /// The largest value that is accepted.
        most: usize,
    },
    /// Heads share the width evenly.
    #[error(
        "config.json: a width of {hidden_size} cannot be divided among {heads} attention heads"
    )]
    UnevenHeads {
        /// Width of the hidden states.
        hidden_size: usize,
        /// Attention heads a layer.
        heads: usize,
    },
    /// Layer norm would divide by zero or worse.
    #[error("config.json gives layer_norm_eps as {found}; it must be above 0 and below 1")]
    LayerNormEps {
        /// The refused value.
        found: f64,
    },
    /// Positions are counted from the padding piece's id, and none is left.
    #[error(
        "config.json: pad_token_id {pad_token_id} leaves no position for a text; there are {positions}"
    )]
    NoPositions {
        /// Id of the padding piece.
        pad_token_id: usize,
        /// Rows of the position embeddings.
        positions: usize,
    },
    /// Each number may be in range, and all of them together still too many.
    #[error("config.json describes an encoder of {found} parameters; at most {most} can be used")]
    TooLarge {
        /// Parameters by config.json.
        found: u64,
        /// The most that are accepted.
        most: u64,
    },
}

/// What every config.json has.
#[derive(Deserialize)]
struct Kind {
    model_type: String,
}

/// Fields of transformers' `BertConfig`, which those of RoBERTa and XLM-RoBERTa are too. What is optional has the
/// default that it has there; a size has none, as guessing one would only move the error to the weights.
#[derive(Deserialize)]
struct BertFields {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: Option<usize>,
    pad_token_id: Option<usize>,
    layer_norm_eps: Option<f64>,
    hidden_act: Option<String>,
    position_embedding_type: Option<String>,
    is_decoder: Option<bool>,
}

/// Fields of transformers' `DistilBertConfig`. Sinusoidal positions, which it may ask for, are stored as weights too.
#[derive(Deserialize)]
struct DistilBertFields {
    vocab_size: usize,
    dim: usize,
    n_layers: usize,
    n_heads: usize,
    hidden_dim: usize,
    max_position_embeddings: usize,
    pad_token_id: Option<usize>,
    activation: Option<String>,
}

impl EncoderConfig {
    /// The most parameters an encoder may have: as float32 they take what 32 bits can address.
    pub const MOST_PARAMETERS: u64 = 1 << 30;

    /// Reads and checks `config.json`. Every number is bounded before anything is allocated by it.
    ///
    /// # Errors
    /// If it cannot be read, or describes another kind of encoder.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ConfigError> {
        let Kind { model_type } = serde_json::from_slice(bytes)?;
        let config = match Family::from_model_type(&model_type) {
            Some(Family::DistilBert) => {
                serde_json::from_slice::<DistilBertFields>(bytes)?.read()?
            }
            Some(family) => serde_json::from_slice::<BertFields>(bytes)?.read(family)?,
            None => {
                return Err(ConfigError::Unsupported {
                    field: "model_type",
                    found: model_type,
                    supported: "bert, distilbert, roberta or xlm-roberta",
                });
            }
        };
        config.check()?;
        Ok(config)
    }

    /// Longest input in tokens.
    pub fn max_tokens(&self) -> usize {
        if self.family.counts_from_padding() {
            self.max_position_embeddings
                .saturating_sub(self.pad_token_id)
                .saturating_sub(1)
        } else {
            self.max_position_embeddings
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let distilbert = self.family == Family::DistilBert;
        let name = |bert, distil| if distilbert { distil } else { bert };
        // BertConfig's name, DistilBertConfig's, value, bound.
        for (bert, distil, found, most) in [
            ("vocab_size", "vocab_size", self.vocab_size, 1 << 20),
            ("hidden_size", "dim", self.hidden_size, 1 << 14),
            ("num_hidden_layers", "n_layers", self.num_hidden_layers, 256),
            (
                "num_attention_heads",
                "n_heads",
                self.num_attention_heads,
                256,
            ),
            (
                "intermediate_size",
                "hidden_dim",
                self.intermediate_size,
                1 << 16,
            ),
            (
                "max_position_embeddings",
                "max_position_embeddings",
                self.max_position_embeddings,
                1 << 16,
            ),
            // DistilBERT has no types: its 0 is not from config.json.
            (
                "type_vocab_size",
                "",
                self.type_vocab_size.max(distilbert.into()),
                256,
            ),
        ] {
            if !(1..=most).contains(&found) {
                let field = name(bert, distil);
                return Err(ConfigError::OutOfRange { field, found, most });
            }
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(ConfigError::UnevenHeads {
                hidden_size: self.hidden_size,
                heads: self.num_attention_heads,
            });
        }
        // It is computed with in 32 bits, in which less is nothing.
        if !(self.layer_norm_eps as f32 > 0.0 && self.layer_norm_eps < 1.0) {
            return Err(ConfigError::LayerNormEps {
                found: self.layer_norm_eps,
            });
        }
        if self.max_tokens() == 0 {
            return Err(ConfigError::NoPositions {
                pad_token_id: self.pad_token_id,
                positions: self.max_position_embeddings,
            });
        }
        let found = names::parameters(self);
        if found > Self::MOST_PARAMETERS {
            return Err(ConfigError::TooLarge {
                found,
                most: Self::MOST_PARAMETERS,
            });
        }
        Ok(())
    }
}

impl BertFields {
    fn read(self, family: Family) -> Result<EncoderConfig, ConfigError> {
        for (field, found, supported) in [
            (
                "position_embedding_type",
                self.position_embedding_type,
                "absolute",
            ),
            (
                "is_decoder",
                self.is_decoder.map(|is| is.to_string()),
                "false",
            ),
        ] {
            match found {
                Some(found) if found != supported => {
                    return Err(ConfigError::Unsupported {
                        field,
                        found,
                        supported,
                    });
                }
                _ => (),
            }
        }
        Ok(EncoderConfig {
            family,
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            num_hidden_layers: self.num_hidden_layers,
            num_attention_heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            max_position_embeddings: self.max_position_embeddings,
            type_vocab_size: self.type_vocab_size.unwrap_or(2),
            pad_token_id: self
                .pad_token_id
                .unwrap_or(family.counts_from_padding().into()),
            layer_norm_eps: self.layer_norm_eps.unwrap_or(1e-12),
            activation: activation("hidden_act", self.hidden_act)?,
        })
    }
}

impl DistilBertFields {
    fn read(self) -> Result<EncoderConfig, ConfigError> {
        Ok(EncoderConfig {
            family: Family::DistilBert,
            vocab_size: self.vocab_size,
            hidden_size: self.dim,
            num_hidden_layers: self.n_layers,
            num_attention_heads: self.n_heads,
            intermediate_size: self.hidden_dim,
            max_position_embeddings: self.max_position_embeddings,
            type_vocab_size: 0,
            pad_token_id: self.pad_token_id.unwrap_or(0),
            layer_norm_eps: 1e-12,
            activation: activation("activation", self.activation)?,
        })
    }
}

fn activation(field: &'static str, name: Option<String>) -> Result<Activation, ConfigError> {
    let Some(name) = name else {
        return Ok(Activation::Gelu);
    };
    Activation::from_name(&name).ok_or(ConfigError::Unsupported {
        field,
        found: name,
        supported: Activation::NAMES,
    })
}

#[cfg(test)]
mod tests;
