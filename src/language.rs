//! Messages in the user's language.
//!
//! They stand in Fluent files below `locales/`, one folder a language. Those of [`Language::BUILT_IN`] are part of the page's
//! module; the others are fetched in one file each, which `cargo xtask finish` makes. Fluent
//! (<https://projectfluent.org>) is Mozilla's format for translations: a message is chosen by the language's own plural
//! rules, and an error that arrives by name finds its words by that name.

mod errors;

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use fluent_syntax::ast::Pattern;
use unic_langid::{LanguageIdentifier, langid};

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    SimplifiedChinese,
}

macro_rules! files {
    ($folder:literal) => {
        &[
            include_str!(concat!("../locales/", $folder, "/shell.ftl")),
            include_str!(concat!("../locales/", $folder, "/project.ftl")),
            include_str!(concat!("../locales/", $folder, "/data.ftl")),
            include_str!(concat!("../locales/", $folder, "/run.ftl")),
            include_str!(concat!("../locales/", $folder, "/results.ftl")),
            include_str!(concat!("../locales/", $folder, "/use.ftl")),
            include_str!(concat!("../locales/", $folder, "/errors.ftl")),
            include_str!(concat!("../locales/", $folder, "/faults.ftl")),
        ]
    };
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::SimplifiedChinese];

    /// The one whose messages are part of the page's module, so that the page is never without words.
    pub const BUILT_IN: Self = Self::English;

    /// Its tag in BCP 47, as the document's `lang` has it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-CN",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::SimplifiedChinese => "简体中文",
        }
    }

    /// The language of a tag, by its first part: `zh-Hans-SG` is Chinese.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let first = |tag: &str| tag.split(['-', '_']).next().map(str::to_ascii_lowercase);
        Self::ALL
            .into_iter()
            .find(|language| first(language.tag()) == first(tag))
    }

    /// The first of the user's languages, the dearest first, that the page speaks; English otherwise.
    pub fn of_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::of_tag).unwrap_or_default()
    }

    /// A rounded count in the units that its readers count in: 17389824 is `17.4 M` in English, `1739 万` in Chinese.
    pub fn rounded(self, number: u32) -> String {
        let exact = f64::from(number);
        match self {
            Self::English if exact >= 1e6 => format!("{:.1} M", exact / 1e6),
            Self::English if exact >= 1e4 => format!("{:.0} k", exact / 1e3),
            Self::SimplifiedChinese if exact >= 1e8 => format!("{:.1} 亿", exact / 1e8),
            Self::SimplifiedChinese if exact >= 1e6 => format!("{:.0} 万", exact / 1e4),
            Self::SimplifiedChinese if exact >= 1e4 => format!("{:.1} 万", exact / 1e4),
            Self::English | Self::SimplifiedChinese => grouped(&number.to_string()),
        }
    }

    /// The file with all its messages, below the page's folder. Hosts compress what they know for a text, by its ending.
    pub fn file(self) -> String {
        format!("locales/{}.txt", self.tag())
    }

    /// Its messages, as they stand in the files. The page must not ask: a module that does holds those of all languages.
    pub fn files(self) -> &'static [&'static str] {
        match self {
            Self::English => files!("en"),
            Self::SimplifiedChinese => files!("zh-CN"),
        }
    }

    fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::SimplifiedChinese => langid!("zh-CN"),
        }
    }
}

/// The messages of one language.
pub struct Catalog {
    bundle: FluentBundle<FluentResource>,
}

impl Catalog {
    /// Reads the files of a language, as [`Language::files`] has them.
    pub fn new(language: Language) -> Self {
        Self::of_files(language, language.files())
    }

    /// Reads those that are part of the page's module.
    pub fn built_in() -> Self {
        Self::of_files(Language::BUILT_IN, files!("en"))
    }

    /// Reads a language's messages from one text; `None` if it is not Fluent from beginning to end.
    pub fn read(language: Language, text: &str) -> Option<Self> {
        let resource = FluentResource::try_new(text.to_owned()).ok()?;
        Some(Self::of_resources(language, [resource]))
    }

    /// A message that does not read as Fluent is left out, and `tests/language` fails.
    fn of_files(language: Language, files: &[&str]) -> Self {
        let resources = files.iter().map(|file| {
            FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(read, _)| read)
        });
        Self::of_resources(language, resources)
    }

    fn of_resources(
        language: Language,
        resources: impl IntoIterator<Item = FluentResource>,
    ) -> Self {
        let mut bundle = FluentBundle::new(vec![language.identifier()]);
        // Both languages run from left to right.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(grouped(&number.as_string())),
            _ => None,
        }));
        for resource in resources {
            bundle.add_resource_overriding(resource);
        }
        Self { bundle }
    }

    /// The message called `id` with its variables filled in; `None` if there is none.
    pub fn message(&self, id: &str, arguments: &FluentArgs) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        Some(self.format(pattern, Some(arguments)))
    }

    /// An attribute of the message called `id`, one without variables.
    fn attribute(&self, id: &str, name: &str) -> Option<String> {
        let attribute = self.bundle.get_message(id)?.get_attribute(name)?;
        Some(self.format(attribute.value(), None))
    }

    fn format<'a>(&'a self, pattern: &'a Pattern<&str>, arguments: Option<&FluentArgs>) -> String {
        // What is missing in the arguments shows as its name, and `tests/language.rs` fails.
        let text = self
            .bundle
            .format_pattern(pattern, arguments, &mut Vec::new());
        Cow::into_owned(text)
    }
}

/// A decimal number with its thousands apart: `17389824` is `17,389,824`.
pub fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut grouped = String::with_capacity(number.len() + whole.len() / 3);
    grouped.push_str(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && place % 3 == whole.len() % 3 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_spoken_is_taken() {
        assert_eq!(
            Language::of_tags(["fr-FR", "zh-Hans-SG", "en"]),
            Language::SimplifiedChinese
        );
        assert_eq!(Language::of_tags(["EN_us", "zh"]), Language::English);
        assert_eq!(Language::of_tags(["fr"]), Language::English);
        assert_eq!(Language::of_tags([]), Language::English);
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("17389824", "17,389,824"),
            ("-1234.5", "-1,234.5"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn counts_are_rounded_in_each_language_s_units() {
        for (number, english, chinese) in [
            (9_999, "9,999", "9,999"),
            (24_576, "25 k", "2.5 万"),
            (17_389_824, "17.4 M", "1739 万"),
            (250_000_000, "250.0 M", "2.5 亿"),
        ] {
            assert_eq!(Language::English.rounded(number), english);
            assert_eq!(Language::SimplifiedChinese.rounded(number), chinese);
        }
    }

    #[test]
    fn one_text_says_what_the_files_say() {
        let language = Language::SimplifiedChinese;
        let read = Catalog::read(language, &language.files().concat()).unwrap();
        let files = Catalog::new(language);
        let mut arguments = FluentArgs::new();
        arguments.set("count", 1_234);
        for id in ["shell-language", "data-malformed", "error-sentence"] {
            let text = read.message(id, &arguments);
            assert_eq!(text, files.message(id, &arguments));
            assert!(text.is_some(), "{id}");
        }
        assert!(Catalog::read(language, "<!doctype html><title>404</title>").is_none());
    }

    #[test]
    fn a_message_that_does_not_exist_is_none() {
        let catalog = Catalog::new(Language::English);
        assert_eq!(catalog.message("no-such-message", &FluentArgs::new()), None);
    }
}
