//! The numbers as tables: all of them for docs/bench.md, a few for the README.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Record;
use super::agreement::Agreement;
use super::measurement::{Measurement, Spread, TABTUNE, TABTUNE_INT8};
use super::texts::REVIEWS;

/// Where the README's table stands.
const BEGIN: &str = "<!-- bench: `cargo xtask bench` writes what follows -->";
const END: &str = "<!-- bench: end -->";

/// What the README shows: group, case, threads, Tabtune and the peer, and what to call it.
const SHOWN: [(&str, &str, u32, &str, &str, &str); 11] = [
    ("forward", "1x16", 1, TABTUNE, ORT, "one text of 16 tokens"),
    ("forward", "16x64", 1, TABTUNE, ORT, "16 texts of 64 tokens"),
    ("forward", REVIEWS, 1, TABTUNE, ORT, REVIEWS),
    ("forward", REVIEWS, 2, TABTUNE, ORT, "the same"),
    (
        "forward",
        REVIEWS,
        1,
        TABTUNE_INT8,
        ORT_INT8,
        "the same, both in 8 bits",
    ),
    (
        "training",
        "16x64",
        1,
        TABTUNE,
        "",
        "a training step, 16 texts of 64 tokens",
    ),
    ("training", "16x64", 2, TABTUNE, "", "the same"),
    (
        "training",
        "16x64",
        1,
        TABTUNE_INT8,
        "",
        "the same, frozen layers in 8 bits",
    ),
    ("training", "16x64", 2, TABTUNE_INT8, "", "the same"),
    (
        "forward, native",
        "16x64",
        1,
        TABTUNE,
        PYTORCH,
        "in the terminal: 16 texts of 64 tokens",
    ),
    (
        "training, native",
        "16x64",
        1,
        TABTUNE,
        PYTORCH,
        "in the terminal: a training step on them",
    ),
];

const ORT: &str = "onnxruntime-web fp32";
const ORT_INT8: &str = "onnxruntime-web int8";
const PYTORCH: &str = "PyTorch + PEFT";

/// The whole record as a page.
pub fn markdown(record: &Record) -> String {
    let mut text = format!(
        "# Speed\n\nMade by `cargo xtask bench`; the values of every round are in bench.json. Medians of {} rounds after one to warm up,\n\
         with the least and the most; contenders take turns within a round, which is the median of a quarter of a second's calls in\n\
         a row where one is shorter. *Ratio* is Tabtune's time in terms of the\n\
         contender's, round by round, with as many threads: below 1 Tabtune is faster;\n\
         Tabtune int8 stands beside peers in 8 bits. Forward passes are all-MiniLM-L6-v2 from\n\
         texts to mean embeddings, tokenizing included, in batches of 32 of like length; Tabtune's are asked of its own worker\n\
         over its protocol, with a linear head behind. Steps are LoRA of rank 8 on query and value; Tabtune int8\n\
         trains with frozen layers in 8 bits.\n\n{}\n",
        record.rounds,
        machine(record)
    );
    for group in groups(&record.measurements) {
        text += &format!("\n## {}\n\n", title(group));
        text += "| case | contender | threads | median | least to most | ratio |\n|---|---|---|---|---|---|\n";
        for measurement in record.measurements.iter().filter(|of| of.group == group) {
            text += &row(measurement, &record.measurements);
        }
    }
    if !record.agreement.is_empty() {
        text += "\n## Agreement\n\nMean embeddings of the review sentences beside the engine's. Tabtune's weights are rounded to float16, the \
                 peers' are not.\n\n| contender | largest difference of a component | least cosine similarity |\n|---|---|---|\n";
        for Agreement {
            contender,
            largest_difference,
            least_cosine,
        } in &record.agreement
        {
            text += &format!("| {contender} | {largest_difference:.1e} | {least_cosine:.6} |\n");
        }
    }
    for missing in &record.not_measured {
        text += &format!("\nNot measured: {missing}.\n");
    }
    text
}

/// Puts the short table between the README's markers.
pub fn update_readme(path: &Path, record: &Record) -> Result<()> {
    let readme =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (before, rest) = readme
        .split_once(BEGIN)
        .with_context(|| format!("{} lacks {BEGIN}", path.display()))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{} lacks {END}", path.display()))?;
    let text = format!("{before}{BEGIN}\n{}{END}{after}", short(record));
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The table of the README.
fn short(record: &Record) -> String {
    let all = &record.measurements;
    let find = |group: &str, case: &str, threads, contender: &str| {
        all.iter().find(|of| {
            (
                of.group.as_str(),
                of.case.as_str(),
                of.threads,
                of.contender.as_str(),
            ) == (group, case, threads, contender)
        })
    };
    let median = |of: Option<&Measurement>| {
        let spread = of.and_then(Measurement::spread);
        spread.map_or_else(
            || "not measured".to_owned(),
            |of| with_unit(of.median, "ms"),
        )
    };
    let mut text =
        "| all-MiniLM-L6-v2 | threads | Tabtune | peer | ratio |\n|---|---|---|---|---|\n"
            .to_owned();
    for (group, case, threads, ours, peer, what) in SHOWN {
        let ours = find(group, case, threads, ours);
        let theirs = find(group, case, threads, peer);
        let ratio = theirs
            .zip(ours)
            .and_then(|(theirs, ours)| theirs.ratio(ours));
        text += &match peer {
            "" => format!(
                "| {what} | {threads} | {} | none trains | |\n",
                median(ours)
            ),
            peer => format!(
                "| {what} | {threads} | {} | {peer}: {} | {} |\n",
                median(ours),
                median(theirs),
                ratio.map_or_else(String::new, ratio_text)
            ),
        };
    }
    text + "\n" + &machine(record) + "\n"
}

fn machine(record: &Record) -> String {
    let machine = &record.machine;
    let memory = machine
        .memory
        .map_or_else(String::new, |gigabytes| format!(", {gigabytes:.0} GB"));
    let load: Vec<String> = machine
        .load
        .iter()
        .map(|load| format!("{load:.1}"))
        .collect();
    let load = match load.is_empty() {
        true => String::new(),
        false => format!(
            " Programs that wanted a core meanwhile: {}.",
            load.join(", ")
        ),
    };
    let adapter = record.browser.adapter.as_deref().unwrap_or("none");
    let mut parts = vec![
        format!("{}, {} cores{memory}", machine.processor, machine.cores),
        browser(&record.browser.browser).to_owned(),
        format!("WebGPU adapter: {adapter}"),
    ];
    parts.extend(record.versions.iter().cloned());
    format!("{}.{load}", parts.join("; "))
}

/// The browser's name and version out of what it calls itself.
fn browser(agent: &str) -> &str {
    let mut words = agent.split(' ');
    words.find(|word| word.contains("Chrome/")).unwrap_or(agent)
}

fn groups(all: &[Measurement]) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for measurement in all {
        if !found.contains(&measurement.group.as_str()) {
            found.push(&measurement.group);
        }
    }
    found
}

fn title(group: &str) -> &str {
    match group {
        "forward" => "Forward passes in the browser",
        "training" => "Training steps in the browser",
        "forward, native" => "Forward passes in the terminal",
        "training, native" => "Training steps in the terminal",
        "cores" => "What the processor computes at most, in vectors of four in registers",
        "epochs" => {
            "Epochs over the review sentences, validation included: paraphrase-MiniLM-L3-v2 with the default settings; the last layer of all-MiniLM-L6-v2"
        }
        "memory" => "Most memory of the worker while paraphrase-MiniLM-L3-v2 is trained",
        "loading" => "From the address to a prediction, files from the same machine",
        "size" => "Modules, compressed by brotli of quality 9",
        "gpu-counts" => "What is asked of WebGPU, two layers of width 128",
        group => group,
    }
}

fn row(measurement: &Measurement, all: &[Measurement]) -> String {
    let Some(spread) = measurement.spread() else {
        return String::new();
    };
    let Measurement {
        case,
        contender,
        threads,
        unit,
        ..
    } = measurement;
    let ours = measurement.beside(all).filter(|_| contender != TABTUNE);
    let ratio = ours.and_then(|ours| measurement.ratio(ours));
    let Spread {
        median,
        least,
        most,
    } = spread;
    let range = match measurement.values.len() {
        0 | 1 => String::new(),
        _ => format!("{} to {}", number(least), number(most)),
    };
    format!(
        "| {case} | {contender} | {threads} | {} | {range} | {} |\n",
        with_unit(median, unit),
        ratio.map_or_else(String::new, ratio_text)
    )
}

fn ratio_text(ratio: Spread) -> String {
    let Spread {
        median,
        least,
        most,
    } = ratio;
    format!("{median:.2} ({least:.2} to {most:.2})")
}

fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value))
}

/// Three digits, or all that stand before the point.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::browser::Facts;
    use super::super::machine::Machine;
    use super::*;

    fn record() -> Record {
        let measured = |contender: &str, values: [f64; 3]| Measurement {
            group: "forward".into(),
            case: "16x64".into(),
            contender: contender.into(),
            threads: 1,
            unit: "ms".into(),
            values: values.into(),
        };
        Record {
            rounds: 3,
            machine: Machine {
                system: "linux x86_64".into(),
                processor: "Some CPU".into(),
                cores: 2,
                memory: Some(8.2),
                load: vec![0.4, 1.0],
            },
            browser: Facts {
                browser: "Mozilla/5.0 (X11) Chrome/156.0 Safari/537".into(),
                isolated: true,
                threads: 2,
                adapter: None,
            },
            versions: vec!["onnxruntime-web 1".into()],
            measurements: vec![
                measured(TABTUNE, [800.0, 900.0, 850.0]),
                measured("onnxruntime-web fp32", [1000.0, 1000.0, 1000.0]),
            ],
            agreement: Vec::new(),
            not_measured: vec!["PyTorch".into()],
        }
    }

    #[test]
    fn a_peer_has_a_ratio_and_what_is_missing_is_said() {
        let text = markdown(&record());
        let row =
            "| 16x64 | onnxruntime-web fp32 | 1 | 1000 ms | 1000 to 1000 | 0.85 (0.80 to 0.90) |\n";
        assert!(text.contains(row), "{text}");
        assert!(
            text.contains("Some CPU, 2 cores, 8 GB; Chrome/156.0;"),
            "{text}"
        );
        assert!(text.contains("\nNot measured: PyTorch.\n"), "{text}");
        let readme = short(&record());
        let row = "| 16 texts of 64 tokens | 1 | 850 ms | onnxruntime-web fp32: 1000 ms | 0.85 (0.80 to 0.90) |\n";
        assert!(readme.contains(row), "{readme}");
    }

    #[test]
    fn the_rest_of_the_readme_stays() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("tabtune-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let path = folder.join("README.md");
        fs::write(&path, format!("before\n{BEGIN}\nold\n{END}\nafter\n"))?;
        update_readme(&path, &record())?;
        let text = fs::read_to_string(&path)?;
        fs::write(&path, "nothing is marked here")?;
        assert!(update_readme(&path, &record()).is_err());
        fs::remove_dir_all(&folder)?;
        assert!(
            text.starts_with("before\n") && text.ends_with("\nafter\n"),
            "{text}"
        );
        assert!(text.contains("850 ms") && !text.contains("old"), "{text}");
        Ok(())
    }
}
