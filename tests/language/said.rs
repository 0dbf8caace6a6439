//! What errors of the engine come to in Chinese, from the error to the sentence.

use serde::Serialize;
use tabtune::data::{ReadOptions, Table};
use tabtune::hub::{HubError, Repository};
use tabtune::language::{Catalog, Language};
use tabtune::model::{MissingFile, PretrainedError};
use tabtune::reason::Reason;
use tabtune::train::config::TrainConfig;

fn said(error: &impl Serialize) -> (String, String) {
    let catalog = Catalog::new(Language::SimplifiedChinese);
    let reason = Reason::of(error).unwrap();
    let message = catalog.error_message(&reason).unwrap();
    (message, catalog.error_hint(&reason).unwrap_or_default())
}

fn table(text: &str) -> (String, String) {
    said(&Table::read("评论.csv", text.as_bytes(), &ReadOptions::default()).unwrap_err())
}

#[test]
fn a_table_s_error_names_file_and_place() {
    assert_eq!(
        table("text,label\ngut,1\nschlecht,0,?\n"),
        (
            "评论.csv：第 3 行：该行有 3 个字段，而表头有 2 个。".into(),
            "请让每一行的字段数与表头相同。含有分隔符的文本必须加引号。".into()
        )
    );
    assert_eq!(
        table("%PDF-1.7\n").0,
        "评论.csv：文件类型为 PDF 文档，不是此处可以读取的表格。"
    );
    assert_eq!(
        table(r#"[{"text": "gut", "label": "1"}, 3]"#).0,
        "评论.csv：第 2 项：一行应为对象，而这里是数值。"
    );
}

#[test]
fn a_wrapper_says_what_it_wraps() {
    let name = Repository::parse("no-slash").unwrap_err();
    assert_eq!(
        said(&HubError::from(name)),
        (
            "“no-slash”不是仓库：需要所有者和名称，中间用一个斜杠隔开。".into(),
            "请按 Hub 上该页面顶部所示输入，例如 intfloat/multilingual-e5-small。".into()
        )
    );
    let (message, hint) = said(&PretrainedError::from(MissingFile::Weights {
        instead: Some("pytorch_model.bin"),
    }));
    assert_eq!(
        message,
        "缺少 model.safetensors；pytorch_model.bin 不能代替它。"
    );
    assert!(hint.contains("AutoModel.from_pretrained"), "{hint}");
}

#[test]
fn phrases_are_translated() {
    let config = TrainConfig {
        epochs: 0,
        ..TrainConfig::default()
    };
    assert_eq!(
        said(&config.validate().unwrap_err()).0,
        "训练轮数为 0，但必须在 1 到 1,000 之间。"
    );
}
