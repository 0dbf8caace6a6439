//! What the test found, in the report as a file.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::super::curves::{
    LabelCurves, MOST_LABELS, confidences, label_curves, precision_recall, predicted_values,
    reliability, residuals, roc,
};
use super::super::numbers::{LabelRow, averages, headline, label_rows, more_numbers};
use super::Page;
use crate::chart::NumberFormat;
use crate::eval::metrics::{ClassificationReport, EvaluationReport};
use crate::protocol::PositiveLabel;

impl Page<'_> {
    pub(super) fn evaluation(
        &mut self,
        report: &EvaluationReport,
        threshold: Option<&PositiveLabel>,
    ) {
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
                threshold = format!("{:.2}", threshold.probability)
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

    fn confusion(&mut self, report: &ClassificationReport) {
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
}

fn cells(row: LabelRow) -> Vec<String> {
    let shares = [row.precision, row.recall, row.f1].map(|value| format!("{value:.3}"));
    std::iter::once(row.name)
        .chain(shares)
        .chain([NumberFormat::Count.write(row.support.into())])
        .collect()
}
