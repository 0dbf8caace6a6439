//! Cells are as long as their author likes; what is shown of them is not.

use crate::reason::excerpt;

/// Longest piece of a cell in a message, in characters.
const MESSAGE_CHARS: usize = 60;

/// A piece of a file for a message: quoted, and cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    format!("“{}”", excerpt(text, MESSAGE_CHARS))
}

/// Several pieces of a file for a message.
pub(super) fn quoted_list(texts: &[String]) -> String {
    const MOST: usize = 10;
    let mut list: Vec<_> = texts.iter().take(MOST).map(|text| quoted(text)).collect();
    if texts.len() > MOST {
        list.push(format!("and {} more", texts.len() - MOST));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_first_ten() {
        let names: Vec<String> = (1..=12).map(|n| n.to_string()).collect();
        assert_eq!(quoted_list(&names[..2]), "“1”, “2”");
        assert!(quoted_list(&names).ends_with("“10”, and 2 more"));
    }
}
