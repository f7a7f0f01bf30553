use super::*;
use crate::Organization;

const HEADER: &str = "\"Id\",\"Name\",\"IsSandbox\",\"OrganizationType\"\n";

fn file(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

/// Reads a whole file in pieces of `piece_len` bytes.
fn read(
    file: &[u8],
    piece_len: usize,
    to_skip: u64,
) -> Result<(Vec<Parsed<Organization>>, u64), SalesforceError> {
    let mut rows = CsvRows::new(to_skip);
    for piece in file.chunks(piece_len) {
        rows.push(piece)?;
        rows.push(&[])?;
    }
    rows.finish()?;
    let count = rows.count();
    Ok((rows.ready.into(), count))
}

fn names(file: &[u8], piece_len: usize, to_skip: u64) -> Vec<String> {
    let (rows, _) = read(file, piece_len, to_skip).unwrap();
    rows.into_iter().map(|row| row.unwrap().name).collect()
}

const TWO_ROWS: &str = "\"00DD000000QYVhd\",\"Acme, \"\"the\"\"\nbest ä\",\"false\",\"\"\n\
                        \"00DD000000QYVhe\",\"Globex\",\"true\",\"Developer Edition\"\n";

#[test]
fn pieces_may_end_anywhere() {
    let file = file(TWO_ROWS);
    for piece_len in 1..=file.len() {
        assert_eq!(
            names(&file, piece_len, 0),
            ["Acme, \"the\"\nbest ä", "Globex"],
            "{piece_len}"
        );
    }
    // The last line is complete without its line break, too.
    assert_eq!(names(&file[..file.len() - 1], 7, 0).len(), 2);
    assert_eq!(names(HEADER.as_bytes(), 5, 0), Vec::<String>::new());
}

#[test]
fn rows_read_before_are_counted_and_not_given_again() {
    let file = file(TWO_ROWS);
    assert_eq!(names(&file, 16, 1), ["Globex"]);
    assert_eq!(read(&file, 16, 2).unwrap().1, 2);
}

#[test]
fn one_unreadable_row_leaves_the_others_alone() {
    let mut file = file("\"00DD000000QYVhd\",\"Acme\",\"perhaps\",\"\"\n\"00DD000000QYVhe\",\"");
    file.extend_from_slice(b"\xff\",\"true\",\"\"\n\"00DD000000QYVhf\",\"Last\",\"true\",\"\"\n");
    let (rows, count) = read(&file, 11, 0).unwrap();
    assert_eq!(count, 3);
    let whys: Vec<(Option<&str>, &str)> = rows[..2]
        .iter()
        .map(|row| row.as_ref().unwrap_err())
        .map(|error| (error.id.as_deref(), error.why.as_str()))
        .collect();
    assert_eq!(
        whys,
        [
            (Some("00DD000000QYVhd"), "IsSandbox has an unknown form"),
            (Some("00DD000000QYVhe"), "the row is not UTF-8"),
        ]
    );
    assert_eq!(rows[2].as_ref().unwrap().name, "Last");
}

#[test]
fn a_record_longer_than_the_first_buffer_is_read_and_an_endless_one_is_not() {
    let name = "x".repeat(RECORD_BYTES_USUAL * 5);
    let long = file(&format!("00DD000000QYVhd,{name},false,\n"));
    assert_eq!(names(&long, 1000, 0), [name]);

    let endless = file(&format!(
        "00DD000000QYVhd,\"{}",
        "x".repeat(RECORD_BYTES_MAX)
    ));
    assert!(read(&endless, 65_536, 0).is_err());
}

#[test]
fn what_is_not_the_selected_columns_is_not_a_file() {
    let refused = |file: &str| match read(file.as_bytes(), 9, 0) {
        Err(SalesforceError::UnexpectedAnswer { excerpt, .. }) => excerpt,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(""), "an empty body");
    assert_eq!(
        refused("<html><body>Sorry</body></html>"),
        "<html><body>Sorry</body></html>"
    );
    assert_eq!(
        refused("Id,Name,OrganizationType,IsSandbox\n"),
        "IdNameOrganizationTypeIsSandbox"
    );
    assert_eq!(refused("a,b,c,d,e\n"), "more cells than columns");
    assert_eq!(
        refused(&format!("{HEADER}1,2,3\n")),
        "fewer cells than columns"
    );
    assert_eq!(
        refused(&format!("{HEADER}1,2,3,4,5\n")),
        "more cells than columns"
    );
}
