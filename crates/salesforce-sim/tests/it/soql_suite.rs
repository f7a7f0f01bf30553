//! Every rule of the query language, accepted and refused, over one small org. The queries and what
//! is answered to them stand in `soql_suite/*.soql`, typed by hand:
//!
//! ```text
//! # A comment.
//! SELECT Name FROM Account            a query; `queryAll` before it sees deleted rows too
//! = Acme; Beta                        its rows: `;` between rows, `|` between values, which stand
//!                                     in the alphabetical order of their names
//! SELECT Foo FROM Account
//! ! INVALID_FIELD @8 No such column   the code, the column below which the caret stands (left out
//!                                     where nothing is pointed at), and the message
//! ```

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

/// Three accounts, four contacts, four deals, three cases, five leads of which one is deleted, and
/// a task for each day that a date literal could mistake.
fn org() -> Org {
    let mut org = Org::empty();
    let queue = org.world.queue().to_string();
    let acme = org.create(
        "Account",
        &json!({
            "Name": "Acme", "Industry": "Energy", "NumberOfEmployees": 100,
            "AnnualRevenue": 1_000_000, "BillingCity": "Cork",
        }),
    );
    let beta = org.create(
        "Account",
        &json!({"Name": "Beta", "Industry": "Banking", "NumberOfEmployees": 50}),
    );
    let gamma = org.create("Account", &json!({"Name": "Gamma", "ParentId": acme}));
    let ann = org.create(
        "Contact",
        &json!({
            "LastName": "Lee", "FirstName": "Ann", "Email": "ann@acme.example", "AccountId": acme,
            "Birthdate": "1990-05-01", "LeadSource": "Web",
        }),
    );
    org.create(
        "Contact",
        &json!({
            "LastName": "Obi", "FirstName": "Bob", "Email": "bob@acme.example", "AccountId": acme,
            "ReportsToId": ann, "Birthdate": "1985-12-31", "LeadSource": "Web",
        }),
    );
    let cyd = org.create(
        "Contact",
        &json!({"LastName": "Poe", "FirstName": "Cyd", "AccountId": beta, "LeadSource": "Other"}),
    );
    org.create("Contact", &json!({"LastName": "Ray"}));
    for (name, account, stage, amount, close) in [
        ("Big", acme, "Prospecting", json!(1000.5), "2026-06-30"),
        ("Small", acme, "Closed Won", json!(200), "2026-03-31"),
        ("Mid", beta, "Prospecting", json!(300), "2025-12-31"),
        ("Bare", gamma, "Closed Lost", Json::Null, "2026-07-01"),
    ] {
        org.create(
            "Opportunity",
            &json!({
                "Name": name, "AccountId": account, "StageName": stage, "Amount": amount,
                "CloseDate": close,
            }),
        );
    }
    for (subject, contact, status, priority) in [
        ("Boiler", ann, "New", "High"),
        ("Pipe", ann, "Closed", "Medium"),
        ("Tap", cyd, "Working", "High"),
    ] {
        org.create(
            "Case",
            &json!({
                "Subject": subject, "ContactId": contact, "Status": status, "Priority": priority,
            }),
        );
    }
    org.wait(Duration::from_mins(1));
    let ada = leads(&mut org, &queue);
    org.create("Task", &json!({"Subject": "Call Ada", "WhoId": ada}));
    org.create(
        "Task",
        &json!({"Subject": "Call Ann", "WhoId": ann, "WhatId": beta}),
    );
    for day in DAYS {
        org.create("Task", &json!({"Subject": day, "ActivityDate": day}));
    }
    org
}

/// Days around the tenth of June 2026, a Wednesday.
const DAYS: [&str; 24] = [
    "2024-06-10",
    "2025-01-01",
    "2025-06-10",
    "2025-12-31",
    "2026-01-01",
    "2026-03-11",
    "2026-03-12",
    "2026-03-31",
    "2026-04-01",
    "2026-05-31",
    "2026-06-01",
    "2026-06-06",
    "2026-06-07",
    "2026-06-09",
    "2026-06-10",
    "2026-06-11",
    "2026-06-13",
    "2026-06-14",
    "2026-06-30",
    "2026-07-01",
    "2026-09-08",
    "2026-09-09",
    "2026-12-31",
    "2027-01-01",
];

/// The leads, of whom the first is returned.
fn leads(org: &mut Org, queue: &str) -> salesforce_sim::RecordId {
    let ada = org.create(
        "Lead",
        &json!({
            "LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines", "Rating": "Hot",
            "Email": "Ada@Engines.example", "NumberOfEmployees": 12, "AnnualRevenue": 1_000_000,
            "OwnerId": queue, "Description": "Counts", "Street": "12 St James's Square",
        }),
    );
    org.wait(Duration::from_mins(1));
    for fields in [
        json!({
            "LastName": "O'Neill", "Company": "100% Wool", "Email": "o.neill@wool.example",
            "Status": "Working - Contacted", "NumberOfEmployees": 3,
        }),
        json!({
            "LastName": "Zoë", "FirstName": "Åsa", "Company": "Nord_Line", "Rating": "Hot",
            "IsUnreadByOwner": true,
        }),
        json!({"LastName": "Back", "Company": "C:\\Temp \"x\"", "NumberOfEmployees": 3}),
    ] {
        org.create("Lead", &fields);
    }
    let gone = org.create("Lead", &json!({"LastName": "Gone", "Company": "Gone"}));
    org.call("DELETE", &format!("sobjects/Lead/{gone}"), &Json::Null);
    ada
}

/// Values of a record without their names; a list of children in brackets.
fn values(record: &Json, out: &mut Vec<String>) {
    for (key, value) in record.as_object().unwrap() {
        match value {
            Json::Object(_) if key == "attributes" => {}
            Json::Object(list) if list.contains_key("records") => {
                out.push(format!("[{}]", rows(&list["records"], ", ")));
            }
            Json::Object(_) => values(value, out),
            Json::String(text) => out.push(text.clone()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => {
                out.push(value.to_string());
            }
        }
    }
}

fn rows(records: &Json, between: &str) -> String {
    let records = records.as_array().unwrap().iter();
    let shown = records.map(|record| {
        let mut row = Vec::new();
        values(record, &mut row);
        row.join("|")
    });
    shown.collect::<Vec<_>>().join(between)
}

/// What is answered to a query, in the form of the files.
fn answered(org: &mut Org, line: &str) -> String {
    let (resource, soql) = match line.strip_prefix("queryAll ") {
        Some(soql) => ("queryAll", soql),
        None => ("query", line),
    };
    let (status, body) = org.query_by(resource, soql);
    if status == 200 {
        let records = rows(&body["records"], "; ");
        return if body["records"] == json!([]) && body["totalSize"] != json!(0) {
            format!("= {} rows", body["totalSize"])
        } else {
            format!("= {records}")
        };
    }
    let refused = refusal((status, body));
    let (code, message) = refused
        .strip_prefix("400 ")
        .and_then(|refused| refused.split_once(": "))
        .unwrap_or(("another status", &refused));
    let pointed = message.split_once("\nERROR at Row:1:Column:");
    let Some((layout, rest)) = pointed else {
        return format!("! {code} {message}");
    };
    let (column, message) = rest.split_once('\n').unwrap();
    let caret = " ".repeat(column.parse::<usize>().unwrap() - 1);
    assert_eq!(layout, format!("\n{soql}\n{caret}^"), "the caret of {soql}");
    format!("! {code} @{column} {message}")
}

fn check(text: &str) -> usize {
    let mut org = org();
    let mut wrong = String::new();
    let mut count = 0;
    let mut lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    while let Some(query) = lines.next() {
        let expected = lines.next().expect("each query has its answer");
        let found = answered(&mut org, query);
        count += 1;
        if found.trim_end() != expected {
            writeln!(wrong, "{query}\n{expected}\nbut found\n{found}\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    count
}

/// How many queries a file asks at least, so that none is lost unnoticed.
macro_rules! suite {
    ($($name:ident at least $count:literal),+ $(,)?) => {$(
        #[test]
        fn $name() {
            let text = include_str!(concat!("soql_suite/", stringify!($name), ".soql"));
            assert!(check(text) >= $count);
        }
    )+};
}

suite! {
    filters at least 90,
    dates at least 102,
    select at least 54,
    parents at least 34,
    children_and_joins at least 53,
    groups at least 65,
    order_and_limits at least 39,
    malformed at least 35,
}
