//! Packages of Debian and its kin.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{find_on_path, output, run};
use crate::steps::announce;

/// apt-get, where it may be used without a question.
#[derive(Debug)]
pub struct Apt {
    is_root: bool,
}

impl Apt {
    /// Finds it.
    ///
    /// # Errors
    /// If it is not there, or wants a password.
    pub fn find() -> Result<Self> {
        if find_on_path(&["apt-get"]).is_none() {
            bail!("there is no apt-get");
        }
        let is_root = output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
        if !is_root && output(Command::new("sudo").args(["-n", "true"])).is_err() {
            bail!("apt-get is there, but may not be used without a password");
        }
        Ok(Self { is_root })
    }

    /// Installs packages and what they cannot do without.
    ///
    /// # Errors
    /// If apt-get fails.
    pub fn install(&self, packages: &[&str]) -> Result<()> {
        announce(&format!("installing {} through apt", packages.join(", ")));
        run(self.command().arg("update"))?;
        run(self
            .command()
            .args(["install", "--no-install-recommends"])
            .args(packages))
    }

    fn command(&self) -> Command {
        // Packages must not ask questions: there may be no one to answer.
        let mut command = Command::new(if self.is_root { "env" } else { "sudo" });
        if !self.is_root {
            command.arg("-n").arg("env");
        }
        command.args([
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "--yes",
            "--quiet",
        ]);
        command
    }
}
