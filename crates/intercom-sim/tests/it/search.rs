//! The search language on people and on conversations.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, TOKEN, Town, options};

const DAY: i64 = 24 * 3600;

fn filter(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"field": field, "operator": operator, "value": value.into()})
}

fn group(operator: &str, parts: &[Value]) -> Value {
    json!({"operator": operator, "value": parts})
}

/// Five people whom no seeded one resembles: Ann, Ben, Cem, Dot and one without a name.
async fn crowd(town: &Town) {
    for (name, kind) in [
        ("Tier", "string"),
        ("Seats", "integer"),
        ("Vip", "boolean"),
        ("Renews", "date"),
    ] {
        let body = json!({"name": name, "model": "contact", "data_type": kind});
        town.post("/data_attributes", body).await;
    }
    for body in [
        json!({"role": "lead", "name": "Zz Ann", "email": "ann@zz.example",
               "custom_attributes": {"Tier": "Gold", "Seats": 12, "Vip": true}}),
        json!({"role": "lead", "name": "Zz Ben", "email": "ben@zz.example",
               "custom_attributes": {"Tier": "silver", "Seats": 3, "Renews": NOON + DAY}}),
        json!({"role": "lead", "name": "Zz Cem", "phone": "+353871234567",
               "custom_attributes": {"Seats": 7, "Vip": false, "Renews": NOON}}),
        json!({"external_id": "zz-dot", "name": "Zz Dot", "email": "dot@zz.example"}),
        json!({"role": "lead", "external_id": "zz-none"}),
    ] {
        assert_eq!(town.post("/contacts", body).await.status, 200);
        town.wait(1);
    }
}

async fn found(town: &Town, query: &Value) -> Result<Vec<String>, String> {
    let sort = json!({"field": "created_at", "order": "ascending"});
    let body = json!({"query": query, "sort": sort, "pagination": {"per_page": 150}});
    let answer = town.post("/contacts/search", body).await;
    if answer.status != 200 {
        return Err(format!("{} {}", answer.status, answer.code()));
    }
    let rows = answer.body["data"].as_array().unwrap();
    assert_eq!(answer.body["total_count"], rows.len());
    let name = |row: &Value| {
        row["name"]
            .as_str()
            .unwrap_or("-")
            .trim_start_matches("Zz ")
            .to_owned()
    };
    Ok(rows.iter().map(name).collect())
}

/// `field operator json` as a filter.
fn parsed(text: &str) -> Value {
    let mut words = text.splitn(3, ' ');
    let mut next = || words.next().unwrap();
    let (field, operator) = (next(), next());
    let value: Value = serde_json::from_str(next()).unwrap();
    filter(field, operator, value)
}

/// Filters on their own, and whom of the crowd they find. After `&` they are asked about the crowd
/// alone, since they would find seeded people too.
const FOUND: &[(&str, &str)] = &[
    (r#"name ^ "zz""#, "Ann Ben Cem Dot"),
    (r#"email = "Ann@ZZ.example""#, "Ann"),
    (
        r#"email IN ["ann@zz.example", "dot@zz.example"]"#,
        "Ann Dot",
    ),
    (r#"email_domain = "zz.example""#, "Ann Ben Dot"),
    (r#"email ~ "@zz.""#, "Ann Ben Dot"),
    (r#"& email !~ "n@""#, "Cem Dot -"),
    (r#"email $ "t@zz.example""#, "Dot"),
    (r"& email = null", "Cem -"),
    (r"& email != null", "Ann Ben Dot"),
    (r"& name = null", "-"),
    (r#"external_id = "zz-dot""#, "Dot"),
    (r#"& role = "user""#, "Dot"),
    (r#"& role NIN ["user"]"#, "Ann Ben Cem -"),
    (r#"phone = "+353871234567""#, "Cem"),
    (r#"custom_attributes.Tier = "gold""#, "Ann"),
    (r#"custom_attributes.Tier IN ["Gold", "Silver"]"#, "Ann Ben"),
    (r"custom_attributes.Seats > 3", "Ann Cem"),
    (r"custom_attributes.Seats >= 7", "Ann Cem"),
    (r#"custom_attributes.Seats <= "3""#, "Ben"),
    (r"custom_attributes.Vip = false", "Cem"),
    // 2026-06-15, in the morning: the day of the crowd.
    (r"custom_attributes.Renews = 1781510400", "Cem"),
    (r"custom_attributes.Renews > 1781510400", "Ben"),
    (r"custom_attributes.Renews < 1781611200", "Cem"),
    (r"created_at = 1781510400", "Ann Ben Cem Dot -"),
    (r"created_at > 1781510400", ""),
    (r"created_at > 1781438400", "Ann Ben Cem Dot -"),
];

#[tokio::test]
async fn filters_find_whom_they_name() {
    let town = Town::new();
    crowd(&town).await;
    for (text, names) in FOUND {
        let query = match text.strip_prefix("& ") {
            None => parsed(text),
            Some(text) => group("AND", &[parsed("created_at > 1781438400"), parsed(text)]),
        };
        let found = found(&town, &query).await.map(|it| it.join(" "));
        assert_eq!(found, Ok((*names).to_owned()), "{text}");
    }
}

#[tokio::test]
async fn groups_find_all_or_any() {
    let town = Town::new();
    crowd(&town).await;
    let (ben, cem) = (parsed(r#"name = "zz ben""#), parsed(r#"name = "zz cem""#));
    let few = parsed("custom_attributes.Seats < 5");
    let vip = parsed("custom_attributes.Vip = true");
    let either = group("OR", &[few.clone(), vip]);
    for (query, names) in [
        (group("OR", &[ben.clone(), cem.clone()]), "Ben Cem"),
        (group("AND", &[ben.clone(), cem]), ""),
        (group("AND", &[ben, few]), "Ben"),
        (group("AND", &[parsed(r#"name ^ "zz""#), either]), "Ann Ben"),
    ] {
        let found = found(&town, &query).await.map(|it| it.join(" "));
        assert_eq!(found, Ok(names.to_owned()), "{query}");
    }
}

/// Filters that are refused, and the code.
const REFUSED: &[(&str, &str)] = &[
    ("shoe_size = 1", "invalid_field"),
    ("custom_attributes.Shoes = 1", "invalid_field"),
    (r#"name LIKE "x""#, "parameter_invalid"),
    (r#"name > "x""#, "parameter_invalid"),
    ("created_at != 1781510400", "parameter_invalid"),
    ("created_at IN [1781510400]", "parameter_invalid"),
    ("created_at >= 1781510400", "parameter_invalid"),
    (r#"created_at > "yesterday""#, "parameter_invalid"),
    (r#"tag_id IN ["1"]"#, "parameter_invalid"),
    (r#"unsubscribed_from_emails ~ "t""#, "parameter_invalid"),
    (r#"custom_attributes.Seats = "many""#, "parameter_invalid"),
    (r#"name IN "x""#, "parameter_invalid"),
    (r#"name = {"a": 1}"#, "parameter_invalid"),
];

#[tokio::test]
async fn invalid_filters_are_refused_by_name() {
    let town = Town::new();
    crowd(&town).await;
    for (text, code) in REFUSED {
        assert_eq!(
            found(&town, &parsed(text)).await,
            Err(format!("400 {code}")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn invalid_shapes_are_refused() {
    let town = Town::new();
    let name = || filter("name", "=", json!("x"));
    for (query, code) in [
        (
            json!({"field": "name", "operator": "~"}),
            "parameter_not_found",
        ),
        (
            json!({"operator": "=", "value": "x"}),
            "parameter_not_found",
        ),
        (group("AND", &[]), "parameter_invalid"),
        (group("OR", &vec![name(); 16]), "parameter_invalid"),
        (
            group("AND", &[group("OR", &[group("AND", &[name()])])]),
            "parameter_invalid",
        ),
        (
            json!({"operator": "AND", "value": "x"}),
            "parameter_invalid",
        ),
    ] {
        assert_eq!(
            found(&town, &query).await,
            Err(format!("400 {code}")),
            "{query}"
        );
    }
    assert!(found(&town, &group("OR", &vec![name(); 15])).await.is_ok());
    let odd = json!({"query": name(), "sort": {"field": "name", "order": "asc"}});
    assert_eq!(
        town.post("/contacts/search", odd).await.code(),
        "invalid_sort_order"
    );
    let odd = json!({"query": name(), "pagination": {"per_page": 151}});
    assert_eq!(town.post("/contacts/search", odd).await.status, 400);
    assert_eq!(
        town.post("/contacts/search", json!({})).await.code(),
        "parameter_not_found"
    );
}

/// All ids of a search, page by page.
async fn paged(town: &Town, path: &str, list: &str, body: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    let mut body = body.clone();
    loop {
        let answer = town.post(path, body.clone()).await;
        assert_eq!(answer.status, 200);
        let rows = answer.body[list].as_array().unwrap().clone();
        assert!(!rows.is_empty(), "a page after the last one was offered");
        ids.extend(
            rows.iter()
                .map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = answer.body["pages"].get("next") else {
            return ids;
        };
        body["pagination"]["starting_after"] = next["starting_after"].clone();
    }
}

#[tokio::test]
async fn pages_in_any_order_show_each_contact_once() {
    let town = Town::new();
    crowd(&town).await;
    let all = filter("created_at", ">", json!(0));
    for field in [
        "created_at",
        "updated_at",
        "name",
        "custom_attributes.Seats",
        "owner_id",
    ] {
        for order in ["ascending", "descending"] {
            let body = json!({"query": all, "sort": {"field": field, "order": order},
                              "pagination": {"per_page": 4}});
            let mut ids = paged(&town, "/contacts/search", "data", &body).await;
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 29, "{field} {order}");
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_query_is_refused() {
    let town = Town::new();
    let body =
        |field: &str| json!({"query": filter(field, ">", json!(0)), "pagination": {"per_page": 1}});
    let first = town.post("/contacts/search", body("created_at")).await;
    let mut other = body("updated_at");
    other["pagination"]["starting_after"] = first.body["pages"]["next"]["starting_after"].clone();
    let refused = town.post("/contacts/search", other).await;
    assert_eq!((refused.status, refused.code()), (400, "client_error"));
}

#[tokio::test]
async fn search_sees_a_change_after_the_lag_and_not_before() {
    let town = Town::with(intercom_sim::Options {
        search_lag_seconds: 90,
        ..options()
    });
    let id = town.lead("new@zz.example").await;
    let old = filter("email", "=", json!("new@zz.example"));
    let new = filter("email", "=", json!("newer@zz.example"));
    assert_eq!(found(&town, &old).await, Ok(vec![]));
    town.wait(89);
    assert_eq!(found(&town, &old).await, Ok(vec![]));
    town.wait(1);
    assert_eq!(found(&town, &old).await, Ok(vec!["-".to_owned()]));

    town.put(
        &format!("/contacts/{id}"),
        json!({"email": "newer@zz.example"}),
    )
    .await;
    assert_eq!(
        found(&town, &old).await,
        Ok(vec!["-".to_owned()]),
        "the former row is shown"
    );
    assert_eq!(found(&town, &new).await, Ok(vec![]));
    assert_eq!(
        town.get(&format!("/contacts/{id}")).await.body["email"],
        "newer@zz.example"
    );
    town.wait(90);
    assert_eq!(found(&town, &old).await, Ok(vec![]));
    assert_eq!(found(&town, &new).await, Ok(vec!["-".to_owned()]));
}

#[tokio::test]
async fn days_are_those_of_the_workspace() {
    let zone = "Pacific/Auckland".to_owned();
    let town = Town::with(intercom_sim::Options {
        timezone: zone,
        ..options()
    });
    // Noon in UTC is the first second of 16 June in Auckland.
    town.lead("new@zz.example").await;
    let mine = |operator: &str, value: i64| {
        group(
            "AND",
            &[
                filter("email", "=", json!("new@zz.example")),
                filter("created_at", operator, json!(value)),
            ],
        )
    };
    assert_eq!(
        found(&town, &mine("=", NOON + DAY - 1))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(found(&town, &mine("=", NOON - 1)).await.unwrap().len(), 0);
    assert_eq!(found(&town, &mine(">", NOON - 1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn preview_compares_the_standard_times_to_the_second() {
    let town = Town::new();
    crowd(&town).await;
    let found = async |version: &str, query: Value| {
        let body = json!({"query": query, "sort": {"field": "name", "order": "ascending"}});
        let authorization = format!("Bearer {TOKEN}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("intercom-version", version),
        ];
        let path = "/contacts/search";
        let answer = town
            .call_as(&headers, Method::POST, path, Some(&body))
            .await;
        let rows = answer.body["data"].as_array().unwrap().clone();
        let names = rows.iter().map(|row| row["name"].clone());
        names.collect::<Vec<Value>>()
    };
    // Ann came at noon, each of the others a second after the one before.
    let after_ben = filter("created_at", ">", NOON + 1);
    assert!(found("2.16", after_ben.clone()).await.is_empty());
    let later = [json!(null), json!("Zz Cem"), json!("Zz Dot")];
    assert_eq!(found("Preview", after_ben).await, later);
    let at_that_second = filter("created_at", "=", NOON + 1);
    assert_eq!(found("Preview", at_that_second).await, ["Zz Ben"]);
    let renewed_that_day = filter("custom_attributes.Renews", "=", NOON + 3600);
    assert_eq!(found("Preview", renewed_that_day).await, ["Zz Cem"]);
}

#[tokio::test]
async fn conversations_are_searched_to_the_second() {
    let town = Town::new();
    let lead = town.lead("talk@zz.example").await;
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "My heliotrope is broken"});
    let id = town.post("/conversations", start).await.body["conversation_id"].clone();
    for (query, is_found) in [
        (filter("contact_ids", "=", json!(lead)), true),
        (
            filter("source.author.email", "=", json!("talk@zz.example")),
            true,
        ),
        (filter("source.body", "=", json!("heliotrope")), true),
        (filter("source.body", "=", json!("heliotrope is")), false),
        (filter("created_at", ">", json!(NOON - 1)), true),
        (filter("created_at", ">", json!(NOON)), false),
        (filter("state", "!=", json!("open")), false),
        (filter("open", "=", json!(true)), true),
        (filter("id", "IN", json!([id])), true),
    ] {
        let body = json!({"query": query, "pagination": {"per_page": 150}});
        let answer = town.post("/conversations/search", body).await;
        assert_eq!(answer.status, 200, "{query}");
        let rows = answer.body["conversations"].as_array().unwrap();
        assert_eq!(rows.iter().any(|row| row["id"] == id), is_found, "{query}");
        assert!(
            rows.iter()
                .all(|row| row.get("conversation_parts").is_none())
        );
    }
    let body = json!({"query": filter("updated_at", ">", json!(0)), "pagination": {"per_page": 4},
                      "sort": {"field": "updated_at", "order": "ascending"}});
    let ids = paged(&town, "/conversations/search", "conversations", &body).await;
    assert_eq!(ids.len(), 15);
    assert_eq!(ids.last(), id.as_str().map(str::to_owned).as_ref());
    let unknown = json!({"query": filter("custom_attributes.x", "=", json!(1))});
    assert_eq!(
        town.post("/conversations/search", unknown).await.code(),
        "invalid_field"
    );
}

#[tokio::test]
async fn whoever_is_named_by_an_index_is_found_with_all_the_other_rules() {
    let town = Town::new();
    crowd(&town).await;
    let (ann, dot) = (
        filter("email", "=", json!("ANN@zz.example")),
        filter("external_id", "=", json!("ZZ-Dot")),
    );
    let both = group("OR", &[ann.clone(), dot.clone()]);
    let twice = group("OR", &[dot.clone(), parsed(r#"email = "dot@zz.example""#)]);
    let named = parsed(r#"external_id IN ["zz-dot", "none"]"#);
    for (query, names) in [
        (both.clone(), "Ann Dot"),
        (twice, "Dot"),
        (named.clone(), "Dot"),
        (
            group("AND", &[both.clone(), parsed(r#"role = "lead""#)]),
            "Ann",
        ),
        (group("AND", &[ann.clone(), named]), ""),
        (group("OR", &[ann, parsed(r#"name = "zz cem""#)]), "Ann Cem"),
        (parsed(r#"id IN ["0", "not an id"]"#), ""),
        (parsed(r#"formatted_phone = "+353 87 123 4567""#), "Cem"),
    ] {
        let found = found(&town, &query).await.map(|it| it.join(" "));
        assert_eq!(found, Ok(names.to_owned()), "{query}");
    }
    let segments = town.get("/segments").await.body;
    let leads = filter("segment_id", "=", segments["segments"][1]["id"].clone());
    let some = group("AND", &[parsed("created_at > 1781438400"), leads]);
    assert_eq!(found(&town, &some).await.unwrap().len(), 4);
    let order = json!({"query": both, "sort": {"field": "name", "order": "desc"}});
    assert_eq!(
        town.post("/contacts/search", order).await.message(),
        "Invalid sort order 'desc'. Must be one of: ascending, descending"
    );
}

#[tokio::test]
async fn a_deleted_and_a_merged_contact_are_found_until_search_catches_up() {
    let town = Town::with(intercom_sim::Options {
        search_lag_seconds: 60,
        ..options()
    });
    let gone = town.lead("gone@zz.example").await;
    let moved = town.lead("moved@zz.example").await;
    town.wait(60);
    let user = town.sim.user_id(0);
    town.delete(&format!("/contacts/{gone}")).await;
    let merge = json!({"from": moved, "into": user, "skip_duplicate_validation": true});
    assert_eq!(town.post("/contacts/merge", merge).await.status, 200);
    let both = parsed(r#"email IN ["gone@zz.example", "moved@zz.example"]"#);
    assert_eq!(found(&town, &both).await.unwrap().len(), 2);
    town.wait(60);
    assert_eq!(found(&town, &both).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_value_that_is_left_out_of_an_equation_means_nothing() {
    let town = Town::new();
    let known = json!({"email": "known@x.example", "external_id": "known"});
    let known = town.post("/contacts", known).await.body["id"].clone();
    let lead = town.lead("lead@x.example").await;
    let found = async |operator: &str| {
        let query = json!({"query": {"operator": "AND", "value": [
            {"field": "external_id", "operator": operator},
            {"field": "email", "operator": "IN",
             "value": ["known@x.example", "lead@x.example"]},
        ]}});
        let answer = town.post("/contacts/search", query).await.body;
        answer["data"][0]["id"].clone()
    };
    assert_eq!(found("!=").await, known);
    assert_eq!(found("=").await, lead);
    let query = json!({"query": {"field": "external_id", "operator": "~"}});
    let refused = town.post("/contacts/search", query).await;
    assert_eq!(refused.code(), "parameter_not_found");
}
