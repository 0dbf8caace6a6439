//! Many texts at once get the answers that each gets alone.

use pollster::block_on;
use tabtune::data::Problem;
use tabtune::eval::Asking;

use super::support::{Run, settings};

#[test]
fn batches_of_any_lengths_answer_as_one_text_does() {
    for problem in [Problem::SingleLabel, Problem::Regression] {
        let pipeline = Run::new("tiny-bert", problem, settings()).pipeline;
        let texts: Vec<String> = (0..71)
            .map(|text| match text % 7 {
                3 => " \n".repeat(text % 3),
                words => format!("{text} {}", "good food ".repeat(words * words)),
            })
            .collect();
        let mut asking = Asking::new(&pipeline, texts.iter().map(String::as_str)).unwrap();
        let mut batches = 0;
        while block_on(asking.step(&pipeline)).unwrap() {
            batches += 1;
            assert!(asking.done() > 0);
        }
        assert_eq!((batches, asking.done()), (2, 71));
        let answers = asking.finish();
        assert_eq!(answers.len(), texts.len());
        for (text, answer) in texts.iter().zip(&answers) {
            let Some(answer) = answer else {
                assert!(text.trim().is_empty(), "{text}");
                continue;
            };
            let alone = block_on(pipeline.ask(text)).unwrap();
            assert_eq!(answer.tokens, alone.tokens);
            for (found, expected) in answer.outputs.iter().zip(&alone.outputs) {
                assert!(
                    (found - expected).abs() < 1e-4,
                    "{text}: {found} {expected}"
                );
            }
        }
        assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 10);
    }
}

#[test]
fn no_texts_are_answered_at_once() {
    let pipeline = Run::new("tiny-bert", Problem::SingleLabel, settings()).pipeline;
    let mut asking = Asking::new(&pipeline, [" ", ""].into_iter()).unwrap();
    assert_eq!(asking.done(), 2);
    assert!(!block_on(asking.step(&pipeline)).unwrap());
    assert_eq!(asking.finish(), [None, None]);
}
