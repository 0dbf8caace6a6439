//! Holds the words for errors to the errors themselves: every variant of every error that can reach the page has its
//! message in every language but English, with the variables that its English text has, and a hint.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast;
use heck::ToKebabCase;
use tabtune::language::Language;

use super::in_pattern;
use super::rust_files::rust_files;
use super::sources::{Sources, Variant};

/// Messages that no error is called by.
const OWN: [&str; 3] = ["error-sentence", "error-list", "error-list-more"];

/// What a language says of an error.
struct Words {
    /// The variables of its message, and the numbers in it; `None` if it has none.
    message: Option<(BTreeSet<String>, BTreeSet<u64>)>,
    has_hint: bool,
}

fn words(language: Language) -> BTreeMap<String, Words> {
    let mut found = BTreeMap::new();
    for file in language.files() {
        for entry in fluent_syntax::parser::parse(*file).unwrap().body {
            let ast::Entry::Message(message) = entry else {
                continue;
            };
            let Some(code) = message.id.name.strip_prefix("error-") else {
                continue;
            };
            for attribute in &message.attributes {
                let mut variables = BTreeSet::new();
                in_pattern(&attribute.value, &mut variables);
                assert_eq!(attribute.id.name, "hint", "{code}");
                assert_eq!(variables, BTreeSet::new(), "the hint of {code}");
            }
            let words = Words {
                has_hint: !message.attributes.is_empty(),
                message: message.value.map(|pattern| {
                    let mut variables = BTreeSet::new();
                    in_pattern(&pattern, &mut variables);
                    (variables, numbers(&pattern))
                }),
            };
            found.insert(code.to_owned(), words);
        }
    }
    found
}

fn numbers(pattern: &ast::Pattern<&str>) -> BTreeSet<u64> {
    let texts = pattern.elements.iter().filter_map(|element| match element {
        ast::PatternElement::TextElement { value } => Some(value.replace(',', "")),
        ast::PatternElement::Placeable { .. } => None,
    });
    let texts: Vec<String> = texts.collect();
    texts
        .iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_ascii_digit()))
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

/// A language's words, the sources, and the codes that were come by.
struct Check<'a> {
    sources: &'a Sources,
    words: &'a BTreeMap<String, Words>,
    seen: BTreeSet<String>,
    faults: Vec<String>,
}

impl Check<'_> {
    /// Looks at a type and all that it holds, and tells whether each of its variants ends in a hint.
    fn visit(&mut self, name: &str) -> bool {
        let Some(variants) = self.sources.variants(name) else {
            return false;
        };
        // Each is looked at, whatever the others are.
        let mut all = true;
        for variant in variants {
            all &= self.variant(variant);
        }
        all
    }

    fn variant(&mut self, variant: &Variant) -> bool {
        let code = &variant.code;
        let mut inner_hint = false;
        for name in &variant.types {
            inner_hint |= self.visit(name);
        }
        self.seen.insert(code.clone());
        let words = self.words.get(code);
        let message = words.and_then(|words| words.message.as_ref());
        match message {
            Some(_) if variant.transparent => {
                self.fault(format!(
                    "{code} has a message and only passes on what it wraps"
                ));
            }
            None if !variant.transparent => self.fault(format!("{code} has no message")),
            Some((variables, _)) if *variables != variant.variables => {
                let expected = &variant.variables;
                self.fault(format!("{code} has {variables:?}, not {expected:?}"));
            }
            Some((_, numbers)) if !variant.limits.is_subset(numbers) => {
                let limits = &variant.limits;
                self.fault(format!("{code} does not say {limits:?}"));
            }
            _ => {}
        }
        words.is_some_and(|words| words.has_hint) || inner_hint
    }

    fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }
}

/// The phrases of the sources, by the text that they are made of.
fn phrases() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in rust_files("src") {
        let source = std::fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap();
        if path.ends_with("tests.rs") || path.ends_with("reason.rs") {
            continue;
        }
        for piece in code.split("Phrase(").skip(1) {
            let text = piece
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next());
            let text =
                text.unwrap_or_else(|| panic!("a phrase in {} is not written out", path.display()));
            found.insert(text.to_owned());
        }
    }
    found
}

#[test]
fn every_error_has_its_words_in_every_language() {
    let sources = Sources::read();
    assert!(sources.roots.len() > 10, "{:?}", sources.roots);
    for language in Language::ALL {
        let words = words(language);
        if language == Language::English {
            assert!(words.is_empty(), "English is the errors' own text");
            continue;
        }
        let mut check = Check {
            sources: &sources,
            words: &words,
            seen: BTreeSet::new(),
            faults: Vec::new(),
        };
        for root in &sources.roots {
            for variant in sources.variants(root).unwrap_or_default() {
                if !check.variant(variant) {
                    check.fault(format!("{} has no hint", variant.code));
                }
            }
        }
        for phrase in phrases() {
            let code = format!("phrase-{}", phrase.to_kebab_case());
            if words.get(&code).is_none_or(|words| words.message.is_none()) {
                check.fault(format!("{code} has no message"));
            }
            check.seen.insert(code);
        }
        for code in words.keys() {
            let own = OWN.contains(&format!("error-{code}").as_str());
            if !own && !check.seen.contains(code) {
                check.fault(format!("{code} is no error"));
            }
        }
        check.faults.sort();
        check.faults.dedup();
        assert!(
            check.faults.is_empty(),
            "{}:\n{}",
            language.tag(),
            check.faults.join("\n")
        );
    }
}

/// An error that is put together of words elsewhere has no code, and so no words in other languages.
#[test]
fn errors_reach_the_page_in_one_way() {
    for path in rust_files("src") {
        let source = std::fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap();
        if path.ends_with("tests.rs") || path.ends_with("protocol/wire_error.rs") {
            continue;
        }
        for line in code.lines().filter(|line| line.contains("WireError {")) {
            let is_signature = ["fn ", "-> ", "impl", "struct"]
                .iter()
                .any(|word| line.contains(word));
            assert!(is_signature, "{}: {line}", path.display());
        }
    }
}
