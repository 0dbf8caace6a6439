//! The tools of a build: Rust's wasm target, Trunk and wasm-bindgen, each of an exact version.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cache::Cache;
use crate::process::{executable, find_on_path, output, run};
use crate::steps::{announce, step};

/// Rust's name for browsers.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The checkout and the cache beside it.
#[derive(Debug)]
pub struct Workspace {
    pub root: PathBuf,
    pub cache: Cache,
}

/// A program that `cargo install` provides.
#[derive(Debug)]
pub struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    /// Whether it must be built with the very dependencies that its authors released it with.
    locked: bool,
}

impl Workspace {
    /// The checkout that this program belongs to.
    pub fn find() -> Result<Self> {
        // Cargo says where xtask lies now; where it was compiled is the next best guess.
        let xtask =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&xtask)
            .parent()
            .context("xtask lies in the checkout")?
            .to_owned();
        Ok(Self {
            root,
            cache: Cache::find()?,
        })
    }

    /// Where the finished page lies.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The encoders that the page offers.
    pub fn models(&self) -> PathBuf {
        self.root.join("www/models")
    }

    /// Trunk. Its dependencies moved on without it, so it is built with those it was released with.
    pub fn trunk(&self) -> Tool {
        Tool {
            package: "trunk",
            program: "trunk",
            version: "0.21.14".to_owned(),
            locked: true,
        }
    }

    /// wasm-bindgen's command line, of the version of the library in Cargo.lock: they speak an unstable format.
    pub fn wasm_bindgen(&self) -> Result<Tool> {
        let path = self.root.join("Cargo.lock");
        let lock =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let version = locked_version(&lock, "wasm-bindgen")?;
        Ok(Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version,
            locked: false,
        })
    }

    /// cargo-deny, with what its authors released it with.
    pub fn cargo_deny(&self) -> Tool {
        Tool {
            package: "cargo-deny",
            program: "cargo-deny",
            version: "0.20.2".to_owned(),
            locked: true,
        }
    }

    /// Cargo at the checkout's root, with the shared target folder and the installed tools.
    pub fn cargo(&self) -> Result<Command> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        self.command(cargo)
    }

    /// A program at the checkout's root, with the shared target folder and the installed tools.
    pub fn command(&self, program: impl Into<OsString>) -> Result<Command> {
        let mut command = Command::new(program.into());
        command
            .current_dir(&self.root)
            .env("PATH", self.path()?)
            .env("CARGO_TARGET_DIR", self.cache.target());
        Ok(command)
    }

    /// The `PATH` with the installed tools before all else.
    fn path(&self) -> Result<OsString> {
        let tools = [self.trunk(), self.wasm_bindgen()?, self.cargo_deny()]
            .map(|tool| tool.installed(&self.cache).join("bin"));
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = tools
            .into_iter()
            .filter(|folder| folder.is_dir())
            .chain(env::split_paths(&inherited));
        env::join_paths(folders).context("a folder of the PATH has a name that a PATH cannot hold")
    }
}

impl Tool {
    /// Sees to it that the tool is there in its exact version.
    pub fn ensure(&self, cache: &Cache) -> Result<()> {
        step(&format!("{} {}", self.package, self.version), || {
            if self
                .installed(cache)
                .join("bin")
                .join(executable(self.program))
                .is_file()
            {
                return Ok("cached".to_owned());
            }
            if let Some(program) = find_on_path(&[self.program])
                && output(Command::new(program).arg("--version"))
                    .is_ok_and(|line| line.split_whitespace().nth(1) == Some(self.version.as_str()))
            {
                return Ok("found on the PATH".to_owned());
            }
            announce(&format!(
                "installing {} {}, once; this takes some minutes",
                self.package, self.version
            ));
            run(&mut self.install(cache))?;
            Ok("installed".to_owned())
        })
    }

    fn installed(&self, cache: &Cache) -> PathBuf {
        cache.tool(self.package, &self.version)
    }

    fn install(&self, cache: &Cache) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args([
                "install",
                self.package,
                "--version",
                &self.version,
                "--root",
            ])
            .arg(self.installed(cache))
            // Its build products are of no further use, so they don't belong into the shared target folder.
            .env_remove("CARGO_TARGET_DIR")
            // Trunk is released with link-time optimisation over all of its crates, which takes longer than all that it
            // will ever do here.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        if self.locked {
            command.arg("--locked");
        }
        command
    }
}

/// Sees to it that Rust can build for browsers.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    step(&format!("target {WASM}"), || {
        // rust-toolchain.toml names the target, so rustup has it; distributions package it on their own.
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let libraries =
            output(
                workspace
                    .command(rustc)?
                    .args(["--print", "target-libdir", "--target", WASM]),
            )?;
        if Path::new(&libraries).is_dir() {
            return Ok("present".to_owned());
        }
        run(workspace.command("rustup")?.args(["target", "add", WASM])).with_context(|| {
            format!("this Rust cannot build for {WASM}: install Rust with rustup, or add your distribution's package for that target")
        })?;
        Ok("installed".to_owned())
    })
}

/// Sees to it that the standard library can be built for browsers with threads.
pub fn ensure_library_sources(workspace: &Workspace) -> Result<()> {
    const COMPONENT: &str = "rust-src";
    step(COMPONENT, || {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let root = output(workspace.command(rustc)?.args(["--print", "sysroot"]))?;
        let sources = Path::new(&root).join("lib/rustlib/src/rust/library/Cargo.lock");
        if sources.is_file() {
            return Ok("present".to_owned());
        }
        run(workspace
            .command("rustup")?
            .args(["component", "add", COMPONENT]))
        .with_context(|| {
            format!("this Rust has no sources of its standard library: install Rust with rustup, or add your distribution's {COMPONENT}")
        })?;
        Ok("installed".to_owned())
    })
}

/// The version of a package in a Cargo.lock.
fn locked_version(lock: &str, package: &str) -> Result<String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let lock: Lock = toml::from_str(lock).context("Cargo.lock cannot be read")?;
    let found = lock
        .package
        .into_iter()
        .find(|candidate| candidate.name == package);
    Ok(found
        .with_context(|| format!("{package} is missing in Cargo.lock"))?
        .version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.131"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
dependencies = ["wasm-bindgen-macro"]
"#;

    #[test]
    fn the_version_is_that_of_the_package_with_the_exact_name() -> Result<()> {
        assert_eq!(locked_version(LOCK, "wasm-bindgen")?, "0.2.130");
        Ok(())
    }

    #[test]
    fn a_package_that_is_not_locked_is_named() {
        let error = locked_version(LOCK, "trunk").expect_err("trunk is not locked");
        assert_eq!(error.to_string(), "trunk is missing in Cargo.lock");
    }
}
