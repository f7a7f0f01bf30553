//! What files are read, and which are refused.

use super::super::dialect::{Delimiter, Dialect, LineEnding};
use super::{Reader, Unreadable, write_line};

const LF: Dialect = Dialect {
    delimiter: Delimiter::Comma,
    ending: LineEnding::Lf,
};
const CRLF: Dialect = Dialect {
    delimiter: Delimiter::Comma,
    ending: LineEnding::Crlf,
};

/// Fields by bar, lines by slash.
fn read(file: &str, dialect: Dialect) -> Result<String, Unreadable> {
    let mut reader = Reader::new(file.as_bytes(), 0, dialect);
    let mut lines = Vec::new();
    while let Some(line) = reader.line()? {
        lines.push(line.fields.join("|"));
    }
    Ok(lines.join(" / "))
}

#[test]
fn lines_and_fields_are_told_apart() {
    for (file, expected) in [
        ("", ""),
        ("a,b\n1,2\n", "a|b / 1|2"),
        ("a,b\n1,2", "a|b / 1|2"),
        ("a,\n,\n", "a| / |"),
        ("\"a\",\"b\"\n\"1\",\"2\"\n", "a|b / 1|2"),
        ("\"a\"\"b\",\"\"\"\",\"\"\n", "a\"b|\"|"),
        ("\"a,b\",\"line\nbreak\"\n", "a,b|line\nbreak"),
        ("\"a\r\nb\"\n", "a\r\nb"),
        ("a\rb,c\n", "a\rb|c"),
        ("\n\na\n\nb\n\n", "a / b"),
        ("\u{e4},\u{1f600}\n", "\u{e4}|\u{1f600}"),
        ("a\0b,c\n", "a\0b|c"),
        (" a , b \n", " a | b "),
    ] {
        assert_eq!(read(file, LF).as_deref(), Ok(expected), "{file:?}");
    }
    assert_eq!(
        read("a,b\r\n\"1\n\",2\r\n", CRLF).as_deref(),
        Ok("a|b / 1\n|2")
    );
}

#[test]
fn every_delimiter_separates_and_the_others_do_not() {
    for delimiter in Delimiter::ALL {
        let dialect = Dialect { delimiter, ..LF };
        let byte = char::from(delimiter.byte());
        let others: String = Delimiter::ALL
            .into_iter()
            .filter(|other| *other != delimiter)
            .map(|other| char::from(other.byte()))
            .collect();
        let file = format!("a{byte}b{others}\n\"x{byte}y\"{byte}z\n");
        let expected = format!("a|b{others} / x{byte}y|z");
        assert_eq!(read(&file, dialect), Ok(expected));
    }
}

#[test]
fn what_is_no_csv_is_refused() {
    for (file, dialect, expected) in [
        ("a\n\"b", LF, Unreadable::OpenQuote),
        ("a\nb\"c\n", LF, Unreadable::UnescapedQuote),
        ("a\n\"b\"c\n", LF, Unreadable::UnescapedQuote),
        ("a\n\"b\" ,c\n", LF, Unreadable::UnescapedQuote),
        ("\u{feff}\"a\"\n", LF, Unreadable::UnescapedQuote),
        ("a,b\r\n", LF, Unreadable::LineEnding(LineEnding::Lf)),
        ("\"a\"\r\n", LF, Unreadable::LineEnding(LineEnding::Lf)),
        ("a\n\r\nb\n", LF, Unreadable::LineEnding(LineEnding::Lf)),
        ("a,b\n", CRLF, Unreadable::LineEnding(LineEnding::Crlf)),
        ("\"a\"\n", CRLF, Unreadable::LineEnding(LineEnding::Crlf)),
        ("a\r\nb\n", CRLF, Unreadable::LineEnding(LineEnding::Crlf)),
    ] {
        assert_eq!(read(file, dialect), Err(expected), "{file:?}");
    }
    let mut reader = Reader::new(b"a\n\xff\n", 0, LF);
    assert!(reader.line().is_ok());
    assert_eq!(reader.line(), Err(Unreadable::NotUtf8));
    assert_eq!(
        Reader::new(b"\"\xff\"", 0, LF).line(),
        Err(Unreadable::NotUtf8)
    );
}

#[test]
fn long_fields_and_long_lines_are_refused() {
    let longest = "\u{e4}".repeat(131_072);
    assert_eq!(read(&longest, LF), Ok(longest.clone()));
    assert_eq!(
        read(&format!("{longest}x"), LF),
        Err(Unreadable::FieldTooLong)
    );
    let three = format!("{longest},{longest},{longest}");
    assert!(read(&three, LF).is_ok());
    assert_eq!(
        read(&format!("{three},{}", "x".repeat(6_785)), LF),
        Err(Unreadable::LineTooLong)
    );
    assert!(read(&format!("{three},{}", "x".repeat(6_784)), LF).is_ok());
    assert!(read(&",".repeat(4_999), LF).is_ok());
    assert_eq!(read(&",".repeat(5_000), LF), Err(Unreadable::TooManyFields));
}

#[test]
fn what_is_written_is_read_again() {
    let values = [
        "plain",
        "",
        "a \"quote\"",
        "a,b",
        "line\nbreak\r\n",
        "\"",
        "\0",
    ];
    for delimiter in Delimiter::ALL {
        for ending in [LineEnding::Lf, LineEnding::Crlf] {
            let dialect = Dialect { delimiter, ending };
            let mut file = Vec::new();
            write_line(values, dialect, &mut file);
            let length = file.len() - ending.text().len();
            let mut reader = Reader::new(&file, 0, dialect);
            let line = reader.line().unwrap().unwrap();
            assert_eq!(
                (line.fields, line.place),
                (values.map(Into::into).into(), 0..length)
            );
            assert_eq!(reader.line(), Ok(None));
        }
    }
    let mut file = Vec::new();
    write_line(["a \"b\"", ""], CRLF, &mut file);
    assert_eq!(file, b"\"a \"\"b\"\"\",\"\"\r\n");
}

#[test]
fn a_failure_is_said_in_the_vendors_words() {
    assert_eq!(
        Unreadable::LineEnding(LineEnding::Crlf).message(),
        "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF"
    );
    assert_eq!(
        Unreadable::UnescapedQuote.message(),
        "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be \
         within a quote"
    );
}
