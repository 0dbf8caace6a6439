//! What was trained leaves the page as files, and comes back.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use tabtune::adapter::{BaseModel, SavedModel};
use tabtune::eval::Pipeline;
use tabtune::model::{FolderFiles, PretrainedEncoder};
use thirtyfour::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::Scratch;
use crate::page::{PATIENCE, PLAIN, Page, Result};
use crate::training::screenshots;

const TEXTS: [&str; 2] = ["good food 3", "nobody came to our table"];

/// A label's probability in the page and natively may differ by this much: both compute in 32 bits.
const TOLERANCE: f64 = 1e-4;

/// Trains a tiny model, saves it in every form, and looks at the files natively; then a fresh page opens them.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_trained_is_saved_and_opened_again() -> Result {
    let scratch = Scratch::new("saved-models")?;
    let folder = scratch.path();
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.save_into(folder).await?;
    for form in ["save-tabtune", "save-adapter", "save-merged"] {
        page.element(&format!("{form}[disabled]")).await?;
    }
    page.message("save-status", "Train a model first").await?;
    train(&page, folder).await?;
    let accuracy = page.number("test-accuracy", "data-value").await?;
    let expected = [
        answer(&page, TEXTS[0]).await?,
        answer(&page, TEXTS[1]).await?,
    ];

    for (label, probability) in expected.iter().flatten() {
        assert!(
            (probability - 0.5).abs() > 0.1,
            "{label}: {probability} says little"
        );
    }

    let mut saved = Vec::new();
    for (form, name) in [
        ("save-tabtune", "own-reviews.tabtune-model"),
        ("save-adapter", "own-reviews-adapter.zip"),
        ("save-merged", "own-reviews-model.zip"),
    ] {
        page.click(form).await?;
        saved.push(page.saved(&folder.join(name)).await?);
    }
    screenshots(&page, "saved").await?;
    for bytes in &saved[..2] {
        let pipeline = open_natively(bytes)?;
        for (text, expected) in TEXTS.iter().zip(&expected) {
            let found = pipeline.ask(text).await?.outputs;
            let named = pipeline.labels.iter().cloned().zip(found);
            assert_close(&named.collect::<Vec<_>>(), expected);
        }
    }
    let adapter = unzip(&saved[1])?;
    for name in [
        "adapter_config.json",
        "adapter_model.safetensors",
        "README.md",
    ] {
        assert!(adapter.iter().any(|(found, _)| found == name), "{name}");
    }
    read_encoder(&unzip(&saved[2])?)?;

    // A fresh project has another encoder, and fetches the model's by itself.
    page.click("projects-button").await?;
    page.click("project-new").await?;
    page.element("encoder-summary[data-encoder='paraphrase-MiniLM-L3-v2']")
        .await?;
    page.choose("open-model", &folder.join("own-reviews.tabtune-model"))
        .await?;
    page.element("opened-model[data-name='own-reviews.tabtune-model'][data-labels='2']")
        .await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    assert_eq!(page.number("test-accuracy", "data-value").await?, accuracy);
    assert_close(&answer(&page, TEXTS[0]).await?, &expected[0]);
    screenshots(&page, "opened").await?;

    // Another device is another worker, which opens it again; what was opened can be saved, too.
    page.click("device-switch").await?;
    page.element("device-badge:not([data-reason='requested'])")
        .await?;
    page.element("save-tabtune:not([disabled])").await?;
    assert_close(&answer(&page, TEXTS[1]).await?, &expected[1]);
    fs::remove_file(folder.join("own-reviews.tabtune-model"))?;
    page.click("save-tabtune").await?;
    let again = page
        .saved(&folder.join("own-reviews.tabtune-model"))
        .await?;
    for ((name, content), (first, expected)) in unzip(&again)?.iter().zip(unzip(&saved[0])?) {
        assert_eq!(*name, first);
        // Reports are rounded in their last digits when they are read.
        assert!(name == "manifest.json" || *content == expected, "{name}");
    }
    page.close().await
}

/// Adapters as zips and folders, and files that cannot be used.
#[tokio::test(flavor = "multi_thread")]
async fn adapters_are_opened_and_strangers_are_named() -> Result {
    let scratch = Scratch::new("opened-models")?;
    let folder = scratch.path();
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.save_into(folder).await?;
    train(&page, folder).await?;
    let expected = answer(&page, TEXTS[0]).await?;
    page.click("save-tabtune").await?;
    let tabtune = page
        .saved(&folder.join("own-reviews.tabtune-model"))
        .await?;
    page.click("save-adapter").await?;
    let zip = folder.join("own-reviews-adapter.zip");
    let adapter = unzip(&page.saved(&zip).await?)?;

    // By its name, the adapter's encoder is one of the page's own.
    page.select("model-select", "paraphrase-MiniLM-L3-v2")
        .await?;
    page.element("encoder-summary[data-encoder='paraphrase-MiniLM-L3-v2']")
        .await?;
    page.choose("open-model", &zip).await?;
    page.element("opened-model[data-name='own-reviews-adapter.zip']")
        .await?;
    assert_close(&answer(&page, TEXTS[0]).await?, &expected);
    page.message("save-status", "cannot be saved again").await?;
    page.element("save-tabtune[disabled]").await?;

    let unpacked = folder.join("my adapter");
    fs::create_dir(&unpacked)?;
    for (name, bytes) in &adapter {
        fs::write(unpacked.join(name), bytes)?;
    }
    page.choose("open-adapter", &unpacked).await?;
    page.element("opened-model[data-name='my adapter']").await?;

    // What cannot be used is named, and the model in use stays.
    let altered = edited(&tabtune, with_other_weights)?;
    let renamed = edited(&altered, |manifest| {
        manifest.replace("\"tiny-bert\"", "\"somebody/else\"")
    })?;
    for (name, content, messages) in [
        (
            "else.tabtune-model",
            renamed,
            ["somebody/else", "not loaded"],
        ),
        (
            "altered.tabtune-model",
            altered,
            ["SHA-256 000000000000…", "another encoder"],
        ),
        (
            "text.tabtune-model",
            b"text,label\n".to_vec(),
            ["zip", "damaged"],
        ),
        (
            "other.zip",
            zipped(&[("a.txt".into(), vec![1])])?,
            ["manifest.json", "adapter_config.json"],
        ),
    ] {
        let path = folder.join(name);
        fs::write(&path, content)?;
        page.choose("open-model", &path).await?;
        for message in messages {
            page.message("error", message).await?;
        }
        page.element("opened-model[data-name='my adapter']").await?;
    }
    assert_close(&answer(&page, TEXTS[0]).await?, &expected);

    // A run takes its place.
    page.click("start").await?;
    page.element("test-accuracy").await?;
    assert!(!page.has("opened-model").await?);
    page.close().await
}

/// Trains for some steps on a small table.
async fn train(page: &Page, folder: &Path) -> Result {
    let mut csv = "text,label\n".to_owned();
    for row in 0..60 {
        let (text, label) = [("good food", "yes"), ("bad food", "no")][row % 2];
        csv += &format!("{text} {row},{label}\n");
    }
    page.open_file(folder, "own reviews.csv", csv.as_bytes())
        .await?;
    page.until("dataset-summary", "data-labels", PATIENCE, |labels| {
        labels == 2.0
    })
    .await?;
    page.set("Epochs", "20").await?;
    page.set("Learning rate", "0.02").await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;
    Ok(())
}

/// What the page says of a text: labels with probabilities.
async fn answer(page: &Page, text: &str) -> Result<Vec<(String, f64)>> {
    page.predict(text).await?;
    let bars = page.element("predict-output").await?;
    let mut answers = Vec::new();
    for bar in bars.find_all(By::Css("[data-probability]")).await? {
        let label = bar.attr("data-label").await?.unwrap_or_default();
        let probability = bar.attr("data-probability").await?.unwrap_or_default();
        answers.push((label, probability.parse()?));
    }
    Ok(answers)
}

fn assert_close(found: &[(String, f64)], expected: &[(String, f64)]) {
    assert_eq!(found.len(), expected.len());
    for (label, probability) in expected {
        let found = found.iter().find(|(found, _)| found == label);
        let found = found.map_or(f64::NAN, |(_, found)| *found);
        assert!(
            (found - probability).abs() < TOLERANCE,
            "{label}: {found} {probability}"
        );
    }
}

/// Opens a saved model on the encoder of the fixtures, as the terminal does.
fn open_natively(bytes: &[u8]) -> Result<Pipeline> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-bert");
    let names = ["config.json", "tokenizer.json", "model.safetensors"];
    let files = names.map(|name| Ok((name.to_owned(), fs::read(folder.join(name))?)));
    let encoder = read_encoder(&files.into_iter().collect::<Result<Vec<_>>>()?)?;
    let base = BaseModel::new("tiny-bert".into(), None, &encoder);
    let device = tabtune::device::cpu();
    let opened = SavedModel::from_zip(bytes)?.open(&encoder, &base, &device)?;
    assert_eq!(opened.other_encoder, None);
    Ok(opened.pipeline)
}

fn read_encoder(files: &[(String, Vec<u8>)]) -> Result<PretrainedEncoder> {
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let read = |wanted: &str| {
        let file = files.iter().find(|(name, _)| name == wanted);
        Ok(file.map(|(_, bytes)| bytes.clone()).unwrap_or_default())
    };
    let files = FolderFiles::read::<Box<dyn std::error::Error + Send + Sync>>(&names, read)?;
    Ok(PretrainedEncoder::load(&files, &tabtune::device::cpu())?)
}

fn unzip(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.push((entry.name()?.into_owned(), content));
    }
    Ok(files)
}

fn zipped(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default())?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// A Tabtune model with another manifest.
fn edited(tabtune: &[u8], edit: impl Fn(&str) -> String) -> Result<Vec<u8>> {
    let mut files = unzip(tabtune)?;
    for (name, content) in &mut files {
        if name == "manifest.json" {
            *content = edit(std::str::from_utf8(content)?).into_bytes();
        }
    }
    zipped(&files)
}

/// A manifest that says that the encoder's weights were others.
fn with_other_weights(manifest: &str) -> String {
    let name = "\"model.safetensors\": \"";
    match manifest.split_once(name) {
        Some((before, after)) => format!("{before}{name}{}{}", "0".repeat(64), &after[64..]),
        None => manifest.to_owned(),
    }
}
