//! What becomes of contacts and teammates, by controls and by pages.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, Town};

async fn control(town: &Town, method: Method, path: &str, body: Value) -> (u16, Value) {
    let headers = [("content-type", "application/json")];
    let path = format!("/_sim/{path}");
    let answer = town.call_as(&headers, method, &path, Some(&body)).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn a_contact_is_archived_taken_out_again_and_deleted_with_its_webhooks() {
    let town = Town::new();
    let id = town.lead("a@x.example").await;
    town.topics().await;
    for (method, path, topic, status) in [
        (Method::POST, "/archive", "contact.archived", 200),
        (Method::POST, "/unarchive", "contact.unarchive", 200),
        (Method::DELETE, "", "contact.deleted", 404),
    ] {
        let (answered, _) =
            control(&town, method, &format!("contacts/{id}{path}"), Value::Null).await;
        assert_eq!(answered, 204, "{topic}");
        assert_eq!(town.topics().await, [topic]);
        assert_eq!(town.get(&format!("/contacts/{id}")).await.status, status);
    }
    let again = format!("contacts/{id}");
    assert_eq!(
        control(&town, Method::DELETE, &again, Value::Null).await.0,
        400
    );
}

#[tokio::test]
async fn a_merged_leads_notes_and_events_go_to_the_user() {
    let town = Town::new();
    let lead = town.lead("l@x.example").await;
    let user = town.sim.user_id(0).to_string();
    town.post(&format!("/contacts/{lead}/notes"), json!({"body": "Hello"}))
        .await;
    let event = json!({"event_name": "won", "created_at": NOON, "id": lead});
    town.post("/events", event).await;
    let merge = json!({"from": lead, "into": user});
    assert_eq!(
        control(&town, Method::POST, "contacts/merge", merge.clone())
            .await
            .0,
        204
    );
    let gone = town.get(&format!("/contacts/{lead}")).await;
    assert_eq!(gone.status, 410);
    assert_eq!(
        gone.headers["link"],
        format!("</contacts/{user}>; rel=\"canonical\"").as_str()
    );
    let events = town
        .get(&format!("/events?type=user&intercom_user_id={user}"))
        .await;
    assert_eq!(events.body["events"][0]["event_name"], "won");
    let notes = town.get(&format!("/contacts/{user}/notes")).await;
    assert_eq!(notes.body["data"][0]["contact"]["id"], user.as_str());
    assert_eq!(
        control(&town, Method::POST, "contacts/merge", merge)
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn a_teammate_comes_and_goes_and_owns_only_while_there() {
    let town = Town::new();
    town.topics().await;
    let added = json!({"name": "Grace", "email": "grace@x.example"});
    let (_, body) = control(&town, Method::POST, "admins", added).await;
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(town.topics().await, ["admin.added_to_workspace"]);
    let admin = town.get(&format!("/admins/{id}")).await;
    assert_eq!(admin.body["name"], "Grace");
    let contact = format!("/contacts/{}", town.sim.user_id(0));
    let number: u64 = id.parse().unwrap();
    for (owner, shown) in [
        (json!(id), json!(id)),
        (Value::Null, Value::Null),
        (json!(number), json!(id)),
    ] {
        let answer = town.put(&contact, json!({"owner_id": owner})).await;
        assert_eq!((answer.status, &answer.body["owner_id"]), (200, &shown));
    }
    town.topics().await;
    let path = format!("admins/{id}");
    assert_eq!(
        control(&town, Method::DELETE, &path, Value::Null).await.0,
        204
    );
    assert_eq!(town.topics().await, ["admin.removed_from_workspace"]);
    assert_eq!(town.get(&format!("/admins/{id}")).await.status, 404);
    let refused = town
        .put(
            &format!("/contacts/{}", town.sim.user_id(1)),
            json!({"owner_id": id}),
        )
        .await;
    assert_eq!(
        (refused.status, refused.code(), refused.message()),
        (
            400,
            "parameter_invalid",
            "The owner specified is not a member of the workspace"
        )
    );
    assert_eq!(town.get(&contact).await.body["owner_id"], id.as_str());
    assert_eq!(
        control(&town, Method::DELETE, &path, Value::Null).await.0,
        404
    );
    let (_, next) = control(
        &town,
        Method::POST,
        "admins",
        json!({"name": "Joan", "email": "joan@x.example"}),
    )
    .await;
    assert_ne!(next["id"], id.as_str());
}

#[tokio::test]
async fn the_profile_shows_events_and_what_can_be_done() {
    let town = Town::new();
    let lead = town.lead("p@x.example").await;
    let event = json!({
        "event_name": "opportunity-won", "created_at": NOON - 120, "id": lead,
        "metadata": {"amount": 5, "stage": "Closed Won"},
    });
    town.post("/events", event).await;
    let profile = format!("/inbox/contacts/{lead}");
    let (_, page) = town.page(&profile, "").await;
    assert!(page.contains("opportunity-won"), "{page}");
    assert!(page.contains("amount: 5, stage: Closed Won · 2 min ago"));
    let (status, to, _) = town.form(&format!("{profile}/archive"), &[]).await;
    assert_eq!((status, to.as_str()), (303, profile.as_str()));
    let (_, page) = town.page(&profile, "").await;
    assert!(page.contains("unarchive-contact") && !page.contains("\"archive-contact\""));
    town.form(&format!("{profile}/unarchive"), &[]).await;
    let (status, ..) = town
        .form(&format!("{profile}/merge"), &[("into", &lead)])
        .await;
    assert_eq!(status, 400);
    let user = town.sim.user_id(0).to_string();
    let (_, to, _) = town
        .form(&format!("{profile}/merge"), &[("into", &user)])
        .await;
    assert_eq!(to, format!("/inbox/contacts/{user}"));
    let deletion = format!("/inbox/contacts/{user}/deletion");
    let (status, _, refused) = town.form(&deletion, &[("confirm", "somebody")]).await;
    assert_eq!(status, 400);
    assert!(refused.contains("To delete the contact, type"), "{refused}");
    let shown = town.get(&format!("/contacts/{user}")).await.body;
    let name = shown["name"].as_str().unwrap();
    let (_, to, _) = town.form(&deletion, &[("confirm", name)]).await;
    assert_eq!(to, "/inbox");
    assert_eq!(town.get(&format!("/contacts/{user}")).await.status, 404);
}
