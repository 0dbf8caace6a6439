//! The texts that are measured with.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use tabtune::data::Table;

use crate::tools::Workspace;

/// Words that are one token each in the vocabulary of uncased BERT.
const WORDS: [&str; 24] = [
    "the", "film", "was", "good", "and", "story", "very", "food", "but", "service", "not", "great",
    "phone", "place", "really", "bad", "never", "best", "music", "time", "little", "people",
    "quality", "again",
];

/// Tokens that BERT puts around a text.
const AROUND: u32 = 2;

/// Shapes by texts and tokens.
const SHAPES: [(u32, u32); 3] = [(1, 16), (16, 64), (32, 128)];

/// The case of texts that people wrote.
pub const REVIEWS: &str = "249 review sentences";

/// Of the review sentences every so many-th is taken: all of them would take a minute a round.
const EVERY: usize = 12;

/// Texts that are measured together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    pub name: String,
    /// Tokens of each text, where all have as many.
    pub tokens: Option<u32>,
    pub texts: Vec<String>,
}

impl Case {
    /// All that is measured.
    pub fn all(workspace: &Workspace) -> Result<Vec<Self>> {
        let mut cases: Vec<Self> = SHAPES.into_iter().map(Self::of_shape).collect();
        cases.push(Self::reviews(&workspace.root.join("www/samples"))?);
        Ok(cases)
    }

    /// Texts that have exactly so many tokens each.
    pub fn of_shape((texts, tokens): (u32, u32)) -> Self {
        let text = |number: u32| {
            // Any order will do, if it is always the same and not the same for each text.
            let word =
                |place| WORDS[(number * 7 + place * place + place * 5) as usize % WORDS.len()];
            let words: Vec<&str> = (0..tokens - AROUND).map(word).collect();
            words.join(" ")
        };
        Self {
            name: format!("{texts}x{tokens}"),
            tokens: Some(tokens),
            texts: (0..texts).map(text).collect(),
        }
    }

    /// Review sentences of people, of their own lengths.
    pub fn reviews(samples: &Path) -> Result<Self> {
        let path = samples.join("uci.csv");
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let table = Table::parse("uci.csv", &bytes)?;
        let texts = (0..table.rows()).step_by(EVERY);
        let texts: Vec<String> = texts
            .filter_map(|row| table.cell(row, 0).map(str::to_owned))
            .collect();
        Ok(Self {
            name: REVIEWS.to_owned(),
            tokens: None,
            texts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_review_sentences_as_the_case_says() -> Result<()> {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/samples");
        let reviews = Case::reviews(&samples)?;
        assert_eq!(REVIEWS, format!("{} review sentences", reviews.texts.len()));
        Ok(())
    }

    #[test]
    fn texts_have_a_word_for_each_token_but_those_around() {
        let case = Case::of_shape((16, 64));
        assert_eq!(case.name, "16x64");
        assert_eq!(case.texts.len(), 16);
        assert!(case.texts.iter().all(|text| text.split(' ').count() == 62));
        assert_ne!(case.texts[0], case.texts[1]);
    }
}
