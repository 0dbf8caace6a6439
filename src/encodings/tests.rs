use super::*;

/// Encodes; what the encoding lacks is not in the tests' texts.
fn encode(text: &str, label: &str) -> Vec<u8> {
    let encoding = Encoding::for_label(label.as_bytes()).unwrap();
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy);
    bytes.into_owned()
}

#[test]
fn letters_tell_the_encoding() {
    let chinese = "文本,标签\n这家餐厅的服务很好，味道也不错,好评\n等了一个小时才上菜,差评\n";
    let french = "texte,avis\nLe café était très bon,positif\nDéçu par la qualité du thé,négatif\n";
    for (text, label, encoding) in [
        (chinese, "gb18030", "gb18030"),
        (chinese, "gbk", "gb18030"),
        (french, "windows-1252", "windows-1252"),
        (
            "text,label\nМне очень понравилось,да\nУжасное обслуживание,нет\n",
            "windows-1251",
            "windows-1251",
        ),
        (
            "text,label\nとても美味しかったです,良い\n",
            "shift_jis",
            "Shift_JIS",
        ),
    ] {
        let expected = Text {
            encoding,
            text: text.to_owned(),
            malformed: 0,
        };
        let bytes = encode(text, label);
        assert_eq!(decode(&bytes, None).as_ref(), Some(&expected));
        assert_eq!(decode(&bytes, Some(encoding)), Some(expected));
    }
}

#[test]
fn letters_after_a_long_beginning_are_seen() {
    let text = format!(
        "text,label\n{}很好很好很好，非常好,好评\n",
        "fine,good\n".repeat(SAMPLE / 5)
    );
    let decoded = decode(&encode(&text, "gbk"), None).unwrap();
    assert_eq!(decoded.encoding, "gb18030");
}

#[test]
fn what_is_none_of_the_encoding_is_counted() {
    let decoded = decode(b"caf\xA8\xA6\xFF,\x81", Some("gbk")).unwrap();
    assert_eq!(decoded.text, "café\u{FFFD},\u{FFFD}");
    assert_eq!((decoded.encoding, decoded.malformed), ("GBK", 2));
}

#[test]
fn a_character_that_two_chunks_share_is_whole() {
    let text = format!("a{}", "评".repeat(CHUNK));
    let decoded = decode(&encode(&text, "gbk"), Some("gbk")).unwrap();
    assert!(decoded.text == text && decoded.malformed == 0);
}

#[test]
fn a_label_that_does_not_exist_has_no_encoding() {
    assert_eq!(decode(b"a", Some("klingon")), None);
}
