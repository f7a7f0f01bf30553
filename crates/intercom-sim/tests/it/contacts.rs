//! `/contacts` and what hangs on a contact.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, TOKEN, Town};

/// Every key of a contact, as the reference shows it.
const KEYS: &[&str] = &[
    "android_app_name",
    "android_app_version",
    "android_device",
    "android_last_seen_at",
    "android_os_version",
    "android_sdk_version",
    "avatar",
    "browser",
    "browser_language",
    "browser_version",
    "companies",
    "created_at",
    "custom_attributes",
    "email",
    "email_domain",
    "enabled_push_messaging",
    "external_id",
    "formatted_phone",
    "has_hard_bounced",
    "id",
    "ios_app_name",
    "ios_app_version",
    "ios_device",
    "ios_last_seen_at",
    "ios_os_version",
    "ios_sdk_version",
    "language_override",
    "last_contacted_at",
    "last_email_clicked_at",
    "last_email_opened_at",
    "last_replied_at",
    "last_seen_at",
    "location",
    "marked_email_as_spam",
    "name",
    "notes",
    "opted_in_subscription_types",
    "opted_out_subscription_types",
    "os",
    "owner_id",
    "phone",
    "referrer",
    "role",
    "signed_up_at",
    "sms_consent",
    "social_profiles",
    "tags",
    "type",
    "unsubscribed_from_emails",
    "unsubscribed_from_sms",
    "updated_at",
    "utm_campaign",
    "utm_content",
    "utm_medium",
    "utm_source",
    "utm_term",
    "workspace_id",
];

#[tokio::test]
async fn every_key_is_there_and_nulls_are_explicit() {
    let town = Town::new();
    let answer = town
        .get(&format!("/contacts/{}", town.sim.user_id(0)))
        .await;
    assert_eq!(answer.status, 200);
    let mut expected: Vec<&str> = KEYS.to_vec();
    expected.sort_unstable();
    let mut keys: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(answer.body["role"], "user");
    assert_eq!(answer.body["browser"], Value::Null);
    assert_eq!(answer.body["companies"]["total_count"], 1);
    assert_eq!(
        answer.body["location"]["country_code"]
            .as_str()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn a_contact_is_created_as_it_is_stored() {
    let town = Town::new();
    let body = json!({
        "role": "lead", "email": " Ada@Acme.IO ", "phone": "+353 (87) 123-4567", "name": "Ada",
        "external_id": "not for leads", "language_override": "english",
    });
    let answer = town.post("/contacts", body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["email"], "ada@acme.io");
    assert_eq!(answer.body["email_domain"], "acme.io");
    assert_eq!(answer.body["phone"], "+353871234567");
    assert_eq!(answer.body["external_id"], Value::Null);
    assert_eq!(answer.body["language_override"], Value::Null);
    assert_eq!(answer.body["created_at"], NOON);
    let id = answer.body["id"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    assert_eq!(town.get(&format!("/contacts/{id}")).await.body, answer.body);
    assert_eq!(town.topics().await, ["contact.lead.created"]);
}

#[tokio::test]
async fn what_cannot_be_created_is_refused_by_name() {
    let town = Town::new();
    for (body, status, code) in [
        (json!({"name": "Nobody"}), 400, "parameter_not_found"),
        (json!({"role": "visitor"}), 400, "parameter_invalid"),
        (json!({"email": "not an address"}), 400, "parameter_invalid"),
        (json!({"email": ["a@b.c"]}), 400, "parameter_invalid"),
        (
            json!({"role": "lead", "owner_id": "1"}),
            400,
            "parameter_invalid",
        ),
        (
            json!({"role": "lead", "custom_attributes": {"unheard_of": 1}}),
            400,
            "parameter_invalid",
        ),
        (
            json!({"role": "lead", "custom_attributes": {"job_title": 1}}),
            400,
            "parameter_invalid",
        ),
        (
            json!({"role": "lead", "custom_attributes": {"job_title": "x".repeat(256)}}),
            400,
            "parameter_invalid",
        ),
        (
            json!({"role": "lead", "custom_attributes": []}),
            400,
            "parameter_invalid",
        ),
        (json!([1]), 400, "parameter_invalid"),
    ] {
        let answer = town.post("/contacts", body.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
    }
    assert!(town.topics().await.is_empty());
}

#[tokio::test]
async fn a_user_who_exists_conflicts_and_a_lead_does_not() {
    let town = Town::new();
    let user = town
        .post(
            "/contacts",
            json!({"external_id": "42", "email": "a@b.example"}),
        )
        .await;
    let id = user.body["id"].as_str().unwrap().to_owned();
    assert_eq!(user.body["role"], "user");
    for body in [
        json!({"external_id": "42"}),
        json!({"email": "A@B.example"}),
    ] {
        let twin = town.post("/contacts", body).await;
        assert_eq!((twin.status, twin.code()), (409, "conflict"));
        assert_eq!(
            twin.message(),
            format!("A contact matching those details already exists with id={id}")
        );
    }
    assert_ne!(
        town.lead("a@b.example").await,
        town.lead("a@b.example").await
    );

    town.post(&format!("/contacts/{id}/archive"), json!({}))
        .await;
    let archived = town.post("/contacts", json!({"external_id": "42"})).await;
    assert_eq!(
        archived.message(),
        format!("An archived contact matching those details already exists with id={id}")
    );
}

#[tokio::test]
async fn an_update_merges_custom_attributes_and_null_clears() {
    let town = Town::new();
    for name in ["A", "B"] {
        let body = json!({"name": name, "model": "contact", "data_type": "string"});
        assert_eq!(town.post("/data_attributes", body).await.status, 200);
    }
    let path = format!("/contacts/{}", town.lead("x@y.example").await);
    town.put(&path, json!({"custom_attributes": {"A": "1", "B": "2"}}))
        .await;
    town.wait(5);
    let answer = town
        .put(
            &path,
            json!({"name": "X", "phone": null, "custom_attributes": {"B": null}}),
        )
        .await;
    assert_eq!(answer.body["custom_attributes"], json!({"A": "1"}));
    assert_eq!(answer.body["name"], "X");
    assert_eq!(answer.body["email"], "x@y.example");
    assert_eq!(answer.body["updated_at"], NOON + 5);
}

#[tokio::test]
async fn an_update_that_changes_nothing_tells_nothing() {
    let town = Town::new();
    let path = format!("/contacts/{}", town.lead("x@y.example").await);
    town.topics().await;
    town.wait(60);
    let answer = town.put(&path, json!({"email": "X@Y.example"})).await;
    assert_eq!(answer.body["updated_at"], NOON);
    assert!(town.topics().await.is_empty());
}

#[tokio::test]
async fn each_change_has_its_topics() {
    let town = Town::new();
    let lead = town.post("/contacts", json!({"role": "lead"})).await;
    let path = format!("/contacts/{}", lead.body["id"].as_str().unwrap());
    town.topics().await;

    town.put(&path, json!({"name": "N"})).await;
    assert_eq!(town.topics().await, ["contact.lead.updated"]);
    town.put(&path, json!({"email": "n@x.example"})).await;
    assert_eq!(
        town.topics().await,
        [
            "contact.lead.updated",
            "contact.email.updated",
            "contact.lead.added_email"
        ]
    );
    town.put(&path, json!({"role": "user", "external_id": "n"}))
        .await;
    assert_eq!(
        town.topics().await,
        ["contact.user.updated", "contact.lead.signed_up"]
    );
    let kept = town.put(&path, json!({"role": "lead"})).await;
    assert_eq!(
        kept.body["role"], "user",
        "a user never becomes a lead again"
    );
    assert!(town.topics().await.is_empty());
    town.post(&format!("{path}/archive"), json!({})).await;
    town.post(&format!("{path}/unarchive"), json!({})).await;
    assert_eq!(
        town.topics().await,
        ["contact.archived", "contact.unarchive"]
    );
    let gone = town.delete(&path).await;
    assert_eq!(gone.body["deleted"], true);
    assert_eq!(town.topics().await, ["contact.deleted"]);
    let answer = town.get(&path).await;
    assert_eq!((answer.status, answer.message()), (404, "User Not Found"));
}

#[tokio::test]
async fn a_merged_lead_is_gone_with_a_forwarding_address() {
    let town = Town::new();
    let lead = town.lead("m@x.example").await;
    let user = town
        .post(
            "/contacts",
            json!({"external_id": "m", "email": "m@x.example"}),
        )
        .await;
    let user = user.body["id"].as_str().unwrap().to_owned();
    let backwards = town
        .post("/contacts/merge", json!({"from": user, "into": lead}))
        .await;
    assert_eq!((backwards.status, backwards.code()), (400, "invalid_merge"));
    town.topics().await;

    let merged = town
        .post("/contacts/merge", json!({"from": lead, "into": user}))
        .await;
    assert_eq!(merged.body["id"], user.as_str());
    let told = {
        town.sim.step_due().await;
        town.app.take()
    };
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].json()["topic"], "contact.merged");
    assert_eq!(
        told[0].json()["data"]["item"]["merged_from"]["id"],
        lead.as_str()
    );

    let gone = town.get(&format!("/contacts/{lead}")).await;
    assert_eq!((gone.status, gone.code()), (410, "contact_merged"));
    assert_eq!(
        gone.headers["link"],
        format!("</contacts/{user}>; rel=\"canonical\"").as_str()
    );
    let authorization = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.14"),
    ];
    let before = town
        .call_as(&old, Method::GET, &format!("/contacts/{lead}"), None)
        .await;
    assert_eq!(before.status, 404);

    let stranger = town.lead("other@x.example").await;
    let apart = json!({"from": stranger, "into": user});
    assert_eq!(
        town.post("/contacts/merge", apart).await.code(),
        "invalid_merge"
    );
    let forced = json!({"from": stranger, "into": user, "skip_duplicate_validation": true});
    assert_eq!(town.post("/contacts/merge", forced).await.status, 200);
}

#[tokio::test]
async fn owner_ids_are_integers_before_2_16() {
    let town = Town::new();
    let admin = town.get("/me").await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/contacts/{}", town.lead("o@x.example").await);
    let now = town.put(&path, json!({"owner_id": admin})).await;
    assert_eq!(now.body["owner_id"], admin.as_str());
    let authorization = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    let before = town.call_as(&old, Method::GET, &path, None).await;
    assert_eq!(
        before.body["owner_id"],
        json!(admin.parse::<u64>().unwrap())
    );
}

#[tokio::test]
async fn the_list_is_paged_and_its_last_page_has_no_next() {
    let town = Town::new();
    let first = town.get("/contacts?per_page=20").await.body;
    assert_eq!(first["total_count"], 24);
    assert_eq!(first["pages"]["total_pages"], 2);
    let cursor = first["pages"]["next"]["starting_after"].as_str().unwrap();
    let query: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    let second = town
        .get(&format!("/contacts?per_page=20&starting_after={query}"))
        .await
        .body;
    assert_eq!(second["data"].as_array().unwrap().len(), 4);
    assert_eq!(second["pages"].get("next"), None);
    let mut ids: Vec<&Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["data"].as_array().unwrap())
        .map(|row| &row["id"])
        .collect();
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 24);
    assert_eq!(town.get("/contacts?per_page=151").await.status, 400);
    assert_eq!(town.get("/contacts?starting_after=").await.status, 500);
    assert_eq!(
        town.get("/contacts?starting_after=abc").await.code(),
        "client_error"
    );
}

#[tokio::test]
async fn notes_and_tags_hang_on_a_contact() {
    let town = Town::new();
    let id = town.lead("n@x.example").await;
    let notes = format!("/contacts/{id}/notes");
    let note = town.post(&notes, json!({"body": "Hello"})).await;
    assert_eq!(note.body["body"], "<p>Hello</p>");
    assert_eq!(note.body["contact"]["id"], id.as_str());
    let bad = town
        .post(&notes, json!({"body": "x", "admin_id": "1"}))
        .await;
    assert_eq!((bad.status, bad.message()), (404, "Resource Not Found"));
    assert_eq!(town.get(&notes).await.body["total_count"], 1);
    let one = format!("/notes/{}", note.body["id"].as_str().unwrap());
    assert_eq!(town.get(&one).await.body, note.body);

    let tag = town.post("/tags", json!({"name": "Big fish"})).await.body;
    assert_eq!(
        town.post("/tags", json!({"name": "BIG FISH"})).await.body["id"],
        tag["id"]
    );
    town.topics().await;
    town.post(&format!("/contacts/{id}/tags"), json!({"id": tag["id"]}))
        .await;
    assert_eq!(town.topics().await, ["contact.lead.tag.created"]);
    let tagged = town.get(&format!("/contacts/{id}")).await.body;
    assert_eq!(tagged["tags"]["data"][0]["id"], tag["id"]);
    let path = format!("/tags/{}", tag["id"].as_str().unwrap());
    assert_eq!(town.delete(&path).await.code(), "tag_has_dependent_objects");
    town.delete(&format!("/contacts/{id}{path}")).await;
    assert_eq!(town.delete(&path).await.status, 200);
    assert_eq!(town.get(&path).await.message(), "Resource Not Found");
}

#[tokio::test]
async fn ten_stubs_are_shown_of_many() {
    let town = Town::new();
    let id = town.lead("s@x.example").await;
    for at in 0..11 {
        town.post(
            &format!("/contacts/{id}/notes"),
            json!({"body": format!("{at}")}),
        )
        .await;
    }
    let notes = &town.get(&format!("/contacts/{id}")).await.body["notes"];
    assert_eq!(notes["data"].as_array().unwrap().len(), 10);
    assert_eq!(notes["total_count"], 11);
    assert_eq!(notes["has_more"], true);
}

#[tokio::test]
async fn events_are_accepted_and_twins_of_a_second_are_dropped() {
    let town = Town::new();
    let id = town.lead("e@x.example").await;
    let event =
        |at: i64| json!({"event_name": "won", "created_at": at, "id": id, "metadata": {"a": 1}});
    for at in [NOON, NOON, NOON + 1] {
        let answer = town.post("/events", event(at)).await;
        assert_eq!((answer.status, answer.body), (202, Value::Null));
    }
    let listed = town
        .get(&format!("/events?type=user&intercom_user_id={id}"))
        .await
        .body;
    assert_eq!(listed["events"].as_array().unwrap().len(), 2);
    for (body, status) in [
        (json!({"created_at": NOON, "id": id}), 400),
        (json!({"event_name": "won", "id": id}), 400),
        (json!({"event_name": "won", "created_at": NOON}), 400),
        (
            json!({"event_name": "won", "created_at": NOON, "user_id": "nobody"}),
            404,
        ),
    ] {
        assert_eq!(
            town.post("/events", body.clone()).await.status,
            status,
            "{body}"
        );
    }
}
