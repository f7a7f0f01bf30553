//! Which topics a change has, and what is in each of them.

use http::Method;
use intercom_sim::{Options, Version};
use serde_json::{Value, json};

use crate::town::{NOON, Received, TOKEN, Town, options};

impl Town {
    /// What is told now: the topics with their items.
    async fn told(&self) -> Vec<(String, Value)> {
        self.sim.step_due().await;
        let told = |it: &Received| {
            let mut envelope = it.json();
            let topic = envelope["topic"].as_str().unwrap().to_owned();
            (topic, envelope["data"]["item"].take())
        };
        self.app.take().iter().map(told).collect()
    }

    /// The only thing that is told now.
    async fn told_once(&self) -> (String, Value) {
        let mut told = self.told().await;
        assert_eq!(told.len(), 1, "{told:?}");
        told.remove(0)
    }
}

#[tokio::test]
async fn a_contact_that_is_gone_is_told_with_little_more_than_its_id() {
    let town = Town::new();
    let id = town.lead("a@x.example").await;
    town.told().await;
    town.post(&format!("/contacts/{id}/archive"), json!({}))
        .await;
    let archived = json!({"type": "contact", "id": id, "external_id": null, "archived": true});
    assert_eq!(
        town.told_once().await,
        ("contact.archived".to_owned(), archived)
    );
    town.post(&format!("/contacts/{id}/archive"), json!({}))
        .await;
    assert_eq!(town.told().await, [], "it was archived already");
    town.post(&format!("/contacts/{id}/unarchive"), json!({}))
        .await;
    let (topic, item) = town.told_once().await;
    assert_eq!(topic, "contact.unarchive");
    assert_eq!(item["email"], "a@x.example", "a whole contact");
    town.delete(&format!("/contacts/{id}")).await;
    let deleted = json!({"type": "contact", "id": id, "deleted": true});
    assert_eq!(
        town.told_once().await,
        ("contact.deleted".to_owned(), deleted)
    );
}

#[tokio::test]
async fn a_lead_tells_that_it_gained_an_email_changed_it_and_became_a_user() {
    let town = Town::new();
    let created = town.post("/contacts", json!({"role": "lead"})).await;
    let path = format!("/contacts/{}", created.body["id"].as_str().unwrap());
    assert_eq!(town.topics().await, ["contact.lead.created"]);
    town.put(&path, json!({"email": "a@x.example"})).await;
    assert_eq!(
        town.topics().await,
        [
            "contact.lead.updated",
            "contact.email.updated",
            "contact.lead.added_email"
        ]
    );
    town.put(&path, json!({"email": "b@x.example"})).await;
    assert_eq!(
        town.topics().await,
        ["contact.lead.updated", "contact.email.updated"]
    );
    town.put(&path, json!({"role": "user"})).await;
    assert_eq!(
        town.topics().await,
        ["contact.user.updated", "contact.lead.signed_up"]
    );
    town.put(&path, json!({"role": "user"})).await;
    assert!(town.topics().await.is_empty(), "nothing changed");
}

#[tokio::test]
async fn the_survivor_of_a_merge_names_who_went_into_it() {
    let town = Town::new();
    let lead = town.lead("l@x.example").await;
    let user = town.sim.user_id(0);
    town.told().await;
    town.sim
        .merge_contacts(lead.parse().unwrap(), user)
        .unwrap();
    let (topic, item) = town.told_once().await;
    assert_eq!(topic, "contact.merged");
    assert_eq!(item["id"], user.to_string());
    assert_eq!(item["role"], "user");
    assert_eq!(item["merged_from"], json!({"type": "contact", "id": lead}));
}

#[tokio::test]
async fn opting_out_of_emails_and_in_again_is_told_with_the_contact_inside() {
    let town = Town::new();
    let path = format!("/contacts/{}", town.sim.user_id(0));
    for (is_out, topic) in [
        (true, "contact.unsubscribed"),
        (false, "contact.subscribed"),
    ] {
        town.put(&path, json!({"unsubscribed_from_emails": is_out}))
            .await;
        let told = town.told().await;
        assert_eq!(told.len(), 2);
        assert_eq!(
            (told[0].0.as_str(), told[1].0.as_str()),
            ("contact.user.updated", topic)
        );
        let contact = &told[1].1["contact"];
        assert_eq!(contact["id"], town.sim.user_id(0).to_string());
        assert_eq!(contact["unsubscribed_from_emails"], is_out);
    }
}

#[tokio::test]
async fn a_tag_is_told_with_its_contact() {
    let town = Town::new();
    let tag = town.post("/tags", json!({"name": "vip"})).await.body;
    let lead = town.lead("l@x.example").await;
    let tags = format!("/contacts/{lead}/tags");
    town.told().await;
    town.post(&tags, json!({"id": tag["id"]})).await;
    let (topic, mut item) = town.told_once().await;
    assert_eq!(topic, "contact.lead.tag.created");
    assert_eq!(item["contact"].take()["id"], lead.as_str());
    let expected = json!({
        "type": "contact_tag", "created_at": NOON, "contact": null,
        "tag": {"type": "tag", "id": tag["id"], "name": "vip"},
    });
    assert_eq!(item, expected);
    town.delete(&format!("{tags}/{}", tag["id"].as_str().unwrap()))
        .await;
    assert_eq!(town.told_once().await.0, "contact.lead.tag.deleted");
}

#[tokio::test]
async fn companies_tell_of_themselves_and_of_who_joins_and_leaves() {
    let town = Town::new();
    let made = json!({"company_id": "acme-1", "name": "Acme"});
    let company = town.post("/companies", made).await.body;
    let id = company["id"].as_str().unwrap();
    let (topic, item) = town.told_once().await;
    assert_eq!(
        (topic.as_str(), &item["name"]),
        ("company.created", &json!("Acme"))
    );
    town.post(
        "/companies",
        json!({"company_id": "acme-1", "name": "Acme Ltd"}),
    )
    .await;
    assert_eq!(town.told_once().await.0, "company.updated");

    let user = town.sim.user_id(0).to_string();
    let path = format!("/contacts/{user}/companies");
    town.post(&path, json!({"id": id})).await;
    let told = town.told().await;
    let attached = told
        .iter()
        .find(|it| it.0 == "company.contact.attached")
        .unwrap();
    assert_eq!(attached.1["company"]["id"], id);
    assert_eq!(attached.1["contact"]["id"], user.as_str());
    town.delete(&format!("{path}/{id}")).await;
    let told = town.told().await;
    assert!(told.iter().any(|it| it.0 == "company.contact.detached"));
    town.delete(&format!("/companies/{id}")).await;
    let deleted = json!({"type": "company", "id": id, "deleted": true});
    assert_eq!(
        town.told_once().await,
        ("company.deleted".to_owned(), deleted)
    );
}

#[tokio::test]
async fn an_event_is_told_once_and_its_twin_is_not() {
    let town = Town::new();
    let user = town.sim.user_id(0).to_string();
    let event = json!({
        "event_name": "won", "created_at": NOON - 5, "id": user, "metadata": {"amount": 5},
    });
    town.post("/events", event.clone()).await;
    town.post("/events", event).await;
    let (topic, item) = town.told_once().await;
    assert_eq!(topic, "event.created");
    assert_eq!(
        (&item["event_name"], &item["created_at"]),
        (&json!("won"), &json!(NOON - 5))
    );
    assert_eq!(item["intercom_user_id"], user.as_str());
    assert_eq!(item["metadata"], json!({"amount": 5}));
}

#[tokio::test]
async fn payloads_follow_the_version_of_the_app_and_not_that_of_the_call() {
    let authorization = format!("Bearer {TOKEN}");
    for (of_app, of_call, expected) in [("2.15", "2.16", "a number"), ("2.16", "2.14", "a text")] {
        let town = Town::with(Options {
            api_version: of_app.parse::<Version>().unwrap(),
            ..options()
        });
        let owner = town.sim.add_teammate("Grace", "grace@x.example");
        town.told().await;
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("intercom-version", of_call),
        ];
        let path = format!("/contacts/{}", town.sim.user_id(0));
        let body = json!({"owner_id": owner});
        town.call_as(&headers, Method::PUT, &path, Some(&body))
            .await;
        let (_, item) = town.told_once().await;
        let shape = match &item["owner_id"] {
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            other => panic!("{other}"),
        };
        assert_eq!(shape, expected, "app {of_app}, call {of_call}");
    }
}

#[tokio::test]
async fn times_in_statistics_are_iso_texts_up_to_2_14() {
    let item = json!({
        "type": "conversation", "id": "42", "created_at": NOON,
        "statistics": {
            "type": "conversation_statistics", "first_admin_reply_at": NOON,
            "last_close_at": null, "count_reopens": 2,
        },
    });
    let iso = json!("2026-06-15T12:00:00.000+00:00");
    for (version, expected) in [("2.14", iso), ("2.15", json!(NOON))] {
        let town = Town::with(Options {
            api_version: version.parse().unwrap(),
            ..options()
        });
        town.sim
            .send_webhook("conversation.admin.closed", item.clone());
        let (_, told) = town.told_once().await;
        assert_eq!(
            told["statistics"]["first_admin_reply_at"], expected,
            "{version}"
        );
        assert_eq!(told["statistics"]["count_reopens"], 2);
        assert_eq!(told["created_at"], NOON, "the others stay numbers");
    }
}
