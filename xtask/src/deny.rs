//! What the dependencies are: their licences, where they come from, and what is known against them.

use std::process::Command;

use anyhow::Result;

use crate::process::{output, run};
use crate::steps::announce;
use crate::tools::Workspace;

/// Whether the database of advisories can be fetched is asked here.
const DATABASE: &str = "https://github.com/rustsec/advisory-db";

/// Checks licences, bans and sources against deny.toml; and advisories, where their database can be had.
///
/// What was checked is said.
pub fn check(workspace: &Workspace) -> Result<String> {
    workspace.cargo_deny().ensure(&workspace.cache)?;
    let cargo_deny = |checks: &[&str]| {
        let mut command = workspace.cargo()?;
        command.args(["deny", "--workspace", "check"]).args(checks);
        run(&mut command)
    };
    cargo_deny(&["bans", "licenses", "sources"])?;
    if !can_be_fetched() {
        announce(&format!(
            "advisories were NOT checked: {DATABASE} cannot be reached from here"
        ));
        return Ok("passed, without advisories".to_owned());
    }
    cargo_deny(&["advisories"])?;
    Ok("passed, advisories included".to_owned())
}

/// Whether git reaches the database.
fn can_be_fetched() -> bool {
    let mut git = Command::new("git");
    git.args(["ls-remote", "--exit-code", DATABASE, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0");
    output(&mut git).is_ok()
}
