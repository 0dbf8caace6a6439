//! `config.json` of a Hugging Face folder.

use serde::Deserialize;

/// Shape of a BERT encoder. Field names are those of transformers' `BertConfig`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BertConfig {
    /// Architecture family; `bert` is understood.
    pub model_type: String,
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
    /// Longest input in tokens.
    pub max_position_embeddings: usize,
    /// Token types; texts here are all of type 0.
    #[serde(default = "default_type_vocab_size")]
    pub type_vocab_size: usize,
    /// Added to the variance in layer norm.
    #[serde(default = "default_layer_norm_eps")]
    pub layer_norm_eps: f64,
    /// Activation of the feed-forward layer; `gelu` (the exact one) is understood.
    #[serde(default = "default_hidden_act")]
    pub hidden_act: String,
    /// How positions enter; `absolute` is understood.
    #[serde(default = "default_position_embedding_type")]
    pub position_embedding_type: String,
}

fn default_type_vocab_size() -> usize {
    2
}

fn default_layer_norm_eps() -> f64 {
    1e-12
}

fn default_hidden_act() -> String {
    "gelu".into()
}

fn default_position_embedding_type() -> String {
    "absolute".into()
}

/// Why a `config.json` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("config.json cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A field asks for something that this encoder does not do.
    #[error("config.json asks for {field} \"{found}\"; only \"{supported}\" is supported")]
    Unsupported {
        /// Name in config.json.
        field: &'static str,
        /// Its value.
        found: String,
        /// The value that is understood.
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
        "config.json: hidden_size {hidden_size} cannot be divided among {heads} attention heads"
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
}

impl BertConfig {
    /// Reads and checks `config.json`. Every number is bounded before anything is allocated by it.
    ///
    /// # Errors
    /// If it cannot be read, or describes another kind of encoder.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ConfigError> {
        let config: Self = serde_json::from_slice(bytes)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        for (field, found, supported) in [
            ("model_type", &self.model_type, "bert"),
            ("hidden_act", &self.hidden_act, "gelu"),
            (
                "position_embedding_type",
                &self.position_embedding_type,
                "absolute",
            ),
        ] {
            if found != supported {
                return Err(ConfigError::Unsupported {
                    field,
                    found: found.clone(),
                    supported,
                });
            }
        }
        for (field, found, most) in [
            ("vocab_size", self.vocab_size, 1 << 20),
            ("hidden_size", self.hidden_size, 1 << 14),
            ("num_hidden_layers", self.num_hidden_layers, 256),
            ("num_attention_heads", self.num_attention_heads, 256),
            ("intermediate_size", self.intermediate_size, 1 << 16),
            (
                "max_position_embeddings",
                self.max_position_embeddings,
                1 << 16,
            ),
            ("type_vocab_size", self.type_vocab_size, 256),
        ] {
            if !(1..=most).contains(&found) {
                return Err(ConfigError::OutOfRange { field, found, most });
            }
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(ConfigError::UnevenHeads {
                hidden_size: self.hidden_size,
                heads: self.num_attention_heads,
            });
        }
        if !(self.layer_norm_eps > 0.0 && self.layer_norm_eps < 1.0) {
            return Err(ConfigError::LayerNormEps {
                found: self.layer_norm_eps,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(changes: &str) -> Vec<u8> {
        let mut value: serde_json::Value = serde_json::from_str(
            r#"{"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":3,
                "num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,
                "some_future_field":[1,2]}"#,
        )
        .unwrap();
        let changes: serde_json::Value = serde_json::from_str(changes).unwrap();
        for (key, change) in changes.as_object().unwrap() {
            value[key] = change.clone();
        }
        serde_json::to_vec(&value).unwrap()
    }

    #[test]
    fn what_is_left_out_takes_the_defaults_of_transformers() {
        let config = BertConfig::from_json(&json("{}")).unwrap();
        assert_eq!(config.layer_norm_eps, 1e-12);
        assert_eq!(config.type_vocab_size, 2);
    }

    #[test]
    fn other_encoders_are_named() {
        let error = |changes| {
            BertConfig::from_json(&json(changes))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(r#"{"model_type":"t5"}"#),
            r#"config.json asks for model_type "t5"; only "bert" is supported"#
        );
        assert!(error(r#"{"hidden_act":"relu"}"#).contains("hidden_act \"relu\""));
        assert!(error(r#"{"vocab_size":99999999}"#).contains("from 1 to 1048576"));
        assert!(error(r#"{"num_attention_heads":7}"#).contains("384 cannot be divided among 7"));
        assert!(error(r#"{"layer_norm_eps":0}"#).contains("layer_norm_eps as 0"));
        assert!(error(r#"{"hidden_size":"wide"}"#).contains("cannot be read"));
    }
}
