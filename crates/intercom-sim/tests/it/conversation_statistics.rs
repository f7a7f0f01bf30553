//! What follows from the parts of a conversation, and what the contact thinks of it.

use http::Method;
use serde_json::{Value, json};

use crate::controls::control;
use crate::town::{NOON, Town};

/// What somebody does in a conversation.
#[derive(Clone, Copy)]
enum Deed {
    Take,
    GiveToTeam,
    Us,
    Note,
    Them,
    Close,
}

struct Talk {
    town: Town,
    path: String,
    lead: String,
    me: String,
    team: String,
}

impl Talk {
    async fn begun() -> Self {
        let town = Town::new();
        let lead = town.lead("talk@x.example").await;
        let start = json!({"from": {"type": "lead", "id": lead}, "body": "Hello"});
        let message = town.post("/conversations", start).await.body;
        let id = message["conversation_id"].as_str().unwrap();
        let text = |id: &Value| id.as_str().unwrap().to_owned();
        Self {
            path: format!("/conversations/{id}"),
            me: text(&town.get("/me").await.body["id"]),
            team: text(&town.get("/teams").await.body["teams"][0]["id"]),
            lead,
            town,
        }
    }

    /// Does each deed, so many seconds after the one before.
    async fn play(&self, deeds: &[(u64, Deed)]) {
        let (me, lead, team) = (&self.me, &self.lead, &self.team);
        for (pause, deed) in deeds {
            self.town.wait(*pause);
            let (to, body) = match deed {
                Deed::Take => (
                    "parts",
                    json!({"message_type": "assignment", "type": "admin", "admin_id": me,
                           "assignee_id": me}),
                ),
                Deed::GiveToTeam => (
                    "parts",
                    json!({"message_type": "assignment", "type": "team", "admin_id": me,
                           "assignee_id": team}),
                ),
                Deed::Us => (
                    "reply",
                    json!({"message_type": "comment", "type": "admin", "admin_id": me,
                           "body": "Yes"}),
                ),
                Deed::Note => (
                    "reply",
                    json!({"message_type": "note", "type": "admin", "admin_id": me,
                           "body": "Hm"}),
                ),
                Deed::Them => (
                    "reply",
                    json!({"message_type": "comment", "type": "user", "intercom_user_id": lead,
                           "body": "And?"}),
                ),
                Deed::Close => (
                    "parts",
                    json!({"message_type": "close", "type": "admin", "admin_id": me}),
                ),
            };
            let done = self.town.post(&format!("{}/{to}", self.path), body).await;
            assert_eq!(done.status, 200, "{}", done.message());
        }
    }

    async fn shown(&self) -> Value {
        self.town.get(&self.path).await.body
    }

    async fn found(&self, field: &str, operator: &str, value: Value) -> u64 {
        let query = json!({"field": field, "operator": operator, "value": value});
        let path = "/conversations/search";
        let found = self.town.post(path, json!({ "query": query })).await;
        assert_eq!(found.status, 200, "{}", found.message());
        found.body["total_count"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn what_has_not_happened_has_no_time() {
    let talk = Talk::begun().await;
    assert_eq!(
        talk.shown().await["statistics"],
        json!({
            "type": "conversation_statistics", "time_to_assignment": null,
            "time_to_admin_reply": null, "time_to_first_close": null, "time_to_last_close": null,
            "median_time_to_reply": null, "first_contact_reply_at": NOON,
            "first_assignment_at": null, "first_admin_reply_at": null, "first_close_at": null,
            "last_assignment_at": null, "last_assignment_admin_reply_at": null,
            "last_contact_reply_at": NOON, "last_admin_reply_at": null, "last_close_at": null,
            "last_closed_by_id": null, "count_reopens": 0, "count_assignments": 0,
            "count_conversation_parts": 0, "assigned_team_first_response_time": [],
            "assigned_team_first_response_time_in_office_hours": [], "handling_time": null,
            "adjusted_handling_time": null,
        })
    );
}

#[tokio::test]
async fn a_played_conversation_is_measured() {
    let talk = Talk::begun().await;
    talk.play(&[
        (60, Deed::Take),
        (20, Deed::GiveToTeam),
        (10, Deed::Note),
        (30, Deed::Us),
        (180, Deed::Them),
        (50, Deed::Them),
        (150, Deed::Us),
        (60, Deed::Close),
        (140, Deed::Them),
        (300, Deed::Close),
    ])
    .await;
    let team = talk.team.parse::<u64>().unwrap();
    let name = talk.town.get("/teams").await.body["teams"][0]["name"].clone();
    let response = json!([{"team_id": team, "team_name": name, "response_time": 40}]);
    assert_eq!(
        talk.shown().await["statistics"],
        json!({
            "type": "conversation_statistics", "time_to_assignment": 80,
            "time_to_admin_reply": 120, "time_to_first_close": 560, "time_to_last_close": 1000,
            "median_time_to_reply": 160, "first_contact_reply_at": NOON,
            "first_assignment_at": NOON + 60, "first_admin_reply_at": NOON + 120,
            "first_close_at": NOON + 560, "last_assignment_at": NOON + 80,
            "last_assignment_admin_reply_at": NOON + 120, "last_contact_reply_at": NOON + 700,
            "last_admin_reply_at": NOON + 500, "last_close_at": NOON + 1000,
            "last_closed_by_id": talk.me, "count_reopens": 1, "count_assignments": 2,
            "count_conversation_parts": 10, "assigned_team_first_response_time": response,
            "assigned_team_first_response_time_in_office_hours": response, "handling_time": 940,
            "adjusted_handling_time": null,
        })
    );
    for (field, operator, value) in [
        ("statistics.median_time_to_reply", "=", json!(160)),
        ("statistics.time_to_last_close", "=", json!(1000)),
        ("statistics.last_close_at", "=", json!(NOON + 1000)),
        ("statistics.first_close_at", ">", json!(NOON)),
        ("statistics.count_reopens", ">", json!(0)),
    ] {
        assert_eq!(talk.found(field, operator, value).await, 1, "{field}");
    }
}

#[tokio::test]
async fn a_rating_is_given_once_told_and_found() {
    let talk = Talk::begun().await;
    talk.play(&[(60, Deed::Take)]).await;
    talk.town.topics().await;
    assert_eq!(talk.shown().await["conversation_rating"], Value::Null);
    let to = format!("/_sim{}/rating", talk.path);
    let six = control(&talk.town, Method::PUT, &to, json!({"rating": 6})).await;
    assert_eq!(six.0, 422);
    let four = control(&talk.town, Method::PUT, &to, json!({"rating": 4})).await;
    assert_eq!(four.0, 204);
    talk.town.wait(60);
    let five = json!({"rating": 5, "remark": "Quick!"});
    assert_eq!(control(&talk.town, Method::PUT, &to, five).await.0, 204);
    assert_eq!(
        talk.town.topics().await,
        ["conversation.rating.added", "conversation.rating.added"]
    );
    let shown = talk.shown().await;
    assert_eq!(
        shown["conversation_rating"],
        json!({
            "rating": 5, "remark": "Quick!", "created_at": NOON + 60, "updated_at": NOON + 120,
            "contact": {"type": "contact", "id": talk.lead, "external_id": null},
            "teammate": {"type": "admin", "id": talk.me},
        })
    );
    let parts = shown["conversation_parts"]["conversation_parts"]
        .as_array()
        .unwrap();
    let kinds: Vec<&Value> = parts[1..].iter().map(|part| &part["part_type"]).collect();
    assert_eq!(
        kinds,
        [
            "conversation_rating_changed",
            "conversation_rating_changed",
            "conversation_rating_remark_added"
        ]
    );
    for (field, operator, value) in [
        ("conversation_rating.score", ">", json!(4)),
        ("conversation_rating.remark", "~", json!("quick")),
        ("conversation_rating.requested_at", "=", json!(NOON + 60)),
        ("conversation_rating.replied_at", "=", json!(NOON + 120)),
        ("conversation_rating.contact_id", "=", json!(talk.lead)),
        ("conversation_rating.admin_d", "=", json!(talk.me)),
    ] {
        assert_eq!(talk.found(field, operator, value).await, 1, "{field}");
    }
}
