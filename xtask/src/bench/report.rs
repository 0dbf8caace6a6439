//! The numbers as tables: all of them for docs/bench.md, a few for the README.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Record;
use super::agreement::Agreement;
use super::contender::PYTORCH;
use super::gpu::{FIRST, FORWARD, GpuRecord, STEP, STEPS};
use super::machine::Machine;
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
        machine_and_browser(record)
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
    if let Some(record) = &record.gpu {
        text += &format!("\n{}", gpu(record));
    }
    text
}

/// What was measured on a GPU, as a part of the page.
pub fn gpu(record: &GpuRecord) -> String {
    let mut text = format!(
        "## On a GPU\n\nMade by `cargo xtask bench --gpu`, natively: a browser has the same kernels, and takes longer to ask for each.\n\
         As above, but a round of every row is the median of a quarter of a second's calls, and 16-bit numbers stand beside 16-bit\n\
         ones. PyTorch computes on CUDA: 32-bit numbers with its default settings, 16-bit ones by autocast with GradScaler. Its\n\
         texts, as Tabtune's, are tokenized before the first step.\n\n{}\n",
        machine(&record.machine, record.versions.iter().cloned())
    );
    let measured = groups(&record.measurements);
    for group in [FORWARD, STEP, STEPS, FIRST] {
        if !measured.contains(&group) {
            continue;
        }
        text += &format!("\n### {}\n\n", title(group));
        text += "| case | contender | median | least to most | tokens a second | ratio |\n|---|---|---|---|---|---|\n";
        for measurement in record.measurements.iter().filter(|of| of.group == group) {
            text += &gpu_row(measurement, record);
        }
    }
    for missing in &record.not_measured {
        text += &format!("\nNot measured on a GPU: {missing}.\n");
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
    text + "\n" + &machine_and_browser(record) + "\n"
}

fn machine_and_browser(record: &Record) -> String {
    let adapter = record.browser.adapter.as_deref().unwrap_or("none");
    let browser = [
        browser(&record.browser.browser).to_owned(),
        format!("WebGPU adapter: {adapter}"),
    ];
    let parts = browser.into_iter().chain(record.versions.iter().cloned());
    machine(&record.machine, parts)
}

/// The machine, and what was measured on it.
fn machine(machine: &Machine, with: impl Iterator<Item = String>) -> String {
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
        false => format!(" Load average before and after: {}.", load.join(", ")),
    };
    let this = format!("{}, {} cores{memory}", machine.processor, machine.cores);
    let parts: Vec<String> = std::iter::once(this).chain(with).collect();
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
        FORWARD => "Forward passes",
        STEP => "Training steps, each of which is read",
        STEPS => {
            "Training steps as a run takes them: one of 32 in a row; an epoch of the review sentences, 16 of like length a step"
        }
        FIRST => "The first of each, before which what it needs is set up and compiled",
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
    format!(
        "| {case} | {contender} | {threads} | {} | {} | {} |\n",
        with_unit(spread.median, unit),
        range(measurement, spread),
        ratio(measurement, all)
    )
}

fn gpu_row(measurement: &Measurement, record: &GpuRecord) -> String {
    let Some(spread) = measurement.spread() else {
        return String::new();
    };
    let Measurement {
        case,
        contender,
        unit,
        ..
    } = measurement;
    // A first time tells of compilers.
    let tokens = record.tokens.get(case);
    let tokens = tokens.map_or_else(String::new, |tokens| {
        number(tokens / spread.median * 1000.0)
    });
    format!(
        "| {case} | {contender} | {} | {} | {tokens} | {} |\n",
        with_unit(spread.median, unit),
        range(measurement, spread),
        ratio(measurement, &record.measurements)
    )
}

/// From the least to the most, where there are several.
fn range(measurement: &Measurement, spread: Spread) -> String {
    match measurement.values.len() {
        0 | 1 => String::new(),
        _ => format!("{} to {}", number(spread.least), number(spread.most)),
    }
}

/// Tabtune's time in terms of a contender's.
fn ratio(measurement: &Measurement, all: &[Measurement]) -> String {
    let ours = measurement.beside(all);
    let ours = ours.filter(|_| measurement.contender != TABTUNE);
    let ratio = ours.and_then(|ours| measurement.ratio(ours));
    ratio.map_or_else(String::new, ratio_text)
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
    use super::super::measurement::TABTUNE_FP16;
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
            gpu: None,
        }
    }

    fn gpu_record() -> GpuRecord {
        let measured = |contender: &str, value: f64| Measurement {
            group: STEP.into(),
            case: "16x64".into(),
            contender: contender.into(),
            threads: 1,
            unit: "ms".into(),
            values: vec![value; 2],
        };
        GpuRecord {
            rounds: 2,
            machine: record().machine,
            versions: vec!["tabtune 1 on Some GPU".into()],
            tokens: [("16x64".to_owned(), 1024.0)].into(),
            measurements: vec![
                measured(TABTUNE, 8.0),
                measured(TABTUNE_FP16, 4.0),
                measured("PyTorch + PEFT fp16", 16.0),
            ],
            not_measured: Vec::new(),
        }
    }

    #[test]
    fn a_gpu_has_tables_of_its_own_where_it_was_measured() {
        assert!(!markdown(&record()).contains("On a GPU"));
        let text = markdown(&Record {
            gpu: Some(gpu_record()),
            ..record()
        });
        assert!(text.contains("8 GB; tabtune 1 on Some GPU."), "{text}");
        for row in [
            "| 16x64 | Tabtune | 8.00 ms | 8.00 to 8.00 | 128000 |  |\n",
            "| 16x64 | Tabtune fp16 | 4.00 ms | 4.00 to 4.00 | 256000 | 2.00 (2.00 to 2.00) |\n",
            "| 16x64 | PyTorch + PEFT fp16 | 16.0 ms | 16.0 to 16.0 | 64000 | 0.25 (0.25 to 0.25) |\n",
        ] {
            assert!(text.contains(row), "{text}");
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

    /// So that what is written anew beside a GPU's measurement is what was there.
    #[test]
    fn the_documents_are_what_their_numbers_give() -> Result<()> {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let record: Record = serde_json::from_slice(&fs::read(docs.join("bench.json"))?)?;
        assert_eq!(
            markdown(&record),
            fs::read_to_string(docs.join("bench.md"))?
        );
        Ok(())
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
