//! Queries, pages, polls.

use model::Timestamp;
use salesforce::{Cursor, PollCursors, SalesforceError, User};
use serde_json::{Value, json as value};

use crate::world::{World, composite, json, lead, rows};

const LEAD_1: &str = "00QD000000QYVhdMAH";
const LEAD_2: &str = "00QD000000QYVheMAH";

fn contact(id: &str) -> Value {
    value!({
        "Id": id, "Name": "Ada Lee", "LastName": "Lee", "OwnerId": "005D000000QYVhd",
        "IsDeleted": false, "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "SystemModstamp": "2026-01-02T03:04:05.000+0000"
    })
}

#[tokio::test(start_paused = true)]
async fn people_with_an_email_are_read_in_one_call_with_the_email_escaped() {
    let leads = rows(&[lead(LEAD_1, "o'neil@acme.io")]);
    let contacts = rows(&[contact("003D000000QYVhd")]);
    let world = World::answering([composite(&[
        ("contacts", 200, contacts),
        ("leads", 200, leads),
    ])]);
    let people = world
        .client()
        .people_with_email("o'neil@acme.io")
        .await
        .unwrap();
    assert_eq!(people.leads[0].id.as_str(), LEAD_1);
    assert_eq!(people.contacts[0].id.as_str(), "003D000000QYVhdIAH");
    assert_eq!(
        people.server_time,
        Some(Timestamp::from_seconds(1_767_323_045))
    );
    let seen = &world.seen()[0];
    assert_eq!(
        seen.line,
        "POST https://acme.my.salesforce.com/services/data/v67.0/composite"
    );
    let sent: Value = serde_json::from_str(&seen.body).unwrap();
    let url = sent["compositeRequest"][0]["url"].as_str().unwrap();
    assert!(
        url.starts_with("/services/data/v67.0/query?q=SELECT%20Id%2C%20Name"),
        "{url}"
    );
    assert!(
        url.ends_with(
            "FROM%20Lead%20WHERE%20Email%20%3D%20%27o%5C%27neil%40acme.io%27%20ORDER%20BY%20Id"
        ),
        "{url}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_match_with_a_hole_in_it_is_an_error() {
    let mut broken = lead(LEAD_1, "ada@acme.io");
    broken["Status"] = Value::Null;
    let parts = [
        ("leads", 200, rows(&[broken])),
        ("contacts", 200, rows(&[])),
    ];
    let outcome = World::answering([composite(&parts)])
        .client()
        .people_with_email("a@b.c")
        .await;
    assert!(
        matches!(outcome, Err(SalesforceError::Unreadable(_))),
        "{outcome:?}"
    );

    let refused = value!([{"errorCode": "INVALID_FIELD", "message": "No such column 'Email'"}]);
    let parts = [("leads", 200, rows(&[])), ("contacts", 400, refused)];
    let outcome = World::answering([composite(&parts)])
        .client()
        .people_with_email("a@b.c")
        .await;
    assert!(
        matches!(outcome, Err(SalesforceError::SchemaChanged { .. })),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_to_the_last_one_and_only_within_the_org() {
    let next = "/services/data/v67.0/query/01gD0000002HU6KIAW-1";
    let first = value!({"done": false, "nextRecordsUrl": next,
        "records": [{"Id": "00GD000000QYVhd", "Name": "A"}]});
    let second = value!({"done": true, "records": [{"Id": "00GD000000QYVhe", "Name": "B"}]});
    let world = World::answering([json(200, &first), json(200, &second)]);
    let names: Vec<String> = world
        .client()
        .queues()
        .await
        .unwrap()
        .into_iter()
        .map(|queue| queue.name)
        .collect();
    assert_eq!(names, ["A", "B"]);
    assert_eq!(
        world.lines()[1],
        format!("GET https://acme.my.salesforce.com{next}")
    );

    let mut astray = first;
    astray["nextRecordsUrl"] = "https://evil.example/services/data/v67.0/query/01g".into();
    let world = World::answering([json(200, &astray)]);
    let error = world.client().queues().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_unreadable_queue_does_not_hide_the_others() {
    let queues = [
        value!({"Id": "not an id", "Name": "A"}),
        value!({"Id": "00GD000000QYVhe", "Name": "B"}),
    ];
    let world = World::answering([json(200, &rows(&queues))]);
    let queues = world.client().queues().await.unwrap();
    assert_eq!(queues.len(), 1);
    assert_eq!(queues[0].name, "B");
}

#[tokio::test(start_paused = true)]
async fn m8_a_row_by_id_is_shown_or_in_the_recycle_bin_or_nothing_came() {
    let mut merged = lead(LEAD_2, "ada@acme.io");
    merged["IsDeleted"] = true.into();
    merged["MasterRecordId"] = LEAD_1.into();
    let found = rows(&[merged, lead(LEAD_1, "ada@acme.io")]);
    let world = World::answering([json(200, &found)]);
    let ids = [LEAD_1, LEAD_2, "00QD000000QYVhfMAH"].map(|id| id.parse().unwrap());
    let found = world.client().leads_by_id(&ids).await.unwrap();
    let [(_, Ok(Some(shown))), (_, Ok(Some(binned))), nothing] = found.as_slice() else {
        panic!("one answer for each id, in order: {found:?}");
    };
    assert_eq!((shown.id, shown.is_deleted), (ids[0], false));
    assert_eq!((binned.id, binned.is_deleted), (ids[1], true));
    assert_eq!(binned.master_record_id, Some(ids[0]));
    assert_eq!(nothing, &(ids[2], Ok(None)));
    assert!(
        world.lines()[0].contains("/queryAll?q="),
        "{:?}",
        world.lines()
    );

    let nothing = World::answering([]);
    assert_eq!(nothing.client().leads_by_id(&[]).await.unwrap(), []);
    assert_eq!(nothing.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn o1_all_users_are_read_so_that_an_inactive_one_is_known_as_such() {
    let ada = value!({"Id": "005D000000QYVhd", "Name": "Ada Lee", "Email": "ada@acme.io",
        "Title": "Sales", "UserRole": {"attributes": {"type": "UserRole"}, "Name": "West"},
        "IsActive": true, "UserType": "Standard", "LastLoginDate": "2026-01-02T03:04:05.000+0000"});
    let robot = value!({"Id": "005D000000QYVhe", "Name": "Robot", "Email": null, "Title": null,
        "UserRole": null, "IsActive": false, "UserType": "AutomatedProcess",
        "LastLoginDate": null});
    let world = World::answering([json(200, &rows(&[ada, robot]))]);
    let users = world.client().users().await.unwrap();
    let login = Timestamp::from_seconds(1_767_323_045);
    let expected = [
        User {
            id: "005D000000QYVhdIAH".parse().unwrap(),
            name: "Ada Lee".to_owned(),
            email: Some("ada@acme.io".to_owned()),
            title: Some("Sales".to_owned()),
            role: Some("West".to_owned()),
            is_active: true,
            user_type: Some("Standard".to_owned()),
            last_login: Some(login),
        },
        User {
            id: "005D000000QYVhe".parse().unwrap(),
            name: "Robot".to_owned(),
            email: None,
            title: None,
            role: None,
            is_active: false,
            user_type: Some("AutomatedProcess".to_owned()),
            last_login: None,
        },
    ];
    assert_eq!(users, expected);
    let asked = world.lines().concat();
    assert!(
        asked.ends_with("LastLoginDate%20FROM%20User%20ORDER%20BY%20Id"),
        "{asked}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_poll_reads_three_objects_in_one_call_and_moves_each_cursor_for_itself() {
    let mut late = lead(LEAD_2, "b@acme.io");
    late["SystemModstamp"] = "2026-01-02T03:05:00.000+0000".into();
    let mut leads = rows(&[lead(LEAD_1, "a@acme.io"), late]);
    leads["done"] = false.into();
    let mut broken = contact("003D000000QYVhd");
    broken["LastName"] = Value::Null;
    let world = World::answering([composite(&[
        ("leads", 200, leads),
        ("contacts", 200, rows(&[broken])),
        ("accounts", 200, rows(&[])),
    ])]);
    let start = Cursor::at(Timestamp::from_seconds(1_767_000_000));
    let cursors = PollCursors {
        lead: start.clone(),
        contact: start.clone(),
        account: start.clone(),
    };
    let changes = world.client().changed_since(cursors).await.unwrap();
    assert_eq!(changes.leads.len(), 2);
    assert!(changes.more);
    assert_eq!(
        changes.next,
        PollCursors {
            lead: Cursor {
                stamp: "2026-01-02T03:05:00Z".parse().unwrap(),
                id: Some(LEAD_2.to_owned()),
            },
            contact: Cursor::at("2026-01-02T03:04:05Z".parse().unwrap()),
            account: start,
        }
    );
    let unreadable: Vec<(&str, &str)> = changes
        .unreadable
        .iter()
        .map(|row| (row.object, row.why.as_str()))
        .collect();
    assert_eq!(unreadable, [("Contact", "LastName is missing")]);
    let sent: Value = serde_json::from_str(&world.seen()[0].body).unwrap();
    let parts = sent["compositeRequest"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    for part in parts {
        assert!(
            part["url"]
                .as_str()
                .unwrap()
                .starts_with("/services/data/v67.0/queryAll?q=")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn org_and_assignment_rule_are_read() {
    let org = value!({"Id": "00DD000000QYVhd", "Name": "Acme", "IsSandbox": true,
        "OrganizationType": "Developer Edition"});
    let rule = value!({"Id": "01QD000000QYVhd"});
    let world = World::answering([
        json(200, &rows(&[org])),
        json(200, &rows(&[rule])),
        json(200, &rows(&[])),
        json(200, &rows(&[])),
    ]);
    let client = world.client();
    let org = client.organization().await.unwrap();
    assert_eq!((org.name.as_str(), org.is_sandbox), ("Acme", true));
    assert!(client.active_lead_assignment_rule().await.unwrap());
    assert!(!client.active_lead_assignment_rule().await.unwrap());
    let error = client.organization().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    assert_eq!(world.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn leads_of_a_user_are_read_with_deleted_ones() {
    let world = World::answering([json(200, &rows(&[lead(LEAD_1, "a@acme.io")]))]);
    let user = "005D000000QYVhd".parse().unwrap();
    let from = Timestamp::from_seconds(1_767_000_000);
    let leads = world
        .client()
        .leads_created_by(user, from, from)
        .await
        .unwrap();
    assert_eq!(leads[0].id.as_str(), LEAD_1);
    assert!(
        world.lines()[0].contains("/queryAll?q="),
        "{:?}",
        world.lines()
    );
}
