//! Creates that are refused, one rule at a time.

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

/// What is said to a create with these fields on top of the required ones; null takes one away.
fn said(object: &str, extra: &Json) -> String {
    let mut org = Org::empty();
    let mut fields = match object {
        "Lead" => json!({"LastName": "L", "Company": "C"}),
        "Opportunity" => {
            json!({"Name": "N", "StageName": "Prospecting", "CloseDate": "2026-07-01"})
        }
        _ => json!({"LastName": "L"}),
    };
    for (name, value) in extra.as_object().unwrap() {
        fields[name] = value.clone();
    }
    let answer = org.call("POST", &format!("sobjects/{object}"), &fields);
    assert_eq!(
        org.rows(&format!("SELECT Id FROM {object}")),
        "",
        "nothing was stored"
    );
    refusal(answer).strip_prefix("400 ").unwrap().to_owned()
}

#[test]
fn required_fields_are_required() {
    let missing =
        |fields: &str| format!("REQUIRED_FIELD_MISSING: Required fields are missing: [{fields}]");
    assert_eq!(said("Lead", &json!({"Company": null})), missing("Company"));
    assert_eq!(
        said("Lead", &json!({"Company": "", "LastName": " "})),
        missing("LastName, Company")
    );
    assert_eq!(
        said("Opportunity", &json!({"CloseDate": null})),
        missing("CloseDate")
    );
    assert_eq!(said("Lead", &json!({"Status": null})), missing("Status"));
}

#[test]
fn texts_fit_their_field() {
    let long = "x".repeat(81);
    assert_eq!(
        said("Lead", &json!({ "LastName": long })),
        format!("STRING_TOO_LONG: Last Name: data value too large: {long} (max length=80)")
    );
    // Lengths count UTF-16 units, of which this letter has two.
    let wide = "𝄞".repeat(41);
    assert!(said("Lead", &json!({ "LastName": wide })).starts_with("STRING_TOO_LONG"));
    for email in [
        "foo",
        "a b@c.example",
        "a@b",
        "@c.example",
        "a@b@c.example",
        "a@.example",
    ] {
        assert_eq!(
            said("Lead", &json!({ "Email": email })),
            format!("INVALID_EMAIL_ADDRESS: Email: invalid email address: {email}")
        );
    }
    assert_eq!(
        said("Lead", &json!({"CleanStatus": "Shiny"})),
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: Clean Status: bad value for restricted picklist \
         field: Shiny"
    );
}

#[test]
fn unknown_and_read_only_fields_are_refused() {
    assert_eq!(
        said("Lead", &json!({"Foo": 1})),
        "INVALID_FIELD: No such column 'Foo' on sobject of type Lead"
    );
    assert_eq!(
        said(
            "Lead",
            &json!({"Name": "N", "CreatedDate": "2026-01-01T00:00:00Z"})
        ),
        "INVALID_FIELD_FOR_INSERT_UPDATE: Unable to create/update fields: CreatedDate, Name. \
         Please check the security settings of this field and verify that it is read/write for \
         your profile or permission set."
    );
}

#[test]
fn references_must_lead_somewhere() {
    assert_eq!(
        said("Lead", &json!({"OwnerId": "nobody"})),
        "MALFORMED_ID: Owner ID: id value of incorrect type: nobody"
    );
    assert_eq!(
        said("Contact", &json!({"AccountId": "0035e0000000001"})),
        "MALFORMED_ID: Account ID: id value of incorrect type: 0035e0000000001"
    );
    assert_eq!(
        said("Contact", &json!({"AccountId": "0015e0000000009"})),
        "INVALID_CROSS_REFERENCE_KEY: invalid cross reference id"
    );
}

#[test]
fn values_are_of_their_type() {
    let cannot = |kind: &str, token: &str| {
        format!(
            "JSON_PARSER_ERROR: Cannot deserialize instance of {kind} from {token} or request may \
             be missing a required field at [line:1, column:1]"
        )
    };
    for (extra, kind, token) in [
        (json!({"LastName": 5}), "string", "VALUE_NUMBER_INT value 5"),
        (
            json!({"NumberOfEmployees": "many"}),
            "int",
            "VALUE_STRING value many",
        ),
        (
            json!({"NumberOfEmployees": 1.5}),
            "int",
            "VALUE_NUMBER_FLOAT value 1.5",
        ),
        (
            json!({"DoNotCall": "maybe"}),
            "boolean",
            "VALUE_STRING value maybe",
        ),
        (
            json!({"DoNotCall": null}),
            "boolean",
            "VALUE_NULL value null",
        ),
        (
            json!({"OwnerId": true}),
            "reference",
            "VALUE_TRUE value true",
        ),
    ] {
        assert_eq!(said("Lead", &extra), cannot(kind, token), "{extra}");
    }
    let soon = said("Opportunity", &json!({"CloseDate": "soon"}));
    assert_eq!(soon, cannot("date", "VALUE_STRING value soon"));
    assert_eq!(
        said("Lead", &json!({"NumberOfEmployees": 100_000_000})),
        "NUMBER_OUTSIDE_VALID_RANGE: Number Of Employees: value outside of valid range on numeric \
         field: 100000000"
    );
}
