//! Queries and what they answer, rows and refusals alike written by hand.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::world::{Org, printed, refusal};

/// Four leads, three contacts at one of two accounts, three tasks, one of each deleted.
fn populated() -> Org {
    let mut org = Org::empty();
    let queue = org.world.queue().to_string();
    let acme = org.create("Account", &json!({"Name": "Acme", "Industry": "Energy"}));
    let zeta = org.create("Account", &json!({"Name": "Zeta \"Z\" Ltd"}));
    let ann = org.create(
        "Contact",
        &json!({
            "LastName": "Lee", "FirstName": "Ann", "Email": "ann@acme.example", "AccountId": acme,
            "MailingCity": "Cork", "Birthdate": "1990-05-01",
        }),
    );
    org.create(
        "Contact",
        &json!({
            "LastName": "Obi", "Email": "obi@acme.example", "AccountId": acme, "ReportsToId": ann,
        }),
    );
    org.create("Contact", &json!({"LastName": "Poe"}));
    org.wait(Duration::from_mins(1));
    let ada = org.create(
        "Lead",
        &json!({
            "LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines",
            "Email": "Ada@Engines.example",
            "NumberOfEmployees": 12, "AnnualRevenue": 1_000_000, "OwnerId": queue,
        }),
    );
    org.wait(Duration::from_mins(1));
    org.create(
        "Lead",
        &json!({
            "LastName": "O'Neill", "Company": "100% Wool", "Email": "o.neill@wool.example",
            "Status": "Working - Contacted",
        }),
    );
    org.create(
        "Lead",
        &json!({
            "LastName": "Zoë", "FirstName": "Åsa", "Company": "Nord_Line", "IsUnreadByOwner": true,
            "Rating": "Hot",
        }),
    );
    let gone = org.create(
        "Lead",
        &json!({"LastName": "Gone", "Company": "Gone", "Email": "gone@gone.example"}),
    );
    org.create(
        "Task",
        &json!({"Subject": "Call Ada", "WhoId": ada, "ActivityDate": "2026-06-12"}),
    );
    org.create(
        "Task",
        &json!({"Subject": "Call Ann", "WhoId": ann, "ActivityDate": "2026-06-10"}),
    );
    org.create(
        "Task",
        &json!({"Subject": "Visit", "WhatId": zeta, "ActivityDate": "2026-05-31"}),
    );
    org.wait(Duration::from_mins(1));
    org.call("DELETE", &format!("sobjects/Lead/{gone}"), &Json::Null);
    org
}

/// Runs each query and compares its rows.
fn check(table: &[(&str, &str)]) {
    let mut org = populated();
    let mut wrong = String::new();
    for (soql, expected) in table {
        let found = org.rows(soql);
        if found != *expected {
            writeln!(wrong, "{soql}\n  expected {expected}\n  found    {found}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn equality_ignores_case_and_knows_nothing() {
    check(&[
        ("SELECT LastName FROM Lead", "Lovelace; O'Neill; Zoë"),
        (
            "select lastname from LEAD where EMAIL = 'ada@engines.EXAMPLE'",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE LastName = 'O\\'Neill'",
            "O'Neill",
        ),
        ("SELECT LastName FROM Lead WHERE LastName = 'ZOË'", "Zoë"),
        (
            "SELECT LastName FROM Lead WHERE Email != 'ada@engines.example'",
            "O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE Email <> null",
            "Lovelace; O'Neill",
        ),
        ("SELECT LastName FROM Lead WHERE Email = null", "Zoë"),
        ("SELECT LastName FROM Lead WHERE Email = ''", "Zoë"),
        (
            "SELECT LastName FROM Lead WHERE LastName > 'lovelace'",
            "O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE LastName <= 'LOVELACE'",
            "Lovelace",
        ),
    ]);
}

#[test]
fn lists_hold_values_and_nothing() {
    check(&[
        (
            "SELECT LastName FROM Lead WHERE Email IN ('O.Neill@wool.example', 'nobody@x.example')",
            "O'Neill",
        ),
        (
            "SELECT LastName FROM Lead WHERE Email NOT IN ('ada@engines.example')",
            "O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE Email IN ('ada@engines.example', null)",
            "Lovelace; Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE Id IN ('00Q5e0000000002', '00Q5e0000000001')",
            "Lovelace; O'Neill",
        ),
        (
            "SELECT LastName FROM Lead WHERE Id > '00Q5e0000000001' AND Id < '00Q5e0000000003'",
            "O'Neill",
        ),
    ]);
}

#[test]
fn patterns_match_with_escapes() {
    check(&[
        (
            "SELECT LastName FROM Lead WHERE LastName LIKE 'l%e'",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE LastName LIKE '_o%'",
            "Lovelace; Zoë",
        ),
        (
            "SELECT Company FROM Lead WHERE Company LIKE '%\\%%'",
            "100% Wool",
        ),
        (
            "SELECT Company FROM Lead WHERE Company LIKE '%\\_%'",
            "Nord_Line",
        ),
        (
            "SELECT LastName FROM Lead WHERE (NOT LastName LIKE '%e%')",
            "Zoë",
        ),
    ]);
}

#[test]
fn conditions_nest() {
    check(&[
        (
            "SELECT LastName FROM Lead WHERE Status = 'Working - Contacted' OR Rating = 'Hot'",
            "O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE (LastName = 'Zoë' OR LastName = 'Lovelace') \
             AND Email != null",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE NOT (Rating = 'Hot' OR NumberOfEmployees > 5)",
            "O'Neill",
        ),
        (
            "SELECT LastName FROM Lead WHERE NOT NOT Rating = 'Hot'",
            "Zoë",
        ),
    ]);
}

#[test]
fn each_kind_of_value_is_compared_as_such() {
    check(&[
        (
            "SELECT LastName FROM Lead WHERE NumberOfEmployees >= 12",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE AnnualRevenue = 1000000.0",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE IsUnreadByOwner = TRUE",
            "Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE IsConverted = false AND IsUnreadByOwner != true",
            "Lovelace; O'Neill",
        ),
        (
            "SELECT LastName FROM Lead WHERE CreatedDate > 2026-06-10T12:01:00Z",
            "O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Lead WHERE CreatedDate = 2026-06-10T14:01:00.000+02:00",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE SystemModstamp >= 2026-06-10T12:01:00Z \
             AND SystemModstamp < 2026-06-10T12:02:00Z",
            "Lovelace",
        ),
        (
            "SELECT LastName FROM Lead WHERE SystemModstamp > 2026-06-10T12:01:00Z \
             OR (SystemModstamp = 2026-06-10T12:01:00Z AND Id > '00Q5e0000000001')",
            "O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Contact WHERE Birthdate = 1990-05-01",
            "Lee",
        ),
        (
            "SELECT Subject FROM Task WHERE ActivityDate = TODAY",
            "Call Ann",
        ),
        (
            "SELECT Subject FROM Task WHERE ActivityDate > TODAY",
            "Call Ada",
        ),
        (
            "SELECT Subject FROM Task WHERE ActivityDate = LAST_N_DAYS:30",
            "Call Ann; Visit",
        ),
        (
            "SELECT Subject FROM Task WHERE ActivityDate = NEXT_N_DAYS:2",
            "Call Ada",
        ),
        (
            "SELECT Subject FROM Task WHERE ActivityDate = THIS_WEEK",
            "Call Ada; Call Ann",
        ),
        (
            "SELECT Subject FROM Task WHERE ActivityDate = LAST_MONTH",
            "Visit",
        ),
        ("SELECT LastName FROM Lead WHERE CreatedDate < TODAY", ""),
        ("SELECT LastName FROM Lead WHERE CreatedDate != TODAY", ""),
    ]);
}

#[test]
fn parents_are_followed() {
    check(&[
        (
            "SELECT LastName, Account.Name FROM Contact",
            "Acme|Lee; Acme|Obi; null|Poe",
        ),
        (
            "SELECT LastName FROM Contact WHERE Account.Industry = 'energy'",
            "Lee; Obi",
        ),
        (
            "SELECT LastName FROM Contact WHERE Account.Name = null",
            "Poe",
        ),
        (
            "SELECT ReportsTo.Account.Name, ReportsTo.Name FROM Contact WHERE LastName = 'Obi'",
            "Acme|Ann Lee",
        ),
        (
            "SELECT LastName, Owner.Name, Owner.Type FROM Lead WHERE Owner.Type = 'Queue'",
            "Lovelace|Inbound Leads|Queue",
        ),
        (
            "SELECT Subject, Who.Type, Who.Name FROM Task WHERE Who.Email LIKE 'a%'",
            "Call Ada|Ada Lovelace|Lead; Call Ann|Ann Lee|Contact",
        ),
        (
            "SELECT What.Name FROM Task WHERE What.Type = 'Account'",
            "Zeta \"Z\" Ltd",
        ),
        (
            "SELECT l.LastName, l.Owner.Name FROM Lead l \
             WHERE l.Rating = null AND l.Email LIKE 'ada%'",
            "Lovelace|Inbound Leads",
        ),
        ("SELECT Lead.LastName FROM Lead LIMIT 1", "Lovelace"),
    ]);
}

#[test]
fn rows_are_ordered_and_cut() {
    check(&[
        (
            "SELECT LastName FROM Lead ORDER BY LastName DESC",
            "Zoë; O'Neill; Lovelace",
        ),
        (
            "SELECT LastName FROM Lead ORDER BY Email",
            "Zoë; Lovelace; O'Neill",
        ),
        (
            "SELECT LastName FROM Lead ORDER BY Email ASC NULLS LAST",
            "Lovelace; O'Neill; Zoë",
        ),
        (
            "SELECT LastName FROM Lead ORDER BY Email DESC NULLS FIRST",
            "Zoë; O'Neill; Lovelace",
        ),
        (
            "SELECT LastName FROM Lead ORDER BY SystemModstamp, Id LIMIT 2",
            "Lovelace; O'Neill",
        ),
        (
            "SELECT LastName FROM Lead ORDER BY SystemModstamp DESC, LastName DESC LIMIT 1",
            "Zoë",
        ),
        (
            "SELECT LastName FROM Contact ORDER BY Account.Name DESC NULLS LAST, LastName",
            "Lee; Obi; Poe",
        ),
        (
            "SELECT LastName FROM Lead ORDER BY LastName LIMIT 1 OFFSET 1",
            "O'Neill",
        ),
        ("SELECT LastName FROM Lead LIMIT 0", ""),
        ("SELECT LastName FROM Lead OFFSET 9", ""),
        ("SELECT IsSandbox FROM Organization LIMIT 1", "false"),
    ]);
}

#[test]
fn deleted_rows_are_seen_by_query_all_alone() {
    let mut org = populated();
    let soql = "SELECT LastName FROM Lead WHERE IsDeleted = true";
    assert_eq!(org.rows(soql), "");
    let (_, all) = org.query_by("queryAll", soql);
    assert_eq!(printed(&all["records"]), "Gone");
    let (_, by_stamp) = org.query_by(
        "queryAll",
        "SELECT LastName FROM Lead WHERE SystemModstamp >= 2026-06-10T12:03:00Z",
    );
    assert_eq!(printed(&by_stamp["records"]), "Gone");
}

#[test]
fn counting_returns_no_rows() {
    let mut org = populated();
    let (_, counted) = org.query("select count() from Lead where Email != null");
    assert_eq!(
        counted,
        json!({"totalSize": 2, "done": true, "records": []})
    );
}

#[test]
fn parents_are_nested_and_keep_the_order_of_the_select() {
    let mut org = populated();
    let soql = "SELECT LastName, Account.Name, Id, Account.Id, Owner.Name FROM Contact \
        WHERE LastName = 'Lee'";
    let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    let request = http::Request::get(format!("/services/data/v58.0/query/?q={q}"))
        .header("authorization", "OAuth token")
        .body(String::new())
        .unwrap();
    let body = org.send(request).into_body().into_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let user = org.world.integration_user();
    let (_, named) = org.query(&format!("SELECT Name FROM User WHERE Id = '{user}'"));
    let name = named["records"][0]["Name"].as_str().unwrap();
    let base = "/services/data/v58.0/sobjects";
    let contact = "0035e0000000001"
        .parse::<salesforce_sim::RecordId>()
        .unwrap();
    let account = "0015e0000000001"
        .parse::<salesforce_sim::RecordId>()
        .unwrap();
    assert_eq!(
        text,
        format!(
            "{{\"totalSize\":1,\"done\":true,\"records\":[{{\"attributes\":{{\"type\":\"Contact\",\
             \"url\":\"{base}/Contact/{contact}\"}},\"LastName\":\"Lee\",\
             \"Account\":{{\"attributes\":\
             {{\"type\":\"Account\",\"url\":\"{base}/Account/{account}\"}},\"Name\":\"Acme\",\
             \"Id\":\"{account}\"}},\"Id\":\"{contact}\",\
             \"Owner\":{{\"attributes\":{{\"type\":\"User\",\
             \"url\":\"{base}/User/{user}\"}},\"Name\":\"{name}\"}}}}]}}"
        )
    );
    let (_, lead) = org.query("SELECT Owner.Name FROM Lead LIMIT 1");
    assert_eq!(lead["records"][0]["Owner"]["attributes"]["type"], "Name");
}

#[test]
fn addresses_are_compounds() {
    let mut org = populated();
    let (_, found) =
        org.query("SELECT MailingAddress, OtherAddress FROM Contact WHERE LastName = 'Lee'");
    assert_eq!(found["records"][0]["OtherAddress"], Json::Null);
    assert_eq!(
        found["records"][0]["MailingAddress"],
        json!({
            "city": "Cork", "country": null, "geocodeAccuracy": null, "latitude": null,
            "longitude": null,
            "postalCode": null, "state": null, "street": null,
        })
    );
}

#[test]
fn long_answers_come_in_pages_that_keep_their_rows() {
    let mut org = Org::empty();
    for n in 0..450 {
        let lead = json!({"LastName": format!("L{n:03}"), "Company": "C"});
        org.world
            .create_as_rep(salesforce_sim::Object::Lead, &lead)
            .unwrap();
    }
    let small = [("sforce-query-options", "batchSize=200")];
    let (_, first) = org.call_with(
        "GET",
        "query?q=SELECT+LastName+FROM+Lead",
        &small,
        &Json::Null,
    );
    assert_eq!(
        (first["totalSize"].as_u64(), first["done"].as_bool()),
        (Some(450), Some(false))
    );
    let next = first["nextRecordsUrl"].as_str().unwrap().to_owned();
    assert!(
        next.starts_with("/services/data/v67.0/query/01g5e0000000001") && next.ends_with("-200"),
        "{next}"
    );
    let last_lead: salesforce_sim::RecordId = "00Q5e000000007G".parse().unwrap();
    assert_eq!(org.field(last_lead, "LastName"), "L449");
    org.world
        .edit_as_rep(last_lead, &json!({"LastName": "Changed"}))
        .unwrap();
    let (_, second) = org.call_with("GET", &next, &small, &Json::Null);
    let next = second["nextRecordsUrl"].as_str().unwrap().to_owned();
    let (_, third) = org.call_with("GET", &next, &small, &Json::Null);
    assert_eq!(third["records"].as_array().unwrap().len(), 50);
    assert_eq!(third["records"][49]["LastName"], "L449");
    assert_eq!(third["done"], true);
    assert!(third.get("nextRecordsUrl").is_none());
}

#[test]
fn a_locator_that_was_never_given_is_refused() {
    let mut org = Org::empty();
    let refused = org.get("query/01g5e0000000009-2000");
    assert_eq!(
        refusal(refused),
        "400 INVALID_QUERY_LOCATOR: invalid query locator"
    );
}
