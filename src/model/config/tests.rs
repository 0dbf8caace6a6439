use super::*;

const BERT: &str = r#"{"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":3,
    "num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,"some_future_field":[1,2]}"#;
const DISTILBERT: &str = r#"{"model_type":"distilbert","vocab_size":30522,"dim":768,"n_layers":6,"n_heads":12,
    "hidden_dim":3072,"max_position_embeddings":512}"#;
const ROBERTA: &str = r#"{"model_type":"roberta","vocab_size":50265,"hidden_size":768,"num_hidden_layers":12,
    "num_attention_heads":12,"intermediate_size":3072,"max_position_embeddings":514,"type_vocab_size":1,
    "layer_norm_eps":1e-05,"pad_token_id":1}"#;

/// A config.json with some fields changed, or taken away where the change is null.
fn read(json: &str, changes: &str) -> Result<EncoderConfig, ConfigError> {
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
    let changes: serde_json::Value = serde_json::from_str(changes).unwrap();
    for (key, change) in changes.as_object().unwrap() {
        value[key] = change.clone();
    }
    EncoderConfig::from_json(&serde_json::to_vec(&value).unwrap())
}

#[track_caller]
fn assert_error(json: &str, changes: &str, message: &str) {
    let error = read(json, changes).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn what_is_left_out_takes_the_defaults_of_transformers() {
    let config = read(BERT, "{}").unwrap();
    assert_eq!(config.layer_norm_eps, 1e-12);
    assert_eq!((config.type_vocab_size, config.pad_token_id), (2, 0));
    assert_eq!(config.activation, Activation::Gelu);
    let config = read(
        ROBERTA,
        r#"{"type_vocab_size":null,"layer_norm_eps":null,"pad_token_id":null}"#,
    )
    .unwrap();
    assert_eq!(config.layer_norm_eps, 1e-12);
    assert_eq!((config.type_vocab_size, config.pad_token_id), (2, 1));
}

#[test]
fn distilbert_has_names_of_its_own() {
    let config = read(DISTILBERT, r#"{"activation":"relu"}"#).unwrap();
    assert_eq!(
        config,
        EncoderConfig {
            family: Family::DistilBert,
            vocab_size: 30522,
            hidden_size: 768,
            num_hidden_layers: 6,
            num_attention_heads: 12,
            intermediate_size: 3072,
            max_position_embeddings: 512,
            type_vocab_size: 0,
            pad_token_id: 0,
            layer_norm_eps: 1e-12,
            activation: Activation::Relu,
        }
    );
    assert_error(DISTILBERT, r#"{"dim":0}"#, "gives dim as 0");
    assert_error(
        DISTILBERT,
        r#"{"activation":"mish"}"#,
        r#"activation "mish""#,
    );
    assert_error(BERT, r#"{"model_type":"distilbert"}"#, "missing field");
}

#[test]
fn the_longest_text_leaves_out_the_positions_that_padding_takes() {
    assert_eq!(read(BERT, "{}").unwrap().max_tokens(), 512);
    assert_eq!(
        read(BERT, r#"{"pad_token_id":3}"#).unwrap().max_tokens(),
        512
    );
    assert_eq!(read(ROBERTA, "{}").unwrap().max_tokens(), 512);
    let xlm = r#"{"model_type":"xlm-roberta","pad_token_id":3}"#;
    let xlm = read(ROBERTA, xlm).unwrap();
    assert_eq!((xlm.family, xlm.max_tokens()), (Family::XlmRoberta, 510));
    assert_error(
        ROBERTA,
        r#"{"pad_token_id":513}"#,
        "pad_token_id 513 leaves no position for a text; there are 514",
    );
}

#[test]
fn other_encoders_are_named() {
    assert_error(
        BERT,
        r#"{"model_type":"t5"}"#,
        r#"config.json asks for model_type "t5"; only bert, distilbert, roberta or xlm-roberta can be used"#,
    );
    assert_error(BERT, r#"{"hidden_act":"silu"}"#, r#"hidden_act "silu""#);
    assert_error(
        BERT,
        r#"{"position_embedding_type":"relative_key"}"#,
        r#"position_embedding_type "relative_key"; only absolute"#,
    );
    assert_error(
        ROBERTA,
        r#"{"is_decoder":true}"#,
        r#"is_decoder "true"; only false"#,
    );
    assert_error(BERT, r#"{"model_type":null}"#, "cannot be read");
}

#[test]
fn numbers_are_bounded() {
    assert_error(BERT, r#"{"vocab_size":99999999}"#, "from 1 to 1048576");
    assert_error(BERT, r#"{"type_vocab_size":0}"#, "type_vocab_size as 0");
    assert_error(
        BERT,
        r#"{"num_attention_heads":7}"#,
        "384 cannot be divided among 7",
    );
    assert_error(BERT, r#"{"layer_norm_eps":0}"#, "layer_norm_eps as 0");
    assert_error(BERT, r#"{"hidden_size":"wide"}"#, "cannot be read");
    assert_error(
        BERT,
        r#"{"vocab_size":1048576,"hidden_size":12288}"#,
        "parameters; at most 1073741824",
    );
}
