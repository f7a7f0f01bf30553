//! Pages of long answers, their locators, the switches that make them misbehave, and limits.

use std::collections::BTreeSet;
use std::time::Duration;

use salesforce_sim::{Fixture, Object, Options};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty, printed, refusal};

const SMALL: [(&str, &str); 1] = [("sforce-query-options", "batchSize=200")];

/// One account with so many contacts.
fn crowded(contacts: usize) -> Org {
    let mut org = Org::new(Options {
        session_timeout: Duration::from_hours(72),
        ..empty()
    });
    let account = org.create("Account", &json!({"Name": "Acme"}));
    for n in 0..contacts {
        let contact = json!({"LastName": format!("C{n:03}"), "AccountId": account});
        org.world.create_as_rep(Object::Contact, &contact).unwrap();
    }
    org
}

fn get(org: &mut Org, path: &str) -> Json {
    let (status, body) = org.call_with("GET", path, &SMALL, &Json::Null);
    assert_eq!(status, 200, "{body}");
    body
}

/// The names on each page.
fn pages(org: &mut Org, soql: &str) -> Vec<Vec<String>> {
    let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    let mut path = format!("query?q={q}");
    let mut pages = Vec::new();
    loop {
        let page = get(org, &path);
        let records = page["records"].as_array().unwrap().iter();
        pages.push(
            records
                .map(|row| row["LastName"].as_str().unwrap().to_owned())
                .collect(),
        );
        match page["nextRecordsUrl"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return pages,
        }
    }
}

#[test]
fn a_long_list_of_children_has_pages_of_its_own() {
    let mut org = crowded(450);
    let q = "SELECT+Name,+(SELECT+LastName+FROM+Contacts)+FROM+Account";
    let answer = get(&mut org, &format!("query?q={q}"));
    assert_eq!(answer["done"], true);
    let children = &answer["records"][0]["Contacts"];
    assert_eq!(children["totalSize"], 450);
    assert_eq!(children["done"], false);
    assert_eq!(children["records"].as_array().unwrap().len(), 200);
    let next = children["nextRecordsUrl"].as_str().unwrap().to_owned();
    assert!(next.ends_with("-200"), "{next}");
    let second = get(&mut org, &next);
    assert_eq!(second["records"][0]["LastName"], "C200");
    let third = get(&mut org, second["nextRecordsUrl"].as_str().unwrap());
    assert_eq!(third["records"].as_array().unwrap().len(), 50);
    assert_eq!(third["done"], true);
    assert_eq!(third.get("nextRecordsUrl"), None);
}

#[test]
fn a_locator_is_read_under_both_resources_for_two_days() {
    let mut org = crowded(201);
    let first = get(&mut org, "queryAll?q=SELECT+LastName+FROM+Contact");
    let next = first["nextRecordsUrl"].as_str().unwrap().to_owned();
    let locator = next.rsplit('/').next().unwrap().to_owned();
    for resource in ["query", "queryAll"] {
        let second = get(&mut org, &format!("{resource}/{locator}"));
        assert_eq!(printed(&second["records"]), "C200");
    }
    org.wait(Duration::from_hours(47));
    get(&mut org, &next);
    let invalid = "400 INVALID_QUERY_LOCATOR: invalid query locator";
    for wrong in ["01g5e0000000099-200", "nonsense", "01g5e0000000001-x"] {
        assert_eq!(
            refusal(org.get(&format!("query/{wrong}"))),
            invalid,
            "{wrong}"
        );
    }
    let beyond = locator.replace("-200", "-201");
    assert_eq!(refusal(org.get(&format!("query/{beyond}"))), invalid);
    org.wait(Duration::from_hours(1));
    assert_eq!(refusal(org.get(&next)), invalid);
}

#[test]
fn short_pages_differ_in_length_and_lose_nothing() {
    let mut org = crowded(450);
    let (_, mut rules) = org.get("/_sim/rules");
    rules["paging"]["shortPages"] = true.into();
    let (status, _) = org.call("PUT", "/_sim/rules", &rules);
    assert!((200..300).contains(&status), "{status}");
    let pages = pages(&mut org, "SELECT LastName FROM Contact");
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [150, 136, 136, 28]);
    let names: BTreeSet<&String> = pages.iter().flatten().collect();
    assert_eq!(names.len(), 450);
}

#[test]
fn an_order_that_was_not_asked_for_shifts_between_queries() {
    let mut org = crowded(6);
    let (_, mut rules) = org.get("/_sim/rules");
    rules["paging"]["shiftingOrder"] = true.into();
    org.call("PUT", "/_sim/rules", &rules);
    let two = |org: &mut Org, offset| {
        org.rows(&format!(
            "SELECT LastName FROM Contact LIMIT 2 OFFSET {offset}"
        ))
    };
    let paged = [two(&mut org, 0), two(&mut org, 2), two(&mut org, 4)].join("; ");
    assert_eq!(paged, "C005; C000; C000; C001; C001; C002");
    for _ in 0..3 {
        let ordered = "SELECT LastName FROM Contact ORDER BY LastName DESC LIMIT 2";
        assert_eq!(org.rows(ordered), "C005; C004");
    }
}

#[test]
fn a_thousand_groups_fit_one_answer_and_more_than_two_thousand_none() {
    let mut org = crowded(2_001);
    let grouped = "SELECT LastName, COUNT(Id) FROM Contact GROUP BY LastName";
    let (status, body) = org.query(&format!("{grouped} LIMIT 2000"));
    assert_eq!((status, &body["totalSize"]), (200, &json!(2_000)));
    assert_eq!(
        body["records"][0]["attributes"],
        json!({"type": "AggregateResult"})
    );
    assert_eq!(
        refusal(org.query(grouped)),
        "400 EXCEEDED_ID_LIMIT: Aggregate query does not support queryMore(), use LIMIT to \
         restrict the results to a single batch"
    );
}

#[test]
fn statements_and_texts_have_a_longest_length() {
    let mut org = Org::empty();
    let text = |length| {
        format!(
            "SELECT Id FROM Lead WHERE LastName = '{}'",
            "é".repeat(length)
        )
    };
    let wrapped = |org: &mut Org, soql: &str| {
        // Too long for a URI, so it comes inside a composite.
        let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
        let url = format!("/services/data/v67.0/query?q={q}");
        let part = json!({"method": "GET", "url": url, "referenceId": "q"});
        let (_, body) = org.call("POST", "composite", &json!({"compositeRequest": [part]}));
        body["compositeResponse"][0].clone()
    };
    assert_eq!(wrapped(&mut org, &text(4_000))["httpStatusCode"], 200);
    let refused = wrapped(&mut org, &text(4_001));
    assert_eq!(refused["httpStatusCode"], 400);
    assert_eq!(
        refused["body"][0]["message"],
        "string literals cannot be longer than 4000 characters"
    );
    let query = "SELECT Id FROM Lead";
    let padded = |length: usize| format!("{query}{}", " ".repeat(length - query.len()));
    assert_eq!(wrapped(&mut org, &padded(100_000))["httpStatusCode"], 200);
    assert_eq!(
        wrapped(&mut org, &padded(100_001))["body"][0]["message"],
        "SOQL statements cannot be longer than 100000 characters."
    );
}

#[test]
fn explain_names_the_index_that_answers() {
    let mut org = crowded(5);
    let mut explain = |soql: &str| {
        let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
        let (status, body) = org.get(&format!("query?explain={q}"));
        assert_eq!(status, 200, "{body}");
        let plan = &body["plans"][0];
        assert_eq!(plan["sobjectType"], "Contact");
        assert_eq!(plan["sobjectCardinality"], 5);
        (
            plan["leadingOperationType"].as_str().unwrap().to_owned(),
            plan["fields"].clone(),
            plan["cardinality"].as_u64().unwrap(),
        )
    };
    let index = |field: &str, rows| ("Index".to_owned(), json!([field]), rows);
    assert_eq!(
        explain("SELECT Id FROM Contact WHERE Id = '0035e0000000002'"),
        index("Id", 1)
    );
    assert_eq!(
        explain("SELECT Id FROM Contact WHERE AccountId = '0015e0000000001'"),
        index("AccountId", 5)
    );
    assert_eq!(
        explain("SELECT Id FROM Contact WHERE SystemModstamp > TODAY"),
        index("SystemModstamp", 0)
    );
    assert_eq!(
        explain("SELECT Id FROM Contact WHERE LastName = 'C001'"),
        ("TableScan".to_owned(), json!([]), 5)
    );
}

#[test]
fn bulk_refuses_what_only_rest_answers() {
    let mut org = crowded(1);
    let mut refused = |query: &str| {
        let job = json!({"operation": "query", "query": query});
        refusal(org.call("POST", "jobs/query", &job))
    };
    let aggregate = "400 API_ERROR: Aggregate Relationships not supported in Bulk Query";
    for query in [
        "SELECT COUNT() FROM Contact",
        "SELECT COUNT(Id) FROM Contact",
        "SELECT LastName FROM Contact GROUP BY LastName",
        "SELECT Id FROM Contact OFFSET 1",
        "SELECT Name, (SELECT Id FROM Contacts) FROM Account",
        "SELECT TYPEOF Who WHEN Lead THEN Id END FROM Task",
    ] {
        assert_eq!(refused(query), aggregate, "{query}");
    }
    assert_eq!(
        refused("SELECT MailingAddress FROM Contact"),
        "400 API_ERROR: Selecting compound data not supported in Bulk Query"
    );
    assert_eq!(
        refused("SELECT Id FROM LeadStatus"),
        "400 INVALIDENTITY: Entity 'LeadStatus' is not supported by the Bulk API."
    );
}

#[test]
fn multi_selects_are_asked_for_what_they_include() {
    let fixture = "[[fields]]\nobject = \"Lead\"\nname = \"Tags__c\"\ntype = \"multiPicklist\"\n\
        restricted = false\nvalues = [\"A\", \"B\", \"C\"]\n";
    let mut org = Org::new(Options {
        fixture: Some(Fixture::parse(fixture).unwrap()),
        ..empty()
    });
    for (name, tags) in [("Ab", "A;B"), ("Bc", "B;C"), ("C", "C"), ("None", "")] {
        let lead = json!({"LastName": name, "Company": "X", "Tags__c": tags});
        org.create("Lead", &lead);
    }
    for (filter, expected) in [
        ("Tags__c INCLUDES ('A', 'C')", "Ab; Bc; C"),
        ("Tags__c INCLUDES ('B;C')", "Bc"),
        ("Tags__c INCLUDES ('a;b', 'c;b')", "Ab; Bc"),
        ("Tags__c EXCLUDES ('B')", "C; None"),
        ("Tags__c = 'A;B'", "Ab"),
        ("Tags__c = null", "None"),
    ] {
        let found = org.rows(&format!("SELECT LastName FROM Lead WHERE {filter}"));
        assert_eq!(found, expected, "{filter}");
    }
    for (rest, expected) in [
        (
            "WHERE Tags__c > 'A'",
            "INVALID_QUERY_FILTER_OPERATOR: \nSELECT Id FROM Lead WHERE Tags__c > 'A'\n\
             \u{20}                         ^\nERROR at Row:1:Column:27\n\
             invalid operator on multipicklist field",
        ),
        (
            "ORDER BY Tags__c",
            "INVALID_FIELD: \nSELECT Id FROM Lead ORDER BY Tags__c\n\
             \u{20}                            ^\nERROR at Row:1:Column:30\n\
             field 'Tags__c' can not be sorted in a query call",
        ),
    ] {
        let refused = refusal(org.query(&format!("SELECT Id FROM Lead {rest}")));
        assert_eq!(refused, format!("400 {expected}"));
    }
}
