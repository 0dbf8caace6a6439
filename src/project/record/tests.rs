use proptest::prelude::*;

use super::*;
use crate::protocol::{EvaluatedSplit, Prediction, StepRecord, TrainPlan, ValidationRecord};
use crate::run_state::run::{Opinion, RateChange, Run, RunPhase};
use crate::train::config::Method;

fn run() -> Run {
    let mut run = Run::new(5, Method::Lora, "tiny".into(), "reviews.csv".into());
    run.plan = Some(TrainPlan {
        steps: 640,
        steps_per_epoch: 160,
        trainable_parameters: 10,
        frozen_parameters: 100,
        in_float32: false,
    });
    for step in 1..=20 {
        run.history.push(StepRecord {
            step,
            loss: 1.0 / f64::from(step) / 3.0,
            learning_rate: 1e-3 / f64::from(step),
            grad_norm: f64::INFINITY,
            tokens: 900,
            examples: 16,
        });
    }
    run.validations.push(ValidationRecord {
        epoch: 1,
        step: 160,
        loss: 0.25,
        scores: Vec::new(),
    });
    run.opinions.push(Opinion {
        epoch: 1,
        prediction: Prediction {
            text: "good".into(),
            probabilities: Vec::new(),
            labels: vec!["positive".into()],
            value: None,
            tokens: 3,
            milliseconds: 1.5,
        },
    });
    run.rate_changes.push(RateChange {
        step: 100,
        learning_rate: 2e-4,
    });
    run.phase = RunPhase::Evaluating {
        split: EvaluatedSplit::Validation,
        done: 3,
        total: 9,
    };
    run.checkpoint = Some(310);
    run
}

fn record() -> Record {
    let source = TableSource::File {
        name: "reviews.2024.csv".into(),
    };
    Record {
        encoder: Some(EncoderSource::Folder {
            name: "mine".into(),
            paths: vec!["mine/config.json".into()],
        }),
        data: Some(DataRecord {
            source,
            options: ReadOptions {
                encoding: Some("gb18030".into()),
                sheet: None,
            },
            held_out: Some(HeldOutRecord {
                source: TableSource::File {
                    name: "test.csv".into(),
                },
                options: ReadOptions::default(),
                part: Part::Test,
            }),
            columns: ColumnChoice {
                text: 0,
                label: 1,
                split: None,
            },
            problem: Problem::MultiLabel { separator: ';' },
            split: SplitConfig::default(),
        }),
        config: Some(TrainConfig::default()),
        model: None,
        shown: Stored {
            run: Some(run()),
            labels: vec!["negative".into(), "positive".into()],
            ..Stored::default()
        },
        form: FormRecord {
            fields: BTreeMap::from([("Epochs".into(), "7".into())]),
            rate_touched: true,
        },
        tried: "Was it good?".into(),
    }
}

#[test]
fn a_record_is_read_as_it_was_written() {
    for record in [record(), Record::default()] {
        let json = record.to_json().unwrap();
        assert_eq!(Record::from_json(&json), Ok(record));
    }
}

/// The form of version 1, which later versions must read.
#[test]
fn the_first_version_keeps_its_form() {
    let json = record().to_json().unwrap();
    let kept = include_str!("../../../tests/fixtures/projects/record-1.json");
    assert_eq!(Record::from_json(kept), Ok(record()));
    let (written, kept): (Value, Value) = (
        serde_json::from_str(&json).unwrap(),
        serde_json::from_str(kept).unwrap(),
    );
    assert_eq!(written, kept);
}

#[test]
fn a_run_of_any_length_takes_bounded_room() {
    let mut record = record();
    let run = record.shown.run.as_mut().unwrap();
    for step in 21..=20_000 {
        run.history.push(StepRecord {
            step,
            loss: 1.0 / f64::from(step),
            learning_rate: 1e-4,
            grad_norm: 0.7,
            tokens: 900,
            examples: 16,
        });
    }
    let bytes = record.to_json().unwrap().len();
    assert!(bytes < 64 << 10, "{bytes} bytes");
}

#[test]
fn what_is_no_record_is_refused_with_a_reason() {
    let newer = |version: &str| format!(r#"{{"version":{version},"record":{{"from":"then"}}}}"#);
    assert_eq!(
        Record::from_json(&newer("2")),
        Err(RecordError::Newer {
            found: 2,
            supported: 1
        })
    );
    for json in [
        String::new(),
        "7".into(),
        "{}".into(),
        newer("0"),
        newer("-1"),
        r#"{"version":1,"record":{"data":7}}"#.into(),
        "[".repeat(100_000),
    ] {
        let error = Record::from_json(&json).unwrap_err();
        assert!(matches!(error, RecordError::Unreadable { .. }), "{error}");
    }
    let bytes = MOST_BYTES + 1;
    assert_eq!(
        Record::from_json(&" ".repeat(bytes)),
        Err(RecordError::TooLarge { bytes })
    );
}

#[test]
fn fields_that_no_form_has_are_left_out() {
    let mut wild = record();
    let numbers = 0..2 * MOST_FIELDS;
    wild.form.fields = numbers.map(|n| (n.to_string(), "1".into())).collect();
    wild.form.fields.insert("long".into(), "x".repeat(1_000));
    wild.tried = "x".repeat(LONGEST_TEXT + 1);
    let read = Record::from_json(&wild.to_json().unwrap()).unwrap();
    assert_eq!(read.form.fields.len(), MOST_FIELDS);
    assert!(!read.form.fields.contains_key("long"));
    assert!(read.tried.is_empty());
}

#[test]
fn a_project_is_named_after_its_data() {
    assert_eq!(record().proposed_name(), Some("reviews.2024"));
    assert_eq!(Record::default().proposed_name(), None);
    assert!(record().is_worth_keeping() && !Record::default().is_worth_keeping());
}

/// Any JSON value, of a few levels.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every place in a value, as the keys that lead there.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| places(value, &format!("{here}/{key}"), found)),
        Value::Array(list) => list
            .iter()
            .take(3)
            .enumerate()
            .for_each(|(index, value)| places(value, &format!("{here}/{index}"), found)),
        _ => {}
    }
}

proptest! {
    /// A record with anything in the place of one of its parts is read or refused; what is read can be shown and written.
    #[test]
    fn anything_in_any_place_is_read_or_refused(place in any::<prop::sample::Index>(), other in any_json()) {
        let mut value: Value = serde_json::from_str(&record().to_json().unwrap()).unwrap();
        let mut found = Vec::new();
        places(&value, "", &mut found);
        if let Some(part) = value.pointer_mut(place.get(&found).as_str()) {
            *part = other;
        }
        if let Ok(read) = Record::from_json(&value.to_string()) {
            let mut state = crate::run_state::RunState::restored(read.shown.clone());
            if let Some(run) = &mut state.run {
                run.history.truncate(7);
                run.history.push(StepRecord {
                    step: u32::MAX,
                    loss: 0.5,
                    learning_rate: 0.1,
                    grad_norm: 1.0,
                    tokens: 1,
                    examples: 1,
                });
                run.history.nearest(3.0);
                run.share();
            }
            let json = read.to_json().unwrap();
            prop_assert!(Record::from_json(&json).is_ok());
        }
    }

    #[test]
    fn any_text_is_refused_or_read(text in ".{0,200}") {
        let _ = Record::from_json(&text);
    }
}
