//! What page and service worker tell each other.

use serde::{Deserialize, Serialize};

/// What the page asks of the service worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub enum Ask {
    /// To keep a file that is not kept yet, of those that this browser can use.
    #[serde(rename_all = "camelCase")]
    Keep {
        /// Whether it offers WebGPU.
        has_gpu: bool,
        /// Which one. Pages of versions before this one ask once, without it, for all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<Step>,
    },
    /// To take over from the version in use, if this is its only page.
    TakeOver,
}

/// One of a page's asks for files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// Its number, which the answer repeats.
    pub turn: u32,
    /// Files that are not to be tried: they were, a moment ago.
    pub without: Vec<String>,
}

/// What the service worker tells its pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "camelCase")]
pub enum Told {
    /// It has done what a page asked in one step. Only the page that asked hears it.
    Kept(Kept),
    /// How many bytes of the files that it keeps are there: to pages that ask once for all of them.
    Keeping {
        /// Those that are there.
        kept: u32,
        /// Of all.
        total: u32,
    },
    /// It could not keep all files: to such pages, and to all if it cannot be installed.
    Failed {
        /// Why.
        problem: Problem,
    },
    /// Other pages use the version that it would replace.
    OthersOpen {
        /// How many.
        count: u32,
    },
    /// It has asked the server, this often since it told last.
    Requested {
        /// How often.
        count: u32,
    },
}

/// What came of a [`Step`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its number.
    pub turn: u32,
    /// Bytes that are there.
    pub kept: u32,
    /// Of all.
    pub total: u32,
    /// The file that was tried; `None` if there is no other one to try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Why it is not kept, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// Why files are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "camelCase")]
pub enum Problem {
    /// The server does not give a file away.
    Unreachable {
        /// Its path.
        file: String,
    },
    /// The server has another file in its place.
    Altered {
        /// Its path.
        file: String,
    },
    /// The browser does not keep it.
    Storage {
        /// What the browser says.
        detail: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page and a service worker of two versions speak with each other, so the forms must stay.
    #[test]
    fn messages_keep_their_forms() -> Result<(), serde_json::Error> {
        let told = Told::Failed {
            problem: Problem::Altered {
                file: "app.js".into(),
            },
        };
        let json = r#"{"told":"failed","problem":{"problem":"altered","file":"app.js"}}"#;
        assert_eq!(serde_json::to_string(&told)?, json);
        assert_eq!(serde_json::from_str::<Told>(json)?, told);
        let ask = |step| Ask::Keep {
            has_gpu: true,
            step,
        };
        let json = r#"{"ask":"keep","hasGpu":true}"#;
        assert_eq!(serde_json::to_string(&ask(None))?, json);
        assert_eq!(serde_json::from_str::<Ask>(json)?, ask(None));
        let step = Step {
            turn: 2,
            without: vec!["app.js".into()],
        };
        let json = r#"{"ask":"keep","hasGpu":true,"step":{"turn":2,"without":["app.js"]}}"#;
        assert_eq!(serde_json::to_string(&ask(Some(step.clone())))?, json);
        assert_eq!(serde_json::from_str::<Ask>(json)?, ask(Some(step)));
        let ask = serde_json::to_string(&Ask::TakeOver)?;
        assert_eq!(ask, r#"{"ask":"takeOver"}"#);
        let told = serde_json::to_string(&Told::Keeping { kept: 1, total: 2 })?;
        assert_eq!(told, r#"{"told":"keeping","kept":1,"total":2}"#);
        let mut kept = Kept {
            turn: 2,
            kept: 1,
            total: 3,
            file: None,
            problem: None,
        };
        let json = r#"{"told":"kept","turn":2,"kept":1,"total":3}"#;
        assert_eq!(serde_json::to_string(&Told::Kept(kept.clone()))?, json);
        kept.file = Some("app.js".into());
        let json = r#"{"told":"kept","turn":2,"kept":1,"total":3,"file":"app.js"}"#;
        assert_eq!(serde_json::from_str::<Told>(json)?, Told::Kept(kept));
        Ok(())
    }

    /// A service worker from before steps reads an ask for one as an ask for all files.
    #[test]
    fn what_a_message_has_beyond_its_form_is_passed_over() -> Result<(), serde_json::Error> {
        let ask = r#"{"ask":"takeOver","later":1}"#;
        assert_eq!(serde_json::from_str::<Ask>(ask)?, Ask::TakeOver);
        let ask = r#"{"ask":"keep","hasGpu":false,"step":{"turn":1,"later":1},"later":1}"#;
        let step = Some(Step {
            turn: 1,
            without: Vec::new(),
        });
        let expected = Ask::Keep {
            has_gpu: false,
            step,
        };
        assert_eq!(serde_json::from_str::<Ask>(ask)?, expected);
        Ok(())
    }
}
