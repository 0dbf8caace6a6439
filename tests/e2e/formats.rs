//! Tables in the formats and encodings that people have.

#[path = "../formats/workbook.rs"]
mod workbook;

use crate::Scratch;
use crate::page::{PLAIN, Page, Result};
use workbook::Workbook;

/// A text in the first rows of [`gbk`].
pub const GOOD: &str = "这家餐厅的服务很好，味道也不错";
const BAD: &str = "等了一个小时才上菜，太慢了";

/// A table of 40 examples, as programs of the time before Unicode write Chinese.
pub fn gbk() -> Vec<u8> {
    let rows = format!("{GOOD},好\n{BAD},坏\n").repeat(20);
    let csv = format!("text,label\n{rows}");
    encoding_rs::GBK.encode(&csv).0.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_each_format_and_encoding_open() -> Result {
    let scratch = Scratch::new("formats")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;

    let gbk = gbk();
    let rows = format!(
        "<row><c t=\"str\"><v>{GOOD}</v></c><c t=\"b\"><v>1</v></c></row>\
         <row><c t=\"str\"><v>{BAD}</v></c><c t=\"b\"><v>0</v></c></row>"
    );
    let header = "<row><c t=\"str\"><v>text</v></c><c t=\"str\"><v>label</v></c></row>";
    let xlsx = Workbook::of_rows(&format!("{header}{}", rows.repeat(20))).bytes();
    let json = format!("{{\"text\":\"{GOOD}\",\"label\":1}}\n{{\"text\":\"{BAD}\",\"label\":0}}\n")
        .repeat(20);
    let cases: &[(&str, &[u8], &str)] = &[
        ("gbk.csv", &gbk, "GB18030, GBK (Chinese)"),
        ("own.xlsx", &xlsx, "XLSX"),
        ("own.jsonl", json.as_bytes(), "JSON Lines"),
    ];
    for (name, content, expected) in cases {
        page.open_file(scratch.path(), name, content).await?;
        page.message("table-format", expected).await?;
        page.element("dataset-summary[data-examples='40'][data-labels='2']")
            .await?;
        page.message("first-rows", GOOD).await?;
    }

    // A wrong choice is a choice away from the right one, and says what it loses.
    page.open_file(scratch.path(), "gbk.csv", &gbk).await?;
    page.message("table-format", "GB18030").await?;
    page.select("encoding-select", "UTF-8").await?;
    page.message("reading-problem", "cannot be read in this encoding")
        .await?;
    page.select("encoding-select", "gb18030").await?;
    page.message("first-rows", GOOD).await?;

    page.unfold().await?;
    page.type_in("paste-input", "text;label\ngood;1\nbad;0\nfine;1\npoor;0\n")
        .await?;
    page.click("paste-open").await?;
    page.message("table-format", "semicolons").await?;
    page.element("dataset-summary[data-examples='4']").await?;
    page.close().await
}
