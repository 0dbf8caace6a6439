use super::*;
use crate::data::{LabelCounts, PartCounts, Place, SplitError};
use crate::reason::Phrase;

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

fn table(name: &str, text: &str) -> Table {
    Table::parse(name, text.as_bytes()).unwrap()
}

fn dataset(text: &str, columns: ColumnChoice) -> Result<Dataset, DatasetError> {
    learn(text, columns, Problem::SingleLabel)
}

fn learn(text: &str, columns: ColumnChoice, problem: Problem) -> Result<Dataset, DatasetError> {
    let table = table("t.csv", text);
    Dataset::from_table(&table, columns, problem, SplitConfig::default())
}

fn from_splits(train: &str, validation: &str, test: &str) -> Result<Dataset, DatasetError> {
    let tables = [
        table("train.csv", train),
        table("val.csv", validation),
        table("test.csv", test),
    ];
    let [train, validation, test] = &tables;
    Dataset::from_splits(
        "files",
        SplitTables {
            train,
            validation,
            test,
        },
        "text",
        "label",
        Problem::SingleLabel,
    )
}

fn example(text: &str, label: u32) -> Example {
    Example {
        text: text.to_owned(),
        target: Target::Class(label),
    }
}

fn counts(label: &str, [train, validation, test]: [u32; 3]) -> LabelCounts {
    LabelCounts {
        label: label.to_owned(),
        examples: PartCounts {
            train,
            validation,
            test,
        },
    }
}

#[test]
fn labels_are_trimmed_sorted_and_numbered() {
    let data = dataset("text,label\na,pos\nb, neg \nc,pos\nd,Neutral\n", COLUMNS).unwrap();
    assert_eq!(data.name, "t.csv");
    assert_eq!(data.labels, ["Neutral", "neg", "pos"]);
    assert_eq!(
        data.examples,
        [
            example("a", 2),
            example("b", 1),
            example("c", 2),
            example("d", 0)
        ]
    );
    assert!(!data.split_from_table);
}

#[test]
fn texts_and_labels_are_data_whatever_they_say() {
    let script = "<script>alert('x')</script>";
    let data = dataset(
        &format!("text,label\n  a <b>,{script}\nb,../../etc\n"),
        COLUMNS,
    )
    .unwrap();
    assert_eq!(data.labels, ["../../etc", script]);
    assert_eq!(data.examples[0], example("  a <b>", 1));
}

#[test]
fn rows_without_text_are_counted_and_left_out() {
    // The empty row has no label either, as spreadsheets write it below their data.
    let data = dataset(
        "text,label,split\na,x,train\n \t,x,train\nb,y,train\n,,\n",
        WITH_SPLIT,
    )
    .unwrap();
    assert_eq!(data.examples, [example("a", 0), example("b", 1)]);
    assert_eq!(data.empty_texts, 2);
    assert_eq!(data.summary().empty_texts, 2);
}

#[test]
fn a_split_column_is_followed_in_file_order() {
    let text = "text,label,split\na,x,test\nb,x,train\nc,y,Train\nd,y,dev\ne,x,train\nf,y,test\n";
    let data = dataset(text, WITH_SPLIT).unwrap();
    assert_eq!(
        data.split,
        Split {
            train: vec![1, 2, 4],
            validation: vec![3],
            test: vec![0, 5]
        }
    );
    let summary = data.summary();
    assert!(summary.split_from_table);
    assert_eq!(
        summary.targets.labels().unwrap(),
        [counts("x", [2, 0, 1]), counts("y", [1, 1, 1]),]
    );
}

#[test]
fn without_a_split_column_every_label_is_divided() {
    let text = format!("text,label\n{}{}", "a,x\n".repeat(20), "b,y\n".repeat(100));
    let summary = dataset(&text, COLUMNS).unwrap().summary();
    assert!(!summary.split_from_table);
    assert_eq!(
        summary.targets.labels().unwrap(),
        [counts("x", [14, 3, 3]), counts("y", [70, 15, 15]),]
    );
}

#[test]
fn a_label_with_one_example_is_learnt() {
    let data = dataset(
        &format!("text,label\na,rare\n{}", "b,y\n".repeat(10)),
        COLUMNS,
    )
    .unwrap();
    assert!(data.split.train.contains(&0));
}

#[test]
fn three_files_make_one_data_set() {
    let data = from_splits(
        "text,label\na,y\nb,x\n",
        "label;text\nx;c\n",
        "text,n,label\nd,1,x\n,2,y\n",
    )
    .unwrap();
    assert_eq!(data.name, "files");
    assert_eq!(data.labels, ["x", "y"]);
    assert_eq!(
        data.examples,
        [
            example("a", 1),
            example("b", 0),
            example("c", 0),
            example("d", 0)
        ]
    );
    assert_eq!(
        data.split,
        Split {
            train: vec![0, 1],
            validation: vec![2],
            test: vec![3]
        }
    );
    assert!(data.split_from_table);
    assert_eq!(data.empty_texts, 1);
}

#[test]
fn a_column_must_be_in_each_file() {
    let error = from_splits(
        "text,label\na,x\nb,y\n",
        "text,class\nc,x\n",
        "text,label\nd,x\n",
    )
    .unwrap_err();
    assert_eq!(
        error,
        DatasetError::MissingColumn {
            table: "val.csv".into(),
            column: "label".into(),
            columns: vec!["text".into(), "class".into()],
        }
    );
}

#[test]
fn a_label_outside_of_training_is_placed() {
    let error = from_splits(
        "text,label\na,x\nb,y\n",
        "text,label\nc,x\n",
        "text,label\nd,x\n\"e\nf\",z\n",
    )
    .unwrap_err();
    let expected = DatasetError::LabelNotInTraining {
        table: "test.csv".into(),
        place: Place::line(3),
        label: "z".into(),
    };
    assert_eq!(error, expected);

    let text = "text,label,split\na,x,train\nb,y,train\nc,z,test\n";
    let expected = DatasetError::LabelNotInTraining {
        table: "t.csv".into(),
        place: Place::line(4),
        label: "z".into(),
    };
    assert_eq!(dataset(text, WITH_SPLIT), Err(expected));
}

#[test]
fn an_empty_label_is_placed() {
    for cell in ["", "  "] {
        let text = format!("text,label\n\"a\nb\",x\nc,{cell}\n");
        let expected = DatasetError::EmptyLabel {
            table: "t.csv".into(),
            place: Place::line(4),
            column: "label".into(),
        };
        assert_eq!(dataset(&text, COLUMNS), Err(expected));
    }
}

#[test]
fn columns_must_be_there_and_differ() {
    let text = "text,label,split\na,x,train\nb,y,train\n";
    for columns in [
        ColumnChoice { text: 3, ..COLUMNS },
        ColumnChoice {
            label: 3,
            ..COLUMNS
        },
        ColumnChoice {
            split: Some(3),
            ..COLUMNS
        },
    ] {
        let expected = DatasetError::NoSuchColumn {
            table: "t.csv".into(),
            column: 3,
            columns: 3,
        };
        assert_eq!(dataset(text, columns), Err(expected));
    }
    for (columns, column, first, second) in [
        (
            ColumnChoice {
                label: 0,
                ..COLUMNS
            },
            "text",
            "text",
            "label",
        ),
        (
            ColumnChoice {
                split: Some(0),
                ..COLUMNS
            },
            "text",
            "text",
            "split",
        ),
        (
            ColumnChoice {
                split: Some(1),
                ..COLUMNS
            },
            "label",
            "label",
            "split",
        ),
    ] {
        let expected = DatasetError::SameColumn {
            table: "t.csv".into(),
            column: column.into(),
            first: Phrase(first),
            second: Phrase(second),
        };
        assert_eq!(dataset(text, columns), Err(expected));
    }
}

#[test]
fn an_unknown_split_is_placed() {
    let expected = DatasetError::UnknownSplit {
        table: "t.csv".into(),
        place: Place::line(3),
        column: "split".into(),
        value: "holdout".into(),
    };
    assert_eq!(
        dataset("text,label,split\na,x,train\nb,y,holdout\n", WITH_SPLIT),
        Err(expected)
    );
}

#[test]
fn something_must_be_left_to_learn() {
    let no_texts = DatasetError::NoTexts {
        table: "t.csv".into(),
        column: "text".into(),
    };
    assert_eq!(dataset("text,label\n,x\n ,y\n", COLUMNS), Err(no_texts));
    let no_training = DatasetError::NoTraining {
        table: "t.csv".into(),
    };
    assert_eq!(
        dataset("text,label,split\na,x,test\nb,y,dev\n", WITH_SPLIT),
        Err(no_training)
    );
    let one = DatasetError::OneLabel {
        table: "t.csv".into(),
        column: "label".into(),
        label: "x".into(),
    };
    assert_eq!(dataset("text,label\na,x\nb, x\n", COLUMNS), Err(one));
}

#[test]
fn a_thousand_labels_are_the_most() {
    let text = |labels: usize| {
        let rows: String = (0..labels).map(|label| format!("a,{label}\n")).collect();
        format!("text,label\n{rows}")
    };
    assert_eq!(
        dataset(&text(MAX_LABELS), COLUMNS).unwrap().labels.len(),
        MAX_LABELS
    );
    let expected = DatasetError::TooManyLabels {
        table: "t.csv".into(),
        column: "label".into(),
        found: 1001,
    };
    assert_eq!(dataset(&text(MAX_LABELS + 1), COLUMNS), Err(expected));
}

#[test]
fn shares_are_checked() {
    let table = table("t.csv", "text,label\na,x\nb,y\n");
    let config = SplitConfig {
        validation: 0.5,
        test: 0.5,
        seed: 0,
    };
    let error = Dataset::from_table(&table, COLUMNS, Problem::SingleLabel, config).unwrap_err();
    assert_eq!(
        error,
        DatasetError::Split(SplitError::NothingLeft {
            validation: 0.5,
            test: 0.5
        })
    );
}
