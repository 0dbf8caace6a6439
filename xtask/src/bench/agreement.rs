//! How far the contenders' embeddings lie apart.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::texts::Case;
use crate::models::encoders::SECOND;
use crate::process::run;
use crate::steps::announce;
use crate::tools::Workspace;

/// A peer's embeddings beside the engine's, over the texts of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub contender: String,
    /// Of any component of any text.
    pub largest_difference: f64,
    /// Of any text.
    pub least_cosine: f64,
}

/// Embeds the texts with the engine, natively, whose arithmetic is the worker's, and compares.
pub fn measure(
    workspace: &Workspace,
    case: &Case,
    peers: &[(String, Vec<Vec<f32>>)],
) -> Result<Vec<Agreement>> {
    #[derive(Deserialize)]
    struct Embedded {
        embedding: Vec<f32>,
    }
    announce("comparing embeddings");
    let folder = workspace.cache.target().join("bench");
    let (texts, out) = (folder.join("agreement.json"), folder.join("embedded.json"));
    fs::create_dir_all(&folder)?;
    fs::write(&texts, serde_json::to_vec(&case.texts)?)?;
    run(workspace
        .cargo()?
        .args(["run", "--release", "--example", "embed", "--", "--model"])
        .arg(workspace.models().join(SECOND))
        .arg("--texts")
        .arg(&texts)
        .arg("--json")
        .arg(&out))?;
    let ours: Vec<Embedded> = serde_json::from_slice(&fs::read(&out)?)?;
    let ours: Vec<Vec<f32>> = ours.into_iter().map(|text| text.embedding).collect();
    let mut found = BTreeMap::new();
    for (contender, theirs) in peers {
        found.insert(contender, compare(contender, &ours, theirs)?);
    }
    Ok(found.into_values().collect())
}

fn compare(contender: &str, ours: &[Vec<f32>], theirs: &[Vec<f32>]) -> Result<Agreement> {
    ensure!(
        ours.len() == theirs.len(),
        "{contender} embedded {} texts of {}",
        theirs.len(),
        ours.len()
    );
    let (mut largest, mut least) = (0.0_f64, 1.0_f64);
    for (ours, theirs) in ours.iter().zip(theirs) {
        let pairs = || {
            let pairs = ours.iter().zip(theirs);
            pairs.map(|(&a, &b)| (f64::from(a), f64::from(b)))
        };
        let sum = |of: fn((f64, f64)) -> f64| pairs().map(of).sum::<f64>();
        let cosine = sum(|(a, b)| a * b) / (sum(|(a, _)| a * a) * sum(|(_, b)| b * b)).sqrt();
        largest = pairs().map(|(a, b)| (a - b).abs()).fold(largest, f64::max);
        least = least.min(cosine);
    }
    ensure!(largest.is_finite(), "{contender} gave no numbers");
    let contender = contender.to_owned();
    Ok(Agreement {
        contender,
        largest_difference: largest,
        least_cosine: least,
    })
}

/// What a program said last, as JSON.
pub fn embeddings(value: serde_json::Value) -> Result<Vec<(String, Vec<Vec<f32>>)>> {
    serde_json::from_value(value).context("the embeddings cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_text_counts() -> Result<()> {
        let ours = [vec![1.0, 0.0], vec![0.0, 2.0]];
        let theirs = [vec![1.0, 0.0], vec![2.0, 2.0]];
        let found = compare("peer", &ours, &theirs)?;
        assert_eq!(found.largest_difference, 2.0);
        assert!((found.least_cosine - 0.5_f64.sqrt()).abs() < 1e-12);
        assert!(compare("peer", &ours, &theirs[..1]).is_err());
        Ok(())
    }
}
