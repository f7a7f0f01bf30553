//! What becomes of each row, by operation.

use std::time::Duration;

use salesforce_sim::{BulkSwitches, Object, RecordId, Rules};
use serde_json::{Value as Json, json};

use super::{
    done, errors, failure, four_hundred_and_fifty, info, leads, open, part, set_state, upload,
};
use crate::world::{Org, ada, refusal};

#[test]
fn rows_are_written_in_chunks_of_two_hundred_while_the_job_runs() {
    let mut org = Org::empty();
    let file = four_hundred_and_fifty();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    upload(&mut org, &id, &file);
    set_state(&mut org, &id, "UploadComplete");
    // Three chunks share the time from 50 ms to 200 ms.
    for (wait, processed, state) in [
        (49, 0, "UploadComplete"),
        (1, 0, "InProgress"),
        (49, 0, "InProgress"),
        (1, 200, "InProgress"),
        (50, 400, "InProgress"),
        (49, 400, "InProgress"),
        (1, 450, "JobComplete"),
    ] {
        org.wait(Duration::from_millis(wait));
        let info = info(&mut org, &id);
        assert_eq!(
            (&info["numberRecordsProcessed"], &info["state"]),
            (&json!(processed), &json!(state))
        );
        let (_, count) = org.query("SELECT COUNT() FROM Lead");
        assert_eq!(count["totalSize"], processed);
    }
    assert_eq!(org.world.next_due(), None);
}

#[test]
fn a_large_job_that_is_overdue_is_done_turn_by_turn() {
    let mut org = Org::empty();
    let rows: Vec<String> = (0..20_000).map(|n| format!("L{n},C\n")).collect();
    let file = format!("LastName,Company\n{}", rows.concat());
    let id = leads(&mut org, "insert", &file);
    // A turn has 50 steps; the first of them begins the job.
    for (processed, state) in [
        (9_800, "InProgress"),
        (19_800, "InProgress"),
        (20_000, "JobComplete"),
    ] {
        let info = info(&mut org, &id);
        assert_eq!(
            (&info["numberRecordsProcessed"], &info["state"]),
            (&json!(processed), &json!(state))
        );
        let is_due = org.world.next_due().is_some_and(|due| due <= org.now);
        assert_eq!(is_due, state == "InProgress");
    }
    let (_, count) = org.query("SELECT COUNT() FROM Lead");
    assert_eq!(count["totalSize"], 20_000);
    // What was left to later turns is not dated before what the first turn's caller could read.
    let late = "SELECT COUNT() FROM Lead WHERE SystemModstamp >= 2026-06-10T12:00:01Z";
    assert_eq!(org.query(late).1["totalSize"], 10_200);
}

#[test]
fn updates_empty_what_says_so_and_leave_what_says_nothing() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let file = format!(
        "Id,FirstName,Company,HasOptedOutOfEmail,AnnualRevenue\n\
         {lead},#N/A,,1,12\n00Q5e0000000009EAA,X,,,\nxyz,X,,,\n,X,,,\n{lead},,,maybe,\n\
         {lead},,,,much\n"
    );
    let id = leads(&mut org, "update", &file);
    assert_eq!(
        errors(&mut org, &id),
        [
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
            "MALFORMED_ID:bad id xyz:Id --",
            "MISSING_ARGUMENT:Id not specified in an update call:--",
            "INVALID_TYPE_ON_FIELD_IN_RECORD:Email Opt Out: value not of required type: \
             maybe:HasOptedOutOfEmail --",
            "INVALID_TYPE_ON_FIELD_IN_RECORD:Annual Revenue: value not of required type: \
             much:AnnualRevenue --",
        ]
    );
    assert_eq!(
        part(&mut org, &id, "successfulResults")
            .lines()
            .nth(1)
            .unwrap(),
        format!("\"{lead}\",\"false\",\"{lead}\",\"#N/A\",\"\",\"1\",\"12\"")
    );
    // Of a row that failed the file names the record that it meant.
    let failed = part(&mut org, &id, "failedResults");
    assert!(failed.contains("\n\"00Q5e0000000009EAA\",\"INVALID_CROSS"));
    assert!(failed.contains("\n\"\",\"MALFORMED_ID"));
    assert!(failed.contains(&format!(
        "\n\"{lead}\",\"INVALID_TYPE_ON_FIELD_IN_RECORD:Email"
    )));
    assert_eq!(org.field(lead, "FirstName"), Json::Null);
    assert_eq!(org.field(lead, "Company"), "Engines");
    assert_eq!(org.field(lead, "HasOptedOutOfEmail"), true);
    assert_eq!(org.field(lead, "AnnualRevenue"), 12.0);
}

#[test]
fn upserts_find_by_their_key_or_create() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let twin = json!({"LastName": "T", "Company": "C", "Email": "twin@t.example"});
    let twins = [org.create("Lead", &twin), org.create("Lead", &twin)];
    let job = json!({
        "object": "Lead", "operation": "upsert", "externalIdFieldName": "email",
    });
    let file = "Email,LastName,Company\nADA@engines.example,Byron,\nnew@n.example,New,N\n\
                ,Nobody,N\ntwin@t.example,X,\n";
    let id = done(&mut org, &job, file);
    assert_eq!(info(&mut org, &id)["externalIdFieldName"], "Email");
    let successful = part(&mut org, &id, "successfulResults");
    let rows: Vec<&str> = successful.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            format!("\"{lead}\",\"false\",\"ADA@engines.example\",\"Byron\",\"\""),
            "\"00Q5e0000000004EAA\",\"true\",\"new@n.example\",\"New\",\"N\"".to_owned(),
        ]
    );
    assert_eq!(
        errors(&mut org, &id),
        [
            "MISSING_ARGUMENT:Email not specified:--".to_owned(),
            format!(
                "DUPLICATE_EXTERNAL_ID:Email: more than one record found for external id field: \
                 [{}, {}]:Email --",
                twins[0], twins[1]
            ),
        ]
    );
    assert_eq!(org.field(lead, "LastName"), "Byron");
    let by_id = json!({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Id"});
    let file = format!("Id,LastName,Company\n{lead},King,\n,Fresh,F\n");
    let id = done(&mut org, &by_id, &file);
    let successful = part(&mut org, &id, "successfulResults");
    assert!(successful.contains(&format!("\n\"{lead}\",\"false\",")));
    assert!(successful.contains("\",\"true\",\"\",\"Fresh\",\"F\"\n"));
}

#[test]
fn deletes_take_ids_and_nothing_else() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let refused = leads(&mut org, "delete", &format!("Id,LastName\n{lead},X\n"));
    assert_eq!(
        failure(&mut org, &refused),
        "InvalidBatch : The 'delete' batch must contain only ids"
    );
    assert_eq!(
        part(&mut org, &refused, "unprocessedRecords"),
        format!("Id,LastName\n{lead},X\n")
    );
    let id = leads(&mut org, "delete", &format!("id\n{lead}\n{lead}\n"));
    assert_eq!(
        part(&mut org, &id, "successfulResults"),
        format!("\"sf__Id\",\"sf__Created\",id\n\"{lead}\",\"false\",\"{lead}\"\n")
    );
    assert_eq!(
        errors(&mut org, &id),
        ["ENTITY_IS_DELETED:entity is deleted:--"]
    );
    assert_eq!(org.field(lead, "IsDeleted"), true);
}

#[test]
fn deleting_for_good_needs_a_permission() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let job = json!({"object": "Lead", "operation": "hardDelete"});
    assert_eq!(
        refusal(org.call("POST", "jobs/ingest", &job)),
        "400 FEATURENOTENABLED: hardDelete operation requires special user profile permission, \
         please contact your system administrator"
    );
    org.world.set_bulk_switches(BulkSwitches {
        may_hard_delete: true,
        ..BulkSwitches::default()
    });
    let id = done(&mut org, &job, &format!("Id\n{lead}\n"));
    assert_eq!(info(&mut org, &id)["numberRecordsFailed"], 0);
    let (_, gone) = org.query_by("queryAll", "SELECT Id FROM Lead");
    assert_eq!(gone["totalSize"], 0);
}

#[test]
fn records_are_referred_to_by_a_key_of_theirs() {
    let mut org = Org::empty();
    let contact = json!({"LastName": "Contact", "Email": "c@c.example"});
    let contact: RecordId = org.create("Contact", &contact);
    let lead = org.create("Lead", &ada());
    let file = format!(
        "Subject,Contact:Who.Email,WhoId\na,C@C.example,\nb,nobody@n.example,\nc,,{lead}\n"
    );
    let id = done(
        &mut org,
        &json!({"object": "Task", "operation": "insert"}),
        &file,
    );
    assert_eq!(
        errors(&mut org, &id),
        [
            "INVALID_FIELD:Foreign key external ID: nobody@n.example not found for field Email in \
          entity Contact:--"
        ]
    );
    assert_eq!(
        org.rows("SELECT Subject, WhoId FROM Task ORDER BY Subject"),
        format!("a|{contact}; c|{lead}")
    );
    let file = format!("Id,ReportsTo.Email\n{contact},#N/A\n");
    let id = done(
        &mut org,
        &json!({"object": "Contact", "operation": "update"}),
        &file,
    );
    assert_eq!(info(&mut org, &id)["numberRecordsFailed"], 0);
    for column in [
        "Who.Email",
        "User:Who.Email",
        "Contact:Who.LastName",
        "Contact:Whom.Email",
    ] {
        let id = done(
            &mut org,
            &json!({"object": "Task", "operation": "insert"}),
            &format!("Subject,{column}\na,b\n"),
        );
        assert_eq!(
            failure(&mut org, &id),
            format!("InvalidBatch : Field name not found : {column}")
        );
    }
}

#[test]
fn a_job_asks_for_no_assignment_rule_unless_it_names_one() {
    let mut org = Org::empty();
    let rules = Rules {
        lead_assignment: true,
        ..org.world.rules().clone()
    };
    org.world.set_rules(rules).unwrap();
    let file = "LastName,Company\nL,C\n";
    let id = leads(&mut org, "insert", file);
    assert_eq!(info(&mut org, &id).get("assignmentRuleId"), None);
    let user = org.world.integration_user().to_string();
    assert_eq!(org.rows("SELECT OwnerId FROM Lead"), user);
    let rule = org.query("SELECT Id FROM AssignmentRule LIMIT 1").1["records"][0]["Id"].clone();
    let job = json!({"object": "Lead", "operation": "insert", "assignmentRuleId": rule});
    let id = done(&mut org, &job, file);
    assert_eq!(info(&mut org, &id)["assignmentRuleId"], rule);
    let queue = org.world.queue().to_string();
    assert_eq!(
        org.rows("SELECT OwnerId FROM Lead ORDER BY Id DESC LIMIT 1"),
        queue
    );
}

#[test]
fn what_a_job_writes_is_stamped_with_the_instant_of_its_chunk() {
    let mut org = Org::empty();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    upload(&mut org, &id, "LastName,Company\nL,C\n");
    org.world.set_bulk_switches(BulkSwitches {
        duration_ms: Some(20_000),
        ..BulkSwitches::default()
    });
    set_state(&mut org, &id, "UploadComplete");
    assert_eq!(
        org.world.next_due(),
        Some(org.now.plus(Duration::from_secs(5)))
    );
    // Nobody asks for a minute; the rows were there all the same.
    org.wait(Duration::from_mins(1));
    let visible = org.world.due(org.now);
    assert_eq!(visible.len(), 1);
    assert_eq!(
        org.field(visible[0], "CreatedDate"),
        "2026-06-10T12:00:20.000+0000"
    );
    assert_eq!(Object::Lead.prefix(), &visible[0].to_string()[..3]);
}
