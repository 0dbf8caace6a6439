//! Token ids, against the fast tokenizers of transformers.

use serde::Deserialize;
use tabtune::text::Tokenizer;

#[derive(Deserialize)]
struct Fixture {
    max_length: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    tiny_bert: Vec<u32>,
    minilm: Vec<u32>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/golden/tokens.json")).unwrap()
}

fn tokenizer(json: &[u8], max_length: usize) -> Tokenizer {
    Tokenizer::from_bytes(json)
        .unwrap()
        .truncating(max_length)
        .unwrap()
}

pub fn check_tiny_bert_tokens() {
    let fixture = fixture();
    let tokenizer = tokenizer(
        include_bytes!("../fixtures/tiny-bert/tokenizer.json"),
        fixture.max_length,
    );
    for case in fixture.cases {
        assert_eq!(
            tokenizer.encode(&case.text).unwrap(),
            case.tiny_bert,
            "{:?}",
            case.text
        );
    }
}

/// The published file asks for padding and truncation of its own, which must not show.
pub fn check_minilm_tokens(tokenizer_json: &[u8]) {
    let fixture = fixture();
    let tokenizer = tokenizer(tokenizer_json, fixture.max_length);
    for case in fixture.cases {
        assert_eq!(
            tokenizer.encode(&case.text).unwrap(),
            case.minilm,
            "{:?}",
            case.text
        );
    }
}
