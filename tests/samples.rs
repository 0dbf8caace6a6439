//! The samples that the page offers are read as they are meant.

use tabtune::data::{
    ColumnChoice, Dataset, LabelCounts, Part, PartCounts, Problem, SplitConfig, Table,
    guess_columns, guess_problem,
};

fn dataset(name: &str, bytes: &[u8]) -> Dataset {
    let table = Table::parse(name, bytes).unwrap();
    assert_eq!(table.columns(), ["text", "label", "split"]);
    let columns = guess_columns(&table);
    assert_eq!(
        columns,
        ColumnChoice {
            text: 0,
            label: 1,
            split: Some(2)
        }
    );
    for column in 0..3 {
        assert_eq!(guess_problem(&table, column), Problem::SingleLabel);
    }
    Dataset::from_table(
        &table,
        columns,
        Problem::SingleLabel,
        SplitConfig::default(),
    )
    .unwrap()
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

/// Training first, then validation, then test, and no row left out.
fn assert_in_order(dataset: &Dataset, sizes: [u32; 3]) {
    assert!(dataset.split_from_table);
    assert_eq!(dataset.empty_texts, 0);
    assert_eq!(dataset.examples.len() as u32, sizes.iter().sum::<u32>());
    let mut start = 0;
    for (part, size) in Part::ALL.into_iter().zip(sizes) {
        let expected: Vec<u32> = (start..start + size).collect();
        assert_eq!(dataset.split.part(part), expected, "{part:?}");
        start += size;
    }
    let distinct: std::collections::HashSet<_> = dataset
        .examples
        .iter()
        .map(|example| &example.text)
        .collect();
    assert_eq!(
        distinct.len(),
        dataset.examples.len(),
        "a text stands twice"
    );
}

fn assert_text(dataset: &Dataset, example: usize, text: &str, label: &str) {
    let found = &dataset.examples[example];
    assert_eq!(
        (
            found.text.as_str(),
            dataset.labels[found.target.class().unwrap() as usize].as_str()
        ),
        (text, label)
    );
}

#[test]
fn uci_reviews() {
    let data = dataset("uci.csv", include_bytes!("../www/samples/uci.csv"));
    assert_in_order(&data, [2000, 400, 582]);
    assert_eq!(
        data.summary().targets.labels().unwrap(),
        [
            counts("negative", [1001, 200, 291]),
            counts("positive", [999, 200, 291])
        ]
    );
    assert_text(&data, 0, "there is no real plot.", "negative");
    assert_text(&data, 2000, "It's just lame.", "negative");
    assert_text(
        &data,
        2401,
        "Great atmosphere, friendly and fast service.",
        "positive",
    );
}

#[test]
fn sms_spam() {
    let data = dataset("sms.csv", include_bytes!("../www/samples/sms.csv"));
    assert_in_order(&data, [3000, 500, 1034]);
    assert_eq!(
        data.summary().targets.labels().unwrap(),
        [
            counts("ham", [2629, 438, 906]),
            counts("spam", [371, 62, 128])
        ]
    );
    let quotes = r#""My planning usually stops at ""find hella weed, smoke hella weed""""#;
    assert_text(&data, 0, quotes, "ham");
    assert_text(&data, 3001, "Missing you too.pray inshah allah", "ham");
    assert_text(&data, 3501, "K.:)do it at evening da:)urgent:)", "ham");
}

#[test]
fn chinese_reviews() {
    let data = dataset("zh.csv", include_bytes!("../www/samples/zh.csv"));
    assert_in_order(&data, [210, 40, 80]);
    assert_eq!(
        data.summary().targets.labels().unwrap(),
        [counts("正面", [105, 20, 40]), counts("负面", [105, 20, 40])]
    );
    assert_text(&data, 0, "包装里三层外三层，杯子一点没碰坏。", "正面");
}
