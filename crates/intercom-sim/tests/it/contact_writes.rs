//! What may be written to a contact, in the vendor's words, and how addresses name one.

use http::Method;
use serde_json::{Value, json};

use crate::town::{TOKEN, Town};

#[tokio::test]
async fn an_external_id_is_read_from_an_address_however_it_is_written() {
    let town = Town::new();
    let own = json!({"external_id": "a@b.example/1 ü", "email": "a@b.example"});
    let made = town.post("/contacts", own).await.body;
    for path in ["a%40b.example%2F1%20%C3%BC", "a@b.example%2f1%20%c3%bc"] {
        let path = format!("/contacts/find_by_external_id/{path}");
        assert_eq!(town.get(&path).await.body["id"], made["id"], "{path}");
    }
    let lead = town.lead("l@x.example").await;
    for path in ["A%40B.example%2F1%20%C3%BC", "none", lead.as_str()] {
        let path = format!("/contacts/find_by_external_id/{path}");
        let missing = town.get(&path).await;
        assert_eq!((missing.status, missing.message()), (404, "User Not Found"));
    }
}

#[tokio::test]
async fn a_verified_email_comes_with_the_email_since_2_16() {
    let town = Town::new();
    let path = format!("/contacts/{}", town.lead("v@x.example").await);
    let both = json!({"email": "w@x.example", "email_verified": true});
    let written = town.put(&path, both).await;
    assert_eq!(
        (written.status, written.body["email"].clone()),
        (200, json!("w@x.example"))
    );
    assert_eq!(written.body.get("email_verified"), None);
    for body in [
        json!({"email_verified": true}),
        json!({"email_verified": false, "email": null}),
        json!({"email_verified": "yes", "email": "x@x.example"}),
    ] {
        let refused = town.put(&path, body.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "parameter_invalid"),
            "{body}"
        );
        assert_eq!(refused.body["errors"][0]["field"], "email_verified");
    }
    let authorization = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    let body = json!({"email_verified": true});
    let ignored = town.call_as(&old, Method::PUT, &path, Some(&body)).await;
    assert_eq!(ignored.status, 200);
}

#[tokio::test]
async fn values_are_read_otherwise_than_they_were_sent() {
    let town = Town::new();
    let body = json!({"role": "lead", "phone": "+353 (87) 123-4567", "email": " Ann@X.Example",
                      "avatar": "https://x.example/a.png", "owner_id": ""});
    let made = town.post("/contacts", body).await.body;
    assert_eq!(made["phone"], "+353871234567");
    assert_eq!(made["formatted_phone"], "+353 87 123 4567");
    assert_eq!(made["email"], "ann@x.example");
    assert_eq!(
        made["avatar"],
        json!({"type": "avatar", "image_url": "https://x.example/a.png"})
    );
    assert_eq!(made["owner_id"], Value::Null);
    let path = format!("/contacts/{}", made["id"].as_str().unwrap());
    let cleared = json!({"phone": null, "avatar": null, "email": "", "name": null});
    let after = town.put(&path, cleared).await.body;
    for field in [
        "phone",
        "formatted_phone",
        "avatar",
        "email",
        "email_domain",
    ] {
        assert_eq!(after[field], Value::Null, "{field}");
    }
}

#[tokio::test]
async fn what_is_not_writable_is_passed_over() {
    let town = Town::new();
    let path = format!("/contacts/{}", town.lead("r@x.example").await);
    let before = town.get(&path).await.body;
    let body = json!({"id": "0", "created_at": 1, "updated_at": 1, "browser": "lynx",
                      "location": {"city": "Cork"}, "utm_source": "x", "has_hard_bounced": true,
                      "workspace_id": "other", "tags": [], "unheard_of": 1});
    let after = town.put(&path, body).await;
    assert_eq!((after.status, after.body), (200, before));
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_refused_by_name() {
    let town = Town::new();
    let path = format!("/contacts/{}", town.lead("t@x.example").await);
    for (body, message) in [
        (json!({"role": "admin"}), "Role must be either user or lead"),
        (json!({"name": {}}), "name must be a string"),
        (json!({"phone": true}), "phone must be a string"),
        (json!({"email": "nobody"}), "Email is invalid"),
        (
            json!({"signed_up_at": "now"}),
            "signed_up_at must be a Unix timestamp",
        ),
        (
            json!({"unsubscribed_from_emails": "no"}),
            "unsubscribed_from_emails must be a boolean",
        ),
        (
            json!({"owner_id": "1"}),
            "The owner specified is not a member of the workspace",
        ),
        (
            json!({"custom_attributes": {"none": 1}}),
            "Custom attribute 'none' does not exist",
        ),
    ] {
        let answer = town.put(&path, body.clone()).await;
        assert_eq!(
            (answer.status, answer.code(), answer.message()),
            (400, "parameter_invalid", message),
            "{body}"
        );
    }
}
