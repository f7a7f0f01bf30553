//! An org with country and state picklists: text and code say the same.

use salesforce_sim::{Fixture, Options};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty};

fn org() -> Org {
    let fixture = Fixture::parse("[switches]\ncountryPicklists = true\n").unwrap();
    Org::new(Options {
        fixture: Some(fixture),
        ..empty()
    })
}

#[test]
fn text_and_code_complete_each_other() {
    let mut org = org();
    for (sent, expected) in [
        (
            json!({"MailingCountryCode": "IE", "MailingStateCode": "CO"}),
            ["Ireland", "IE", "Cork", "CO"],
        ),
        (
            json!({"MailingCountry": "ireland", "MailingState": "Cork"}),
            ["Ireland", "IE", "Cork", "CO"],
        ),
        (
            json!({"MailingCountry": "IE", "MailingState": "CO"}),
            ["Ireland", "IE", "Cork", "CO"],
        ),
    ] {
        let mut contact = sent.clone();
        contact["LastName"] = json!("L");
        let id = org.create("Contact", &contact);
        let fields = [
            "MailingCountry",
            "MailingCountryCode",
            "MailingState",
            "MailingStateCode",
        ];
        assert_eq!(
            fields.map(|field| org.field(id, field)),
            expected.map(Json::from)
        );
        let path = format!("sobjects/Contact/{id}");
        let cleared = json!({"MailingCountry": null, "MailingState": null});
        assert_eq!(org.call("PATCH", &path, &cleared).0, 204);
        assert_eq!(
            fields.map(|field| org.field(id, field)),
            [const { Json::Null }; 4]
        );
    }
}

#[test]
fn places_that_are_not_listed_are_refused() {
    let mut org = org();
    for (sent, field, told) in [
        (
            json!({"MailingCountry": "Freedonia"}),
            "MailingCountry",
            "There's a problem with this country, even though it may appear correct. Please \
             select a country/territory from the list of valid countries.: Mailing Country",
        ),
        (
            json!({"MailingState": "Cork"}),
            "MailingState",
            "A country/territory must be specified before specifying a state value for field: \
             Mailing State",
        ),
        (
            json!({"MailingCountry": "Ireland", "MailingState": "Texas"}),
            "MailingState",
            "There's a problem with this state, even though it may appear correct. Please select \
             a state from the list of valid states.: Mailing State",
        ),
    ] {
        let mut contact = sent.clone();
        contact["LastName"] = json!("L");
        assert_eq!(
            org.call("POST", "sobjects/Contact", &contact),
            (
                400,
                json!([{
                    "errorCode": "FIELD_INTEGRITY_EXCEPTION",
                    "message": told,
                    "fields": [field],
                }])
            )
        );
    }
}

#[test]
fn without_the_switch_texts_are_free() {
    let mut org = Org::empty();
    let contact = json!({"LastName": "L", "MailingCountry": "Freedonia", "MailingState": "Texas"});
    let id = org.create("Contact", &contact);
    assert_eq!(org.field(id, "MailingCountry"), "Freedonia");
}
