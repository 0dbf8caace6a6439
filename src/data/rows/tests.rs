//! Lists of labels, and numbers. Single labels are tested with the data set.

use super::*;
use crate::data::{LabelCounts, NumberProblem, NumberSummary, PartCounts, TargetSummary};

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};
const WITH_SPLIT: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: Some(2),
};
const LISTS: Problem = Problem::MultiLabel { separator: '|' };

fn dataset(text: &str, columns: ColumnChoice, problem: Problem) -> Result<Dataset, DatasetError> {
    let table = Table::parse("t.csv", text.as_bytes()).unwrap();
    Dataset::from_table(&table, columns, problem, SplitConfig::default())
}

fn targets(dataset: &Dataset) -> Vec<Target> {
    let examples = dataset.examples.iter();
    examples.map(|example| example.target.clone()).collect()
}

#[test]
fn lists_are_split_sorted_and_numbered() {
    let text = "text,label\na,joy| fear \nb,\nc,fear|fear||\nd,Awe\n";
    let data = dataset(text, COLUMNS, LISTS).unwrap();
    assert_eq!(data.problem, LISTS);
    assert_eq!(data.labels, ["Awe", "fear", "joy"]);
    let classes = [vec![1, 2], vec![], vec![1], vec![0]];
    assert_eq!(targets(&data), classes.map(Target::Classes));
}

#[test]
fn another_separator_reads_other_labels() {
    let text = "text,label\na,joy; fear|awe\nb,joy\n";
    let semicolon = Problem::MultiLabel { separator: ';' };
    let data = dataset(text, COLUMNS, semicolon).unwrap();
    assert_eq!(data.labels, ["fear|awe", "joy"]);
}

#[test]
fn one_label_in_training_is_enough_for_lists() {
    let text = "text,label,split\na,x,train\nb,,train\nc,x,test\n,y,train\n";
    let data = dataset(text, WITH_SPLIT, LISTS).unwrap();
    assert_eq!(data.labels, ["x"]);
    assert_eq!(data.empty_texts, 1);
}

#[test]
fn without_any_label_there_is_nothing_to_learn() {
    let none = DatasetError::NoLabels {
        table: "t.csv".into(),
        column: "label".into(),
        separator: '|',
    };
    assert_eq!(dataset("text,label\na,\nb,|\n", COLUMNS, LISTS), Err(none));
    let no_texts = DatasetError::NoTexts {
        table: "t.csv".into(),
        column: "text".into(),
    };
    assert_eq!(dataset("text,label\n,x\n", COLUMNS, LISTS), Err(no_texts));
}

#[test]
fn a_listed_label_outside_of_training_is_placed() {
    let text = "text,label,split\na,x|y,train\nb,,train\nc,y|z,test\nd,z,test\n";
    let expected = DatasetError::LabelNotInTraining {
        table: "t.csv".into(),
        place: Place::line(4),
        label: "z".into(),
    };
    assert_eq!(dataset(text, WITH_SPLIT, LISTS), Err(expected));
}

#[test]
fn lists_hold_a_thousand_labels_at_most() {
    let list = |labels: usize| {
        let names: Vec<_> = (0..labels).map(|label| label.to_string()).collect();
        format!("text,label\na,{}\n", names.join("|"))
    };
    let data = dataset(&list(MAX_LABELS), COLUMNS, LISTS).unwrap();
    assert_eq!(data.labels.len(), MAX_LABELS);
    let expected = DatasetError::TooManyLabels {
        table: "t.csv".into(),
        column: "label".into(),
        found: 1001,
    };
    assert_eq!(
        dataset(&list(MAX_LABELS + 1), COLUMNS, LISTS),
        Err(expected)
    );
}

#[test]
fn lists_are_counted_for_each_of_their_labels() {
    let text = "text,label,split\na,x|y,train\nb,x,train\nc,,train\nd,y,dev\ne,,test\nf,x|y,test\n";
    let counts = |train, validation, test| PartCounts {
        train,
        validation,
        test,
    };
    let label = |label: &str, examples| LabelCounts {
        label: label.to_owned(),
        examples,
    };
    let summary = dataset(text, WITH_SPLIT, LISTS).unwrap().summary();
    assert_eq!(summary.examples, counts(3, 1, 2));
    assert_eq!(summary.examples.total(), 6);
    let expected = TargetSummary::MultiLabel {
        labels: vec![label("x", counts(2, 0, 1)), label("y", counts(1, 1, 1))],
        unlabelled: counts(1, 0, 1),
    };
    assert_eq!(summary.targets, expected);
}

#[test]
fn lists_are_divided_label_by_label() {
    let rows = "a,x|y\nb,x\nc,\nd,y\n".repeat(20);
    let data = dataset(&format!("text,label\n{rows}"), COLUMNS, LISTS).unwrap();
    let summary = data.summary();
    assert!(!summary.split_from_table);
    for counts in summary.targets.labels().unwrap() {
        assert_eq!(counts.examples.total(), 40);
        assert!(counts.examples.train.abs_diff(28) <= 1, "{counts:?}");
        assert!(counts.examples.test.abs_diff(6) <= 1, "{counts:?}");
    }
}

#[test]
fn numbers_are_read_as_they_are() {
    let text = "text,label\na, 1.5\nb,-2 \nc,1e-3\n";
    let data = dataset(text, COLUMNS, Problem::Regression).unwrap();
    assert!(data.labels.is_empty());
    assert_eq!(targets(&data), [1.5, -2.0, 0.001].map(Target::Value));
}

#[test]
fn a_cell_without_a_number_is_placed() {
    let empty = DatasetError::EmptyNumber {
        table: "t.csv".into(),
        place: Place::line(3),
        column: "label".into(),
    };
    let text = "text,label\na,1\nb, \n";
    assert_eq!(dataset(text, COLUMNS, Problem::Regression), Err(empty));
    // A row that is left out need not have one.
    let text = "text,label\na,1\nb,2\n,\n";
    assert!(dataset(text, COLUMNS, Problem::Regression).is_ok());

    let comma = DatasetError::Number {
        table: "t.csv".into(),
        place: Place::line(4),
        column: "label".into(),
        value: "2,5".into(),
        problem: NumberProblem::DecimalComma,
    };
    let text = "text;label\n\"a\nb\";1\nc; 2,5 \n";
    assert_eq!(dataset(text, COLUMNS, Problem::Regression), Err(comma));
}

#[test]
fn the_numbers_to_learn_must_differ() {
    let one = DatasetError::OneNumber {
        table: "t.csv".into(),
        column: "label".into(),
        number: 3.0,
    };
    let text = "text,label,split\na,3,train\nb,3.0,train\nc,4,test\n";
    assert_eq!(dataset(text, WITH_SPLIT, Problem::Regression), Err(one));
    let no_training = DatasetError::NoTraining {
        table: "t.csv".into(),
    };
    let text = "text,label,split\na,3,dev\nb,4,test\n";
    assert_eq!(
        dataset(text, WITH_SPLIT, Problem::Regression),
        Err(no_training)
    );
}

#[test]
fn numbers_are_summed_up_for_each_part() {
    let text = "text,label,split\na,1,train\nb,3,train\nc,7,test\n";
    let summary = dataset(text, WITH_SPLIT, Problem::Regression)
        .unwrap()
        .summary();
    let numbers = |minimum, maximum, mean, standard_deviation| NumberSummary {
        minimum,
        maximum,
        mean,
        standard_deviation,
    };
    let expected = TargetSummary::Regression {
        train: Some(numbers(1.0, 3.0, 2.0, 1.0)),
        validation: None,
        test: Some(numbers(7.0, 7.0, 7.0, 0.0)),
    };
    assert_eq!(summary.targets, expected);
    assert_eq!(summary.targets.labels(), None);
    assert_eq!(summary.examples.total(), 3);
}
