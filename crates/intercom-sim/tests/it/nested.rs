//! Segments, subscriptions, notes by page, tags of many, and teammates who are away.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, TOKEN, Town};

async fn old(town: &Town, method: Method, path: &str, body: Option<&Value>) -> crate::town::Answer {
    let authorization = format!("Bearer {TOKEN}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    town.call_as(&headers, method, path, body).await
}

#[tokio::test]
async fn everybody_is_in_the_segment_of_their_role() {
    let town = Town::new();
    let listed = town.get("/segments?include_count=true").await.body;
    assert_eq!(listed["type"], "segment.list");
    let segments = listed["segments"].as_array().unwrap();
    let shown: Vec<(&str, &str, &Value)> = segments
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap();
            (text("name"), text("person_type"), &it["count"])
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("All users", "user", &json!(12)),
            ("All leads", "contact", &json!(12))
        ]
    );
    let id = segments[1]["id"].as_str().unwrap();
    let one = town.get(&format!("/segments/{id}")).await.body;
    assert_eq!(
        (one["name"].clone(), one.get("count")),
        (json!("All leads"), None)
    );
    let missing = town.get("/segments/0").await;
    assert_eq!(
        (missing.status, missing.message()),
        (404, "Resource Not Found")
    );
    let lead = town.sim.lead_id(0);
    let theirs = town.get(&format!("/contacts/{lead}/segments")).await.body;
    assert_eq!(theirs["data"], json!([one]));
    town.delete(&format!("/contacts/{lead}")).await;
    let path = format!("/contacts/{}/archive", town.sim.lead_id(1));
    town.post(&path, json!({})).await;
    let fewer = town.get("/segments?include_count=true").await.body;
    assert_eq!(fewer["segments"][1]["count"], 10);
}

#[tokio::test]
async fn what_a_person_chose_is_listed_shown_and_taken_back() {
    let town = Town::new();
    let types = town.get("/subscription_types").await.body;
    assert_eq!(types["data"].as_array().unwrap().len(), 2);
    assert_eq!(types["data"][0]["consent_type"], "opt_out");
    let path = format!("/contacts/{}", town.lead("s@x.example").await);
    let chosen = format!("{path}/subscriptions");
    assert_eq!(town.get(&chosen).await.body["data"], json!([]));
    town.topics().await;
    let out = json!({"id": "91", "consent_type": "opt_out"});
    assert_eq!(town.post(&chosen, out).await.body["id"], "91");
    assert_eq!(town.topics().await, ["contact.unsubscribed"]);
    assert_eq!(
        town.get(&chosen).await.body["data"],
        json!([types["data"][0]])
    );
    let shown = town.get(&path).await.body;
    assert_eq!(shown["opted_out_subscription_types"]["data"][0]["id"], "91");
    assert_eq!(shown["opted_in_subscription_types"]["total_count"], 0);
    let gone = town.delete(&format!("{chosen}/91")).await;
    assert_eq!((gone.status, gone.body["id"].clone()), (200, json!("91")));
    assert_eq!(town.get(&chosen).await.body["data"], json!([]));
    for (body, status, code) in [
        (
            json!({"id": "92", "consent_type": "opt_in"}),
            404,
            "not_found",
        ),
        (
            json!({"id": "91", "consent_type": "maybe"}),
            400,
            "parameter_invalid",
        ),
    ] {
        let answer = town.post(&chosen, body.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
    }
}

#[tokio::test]
async fn notes_are_listed_by_page_the_latest_first() {
    let town = Town::new();
    let lead = town.lead("n@x.example").await;
    let path = format!("/contacts/{lead}/notes");
    for at in 0..5 {
        town.post(&path, json!({"body": format!("{at}")})).await;
    }
    let bodies = async |query: &str| -> Vec<String> {
        let answer = town.get(&format!("{path}{query}")).await.body;
        assert_eq!(answer["total_count"], 5);
        let rows = answer["data"].as_array().unwrap();
        rows.iter()
            .map(|row| row["body"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(bodies("?per_page=2").await, ["<p>4</p>", "<p>3</p>"]);
    assert_eq!(bodies("?per_page=2&page=3").await, ["<p>0</p>"]);
    assert!(bodies("?per_page=2&page=4").await.is_empty());
    assert_eq!(town.get(&format!("{path}?page=0")).await.status, 400);
    assert_eq!(town.get(&format!("{path}?per_page=151")).await.status, 400);
    let empty = town.post(&path, json!({"body": " "})).await;
    assert_eq!((empty.status, empty.code()), (400, "parameter_not_found"));
    let nobody = town
        .post("/contacts/none/notes", json!({"body": "x"}))
        .await;
    assert_eq!((nobody.status, nobody.message()), (404, "User Not Found"));
}

#[tokio::test]
async fn companies_have_notes_since_2_16() {
    let town = Town::new();
    let company = town
        .post("/companies", json!({"company_id": "c", "name": "Acme"}))
        .await
        .body;
    let id = company["id"].as_str().unwrap();
    let path = format!("/companies/{id}/notes");
    let admin = town.get("/me").await.body["id"].clone();
    let body = json!({"body": "<p>Big</p>", "admin_id": admin});
    let note = town.post(&path, body).await;
    assert_eq!(note.status, 200);
    assert_eq!(note.body["company"], json!({"type": "company", "id": id}));
    assert_eq!(note.body.get("contact"), None);
    assert_eq!(note.body["author"]["id"], admin);
    assert_eq!(note.body["created_at"], NOON);
    assert_eq!(town.get(&path).await.body["data"], json!([note.body]));
    let one = format!("/companies/{id}");
    let shown = town.get(&one).await.body;
    assert_eq!(shown["notes"]["notes"], json!([note.body]));
    let bad = town
        .post(&path, json!({"body": "x", "admin_id": "1"}))
        .await;
    assert_eq!((bad.status, bad.message()), (404, "Resource Not Found"));
    let bad = town.get("/companies/0/notes").await;
    assert_eq!((bad.status, bad.code()), (404, "company_not_found"));
    assert_eq!(old(&town, Method::GET, &path, None).await.status, 404);
    let before = old(&town, Method::GET, &one, None).await.body;
    assert_eq!(before.get("notes"), None);
}

#[tokio::test]
async fn tags_are_put_on_many_at_once() {
    let town = Town::new();
    let lead = town.lead("t@x.example").await;
    let user = town.sim.user_id(0).to_string();
    let made = town
        .post("/companies", json!({"company_id": "c-7", "name": "Acme"}))
        .await;
    let company = made.body["id"].as_str().unwrap().to_owned();
    town.topics().await;

    let people = json!({"name": "VIP", "users": [{"id": lead}, {"id": user}]});
    let tagged = town.post("/tags", people).await.body;
    assert_eq!(tagged["name"], "vip", "the tag that was there is taken");
    assert_eq!(
        tagged["users"],
        json!([{"id": lead, "tagged": true}, {"id": user, "tagged": true}])
    );
    assert_eq!(
        town.topics().await,
        ["contact.lead.tag.created", "contact.user.tag.created"]
    );
    let theirs = town.get(&format!("/contacts/{lead}/tags")).await.body;
    assert_eq!(theirs["data"][0]["id"], tagged["id"]);

    let companies = json!({"name": "target", "companies": [{"company_id": "c-7"}]});
    let tagged = town.post("/tags", companies).await.body;
    assert_eq!(
        tagged["companies"],
        json!([{"id": company, "tagged": true}])
    );
    let path = format!("/companies/{company}");
    let shown = town.get(&path).await.body;
    assert_eq!(shown["tags"]["tags"][0]["name"], "target");
    let untag = json!({"name": "target", "companies": [{"id": company, "untag": true}]});
    assert_eq!(
        town.post("/tags", untag).await.body["companies"][0]["tagged"],
        false
    );
    assert_eq!(town.get(&path).await.body["tags"]["tags"], json!([]));
}

#[tokio::test]
async fn tags_that_make_no_sense_are_refused_and_change_nothing() {
    let town = Town::new();
    let count = async || {
        let listed = town.get("/tags").await.body;
        listed["data"].as_array().unwrap().len()
    };
    let before = count().await;
    let lead = town.lead("t@x.example").await;
    for (body, status, message) in [
        (json!({}), 400, "invalid tag parameters"),
        (json!({"name": " "}), 400, "invalid tag parameters"),
        (
            json!({"name": "new", "users": "all"}),
            400,
            "invalid tag parameters",
        ),
        (
            json!({"name": "new", "users": [], "companies": []}),
            400,
            "invalid tag parameters",
        ),
        (
            json!({"name": "new", "users": [{"id": lead}, {"id": "none"}]}),
            404,
            "User Not Found",
        ),
        (
            json!({"name": "new", "companies": [{"company_id": "none"}]}),
            404,
            "Company Not Found",
        ),
        (json!({"name": "new", "id": "1"}), 404, "Resource Not Found"),
    ] {
        let answer = town.post("/tags", body.clone()).await;
        assert_eq!(
            (answer.status, answer.message()),
            (status, message),
            "{body}"
        );
    }
    assert_eq!(count().await, before);
    let theirs = town.get(&format!("/contacts/{lead}/tags")).await.body;
    assert_eq!(theirs["data"], json!([]));

    let tag = town.post("/tags", json!({"name": "old"})).await.body;
    let rename = json!({"id": tag["id"], "name": "New"});
    let renamed = town.post("/tags", rename).await.body;
    assert_eq!(
        (renamed["id"].clone(), renamed["name"].clone()),
        (tag["id"].clone(), json!("New"))
    );
    let taken = json!({"id": tag["id"], "name": "VIP"});
    assert_eq!(town.post("/tags", taken).await.status, 400);
    let unknown = town
        .post(&format!("/contacts/{lead}/tags"), json!({"id": "1"}))
        .await;
    assert_eq!(
        (unknown.status, unknown.message()),
        (404, "Resource Not Found")
    );
}

#[tokio::test]
async fn a_teammate_goes_away_and_comes_back() {
    let town = Town::new();
    let me = town.get("/me").await.body;
    let path = format!("/admins/{}/away", me["id"].as_str().unwrap());
    let away = json!({"away_mode_enabled": true, "away_mode_reassign": true,
                      "away_status_reason_id": 2});
    let answer = town.put(&path, away.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["away_mode_enabled"], true);
    assert_eq!(answer.body["away_mode_reassign"], true);
    assert_eq!(answer.body["away_status_reason_id"], 2);
    assert_eq!(
        town.topics().await,
        [
            "admin.away_mode_updated",
            "admin.activity_log_event.created"
        ]
    );
    town.put(&path, away).await;
    assert!(town.topics().await.is_empty());
    let back = json!({"away_mode_enabled": false, "away_mode_reassign": false});
    let answer = town.put(&path, back.clone()).await.body;
    assert_eq!(answer["away_mode_enabled"], false);
    assert_eq!(answer["away_status_reason_id"], Value::Null);

    let nobody = town.put("/admins/1/away", back).await;
    assert_eq!(
        (nobody.status, nobody.code(), nobody.message()),
        (404, "admin_not_found", "Admin for admin_id not found")
    );
    for body in [
        json!({"away_mode_enabled": true}),
        json!({"away_mode_enabled": "yes", "away_mode_reassign": false}),
    ] {
        assert_eq!(town.put(&path, body.clone()).await.status, 400, "{body}");
    }
    let reason = json!({"away_mode_enabled": true, "away_mode_reassign": false,
                        "away_status_reason_id": 9});
    assert_eq!(
        town.put(&path, reason).await.message(),
        "Away status reason is deleted"
    );
    assert_eq!(me["role"]["name"], "Admin");
    let before = old(&town, Method::GET, "/me", None).await.body;
    assert_eq!(before.get("role"), None);
}

/// The ids of the activities in a list.
fn activities(list: &Value) -> Vec<&str> {
    let rows = list["activity_logs"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn who_went_away_is_looked_up_by_time_and_type() {
    let town = Town::new();
    let me = town.get("/me").await.body;
    let path = format!("/admins/{}/away", me["id"].as_str().unwrap());
    let away = json!({"away_mode_enabled": true, "away_mode_reassign": true});
    let back = json!({"away_mode_enabled": false, "away_mode_reassign": false});
    town.put(&path, away.clone()).await;
    town.wait(60);
    town.put(&path, back).await;

    let all = town
        .get(&format!("/admins/activity_logs?created_at_after={NOON}"))
        .await
        .body;
    let [latest, first] = all["activity_logs"].as_array().unwrap().as_slice() else {
        panic!("two: {all}");
    };
    assert_eq!(first["created_at"], NOON);
    assert_eq!(first["activity_type"], "admin_away_mode_change");
    assert_eq!(first["performed_by"]["email"], me["email"]);
    assert_eq!(
        (
            &first["metadata"]["away_mode"],
            &first["metadata"]["reassign_conversations"]
        ),
        (&json!(true), &json!(true))
    );
    assert_eq!(latest["metadata"]["away_mode"], false);
    let (latest, first) = (
        latest["id"].as_str().unwrap(),
        first["id"].as_str().unwrap(),
    );

    for (query, found) in [
        (format!("created_at_after={}", NOON + 1), vec![latest]),
        (
            format!("created_at_after={NOON}&created_at_before={NOON}"),
            vec![first],
        ),
        (
            "created_at_after=2026-06-15T12:01:00.000Z".to_owned(),
            vec![latest],
        ),
    ] {
        let list = town
            .get(&format!("/admins/activity_logs?{query}"))
            .await
            .body;
        assert_eq!(activities(&list), found, "{query}");
    }
    for query in ["", "?created_at_after=yesterday"] {
        let refused = town.get(&format!("/admins/activity_logs{query}")).await;
        assert_eq!(refused.status, 400, "{query}");
    }
    let types = town.get("/admins/activity_log_event_types").await.body;
    assert_eq!(types["event_types"], json!(["admin_away_mode_change"]));
    for (types, found) in [
        (json!(["admin_away_mode_change"]), vec![latest, first]),
        (json!(["app_name_change"]), vec![]),
        (json!([]), vec![]),
    ] {
        let asked = json!({"created_at_after": NOON, "event_types": types});
        let list = town.post("/admins/activity_logs/search", asked).await.body;
        assert_eq!(activities(&list), found);
    }
    let second = json!({"created_at_after": NOON, "per_page": 1, "page": 2});
    let list = town.post("/admins/activity_logs/search", second).await.body;
    assert_eq!(activities(&list), [first]);
    let wrong = json!({"created_at_after": NOON, "event_types": "all"});
    let refused = town.post("/admins/activity_logs/search", wrong).await;
    assert_eq!(refused.code(), "parameter_invalid");
}
