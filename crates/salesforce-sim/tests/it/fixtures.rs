//! An org that a fixture describes, and fields that are added while it runs.

use salesforce_sim::{CustomField, Fixture, Options, RecordId};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty, refusal};

fn org(fixture: &str) -> Org {
    Org::new(Options {
        fixture: Some(Fixture::parse(fixture).unwrap()),
        ..empty()
    })
}

fn described(org: &mut Org, object: &str, field: &str) -> Json {
    let (_, body) = org.get(&format!("sobjects/{object}/describe"));
    let fields = body["fields"].as_array().unwrap();
    let found = fields.iter().find(|described| described["name"] == field);
    found.cloned().unwrap_or(Json::Null)
}

/// The members of `described` that `expected` names.
fn assert_says(described: &Json, expected: &Json) {
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&described[key], value, "{key} of {described}");
    }
}

const EVERY_TYPE: &str = include_str!("fixtures/every_type.toml");

#[test]
fn a_custom_field_of_each_type_is_described() {
    let mut org = org(EVERY_TYPE);
    for (name, expected) in [
        (
            "Customer_Number__c",
            json!({
                "type": "string", "length": 12, "byteLength": 36, "custom": true, "unique": true,
                "externalId": true, "idLookup": true, "label": "Customer Number",
                "inlineHelpText": "From the shop", "nillable": true, "createable": true,
                "caseSensitive": false, "soapType": "xsd:string",
            }),
        ),
        (
            "Notes__c",
            json!({
                "type": "textarea", "length": 32_768, "filterable": false, "sortable": false,
                "extraTypeInfo": "plaintextarea",
            }),
        ),
        (
            "Hint__c",
            json!({"type": "textarea", "length": 255, "filterable": true, "label": "A hint"}),
        ),
        (
            "Score__c",
            json!({"type": "double", "precision": 6, "scale": 2, "soapType": "xsd:double"}),
        ),
        (
            "Budget__c",
            json!({"type": "currency", "precision": 18, "scale": 2}),
        ),
        (
            "Share__c",
            json!({"type": "percent", "precision": 5, "scale": 1}),
        ),
        (
            "Vip__c",
            json!({"type": "boolean", "defaultValue": true, "nillable": false,
                "defaultedOnCreate": true}),
        ),
        ("Since__c", json!({"type": "date", "soapType": "xsd:date"})),
        ("Seen__c", json!({"type": "datetime"})),
        (
            "Second_Email__c",
            json!({"type": "email", "length": 80, "idLookup": false}),
        ),
        ("Desk__c", json!({"type": "phone", "length": 40})),
        ("Shop__c", json!({"type": "url", "length": 255})),
    ] {
        assert_says(&described(&mut org, "Lead", name), &expected);
    }
}

#[test]
fn picklists_and_lookups_are_described_with_what_they_offer() {
    let mut org = org(EVERY_TYPE);
    for (name, expected) in [
        (
            "Region__c",
            json!({
                "type": "picklist", "restrictedPicklist": true, "defaultValue": "South",
                "defaultedOnCreate": true, "dependentPicklist": false,
            }),
        ),
        (
            "City__c",
            json!({
                "restrictedPicklist": false, "dependentPicklist": true,
                "controllerName": "Region__c",
                "picklistValues": [
                    {"active": true, "defaultValue": false, "label": "Oslo", "validFor": "gA==",
                     "value": "Oslo"},
                    {"active": true, "defaultValue": false, "label": "Roma", "validFor": "QA==",
                     "value": "Rome"},
                    {"active": false, "defaultValue": false, "label": "Bern", "validFor": "wA==",
                     "value": "Bern"},
                ],
            }),
        ),
        ("Tags__c", json!({"type": "multipicklist", "length": 4_099})),
        (
            "Partner__c",
            json!({
                "type": "reference", "referenceTo": ["Account"],
                "relationshipName": "Partner__r", "length": 18, "soapType": "tns:ID",
            }),
        ),
    ] {
        assert_says(&described(&mut org, "Lead", name), &expected);
    }
    let (_, account) = org.get("sobjects/Account/describe");
    let children = account["childRelationships"].as_array().unwrap();
    let partners = children.iter().find(|child| child["field"] == "Partner__c");
    assert_says(
        partners.unwrap(),
        &json!({
            "childSObject": "Lead", "relationshipName": "Partner_Leads__r",
            "cascadeDelete": false,
        }),
    );
}

#[test]
fn custom_fields_are_written_read_and_queried() {
    let mut org = org(EVERY_TYPE);
    let partner = org.create("Account", &json!({"Name": "Engines"}));
    let lead = json!({
        "LastName": "Lovelace", "Company": "C", "Customer_Number__c": "K-1", "Notes__c": "Long",
        "Score__c": 12.345, "Since__c": "2026-01-31", "Seen__c": "2026-02-01T10:00:00Z",
        "partner__c": partner, "City__c": "Atlantis",
    });
    let id = org.create("Lead", &lead);
    for (field, value) in [
        ("Score__c", json!(12.35)),
        ("Vip__c", json!(true)),
        ("Region__c", json!("South")),
        ("City__c", json!("Atlantis")),
        ("Seen__c", json!("2026-02-01T10:00:00.000+0000")),
        ("Tags__c", Json::Null),
    ] {
        assert_eq!(org.field(id, field), value, "{field}");
    }
    assert_eq!(
        org.rows("SELECT Partner__r.Name, Since__c FROM Lead WHERE Customer_Number__c = 'k-1'"),
        "Engines|2026-01-31"
    );
    let wrong = json!({"LastName": "L", "Company": "C", "Region__c": "West"});
    assert_eq!(
        refusal(org.call("POST", "sobjects/Lead", &wrong)),
        "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: Region: bad value for restricted picklist \
         field: West"
    );
    let long = json!({"LastName": "L", "Company": "C", "Customer_Number__c": "0123456789012"});
    assert_eq!(
        refusal(org.call("POST", "sobjects/Lead", &long)),
        "400 STRING_TOO_LONG: Customer Number: data value too large: 0123456789012 (max \
         length=12)"
    );
    let by_key = org.get("sobjects/Lead/Customer_Number__c/K-1?fields=LastName");
    assert_eq!((by_key.0, &by_key.1["LastName"]), (200, &json!("Lovelace")));
}

#[test]
fn other_vocabularies_carry_their_meanings() {
    let mut org = Org::new(Options {
        fixture: Some(
            Fixture::parse(
                r#"
                [[picklists]]
                object = "Task"
                field = "Status"
                values = [{ value = "Open", default = true }, { value = "Done", closed = true }]
                [[picklists]]
                object = "Lead"
                field = "Status"
                values = [
                    { value = "Neu", default = true },
                    { value = "Gewonnen", converted = true },
                ]
                [[picklists]]
                object = "Opportunity"
                field = "StageName"
                values = ["Prospecting", { value = "Signed", won = true }]
                "#,
            )
            .unwrap(),
        ),
        leads: 40,
        contacts: 20,
        opportunities: 6,
        cases: 3,
        ..empty()
    });
    assert_eq!(
        org.rows("SELECT ApiName, IsClosed, IsDefault FROM TaskStatus"),
        "Open|false|true; Done|true|false"
    );
    assert_eq!(
        org.rows("SELECT ApiName, IsConverted FROM LeadStatus"),
        "Neu|false; Gewonnen|true"
    );
    let seeded = "SELECT COUNT() FROM Lead WHERE Status NOT IN ('Neu', 'Gewonnen')";
    assert_eq!(org.query(seeded).1["totalSize"], 0);
    let converted = "SELECT COUNT() FROM Lead WHERE Status = 'Gewonnen' AND IsConverted = false";
    assert_eq!(org.query(converted).1["totalSize"], 0);
    let stages = "SELECT COUNT() FROM Opportunity WHERE StageName NOT IN ('Prospecting', 'Signed')";
    assert_eq!(org.query(stages).1["totalSize"], 0);
    let task = org.create("Task", &json!({"Subject": "Call"}));
    assert_eq!(org.field(task, "Status"), "Open");
    org.world
        .edit_as_rep(task, &json!({"Status": "Done"}))
        .unwrap();
    assert_eq!(org.field(task, "IsClosed"), true);
    let deal = json!({"Name": "D", "StageName": "Signed", "CloseDate": "2026-06-30"});
    let deal = org.create("Opportunity", &deal);
    assert_eq!(org.field(deal, "IsWon"), true);
    assert_eq!(org.field(deal, "Probability"), 100.0);
}

#[test]
fn record_types_are_told_per_profile() {
    let mut org = org(r#"
        [[recordTypes]]
        object = "Lead"
        name = "Partner lead"
        developerName = "Partner"
        defaultFor = ["System Administrator"]
        [[recordTypes]]
        object = "Lead"
        name = "Web lead"
        developerName = "Web"
        profiles = ["Standard User"]
        [[recordTypes]]
        object = "Lead"
        name = "Old"
        developerName = "Old"
        inactive = true
    "#);
    assert_eq!(
        org.rows("SELECT DeveloperName, IsActive, Name, SobjectType FROM RecordType"),
        "Partner|true|Partner lead|Lead; Web|true|Web lead|Lead; Old|false|Old|Lead"
    );
    let (_, lead) = org.get("sobjects/Lead/describe");
    let infos = lead["recordTypeInfos"].as_array().unwrap();
    let told: Vec<_> = infos
        .iter()
        .map(|info| {
            let flag = |key: &str| info[key].as_bool().unwrap();
            (
                info["developerName"].as_str().unwrap(),
                flag("active"),
                flag("available"),
                flag("defaultRecordTypeMapping"),
                flag("master"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Partner", true, true, true, false),
            ("Web", true, false, false, false),
            ("Old", false, false, false, false),
            ("Master", true, true, false, true),
        ]
    );
    assert_eq!(infos[3]["recordTypeId"], "012000000000000AAA");
    let id = org.create("Lead", &json!({"LastName": "L", "Company": "C"}));
    assert_eq!(org.field(id, "RecordTypeId"), infos[0]["recordTypeId"]);
    assert_eq!(org.rows("SELECT RecordType.Name FROM Lead"), "Partner lead");
    let (_, contact) = org.get("sobjects/Contact/describe");
    assert_eq!(contact["recordTypeInfos"].as_array().unwrap().len(), 1);
    assert_eq!(described(&mut org, "Contact", "RecordTypeId"), Json::Null);
}

const PEOPLE: &str = r#"
    [switches]
    sandbox = true
    [[profiles]]
    name = "Support"
    users = ["ann@org.example"]
    permissions = [{ object = "Case", read = true }, { object = "Contact", read = true, edit = true }]
    [[users]]
    username = "ann@org.example"
    lastName = "Lee"
    firstName = "Ann"
    title = "Agent"
    [[users]]
    username = "bo@org.example"
    email = "bo@mail.example"
    lastName = "Berg"
    inactive = true
    [[queues]]
    name = "Billing"
    developerName = "Billing"
    objects = ["Case"]
    members = ["ann@org.example"]
"#;

#[test]
fn users_queues_and_profiles_are_added() {
    let mut org = org(PEOPLE);
    assert_eq!(
        org.rows(
            "SELECT Email, IsActive, Name, Profile.Name FROM User WHERE Username LIKE '%@org.example'"
        ),
        "ann@org.example.invalid|true|Ann Lee|Support; \
         bo@mail.example.invalid|false|Berg|Standard User"
    );
    assert_eq!(
        org.rows(
            "SELECT Queue.DeveloperName, SobjectType FROM QueueSobject WHERE Queue.Name = 'Billing'"
        ),
        "Billing|Case"
    );
    assert_eq!(org.rows("SELECT IsSandbox FROM Organization"), "true");
    assert_eq!(
        org.rows(
            "SELECT PermissionsCreate, PermissionsEdit, PermissionsRead, SobjectType \
             FROM ObjectPermissions WHERE Parent.Profile.Name = 'Support'"
        ),
        "false|false|true|Case; false|true|true|Contact"
    );
    let ordinary = Org::empty().rows("SELECT IsSandbox FROM Organization");
    assert_eq!(ordinary, "false");
}

#[test]
fn access_to_a_record_follows_from_profile_and_owner() {
    let mut org = org(PEOPLE);
    let ann = org.query("SELECT Id FROM User WHERE LastName = 'Lee'").1;
    let ann: RecordId = ann["records"][0]["Id"].as_str().unwrap().parse().unwrap();
    let case = org.create("Case", &json!({"Subject": "S"}));
    let mine = org.create("Case", &json!({"Subject": "T", "OwnerId": ann}));
    let contact = org.create("Contact", &json!({"LastName": "L"}));
    let lead = org.create("Lead", &json!({"LastName": "L", "Company": "C"}));
    let level = |org: &Org, user, id| org.world.record_access(user, id)["MaxAccessLevel"].clone();
    assert_eq!(level(&org, ann, case), "Read");
    assert_eq!(level(&org, ann, mine), "Read", "without permission to edit");
    assert_eq!(level(&org, ann, contact), "Edit");
    assert_eq!(level(&org, ann, lead), "None");
    let admin = org.world.integration_user();
    assert_eq!(level(&org, admin, lead), "All");
    let path = format!("/_sim/access/{ann}/{contact}");
    let (_, row) = org.get(&path);
    assert_says(
        &row,
        &json!({
            "UserId": ann, "RecordId": contact, "HasReadAccess": true, "HasEditAccess": true,
            "HasDeleteAccess": false, "HasTransferAccess": false, "HasAllAccess": false,
        }),
    );
}

#[test]
fn a_field_can_be_added_while_the_org_runs() {
    let mut org = Org::empty();
    let id = org.create("Lead", &json!({"LastName": "L", "Company": "C"}));
    let (_, before) = org.get("sobjects/Lead/describe");
    org.wait(std::time::Duration::from_mins(5));
    let since = |at: &'static str| [("if-modified-since", at)];
    let noon = since("Wed, 10 Jun 2026 12:00:00 GMT");
    let unchanged = org.call_with("GET", "sobjects/Lead/describe", &noon, &Json::Null);
    assert_eq!(unchanged, (304, Json::Null));
    let field = json!({
        "object": "Lead", "name": "Key__c", "type": "text", "externalId": true, "unique": true,
    });
    assert_eq!(org.call("POST", "/_sim/fields", &field), (200, json!(true)));
    assert_eq!(
        org.call("POST", "/_sim/fields", &field),
        (
            400,
            json!({
                "code": "INVALID_FIELD",
                "message": "Lead.Key__c: there is such a field already",
            })
        )
    );
    let (status, after) = org.call_with("GET", "sobjects/Lead/describe", &noon, &Json::Null);
    assert_eq!(status, 200);
    let count = |described: &Json| described["fields"].as_array().unwrap().len();
    assert_eq!(count(&after), count(&before) + 1);
    let (status, _) = org.call_with("GET", "sobjects", &noon, &Json::Null);
    assert_eq!(status, 200, "the global describe is newer too");
    let later = since("Wed, 10 Jun 2026 12:05:00 GMT");
    let (status, _) = org.call_with("GET", "sobjects/Lead/describe", &later, &Json::Null);
    assert_eq!(status, 304);
    assert_eq!(org.field(id, "Key__c"), Json::Null);
    org.world.edit_as_rep(id, &json!({"Key__c": "K"})).unwrap();
    assert_eq!(
        org.rows("SELECT LastName FROM Lead WHERE Key__c = 'K'"),
        "L"
    );
    assert_eq!(
        org.rows("SELECT PermissionsEdit FROM FieldPermissions WHERE Field = 'Lead.Key__c'"),
        "true; true; false"
    );
    let listed: Vec<CustomField> = serde_json::from_value(org.get("/_sim/fields").1).unwrap();
    assert_eq!(listed[0].name, "Key__c");
}

#[test]
fn country_picklists_add_codes_to_every_address() {
    let mut org = org("[switches]\ncountryPicklists = true\n");
    let country = described(&mut org, "Contact", "MailingCountryCode");
    assert_says(
        &country,
        &json!({"type": "picklist", "length": 10, "restrictedPicklist": true, "nillable": true}),
    );
    let countries = country["picklistValues"].as_array().unwrap();
    let ireland = countries.iter().find(|value| value["value"] == "IE");
    assert_eq!(ireland.unwrap()["label"], "Ireland");
    let state = described(&mut org, "Lead", "StateCode");
    assert_says(
        &state,
        &json!({"dependentPicklist": true, "controllerName": "CountryCode"}),
    );
    assert_eq!(
        described(&mut Org::empty(), "Contact", "MailingCountryCode"),
        Json::Null
    );
}

#[test]
fn founded_addresses_have_their_codes() {
    let mut org = Org::new(Options {
        fixture: Some(Fixture::parse("[switches]\ncountryPicklists = true\n").unwrap()),
        leads: 20,
        contacts: 5,
        accounts: 5,
        ..empty()
    });
    let uncoded = "SELECT COUNT() FROM Lead WHERE Country != null AND CountryCode = null";
    assert_eq!(org.query(uncoded).1["totalSize"], 0);
    let (_, leads) = org.query("SELECT Address, Country, CountryCode FROM Lead LIMIT 1");
    let lead = &leads["records"][0];
    assert_eq!(lead["Address"]["countryCode"], lead["CountryCode"]);
    assert_eq!(lead["Address"]["country"], lead["Country"]);
    assert_eq!(lead["Address"]["stateCode"], Json::Null);
    let mut plain = Org::new(Options {
        leads: 1,
        ..empty()
    });
    let (_, leads) = plain.query("SELECT Address FROM Lead");
    let address = leads["records"][0]["Address"].as_object().unwrap();
    assert!(!address.contains_key("countryCode"));
}
