//! Which column holds the texts, which the labels, and which the split.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::dataset::MAX_LABELS;
use super::split::Part;
use super::table::Table;

/// Which column holds what, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoice {
    /// The text to classify.
    pub text: u32,
    /// Its label.
    pub label: u32,
    /// `train`, `validation` or `test` for each row, where the table says so itself.
    pub split: Option<u32>,
}

// Most telling first.
const TEXT_NAMES: &[&str] = &[
    "text",
    "texts",
    "sentence",
    "review",
    "message",
    "comment",
    "content",
    "body",
    "tweet",
    "post",
    "document",
    "utterance",
    "query",
    "question",
    "description",
    "abstract",
    "headline",
    "title",
    "subject",
    "sms",
    "email",
    "文本",
    "内容",
    "评论",
    "句子",
    "正文",
    "消息",
    "短信",
    "标题",
];
const LABEL_NAMES: &[&str] = &[
    "label",
    "labels",
    "class",
    "category",
    "sentiment",
    "target",
    "tag",
    "topic",
    "intent",
    "emotion",
    "rating",
    "stars",
    "score",
    "polarity",
    "type",
    "kind",
    "genre",
    "y",
    "标签",
    "类别",
    "分类",
    "情感",
    "类型",
    "评分",
];
const SPLIT_NAMES: &[&str] = &["split", "set", "subset", "fold", "partition"];

/// The columns that look like text, label and split: by their names, then by what they hold.
///
/// Text and label are always two different columns. It is a guess; the user can change it.
pub fn guess_columns(table: &Table) -> ColumnChoice {
    let names: Vec<_> = table
        .columns()
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    let mut free: Vec<u32> = (0..names.len() as u32).collect();
    let is_split = |column: u32| {
        SPLIT_NAMES.contains(&names[column as usize].as_str()) && holds_split(table, column)
    };

    // Two columns are needed for text and label, whatever they hold.
    let split = if free.len() > 2 {
        free.iter().copied().find(|&column| is_split(column))
    } else {
        None
    };
    free.retain(|&column| Some(column) != split);

    // A column that is named as the label is not the text, however long its values are.
    let named_label = exactly_named(&names, &free, LABEL_NAMES);
    free.retain(|&column| Some(column) != named_label);
    let text = exactly_named(&names, &free, TEXT_NAMES)
        .or_else(|| longest(table, &partly_named(&names, &free, TEXT_NAMES)))
        .or_else(|| longest(table, &varied(table, &free)))
        .or_else(|| longest(table, &free))
        .unwrap_or_default();

    free.retain(|&column| column != text);
    let label = named_label
        .or_else(|| most_label_like(table, &partly_named(&names, &free, LABEL_NAMES)))
        .or_else(|| most_label_like(table, &free))
        .unwrap_or_else(|| u32::from(text == 0));
    ColumnChoice { text, label, split }
}

/// The column whose name is the most telling of `known`.
fn exactly_named(names: &[String], columns: &[u32], known: &[&str]) -> Option<u32> {
    known.iter().find_map(|known| {
        columns
            .iter()
            .copied()
            .find(|&column| names[column as usize] == *known)
    })
}

/// The columns whose name has a word of `known`, such as `review_text`, but not `message_id`.
fn partly_named(names: &[String], columns: &[u32], known: &[&str]) -> Vec<u32> {
    let matches = |name: &str| {
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        // Chinese puts no space between words.
        let chinese = known
            .iter()
            .any(|known| !known.is_ascii() && name.contains(known));
        (chinese || words.clone().any(|word| known.contains(&word)))
            && !words.any(|word| word == "id")
    };
    columns
        .iter()
        .copied()
        .filter(|&column| matches(&names[column as usize]))
        .collect()
}

/// The columns in which most values are different: a label may be long, but it repeats.
fn varied(table: &Table, columns: &[u32]) -> Vec<u32> {
    let varies = |column| {
        let values: HashSet<&str> = table.column(column).map(str::trim).collect();
        values.len() > table.rows() as usize / 2
    };
    columns
        .iter()
        .copied()
        .filter(|&column| varies(column))
        .collect()
}

/// The column with the most text; the first of equals.
fn longest(table: &Table, columns: &[u32]) -> Option<u32> {
    // Every column has as many cells, so totals compare as means do.
    let length = |column| table.column(column).map(str::len).sum::<usize>();
    columns
        .iter()
        .copied()
        .min_by_key(|&column| Reverse(length(column)))
}

/// The column that repeats a few values in every row; the first of equals.
fn most_label_like(table: &Table, columns: &[u32]) -> Option<u32> {
    columns.iter().copied().min_by_key(|&column| {
        let mut values = HashSet::new();
        let mut complete = true;
        for cell in table.column(column).map(str::trim) {
            complete &= !cell.is_empty();
            values.insert(cell);
            if values.len() > MAX_LABELS {
                break;
            }
        }
        let repeats = values.len() > 1
            && values.len() <= MAX_LABELS
            && values.len() <= table.rows() as usize / 2;
        (!(complete && repeats), values.len())
    })
}

/// Whether every cell names a part, and some say `train`.
fn holds_split(table: &Table, column: u32) -> bool {
    let mut parts = table.column(column).map(Part::from_name);
    parts.clone().any(|part| part == Some(Part::Train)) && parts.all(|part| part.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> (u32, u32, Option<u32>) {
        let choice = guess_columns(&Table::parse("t.csv", text.as_bytes()).unwrap());
        (choice.text, choice.label, choice.split)
    }

    /// A table with a header and the given rows twice, so that labels repeat.
    fn guess_twice(header: &str, rows: &str) -> (u32, u32, Option<u32>) {
        guess(&format!("{header}\n{rows}{rows}"))
    }

    #[test]
    fn a_long_label_is_not_the_text() {
        let rows: String = (0..8)
            .map(|row| {
                let label = ["a label with many words in it", "another one"][row % 2];
                format!("{row},{label},short {row}\n")
            })
            .collect();
        assert_eq!(guess(&format!("a,b,c\n{rows}")), (2, 1, None));
    }

    #[test]
    fn well_known_names_are_found() {
        for (header, expected) in [
            ("text,label", (0, 1, None)),
            ("label,text", (1, 0, None)),
            ("Sentiment,Review", (1, 0, None)),
            ("id,CATEGORY,Content", (2, 1, None)),
            ("文本,标签,编号", (0, 1, None)),
            ("情感,评论,日期", (1, 0, None)),
            ("编号,类别,内容", (2, 1, None)),
            ("label,label_text,text", (2, 0, None)),
        ] {
            let cells = vec!["a"; header.split(',').count()].join(",");
            assert_eq!(guess(&format!("{header}\n{cells}\n")), expected, "{header}");
        }
    }

    #[test]
    fn names_that_contain_a_known_word_are_found() {
        let rows = "1,what a film,2024,good\n2,what a bore,2024,bad\n";
        assert_eq!(
            guess_twice("message_id,review_text,year,true label", rows),
            (1, 3, None)
        );
        assert_eq!(guess_twice("编号,用户评论,年,情感倾向", rows), (1, 3, None));
    }

    #[test]
    fn a_named_label_is_not_the_text() {
        assert_eq!(
            guess_twice("n,label", "1,a very long label\n2,another long label\n"),
            (0, 1, None)
        );
    }

    #[test]
    fn content_decides_where_names_do_not() {
        assert_eq!(
            guess_twice("v1,v2", "ham,see you later\nspam,win a prize now\n"),
            (1, 0, None)
        );
    }

    #[test]
    fn columns_with_gaps_or_one_value_are_poor_labels() {
        let rows = "1,en,,a long text,x\n2,en,q,a longer text,y\n3,en,,the longest text,x\n4,en,q,short,y\n";
        assert_eq!(guess_twice("a,b,c,d,e", rows), (3, 4, None));
    }

    #[test]
    fn a_split_column_needs_its_name_and_its_values() {
        let rows = "a,x,Train\nb,y,DEV\nc,x, test \nd,y,valid\n";
        assert_eq!(guess_twice("text,label,Split", rows), (0, 1, Some(2)));
        assert_eq!(guess_twice("text,label,fold", rows), (0, 1, Some(2)));
        assert_eq!(guess_twice("text,label,other", rows), (0, 1, None));
        assert_eq!(
            guess_twice("text,label,set", "a,x,train\nb,y,3\n"),
            (0, 1, None)
        );
        assert_eq!(
            guess_twice("text,label,set", "a,x,train\nb,y,\n"),
            (0, 1, None)
        );
        assert_eq!(
            guess_twice("text,label,set", "a,x,test\nb,y,test\n"),
            (0, 1, None)
        );
    }

    #[test]
    fn a_split_column_is_neither_text_nor_label() {
        let rows = "train,see you later,ham\ntrain,win a prize now,spam\n";
        assert_eq!(guess_twice("split,v2,v1", rows), (1, 2, Some(0)));
    }

    #[test]
    fn two_columns_are_always_text_and_label() {
        assert_eq!(guess_twice("split,text", "train,a\ntest,b\n"), (1, 0, None));
        assert_eq!(guess("a,b\n,\n"), (0, 1, None));
        assert_eq!(guess("class,type\nx,y\n"), (1, 0, None));
    }
}
