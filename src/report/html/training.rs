//! What happened in training, with which settings, and beside which other runs, in the report as a file.

use super::super::training::{Quantity, Training, overlay, quantities, training};
use super::super::words::{method, metric, number, run_end, run_name, score};
use super::Page;
use crate::eval::score::Metric;
use crate::run_state::runs::{KeptRun, changed_settings};

impl Page<'_> {
    /// What happened in training.
    pub(super) fn course(&mut self, run: &KeptRun) {
        let words = self.words;
        self.heading(2, &tr!("results-training" in words));
        self.paragraph(&tr!(
            "results-training-summary" in words,
            end = run_end(words, run.end),
            steps = run.steps,
            seconds = run.seconds.round(),
            count = run.train_examples
        ));
        if let Some(step) = run.best_step {
            self.paragraph(&tr!("results-best-step" in words, step = step));
        }
        if !run.note.is_empty() {
            self.paragraph(&run.note);
        }
        let known = Training {
            points: &run.curve,
            validations: &run.validations,
            steps: run.steps,
        };
        let told = quantities(&run.validations).into_iter();
        let told = told.filter(|quantity| matches!(quantity, Quantity::Loss | Quantity::Score(_)));
        for quantity in told.take(2) {
            self.chart(&training(words, quantity, known), false);
        }
        let metrics: Vec<Metric> = run.validations.first().map_or_else(Vec::new, |record| {
            let scores = record.scores.iter().map(|score| score.metric);
            std::iter::once(Metric::Loss).chain(scores).collect()
        });
        if metrics.is_empty() {
            return;
        }
        self.heading(3, &tr!("results-validations" in words));
        let heads = [tr!("results-epoch" in words), tr!("results-step" in words)];
        let names = metrics.iter().map(|found| metric(words, *found));
        let header: Vec<String> = heads.into_iter().chain(names).collect();
        let rows: Vec<Vec<String>> = run
            .validations
            .iter()
            .map(|record| {
                let counts = [record.epoch, record.step].map(|count| count.to_string());
                let values = metrics
                    .iter()
                    .map(|metric| number(words, record.score(*metric)));
                counts.into_iter().chain(values).collect()
            })
            .collect();
        self.table("numbers", &header, &rows);
    }

    pub(super) fn settings(&mut self, run: &KeptRun) {
        let words = self.words;
        self.heading(2, &tr!("results-settings" in words));
        let mut rows = vec![
            vec![
                tr!("results-method" in words),
                method(words, run.config.method),
            ],
            vec!["learning_rate".into(), run.config.learning_rate.to_string()],
            vec!["epochs".into(), run.config.epochs.to_string()],
            vec!["batch_size".into(), run.config.batch_size.to_string()],
            vec!["seed".into(), run.config.seed.to_string()],
        ];
        let named: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
        for (name, value) in changed_settings(&run.config) {
            if name != "method" && !named.contains(&name) {
                rows.push(vec![name, value]);
            }
        }
        self.table("words", &[], &rows);
        self.muted(&tr!("results-settings-others" in words));
    }

    pub(super) fn runs(&mut self, runs: &[KeptRun]) {
        let words = self.words;
        self.heading(2, &tr!("results-runs" in words));
        let shown: Vec<&KeptRun> = runs.iter().collect();
        self.chart(&overlay(words, Quantity::Loss, &shown), false);
        let header = vec![
            tr!("results-run" in words),
            tr!("results-encoder" in words),
            tr!("results-data" in words),
            tr!("results-method" in words),
            tr!("results-seconds" in words),
            tr!("results-validation" in words),
            tr!("results-test" in words),
        ];
        let none = || tr!("results-undefined" in words);
        let rows: Vec<Vec<String>> = runs
            .iter()
            .map(|run| {
                let validation = run.validation().and_then(|record| record.main_score());
                vec![
                    run_name(words, run),
                    run.encoder.clone(),
                    run.data.clone(),
                    method(words, run.config.method),
                    format!("{:.0}", run.seconds),
                    validation.map_or_else(none, |found| score(words, found)),
                    run.test
                        .first()
                        .map_or_else(none, |found| score(words, *found)),
                ]
            })
            .collect();
        self.table("words", &header, &rows);
    }
}
