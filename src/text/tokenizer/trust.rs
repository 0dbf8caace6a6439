//! What the `tokenizers` library takes on trust in a tokenizer.json. It panics where that is not so, and a panic ends the
//! worker; found by `tests/fuzz`.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokenizers::normalizers::Precompiled;

use super::TokenizerError;

/// As much of a tokenizer.json as is looked at beforehand.
#[derive(Deserialize)]
struct Outline {
    model: Option<Model>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    post_processor: Value,
    /// Read whole, as the library expects it to be readable.
    #[serde(default, rename = "decoder")]
    _decoder: Value,
}

/// What a model of byte pairs says; the others have nothing of it but a vocabulary.
#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    vocab: LongestPiece,
    merges: Option<Vec<Merge>>,
    continuing_subword_prefix: Option<String>,
}

/// Two pieces that become one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Pair(String, String),
    /// With a space between them.
    Line(String),
}

/// Bytes of the longest piece, of a vocabulary that is a map.
#[derive(Default)]
struct LongestPiece(usize);

impl<'de> Deserialize<'de> for LongestPiece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pieces;

        impl<'de> Visitor<'de> for Pieces {
            type Value = LongestPiece;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("a vocabulary")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LongestPiece, A::Error> {
                let mut longest = 0;
                while let Some((piece, IgnoredAny)) = map.next_entry::<String, _>()? {
                    longest = longest.max(piece.len());
                }
                Ok(LongestPiece(longest))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<LongestPiece, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(LongestPiece(0))
            }
        }

        deserializer.deserialize_any(Pieces)
    }
}

impl Model {
    /// Whether each merge makes a piece that is no longer than the longest of the vocabulary, and takes away a prefix only
    /// where there is one.
    fn merges_fit(&self) -> bool {
        let prefix = self.continuing_subword_prefix.as_deref().unwrap_or("");
        self.merges.iter().flatten().all(|merge| {
            let (first, second) = match merge {
                Merge::Pair(first, second) => (first.as_str(), second.as_str()),
                Merge::Line(line) => line.split_once(' ').unwrap_or((line, prefix)),
            };
            second
                .strip_prefix(prefix)
                .is_some_and(|second| first.len() + second.len() <= self.vocab.0)
        })
    }
}

/// Refuses what the library would not survive.
pub(super) fn check(bytes: &[u8]) -> Result<(), TokenizerError> {
    let outline: Outline =
        serde_json::from_slice(bytes).map_err(|error| TokenizerError::Unreadable(error.into()))?;
    let model = outline.model.ok_or(TokenizerError::NoModel)?;
    if !model.merges_fit() {
        return Err(TokenizerError::Merges);
    }
    for normalizer in parts(&outline.normalizer, "normalizers") {
        check_characters(normalizer)?;
    }
    let templates: Vec<&Value> = parts(&outline.post_processor, "processors")
        .into_iter()
        .filter(|part| part["type"] == "TemplateProcessing" || part.get("single").is_some())
        .collect();
    match templates[..] {
        [] => Ok(()),
        [template] if is_whole(template) => Ok(()),
        // A second one would be given what the first one has taken apart.
        _ => Err(TokenizerError::Template),
    }
}

/// A component and all that it is a sequence of.
fn parts<'a>(component: &'a Value, list: &str) -> Vec<&'a Value> {
    let within = component.get(list).and_then(Value::as_array);
    let within = within.into_iter().flatten();
    std::iter::once(component)
        .chain(within.flat_map(|part| parts(part, list)))
        .collect()
}

/// Whether a template has the text once and knows every piece around it.
fn is_whole(template: &Value) -> bool {
    let known = &template["special_tokens"];
    let mut texts = 0;
    let pieces = template["single"].as_array().into_iter().flatten();
    let understood = pieces.clone().all(|piece| {
        if let Some(special) = piece.get("SpecialToken") {
            return special["id"]
                .as_str()
                .is_some_and(|id| known.get(id).is_some());
        }
        texts += 1;
        piece["Sequence"]["id"] == "A"
    });
    understood && texts == 1
}

/// Looks at a table of characters, if that is what the normalizer is.
fn check_characters(normalizer: &Value) -> Result<(), TokenizerError> {
    let Some(table) = normalizer.get("precompiled_charsmap") else {
        return match normalizer["type"] == "Precompiled" {
            true => Err(TokenizerError::Characters),
            false => Ok(()),
        };
    };
    // The library reads it from text only.
    let readable = serde_json::from_str::<Precompiled>(&normalizer.to_string()).is_ok();
    let table = table.as_str().and_then(|table| STANDARD.decode(table).ok());
    match table.filter(|table| readable && is_closed(table)) {
        Some(_) => Ok(()),
        None => Err(TokenizerError::Characters),
    }
}

/// Whether no text leads out of a table of sentencepiece's: the length of a trie in bytes, the trie as a double array of
/// 32-bit units, and the replacements that its values point to.
fn is_closed(table: &[u8]) -> bool {
    let Some((length, rest)) = table.split_first_chunk::<4>() else {
        return false;
    };
    let units = u32::from_le_bytes(*length) / 4;
    let Some((trie, texts)) = rest.split_at_checked(units as usize * 4) else {
        return false;
    };
    let units: Vec<u32> = trie
        .as_chunks::<4>()
        .0
        .iter()
        .map(|unit| u32::from_le_bytes(*unit))
        .collect();
    let Ok(texts) = std::str::from_utf8(texts) else {
        return false;
    };
    let Some(&root) = units.first() else {
        return false;
    };
    let offset = |unit: u32| (unit >> 10) << ((unit & (1 << 9)) >> 6);
    let mut seen = HashSet::new();
    let mut nodes = vec![offset(root)];
    while let Some(node) = nodes.pop() {
        if !seen.insert(node) {
            continue;
        }
        for letter in 1..=255 {
            let at = node ^ letter;
            let Some(&unit) = units.get(at as usize) else {
                return false;
            };
            // A leaf has the highest bit set, and so is nobody's child.
            if unit & (1 << 31 | 0xFF) != letter {
                continue;
            }
            let next = at ^ offset(unit);
            if unit >> 8 & 1 == 1 {
                let text = units.get(next as usize).map(|leaf| leaf & !(1 << 31));
                if !text.is_some_and(|text| texts.is_char_boundary(text as usize)) {
                    return false;
                }
            }
            nodes.push(next);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(part: &str) -> Result<(), TokenizerError> {
        check(format!("{{\"model\":{{}},{part}}}").as_bytes())
    }

    #[test]
    fn merges_make_pieces_of_the_vocabulary() {
        let merges = |merges: &str, prefix: &str| {
            check(
                format!(
                    r###"{{"model":{{"type":"BPE","vocab":{{"a":0,"##a":1,"a##a":2}},"merges":[{merges}],"continuing_subword_prefix":{prefix}}}}}"###
                )
                .as_bytes(),
            )
        };
        assert!(merges(r###"["a","##a"],["a","a"]"###, "null").is_ok());
        assert!(merges(r###""a ##a""###, "\"##\"").is_ok());
        for (pairs, prefix) in [
            (r#"["a","a"]"#, "\"##\""),
            (r#"["a##a","a"]"#, "null"),
            (r#""a##a a""#, "null"),
        ] {
            let found = merges(pairs, prefix);
            assert!(matches!(found, Err(TokenizerError::Merges)), "{pairs}");
        }
    }

    #[test]
    fn a_template_has_the_text_once_and_knows_its_pieces() {
        let template = |single: &str| {
            checked(&format!(
                r#""post_processor":{{"type":"Sequence","processors":[{{"type":"TemplateProcessing","single":[{single}],"pair":[],"special_tokens":{{"[CLS]":{{}}}}}}]}}"#
            ))
        };
        let (text, start) = (
            r#"{"Sequence":{"id":"A","type_id":0}}"#,
            r#"{"SpecialToken":{"id":"[CLS]","type_id":0}}"#,
        );
        assert!(template(&format!("{start},{text}")).is_ok());
        for single in [
            String::new(),
            start.to_owned(),
            format!("{text},{text}"),
            text.replace('A', "B"),
            format!("{text},{}", start.replace("CLS", "SEP")),
        ] {
            let found = template(&single);
            assert!(matches!(found, Err(TokenizerError::Template)), "{single}");
        }
    }

    #[test]
    fn a_table_of_characters_stays_within_itself() {
        let with = |table: &[u8]| {
            let table = STANDARD.encode(table);
            checked(&format!(
                r#""normalizer":{{"type":"Precompiled","precompiled_charsmap":"{table}"}}"#
            ))
        };
        // 256 units of which none is anybody's child, so that nothing is replaced.
        let mut table = 1024_u32.to_le_bytes().to_vec();
        table.resize(4 + 1024, 0);
        assert!(with(&table).is_ok());
        // "a" leads to a leaf that lies beyond the end of the replacements.
        let unit = |at: usize| 4 + 4 * at;
        let a = u32::from(b'a');
        let child = (a ^ 2) << 10 | 1 << 8 | a;
        table[unit(97)..unit(98)].copy_from_slice(&child.to_le_bytes());
        table[unit(2)..unit(3)].copy_from_slice(&(1_u32 << 31).to_le_bytes());
        assert!(with(&table).is_ok());
        table[unit(2)..unit(3)].copy_from_slice(&(1_u32 << 31 | 7).to_le_bytes());
        assert!(matches!(with(&table), Err(TokenizerError::Characters)));
        for broken in [&[][..], &table[..100], &4_u32.to_le_bytes()] {
            assert!(matches!(with(broken), Err(TokenizerError::Characters)));
        }
        let none = checked(r#""normalizer":{"type":"Precompiled"}"#);
        assert!(matches!(none, Err(TokenizerError::Characters)));
    }
}
