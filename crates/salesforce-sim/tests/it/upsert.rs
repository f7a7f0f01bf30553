//! Upserts: one by one and in collections.

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

const PATH: &str = "sobjects/Lead/Email/ada%40x.example";

fn lead(name: &str) -> Json {
    json!({"LastName": name, "Company": "C"})
}

#[test]
fn the_first_creates_and_the_second_updates() {
    let mut org = Org::empty();
    let request = |org: &mut Org, version: &str, name: &str| {
        let request = http::Request::patch(format!("/services/data/v{version}/{PATH}"))
            .header("authorization", "Bearer token")
            .body(lead(name).to_string())
            .unwrap();
        let response = org.send(request);
        let status = response.status().as_u16();
        let location = response.headers().get("location").cloned();
        let body = response.into_body().into_bytes();
        let body: Json = serde_json::from_slice(&body).unwrap_or_default();
        (status, location, body)
    };
    let (status, location, body) = request(&mut org, "67.0", "First");
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(status, 201);
    assert_eq!(
        body,
        json!({"id": id, "success": true, "errors": [], "created": true})
    );
    assert_eq!(
        location.unwrap(),
        format!("/services/data/v67.0/sobjects/Lead/{id}").as_str()
    );
    assert_eq!(
        request(&mut org, "46.0", "Second"),
        (
            200,
            None,
            json!({"id": id, "success": true, "errors": [], "created": false})
        )
    );
    assert_eq!(request(&mut org, "45.0", "Third"), (204, None, Json::Null));
    assert_eq!(
        org.rows("SELECT Email, LastName FROM Lead"),
        "ada@x.example|Third"
    );
}

#[test]
fn a_key_that_tells_cases_apart_finds_its_own_record() {
    let mut org = Org::empty();
    let key = json!({
        "object": "Lead", "name": "Key__c", "type": "text",
        "externalId": true, "unique": true, "caseSensitive": true,
    });
    org.world
        .add_field(&serde_json::from_value(key).unwrap())
        .unwrap();
    for (key, name, status) in [
        ("ab", "Small", 201),
        ("AB", "Large", 201),
        ("ab", "Low", 200),
    ] {
        let path = format!("sobjects/Lead/Key__c/{key}");
        assert_eq!(org.call("PATCH", &path, &lead(name)).0, status, "{name}");
    }
    let all = "SELECT LastName FROM Lead ORDER BY LastName";
    assert_eq!(org.rows(all), "Large; Low");
}

#[test]
fn several_matches_are_offered_and_nothing_is_written() {
    let mut org = Org::empty();
    let create = |org: &mut Org| {
        let fields = json!({"LastName": "L", "Company": "C", "Email": "ADA@x.example"});
        org.create("Lead", &fields)
    };
    let (first, second) = (create(&mut org), create(&mut org));
    assert_eq!(
        org.call("PATCH", PATH, &lead("New")),
        (
            300,
            json!([
                format!("/services/data/v67.0/sobjects/Lead/{first}"),
                format!("/services/data/v67.0/sobjects/Lead/{second}"),
            ])
        )
    );
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "L; L");
    let record = json!({
        "attributes": {"type": "Lead"}, "Email": "ada@x.example", "LastName": "New",
    });
    let (status, outcomes) = org.call(
        "PATCH",
        "composite/sobjects/Lead/Email",
        &json!({"records": [record]}),
    );
    assert_eq!(status, 200);
    assert_eq!(
        outcomes,
        json!([{"success": false, "errors": [{
            "statusCode": "DUPLICATE_EXTERNAL_ID",
            "message": format!(
                "Email: more than one record found for external id field: [{first}, {second}]"
            ),
            "fields": ["Email"],
        }]}])
    );
}

#[test]
fn an_upsert_can_be_kept_from_creating() {
    let mut org = Org::empty();
    assert_eq!(
        refusal(org.call("PATCH", &format!("{PATH}?updateOnly=true"), &lead("L"))),
        "404 NOT_FOUND: The requested resource does not exist"
    );
    assert_eq!(
        org.call("PATCH", &format!("{PATH}?updateOnly=false"), &lead("L"))
            .0,
        201
    );
    assert_eq!(
        org.call("PATCH", &format!("{PATH}?updateOnly=true"), &lead("M"))
            .0,
        200
    );
}

#[test]
fn the_key_stands_in_the_path_alone() {
    let mut org = Org::empty();
    for (field, body) in [
        ("Id", json!({"Id": "00Q5e0000000001", "LastName": "L"})),
        ("Email", json!({"email": "ada@x.example", "LastName": "L"})),
    ] {
        assert_eq!(
            refusal(org.call("PATCH", PATH, &body)),
            format!(
                "400 INVALID_FIELD: The {field} field should not be specified in the sobject data."
            )
        );
    }
    assert_eq!(
        refusal(org.call("PATCH", "sobjects/Lead/Company/C", &lead("L"))),
        "404 NOT_FOUND: Provided external ID field does not exist or is not accessible: Company"
    );
    assert_eq!(
        refusal(org.call("PATCH", "sobjects/Lead/Id/00Q5e0000000009", &lead("L"))),
        "404 INVALID_CROSS_REFERENCE_KEY: invalid cross reference id"
    );
    assert_eq!(
        refusal(org.call("PATCH", "sobjects/Lead/Id/x", &lead("L"))),
        "400 MALFORMED_ID: malformed id x"
    );
}

#[test]
fn a_condition_is_that_of_the_record_found() {
    let mut org = Org::empty();
    org.call("PATCH", PATH, &lead("L"));
    let headers = [("if-unmodified-since", "Wed, 10 Jun 2026 11:59:59 GMT")];
    assert_eq!(org.call_with("PATCH", PATH, &headers, &lead("M")).0, 412);
    let other = "sobjects/Lead/Email/bob%40x.example";
    assert_eq!(org.call_with("PATCH", other, &headers, &lead("M")).0, 201);
}

#[test]
fn a_collection_says_what_was_created() {
    let mut org = Org::empty();
    org.call("PATCH", PATH, &lead("Old"));
    let record = |kind: &str, email: &str, name: &str| {
        json!({
            "attributes": {"type": kind},
            "Email": email, "LastName": name, "Company": "C",
        })
    };
    let mut keyless = record("Lead", "", "Keyless");
    keyless["Email"] = Json::Null;
    let records = json!({"records": [
        record("Lead", "ada@x.example", "New"),
        record("Lead", "bob@x.example", "Bob"),
        record("Lead", "bob@x.example", "Twice"),
        record("Contact", "cid@x.example", "Cid"),
        keyless,
    ]});
    let (status, outcomes) = org.call("PATCH", "composite/sobjects/Lead/Email", &records);
    assert_eq!(status, 200);
    let id = |at: usize| outcomes[at]["id"].clone();
    assert_eq!(
        outcomes,
        json!([
            {"id": id(0), "success": true, "errors": [], "created": false},
            {"id": id(1), "success": true, "errors": [], "created": true},
            {"success": false, "errors": [{
                "statusCode": "DUPLICATE_VALUE",
                "message": "Duplicate external id specified: bob@x.example",
                "fields": ["Email"],
            }]},
            {"success": false, "errors": [{
                "statusCode": "INVALID_TYPE",
                "message": "Only records of type Lead can be upserted here",
                "fields": [],
            }]},
            {"success": false, "errors": [{
                "statusCode": "MISSING_ARGUMENT",
                "message": "Email not specified",
                "fields": ["Email"],
            }]},
        ])
    );
    assert_eq!(
        org.rows("SELECT LastName FROM Lead ORDER BY LastName"),
        "Bob; New"
    );
}

#[test]
fn the_key_id_creates_what_has_none() {
    let mut org = Org::empty();
    let old = org.create("Lead", &lead("Old"));
    let record = |id: Json, name: &str| json!({"attributes": {"type": "Lead"}, "Id": id, "LastName": name, "Company": "C"});
    let records = json!({"records": [record(Json::Null, "New"), record(json!(old), "Changed")]});
    let (_, outcomes) = org.call("PATCH", "composite/sobjects/Lead/Id", &records);
    assert_eq!(outcomes[0]["created"], true);
    assert_eq!(outcomes[1]["created"], false);
    assert_eq!(
        org.rows("SELECT LastName FROM Lead ORDER BY LastName"),
        "Changed; New"
    );
    assert_eq!(
        refusal(org.call("POST", "composite/sobjects/Lead/Id", &records)),
        "405 METHOD_NOT_ALLOWED: HTTP Method 'POST' not allowed. Allowed are PATCH"
    );
    assert_eq!(
        refusal(org.call("PATCH", "composite/sobjects/Lead/Company", &records)),
        "404 NOT_FOUND: Provided external ID field does not exist or is not accessible: Company"
    );
}
