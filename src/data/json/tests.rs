use super::*;

fn cells(grid: &Grid) -> Vec<Vec<&str>> {
    let columns = 0..grid.columns.len() as u32;
    (0..grid.places.len() as u32)
        .map(|row| {
            columns
                .clone()
                .map(|column| grid.cell(row, column).unwrap())
                .collect()
        })
        .collect()
}

#[track_caller]
fn assert_table(text: &str, columns: &[&str], rows: &[&[&str]], places: &[u32]) {
    assert!(looks_like_json(text), "{text}");
    let (grid, ..) = read(text).unwrap();
    assert_eq!(grid.columns, columns, "{text}");
    assert_eq!(cells(&grid), rows, "{text}");
    assert_eq!(grid.places, places, "{text}");
}

#[track_caller]
fn assert_problem(text: &str, message: &str) {
    assert_eq!(read(text).unwrap_err().to_string(), message, "{text}");
}

const COLUMNS: &[&str] = &["text", "label"];
const ROWS: &[&[&str]] = &[&["good", "1"], &["bad", "0"]];

#[test]
fn every_layout_gives_the_same_table() {
    for (text, places) in [
        // An array of objects, whatever the order of their fields.
        (
            r#"[{"text":"good","label":1},{"label":0,"text":"bad"}]"#,
            [1, 2],
        ),
        // An array of arrays below a header.
        (r#"[["text","label"],["good",1],["bad",0]]"#, [2, 3]),
        // pandas: columns (the default), list, index, split, table.
        (
            r#"{"text":{"0":"good","1":"bad"},"label":{"0":1,"1":0}}"#,
            [1, 2],
        ),
        (
            r#"{"text":{"0":"good","1":"bad"},"label":{"1":0,"0":1}}"#,
            [1, 2],
        ),
        (r#"{"text":["good","bad"],"label":[1,0]}"#, [1, 2]),
        (
            r#"{"0":{"text":"good","label":1},"1":{"text":"bad","label":0}}"#,
            [1, 2],
        ),
        (
            r#"{"columns":["text","label"],"index":[0,1],"data":[["good",1],["bad",0]]}"#,
            [1, 2],
        ),
        (
            r#"{"schema":{"fields":[]},"data":[{"text":"good","label":1},{"text":"bad","label":0}]}"#,
            [1, 2],
        ),
        // An object with one array in it.
        (
            r#"{"version":2,"errors":[],"rows":[["text","label"],["good",1],["bad",0]]}"#,
            [2, 3],
        ),
        // JSON Lines, of objects and of arrays.
        (
            "{\"text\":\"good\",\"label\":1}\n\n{\"text\":\"bad\",\"label\":0}\n",
            [1, 3],
        ),
        (
            "[\"text\",\"label\"]\r\n[\"good\",1]\r\n[\"bad\",0]",
            [2, 3],
        ),
    ] {
        if looks_like_json(text) {
            assert_table(text, COLUMNS, ROWS, &places);
        } else {
            // Nothing but the name tells that these lines are JSON.
            let (grid, ..) = read(text).unwrap();
            assert_eq!(
                (cells(&grid), &grid.places[..]),
                (to_vecs(ROWS), &places[..])
            );
        }
    }
}

fn to_vecs<'a>(rows: &[&[&'a str]]) -> Vec<Vec<&'a str>> {
    rows.iter().map(|row| row.to_vec()).collect()
}

#[test]
fn json_is_told_from_other_text() {
    for text in ["[{", " \n[ [1]", "{\"a\":1}", "{}", "[]"] {
        assert!(looks_like_json(text), "{text}");
    }
    for text in [
        "",
        "[1],b",
        "{text},label",
        "text,label\n[{,a",
        "\"a\",\"b\"",
    ] {
        assert!(!looks_like_json(text), "{text}");
    }
}

#[test]
fn lines_and_items_count_rows() {
    let kind = |text| read(text).map(|(_, lines, kind)| (lines, kind));
    assert_eq!(kind("[{\"a\":1,\"b\":2}]"), Ok((false, PlaceKind::Item)));
    assert_eq!(
        kind("{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}"),
        Ok((true, PlaceKind::Line))
    );
}

#[test]
fn values_are_what_people_expect() {
    assert_table(
        r#"[{"a":null,"b":true},{"a":1.0,"b":-2.50},{"a":"\u8bc4\n","b":18446744073709551615},
            {"b":{"x":[1,null,"q\"",{}],"y":[]}, "a": " "},{"a":["joy","fear"]}]"#,
        &["a", "b"],
        &[
            &["", "true"],
            &["1", "-2.5"],
            &["评\n", "18446744073709551615"],
            &[" ", r#"{"x":[1,null,"q\"",{}],"y":[]}"#],
            &[r#"["joy","fear"]"#, ""],
        ],
        &[1, 2, 3, 4, 5],
    );
}

#[test]
fn fields_may_be_missing() {
    assert_table(
        "{\"a\":1}\n{\"b\":2}\n{}\n{\"a\":3,\"b\":4,\"b\":5}",
        &["a", "b"],
        &[&["1", ""], &["", "2"], &["", ""], &["3", "5"]],
        &[1, 2, 3, 4],
    );
    assert_table(
        r#"{"a":{"x":1,"y":2},"b":{"y":3,"z":4}}"#,
        &["a", "b"],
        &[&["1", ""], &["2", "3"], &["", "4"]],
        &[1, 2, 3],
    );
}

#[test]
fn broken_json_is_placed() {
    for (text, message) in [
        (
            "[{\"a\":1,\n\"b\":x}]",
            "line 2, column 5: this is not valid JSON: expected value",
        ),
        ("[{\"a\":1,\n\"b\":2}", "the JSON ends too early, in line 2"),
        (
            "{\"a\":1,\"b\":2}\n\n{\"a\":1,}\n",
            "line 3, column 8: this is not valid JSON: trailing comma",
        ),
        (
            "{\"a\":1,\"b\":2}\n{\"a\":1\n",
            "the JSON ends too early, in line 2",
        ),
        (
            "[{\"a\":1,\"b\":2}] x",
            "line 1, column 17: this is not valid JSON: trailing characters",
        ),
        (
            "[{\"a\":\"\\ud800\"}]",
            "line 1, column 14: this is not valid JSON: unexpected end of hex escape",
        ),
    ] {
        assert_problem(text, message);
    }
}

#[test]
fn odd_rows_are_placed() {
    for (text, message) in [
        (
            "[{\"a\":1,\"b\":2},3]",
            "item 2: a row should be an object, but this is a number",
        ),
        (
            "[[\"a\",\"b\"],{}]",
            "item 2: a row should be an array, but this is an object",
        ),
        (
            "{\"a\":1,\"b\":2}\n[1,2]",
            "line 2: a row should be an object, but this is an array",
        ),
        (
            "[[\"a\",\"b\"],[1,2],[1,2,3,4]]",
            "item 3: the row has 4 fields, but the header has 2",
        ),
        (
            "[[\"a\",\"b\"],[1]]",
            "item 2: the row has 1 fields, but the header has 2",
        ),
        (
            "{\"a\":[1,2],\"b\":[1]}",
            "the lists have different lengths: “b” has 1 values, the first one 2",
        ),
    ] {
        assert_problem(text, message);
    }
}

#[test]
fn too_little_is_no_table() {
    for (text, message) in [
        ("[]", "there are no rows below the header"),
        ("[[\"a\",\"b\"]]", "there are no rows below the header"),
        ("[{},{}]", "there are no rows below the header"),
        ("{}", "there is no list of rows in the JSON"),
        (
            "{\"text\":\"good\",\"label\":1}",
            "there is no list of rows in the JSON",
        ),
        (
            "[{\"a\":1,\" a\":2}]",
            "the header has two columns named “a” (columns 1 and 2)",
        ),
    ] {
        assert_problem(text, message);
    }
}

#[test]
fn a_million_levels_are_refused() {
    let deep = |open: &str, close: &str| [open.repeat(1_000_000), close.repeat(1_000_000)].concat();
    for text in [
        deep("[", "]"),
        format!("[{{\"a\":{}}}]", deep("[", "]")),
        format!(
            "{{\"a\":{}}}",
            deep("{\"b\":", "}").replace("{\"b\":}", "{}")
        ),
        format!("{{\"a\":1,\"b\":2}}\n{{\"a\":{}}}", deep("[", "]")),
    ] {
        let error = read(&text).unwrap_err().to_string();
        assert!(
            error.ends_with("the values are nested too deeply"),
            "{error}"
        );
    }
}

#[test]
fn too_many_columns_are_refused() {
    let fields: Vec<_> = (0..=MAX_COLUMNS)
        .map(|n| format!("\"{n}x\":[{n}]"))
        .collect();
    assert_problem(
        &format!("[{{{}}}]", fields.join(",")),
        "item 1: with this row there are more than 1000 different fields",
    );
    assert_problem(
        &format!("{{{}}}", fields.join(",")),
        "the header has 1001 columns, but at most 1000 can be read",
    );
    let names: Vec<_> = (0..100_000).map(|n| n.to_string()).collect();
    assert_problem(
        &format!("[[{}],[1]]", names.join(",")),
        "the header has 100000 columns, but at most 1000 can be read",
    );
}
