use encoding_rs::{DecoderResult, Encoding};
use proptest::prelude::*;

use super::*;
use crate::encodings;

/// Decodes by whoever can, and checks the text.
fn read<'b>(
    bytes: &'b [u8],
    chosen: Option<&str>,
) -> Result<(Cow<'b, str>, TextReading), TableProblem> {
    let decoded = decode(bytes, chosen).unwrap_or_else(|| {
        let text = encodings::decode(bytes, chosen).unwrap();
        LegacyText::from(text).decoded(chosen)
    });
    Ok((checked(decoded.text)?, decoded.reading))
}

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
    assert_eq!(read(bytes, None), Ok((Cow::Borrowed(text), reading)));
}

#[test]
fn utf8_stays_as_it_is() {
    let text = "text,label\nça va,fr";
    assert_read(text.as_bytes(), text, "UTF-8", EncodingFound::Valid, 0);
    assert!(matches!(
        read(text.as_bytes(), None),
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
fn other_encodings_are_left_to_who_has_their_tables() {
    let chinese = "文本,标签\n这家餐厅的服务很好，味道也不错,好评\n等了一个小时才上菜,差评\n";
    let bytes = encode(chinese, "gbk");
    assert!(decode(&bytes, None).is_none());
    assert!(decode(&bytes, Some("gbk")).is_none());
    assert_read(&bytes, chinese, "gb18030", EncodingFound::Guess, 0);
    let (text, reading) = read(&bytes, Some("gbk")).unwrap();
    assert_eq!(text, chinese);
    assert_eq!(reading.found, EncodingFound::Chosen);
    assert_eq!(reading.encoding, "GBK");
}

#[test]
fn damaged_utf8_stays_utf8_and_is_counted() {
    let line = "ça été un très bon café à côté,é\n";
    let mut bytes = format!("text,label\n{}", line.repeat(3)).into_bytes();
    bytes.extend(b"b\xFFd,x\xC3\n");
    let (text, reading) = read(&bytes, None).unwrap();
    assert!(text.ends_with("b\u{FFFD}d,x\u{FFFD}\n"));
    assert_eq!((reading.encoding.as_str(), reading.malformed), ("UTF-8", 2));
}

#[test]
fn what_the_chosen_encoding_cannot_hold_is_counted() {
    let (text, reading) = read(b"caf\xE9,\xE8\n", Some("utf-8")).unwrap();
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
    let (text, reading) = read(b"a\0\x00\xD8b\0c", Some("utf-16le")).unwrap();
    assert_eq!((&*text, reading.malformed), ("a\u{FFFD}b\u{FFFD}", 2));
}

#[test]
fn nothing_and_white_space_are_empty() {
    for text in ["", "\u{FEFF}", " \r\n\t\n"] {
        assert_eq!(
            read(text.as_bytes(), None),
            Err(TableProblem::Empty),
            "{text:?}"
        );
    }
}

#[test]
fn nul_characters_are_placed() {
    let error = Err(TableProblem::NulCharacter { line: 2 });
    assert_eq!(read(b"a,b\r\nc,\0", None), error);
    assert_eq!(read(b"a,b\rc\0,d\n", Some("utf-8")), error);
    assert_eq!(
        read(&encode("a,b\nc,\0", "UTF-16LE"), Some("utf-16le")),
        error
    );
}

/// What the Encoding Standard makes of bytes, by another implementation.
fn reference(bytes: &[u8], encoding: &'static Encoding) -> (String, u32) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut text, mut malformed, mut rest) = (String::new(), 0, bytes);
    loop {
        text.reserve(3 * bytes.len() + 3);
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return (text, malformed),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                text.push(char::REPLACEMENT_CHARACTER);
                malformed += 1;
            }
        }
    }
}

/// Bytes among which there are many that begin or end a character of UTF-8, or are half a pair of UTF-16.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let odd =
        prop::sample::select(&[0x00, 0x41, 0x80, 0xBF, 0xC3, 0xD8, 0xDC, 0xE8, 0xF0, 0xFF][..]);
    prop::collection::vec(prop_oneof![odd, any::<u8>()], 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn unicode_is_decoded_by_the_standard(bytes in bytes()) {
        for (name, encoding) in [
            ("UTF-8", encoding_rs::UTF_8),
            ("UTF-16LE", encoding_rs::UTF_16LE),
            ("UTF-16BE", encoding_rs::UTF_16BE),
        ] {
            let decoded = decode(&bytes, Some(name)).unwrap();
            let (text, malformed) = reference(&bytes, encoding);
            prop_assert_eq!(&*decoded.text, &text, "{}", name);
            prop_assert_eq!(decoded.reading.malformed, malformed, "{}", name);
        }
    }
}
