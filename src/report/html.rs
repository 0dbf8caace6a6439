//! The report as a file: HTML that needs nothing else, runs no script, and prints on A4.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::curves::{
    LabelCurves, MOST_LABELS, confidences, label_curves, precision_recall, predicted_values,
    reliability, residuals, roc,
};
use super::numbers::{LabelRow, averages, headline, label_rows, more_numbers};
use super::training::{Quantity, Training, overlay, quantities, training};
use super::words::{method, metric, number, run_end, run_name, score};
use crate::chart::{Chart, NumberFormat, svg};
use crate::data::{DatasetSummary, TargetSummary};
use crate::eval::metrics::EvaluationReport;
use crate::eval::score::Metric;
use crate::language::{Catalog, Language};
use crate::run_state::runs::{KeptRun, changed_settings};
use crate::run_state::threshold::Threshold;

const STYLE: &str = include_str!("report.css");
/// Of the charts, which look as they do on the page.
const MARKS: &str = include_str!("../../www/marks.css");

/// All that is reported. What there is not is left out.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The language of `words`.
    pub language: Language,
    /// The day and time of writing, in words.
    pub written: &'a str,
    /// Tabtune's version.
    pub version: &'a str,
    /// The encoder that was tuned.
    pub encoder: &'a str,
    /// What the data set is called.
    pub data: &'a str,
    /// What is in the data set.
    pub dataset: Option<&'a DatasetSummary>,
    /// The run.
    pub run: Option<&'a KeptRun>,
    /// What the test found.
    pub report: Option<&'a EvaluationReport>,
    /// The threshold in use.
    pub threshold: Option<&'a Threshold>,
    /// All runs of the page, to compare.
    pub runs: &'a [KeptRun],
}

/// The report as a whole HTML file. Every text of the user's is escaped.
pub fn html(words: &Catalog, document: &Document) -> String {
    let mut page = Page {
        words,
        html: String::new(),
    };
    let title = tr!(
        "results-report-title" in words,
        encoder = document.encoder,
        data = document.data
    );
    page.heading(1, &title);
    page.muted(&tr!(
        "results-report-written" in words,
        date = document.written,
        version = document.version
    ));
    page.muted(&tr!("results-report-privacy" in words));
    if let Some(report) = document.report {
        page.evaluation(report, document.threshold);
    }
    if let Some(run) = document.run {
        page.course(run);
    }
    if let Some(dataset) = document.dataset {
        page.dataset(dataset);
    }
    if let Some(run) = document.run {
        page.settings(run);
    }
    if document.runs.len() > 1 {
        page.runs(document.runs);
    }
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>\n{MARKS}\n{STYLE}</style>\n\
         </head>\n<body>\n{}</body>\n</html>\n",
        document.language.tag(),
        escape(&*title),
        page.html
    )
}

/// HTML that is being written.
struct Page<'a> {
    words: &'a Catalog,
    html: String,
}

impl Page<'_> {
    fn heading(&mut self, level: u32, text: &str) {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(self.html, "<h{level}>{}</h{level}>", escape(text));
    }

    fn muted(&mut self, text: &str) {
        let _ = writeln!(self.html, "<p class=\"muted\">{}</p>", escape(text));
    }

    fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.html, "<p>{}</p>", escape(text));
    }

    fn chart(&mut self, chart: &Chart, square: bool) {
        self.heading(3, &chart.title);
        let _ = writeln!(self.html, "<figure>{}</figure>", svg(chart, square));
    }

    /// A table whose first column names the rows. Without a header there is none.
    fn table(&mut self, class: &str, header: &[String], rows: &[Vec<String>]) {
        let _ = write!(self.html, "<table class=\"{class}\">");
        if !header.is_empty() {
            self.html.push_str("<thead><tr>");
            for cell in header {
                let _ = write!(self.html, "<th scope=\"col\">{}</th>", escape(&**cell));
            }
            self.html.push_str("</tr></thead>");
        }
        self.html.push_str("<tbody>");
        for row in rows {
            self.html.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let _ = match column {
                    0 => write!(self.html, "<th scope=\"row\">{}</th>", escape(&**cell)),
                    _ => write!(self.html, "<td>{}</td>", escape(&**cell)),
                };
            }
            self.html.push_str("</tr>");
        }
        self.html.push_str("</tbody></table>\n");
    }

    fn evaluation(&mut self, report: &EvaluationReport, threshold: Option<&Threshold>) {
        let words = self.words;
        self.heading(2, &tr!("results-test" in words));
        let headline = headline(words, report);
        let _ = writeln!(
            self.html,
            "<p><span class=\"figure\">{}</span> {}</p>",
            escape(&*headline.figure),
            escape(&*headline.caption)
        );
        if let Some(threshold) = threshold {
            self.paragraph(&tr!(
                "results-threshold-used" in words,
                label = threshold.label.as_str(),
                threshold = format!("{:.2}", threshold.value)
            ));
        }
        let labels = label_rows(report);
        if !labels.is_empty() {
            self.heading(3, &tr!("results-by-label" in words));
            let rows = labels.into_iter().chain(averages(words, report));
            let rows: Vec<_> = rows.map(cells).collect();
            self.table("numbers", &self.label_header(), &rows);
        }
        let more = more_numbers(words, report);
        let more: Vec<_> = more
            .into_iter()
            .map(|(name, value)| vec![name, value])
            .collect();
        self.heading(3, &tr!("results-more-numbers" in words));
        self.table("numbers", &[], &more);
        if let EvaluationReport::SingleLabel(report) = report {
            self.confusion(&report.classification);
        }
        self.curves(report);
    }

    fn label_header(&self) -> Vec<String> {
        let words = self.words;
        vec![
            tr!("results-label" in words),
            tr!("results-precision" in words),
            tr!("results-recall" in words),
            tr!("results-f1" in words),
            tr!("results-support" in words),
        ]
    }

    fn confusion(&mut self, report: &crate::eval::metrics::ClassificationReport) {
        let words = self.words;
        self.heading(3, &tr!("results-confusion" in words));
        self.muted(&tr!("results-confusion-key" in words));
        let names = report.per_class.iter().map(|class| class.label.clone());
        let header: Vec<String> = std::iter::once(String::new())
            .chain(names.clone())
            .collect();
        let rows: Vec<Vec<String>> = names
            .zip(&report.confusion)
            .map(|(name, row)| {
                let counts = row
                    .iter()
                    .map(|count| NumberFormat::Count.write((*count).into()));
                std::iter::once(name).chain(counts).collect()
            })
            .collect();
        self.table("numbers", &header, &rows);
    }

    fn curves(&mut self, report: &EvaluationReport) {
        let words = self.words;
        let mut labels = label_curves(report);
        // Of two labels the second one's curves say it all; of many, those of the most frequent.
        if let EvaluationReport::SingleLabel(_) = report
            && labels.len() == 2
        {
            labels.remove(0);
        }
        if labels.len() > MOST_LABELS {
            let rows = label_rows(report);
            let support = |label: &LabelCurves| rows.get(label.number).map(|row| row.support);
            labels.sort_by_key(|label| std::cmp::Reverse(support(label)));
            labels.truncate(MOST_LABELS);
            labels.sort_by_key(|label| label.number);
            self.muted(&tr!("results-most-frequent" in words, count = labels.len() as u32));
        }
        if labels
            .iter()
            .any(|label| label.curves.precision_recall.is_some())
        {
            self.chart(&precision_recall(words, &labels, None), true);
        }
        if labels.iter().any(|label| label.curves.roc.is_some()) {
            self.chart(&roc(words, &labels, None), true);
        }
        match report {
            EvaluationReport::SingleLabel(report) => {
                let chart = reliability(words, &report.calibration, report.scaled.as_ref());
                self.chart(&chart, true);
                self.chart(&confidences(words, &report.calibration), false);
            }
            EvaluationReport::MultiLabel(_) => {}
            EvaluationReport::Regression(report) if report.values.is_empty() => {}
            EvaluationReport::Regression(report) => {
                let chart = predicted_values(words, &report.values, report.examples);
                self.chart(&chart, true);
                self.chart(&residuals(words, &report.residuals), false);
            }
        }
    }

    /// What happened in training.
    fn course(&mut self, run: &KeptRun) {
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

    fn dataset(&mut self, dataset: &DatasetSummary) {
        let words = self.words;
        self.heading(2, &tr!("results-data" in words));
        let header = vec![
            String::new(),
            tr!("results-train-part" in words),
            tr!("results-validation-part" in words),
            tr!("results-test-part" in words),
        ];
        let row = |name: String, counts: crate::data::PartCounts| {
            let counts = [counts.train, counts.validation, counts.test];
            let counts = counts.map(|count| NumberFormat::Count.write(count.into()));
            std::iter::once(name).chain(counts).collect::<Vec<_>>()
        };
        let mut rows = vec![row(tr!("results-examples" in words), dataset.examples)];
        match &dataset.targets {
            TargetSummary::SingleLabel { labels } | TargetSummary::MultiLabel { labels, .. } => {
                rows.extend(
                    labels
                        .iter()
                        .map(|label| row(label.label.clone(), label.examples)),
                );
            }
            TargetSummary::Regression {
                train,
                validation,
                test,
            } => {
                let parts = [train, validation, test];
                let means = parts.map(|part| number(words, part.as_ref().map(|part| part.mean)));
                let name = tr!("results-mean" in words);
                rows.push(std::iter::once(name).chain(means).collect());
            }
        }
        self.table("numbers", &header, &rows);
    }

    fn settings(&mut self, run: &KeptRun) {
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

    fn runs(&mut self, runs: &[KeptRun]) {
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

fn cells(row: LabelRow) -> Vec<String> {
    let shares = [row.precision, row.recall, row.f1].map(|value| format!("{value:.3}"));
    std::iter::once(row.name)
        .chain(shares)
        .chain([NumberFormat::Count.write(row.support.into())])
        .collect()
}

#[cfg(test)]
mod tests;
