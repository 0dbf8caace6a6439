//! Holds the languages' files to each other and to what the page asks of them.

mod errors;
mod prose;
#[path = "../shared/rust_files.rs"]
mod rust_files;
mod said;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fluent_syntax::ast;
use rust_files::rust_files;
use tabtune::language::Language;

/// How the messages of errors begin. They are asked for by a name made at run time, and `errors` holds them.
const ERRORS: &str = "error-";

/// The variables of each message of a language.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for file in language.files() {
        let resource = fluent_syntax::parser::parse(*file)
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}\n{file}", language.tag()));
        for entry in resource.body {
            if let ast::Entry::Message(message) = entry {
                if message.id.name.starts_with(ERRORS) {
                    continue;
                }
                let pattern = message.value.unwrap_or_else(|| {
                    panic!("{} has no text in {}", message.id.name, language.tag())
                });
                let mut variables = BTreeSet::new();
                in_pattern(&pattern, &mut variables);
                let before = found.insert(message.id.name.to_owned(), variables);
                assert_eq!(
                    before,
                    None,
                    "{} stands twice in {}",
                    message.id.name,
                    language.tag()
                );
            }
        }
    }
    found
}

fn in_pattern(pattern: &ast::Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &ast::Expression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => in_inline(inline, found),
        ast::Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &ast::InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}

/// Each `tr!` of the page's sources: the message's name and its variables.
fn uses() -> Vec<(PathBuf, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for path in ["src/ui", "src/report"].into_iter().flat_map(rust_files) {
        let source = std::fs::read_to_string(&path).unwrap();
        // A macro's definition and its documentation name no message of their own.
        let code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        for (start, _) in code.match_indices("tr!(") {
            // The end of another macro's name, such as `include_str!`.
            if code[..start].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let inside = argument_text(&code[start + 4..]);
            let Some(id) = inside.trim_start().strip_prefix('"') else {
                continue;
            };
            let Some((id, rest)) = id.split_once('"') else {
                continue;
            };
            found.push((path.clone(), id.to_owned(), names(rest)));
        }
    }
    found
}

/// What stands before the bracket that closes the one before `text`.
fn argument_text(text: &str) -> &str {
    let mut depth = 1;
    let mut quoted = false;
    let mut escaped = false;
    for (place, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &text[..place];
                }
            }
            _ => {}
        }
    }
    text
}

/// The names in `, name = value, other = value`.
fn names(arguments: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 0;
    let mut quoted = false;
    let mut start = 0;
    let mut pieces = Vec::new();
    for (place, letter) in arguments.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                pieces.push(&arguments[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    pieces.push(&arguments[start..]);
    for piece in pieces {
        if let Some((name, _)) = piece.split_once('=') {
            names.insert(name.trim().to_owned());
        }
    }
    names
}

#[test]
fn every_language_has_every_message_with_the_same_variables() {
    let english = messages(Language::English);
    for language in Language::ALL {
        let other = messages(language);
        for (id, variables) in &english {
            assert_eq!(other.get(id), Some(variables), "{id} in {}", language.tag());
        }
        for id in other.keys() {
            assert!(
                english.contains_key(id),
                "{id} is in {} alone",
                language.tag()
            );
        }
    }
}

#[test]
fn the_page_asks_for_messages_that_exist_with_their_variables() {
    let english = messages(Language::English);
    let uses = uses();
    assert!(!uses.is_empty());
    for (path, id, names) in &uses {
        let variables = english
            .get(id)
            .unwrap_or_else(|| panic!("{} asks for {id}, which does not exist", path.display()));
        assert_eq!(names, variables, "{id} in {}", path.display());
    }
    for id in english.keys() {
        let used = uses.iter().any(|(_, used, _)| used == id);
        assert!(used, "no source asks for {id}");
    }
}
