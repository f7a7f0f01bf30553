//! Bulk queries from the job to the last row.

use futures_util::TryStreamExt;
use salesforce::{Account, Client, Operation, SalesforceError};
use serde_json::json as value;

use crate::world::{Answer, World, json};

const HEADER: &str = "Id,Name,Website,OwnerId,BillingCountry,ShippingCountry,Phone,IsDeleted,\
                      MasterRecordId,SystemModstamp\n";

fn job(state: &str) -> Answer {
    json(
        200,
        &value!({"id": "7505e00000AbCdEAAV", "state": state, "apiVersion": 67.0}),
    )
}

fn row(name: &str) -> String {
    format!("001D000000QYVhd,{name},,005D000000QYVhd,,,,false,,2026-01-02T03:04:05.000Z\n")
}

fn headers(rows: usize, locator: &str) -> Vec<(&'static str, String)> {
    vec![
        ("content-type", "text/csv; charset=UTF-8".to_owned()),
        ("sforce-numberofrecords", rows.to_string()),
        ("sforce-locator", locator.to_owned()),
    ]
}

fn file(names: &[&str], locator: &str) -> Answer {
    let rows: String = names.iter().map(|name| row(name)).collect();
    let body = format!("{HEADER}{rows}");
    Answer::Reply {
        status: 200,
        headers: headers(names.len(), locator),
        body,
    }
}

async fn names(client: &Client) -> Result<Vec<String>, SalesforceError> {
    let accounts = client.bulk_accounts(Operation::QueryAll);
    let accounts: Vec<Account> = accounts.map_ok(Result::unwrap).try_collect().await?;
    Ok(accounts.into_iter().map(|account| account.name).collect())
}

#[tokio::test(start_paused = true)]
async fn all_files_of_a_job_are_read_in_turn() {
    let world = World::answering([
        job("UploadComplete"),
        job("InProgress"),
        job("JobComplete"),
        file(&["A", "B"], "MTAw/MDA"),
        file(&["C"], "null"),
    ]);
    assert_eq!(names(&world.client()).await.unwrap(), ["A", "B", "C"]);
    let jobs = "https://acme.my.salesforce.com/services/data/v67.0/jobs/query";
    assert_eq!(
        world.lines(),
        [
            format!("POST {jobs}"),
            format!("GET {jobs}/7505e00000AbCdEAAV"),
            format!("GET {jobs}/7505e00000AbCdEAAV"),
            format!("GET {jobs}/7505e00000AbCdEAAV/results?maxRecords=50000"),
            format!("GET {jobs}/7505e00000AbCdEAAV/results?maxRecords=50000&locator=MTAw%2FMDA"),
        ]
    );
    assert_eq!(
        world.seen()[0].body,
        r#"{"operation":"queryAll","query":"SELECT Id, Name, Website, OwnerId, BillingCountry, ShippingCountry, Phone, IsDeleted, MasterRecordId, SystemModstamp FROM Account","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"}"#
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_before_the_stream_is_polled_nor_ahead_of_its_reader() {
    let world = World::answering([job("JobComplete"), file(&["A"], "next")]);
    let client = world.client();
    let mut rows = client.bulk_accounts(Operation::Query);
    assert_eq!(client.calls(), 0);
    assert_eq!(rows.try_next().await.unwrap().unwrap().unwrap().name, "A");
    // The second file would be one answer more than the script has.
    assert_eq!(world.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_connection_breaks_is_opened_again_behind_the_rows_given() {
    let whole = format!("{HEADER}{}{}", row("A"), row("B"));
    let half = whole[..whole.len() - 20].to_owned();
    let world = World::answering([
        job("JobComplete"),
        Answer::BrokenBody {
            headers: headers(2, "null"),
            body: half,
        },
        file(&["A", "B"], "null"),
    ]);
    assert_eq!(names(&world.client()).await.unwrap(), ["A", "B"]);
    let lines = world.lines();
    assert_eq!(lines[1], lines[2]);

    let mut answers = vec![job("JobComplete")];
    answers.extend((0..4).map(|_| Answer::BrokenBody {
        headers: headers(2, "null"),
        body: HEADER.to_owned(),
    }));
    let world = World::answering(answers);
    let error = names(&world.client()).await.unwrap_err();
    assert!(matches!(error, SalesforceError::Transport(_)), "{error:?}");
    assert_eq!(world.seen().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_all_there_is_an_error() {
    let short = Answer::Reply {
        status: 200,
        headers: headers(2, "null"),
        body: format!("{HEADER}{}", row("A")),
    };
    let world = World::answering([job("JobComplete"), short]);
    let error = names(&world.client()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "instead of all rows of a bulk file came (status 200): 1 rows of 2"
    );

    let page = Answer::Reply {
        status: 200,
        headers: vec![("content-type", "text/html".to_owned())],
        body: "<html>".to_owned(),
    };
    let world = World::answering([job("JobComplete"), page]);
    let error = names(&world.client()).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_or_hangs_says_so() {
    let failed = value!({"id": "750", "state": "Failed", "errorMessage": "InvalidBatch : Foo"});
    let world = World::answering([job("InProgress"), json(200, &failed)]);
    let error = names(&world.client()).await.unwrap_err();
    assert_eq!(error.vendor_words(), Some("InvalidBatch : Foo"));

    let hanging = (0..1000).map(|_| job("InProgress"));
    let world = World::answering(hanging);
    let client = world.client();
    let error = names(&client).await.unwrap_err();
    assert_eq!(error.vendor_words(), Some("not ready after 3600 s"));
    // Looks become rarer, up to one in ten seconds.
    assert!((360..380).contains(&client.calls()), "{}", client.calls());
}
