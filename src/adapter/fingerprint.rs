//! Data by their content.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::checksum::hexadecimal;
use crate::data::{Dataset, Part, Target};

/// Which data a model was trained on. It tells whether other data are the same, and nothing of what they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFingerprint {
    /// File name or sample name.
    pub name: String,
    /// Training, validation and test examples.
    pub examples: [u32; 3],
    /// SHA-256 over labels, texts, targets and parts, in lower-case hexadecimal.
    pub sha256: String,
}

/// The fingerprint of a data set. The file that it was read from does not matter, only what was made of it.
pub fn fingerprint(dataset: &Dataset) -> DataFingerprint {
    let mut hash = Sha256::new();
    // Every piece is preceded by its length: no two data sets give the same bytes.
    let mut text = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    for label in &dataset.labels {
        text(label);
    }
    let parts = [Part::Train, Part::Validation, Part::Test].map(|part| dataset.split.part(part));
    for part in parts {
        text(&part.len().to_string());
        for &index in part {
            let example = &dataset.examples[index as usize];
            text(&example.text);
            text(&match &example.target {
                Target::Class(_) | Target::Classes(_) => format!("{:?}", example.target.labels()),
                Target::Value(value) => value.to_string(),
            });
        }
    }
    // Where the file lies is nobody's business.
    let name = dataset.name.rsplit(['/', '\\']).next();
    DataFingerprint {
        name: name.unwrap_or_default().to_owned(),
        examples: parts.map(|part| part.len() as u32),
        sha256: hexadecimal(hash.finalize().as_slice()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ColumnChoice, Problem, SplitConfig, Table};

    fn of(csv: &str) -> DataFingerprint {
        let table = Table::parse("any.csv", csv.as_bytes()).unwrap();
        let columns = ColumnChoice {
            text: 0,
            label: 1,
            split: None,
        };
        let config = SplitConfig::default();
        fingerprint(&Dataset::from_table(&table, columns, Problem::SingleLabel, config).unwrap())
    }

    #[test]
    fn it_follows_the_content_alone() {
        let rows = "good,a\nbad,b\nfine,a\npoor,b\nnice,a\nugly,b\n";
        let comma = of(&format!("text,label\n{rows}"));
        let tab = of(&format!("other\tname\n{}", rows.replace(',', "\t")));
        assert_eq!(comma, tab);
        assert_eq!(comma.examples.iter().sum::<u32>(), 6);
        let changed = of(&format!("text,label\n{}", rows.replace("nice", "Nice")));
        assert_ne!(comma.sha256, changed.sha256);
        assert_eq!(comma.sha256.len(), 64);
    }
}
