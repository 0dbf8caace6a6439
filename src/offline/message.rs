//! What page and service worker tell each other.

use serde::{Deserialize, Serialize};

/// What the page asks of the service worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub enum Ask {
    /// To keep all files that this browser can use.
    #[serde(rename_all = "camelCase")]
    Keep {
        /// Whether it offers WebGPU.
        has_gpu: bool,
    },
    /// To take over from the version in use, if this is its only page.
    TakeOver,
}

/// What the service worker tells its pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "camelCase")]
pub enum Told {
    /// How many bytes of the files that it keeps are there.
    Keeping {
        /// Those that are there.
        kept: u32,
        /// Of all.
        total: u32,
    },
    /// It could not keep all files.
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
        let ask = serde_json::to_string(&Ask::Keep { has_gpu: true })?;
        assert_eq!(ask, r#"{"ask":"keep","hasGpu":true}"#);
        let ask = serde_json::to_string(&Ask::TakeOver)?;
        assert_eq!(ask, r#"{"ask":"takeOver"}"#);
        let told = serde_json::to_string(&Told::Keeping { kept: 1, total: 2 })?;
        assert_eq!(told, r#"{"told":"keeping","kept":1,"total":2}"#);
        Ok(())
    }
}
