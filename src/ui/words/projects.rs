//! Projects.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use super::super::language::{self, tr};
use super::super::notice::Notice;

/// What a project is called that nothing gives a name.
pub(crate) fn unnamed_project() -> String {
    tr!("project-unnamed")
}

/// A project came back without something of it.
pub(crate) fn project_damaged(missing: Vec<String>, earlier: bool) -> Notice {
    Notice::new(move || {
        let lost = missing.join(", ");
        match (missing.is_empty(), earlier) {
            (false, _) => tr!("project-came-damaged", lost = lost),
            (true, true) => tr!("project-came-earlier"),
            (true, false) => tr!("project-came-incomplete"),
        }
    })
}

/// What the page shows is in another project than before.
pub(crate) fn project_apart() -> Notice {
    Notice::new(|| tr!("project-apart"))
}

/// The project's file has an earlier state than the page, which could not be saved.
pub(crate) fn exported_earlier() -> Notice {
    Notice::new(|| tr!("project-exported-earlier"))
}

/// Bytes in the unit that suits them.
pub(crate) fn bytes(bytes: f64) -> String {
    match bytes {
        small if small < 1e3 => tr!("project-bytes", bytes = small.round()),
        kilo if kilo < 1e6 => tr!("project-kb", kilobytes = (kilo / 1e3).round()),
        mega if mega < 1e9 => tr!("project-mb", megabytes = format!("{:.1}", mega / 1e6)),
        giga => tr!("project-gb", gigabytes = format!("{:.1}", giga / 1e9)),
    }
}

/// The time of day, in the form of the language in use.
pub(crate) fn time_of_day(milliseconds: f64) -> String {
    of_date(milliseconds, &[("hour", "numeric"), ("minute", "2-digit")])
}

/// Day and time, in the form of the language in use.
pub(crate) fn day_and_time(milliseconds: f64) -> String {
    of_date(
        milliseconds,
        &[("dateStyle", "medium"), ("timeStyle", "short")],
    )
}

fn of_date(milliseconds: f64, options: &[(&str, &str)]) -> String {
    let tag = language::current_tag();
    let chosen = Object::new();
    for (name, value) in options {
        // A fresh object takes any property.
        let _ = Reflect::set(&chosen, &JsValue::from(*name), &JsValue::from(*value));
    }
    let date = Date::new(&JsValue::from_f64(milliseconds));
    date.to_locale_string(tag, &chosen).into()
}
