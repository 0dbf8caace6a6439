//! The pieces of a Unigram tokenizer that Chinese and English need, and a tokenizer of these alone.
//!
//! A piece is kept if, not counting `▁`, which begins a word,
//!
//! - it is special, or the unknown one;
//! - or all its characters are Han, Bopomofo, or of no script of their own: digits, punctuation, symbols, emoji;
//! - or it is a single Latin letter, so that a foreign name is spelt rather than unknown;
//! - or it consists of letters of the English alphabet, and either has at most four of them, out of which names are
//!   made, or mixes cases, as in iPhone, or the full tokenizer uses it to split an English word, be it in lower case,
//!   capitalised or in capitals, at the beginning of a word or within one.
//!
//! Pieces keep their scores and order. Unigram takes the split of the highest score, so that a text whose best split
//! has only kept pieces is split as before: taking others away cannot make another split better.

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unicode_script::{Script, UnicodeScript};

/// Begins a word.
const WORD: char = '▁';
/// Pieces of English letters that are this short are kept in any case.
const SHORT: usize = 4;

/// A tokenizer.json; what is not named here stays as it is.
#[derive(Serialize, Deserialize)]
struct Tokenizer {
    added_tokens: Vec<Added>,
    model: Unigram,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Added {
    id: usize,
    content: String,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Unigram {
    unk_id: usize,
    vocab: Vec<(String, f64)>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// A smaller tokenizer.
pub struct Pruned {
    /// Its tokenizer.json.
    pub json: Vec<u8>,
    /// The old ids of its pieces, by the new ones.
    pub kept: Vec<usize>,
}

/// Prunes a tokenizer.json whose full vocabulary is `pieces`, for Chinese and for English with these words.
pub fn prune(json: &[u8], pieces: &[&str], words: &BTreeSet<String>) -> Result<Pruned> {
    let mut tokenizer: Tokenizer =
        serde_json::from_slice(json).context("tokenizer.json is no Unigram tokenizer")?;
    let model = &mut tokenizer.model;
    ensure!(
        model.vocab.iter().map(|(piece, _)| piece).eq(pieces),
        "the tokenizer has other pieces than the weights"
    );
    let special: HashSet<usize> = tokenizer
        .added_tokens
        .iter()
        .map(|added| added.id)
        .chain([model.unk_id])
        .collect();
    let used = used_by(words, &model.vocab);
    let kept: Vec<usize> = (0..model.vocab.len())
        .filter(|id| {
            let piece = model.vocab[*id].0.as_str();
            special.contains(id) || used.contains(piece) || is_kept(piece)
        })
        .collect();
    let new_ids: HashMap<usize, usize> = kept
        .iter()
        .enumerate()
        .map(|(new, &old)| (old, new))
        .collect();
    let new_id = |old: &usize| {
        new_ids.get(old).copied().with_context(|| {
            format!("a special piece has the id {old}, which is not in the vocabulary")
        })
    };

    for added in &mut tokenizer.added_tokens {
        added.id = new_id(&added.id)?;
    }
    // The pieces around a text are given by their ids. Those come first, and so keep them.
    let around = tokenizer
        .rest
        .get("post_processor")
        .and_then(|processor| processor["special_tokens"].as_object());
    for piece in around.into_iter().flat_map(|pieces| pieces.values()) {
        let ids: Vec<usize> = Vec::deserialize(&piece["ids"])?;
        for id in ids {
            ensure!(
                new_id(&id)? == id,
                "the special piece {} would get another id",
                piece["id"]
            );
        }
    }
    model.unk_id = new_id(&model.unk_id)?;
    model.vocab = kept
        .iter()
        .map(|&id| std::mem::take(&mut model.vocab[id]))
        .collect();
    Ok(Pruned {
        json: serde_json::to_vec(&tokenizer)?,
        kept,
    })
}

/// Whether a piece is kept whatever the words.
fn is_kept(piece: &str) -> bool {
    let letters = piece.replace(WORD, "");
    let shared = letters.chars().all(|character| {
        matches!(
            character.script(),
            Script::Common | Script::Inherited | Script::Han | Script::Bopomofo
        )
    });
    let mut characters = letters.chars();
    let single = characters
        .next()
        .is_some_and(|first| first.script() == Script::Latin)
        && characters.next().is_none();
    let english = letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mixed = letters
        .bytes()
        .skip(1)
        .any(|byte| byte.is_ascii_uppercase())
        && letters.bytes().any(|byte| byte.is_ascii_lowercase());
    shared || single || (english && (letters.len() <= SHORT || mixed))
}

/// The pieces that English words are split into.
fn used_by<'a>(words: &BTreeSet<String>, vocab: &'a [(String, f64)]) -> HashSet<&'a str> {
    let scores: HashMap<&str, (&'a str, f64)> = vocab
        .iter()
        .filter(|(piece, _)| {
            piece
                .trim_start_matches(WORD)
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic())
        })
        .map(|(piece, score)| (piece.as_str(), (piece.as_str(), *score)))
        .collect();
    let longest = scores.keys().map(|piece| piece.len()).max().unwrap_or(0);
    let mut used = HashSet::new();
    for word in words {
        let lower = word.to_ascii_lowercase();
        let capitals = word.to_ascii_uppercase();
        let capitalised = lower
            .char_indices()
            .map(|(at, letter)| {
                if at == 0 {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            })
            .collect();
        for form in [lower, capitals, capitalised] {
            used.extend(split(&format!("{WORD}{form}"), &scores, longest));
            used.extend(split(&form, &scores, longest));
        }
    }
    used
}

/// The split of a word with the highest sum of scores; empty if there is none.
///
/// Source: Viterbi's algorithm, as in Kudo 2018, <https://arxiv.org/abs/1804.10959>.
fn split<'a>(word: &str, scores: &HashMap<&str, (&'a str, f64)>, longest: usize) -> Vec<&'a str> {
    // The best split up to each byte: its score and its last piece.
    let mut best: Vec<Option<(f64, &'a str)>> = vec![None; word.len() + 1];
    for start in (0..word.len()).filter(|&start| word.is_char_boundary(start)) {
        let before = match best[start] {
            Some((score, _)) => score,
            None if start == 0 => 0.0,
            None => continue,
        };
        for length in 1..=longest.min(word.len() - start) {
            let end = start + length;
            let found = word.get(start..end).and_then(|part| scores.get(part));
            if let Some(&(piece, score)) = found
                && best[end].is_none_or(|(other, _)| before + score > other)
            {
                best[end] = Some((before + score, piece));
            }
        }
    }
    let mut pieces = Vec::new();
    let mut end = word.len();
    while let Some((_, piece)) = best[end] {
        pieces.push(piece);
        end -= piece.len();
    }
    pieces
}

/// The words of a list: all that consist of English letters alone.
pub fn words(list: &str) -> impl Iterator<Item = String> {
    list.split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: [(&str, f64); 22] = [
        ("<s>", 0.0),
        ("<pad>", 0.0),
        ("</s>", 0.0),
        ("<unk>", 0.0),
        (",", -3.4635426998138428),
        ("▁", -3.9),
        ("▁и", -5.0),
        ("e", -5.1),
        ("▁Straße", -9.0),
        ("ß", -9.1),
        ("的", -6.0),
        ("▁我們", -9.0),
        ("の", -9.0),
        ("😊", -9.0),
        ("▁2024", -9.0),
        ("▁play", -8.0),
        ("ground", -8.0),
        ("▁playground", -20.0),
        ("▁joueurs", -12.0),
        ("ROUND", -12.0),
        ("▁iPhone", -12.0),
        ("<mask>", 0.0),
    ];

    fn tokenizer() -> Value {
        let added =
            |id: usize| serde_json::json!({"id": id, "content": PIECES[id].0, "special": true});
        serde_json::json!({
            "version": "1.0",
            "added_tokens": [added(0), added(1), added(2), added(3), added(21)],
            "normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"},
            "post_processor": {"type": "TemplateProcessing", "special_tokens": {
                "<s>": {"id": "<s>", "ids": [0]}, "</s>": {"id": "</s>", "ids": [2]}}},
            "model": {"type": "Unigram", "unk_id": 3, "vocab": PIECES},
        })
    }

    fn run(words: &[&str], json: &Value) -> Result<Pruned> {
        let pieces = PIECES.map(|(piece, _)| piece);
        let words = words.iter().map(|&word| word.to_owned()).collect();
        prune(&serde_json::to_vec(json)?, &pieces, &words)
    }

    #[test]
    fn pieces_of_chinese_and_english_are_kept_with_their_scores() -> Result<()> {
        let Pruned { json, kept } = run(&["playground"], &tokenizer())?;
        let names: Vec<_> = kept.iter().map(|&id| PIECES[id].0).collect();
        assert_eq!(
            names,
            [
                "<s>",
                "<pad>",
                "</s>",
                "<unk>",
                ",",
                "▁",
                "e",
                "ß",
                "的",
                "▁我們",
                "😊",
                "▁2024",
                "▁play",
                "ground",
                "▁iPhone",
                "<mask>"
            ]
        );
        let mut expected = tokenizer();
        expected["added_tokens"][4]["id"] = 15.into();
        let vocab: Vec<_> = kept.iter().map(|&id| PIECES[id]).collect();
        expected["model"]["vocab"] = serde_json::to_value(vocab)?;
        assert_eq!(serde_json::from_slice::<Value>(&json)?, expected);
        Ok(())
    }

    #[test]
    fn a_word_keeps_the_pieces_of_its_best_split_in_each_case() {
        let vocab = PIECES.map(|(piece, score)| (piece.to_owned(), score));
        let words = BTreeSet::from(["playground".to_owned(), "round".to_owned()]);
        let used = used_by(&words, &vocab);
        // -8 and -8 are more than -20.
        assert_eq!(used, HashSet::from(["▁play", "ground", "▁", "ROUND"]));
    }

    #[test]
    fn a_tokenizer_of_other_weights_is_refused() {
        let mut json = tokenizer();
        json["model"]["vocab"][4][0] = ";".into();
        let error = run(&[], &json).err().expect("the pieces differ");
        assert_eq!(
            error.to_string(),
            "the tokenizer has other pieces than the weights"
        );
    }

    #[test]
    fn special_pieces_around_a_text_must_keep_their_ids() {
        let mut json = tokenizer();
        json["post_processor"]["special_tokens"]["</s>"]["ids"] = serde_json::json!([21]);
        let error = run(&[], &json).err().expect("the piece moves");
        assert_eq!(
            error.to_string(),
            "the special piece \"</s>\" would get another id"
        );
    }

    #[test]
    fn words_are_found_in_lists_of_any_form() {
        let found = |list| words(list).collect::<Vec<_>>();
        assert_eq!(found("the 231\ncafé 5\nDon't 1\n"), ["the", "don", "t"]);
        assert_eq!(found(r#"{"able": 3, "zest": 1}"#), ["able", "zest"]);
    }
}
