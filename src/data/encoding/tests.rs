use super::*;

/// Encodes; what the encoding lacks is not in the tests' texts.
fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        name => {
            let encoding = Encoding::for_label(name.as_bytes()).unwrap();
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy);
            bytes.into_owned()
        }
    }
}

#[track_caller]
fn assert_read(bytes: &[u8], text: &str, encoding: &str, found: EncodingFound, malformed: u32) {
    let reading = TextReading {
        encoding: encoding.to_owned(),
        found,
        malformed,
    };
    assert_eq!(decode(bytes, None), Ok((Cow::Borrowed(text), reading)));
}

#[test]
fn utf8_stays_as_it_is() {
    let text = "text,label\nça va,fr";
    assert_read(text.as_bytes(), text, "UTF-8", EncodingFound::Valid, 0);
    assert!(matches!(
        decode(text.as_bytes(), None),
        Ok((Cow::Borrowed(_), _))
    ));
}

#[test]
fn byte_order_marks_tell_and_are_skipped() {
    for marks in ["\u{FEFF}", "\u{FEFF}\u{FEFF}"] {
        let text = format!("{marks}a,评\n一,b");
        for encoding in ["UTF-8", "UTF-16LE", "UTF-16BE"] {
            let bytes = encode(&text, encoding);
            assert_read(&bytes, "a,评\n一,b", encoding, EncodingFound::Mark, 0);
        }
    }
}

#[test]
fn utf16_without_a_mark_is_found() {
    for text in [
        "text,label\ngood,pos\n",
        "文本,标签\n一二三四五六七八九十一一一一一一一一,好\n\u{1F600}不好,坏\n",
        "文本\t标签\r一\t好",
    ] {
        for encoding in ["UTF-16LE", "UTF-16BE"] {
            let bytes = encode(text, encoding);
            assert_read(&bytes, text, encoding, EncodingFound::Guess, 0);
        }
    }
}

#[test]
fn other_encodings_are_guessed() {
    let chinese = "文本,标签\n这家餐厅的服务很好，味道也不错,好评\n等了一个小时才上菜,差评\n";
    let french = "texte,avis\nLe café était très bon,positif\nDéçu par la qualité du thé,négatif\n";
    for (text, label, expected) in [
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
        assert_read(
            &encode(text, label),
            text,
            expected,
            EncodingFound::Guess,
            0,
        );
    }
}

#[test]
fn letters_after_a_long_beginning_are_seen() {
    let text = format!(
        "text,label\n{}很好很好很好，非常好,好评\n",
        "fine,good\n".repeat(SAMPLE / 5)
    );
    let (_, reading) = decode(&encode(&text, "gbk"), None).unwrap();
    assert_eq!(reading.encoding, "gb18030");
}

#[test]
fn damaged_utf8_stays_utf8_and_is_counted() {
    let line = "ça été un très bon café à côté,é\n";
    let mut bytes = format!("text,label\n{}", line.repeat(3)).into_bytes();
    bytes.extend(b"b\xFFd,x\xC3\n");
    let (text, reading) = decode(&bytes, None).unwrap();
    assert!(text.ends_with("b\u{FFFD}d,x\u{FFFD}\n"));
    assert_eq!((reading.encoding.as_str(), reading.malformed), ("UTF-8", 2));
}

#[test]
fn what_the_chosen_encoding_cannot_hold_is_counted() {
    let (text, reading) = decode(b"caf\xE9,\xE8\n", Some("utf-8")).unwrap();
    assert_eq!(text, "caf\u{FFFD},\u{FFFD}\n");
    assert_eq!(
        reading,
        TextReading {
            encoding: "UTF-8".into(),
            found: EncodingFound::Chosen,
            malformed: 2
        }
    );
    // Half a unit, and a lone surrogate.
    let (text, reading) = decode(b"a\0\x00\xD8b\0c", Some("utf-16le")).unwrap();
    assert_eq!((&*text, reading.malformed), ("a\u{FFFD}b\u{FFFD}", 2));
    // A character that two chunks share is whole.
    let text = format!("a{}", "评".repeat(CHUNK));
    let bytes = encode(&text, "gbk");
    let (decoded, reading) = decode(&bytes, Some("gbk")).unwrap();
    assert!(decoded == text && reading.malformed == 0);
}

#[test]
fn an_unknown_encoding_is_named() {
    assert_eq!(
        decode(b"a,b", Some("klingon")),
        Err(TableProblem::UnknownEncoding {
            name: "klingon".into()
        })
    );
}

#[test]
fn nothing_and_white_space_are_empty() {
    for text in ["", "\u{FEFF}", " \r\n\t\n"] {
        assert_eq!(
            decode(text.as_bytes(), None),
            Err(TableProblem::Empty),
            "{text:?}"
        );
    }
}

#[test]
fn nul_characters_are_placed() {
    let error = Err(TableProblem::NulCharacter { line: 2 });
    assert_eq!(decode(b"a,b\r\nc,\0", None), error);
    assert_eq!(decode(b"a,b\rc\0,d\n", Some("utf-8")), error);
    assert_eq!(
        decode(&encode("a,b\nc,\0", "UTF-16LE"), Some("utf-16le")),
        error
    );
}
