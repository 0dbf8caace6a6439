//! Whether the page works without a connection, in its footer.

use leptos::prelude::*;

use super::Offline;
use crate::offline::{Problem, Readiness};
use crate::ui::format::megabytes;
use crate::ui::language::tr;

/// A quiet line; nothing as long as nothing is known.
#[component]
pub(crate) fn OfflineLine(offline: Offline) -> impl IntoView {
    let readiness = Memo::new(move |_| offline.keeping.with(|keeping| keeping.readiness.clone()));
    view! {
        <p data-testid="offline" data-state=move || readiness.with(name) class="offline">
            {move || readiness.with(words)}
        </p>
    }
}

fn name(readiness: &Readiness) -> &'static str {
    match readiness {
        Readiness::Unknown => "unknown",
        Readiness::NotOffered => "not-offered",
        Readiness::Unsupported => "unsupported",
        Readiness::Keeping { .. } => "keeping",
        Readiness::Ready => "ready",
        Readiness::Failed(_) => "failed",
    }
}

fn words(readiness: &Readiness) -> String {
    match readiness {
        Readiness::Unknown => String::new(),
        Readiness::NotOffered => tr!("shell-offline-not-offered"),
        Readiness::Unsupported => tr!("shell-offline-unsupported"),
        Readiness::Keeping { kept, total } => tr!(
            "shell-offline-keeping",
            kept = megabytes(f64::from(*kept)),
            total = megabytes(f64::from(*total))
        ),
        Readiness::Ready => tr!("shell-offline-ready"),
        Readiness::Failed(Problem::Unreachable { file }) => {
            tr!("shell-offline-unreachable", file = file.clone())
        }
        Readiness::Failed(Problem::Altered { file }) => {
            tr!("shell-offline-altered", file = file.clone())
        }
        Readiness::Failed(Problem::Storage { detail }) => {
            tr!("shell-offline-storage", detail = detail.clone())
        }
    }
}
