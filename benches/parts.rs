//! Native parts that every user's texts go through, by Criterion: `cargo bench --features bench --bench parts`.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput};
use tabtune::data::Table;
use tabtune::eval::metrics::single_label_report;
use tabtune::text::Tokenizer;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result {
    let mut criterion = Criterion::default().configure_from_args();
    csv(&mut criterion)?;
    tokenizing(&mut criterion)?;
    metrics(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

/// A file of the repository.
fn bytes(path: &str) -> Result<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    Ok(fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// The two English samples, from bytes to a table.
fn csv(criterion: &mut Criterion) -> Result {
    let mut group = criterion.benchmark_group("csv");
    for sample in ["uci", "sms"] {
        let file = bytes(&format!("www/samples/{sample}.csv"))?;
        Table::parse(sample, &file)?;
        group.throughput(Throughput::Bytes(file.len() as u64));
        group.bench_function(sample, |bencher| {
            bencher.iter(|| Table::parse(sample, black_box(&file)));
        });
    }
    group.finish();
    Ok(())
}

/// tokenizer.json to a tokenizer, and the review sentences to ids.
fn tokenizing(criterion: &mut Criterion) -> Result {
    let json = bytes("www/models/paraphrase-MiniLM-L3-v2/tokenizer.json")?;
    let tokenizer = Tokenizer::from_bytes(&json)?.truncating(64)?;
    let table = Table::parse("uci", &bytes("www/samples/uci.csv")?)?;
    let texts: Vec<&str> = (0..table.rows())
        .filter_map(|row| table.cell(row, 0))
        .collect();
    let mut group = criterion.benchmark_group("tokenizing");
    group.bench_function("tokenizer.json", |bencher| {
        bencher.iter(|| Tokenizer::from_bytes(black_box(&json)));
    });
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("review sentences", |bencher| {
        bencher.iter(|| {
            let encode = |text: &&str| tokenizer.encode(text).map(|ids| ids.len());
            black_box(&texts)
                .iter()
                .map(encode)
                .sum::<std::result::Result<usize, _>>()
        });
    });
    group.finish();
    Ok(())
}

/// The report of a thousand examples with two labels, its intervals included.
fn metrics(criterion: &mut Criterion) -> Result {
    let names = ["no", "yes"].map(String::from);
    let truth: Vec<u32> = (0..1000).map(|example| example * 7 % 3 % 2).collect();
    let rows: Vec<Vec<f32>> = (0..1000_u16)
        .map(|example| f32::from(example * 37 % 1000) / 1000.0)
        .map(|share| vec![1.0 - share, share])
        .collect();
    single_label_report(&names, &truth, &rows, Some(1.5), 0)?;
    let mut group = criterion.benchmark_group("metrics");
    group.throughput(Throughput::Elements(truth.len() as u64));
    group.bench_function("report of two labels", |bencher| {
        bencher.iter(|| single_label_report(&names, black_box(&truth), &rows, Some(1.5), 0));
    });
    group.finish();
    Ok(())
}
