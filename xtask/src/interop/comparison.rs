//! What both sides have computed, compared.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::problem::Problem;

/// Logits of the same texts, from each side.
pub struct Comparison {
    /// Name of the encoder.
    pub encoder: &'static str,
    /// What was learnt.
    pub problem: Problem,
    /// Of which model.
    pub what: String,
    /// What the example `predict` wrote.
    pub ours: PathBuf,
    /// What `interop.py` wrote.
    pub theirs: PathBuf,
}

/// What the example `predict` writes.
#[derive(Deserialize)]
struct Ours {
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    logits: Vec<f64>,
    /// Numbers in their own unit, as an export gives them; elsewhere probabilities, which transformers does not give.
    outputs: Vec<f64>,
}

impl Comparison {
    /// The largest difference between two logits.
    pub fn difference(&self) -> Result<f64> {
        let ours: Ours = read(&self.ours)?;
        let ours: Vec<Vec<f64>> = ours
            .answers
            .into_iter()
            .map(|answer| match self.problem {
                Problem::SingleLabel | Problem::MultiLabel => answer.logits,
                Problem::Regression => answer.outputs,
            })
            .collect();
        let theirs: Vec<Vec<f64>> = read(&self.theirs)?;
        largest_difference(&ours, &theirs)
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("cannot read {}", path.display()))
}

fn largest_difference(ours: &[Vec<f64>], theirs: &[Vec<f64>]) -> Result<f64> {
    let widths = |rows: &[Vec<f64>]| rows.iter().map(Vec::len).collect::<Vec<_>>();
    ensure!(
        !ours.is_empty() && widths(ours) == widths(theirs),
        "there are not as many logits on both sides"
    );
    let differences = ours
        .iter()
        .flatten()
        .zip(theirs.iter().flatten())
        .map(|(a, b)| (a - b).abs());
    // A difference that is no number is the largest.
    Ok(differences.fold(0.0, |most, difference| {
        if difference > most || difference.is_nan() {
            difference
        } else {
            most
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_compared_one_by_one() {
        let found = largest_difference(
            &[vec![1.0, 2.0], vec![3.0, 4.0]],
            &[vec![1.0, 2.5], vec![3.0, 3.75]],
        );
        assert_eq!(found.unwrap(), 0.5);
        assert!(
            largest_difference(&[vec![f64::NAN]], &[vec![1.0]])
                .unwrap()
                .is_nan()
        );
        assert!(largest_difference(&[], &[]).is_err());
        assert!(largest_difference(&[vec![1.0]], &[vec![1.0, 2.0]]).is_err());
    }
}
