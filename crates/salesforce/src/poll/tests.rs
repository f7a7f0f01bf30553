use serde_json::json;

use super::*;

const STAMP: Timestamp = Timestamp::from_seconds(1_767_323_045);

fn page(done: bool, rows: usize) -> Page {
    let records: Vec<_> = (0..rows)
        .map(|row| json!({"Id": format!("row {row}"), "SystemModstamp": "2026-01-02T04:00:00.000+0000"}))
        .collect();
    serde_json::from_value(json!({"done": done, "records": records})).unwrap()
}

fn where_of(cursor: &Cursor) -> String {
    let statement = cursor.query::<Account>().to_string();
    statement.split_once(" WHERE ").unwrap().1.to_owned()
}

#[test]
fn the_boundary_second_is_read_again() {
    let cursor = Cursor::at(Timestamp::from_millis(1_767_323_045_999));
    assert_eq!(
        where_of(&cursor),
        "SystemModstamp >= 2026-01-02T03:04:05.000Z ORDER BY SystemModstamp, Id LIMIT 2000"
    );
}

#[test]
fn in_the_middle_of_a_reading_the_cursor_stands_behind_a_row() {
    let cursor = Cursor {
        stamp: STAMP,
        id: Some("001D000000QYVhdIAH".to_owned()),
    };
    assert_eq!(
        where_of(&cursor),
        "((SystemModstamp = 2026-01-02T03:04:05.000Z AND Id > '001D000000QYVhdIAH') \
         OR SystemModstamp > 2026-01-02T03:04:05.000Z) ORDER BY SystemModstamp, Id LIMIT 2000"
    );
}

#[test]
fn the_cursor_moves_to_the_last_row_and_keeps_its_id_only_while_there_is_more() {
    let start = Cursor::at(STAMP);
    let later: Timestamp = "2026-01-02T04:00:00Z".parse().unwrap();
    let behind = |id: &str| Cursor {
        stamp: later,
        id: Some(id.to_owned()),
    };

    assert_eq!(
        start.after(&page(true, 2)),
        Some((Cursor::at(later), false))
    );
    // Salesforce may cut a page short; what it left out comes with the next look.
    assert_eq!(start.after(&page(false, 2)), Some((behind("row 1"), true)));
    assert_eq!(
        start.after(&page(true, ROWS_MAX)),
        Some((behind("row 1999"), true))
    );
    // The end of a longer reading: from here on the boundary second is read again.
    assert_eq!(
        behind("row 1999").after(&page(true, 0)),
        Some((Cursor::at(later), false))
    );
    assert_eq!(start.after(&page(true, 0)), Some((start.clone(), false)));
}

#[test]
fn a_row_that_cannot_be_read_does_not_stop_the_cursor() {
    let page = json!({"done": true, "records": [
        {"Id": "001D000000QYVhdIAH", "SystemModstamp": "2026-01-02T04:00:00.000+0000"}]});
    let answered = Answered {
        status: http::StatusCode::OK,
        body: page.to_string().into(),
    };
    let mut unreadable = Vec::new();
    let step = step::<Account>(&Cursor::at(STAMP), &answered, &mut unreadable).unwrap();
    assert!(step.rows.is_empty());
    assert_eq!(unreadable[0].id.as_deref(), Some("001D000000QYVhdIAH"));
    assert_eq!(
        step.next,
        Cursor::at("2026-01-02T04:00:00Z".parse().unwrap())
    );
}

#[test]
fn rows_without_a_position_are_an_error_and_not_an_endless_reading() {
    let page = json!({"done": true, "records": [{"Id": "001D000000QYVhdIAH"}]});
    let answered = Answered {
        status: http::StatusCode::OK,
        body: page.to_string().into(),
    };
    let outcome = step::<Account>(&Cursor::at(STAMP), &answered, &mut Vec::new());
    assert!(matches!(
        outcome,
        Err(SalesforceError::UnexpectedAnswer { .. })
    ));
}
