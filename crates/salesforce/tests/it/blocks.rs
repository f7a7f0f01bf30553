//! Bulk queries of any fields, block by block.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use salesforce::{BulkRows, Operation, RowQuery, SalesforceError};
use serde_json::json as value;

use crate::world::{Answer, World, json};

const HEADER: &str = "\"Id\",\"Email\",\"Seats__c\"\n";

fn query() -> RowQuery {
    RowQuery {
        object: "Lead".parse().unwrap(),
        fields: ["Id", "email", "Seats__c"]
            .map(|it| it.parse().unwrap())
            .to_vec(),
        operation: Operation::Query,
        modified_from: Some("2026-01-02T03:04:05Z".parse().unwrap()),
    }
}

fn job() -> Answer {
    json(200, &value!({"id": "750", "state": "JobComplete"}))
}

fn headers(rows: usize, locator: &str) -> Vec<(&'static str, String)> {
    vec![
        ("content-type", "text/csv; charset=UTF-8".to_owned()),
        ("sforce-numberofrecords", rows.to_string()),
        ("sforce-locator", locator.to_owned()),
    ]
}

fn row(number: usize) -> String {
    format!("\"0015500001QdQWaAAN\",\"a,\"\"{number}\"\"@acme.io\",\"{number}.0\"\n")
}

fn file(rows: usize, locator: &str, body: &str) -> Answer {
    Answer::Reply {
        status: 200,
        headers: headers(rows, locator),
        body: body.to_owned(),
    }
}

/// The numbers of all rows, in the order in which they came.
async fn numbers(mut rows: BulkRows) -> Result<Vec<u32>, SalesforceError> {
    let mut numbers = Vec::new();
    while let Some(block) = rows.next_block().await? {
        assert_eq!(block.rows().len(), block.len());
        for row in block.rows() {
            let number = row.number(2).unwrap().unwrap();
            assert_eq!(
                row.text(1).unwrap().unwrap(),
                format!("a,\"{number}\"@acme.io")
            );
            assert_eq!(row.id(0).unwrap().unwrap().key_prefix(), "001");
            numbers.push(format!("{number}").parse().unwrap());
        }
    }
    Ok(numbers)
}

async fn read(world: &World) -> Result<Vec<u32>, SalesforceError> {
    numbers(world.client().bulk_rows(query())).await
}

#[tokio::test(start_paused = true)]
async fn any_fields_are_read_by_column() {
    let body = format!("{HEADER}{}{}", row(1), row(2));
    let world = World::answering([job(), file(2, "next", &body), file(0, "null", HEADER)]);
    assert_eq!(read(&world).await.unwrap(), [1, 2]);
    assert_eq!(
        world.seen()[0].body,
        r#"{"operation":"query","query":"SELECT Id, email, Seats__c FROM Lead WHERE SystemModstamp >= 2026-01-02T03:04:05.000Z","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_anywhere_loses_and_doubles_no_row() {
    let rows: String = (1..=4).map(row).collect();
    let whole = format!("{HEADER}{rows}");
    for cut in 0..whole.len() {
        let broken = Answer::BrokenBody {
            headers: headers(4, "null"),
            body: whole[..cut].to_owned(),
        };
        let world = World::answering([job(), broken, file(4, "null", &whole)]);
        assert_eq!(read(&world).await.unwrap(), [1, 2, 3, 4], "cut at {cut}");
        let lines = world.lines();
        assert_eq!(lines[1], lines[2]);
    }
}

#[tokio::test(start_paused = true)]
async fn rows_given_before_the_connection_broke_are_not_given_again() {
    // More than one block, so that rows are given out before the end of the file.
    let count = 20_000;
    let rows: String = (1..=count).map(row).collect();
    let whole = format!("{HEADER}{rows}");
    let broken = |at: usize| Answer::BrokenBody {
        headers: headers(count, "null"),
        body: whole[..at].to_owned(),
    };
    let world = World::answering([
        job(),
        broken(600_000),
        broken(300_001),
        broken(whole.len() - 1),
        file(count, "null", &whole),
    ]);
    let expected: Vec<u32> = (1..=20_000).collect();
    assert_eq!(read(&world).await.unwrap(), expected);
    assert_eq!(world.seen().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_slows_the_download() {
    let count = 40_000;
    let rows: String = (1..=count).map(row).collect();
    let whole = Bytes::from(format!("{HEADER}{rows}"));
    let pieces: Vec<Bytes> = (0..whole.len())
        .step_by(16 * 1024)
        .map(|at| whole.slice(at..whole.len().min(at + 16 * 1024)))
        .collect();
    let of_all = pieces.len();
    let taken = Arc::new(AtomicUsize::new(0));
    let answer = Answer::Pieces {
        headers: headers(count, "null"),
        pieces,
        taken: Arc::clone(&taken),
    };
    let world = World::answering([job(), answer]);
    let mut rows = world.client().bulk_rows(query());
    let first = rows.next_block().await.unwrap().unwrap().len();
    let after_one = taken.load(Ordering::Relaxed);
    assert!(
        first < count && after_one < of_all / 5,
        "{after_one} of {of_all}"
    );
    // Time alone takes nothing more.
    tokio::time::advance(Duration::from_mins(5)).await;
    assert_eq!(taken.load(Ordering::Relaxed), after_one);
    assert_eq!(numbers(rows).await.unwrap().len(), count - first);
}

/// What the reading of one file with this head and body ends with.
async fn error_of(headers: Vec<(&'static str, String)>, body: &str) -> String {
    let answer = Answer::Reply {
        status: 200,
        headers,
        body: body.to_owned(),
    };
    let world = World::answering([job(), answer]);
    let error = read(&world).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    assert_eq!(world.seen().len(), 2, "nothing is asked again");
    error.to_string()
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_whole_file_says_what_came() {
    let expected = "instead of CSV with the selected columns came (status 200): ";
    let all = "instead of all rows of a bulk file came (status 200): ";
    let one = format!("{HEADER}{}", row(1));
    for (rows, body, came) in [
        (2, one.clone(), format!("{all}1 rows of 2")),
        (0, one.clone(), format!("{all}1 rows of 0")),
        (1, String::new(), format!("{expected}an empty body")),
        (
            1,
            "<html>Down</html>".to_owned(),
            format!("{expected}<html>Down</html>"),
        ),
        (
            1,
            "Id,Seats__c,Email\nx,1,y\n".to_owned(),
            format!("{expected}Id,Seats__c,Email"),
        ),
        (
            1,
            format!("{HEADER}\"x\",\"y\"\n"),
            format!("{expected}another number of cells in the block after row 0"),
        ),
        (
            1,
            format!("{HEADER}\"x\",\"y\",\"1\",\"2\"\n"),
            format!("{expected}another number of cells in the block after row 0"),
        ),
        (
            1,
            format!("{HEADER}\"x\",\"cut off in quotes"),
            format!("{expected}not CSV in the block after row 0"),
        ),
    ] {
        assert_eq!(error_of(headers(rows, "null"), &body).await, came);
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_hides_what_follows_is_refused() {
    let body = format!("{HEADER}{}", row(1));
    for missing in ["sforce-numberofrecords", "sforce-locator", "content-type"] {
        let mut headers = headers(1, "null");
        headers.retain(|(name, _)| *name != missing);
        let error = error_of(headers, &body).await;
        assert!(
            error.starts_with("instead of text/csv with Sforce-NumberOfRecords and Sforce-Locator"),
            "{error}"
        );
    }
    let error = {
        let world = World::answering([job(), file(1, "again", &body), file(1, "again", &body)]);
        read(&world).await.unwrap_err().to_string()
    };
    assert_eq!(
        error,
        "instead of the locator of the next file came (status 200): the one of this file"
    );
}

#[tokio::test(start_paused = true)]
async fn after_an_error_the_reading_is_given_up_and_after_the_end_nothing_more_comes() {
    let body = format!("{HEADER}{}", row(1));
    let world = World::answering([job(), file(2, "null", &body)]);
    let mut rows = world.client().bulk_rows(query());
    assert_eq!(rows.next_block().await.unwrap().unwrap().len(), 1);
    assert!(rows.next_block().await.is_err());
    for _ in 0..2 {
        let again = rows.next_block().await;
        assert!(matches!(again, Err(SalesforceError::GivenUp)), "{again:?}");
    }
    assert_eq!(world.seen().len(), 2);

    let world = World::answering([job(), file(1, "null", &body)]);
    let mut rows = world.client().bulk_rows(query());
    assert_eq!(rows.next_block().await.unwrap().unwrap().len(), 1);
    for _ in 0..2 {
        assert!(rows.next_block().await.unwrap().is_none());
    }
    assert_eq!(world.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_is_dropped_while_it_waits_does_not_look_like_its_end() {
    let running = json(200, &value!({"id": "750", "state": "InProgress"}));
    let world = World::answering([running]);
    let mut rows = world.client().bulk_rows(query());
    let first = tokio::time::timeout(Duration::from_millis(10), rows.next_block()).await;
    assert!(first.is_err());
    let again = rows.next_block().await;
    assert!(matches!(again, Err(SalesforceError::GivenUp)), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn files_with_fewer_rows_than_their_job_are_not_all() {
    let done = value!({"id": "750", "state": "JobComplete", "numberRecordsProcessed": 3});
    let body = format!("{HEADER}{}", row(1));
    let world = World::answering([
        json(200, &done),
        file(1, "next", &body),
        file(1, "null", &body),
    ]);
    assert_eq!(
        read(&world).await.unwrap_err().to_string(),
        "instead of all rows of a bulk query came (status 200): 2 rows of 3"
    );
}

#[tokio::test(start_paused = true)]
async fn a_query_without_fields_is_not_sent() {
    let world = World::answering([]);
    let query = RowQuery {
        fields: Vec::new(),
        ..query()
    };
    let error = numbers(world.client().bulk_rows(query)).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::NotSendable { .. }),
        "{error:?}"
    );
}
