//! Files that cannot be used: a clear message each, and what was loaded before stays.

use crate::Scratch;
use crate::page::{PLAIN, Page, Result};

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_file_is_named_and_nothing_is_lost() -> Result {
    let scratch = Scratch::new("bad-input")?;
    let page = Page::open_with("?device=cpu", PLAIN, "tiny-bert").await?;
    page.click("sample-uci").await?;
    let before = page
        .element("dataset-summary[data-examples='2982']")
        .await?
        .text()
        .await?;

    let large = [b"text,label\n".to_vec(), vec![b'x'; 200 << 20]].concat();
    let cases: &[(&str, &[u8], &str)] = &[
        ("no-rows.csv", b"text,label\n", "no rows below the header"),
        ("empty.csv", b"", "the file is empty"),
        (
            "one-class.csv",
            b"text,label\na,x\nb,x\n",
            "every row has the same label",
        ),
        (
            "empty-label.csv",
            b"text,label\na,x\nb,\n",
            "line 3: the label is empty",
        ),
        ("one-column.csv", b"text\na\nb\n", "only one column"),
        (
            "quotes.csv",
            b"text,label\na,x\n\"b,y\nc,x\n",
            "line 3: a quote is opened here and never closed",
        ),
        (
            "ragged.csv",
            b"text,label\na,x\nb\n",
            "line 3: the row has 1 field",
        ),
        (
            "duplicate.csv",
            b"text,label,text\na,x,b\n",
            "two columns named",
        ),
        (
            "nul.csv",
            b"text,label\na,x\nb\0,y\n",
            "line 3 has a NUL character",
        ),
        (
            "binary.csv",
            b"\x89PNG\r\n\x1a\n\xff\xfe\xfd",
            "this is an image (PNG)",
        ),
        (
            "broken.json",
            b"[{\"text\":\"a\",\"label\":x}]",
            "not valid JSON",
        ),
        ("broken.xlsx", b"PK\x03\x04", "the workbook is damaged"),
        ("large.csv", &large, "at most"),
    ];
    for (name, content, expected) in cases {
        page.open_file(scratch.path(), name, content).await?;
        let error = message(&page, name).await?;
        assert!(error.contains(expected), "{name}: {error}");
        let after = page.element("dataset-summary").await?.text().await?;
        assert_eq!(after, before, "{name}: the data set stays");
    }
    page.element("start:not([disabled])").await?;
    page.close().await
}

/// The page's message about a file, once it shows one.
async fn message(page: &Page, name: &str) -> Result<String> {
    for _ in 0..600 {
        if let Some(error) = page
            .texts("error")
            .await?
            .into_iter()
            .find(|error| error.contains(name))
        {
            return Ok(error);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(format!("{name}: no message; {:?}", page.texts("error").await?).into())
}
