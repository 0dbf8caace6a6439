//! One line a step: what it did or found, and how long it took.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;

/// Runs `work` and prints what it returns in one line with its time. On an error a line says so too, and
/// the error goes on to the caller.
pub fn step(name: &str, work: impl FnOnce() -> Result<String>) -> Result<()> {
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    match &result {
        Ok(found) => println!("✓ {name}: {found} {seconds:.1} s"),
        Err(_) => println!("✗ {name} {seconds:.1} s"),
    }
    // Children write to the same streams; their lines must not overtake this one.
    std::io::stdout().flush()?;
    result.map(|_| ())
}

/// Announces work that takes a while or prints lines of its own.
pub fn announce(what: &str) {
    println!("▸ {what}");
}

/// Megabytes for people.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
