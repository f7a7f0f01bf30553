//! Search, with and without SOSL.

use serde_json::{Value as Json, json};

use crate::world::{Answer, Org, printed, refusal};

/// Three people and a company, of whom two have the same name and one address is shared.
fn people() -> Org {
    let mut org = Org::empty();
    for (first, last, email, phone) in [
        ("Ann", "Lee", "ann@x.example", "+1 555 0100"),
        ("Bob", "Ann", "bob@x.example", "+1 555 0101"),
    ] {
        let contact = json!({
            "FirstName": first, "LastName": last, "Email": email, "Phone": phone,
            "Description": "Likes ann@x.example",
        });
        org.create("Contact", &contact);
    }
    let lead = json!({
        "FirstName": "Ann", "LastName": "Lee", "Company": "Lee & Sons", "Email": "ANN@x.example",
    });
    org.create("Lead", &lead);
    org.create("Account", &json!({"Name": "Lee & Sons"}));
    org
}

fn sosl(org: &mut Org, text: &str) -> Answer {
    let q: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    org.get(&format!("search/?q={q}"))
}

fn found(answer: Answer) -> String {
    let (status, body) = answer;
    assert_eq!(status, 200, "{body}");
    printed(&body["searchRecords"])
}

#[test]
fn an_email_finds_people_of_every_object_asked() {
    let mut org = people();
    let (status, body) = sosl(
        &mut org,
        "FIND {ann@x.example} IN EMAIL FIELDS RETURNING Contact(Id, Name), Lead(Name)",
    );
    assert_eq!(status, 200);
    let contact = org.rows("SELECT Id FROM Contact WHERE LastName = 'Lee'");
    let lead = org.rows("SELECT Id FROM Lead");
    let url = |object: &str, id: &str| format!("/services/data/v67.0/sobjects/{object}/{id}");
    assert_eq!(
        body,
        json!({"searchRecords": [
            {"attributes": {"type": "Contact", "url": url("Contact", &contact)},
             "Id": contact, "Name": "Ann Lee"},
            {"attributes": {"type": "Lead", "url": url("Lead", &lead)}, "Name": "Ann Lee"},
        ]})
    );
}

#[test]
fn scopes_say_where_to_look() {
    let mut org = people();
    let mut names = |scope: &str, term: &str| {
        let text = format!("FIND {{{term}}} IN {scope} FIELDS RETURNING Contact(Name)");
        found(sosl(&mut org, &text))
    };
    assert_eq!(names("NAME", "ann"), "Ann Lee; Bob Ann");
    assert_eq!(names("EMAIL", "ann"), "Ann Lee");
    assert_eq!(names("PHONE", "0101"), "Bob Ann");
    assert_eq!(names("SIDEBAR", "0100"), "Ann Lee");
    assert_eq!(names("ALL", "ann@x.example"), "Ann Lee; Bob Ann");
    assert_eq!(names("NAME", "ann AND NOT bob"), "Ann Lee");
    assert_eq!(names("NAME", "bo* OR \\\"lee\\\""), "Ann Lee; Bob Ann");
    assert_eq!(names("NAME", "an"), "");
}

#[test]
fn what_is_found_can_be_filtered_ordered_and_limited() {
    let mut org = people();
    let mut names = |inside: &str, end: &str| {
        let text = format!("FIND {{x.example}} RETURNING Contact(Name {inside}), Lead(Name) {end}");
        found(sosl(&mut org, &text))
    };
    assert_eq!(
        names("WHERE LastName = 'Lee' OR LastName = 'Poe'", ""),
        "Ann Lee; Ann Lee"
    );
    assert_eq!(names("ORDER BY LastName", ""), "Bob Ann; Ann Lee; Ann Lee");
    assert_eq!(names("ORDER BY LastName LIMIT 1", ""), "Bob Ann; Ann Lee");
    assert_eq!(names("ORDER BY LastName OFFSET 1", ""), "Ann Lee; Ann Lee");
    assert_eq!(names("", "LIMIT 2"), "Ann Lee; Bob Ann");
}

#[test]
fn without_objects_every_one_is_searched_for_ids() {
    let mut org = people();
    let (_, body) = sosl(&mut org, "FIND {lee}");
    let types: Vec<_> = body["searchRecords"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["attributes"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["Account", "Contact", "Lead"]);
    assert!(body["searchRecords"][0]["Id"].is_string());
    let (_, bare) = org.get("/services/data/v36.0/search?q=FIND%20%7Blee%7D%20RETURNING%20Lead");
    assert_eq!(bare.as_array().unwrap().len(), 1);
}

#[test]
fn deleted_and_hidden_records_are_not_found() {
    let mut org = people();
    let all = "FIND {lee} RETURNING Contact, Lead";
    let lead = org.rows("SELECT Id FROM Lead");
    let contact = org.rows("SELECT Id FROM Contact WHERE LastName = 'Lee'");
    org.call("DELETE", &format!("sobjects/Lead/{lead}"), &Json::Null);
    assert_eq!(found(sosl(&mut org, all)), contact);
    let hide = json!({"restriction": {"records": [contact]}});
    assert_eq!(org.call("POST", "/_sim/restrictions", &hide).0, 200);
    assert_eq!(found(sosl(&mut org, all)), "");
}

#[test]
fn the_index_can_lag() {
    let mut org = people();
    assert_eq!(
        org.call("PUT", "/_sim/search", &json!({"lagMs": 30_000})).0,
        200
    );
    let all = "FIND {lee} RETURNING Lead(Name)";
    assert_eq!(found(sosl(&mut org, all)), "");
    org.wait(std::time::Duration::from_secs(29));
    assert_eq!(found(sosl(&mut org, all)), "");
    org.wait(std::time::Duration::from_secs(1));
    assert_eq!(found(sosl(&mut org, all)), "Ann Lee");
}

#[test]
fn parameters_do_without_a_statement() {
    let mut org = people();
    let by_get = "parameterizedSearch?q=ann%40x.example&in=EMAIL&sobject=Contact&sobject=Lead\
                  &Contact.fields=Id,Name&Lead.fields=Company&overallLimit=20";
    assert!(found(org.get(by_get)).ends_with("|Ann Lee; Lee & Sons"));
    let one = "parameterizedSearch/?q=ann&sobject=Contact&sobject.fields=Name&in=name";
    assert_eq!(found(org.get(one)), "Ann Lee; Bob Ann");
    assert_eq!(found(org.get(&format!("{one}&offset=1"))), "Bob Ann");
    assert_eq!(found(org.get(&format!("{one}&Contact.limit=1"))), "Ann Lee");
    let body = json!({
        "q": "ann@x.example", "in": "EMAIL", "fields": ["Id", "Name"],
        "sobjects": [{"name": "Contact", "fields": ["Name"], "limit": 5}, {"name": "Lead"}],
        "overallLimit": 20, "defaultLimit": 1,
    });
    let (status, answer) = org.call("POST", "parameterizedSearch", &body);
    assert_eq!(status, 200);
    assert_eq!(answer["searchRecords"][0]["Name"], "Ann Lee");
    assert_eq!(answer["searchRecords"][0].get("Id"), None);
    assert_eq!(
        answer["searchRecords"][1]["Id"],
        json!(org.rows("SELECT Id FROM Lead"))
    );
    let body = json!({"q": "ann", "defaultLimit": 1});
    let (_, everyone) = org.call("POST", "parameterizedSearch", &body);
    assert_eq!(everyone["searchRecords"].as_array().unwrap().len(), 2);
    let body = json!({"q": "ann", "fields": ["Name"]});
    assert_eq!(
        refusal(org.call("POST", "parameterizedSearch", &body)),
        "400 INVALID_SEARCH: Fields need at least one sobject"
    );
}

#[test]
fn a_term_of_any_length_is_answered() {
    let mut org = people();
    let mut search = |q: String| org.call("POST", "parameterizedSearch", &json!({"q": q}));
    assert_eq!(
        refusal(search("ab ".repeat(350_000))),
        "400 MALFORMED_SEARCH: search term cannot be longer than 10000 characters"
    );
    let longest = "x ".repeat(5_000);
    assert_eq!(search(longest.clone()).0, 200);
    assert_eq!(
        refusal(search(longest + "x"))[..21],
        *"400 MALFORMED_SEARCH:"
    );
}

#[test]
fn bad_searches_are_refused() {
    let mut org = people();
    let mut said = |text: &str| refusal(sosl(&mut org, text));
    assert_eq!(
        said("FIND ann RETURNING Lead"),
        "400 MALFORMED_SEARCH: No search term found. The search term must be enclosed in braces."
    );
    assert_eq!(
        said("FIND {a}"),
        "400 MALFORMED_SEARCH: search term must be longer than one character: a"
    );
    assert_eq!(
        said("FIND {ann} RETURNING Gizmo(Id)"),
        "400 INVALID_TYPE: sObject type 'Gizmo' is not supported."
    );
    assert_eq!(
        said("FIND {ann} RETURNING Lead(COUNT())"),
        "400 MALFORMED_SEARCH: unexpected token: '('"
    );
    assert!(said("FIND {nobody} RETURNING Lead(Foo)").starts_with("400 INVALID_FIELD: "));
    let mut said = |path: &str| refusal(org.get(&format!("parameterizedSearch?{path}")));
    assert_eq!(
        said("sobject=Lead"),
        "400 MALFORMED_SEARCH: No search term found. The search term must be enclosed in braces."
    );
    assert_eq!(
        said("q=ann&in=FOOT"),
        "400 INVALID_SEARCH: 'FOOT' is not a scope of a search"
    );
    assert_eq!(
        said("q=ann&overallLimit=2001"),
        "400 INVALID_SEARCH: overallLimit and offset cannot be more than 2000"
    );
    assert_eq!(
        said("q=ann&offset=1"),
        "400 INVALID_SEARCH: An offset needs exactly one sobject"
    );
    assert_eq!(
        said("q=ann&overallLimit=few"),
        "400 INVALID_SEARCH: overallLimit is not a number: few"
    );
}
