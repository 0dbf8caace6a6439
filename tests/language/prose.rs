//! Finds what the page would say in English whatever the language: texts in its sources that are in no catalogue.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::rust_files::rust_files;

/// Attributes whose values are read by machines.
const FOR_MACHINES: [&str; 8] = [
    "class",
    "id",
    "for",
    "rel",
    "describedby",
    "labelledby",
    "controls",
    "viewBox",
];

/// Texts that are no language's: the file, how the text begins, and the reason.
const ALLOWED: [(&str, &str, &str); 21] = [
    (
        "src/ui/words/errors.rs",
        "",
        "an error's own text is English; its words in other languages are found by its code",
    ),
    ("src/ui/engine.rs", "page {PROTOCOL_VERSION}", DETAIL),
    ("src/ui/engine.rs", "the file did not come along", DETAIL),
    ("src/ui/engine.rs", "no worker", DETAIL),
    ("src/ui/engine/worker.rs", "{loader} did not load", DETAIL),
    ("src/ui/projects/traffic.rs", "no worker", DETAIL),
    (
        "src/ui/projects/traffic.rs",
        "page {STORAGE_VERSION}",
        DETAIL,
    ),
    (
        "src/ui/engine/using.rs",
        "the file did not come along",
        DETAIL,
    ),
    ("src/ui/catalogs.rs", "HTTP {status}", DETAIL),
    ("src/ui/catalogs.rs", "{file} is damaged", DETAIL),
    ("src/ui/trusted.rs", "{address} is no script", DETAIL),
    ("src/ui/rows/grid.rs", "3.5rem minmax", "a style"),
    ("src/ui/save_file.rs", "there is no document", DETAIL),
    ("src/ui/dropped.rs", "dropped files", DETAIL),
    (
        "src/ui/settings/fields.rs",
        "",
        "names in `data-setting`, by which tests find a field",
    ),
    ("src/ui/words/data.rs", "Pasted text", KEY),
    ("src/ui/words/data.rs", "Typed examples", KEY),
    ("src/ui/reading_fields.rs", "JSON Lines", "a format's name"),
    (
        "src/ui/paste_panel.rs",
        "text\tlabel",
        "the columns' names that are understood",
    ),
    (
        "src/ui/length_chart.rs",
        "0 0 {WIDTH}",
        "a drawing's own units",
    ),
    (
        "src/ui/runs/row.rs",
        "{name} {value}",
        "a name and a number",
    ),
];

const KEY: &str = "a name within the protocol, which is translated";

const DETAIL: &str = "a technical detail within an error, as the browser's own words are";

/// The texts of a source file that someone might read.
fn prose(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    walk(code.parse().unwrap(), &mut found);
    found
}

fn walk(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let text = |place: usize| {
        tokens
            .get(place)
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    for (place, token) in tokens.iter().enumerate() {
        let before = |back: usize| place.checked_sub(back).map(text).unwrap_or_default();
        match token {
            // Attributes of Rust, doc comments among them.
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Bracket
                    && (before(1) == "#" || before(2) == "#") => {}
            TokenTree::Group(_) if before(1) == "!" && before(2) == "tr" => {}
            TokenTree::Group(group) => walk(group.stream(), found),
            TokenTree::Literal(_) => {
                let Ok(literal) = syn::parse_str::<syn::LitStr>(&token.to_string()) else {
                    continue;
                };
                let is_data = before(4) == "data" || before(2) == "testid";
                let for_machines =
                    before(1) == "=" && (is_data || FOR_MACHINES.contains(&before(2).as_str()));
                if !for_machines && is_prose(&literal.value()) {
                    found.push(literal.value());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Two words in a row that are no style: `top: 3px`, `--share: 1`.
fn is_prose(text: &str) -> bool {
    let property = text.split_once(": ").map(|(name, _)| name);
    let is_style = property.is_some_and(|name| {
        let letters = name.trim_start_matches('-');
        !letters.is_empty() && letters.chars().all(|letter| letter.is_ascii_lowercase())
    });
    if is_style {
        return false;
    }
    let is_word = |word: &str| {
        let letters = word.trim_matches(|letter: char| !letter.is_alphabetic());
        letters.chars().count() > 1 && letters.chars().all(char::is_alphabetic)
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .windows(2)
        .any(|pair| is_word(pair[0]) && is_word(pair[1]))
}

#[test]
fn the_page_says_nothing_outside_of_the_catalogues() {
    let mut found = Vec::new();
    for path in rust_files("src/ui") {
        let source = std::fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        for text in prose(&source) {
            let is_allowed = ALLOWED.iter().any(|(allowed, begin, _)| {
                file == std::path::Path::new(allowed) && text.starts_with(begin)
            });
            if !is_allowed {
                found.push(format!("{}: {text:?}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn prose_is_told_from_what_machines_read() {
    let source = r##"
        /// Two words.
        #[error("two words")]
        fn view() {
            view! {
                <p class="muted small" data-testid="two words" aria-describedby="some notes" title="Some title">
                    "Some text" {tr!("some-id", name = "not seen")} "one" "x 1" {format!("{} of {}", 1, 2)}
                </p>
            }
        }
    "##;
    assert_eq!(prose(source), ["Some title", "Some text"]);
}
