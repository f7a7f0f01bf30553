//! Reading in order of stamp and id.

use std::time::Duration;

use salesforce::{Client, Operation, RowQuery, SalesforceError};
use serde_json::{Value, json as value};

use crate::world::{Answer, World, json, json_text};

fn query() -> RowQuery {
    RowQuery {
        object: "Lead".parse().unwrap(),
        fields: vec!["Email".parse().unwrap()],
        operation: Operation::QueryAll,
        modified_from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
    }
}

fn row(last: char, second: u32) -> Value {
    value!({
        "Id": format!("00QD000000QYVh{last}"), "Email": format!("{last}@acme.io"),
        "SystemModstamp": format!("2026-01-02T03:04:{second:02}.000+0000")
    })
}

/// A page; the scripted clock stands at 03:04:05.
fn page(rows: &[Value], next: Option<&str>) -> Answer {
    let mut page = value!({"totalSize": 9, "done": next.is_none(), "records": rows});
    if let Some(next) = next {
        page["nextRecordsUrl"] = format!("/services/data/v67.0/query/{next}").into();
    }
    json(200, &page)
}

fn expired_locator() -> Answer {
    json_text(
        400,
        r#"[{"errorCode":"INVALID_QUERY_LOCATOR","message":"x"}]"#,
    )
}

fn too_slow() -> Answer {
    json_text(400, r#"[{"errorCode":"QUERY_TIMEOUT","message":"x"}]"#)
}

async fn emails(client: &Client) -> Result<Vec<String>, SalesforceError> {
    let mut rows = client.keyset_rows(query());
    let mut emails = Vec::new();
    while let Some(page) = rows.next_page().await? {
        for record in page {
            emails.push(record.text("Email").unwrap().unwrap().into_owned());
        }
    }
    Ok(emails)
}

/// The statement of a line, readable.
fn filter(line: &str) -> String {
    let (_, statement) = line.split_once("?q=").unwrap();
    let statement = percent_decoded(statement);
    statement.split_once(" FROM Lead ").unwrap().1.to_owned()
}

fn percent_decoded(text: &str) -> String {
    let url = format!("http://x/?q={text}").parse::<url::Url>().unwrap();
    url.query_pairs().next().unwrap().1.into_owned()
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_to_the_last() {
    let world = World::answering([
        page(&[row('a', 1), row('b', 1)], Some("01g-2")),
        page(&[row('c', 2)], None),
    ]);
    let client = world.client();
    assert_eq!(
        emails(&client).await.unwrap(),
        ["a@acme.io", "b@acme.io", "c@acme.io"]
    );
    let lines = world.lines();
    assert_eq!(
        filter(&lines[0]),
        "WHERE SystemModstamp >= 2026-01-01T00:00:00.000Z ORDER BY SystemModstamp, Id"
    );
    assert!(lines[0].contains("SELECT%20Email%2C%20Id%2C%20SystemModstamp"));
    assert!(lines[1].ends_with("/services/data/v67.0/query/01g-2"));
}

#[tokio::test(start_paused = true)]
async fn pages_that_are_not_kept_any_longer_are_asked_for_anew_behind_the_last_row() {
    let world = World::answering([
        page(&[row('a', 1), row('b', 1)], Some("01g-2")),
        expired_locator(),
        page(&[row('c', 2)], None),
    ]);
    assert_eq!(
        emails(&world.client()).await.unwrap(),
        ["a@acme.io", "b@acme.io", "c@acme.io"]
    );
    assert_eq!(
        filter(&world.lines()[2]),
        "WHERE ((SystemModstamp = 2026-01-02T03:04:01.000Z AND Id > '00QD000000QYVhbMAH') OR \
         SystemModstamp > 2026-01-02T03:04:01.000Z) ORDER BY SystemModstamp, Id"
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_that_changed_meanwhile_does_not_hide_the_rows_before_its_new_stamp() {
    // It was written at 03:04:07, after the statement began, and shows so at its old place.
    let world = World::answering([
        page(&[row('a', 1)], Some("01g-1")),
        page(&[row('b', 7), row('c', 2)], Some("01g-3")),
        expired_locator(),
        page(&[row('d', 3), row('b', 7)], None),
    ]);
    assert_eq!(
        emails(&world.client()).await.unwrap(),
        [
            "a@acme.io",
            "b@acme.io",
            "c@acme.io",
            "d@acme.io",
            "b@acme.io"
        ]
    );
    assert!(filter(&world.lines()[3]).contains("SystemModstamp = 2026-01-02T03:04:02.000Z"));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_changed_before_the_first_answer_hides_no_rows_either() {
    // The statement began at 03:03:55 and was answered at 03:04:05; the row was written between.
    let began_early = page(&[row('a', 1)], Some("01g-1"));
    let world = World::answering([
        Answer::Late(Duration::from_secs(10), Box::new(began_early)),
        page(&[row('b', 4), row('c', 2)], Some("01g-3")),
        expired_locator(),
        page(&[row('c', 2), row('d', 3), row('b', 4)], None),
    ]);
    let read = emails(&world.client()).await.unwrap();
    assert!(read.contains(&"d@acme.io".to_owned()));
    assert!(filter(&world.lines()[3]).contains("SystemModstamp = 2026-01-02T03:04:01.000Z"));
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_takes_too_long_is_made_narrower() {
    let full: Vec<Value> = (0..2000).map(|_| row('a', 1)).collect();
    let world = World::answering([too_slow(), page(&full, None), page(&[row('b', 2)], None)]);
    assert_eq!(emails(&world.client()).await.unwrap().len(), 2001);
    let lines = world.lines();
    assert!(!filter(&lines[0]).contains("LIMIT"));
    assert_eq!(
        filter(&lines[1]),
        "WHERE SystemModstamp >= 2026-01-01T00:00:00.000Z ORDER BY SystemModstamp, Id LIMIT 2000"
    );
    assert!(filter(&lines[2]).contains("Id > '00QD000000QYVhaMAH'"));
}

#[tokio::test(start_paused = true)]
async fn it_is_given_up_after_three_statements_without_a_row() {
    let world = World::answering([too_slow(), too_slow(), too_slow(), too_slow()]);
    let error = emails(&world.client()).await.unwrap_err();
    assert!(matches!(error, SalesforceError::QueryTooSlow), "{error:?}");
    assert_eq!(world.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_row_without_its_place_is_an_error() {
    let mut odd = row('a', 1);
    odd["SystemModstamp"] = Value::Null;
    let world = World::answering([page(&[odd], None)]);
    let error = emails(&world.client()).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
}
