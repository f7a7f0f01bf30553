use serde_json::{Map, json};

use super::*;

const FULL: &str = r#"{
  "type": "contact", "id": "5ba682d23d7cf92bef87bfd4", "workspace_id": "a1b2c3d4",
  "external_id": "42", "role": "user", "email": "Jane@Example.com ", "phone": "+353871234567",
  "name": "Jane Doe", "avatar": null, "owner_id": 991267583,
  "created_at": 1691436649, "updated_at": "2023-08-07T19:30:50.125+00:00",
  "location": { "type": "location", "country": "Ireland", "region": "Leinster", "city": "Dublin",
                "country_code": "IRL", "continent_code": "EU" },
  "custom_attributes": { "plan_tier": "gold", "seats": 12, "ratio": 0.5, "is_vip": true,
                         "gone": null, "orders": { "type": "list", "ids": ["21"] } },
  "companies": { "type": "list", "total_count": 11, "has_more": true,
                 "data": [ { "type": "company", "id": "531ee472cce572a6ec000006" } ] },
  "utm_campaign": "spring", "utm_content": null, "referrer": "https://example.com/", "new": [1]
}"#;

fn read(json: &str) -> Result<Contact, String> {
    serde_json::from_str(json).map_err(|e| e.to_string())
}

#[test]
fn a_contact_is_kept_as_it_is_shown() {
    let contact = read(FULL).unwrap();
    let attributes = &contact.custom_attributes;
    assert_eq!(contact.email.as_deref(), Some("Jane@Example.com "));
    assert_eq!(contact.role, Role::User);
    assert_eq!(contact.owner_id, Some("991267583".parse().unwrap()));
    assert_eq!(contact.created_at.as_millis(), 1_691_436_649_000);
    assert_eq!(contact.updated_at.as_millis(), 1_691_436_650_125);
    assert_eq!(
        contact.company_ids,
        ["531ee472cce572a6ec000006".parse().unwrap()]
    );
    assert!(contact.has_more_companies && !contact.archived);
    assert_eq!(contact.location.country_code.as_deref(), Some("IRL"));
    assert_eq!(contact.utm.campaign.as_deref(), Some("spring"));
    assert_eq!(contact.utm.content, None);
    assert_eq!(
        attributes["plan_tier"],
        AttributeValue::Text("gold".to_owned())
    );
    assert_eq!(attributes["seats"], AttributeValue::Number(12.into()));
    assert_eq!(attributes["is_vip"], AttributeValue::Bool(true));
    assert_eq!(
        attributes["orders"],
        AttributeValue::Other(json!({ "type": "list", "ids": ["21"] }))
    );
    assert!(!attributes.contains_key("gone"), "null is no value");
}

#[test]
fn a_lead_of_a_webhook_may_lack_most_keys() {
    let lead = read(
        r#"{"type":"contact","id":"65e7","role":"lead","email":null,"companies":null,
            "custom_attributes":null,"created_at":1,"updated_at":2}"#,
    )
    .unwrap();
    assert_eq!(
        (lead.role, lead.email, lead.workspace_id),
        (Role::Lead, None, None)
    );
    assert!(lead.custom_attributes.is_empty() && lead.company_ids.is_empty());
}

#[test]
fn what_makes_a_contact_unusable_is_said() {
    let without = |key: &str| {
        let mut json: Map<String, Value> = serde_json::from_str(FULL).unwrap();
        json.remove(key);
        read(&Value::Object(json).to_string()).unwrap_err()
    };
    assert!(without("id").contains("missing field `id`"));
    assert!(without("role").contains("missing field `role`"));
    assert!(without("updated_at").contains("no updated_at"));
    let visitor = FULL.replace(r#""role": "user""#, r#""role": "visitor""#);
    assert!(read(&visitor).unwrap_err().contains("visitor"));
}

#[test]
fn keep_clear_and_set_are_three_wishes() {
    let patch = ContactPatch {
        name: Change::Set("Jane".to_owned()),
        email: Change::Keep,
        phone: Change::Clear,
        owner: Change::Set("991267583".parse().unwrap()),
        custom_attributes: BTreeMap::from([
            (
                "SALESFORCE_ID".to_owned(),
                Some("00Q5g00000AbCdEEAV".to_owned()),
            ),
            ("SALESFORCE_STATUS".to_owned(), None),
        ]),
    };
    let sent = json!({
        "name": "Jane",
        "phone": null,
        "owner_id": "991267583",
        "custom_attributes": {
            "SALESFORCE_ID": "00Q5g00000AbCdEEAV",
            "SALESFORCE_STATUS": null,
        },
    });
    assert_eq!(serde_json::to_value(&patch).unwrap(), sent);
    assert!(!patch.is_empty());
    assert!(ContactPatch::default().is_empty());
    assert_eq!(
        serde_json::to_string(&ContactPatch::default()).unwrap(),
        "{}"
    );
}

#[test]
fn o3_an_owner_is_cleared_with_null() {
    let patch = ContactPatch {
        owner: Change::Clear,
        ..ContactPatch::default()
    };
    assert!(!patch.is_empty());
    assert_eq!(
        serde_json::to_string(&patch).unwrap(),
        r#"{"owner_id":null}"#
    );
}
