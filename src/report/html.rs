//! The report as a file: HTML that needs nothing else, runs no script, and prints on A4.

mod evaluation;
mod training;

use std::fmt::Write;

use quick_xml::escape::escape;

use super::words::number;
use crate::chart::{Chart, NumberFormat, svg};
use crate::data::{DatasetSummary, PartCounts, TargetSummary};
use crate::eval::metrics::EvaluationReport;
use crate::language::{Catalog, Language};
use crate::protocol::PositiveLabel;
use crate::run_state::runs::KeptRun;

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
    pub threshold: Option<&'a PositiveLabel>,
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
        let _ = writeln!(
            self.html,
            "<figure class=\"{}\"><figcaption>{}</figcaption>{}</figure>",
            if square { "square" } else { "wide" },
            escape(&*chart.title),
            svg(chart, square)
        );
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

    fn dataset(&mut self, dataset: &DatasetSummary) {
        let words = self.words;
        self.heading(2, &tr!("results-data" in words));
        let header = vec![
            String::new(),
            tr!("results-train-part" in words),
            tr!("results-validation-part" in words),
            tr!("results-test-part" in words),
        ];
        let row = |name: String, counts: PartCounts| {
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
}

#[cfg(test)]
mod tests;
