//! What is left of a contact that became part of another one.

use http::Method;
use serde_json::json;

use crate::town::{NOON, TOKEN, Town};

async fn user(town: &Town, external_id: &str) -> String {
    let made = town
        .post("/contacts", json!({"external_id": external_id}))
        .await;
    made.body["id"].as_str().unwrap().to_owned()
}

/// A merge that asks nobody: users as well.
async fn merge(town: &Town, from: &str, into: &str) {
    let headers = [("content-type", "application/json")];
    let body = json!({"from": from, "into": into});
    let path = "/_sim/contacts/merge";
    let done = town
        .call_as(&headers, Method::POST, path, Some(&body))
        .await;
    assert_eq!(done.status, 204);
}

#[tokio::test]
async fn the_api_merges_a_lead_into_a_user_that_resembles_it() {
    let town = Town::new();
    let into = user(&town, "u").await;
    let lead = town.lead("l@x.example").await;
    let refused = town
        .post("/contacts/merge", json!({"from": lead, "into": into}))
        .await;
    assert_eq!((refused.status, refused.code()), (400, "invalid_merge"));
    assert_eq!(
        refused.message(),
        "Contacts can only be merged when they are duplicates (matching email or phone). Pass \
         skip_duplicate_validation=true to override this check."
    );
    let old = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", old.as_str()),
        ("intercom-version", "2.15"),
    ];
    let body = json!({"from": lead, "into": into});
    let merged = town
        .call_as(&old, Method::POST, "/contacts/merge", Some(&body))
        .await;
    assert_eq!(merged.status, 200, "before 2.16 nobody compares them");
    for (body, status, code) in [
        (json!({"into": into}), 400, "parameter_not_found"),
        (json!({"from": into}), 400, "parameter_not_found"),
        (json!({"from": "none", "into": into}), 404, "not_found"),
        (json!({"from": lead, "into": into}), 410, "contact_merged"),
        (json!({"from": into, "into": into}), 400, "invalid_merge"),
    ] {
        let answer = town.post("/contacts/merge", body.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
    }
}

#[tokio::test]
async fn a_chain_of_merges_leads_to_its_end_for_three_merges() {
    let town = Town::new();
    let lead = town.lead("l@x.example").await;
    let mut chain = vec![lead];
    for name in ["b", "c", "d", "e"] {
        chain.push(user(&town, name).await);
    }
    for pair in chain.windows(2) {
        merge(&town, &pair[0], &pair[1]).await;
    }
    let end = format!("</contacts/{}>; rel=\"canonical\"", chain[4]);
    for (from, link) in [
        (&chain[3], Some(end.as_str())),
        (&chain[1], Some(end.as_str())),
        (&chain[0], None),
    ] {
        let gone = town.get(&format!("/contacts/{from}")).await;
        assert_eq!((gone.status, gone.code()), (410, "contact_merged"));
        assert_eq!(
            gone.message(),
            "This contact has been merged. See the 'Link' header for the canonical contact."
        );
        let found = gone.headers.get("link").map(|it| it.to_str().unwrap());
        assert_eq!(found, link);
        let changed = town.put(&format!("/contacts/{from}"), json!({})).await;
        assert_eq!(changed.status, 410);
    }
}

#[tokio::test]
async fn the_history_of_a_user_is_paged_by_cursor() {
    let town = Town::new();
    let into = user(&town, "u").await;
    let mut leads = Vec::new();
    for at in 0..3 {
        let lead = town.lead(&format!("{at}@x.example")).await;
        merge(&town, &lead, &into).await;
        leads.push(lead);
        town.wait(10);
    }
    let path = format!("/contacts/{into}/merge_history");
    let all = town.get(&path).await.body;
    assert_eq!(
        all["data"][0],
        json!({"type": "merge_history", "source_contact_id": leads[2],
               "source_contact_role": "lead", "merged_at": NOON + 20})
    );
    assert_eq!(
        (all["has_more"].clone(), all.get("next_cursor")),
        (json!(false), None)
    );
    let first = town.get(&format!("{path}?per_page=2&order=asc")).await.body;
    assert_eq!(first["data"][0]["source_contact_id"], leads[0].as_str());
    assert_eq!(first["has_more"], true);
    let cursor = first["next_cursor"].as_str().unwrap();
    let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    let rest = town
        .get(&format!("{path}?per_page=2&order=asc&cursor={cursor}"))
        .await
        .body;
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
    assert_eq!(rest["data"][0]["source_contact_id"], leads[2].as_str());
    assert_eq!(rest["has_more"], false);

    let other = town.lead("other@x.example").await;
    for (path, status) in [
        (format!("/contacts/{other}/merge_history"), 404),
        (format!("{path}?per_page=151"), 400),
        (format!("{path}?order=up"), 400),
        (format!("{path}?cursor=x"), 400),
    ] {
        assert_eq!(town.get(&path).await.status, status, "{path}");
    }
    let missing = town.get(&format!("/contacts/{other}/merge_history")).await;
    assert_eq!(missing.message(), "Contact not found");
}

#[tokio::test]
async fn a_contact_tells_its_merges_to_those_who_ask_since_2_16() {
    let town = Town::new();
    let into = user(&town, "u").await;
    let lead = town.lead("l@x.example").await;
    merge(&town, &lead, &into).await;
    let path = format!("/contacts/{into}?include_merge_history=true");
    let shown = town.get(&path).await.body;
    assert_eq!(
        shown["merge_history"][0]["source_contact_id"],
        lead.as_str()
    );
    let plain = town.get(&format!("/contacts/{into}")).await.body;
    assert_eq!(plain.get("merge_history"), None);
    let listed = town
        .get("/contacts?include_merge_history=true&per_page=150")
        .await
        .body;
    let rows = listed["data"].as_array().unwrap();
    for row in rows {
        let has_history = row.get("merge_history").is_some();
        assert_eq!(has_history, row["role"] == "user", "{row}");
    }
    let authorization = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    let before = town.call_as(&old, Method::GET, &path, None).await.body;
    assert_eq!(before.get("merge_history"), None);
    let history = format!("/contacts/{into}/merge_history");
    let before = town.call_as(&old, Method::GET, &history, None).await;
    assert_eq!(before.status, 404);
}

#[tokio::test]
async fn a_blocked_contact_neither_comes_back_nor_is_made_anew() {
    let town = Town::new();
    let id = user(&town, "b").await;
    let path = format!("/contacts/{id}");
    let blocked = town.post(&format!("{path}/block"), json!({})).await;
    assert_eq!(
        blocked.body,
        json!({"type": "contact", "id": id, "external_id": "b", "blocked": true})
    );
    let back = town.post(&format!("{path}/unarchive"), json!({})).await;
    assert_eq!((back.status, back.code()), (400, "not_restorable"));
    let anew = town.post("/contacts", json!({"external_id": "b"})).await;
    assert_eq!((anew.status, anew.code()), (400, "not_restorable"));
}

#[tokio::test]
async fn what_hangs_on_a_deleted_contact_goes_with_it() {
    let town = Town::new();
    let id = user(&town, "d").await;
    let path = format!("/contacts/{id}");
    let note = town
        .post(&format!("{path}/notes"), json!({"body": "Hello"}))
        .await
        .body;
    let event = json!({"event_name": "won", "created_at": NOON, "id": id});
    town.post("/events", event).await;
    town.delete(&path).await;
    let note = format!("/notes/{}", note["id"].as_str().unwrap());
    assert_eq!(town.get(&note).await.message(), "Resource Not Found");
    let again = user(&town, "d").await;
    let events = format!("/events?type=user&intercom_user_id={again}");
    assert_eq!(town.get(&events).await.body["events"], json!([]));
}

#[tokio::test]
async fn a_blocked_contact_takes_their_conversations_along_and_says_no_more() {
    let town = Town::new();
    let pest = town.lead("pest@x.example").await;
    let guest = town.lead("guest@x.example").await;
    let me = town.get("/me").await.body["id"].clone();
    let from = json!({"type": "lead", "id": pest});
    let mut paths = Vec::new();
    for words in ["Buy gold", "Buy silver"] {
        let start = json!({"from": from, "body": words});
        let message = town.post("/conversations", start).await.body;
        let id = message["conversation_id"].as_str().unwrap();
        paths.push(format!("/conversations/{id}"));
    }
    let join = json!({"admin_id": me, "customer": {"intercom_user_id": guest}});
    town.post(&format!("{}/customers", paths[1]), join).await;
    town.topics().await;
    town.post(&format!("/contacts/{pest}/block"), json!({}))
        .await;
    assert_eq!(town.topics().await, ["contact.archived"]);

    let list = town.get("/conversations?per_page=150").await.body;
    assert_eq!(list["total_count"], 15);
    let sought = json!({"query": {"field": "contact_ids", "operator": "=", "value": pest}});
    let found = town.post("/conversations/search", sought).await.body;
    let ids: Vec<&str> = found["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 1, "somebody else is in the second");
    assert!(paths[1].ends_with(ids[0]));
    assert_eq!(town.get(&paths[0]).await.status, 200, "by id it is there");

    let again = json!({"from": from, "body": "Hello?"});
    let refused = town.post("/conversations", again).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"));
    let reply = json!({"message_type": "comment", "type": "user", "intercom_user_id": pest,
                       "body": "Hello?"});
    let refused = town.post(&format!("{}/reply", paths[1]), reply).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"));
}

#[tokio::test]
async fn an_external_id_that_went_into_another_user_answers_410_since_2_16() {
    let town = Town::new();
    let from = user(&town, "old").await;
    let into = user(&town, "kept").await;
    merge(&town, &from, &into).await;
    let path = "/contacts/find_by_external_id/old";
    let gone = town.get(path).await;
    assert_eq!((gone.status, gone.code()), (410, "contact_merged"));
    assert_eq!(
        gone.headers["link"],
        format!("</contacts/{into}>; rel=\"canonical\"")
    );
    let authorization = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    let before = town.call_as(&old, Method::GET, path, None).await;
    assert_eq!((before.status, before.message()), (404, "User Not Found"));
    let never = town.get("/contacts/find_by_external_id/never").await;
    assert_eq!(never.status, 404);
    let again = json!({"external_id": "old", "email": "old@x.example"});
    let again = town.post("/contacts", again).await.body;
    let found = town.get(path).await.body;
    assert_eq!(found["id"], again["id"], "somebody has it now");
}

/// Whether a list and the inbox show a conversation.
async fn is_shown(town: &Town, id: &str) -> bool {
    let list = town.get("/conversations?per_page=150").await.body;
    let rows = list["conversations"].as_array().unwrap();
    let is_listed = rows.iter().any(|row| row["id"] == id);
    let (_, page) = town.page("/inbox?show=all", "").await;
    assert_eq!(
        page.contains(&format!("data-conversation-id=\"{id}\"")),
        is_listed
    );
    is_listed
}

async fn starts(town: &Town, role: &str, contact: &str) -> String {
    let start = json!({"from": {"type": role, "id": contact}, "body": "Hello"});
    let started = town.post("/conversations", start).await.body;
    started["conversation_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_conversation_is_out_of_sight_only_while_all_in_it_are_blocked() {
    let town = Town::new();
    let me = town.get("/me").await.body["id"].clone();
    let user = json!({"role": "user", "email": "twin@x.example"});
    let user = town.post("/contacts", user).await.body["id"].clone();
    let user = user.as_str().unwrap();
    let (first, second) = (
        town.lead("twin@x.example").await,
        town.lead("b@x.example").await,
    );
    let merged = starts(&town, "lead", &first).await;
    let shared = starts(&town, "lead", &second).await;
    let join = json!({"admin_id": me, "customer": {"intercom_user_id": first}});
    town.post(&format!("/conversations/{shared}/customers"), join)
        .await;

    town.post(&format!("/contacts/{first}/block"), json!({}))
        .await;
    assert!(!is_shown(&town, &merged).await);
    assert!(is_shown(&town, &shared).await, "somebody else is in it");
    town.post(&format!("/contacts/{second}/block"), json!({}))
        .await;
    assert!(!is_shown(&town, &shared).await);

    let merge = json!({"from": first, "into": user});
    assert_eq!(town.post("/contacts/merge", merge).await.status, 200);
    assert!(is_shown(&town, &merged).await, "it is the user's now");
    assert!(is_shown(&town, &shared).await);
}

#[tokio::test]
async fn who_was_called_so_last_is_known_after_a_load() {
    let town = Town::new();
    let dupe = async |email: &str| {
        let user = json!({"role": "user", "email": email, "external_id": "dupe"});
        let made = town.post("/contacts", user).await.body;
        made["id"].as_str().unwrap().to_owned()
    };
    let mut into = Vec::new();
    for email in ["x@x.example", "y@x.example"] {
        let user = json!({"role": "user", "email": email});
        let user = town.post("/contacts", user).await.body["id"].clone();
        into.push(user.as_str().unwrap().to_owned());
    }
    // The greater id first, so that the order of ids is not that of the merges.
    into.sort();
    into.reverse();
    for (number, into) in into.iter().enumerate() {
        town.wait(1);
        let from = dupe(&format!("dupe{number}@x.example")).await;
        merge(&town, &from, into).await;
    }
    let path = "/contacts/find_by_external_id/dupe";
    let before = town.get(path).await;
    assert_eq!(before.status, 410);
    let link = format!("/contacts/{}", into[1]);
    for town in [&town, &town.saved_and_loaded()] {
        let answer = town.get(path).await;
        assert!(
            answer.headers["link"].to_str().unwrap().contains(&link),
            "{answer:?}"
        );
    }
}
