//! The tested examples themselves: which ones a model got wrong, and how sure it was.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::scores::THRESHOLD;
use crate::data::{Dataset, Part, Target};

/// Which tested examples are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExampleFilter {
    /// Those that the model got wrong; of numbers all, for none is met exactly.
    Mistakes,
    /// Those in a cell of the confusion matrix.
    Cell {
        /// The label that they have.
        label: u32,
        /// The label that they were given.
        predicted: u32,
    },
}

/// A tested example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestedExample {
    /// The text as the table has it.
    pub text: String,
    /// What it is: labels, or a number.
    pub truth: Vec<String>,
    /// What the model says.
    pub predicted: Vec<String>,
    /// How probable the model finds the label that it says; `None` where there is not one.
    pub probability: Option<f64>,
}

/// Some of the examples that were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamplePage {
    /// How many there are in all.
    pub total: u32,
    /// These, the surest first: by the probability of the label that was said, by the wrongest of several labels, by the
    /// error of a number.
    pub examples: Vec<TestedExample>,
}

/// A data set's test examples and what a model says of them.
#[derive(Debug, Clone)]
pub struct TestedExamples {
    dataset: Rc<Dataset>,
    outcome: Outcome,
}

impl TestedExamples {
    /// `outcome` is of the test examples of `dataset`, in their order.
    pub fn new(dataset: Rc<Dataset>, outcome: Outcome) -> Self {
        Self { dataset, outcome }
    }

    /// At most `limit` examples from the one at `offset` on.
    pub fn page(&self, filter: ExampleFilter, offset: usize, limit: usize) -> ExamplePage {
        let indices = self.dataset.split.part(Part::Test).iter();
        let tested = indices.map(|&index| &self.dataset.examples[index as usize]);
        let mut found: Vec<_> = tested
            .zip(&self.outcome.outputs)
            .filter(|(example, outputs)| filter.admits(&example.target, outputs))
            .map(|(example, outputs)| (example, outputs, certainty(&example.target, outputs)))
            .collect();
        // Stable: equals stay in the order of the file.
        found.sort_by(|(.., a), (.., b)| b.total_cmp(a));
        ExamplePage {
            total: found.len() as u32,
            examples: found
                .into_iter()
                .skip(offset)
                .take(limit)
                .map(|(example, outputs, certainty)| TestedExample {
                    text: example.text.clone(),
                    truth: self.words(&example.target),
                    predicted: self.words(&said(&example.target, outputs)),
                    probability: example.target.class().map(|_| certainty),
                })
                .collect(),
        }
    }

    fn words(&self, target: &Target) -> Vec<String> {
        match target {
            Target::Value(value) => vec![value.to_string()],
            Target::Class(_) | Target::Classes(_) => {
                let names = target.labels().iter();
                names
                    .filter_map(|&label| self.dataset.labels.get(label as usize).cloned())
                    .collect()
            }
        }
    }
}

impl ExampleFilter {
    fn admits(self, target: &Target, outputs: &[f64]) -> bool {
        let said = said(target, outputs);
        match self {
            Self::Mistakes => said != *target,
            Self::Cell { label, predicted } => {
                target.class() == Some(label) && said.class() == Some(predicted)
            }
        }
    }
}

/// What the outputs say, in the form of the truth.
fn said(truth: &Target, outputs: &[f64]) -> Target {
    match truth {
        Target::Class(_) => Target::Class(super::outcome::argmax(outputs)),
        Target::Classes(_) => {
            let given = (0..)
                .zip(outputs)
                .filter(|(_, output)| **output >= THRESHOLD);
            Target::Classes(given.map(|(label, _)| label).collect())
        }
        Target::Value(_) => Target::Value(outputs.first().copied().unwrap_or(f64::NAN)),
    }
}

fn certainty(truth: &Target, outputs: &[f64]) -> f64 {
    match truth {
        Target::Class(_) => outputs.iter().copied().fold(0.0, f64::max),
        Target::Classes(labels) => (0..)
            .zip(outputs)
            .map(|(label, output)| {
                let truth = if labels.contains(&label) { 1.0 } else { 0.0 };
                (output - truth).abs()
            })
            .fold(0.0, f64::max),
        Target::Value(value) => outputs
            .first()
            .map_or(f64::NAN, |said| (said - value).abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ColumnChoice, Problem, SplitConfig, Table};

    /// Four test examples, in this order; training has every label.
    fn tested(problem: Problem, labels: [&str; 4], outputs: [&[f64]; 4]) -> TestedExamples {
        let mut csv = "text,label,split\n".to_owned();
        for (row, label) in labels.iter().enumerate() {
            csv += &format!("learnt {row},{label},train\n");
        }
        for (row, label) in labels.iter().enumerate() {
            csv += &format!("tested {row},{label},test\n");
        }
        let table = Table::parse("own.csv", csv.as_bytes()).unwrap();
        let columns = ColumnChoice {
            text: 0,
            label: 1,
            split: Some(2),
        };
        let dataset =
            Dataset::from_table(&table, columns, problem, SplitConfig::default()).unwrap();
        let outcome = Outcome {
            outputs: outputs.map(<[f64]>::to_vec).to_vec(),
            loss: 0.0,
        };
        TestedExamples::new(dataset.into(), outcome)
    }

    fn texts(page: &ExamplePage) -> Vec<&str> {
        page.examples
            .iter()
            .map(|example| example.text.as_str())
            .collect()
    }

    fn reviews() -> TestedExamples {
        tested(
            Problem::SingleLabel,
            ["bad", "bad", "good", "bad"],
            [&[0.4, 0.6], &[0.1, 0.9], &[0.2, 0.8], &[0.7, 0.3]],
        )
    }

    #[test]
    fn the_surest_mistakes_come_first() {
        let page = reviews().page(ExampleFilter::Mistakes, 0, 9);
        assert_eq!(
            (page.total, texts(&page)),
            (2, vec!["tested 1", "tested 0"])
        );
        let TestedExample {
            truth,
            predicted,
            probability,
            ..
        } = &page.examples[0];
        assert_eq!(
            (truth, predicted),
            (&vec!["bad".to_owned()], &vec!["good".to_owned()])
        );
        assert_eq!(*probability, Some(0.9));
    }

    #[test]
    fn a_cell_holds_its_examples_page_by_page() {
        let cell = |label, predicted| ExampleFilter::Cell { label, predicted };
        let tested = reviews();
        assert_eq!(texts(&tested.page(cell(0, 0), 0, 9)), ["tested 3"]);
        assert_eq!(texts(&tested.page(cell(1, 1), 0, 9)), ["tested 2"]);
        assert_eq!(tested.page(cell(1, 0), 0, 9).total, 0);
        let second = tested.page(cell(0, 1), 1, 1);
        assert_eq!((second.total, texts(&second)), (2, vec!["tested 0"]));
        assert_eq!(texts(&tested.page(cell(0, 1), 2, 1)), [""; 0]);
    }

    #[test]
    fn several_labels_and_numbers_are_judged_too() {
        let several = tested(
            Problem::MultiLabel { separator: '|' },
            ["a|b", "a", "b", "a|b"],
            [&[0.9, 0.9], &[0.6, 0.5], &[0.99, 0.9], &[0.8, 0.4]],
        );
        let page = several.page(ExampleFilter::Mistakes, 0, 9);
        assert_eq!(texts(&page), ["tested 2", "tested 3", "tested 1"]);
        assert_eq!(page.examples[0].predicted, ["a", "b"]);
        assert_eq!(page.examples[0].probability, None);
        let numbers = tested(
            Problem::Regression,
            ["1", "2", "3", "4.5"],
            [&[1.5], &[2.0], &[0.0], &[4.0]],
        );
        let page = numbers.page(ExampleFilter::Mistakes, 0, 2);
        assert_eq!(
            (page.total, texts(&page)),
            (3, vec!["tested 2", "tested 0"])
        );
        assert_eq!(page.examples[0].truth, ["3"]);
    }
}
