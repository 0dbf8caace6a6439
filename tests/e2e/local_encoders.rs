//! Encoders from the disk: a folder, or a zip of one.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Scratch;
use crate::page::{PLAIN, Page, Result};
use crate::training::screenshots;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A zip of a fixture's files in a folder of the zip.
fn zip(fixture_name: &str, without: &str) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        if name != without {
            writer.start_file(format!("some/folder/{name}"), SimpleFileOptions::default())?;
            writer.write_all(&fs::read(fixture(fixture_name).join(name))?)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_or_a_zip_is_an_encoder() -> Result {
    let scratch = Scratch::new("local-encoders")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.unfold().await?;
    page.choose("encoder-folder", &fixture("tiny-distilbert"))
        .await?;
    page.element("encoder-summary[data-encoder='tiny-distilbert']")
        .await?;
    screenshots(&page, "local-encoder").await?;

    let path = scratch.path().join("my encoder.zip");
    fs::write(&path, zip("tiny-roberta", "")?)?;
    page.choose("encoder-zip", &path).await?;
    page.element("encoder-summary[data-encoder='my encoder']")
        .await?;

    // A folder that lacks something, and files that are no zip: named, and the encoder in use stays.
    for (name, content, message) in [
        (
            "no-tokenizer.zip",
            zip("tiny-roberta", "tokenizer.json")?,
            "tokenizer.json is missing",
        ),
        (
            "no-config.zip",
            zip("tiny-roberta", "config.json")?,
            "config.json is missing",
        ),
        (
            "cut.zip",
            zip("tiny-roberta", "")?[..50_000].to_vec(),
            "no zip archive",
        ),
        ("text.zip", b"text,label\n".to_vec(), "no zip archive"),
    ] {
        let path = scratch.path().join(name);
        fs::write(&path, content)?;
        page.choose("encoder-zip", &path).await?;
        page.message("error", message).await?;
        page.element("encoder-summary[data-encoder='my encoder']")
            .await?;
    }

    // Another device is another worker, which reads the file again.
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.click("device-switch").await?;
    page.element("device-badge:not([data-reason='requested'])")
        .await?;
    page.set("Epochs", "1").await?;
    page.click("start").await?;
    page.element("test-accuracy").await?;

    page.select("model-select", "tiny-bert").await?;
    page.element("encoder-summary[data-encoder='tiny-bert']")
        .await?;
    page.close().await
}
