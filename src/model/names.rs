//! What each family calls its tensors, in transformers and so in files.
//!
//! Names without `N` first, then those of layer `N`, which stand behind the row *layer*.
//!
//! | tensors | shape of the weight | BERT, RoBERTa, XLM-RoBERTa | DistilBERT |
//! |---|---|---|---|
//! | word embeddings | `[vocab_size, hidden]` | `embeddings.word_embeddings` | the same |
//! | position embeddings | `[max_position_embeddings, hidden]` | `embeddings.position_embeddings` | the same |
//! | type embeddings | `[type_vocab_size, hidden]` | `embeddings.token_type_embeddings` | none |
//! | norm of the embeddings | `[hidden]` | `embeddings.LayerNorm` | the same |
//! | pooler, where the file has it | `[hidden, hidden]` | `pooler.dense` | none |
//! | layer | | `encoder.layer.N` | `transformer.layer.N` |
//! | query | `[hidden, hidden]` | `attention.self.query` | `attention.q_lin` |
//! | key | `[hidden, hidden]` | `attention.self.key` | `attention.k_lin` |
//! | value | `[hidden, hidden]` | `attention.self.value` | `attention.v_lin` |
//! | attention output | `[hidden, hidden]` | `attention.output.dense` | `attention.out_lin` |
//! | norm after attention | `[hidden]` | `attention.output.LayerNorm` | `sa_layer_norm` |
//! | intermediate | `[inner, hidden]` | `intermediate.dense` | `ffn.lin1` |
//! | output | `[hidden, inner]` | `output.dense` | `ffn.lin2` |
//! | norm after output | `[hidden]` | `output.LayerNorm` | `output_layer_norm` |
//!
//! Embeddings have a `weight`; all else has a `weight` and a `bias`, whose length is the weight's first. A file saved
//! from a model with a head has each name behind the family's prefix: `bert.`, `distilbert.` or `roberta.`, the last
//! for XLM-RoBERTa too. Files from before 2020 call a norm's `weight` and `bias` `gamma` and `beta`.

use super::config::{EncoderConfig, Family};

/// A family's names, without `.weight` and `.bias`.
#[derive(Debug)]
pub struct Names {
    /// Stands before every name in a file of a model with a head.
    pub prefix: &'static str,
    /// Word embeddings.
    pub word: &'static str,
    /// Position embeddings.
    pub position: &'static str,
    /// Token-type embeddings.
    pub token_type: Option<&'static str>,
    /// Norm of the embeddings.
    pub embeddings_norm: &'static str,
    /// Pooler.
    pub pooler: Option<&'static str>,
    /// The layers, without their number. What follows is within one.
    pub layer: &'static str,
    /// Query projection.
    pub query: &'static str,
    /// Key projection.
    pub key: &'static str,
    /// Value projection.
    pub value: &'static str,
    /// Projection of the heads' joined output.
    pub attention_output: &'static str,
    /// Norm after attention.
    pub attention_norm: &'static str,
    /// First linear layer of the feed-forward half.
    pub intermediate: &'static str,
    /// Second linear layer of the feed-forward half.
    pub output: &'static str,
    /// Norm after the feed-forward half.
    pub output_norm: &'static str,
}

static BERT: Names = BERT_NAMES;

const BERT_NAMES: Names = Names {
    prefix: "bert.",
    word: "embeddings.word_embeddings",
    position: "embeddings.position_embeddings",
    token_type: Some("embeddings.token_type_embeddings"),
    embeddings_norm: "embeddings.LayerNorm",
    pooler: Some("pooler.dense"),
    layer: "encoder.layer",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    attention_output: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    intermediate: "intermediate.dense",
    output: "output.dense",
    output_norm: "output.LayerNorm",
};

static ROBERTA: Names = Names {
    prefix: "roberta.",
    ..BERT_NAMES
};

static DISTILBERT: Names = Names {
    prefix: "distilbert.",
    token_type: None,
    pooler: None,
    layer: "transformer.layer",
    query: "attention.q_lin",
    key: "attention.k_lin",
    value: "attention.v_lin",
    attention_output: "attention.out_lin",
    attention_norm: "sa_layer_norm",
    intermediate: "ffn.lin1",
    output: "ffn.lin2",
    output_norm: "output_layer_norm",
    ..BERT_NAMES
};

/// Buffers that old files carry and that hold nothing learnt.
pub(super) const BUFFERS: [&str; 2] = ["embeddings.position_ids", "embeddings.token_type_ids"];

impl Family {
    /// What it calls its tensors.
    pub fn names(self) -> &'static Names {
        match self {
            Self::Bert => &BERT,
            Self::DistilBert => &DISTILBERT,
            Self::Roberta | Self::XlmRoberta => &ROBERTA,
        }
    }
}

impl Names {
    /// The full name of a part of a layer.
    pub fn in_layer(&self, layer: usize, part: &str) -> String {
        format!("{}.{layer}.{part}", self.layer)
    }

    /// Whether a tensor is a table of embeddings.
    pub(super) fn is_embedding(&self, tensor: &str) -> bool {
        let module = tensor.strip_suffix(".weight");
        let mut tables = [Some(self.word), Some(self.position), self.token_type].into_iter();
        tables.any(|table| table.is_some() && table == module)
    }
}

/// Names and shapes of an encoder's tensors: the table above, for a configuration.
pub(super) fn tensors(config: &EncoderConfig, pooler: bool) -> Vec<(String, Vec<usize>)> {
    let names = config.family.names();
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let embeddings = [
        (Some(names.word), config.vocab_size),
        (Some(names.position), config.max_position_embeddings),
        (names.token_type, config.type_vocab_size),
    ];
    let mut table: Vec<(String, Vec<usize>)> = embeddings
        .into_iter()
        .filter_map(|(name, rows)| Some((format!("{}.weight", name?), vec![rows, hidden])))
        .collect();
    let mut pair = |name: String, weight: Vec<usize>| {
        table.push((format!("{name}.bias"), vec![weight[0]]));
        table.push((format!("{name}.weight"), weight));
    };
    pair(names.embeddings_norm.to_owned(), vec![hidden]);
    for layer in 0..config.num_hidden_layers {
        for (part, weight) in [
            (names.query, vec![hidden, hidden]),
            (names.key, vec![hidden, hidden]),
            (names.value, vec![hidden, hidden]),
            (names.attention_output, vec![hidden, hidden]),
            (names.attention_norm, vec![hidden]),
            (names.intermediate, vec![inner, hidden]),
            (names.output, vec![hidden, inner]),
            (names.output_norm, vec![hidden]),
        ] {
            pair(names.in_layer(layer, part), weight);
        }
    }
    if let (Some(name), true) = (names.pooler, pooler) {
        pair(name.to_owned(), vec![hidden, hidden]);
    }
    table
}

/// How many numbers an encoder has, with a pooler if its family has one.
pub(super) fn parameters(config: &EncoderConfig) -> u64 {
    let count = |shape: &[usize]| shape.iter().map(|&axis| axis as u64).product::<u64>();
    tensors(config, true)
        .iter()
        .map(|(_, shape)| count(shape))
        .sum()
}

/// Before 2020, `LayerNorm.weight` was `LayerNorm.gamma` and `LayerNorm.bias` was `LayerNorm.beta`.
pub(super) fn old_name(name: &str) -> Option<String> {
    let norm = name
        .strip_suffix("LayerNorm.weight")
        .map(|stem| format!("{stem}LayerNorm.gamma"));
    norm.or_else(|| {
        name.strip_suffix("LayerNorm.bias")
            .map(|stem| format!("{stem}LayerNorm.beta"))
    })
}

/// The other way round.
pub(super) fn modern_name(name: &str) -> String {
    name.replace("LayerNorm.gamma", "LayerNorm.weight")
        .replace("LayerNorm.beta", "LayerNorm.bias")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::activation::Activation;

    fn config(family: Family) -> EncoderConfig {
        EncoderConfig {
            family,
            vocab_size: 30522,
            hidden_size: 768,
            num_hidden_layers: 6,
            num_attention_heads: 12,
            intermediate_size: 3072,
            max_position_embeddings: 512,
            type_vocab_size: if family == Family::DistilBert { 0 } else { 2 },
            pad_token_id: 0,
            layer_norm_eps: 1e-12,
            activation: Activation::Gelu,
        }
    }

    #[test]
    fn every_tensor_of_distilbert_has_its_name() {
        let table = tensors(&config(Family::DistilBert), true);
        // 2 embeddings, their norm, 16 a layer, and nothing else.
        assert_eq!(table.len(), 2 + 2 + 6 * 16);
        let shape = |name: &str| &table.iter().find(|(own, _)| own == name).unwrap().1;
        assert_eq!(shape("transformer.layer.5.ffn.lin1.weight"), &[3072, 768]);
        assert_eq!(shape("transformer.layer.0.sa_layer_norm.bias"), &[768]);
        // DistilBERT's published size.
        assert_eq!(parameters(&config(Family::DistilBert)), 66_362_880);
    }

    #[test]
    fn only_the_prefix_sets_roberta_apart_from_bert() {
        for family in [Family::Roberta, Family::XlmRoberta] {
            assert_eq!(
                tensors(&config(family), true),
                tensors(&config(Family::Bert), true)
            );
            assert_eq!(family.names().prefix, "roberta.");
        }
    }

    #[test]
    fn old_and_modern_names_are_each_others() {
        let name = "encoder.layer.0.output.LayerNorm.bias";
        let old = old_name(name).unwrap();
        assert_eq!(old, "encoder.layer.0.output.LayerNorm.beta");
        assert_eq!(modern_name(&old), name);
        assert_eq!(old_name("pooler.dense.bias"), None);
    }
}
