//! Which rows of a draft are listed, and how they look there.

use super::{Draft, Selection};
use crate::data::columns::ColumnChoice;
use crate::data::health::{SurveyedRow, normalised};
use crate::data::labels::split_labels;
use crate::data::problem::Problem;
use crate::data::row_list::{
    LISTED_CHARS, LISTED_COLUMNS, ListedCell, ListedRow, MOST_LISTED, OTHER_CHARS, RowFilter,
    RowPage,
};

impl Draft {
    /// Lists rows, as the table was when it was last looked at.
    pub fn list(&mut self, filter: RowFilter, offset: u32, limit: u32) -> RowPage {
        let columns = self.listed_columns();
        let found = self.found(&filter);
        let total = found.len() as u32;
        let window = found.iter().skip(offset as usize);
        let window: Vec<_> = window
            .take(limit.min(MOST_LISTED) as usize)
            .copied()
            .collect();
        let rows = window.into_iter().filter_map(|index| {
            let row = self.survey.rows.get(index as usize)?;
            Some(self.listed_row(row, &columns))
        });
        RowPage {
            total,
            offset,
            rows: rows.collect(),
            filter,
            columns,
        }
    }

    fn listed_columns(&self) -> Vec<u32> {
        let ColumnChoice { text, label, .. } = self.columns;
        let others = 0..self.table.table().columns().len() as u32;
        let others = others.filter(|column| ![text, label].contains(column));
        let columns = [text, label].into_iter().chain(others);
        columns.take(LISTED_COLUMNS).collect()
    }

    fn listed_row(&self, row: &SurveyedRow, columns: &[u32]) -> ListedRow {
        let chosen = [
            Some(self.columns.text),
            Some(self.columns.label),
            self.columns.split,
        ];
        let cells = columns.iter().map(|&column| {
            let chars = match chosen.contains(&Some(column)) {
                true => LISTED_CHARS,
                false => OTHER_CHARS,
            };
            ListedCell::new(self.table.cell(row.row, column).unwrap_or_default(), chars)
        });
        ListedRow {
            row: row.row,
            part: row.part,
            cells: cells.collect(),
        }
    }

    pub(super) fn selected(&mut self, selection: &Selection) -> Vec<u32> {
        let found = self.found(&selection.filter).iter();
        let range = found.skip(selection.from as usize);
        let range: Vec<_> = range.take(selection.count as usize).copied().collect();
        range
            .into_iter()
            .filter_map(|index| self.survey.rows.get(index as usize))
            .map(|row| row.row)
            .collect()
    }

    /// The rows that a filter leaves, as indices into the survey.
    fn found(&mut self, filter: &RowFilter) -> &[u32] {
        let known = self.listed.take().filter(|(known, _)| known == filter);
        let listed = known.unwrap_or_else(|| (filter.clone(), self.find(filter)));
        &self.listed.insert(listed).1
    }

    fn find(&self, filter: &RowFilter) -> Vec<u32> {
        let cell = |row: &SurveyedRow, column| self.table.cell(row.row, column).unwrap_or_default();
        let label = |row: &SurveyedRow| cell(row, self.columns.label);
        let rows = |holds: &dyn Fn(&SurveyedRow) -> bool| {
            let rows = (0..).zip(&self.survey.rows);
            let found = rows.filter(|(_, row)| holds(row));
            found.map(|(index, _)| index).collect()
        };
        match filter {
            RowFilter::All => (0..self.survey.rows.len() as u32).collect(),
            RowFilter::EmptyText => rows(&|row| row.health.empty_text),
            RowFilter::EmptyLabel => rows(&|row| row.health.empty_label),
            RowFilter::Duplicates => rows(&|row| row.health.duplicate),
            RowFilter::Conflicts => rows(&|row| row.health.conflict),
            RowFilter::Leaks => rows(&|row| row.health.leak),
            RowFilter::Label(wanted) => match self.problem {
                Problem::MultiLabel { separator } => rows(&|row| {
                    split_labels(label(row), separator)
                        .iter()
                        .any(|label| label == wanted)
                }),
                Problem::SingleLabel | Problem::Regression => {
                    rows(&|row| label(row).trim() == wanted)
                }
            },
            RowFilter::Search(wanted) => {
                let wanted = normalised(wanted).to_lowercase();
                rows(&|row| {
                    [self.columns.text, self.columns.label]
                        .into_iter()
                        .any(|column| {
                            normalised(cell(row, column))
                                .to_lowercase()
                                .contains(&wanted)
                        })
                })
            }
        }
    }
}
