//! `/companies` and who belongs to them.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, Town};

#[tokio::test]
async fn a_company_is_upserted_by_its_own_id() {
    let town = Town::new();
    let body = json!({"company_id": "c-1", "name": "Acme", "size": 12, "monthly_spend": 155.98,
                      "plan": "Gold", "website": "https://acme.example"});
    let first = town.post("/companies", body).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.body["monthly_spend"], 155);
    assert_eq!(first.body["plan"]["name"], "Gold");
    town.wait(3);
    let second = town
        .post(
            "/companies",
            json!({"company_id": "c-1", "name": "Acme Ltd"}),
        )
        .await;
    assert_eq!(second.body["id"], first.body["id"]);
    assert_eq!(second.body["name"], "Acme Ltd");
    assert_eq!(second.body["size"], 12);
    assert_eq!(second.body["updated_at"], NOON + 3);
    assert_eq!(town.topics().await, ["company.created", "company.updated"]);
    assert_eq!(
        town.get("/companies?company_id=c-1").await.body["id"],
        first.body["id"]
    );
    assert_eq!(
        town.get("/companies?name=Acme%20Ltd").await.body["id"],
        first.body["id"]
    );
    assert_eq!(
        town.get("/companies?company_id=none").await.code(),
        "company_not_found"
    );
    assert_eq!(
        town.post("/companies", json!({"name": "x"})).await.status,
        400
    );
    let unknown = json!({"company_id": "c-1", "custom_attributes": {"nope": "x"}});
    assert_eq!(
        town.post("/companies", unknown).await.code(),
        "parameter_invalid"
    );
    let known = json!({"company_id": "c-1", "custom_attributes": {"account_tier": "A"}});
    assert_eq!(
        town.post("/companies", known).await.body["custom_attributes"]["account_tier"],
        "A"
    );
}

#[tokio::test]
async fn a_company_is_listed_once_somebody_belongs_to_it() {
    let town = Town::new();
    let company = town
        .post("/companies", json!({"company_id": "c-1", "name": "Acme"}))
        .await
        .body;
    let listed = async || {
        let body = town
            .post("/companies/list?per_page=100", json!({}))
            .await
            .body;
        body["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["id"] == company["id"])
    };
    assert!(!listed().await);
    let lead = town.lead("a@acme.example").await;
    let path = format!("/contacts/{lead}/companies");
    town.topics().await;
    assert_eq!(
        town.post(&path, json!({"id": company["id"]})).await.status,
        200
    );
    assert_eq!(
        town.topics().await,
        ["contact.lead.updated", "company.contact.attached"]
    );
    assert_eq!(
        town.post(&path, json!({"id": company["id"]})).await.status,
        200
    );
    assert!(town.topics().await.is_empty(), "attached already");
    assert!(listed().await);
    let theirs = town.get(&path).await.body;
    assert_eq!(theirs["data"][0]["id"], company["id"]);
    let id = company["id"].as_str().unwrap();
    let members = town.get(&format!("/companies/{id}/contacts")).await.body;
    assert_eq!(members["data"][0]["id"], lead.as_str());

    let missing = town.post(&path, json!({})).await;
    assert_eq!(
        (missing.code(), missing.message()),
        ("parameter_not_found", "company not specified")
    );
    let unknown = json!({"id": "0".repeat(24)});
    assert_eq!(town.post(&path, unknown).await.code(), "company_not_found");

    town.delete(&format!("{path}/{id}")).await;
    assert!(!listed().await);
    assert_eq!(
        town.delete(&format!("/companies/{id}")).await.body["deleted"],
        true
    );
    assert_eq!(town.get(&format!("/companies/{id}")).await.status, 404);
}

#[tokio::test]
async fn pages_and_scroll_show_the_same_companies() {
    let town = Town::new();
    let ids = |body: &Value| -> Vec<String> {
        let rows = body["data"].as_array().unwrap();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = town.get("/companies?per_page=150").await.body;
    let mut listed = Vec::new();
    for page in 1..=all["total_count"].as_u64().unwrap() {
        listed.extend(ids(&town
            .get(&format!("/companies?per_page=1&page={page}"))
            .await
            .body));
    }
    assert_eq!(listed, ids(&all));
    assert!(!listed.is_empty());

    let first = town.get("/companies/scroll").await.body;
    let next = format!(
        "/companies/scroll?scroll_param={}",
        first["scroll_param"].as_str().unwrap()
    );
    let last = town.get(&next).await.body;
    assert_eq!(ids(&last), Vec::<String>::new());
    let mut scrolled = ids(&first);
    scrolled.sort();
    listed.sort();
    assert_eq!(scrolled, listed);
    assert_eq!(town.get("/companies?per_page=0").await.status, 400);
    assert_eq!(
        town.get("/companies?page=700&per_page=15").await.status,
        400
    );
}

#[tokio::test]
async fn one_scroll_is_open_and_for_a_minute() {
    let town = Town::new();
    let first = town.get("/companies/scroll").await.body;
    let second = town.get("/companies/scroll").await;
    assert_eq!((second.status, second.code()), (400, "scroll_exists"));
    let param = first["scroll_param"].as_str().unwrap();
    let next = format!("/companies/scroll?scroll_param={param}");
    let unknown = town.get("/companies/scroll?scroll_param=other").await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
    town.wait(59);
    let end = town.get(&next).await.body;
    assert_eq!(
        (end["data"].clone(), end["scroll_param"].clone()),
        (json!([]), Value::Null)
    );
    assert_eq!(town.get(&next).await.status, 404, "the end closes it");

    let again = town.get("/companies/scroll").await.body;
    let param = again["scroll_param"].as_str().unwrap();
    town.wait(60);
    let late = town
        .get(&format!("/companies/scroll?scroll_param={param}"))
        .await;
    assert_eq!(late.status, 404, "a minute of rest closes it");
    assert_eq!(town.get("/companies/scroll").await.status, 200);
}

#[tokio::test]
async fn a_page_beyond_the_last_is_empty() {
    let town = Town::new();
    for path in ["/companies?page=50", "/companies?per_page=150&page=2"] {
        let page = town.get(path).await;
        assert_eq!((page.status, page.body["data"].clone()), (200, json!([])));
        assert_eq!(page.body["pages"]["next"], Value::Null);
    }
    let user = town.sim.user_id(0);
    let path = format!("/contacts/{user}/companies");
    let first = town.get(&path).await.body;
    assert_eq!(first["companies"], first["data"]);
    assert_eq!(first["data"].as_array().unwrap().len(), 1);
    let second = town.get(&format!("{path}?page=2")).await.body;
    assert_eq!(
        (second["companies"].clone(), second["total_count"].clone()),
        (json!([]), json!(1))
    );
}

#[tokio::test]
async fn many_companies_of_a_contact_are_linked_page_by_page() {
    let town = Town::new();
    let lead = town.lead("many@x.example").await;
    let path = format!("/contacts/{lead}/companies");
    for at in 0..3 {
        let made = town
            .post("/companies", json!({"company_id": format!("m-{at}")}))
            .await;
        town.post(&path, json!({"id": made.body["id"]})).await;
    }
    let first = town.get(&format!("{path}?per_page=2")).await.body;
    assert_eq!(
        first["pages"]["next"],
        format!("https://api.intercom.io/contacts/{lead}/companies?page=2&per_page=2")
    );
    let last = town.get(&format!("{path}?per_page=2&page=2")).await.body;
    assert_eq!(last["data"].as_array().unwrap().len(), 1);
    assert_eq!(last["pages"]["next"], Value::Null);
}

#[tokio::test]
async fn a_contact_has_at_most_1000_companies() {
    let town = Town::new();
    let lead = town.lead("rich@x.example").await;
    let path = format!("/contacts/{lead}/companies");
    let mut last = Value::Null;
    for at in 0..1000 {
        let made = town
            .post("/companies", json!({"company_id": format!("r-{at}")}))
            .await;
        last = made.body["id"].clone();
        assert_eq!(town.post(&path, json!({"id": last})).await.status, 200);
    }
    let made = town.post("/companies", json!({"company_id": "r-x"})).await;
    let refused = town.post(&path, json!({"id": made.body["id"]})).await;
    assert_eq!(
        (refused.status, refused.code(), refused.message()),
        (
            400,
            "contact_company_limit_exceeded",
            "Contact has reached the maximum of 1000 company associations"
        )
    );
    assert_eq!(town.post(&path, json!({"id": last})).await.status, 200);
}

#[tokio::test]
async fn companies_are_listed_by_their_last_request_and_by_tag() {
    let town = Town::new();
    let made = town
        .post(
            "/companies",
            json!({"company_id": "n", "update_last_request_at": true}),
        )
        .await
        .body;
    assert_eq!(made["last_request_at"], NOON);
    let lead = town.lead("n@x.example").await;
    town.post(
        &format!("/contacts/{lead}/companies"),
        json!({"id": made["id"]}),
    )
    .await;
    let list = async |query: &str| {
        let target = format!("/companies/list?{query}");
        town.call(Method::POST, &target, None).await
    };
    let latest = list("per_page=1").await.body;
    assert_eq!(latest["data"][0]["id"], made["id"]);
    let oldest = list("per_page=150&order=asc").await.body;
    let rows = oldest["data"].as_array().unwrap();
    assert_eq!(rows.last().unwrap()["id"], made["id"]);
    assert_eq!(list("order=up").await.status, 400);

    let tag = json!({"name": "target", "companies": [{"company_id": "n"}]});
    let tag = town.post("/tags", tag).await.body;
    let path = format!("/companies?tag_id={}", tag["id"].as_str().unwrap());
    let tagged = town.get(&path).await.body;
    assert_eq!(
        (
            tagged["total_count"].clone(),
            tagged["data"][0]["id"].clone()
        ),
        (json!(1), made["id"].clone())
    );
    assert_eq!(town.get("/companies?tag_id=1").await.body["total_count"], 0);
}

#[tokio::test]
async fn fields_of_a_company_are_checked_cleared_and_cut() {
    let town = Town::new();
    let body = json!({"company_id": "c", "name": "Acme", "industry": "Steel", "size": "12",
                      "monthly_spend": 3e12});
    let made = town.post("/companies", body).await.body;
    assert_eq!(
        (made["size"].clone(), made["monthly_spend"].clone()),
        (json!(12), json!(2_147_483_647))
    );
    let path = format!("/companies/{}", made["id"].as_str().unwrap());
    let put = json!({"industry": null, "company_id": "other"});
    let changed = town.put(&path, put).await.body;
    assert_eq!(
        (changed["industry"].clone(), changed["company_id"].clone()),
        (Value::Null, json!("c"))
    );
    for body in [
        json!({"name": ["Acme"]}),
        json!({"size": "many"}),
        json!({"size": true}),
        json!({"custom_attributes": []}),
    ] {
        let refused = town.put(&path, body.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "parameter_invalid"),
            "{body}"
        );
    }
    assert_eq!(town.get(&path).await.body["name"], "Acme");
    let unknown = town.put("/companies/0", json!({})).await;
    assert_eq!(
        (unknown.status, unknown.message()),
        (404, "Company Not Found")
    );
}
