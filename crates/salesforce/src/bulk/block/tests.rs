use super::*;

#[test]
fn cells_are_read_by_their_columns() {
    let block = Block::of_csv(
        "\"0015500001QdQWa\",\"true\",\"3.0\",\"2026-01-02T03:04:05.006Z\",\"a \"\"b\"\"\",\"\"\n",
        6,
    );
    assert_eq!((block.len(), block.is_empty()), (1, false));
    let row = block.rows().next().unwrap();
    assert_eq!(row.columns(), 6);
    assert_eq!(row.id(0).unwrap().unwrap().as_str(), "0015500001QdQWaAAN");
    assert_eq!(row.flag(1), Ok(Some(true)));
    assert_eq!(row.number(2), Ok(Some(3.0)));
    assert_eq!(
        row.instant(3).unwrap().unwrap().as_millis(),
        1_767_323_045_006
    );
    assert_eq!(row.text(4).unwrap().as_deref(), Some("a \"b\""));
    assert_eq!(row.raw(4), b"a \"\"b\"\"");
    assert_eq!(row.text(5), Ok(None));
    assert_eq!(row.number(5), Ok(None));
    assert_eq!(row.instant(5), Ok(None));
}

#[test]
fn a_text_is_copied_only_if_it_must_be() {
    let block = Block::of_csv("plain,\"in, quotes\",\"a\"\"b\"\n", 3);
    let row = block.rows().next().unwrap();
    assert!(matches!(row.text(0), Ok(Some(Cow::Borrowed("plain")))));
    assert!(matches!(row.text(1), Ok(Some(Cow::Borrowed("in, quotes")))));
    assert!(matches!(row.text(2), Ok(Some(Cow::Owned(text))) if text == "a\"b"));

    let block = Block::of_csv("plain,\"in, quotes\",\"a\"\"b\",\"a\0b\",\"\0\"\n", 5);
    let row = block.rows().next().unwrap();
    let cow = |column| row.text(column).unwrap();
    assert!(matches!(cow(0), Some(Cow::Borrowed("plain"))));
    assert!(matches!(cow(1), Some(Cow::Borrowed("in, quotes"))));
    assert!(matches!(cow(2), Some(Cow::Owned(text)) if text == "a\"b"));
    assert!(matches!(cow(3), Some(Cow::Owned(text)) if text == "ab"));
    assert_eq!(cow(4), None);
}

#[test]
fn what_is_not_the_type_is_said_with_its_column_and_without_its_value() {
    let block = Block::of_bytes(b"00Q,perhaps,NaN,yesterday,\xff,\xc3\xa4\n", 6);
    let row = block.rows().next().unwrap();
    for (column, error) in [
        (0, row.id(0).unwrap_err()),
        (1, row.flag(1).unwrap_err()),
        (2, row.number(2).unwrap_err()),
        (3, row.instant(3).unwrap_err()),
    ] {
        assert_eq!(
            error.to_string(),
            format!("column {column} has an unknown form")
        );
    }
    assert_eq!(
        row.text(4).unwrap_err().to_string(),
        "column 4 is not UTF-8"
    );
    assert_eq!(
        row.text(5).unwrap().as_deref(),
        Some("ä"),
        "its neighbour is"
    );
}

#[test]
fn instants_are_the_same_in_the_usual_form_and_by_the_parser_of_all_forms() {
    for text in [
        "1970-01-01T00:00:00.000Z",
        "1999-12-28T23:59:59.999Z",
        "2000-02-28T12:00:00.000Z",
        "2024-02-28T00:00:00.000Z",
        "2024-03-01T00:00:00.001Z",
        "2026-11-22T17:44:41.000Z",
        "2100-03-01T00:00:00.000Z",
        "2400-02-01T05:06:07.008Z",
    ] {
        assert_eq!(
            in_usual_form(text.as_bytes()),
            Some(text.parse().unwrap()),
            "{text}"
        );
    }
    for text in [
        "2024-02-29T00:00:00.000Z",
        "2026-01-31T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-01-01 00:00:00.000Z",
        "2026-01-01T24:00:00.000Z",
        "2026-01-01T00:00:00.00xZ",
        "2026-01-01T00:00:00.000+",
        "1969-12-28T00:00:00.000Z",
        "2026-01-01",
    ] {
        assert_eq!(in_usual_form(text.as_bytes()), None, "{text}");
    }
    let block = Block::of_csv("2024-02-29T00:00:00.000Z,2026-01-02T03:04:05+01:00\n", 2);
    let row = block.rows().next().unwrap();
    assert_eq!(
        row.instant(0).unwrap().unwrap().to_rfc3339(),
        "2024-02-29T00:00:00.000Z"
    );
    assert_eq!(
        row.instant(1).unwrap().unwrap().to_rfc3339(),
        "2026-01-02T02:04:05.000Z"
    );
}
