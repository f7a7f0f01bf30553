//! Lists and searches of conversations: their order, their pages, and how late search is.

use intercom_sim::Options;
use serde_json::{Value, json};

use crate::conversation_changes::begun;
use crate::town::{NOON, Town, options};

fn listed(page: &Value) -> Vec<(i64, String)> {
    let rows = page["conversations"].as_array().unwrap().iter();
    rows.map(|row| {
        let id = row["id"].as_str().unwrap().to_owned();
        (row["updated_at"].as_i64().unwrap(), id)
    })
    .collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end_though_one_changes_meanwhile() {
    let town = Town::new();
    let first = town.get("/conversations?per_page=5").await.body;
    assert_eq!(first["total_count"], 14);
    assert_eq!(first["pages"]["total_pages"], 3);
    let mut all = listed(&first);
    let changed = all[1].1.clone();
    town.put(
        &format!("/conversations/{changed}"),
        json!({"title": "Moved to the front"}),
    )
    .await;
    let mut page = first;
    while let Some(next) = page["pages"]["next"]["starting_after"].as_str() {
        let next = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let path = format!("/conversations?per_page=5&starting_after={next}");
        page = town.get(&path).await.body;
        all.extend(listed(&page));
    }
    assert_eq!(all.len(), 14, "nobody twice, nobody missed");
    assert!(all.is_sorted_by(|one, next| one > next));
    let again = listed(&town.get("/conversations?per_page=1").await.body);
    assert_eq!(again, [(NOON, changed)]);
}

#[tokio::test]
async fn a_search_goes_in_either_order_within_times() {
    let town = Town::new();
    let all = listed(&town.get("/conversations?per_page=150").await.body);
    let since = all[6].0;
    let sought = |order: &str, after: Option<&Value>| {
        json!({
            "query": {"field": "updated_at", "operator": ">", "value": since},
            "sort": {"field": "updated_at", "order": order},
            "pagination": {"per_page": 4, "starting_after": after},
        })
    };
    let path = "/conversations/search";
    let mut ascending = Vec::new();
    let mut after = None;
    loop {
        let page = town.post(path, sought("ascending", after.as_ref())).await;
        assert_eq!(page.body["total_count"], 6);
        ascending.extend(listed(&page.body));
        after = page.body["pages"]["next"].get("starting_after").cloned();
        if after.is_none() {
            break;
        }
    }
    ascending.reverse();
    assert_eq!(ascending, all[..6]);
    let descending = town.post(path, sought("descending", None)).await.body;
    assert_eq!(listed(&descending), all[..4]);
}

#[tokio::test]
async fn search_shows_a_conversation_as_it_was_until_the_lag_is_over() {
    let town = Town::with(Options {
        search_lag_seconds: 120,
        ..options()
    });
    let path = begun(&town).await;
    let count = async |state: &str| {
        let query = json!({"operator": "AND", "value": [
            {"field": "source.body", "operator": "=", "value": "hello"},
            {"field": "updated_at", "operator": ">", "value": NOON - 1},
            {"field": "state", "operator": "=", "value": state},
        ]});
        let found = town.post("/conversations/search", json!({ "query": query }));
        found.await.body["total_count"].as_u64().unwrap()
    };
    assert_eq!(count("open").await, 0, "search has not seen it yet");
    let list = town.get("/conversations?per_page=1").await.body;
    assert_eq!(list["total_count"], 15, "the list has");
    town.wait(120);
    assert_eq!(count("open").await, 1);
    let me = town.get("/me").await.body["id"].clone();
    let close = json!({"message_type": "close", "type": "admin", "admin_id": me});
    town.post(&format!("{path}/parts"), close).await;
    assert_eq!((count("open").await, count("closed").await), (1, 0));
    town.wait(120);
    assert_eq!((count("open").await, count("closed").await), (0, 1));
    town.delete(&path).await;
    assert_eq!(count("closed").await, 1, "it still finds what is deleted");
    town.wait(120);
    assert_eq!(count("closed").await, 0);
}

#[tokio::test]
async fn every_field_of_the_vendors_table_can_be_asked_about() {
    let town = Town::new();
    for (fields, value) in [
        (
            "source.type source.id source.delivered_as source.subject source.body source.author.id \
             source.author.type source.author.name source.author.email source.url contact_ids \
             teammate_ids channel_initiated state tag_ids priority statistics.last_closed_by_id \
             conversation_rating.remark conversation_rating.contact_id conversation_rating.admin_d \
             ai_agent.resolution_state ai_agent.last_answer_type ai_agent.rating_remark \
             ai_agent.source_type ai_agent.source_title",
            "nothing of the kind",
        ),
        ("open read ai_agent_participated", "true"),
        (
            "id created_at updated_at admin_assignee_id team_assignee_id waiting_since \
             snoozed_until statistics.time_to_assignment statistics.time_to_admin_reply \
             statistics.time_to_first_close statistics.time_to_last_close \
             statistics.median_time_to_reply statistics.first_contact_reply_at \
             statistics.first_assignment_at statistics.first_admin_reply_at \
             statistics.first_close_at statistics.last_assignment_at \
             statistics.last_assignment_admin_reply_at statistics.last_contact_reply_at \
             statistics.last_admin_reply_at statistics.last_close_at statistics.count_reopens \
             statistics.count_assignments statistics.count_conversation_parts \
             conversation_rating.requested_at conversation_rating.replied_at \
             conversation_rating.score ai_agent.rating",
            "17",
        ),
    ] {
        for field in fields.split_whitespace() {
            let query = json!({"field": field, "operator": "=", "value": value});
            let path = "/conversations/search";
            let found = town.post(path, json!({ "query": query })).await;
            assert_eq!(found.status, 200, "{field}: {}", found.message());
        }
    }
    let query = json!({"field": "statistics.luck", "operator": "=", "value": "17"});
    let path = "/conversations/search";
    let refused = town.post(path, json!({ "query": query })).await;
    assert_eq!((refused.status, refused.code()), (400, "invalid_field"));
}

/// A conversation with something in every field: begun at noon by a lead on a page, given to a
/// teammate after 10 s, answered after 20, closed after 30, tagged, urgent and rated. With the ids
/// of the lead, the teammate and the tag.
async fn full(town: &Town) -> (String, [String; 3]) {
    let fields = [
        ("body", "Where is it?"),
        ("email", "full@x.example"),
        ("page", "https://shop.example/cart"),
    ];
    let (_, address, _) = town.form("/messenger", &fields).await;
    let [lead, id] = [2, 4].map(|place| address.split('/').nth(place).unwrap().to_owned());
    let me = town.get("/me").await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let parts = format!("/inbox/conversations/{id}/parts");
    for fields in [
        [("deed", "assign"), ("assignee", me.as_str())],
        [("deed", "reply"), ("body", "On its way")],
        [("deed", "close"), ("body", "")],
    ] {
        town.wait(10);
        town.form(&parts, &fields).await;
    }
    town.form(&parts, &[("deed", "tag"), ("tag", "Parcel")])
        .await;
    town.form(&parts, &[("deed", "prioritize"), ("priority", "urgent")])
        .await;
    town.form(&address, &[("stars", "2"), ("body", "Slow")])
        .await;
    let whole = town.get(&format!("/conversations/{id}")).await.body;
    let tag = whole["tags"]["tags"][0]["id"].as_str().unwrap().to_owned();
    (id, [lead, me, tag])
}

#[tokio::test]
async fn each_field_is_compared_with_what_the_conversation_has() {
    let town = Town::new();
    let (id, [lead, me, tag]) = full(&town).await;
    let texts = [
        ("source.type", "conversation"),
        ("source.delivered_as", "customer_initiated"),
        ("source.author.id", &lead),
        ("source.author.type", "lead"),
        ("source.author.email", "full@x.example"),
        ("source.url", "https://shop.example/cart"),
        ("contact_ids", &lead),
        ("teammate_ids", &me),
        ("state", "closed"),
        ("tag_ids", &tag),
        ("priority", "urgent"),
        ("statistics.last_closed_by_id", &me),
        ("conversation_rating.remark", "Slow"),
        ("conversation_rating.contact_id", &lead),
    ];
    let numbers = [
        ("statistics.time_to_assignment", 10),
        ("statistics.time_to_admin_reply", 20),
        ("statistics.time_to_first_close", 30),
        ("statistics.time_to_last_close", 30),
        ("statistics.median_time_to_reply", 20),
        ("statistics.first_contact_reply_at", NOON),
        ("statistics.first_assignment_at", NOON + 10),
        ("statistics.first_admin_reply_at", NOON + 20),
        ("statistics.first_close_at", NOON + 30),
        ("statistics.last_assignment_at", NOON + 10),
        ("statistics.last_assignment_admin_reply_at", NOON + 20),
        ("statistics.last_contact_reply_at", NOON),
        ("statistics.last_admin_reply_at", NOON + 20),
        ("statistics.last_close_at", NOON + 30),
        ("statistics.count_reopens", 0),
        ("statistics.count_assignments", 1),
        ("conversation_rating.score", 2),
        ("conversation_rating.replied_at", NOON + 30),
    ];
    let numbers = numbers.map(|(field, value)| (field, value.to_string()));
    let texts = texts.map(|(field, value)| (field, value.to_owned()));
    for (field, value) in texts.into_iter().chain(numbers) {
        for (operator, found) in [("=", 1), ("!=", 0)] {
            let query = json!({"operator": "AND", "value": [
                {"field": "id", "operator": "=", "value": id},
                {"field": field, "operator": operator, "value": value},
            ]});
            let answer = town
                .post("/conversations/search", json!({ "query": query }))
                .await;
            assert_eq!(
                answer.body["total_count"], found,
                "{field} {operator} {value}: {answer:?}"
            );
        }
    }
}
