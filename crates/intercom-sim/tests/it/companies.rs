//! `/companies` and who belongs to them.

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
