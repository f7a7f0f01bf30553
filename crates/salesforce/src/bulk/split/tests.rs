use proptest::prelude::*;

use super::*;

/// The cells of all records, unescaped, of a text that is the whole file.
fn records(text: &str) -> Result<Vec<Vec<String>>, NotCsv> {
    let bytes = text.as_bytes();
    let (mut at, mut all) = (0, Vec::new());
    loop {
        let mut cells = Vec::new();
        match record(bytes, at, Then::End, &mut cells)? {
            Record::Partial => return Ok(all),
            Record::Whole(next) => {
                at = next;
                let shown = |cell: &Span| {
                    let text = std::str::from_utf8(cell.of(bytes)).unwrap();
                    if cell.has_doubled_quotes() {
                        text.replace("\"\"", "\"")
                    } else {
                        text.to_owned()
                    }
                };
                all.push(cells.iter().map(shown).collect());
            }
        }
    }
}

#[test]
fn cells_are_found_with_and_without_quotes() {
    for (text, expected) in [
        ("", vec![]),
        ("\n", vec![]),
        ("a,b\n", vec![vec!["a", "b"]]),
        ("a,b", vec![vec!["a", "b"]]),
        (
            "\"a\",\"b\"\r\n\"c\",\"d\"\r\n",
            vec![vec!["a", "b"], vec!["c", "d"]],
        ),
        ("a,b\r\nc,d\r\n", vec![vec!["a", "b"], vec!["c", "d"]]),
        ("\"a, \"\"b\"\"\nc\",d\n", vec![vec!["a, \"b\"\nc", "d"]]),
        ("\"\",\"\"\n", vec![vec!["", ""]]),
        (",\n", vec![vec!["", ""]]),
        ("a,", vec![vec!["a", ""]]),
        ("\"\"\"\"\n", vec![vec!["\""]]),
        ("a\"b,c\n", vec![vec!["a\"b", "c"]]),
        ("a\rb,c\n", vec![vec!["a\rb", "c"]]),
        ("a\n\n\nb\n", vec![vec!["a"], vec!["b"]]),
        ("\"ä\",ö\n", vec![vec!["ä", "ö"]]),
    ] {
        assert_eq!(records(text).unwrap(), expected, "{text:?}");
    }
}

#[test]
fn what_follows_no_rule_is_refused() {
    for text in ["\"a\"b,c\n", "\"a\n", "\"a\" ,b\n", "a,\"", "\"a\"\rb\n"] {
        assert_eq!(records(text), Err(NotCsv), "{text:?}");
    }
}

#[test]
fn a_record_that_is_cut_off_anywhere_is_partial_and_leaves_no_cells() {
    let text = b"\"a\"\"\",b,\"c\"\r\n";
    for end in 0..text.len() {
        let mut cells = vec![Span::new(0, 0, false)];
        assert_eq!(
            record(&text[..end], 0, Then::More, &mut cells),
            Ok(Record::Partial),
            "{end}"
        );
        assert_eq!(cells.len(), 1);
    }
    let mut cells = Vec::new();
    assert_eq!(
        record(text, 0, Then::More, &mut cells),
        Ok(Record::Whole(text.len()))
    );
    assert_eq!(cells.len(), 3);
}

proptest! {
    #[test]
    fn what_was_written_as_csv_is_read_again(
        rows in prop::collection::vec(prop::collection::vec("[a,\"\r\nä\\x00]{0,6}", 2..5), 0..6),
    ) {
        let mut text = String::new();
        for row in &rows {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
                .collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        prop_assert_eq!(records(&text).unwrap(), rows);
    }

    #[test]
    fn no_bytes_make_the_splitter_panic_or_stand_still(
        bytes in prop::collection::vec(prop::sample::select(b"\",\r\nab".to_vec()), 0..40),
        then in prop::sample::select(vec![Then::More, Then::End]),
    ) {
        let (mut at, mut cells) = (0, Vec::new());
        while let Ok(Record::Whole(next)) = record(&bytes, at, then, &mut cells) {
            prop_assert!(next > at && next <= bytes.len());
            at = next;
        }
    }
}
