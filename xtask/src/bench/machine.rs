//! The machine that something was measured on. Nothing that names it: no host, no user, no path.

use std::env::consts;
use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::process::output;

/// What a reader needs to judge numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub system: String,
    pub processor: String,
    pub cores: u32,
    /// Gigabytes of memory.
    pub memory: Option<f64>,
    /// Programs that wanted to run while the first and the last measurement began, on average over a minute; others'
    /// included.
    pub load: Vec<f64>,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        Self {
            system: format!("{} {}", consts::OS, consts::ARCH),
            processor: processor().unwrap_or_else(|| "unknown".to_owned()),
            cores: cores(),
            memory: memory(),
            load: load().into_iter().collect(),
        }
    }

    /// Takes note of how busy it is now.
    pub fn note_load(&mut self) {
        self.load.extend(load());
    }
}

/// Cores that programs may use.
pub fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}

/// The processor's name as the system has it.
fn processor() -> Option<String> {
    if consts::OS == "macos" {
        return output(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"])).ok();
    }
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    field(&text, "model name").map(str::to_owned)
}

fn memory() -> Option<f64> {
    if consts::OS == "macos" {
        let bytes = output(Command::new("sysctl").args(["-n", "hw.memsize"])).ok()?;
        return bytes.parse::<f64>().ok().map(|bytes| bytes / 1e9);
    }
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let kibibytes = field(&text, "MemTotal")?.strip_suffix(" kB")?;
    kibibytes
        .parse::<f64>()
        .ok()
        .map(|found| found * 1024.0 / 1e9)
}

fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// What stands behind a name and a colon.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 106\nmodel name\t: Some CPU @ 2 GHz\n";
        assert_eq!(field(text, "model name"), Some("Some CPU @ 2 GHz"));
        assert_eq!(field(text, "name"), None);
    }
}
