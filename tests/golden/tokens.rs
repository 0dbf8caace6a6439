//! Token ids, against the fast tokenizers of transformers.

use serde::Deserialize;
use tabtune::text::Tokenizer;

use super::encoders::Folder;

#[derive(Deserialize)]
struct Fixture<C> {
    max_length: usize,
    cases: Vec<C>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    tiny_bert: Vec<u32>,
    minilm: Vec<u32>,
}

#[derive(Deserialize)]
struct FamilyCase {
    text: String,
    tiny_distilbert: Vec<u32>,
    tiny_roberta: Vec<u32>,
    tiny_xlm_roberta: Vec<u32>,
}

fn fixture() -> Fixture<Case> {
    serde_json::from_str(include_str!("../fixtures/golden/tokens.json")).unwrap()
}

/// Encodes each text, truncated, and compares.
fn check<C>(json: &[u8], fixture: &Fixture<C>, pick: fn(&C) -> (&String, &Vec<u32>)) {
    let tokenizer = Tokenizer::from_bytes(json)
        .unwrap()
        .truncating(fixture.max_length)
        .unwrap();
    for case in &fixture.cases {
        let (text, expected) = pick(case);
        assert_eq!(tokenizer.encode(text).unwrap(), *expected, "{text:?}");
    }
}

pub fn check_tiny_bert_tokens() {
    check(
        &Folder::tiny_bert().0.tokenizer,
        &fixture(),
        |case: &Case| (&case.text, &case.tiny_bert),
    );
}

/// The published file asks for padding and truncation of its own, which must not show.
pub fn check_minilm_tokens(tokenizer_json: &[u8]) {
    check(tokenizer_json, &fixture(), |case: &Case| {
        (&case.text, &case.minilm)
    });
}

/// WordPiece, byte-level BPE and Unigram.
pub fn check_family_tokens() {
    let fixture: Fixture<FamilyCase> =
        serde_json::from_str(include_str!("../fixtures/golden/families.json")).unwrap();
    check(
        &Folder::tiny_distilbert().0.tokenizer,
        &fixture,
        |case: &FamilyCase| (&case.text, &case.tiny_distilbert),
    );
    check(
        &Folder::tiny_roberta().0.tokenizer,
        &fixture,
        |case: &FamilyCase| (&case.text, &case.tiny_roberta),
    );
    check(
        &Folder::tiny_xlm_roberta().0.tokenizer,
        &fixture,
        |case: &FamilyCase| (&case.text, &case.tiny_xlm_roberta),
    );
}
