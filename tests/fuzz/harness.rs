//! Running a parser on many inputs.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::memory;
use crate::mutation::Corpus;

/// Inputs of all parsers together, where nothing else is said.
const FEW: u64 = 20_000;

/// No input of a few kilobytes may take as long, on the slowest of machines.
const LONGEST: Duration = Duration::from_secs(20);

/// A parser and what it may cost.
pub struct Target {
    /// Its name in the report.
    pub name: &'static str,
    /// Of a thousand inputs, those that it gets.
    pub share: u64,
    /// Most bytes of memory for a byte of input.
    pub factor: usize,
    /// Most bytes of memory beyond that.
    pub base: usize,
}

/// Gives a parser its inputs. `parse` tells whether it took one for what it should be.
pub fn run(target: &Target, corpus: &Corpus, mut parse: impl FnMut(&[u8]) -> bool) {
    let inputs = (number("TABTUNE_FUZZ_INPUTS").unwrap_or(FEW) * target.share).div_ceil(1000);
    let seed = number("TABTUNE_FUZZ_SEED").unwrap_or(0);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let begun = Instant::now();
    let (mut accepted, mut slowest, mut most, mut longest) = (0_u64, Duration::ZERO, 0, 0);
    for seed in corpus.seeds() {
        assert!(parse(seed), "{}: a whole file is refused", target.name);
    }
    for _ in 0..inputs {
        let input = corpus.input(&mut random);
        longest = longest.max(input.len());
        let started = Instant::now();
        let parsed = catch_unwind(AssertUnwindSafe(|| memory::peak(|| parse(&input))));
        let took = started.elapsed();
        let (peak, taken) = parsed.unwrap_or_else(|panic| {
            keep(target.name, &input);
            resume_unwind(panic);
        });
        accepted += u64::from(taken);
        slowest = slowest.max(took);
        most = most.max(peak);
        if peak > target.base + target.factor * input.len() || took > LONGEST {
            keep(target.name, &input);
            panic!(
                "{}: {} bytes took {peak} bytes of memory and {took:?}",
                target.name,
                input.len()
            );
        }
    }
    report(&json!({
        "parser": target.name,
        "inputs": inputs,
        "accepted": accepted,
        "seconds": begun.elapsed().as_secs_f64(),
        "slowest_milliseconds": slowest.as_secs_f64() * 1000.0,
        "most_memory": most,
        "longest_input": longest,
    }));
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// Where `cargo xtask fuzz` looks for what was found.
fn folder() -> Option<PathBuf> {
    env::var_os("TABTUNE_FUZZ_REPORT").map(PathBuf::from)
}

fn report(line: &serde_json::Value) {
    if let (Some(folder), Some(name)) = (folder(), line["parser"].as_str()) {
        std::fs::write(folder.join(format!("{name}.json")), line.to_string()).unwrap();
    }
}

/// Keeps an input that a parser broke on.
fn keep(name: &str, input: &[u8]) {
    let folder = folder().unwrap_or_else(env::temp_dir);
    let path = folder.join(format!("{name}.input"));
    eprintln!("{name}: the input lies in {}", path.display());
    std::fs::write(path, input).unwrap();
}
