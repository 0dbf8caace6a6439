//! What the user wants of the data while something is still being done to them.
//!
//! The worker is asked for one thing at a time. Its answer is then always of the newest request, so that page and worker
//! never have different data. Of what is asked for meanwhile the newest waits.

use crate::data::{ColumnChoice, Problem, SplitConfig};

/// What is to be done to the data.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish<T> {
    /// Another table, which `T` names, is to be opened.
    Table(T),
    /// The open table is to be used in another way.
    Columns(ColumnChoice, Problem),
}

/// What waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted<T> {
    wish: Option<Wish<T>>,
    split: Option<SplitConfig>,
}

impl<T> Default for Wanted<T> {
    fn default() -> Self {
        Self {
            wish: None,
            split: None,
        }
    }
}

impl<T> Wanted<T> {
    /// A table is wanted. It takes the place of whatever was wanted of the one that is open.
    pub fn table(&mut self, table: T) {
        self.wish = Some(Wish::Table(table));
    }

    /// Columns are wanted of the open table, unless that one is to go.
    pub fn columns(&mut self, columns: ColumnChoice, problem: Problem) {
        if !matches!(self.wish, Some(Wish::Table(_))) {
            self.wish = Some(Wish::Columns(columns, problem));
        }
    }

    /// The data set is to be divided anew, which comes with any other wish.
    pub fn division(&mut self, columns: ColumnChoice, problem: Problem) {
        self.wish.get_or_insert(Wish::Columns(columns, problem));
    }

    /// This and later data sets are to be divided in another way.
    pub fn split(&mut self, split: SplitConfig) {
        self.split = Some(split);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.wish.is_none() && self.split.is_none()
    }

    /// Another table is open: what was wanted of the one before it is void.
    pub fn table_opened(&mut self) {
        self.wish.take_if(|wish| matches!(wish, Wish::Columns(..)));
    }

    /// How to divide from now on; it comes before all else.
    pub fn take_split(&mut self) -> Option<SplitConfig> {
        self.split.take()
    }

    /// What is done next.
    pub fn take(&mut self) -> Option<Wish<T>> {
        self.wish.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: ColumnChoice = ColumnChoice {
        text: 0,
        label: 1,
        split: None,
    };

    #[test]
    fn the_newest_table_is_opened() {
        let mut wanted = Wanted::default();
        wanted.table("first");
        wanted.table("second");
        assert_eq!(wanted.take(), Some(Wish::Table("second")));
        assert_eq!(wanted.take(), None);
    }

    #[test]
    fn columns_are_of_the_table_that_is_shown() {
        let columns = || Some(Wish::Columns(COLUMNS, Problem::SingleLabel));
        let mut wanted = Wanted::default();
        wanted.columns(COLUMNS, Problem::SingleLabel);
        assert_eq!(wanted.clone().take(), columns());
        // They were chosen of a table that is not open any more.
        wanted.table_opened();
        assert_eq!(wanted.take(), None);
        // They are chosen of a table that is to go.
        wanted.table("next");
        wanted.columns(COLUMNS, Problem::SingleLabel);
        wanted.table_opened();
        assert_eq!(wanted.take(), Some(Wish::Table("next")));
    }

    #[test]
    fn a_split_is_not_lost_to_another_table() {
        let mut wanted = Wanted::default();
        let split = SplitConfig::default();
        wanted.split(split);
        wanted.table("next");
        assert_eq!(wanted.take_split(), Some(split));
        wanted.division(COLUMNS, Problem::SingleLabel);
        assert_eq!(wanted.take(), Some(Wish::Table("next")));
        assert!(wanted.is_empty());
    }
}
