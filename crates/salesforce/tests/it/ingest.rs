//! Ingest jobs: from the rows to the fate of each.

use futures_util::stream;
use model::Change;
use salesforce::{
    Client, IngestJob, IngestOperation, IngestRow, Ingested, IngestedRow, JobEnd, Outcome, RowFate,
    SalesforceError,
};
use serde_json::json as value;
use transport::RetryWhen;

use crate::world::{Answer, World, expired, json};

const JOBS: &str = "https://acme.my.salesforce.com/services/data/v67.0/jobs/ingest";

fn job() -> IngestJob {
    IngestJob {
        object: "Lead".parse().unwrap(),
        operation: IngestOperation::Upsert {
            key: "Ext__c".parse().unwrap(),
        },
        columns: ["Ext__c", "LastName"]
            .map(|it| it.parse().unwrap())
            .to_vec(),
    }
}

fn rows(count: usize) -> impl futures_util::Stream<Item = IngestRow> + Send + Unpin {
    stream::iter((1..=count).map(|at| {
        let name = match at {
            1 => Change::Set("Lee, \"Ada\"".to_owned()),
            2 => Change::Clear,
            _ => Change::Keep,
        };
        vec![Change::Set(format!("E{at}")), name]
    }))
}

fn told(state: &str) -> Answer {
    let job = value!({
        "id": "750", "state": state, "numberRecordsProcessed": 3, "numberRecordsFailed": 2
    });
    json(200, &job)
}

fn uploaded() -> Answer {
    Answer::Reply {
        status: 201,
        headers: Vec::new(),
        body: String::new(),
    }
}

fn csv(body: &str) -> Answer {
    Answer::Reply {
        status: 200,
        headers: vec![("content-type", "text/csv; charset=UTF-8".to_owned())],
        body: body.to_owned(),
    }
}

async fn all(of: &Ingested, client: &Client) -> Result<Vec<IngestedRow>, SalesforceError> {
    let mut results = of.results(client);
    let mut all = Vec::new();
    while let Some(rows) = results.next_rows().await? {
        all.extend(rows);
    }
    Ok(all)
}

const SUCCESSFUL: &str = "\"sf__Id\",\"sf__Created\",\"Ext__c\",\"LastName\"\n\
                          \"00QD000000QYVhd\",\"true\",\"E1\",\"Lee, \"\"Ada\"\"\"\n";
const FAILED: &str = "\"sf__Id\",\"sf__Error\",\"Ext__c\",\"LastName\"\n\
    \"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --\",\"E2\",\"#N/A\"\n\
    \"00QD000000QYVhd\",\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--\",\"E3\",\"\"\n";
const UNPROCESSED: &str = "\"Ext__c\",\"LastName\"\n\"E4\",\"\"\n";

#[tokio::test(start_paused = true)]
async fn rows_are_uploaded_and_each_has_a_fate() {
    let world = World::answering([
        told("Open"),
        uploaded(),
        told("UploadComplete"),
        told("InProgress"),
        told("JobComplete"),
        csv(SUCCESSFUL),
        csv(FAILED),
        csv(UNPROCESSED),
    ]);
    let client = world.client();
    let done = client.ingest(&job(), rows(4)).await.unwrap();
    assert_eq!((done.sent, done.processed, done.failed), (4, 3, 2));
    let fates = all(&done, &client).await.unwrap();
    let [created, missing, locked, left] = <[_; 4]>::try_from(fates).unwrap();
    assert!(matches!(created.fate, RowFate::Created(id) if id.as_str() == "00QD000000QYVhdMAH"));
    assert_eq!(
        created.cells,
        [Some("E1".to_owned()), Some("Lee, \"Ada\"".to_owned())]
    );
    match missing.fate {
        RowFate::Refused {
            id: None,
            error: SalesforceError::RequiredFieldMissing { fields, message },
        } => {
            assert_eq!(fields, ["LastName"]);
            assert_eq!(message, "Required fields are missing: [LastName]");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        locked.fate,
        RowFate::Refused {
            id: Some(_),
            error: SalesforceError::RowLocked
        }
    ));
    assert!(matches!(left.fate, RowFate::Unprocessed));
    assert_eq!(left.cells, [Some("E4".to_owned()), None]);

    let seen = world.seen();
    assert_eq!(
        seen[0].body,
        r#"{"object":"Lead","operation":"upsert","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF","externalIdFieldName":"Ext__c"}"#
    );
    assert_eq!(seen[1].line, format!("PUT {JOBS}/750/batches"));
    assert_eq!(
        seen[1].body,
        "Ext__c,LastName\n\"E1\",\"Lee, \"\"Ada\"\"\"\n\"E2\",#N/A\n\"E3\",\n\"E4\",\n"
    );
    assert_eq!(seen[2].line, format!("PATCH {JOBS}/750"));
    assert_eq!(seen[2].body, r#"{"state":"UploadComplete"}"#);
    let files: Vec<&str> = seen[5..].iter().map(|it| it.line.as_str()).collect();
    assert_eq!(
        files,
        [
            format!("GET {JOBS}/750/successfulResults"),
            format!("GET {JOBS}/750/failedResults"),
            format!("GET {JOBS}/750/unprocessedrecords"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_assignment_rule_runs_only_for_inserts_that_name_one() {
    for (assignment_rule, body) in [
        (
            Some("01QD000000QYVhd"),
            r#"{"object":"Lead","operation":"insert","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF","assignmentRuleId":"01QD000000QYVhdMAH"}"#,
        ),
        (
            None,
            r#"{"object":"Lead","operation":"insert","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"}"#,
        ),
    ] {
        let failed = value!({"id": "750", "state": "Failed",
                             "errorMessage": "InvalidBatch : Field name not found : Ext__c"});
        let world = World::answering([
            told("Open"),
            uploaded(),
            told("UploadComplete"),
            json(200, &failed),
        ]);
        let insert = IngestJob {
            operation: IngestOperation::Insert {
                assignment_rule: assignment_rule.map(|id| id.parse().unwrap()),
            },
            ..job()
        };
        let error = world.client().ingest(&insert, rows(1)).await.unwrap_err();
        assert_eq!(
            error.vendor_words(),
            Some("InvalidBatch : Field name not found : Ext__c")
        );
        assert_eq!(world.seen()[0].body, body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_upload_fails_is_aborted() {
    for failing in [Answer::Broken, limit()] {
        let world = World::answering([told("Open"), failing, told("Aborted")]);
        let outcome = world.client().ingest(&job(), rows(1)).await;
        assert!(
            matches!(
                outcome,
                Err(SalesforceError::Transport(_) | SalesforceError::LimitExceeded { .. })
            ),
            "{outcome:?}"
        );
        assert_eq!(world.seen()[2].body, r#"{"state":"Aborted"}"#);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_meets_a_stale_session_renews_it_and_was_not_begun() {
    let world = World::answering([told("Open"), expired(), told("Aborted")]);
    let error = world.client().ingest(&job(), rows(1)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.retry_when(), RetryWhen::Later { not_before: None });
    assert_eq!(world.renewals(), ["first"]);
    assert_eq!(world.seen()[2].authorization, "Bearer renewed-1");
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_written_says_so_and_nothing_is_carried_out() {
    let world = World::answering([told("Open"), told("Aborted")]);
    let rows = stream::iter([
        vec![Change::Set("E1".to_owned()), Change::Keep],
        vec![Change::Set("#N/A".to_owned()), Change::Keep],
    ]);
    let error = world.client().ingest(&job(), rows).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request cannot be made: the text #N/A would clear the field"
    );
    let states: Vec<String> = world.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(states[1], r#"{"state":"Aborted"}"#);
}

#[tokio::test(start_paused = true)]
async fn columns_that_do_not_fit_the_operation_are_refused_before_anything_is_sent() {
    let named = |names: &[&str]| names.iter().map(|it| it.parse().unwrap()).collect();
    let upsert = job().operation;
    let insert = IngestOperation::Insert {
        assignment_rule: None,
    };
    for (operation, columns) in [
        (insert.clone(), vec![]),
        (insert, vec!["Id", "LastName"]),
        (IngestOperation::Update, vec!["LastName"]),
        (upsert, vec!["Id", "LastName"]),
        (IngestOperation::Delete, vec!["Id", "LastName"]),
        (IngestOperation::HardDelete, vec!["LastName"]),
    ] {
        let job = IngestJob {
            columns: named(&columns),
            operation,
            ..job()
        };
        let error = World::answering([])
            .client()
            .ingest(&job, rows(1))
            .await
            .unwrap_err();
        assert!(
            matches!(error, SalesforceError::NotSendable { .. }),
            "{error:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn results_that_are_not_all_there_are_an_error() {
    let short = "\"sf__Id\",\"sf__Error\",\"Ext__c\",\"LastName\"\n\
                 \"\",\"STRING_TOO_LONG:long:LastName --\",\"E2\",\"\"\n";
    let world = World::answering([
        told("Open"),
        uploaded(),
        told("JobComplete"),
        csv(SUCCESSFUL),
        csv(short),
    ]);
    let client = world.client();
    let done = client.ingest(&job(), rows(3)).await.unwrap();
    let error = all(&done, &client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "instead of all results of an ingest job came (status 200): 1 rows of 2 in failedResults"
    );

    // More rows processed than were ever sent.
    let world = World::answering([told("Open"), uploaded(), told("JobComplete")]);
    let error = world.client().ingest(&job(), rows(1)).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::JobUnsettled { .. }),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_none_does_not_hide_why_a_row_was_refused() {
    let failed = "\"sf__Id\",\"sf__Error\",\"Ext__c\",\"LastName\"\n\
                  \"nonsense\",\"MALFORMED_ID:bad id:Id --\",\"E2\",\"\"\n\
                  \"\",\"UNABLE_TO_LOCK_ROW:locked:--\",\"E3\",\"\"\n";
    let world = World::answering([
        told("Open"),
        uploaded(),
        told("JobComplete"),
        csv(SUCCESSFUL),
        csv(failed),
    ]);
    let client = world.client();
    let done = client.ingest(&job(), rows(3)).await.unwrap();
    let fates = all(&done, &client).await.unwrap();
    assert!(matches!(
        fates[1].fate,
        RowFate::Refused {
            id: None,
            error: SalesforceError::Malformed { .. }
        }
    ));
    assert_eq!(fates.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn results_that_broke_off_do_not_look_like_their_end() {
    let world = World::answering([
        told("Open"),
        uploaded(),
        told("JobComplete"),
        csv(SUCCESSFUL),
        Answer::NeverOpened,
        Answer::NeverOpened,
        Answer::NeverOpened,
        Answer::NeverOpened,
    ]);
    let client = world.client();
    let done = client.ingest(&job(), rows(3)).await.unwrap();
    let mut results = done.results(&client);
    assert_eq!(results.next_rows().await.unwrap().unwrap().len(), 1);
    assert!(results.next_rows().await.is_err());
    let asked = world.seen().len();
    let again = results.next_rows().await;
    assert!(matches!(again, Err(SalesforceError::GivenUp)), "{again:?}");
    assert_eq!(world.seen().len(), asked);
}

fn limit() -> Answer {
    let body = value!([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}]);
    json(403, &body)
}

#[tokio::test(start_paused = true)]
async fn what_is_met_behind_the_start_of_a_job_leaves_its_outcome_open() {
    let hanging: Vec<Answer> = (0..500).map(|_| told("InProgress")).collect();
    for (behind, because) in [
        (vec![limit()], "a limit on calls is reached"),
        (hanging, "the bulk job did not finish"),
    ] {
        let started = [told("Open"), uploaded(), told("UploadComplete")];
        let world = World::answering(started.into_iter().chain(behind));
        let error = world.client().ingest(&job(), rows(3)).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(
            error.to_string(),
            format!(
                "the bulk job 750 has its rows, and their fate could not be learned: {because}"
            )
        );
    }

    // Whether it was started is not known either.
    let world = World::answering([told("Open"), uploaded(), Answer::Broken]);
    let error = world.client().ingest(&job(), rows(3)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(matches!(error, SalesforceError::JobUnsettled { job, .. } if job == "750"));
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_start_is_refused_is_aborted_and_wrote_nothing() {
    let world = World::answering([told("Open"), uploaded(), limit(), told("Aborted")]);
    let error = world.client().ingest(&job(), rows(3)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Refused);
    assert_eq!(world.seen()[3].body, r#"{"state":"Aborted"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_failed_midway_tells_what_became_of_its_rows() {
    let failed = value!({"id": "750", "state": "Failed", "errorMessage": "TooManyFailures",
                         "numberRecordsProcessed": 1, "numberRecordsFailed": 0});
    let left = "\"Ext__c\",\"LastName\"\n\"E2\",\"\"\n";
    let world = World::answering([
        told("Open"),
        uploaded(),
        told("UploadComplete"),
        json(200, &failed),
        csv(SUCCESSFUL),
        csv(left),
    ]);
    let client = world.client();
    let done = client.ingest(&job(), rows(2)).await.unwrap();
    let message = "TooManyFailures".to_owned();
    assert_eq!(done.end, JobEnd::Failed { message });
    let fates = all(&done, &client).await.unwrap();
    assert!(matches!(fates[0].fate, RowFate::Created(_)));
    assert!(matches!(fates[1].fate, RowFate::Unprocessed));
    assert_eq!(fates.len(), 2);
}
