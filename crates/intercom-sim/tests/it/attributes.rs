//! `/data_attributes`.

use http::Method;
use serde_json::json;

use crate::town::{TOKEN, Town};

#[tokio::test]
async fn an_attribute_is_created_listed_archived_and_taken_out_again() {
    let town = Town::new();
    let body = json!({"name": "SALESFORCE_STATUS", "model": "contact", "data_type": "string",
                      "description": "From Salesforce"});
    let made = town.post("/data_attributes", body).await;
    assert_eq!(made.status, 200);
    assert_eq!(
        made.body["full_name"],
        "custom_attributes.SALESFORCE_STATUS"
    );
    assert_eq!(made.body["custom"], true);
    let path = format!("/data_attributes/{}", made.body["id"]);

    let lead = town.lead("a@x.example").await;
    let contact = format!("/contacts/{lead}");
    let write = json!({"custom_attributes": {"SALESFORCE_STATUS": "Open"}});
    assert_eq!(town.put(&contact, write.clone()).await.status, 200);

    let is_listed = async |query: &str| {
        let body = town
            .get(&format!("/data_attributes?model=contact{query}"))
            .await
            .body;
        body["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["name"] == "SALESFORCE_STATUS")
    };
    assert!(is_listed("").await);
    assert_eq!(
        town.put(&path, json!({"archived": true})).await.body["archived"],
        true
    );
    assert!(!is_listed("").await);
    assert!(is_listed("&include_archived=true").await);
    let refused = town.put(&contact, write.clone()).await;
    assert_eq!((refused.status, refused.code()), (400, "parameter_invalid"));
    town.put(&path, json!({"archived": false, "description": "Back"}))
        .await;
    assert_eq!(town.put(&contact, write).await.status, 200);
    assert_eq!(
        town.put("/data_attributes/999", json!({})).await.code(),
        "field_not_found"
    );
}

#[tokio::test]
async fn what_cannot_be_an_attribute_is_refused_in_the_vendors_words() {
    let town = Town::new();
    let body = |name: &str, model: &str, kind: &str| json!({"name": name, "model": model, "data_type": kind});
    let refused = |name, model, kind| {
        let body = body(name, model, kind);
        let town = &town;
        async move {
            let answer = town.post("/data_attributes", body).await;
            assert_eq!((answer.status, answer.code()), (400, "parameter_invalid"));
            answer.message().to_owned()
        }
    };
    let letters = "Your name for this attribute must only contain alphanumeric characters, \
                   currency symbols, and hyphens";
    for name in ["a.b", "a$b", "a/b", ""] {
        assert_eq!(refused(name, "contact", "string").await, letters, "{name}");
    }
    assert_eq!(
        refused("ok", "contact", "text").await,
        "Data Type isn't an option"
    );
    assert_eq!(
        refused("ok", "person", "string").await,
        "The Data Attribute model field must be either contact or company"
    );
    assert_eq!(
        town.post("/data_attributes", body("Both", "company", "string"))
            .await
            .status,
        200
    );
    assert_eq!(
        refused("Both", "contact", "string").await,
        "You already have 'Both' in your company data. To save this as new people data, use a \
         different name."
    );
    let few = json!({"name": "Few", "model": "contact", "data_type": "options",
                     "options": [{"value": "one"}]});
    assert_eq!(town.post("/data_attributes", few).await.status, 400);
}

#[tokio::test]
async fn options_and_types_are_kept_on_write() {
    let town = Town::new();
    let options = json!({"name": "Tier", "model": "contact", "data_type": "options",
                         "options": [{"value": "A"}, {"value": "B"}]});
    let made = town.post("/data_attributes", options).await.body;
    assert_eq!(made["data_type"], "string");
    assert_eq!(made["options"], json!(["A", "B"]));
    for (name, kind) in [
        ("I", "integer"),
        ("F", "float"),
        ("B", "boolean"),
        ("D", "datetime"),
    ] {
        let body = json!({"name": name, "model": "contact", "data_type": kind});
        assert_eq!(
            town.post("/data_attributes", body).await.status,
            200,
            "{kind}"
        );
    }
    let path = format!("/contacts/{}", town.lead("a@x.example").await);
    for (name, value, status) in [
        ("Tier", json!("A"), 200),
        ("Tier", json!("C"), 400),
        ("I", json!(3), 200),
        ("I", json!(3.5), 400),
        ("I", json!("3"), 400),
        ("F", json!(3.5), 200),
        ("B", json!(true), 200),
        ("B", json!("true"), 400),
        ("D", json!(1_781_524_800), 200),
        ("D", json!({"a": 1}), 400),
    ] {
        let body = json!({"custom_attributes": {name: value}});
        assert_eq!(town.put(&path, body.clone()).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn there_are_at_most_250_that_are_not_archived() {
    let town = Town::new();
    let mut last = 200;
    let mut made = 0;
    while last == 200 && made <= 250 {
        let body = json!({"name": format!("n{made}"), "model": "contact", "data_type": "string"});
        last = town.post("/data_attributes", body).await.status;
        made += 1;
    }
    // Two are there from the start; the 249th is one too many.
    assert_eq!((last, made), (422, 249));
}

#[tokio::test]
async fn conversation_attributes_moved_away_in_2_16() {
    let town = Town::new();
    let path = "/data_attributes?model=conversation";
    assert_eq!(town.get(path).await.status, 422);
    let authorization = format!("Bearer {TOKEN}");
    let old = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.14"),
    ];
    assert_eq!(
        town.call_as(&old, Method::GET, path, None).await.status,
        200
    );
}

#[tokio::test]
async fn what_cannot_be_changed_of_an_attribute_is_refused() {
    let town = Town::new();
    let options = json!({"name": "Tier", "model": "contact", "data_type": "options",
                         "options": [{"value": "A"}, {"value": "B"}]});
    let made = town.post("/data_attributes", options).await.body;
    assert_eq!(made["ui_writable"], false);
    let path = format!("/data_attributes/{}", made["id"]);
    for (body, message) in [
        (json!({"options": "A"}), "Options isn't an array"),
        (
            json!({"options": [{"label": "A"}, {"value": "B"}]}),
            "Each option must have a value",
        ),
        (
            json!({"options": [{"value": "A"}]}),
            "The Data Attribute options field must have at least two options",
        ),
        (json!({"archived": "yes"}), "archived must be a boolean"),
        (
            json!({"messenger_writable": 1}),
            "messenger_writable must be a boolean",
        ),
        (json!({"description": 7}), "description must be a string"),
    ] {
        let answer = town.put(&path, body.clone()).await;
        assert_eq!(
            (answer.status, answer.code(), answer.message()),
            (400, "parameter_invalid", message),
            "{body}"
        );
    }
    let fixed = json!({"name": "Other", "model": "company", "data_type": "integer",
                       "description": "Kept", "options": [{"value": "C"}, {"value": "D"}]});
    let changed = town.put(&path, fixed).await.body;
    assert_eq!(changed["name"], "Tier");
    assert_eq!(changed["model"], "contact");
    assert_eq!(changed["data_type"], "string");
    assert_eq!(changed["options"], json!(["C", "D"]));
    assert_eq!(changed["description"], "Kept");
    let missing = town.put("/data_attributes/abc", json!({})).await;
    assert_eq!(
        (missing.status, missing.message()),
        (404, "We couldn't find that data attribute to update")
    );
    let long = json!({"name": "n".repeat(191), "model": "contact", "data_type": "string"});
    assert_eq!(town.post("/data_attributes", long).await.status, 400);
}

#[tokio::test]
async fn an_archived_attribute_makes_room_and_keeps_its_name() {
    let town = Town::new();
    let mut last = json!(null);
    for at in 0..248 {
        let body = json!({"name": format!("n{at}"), "model": "company", "data_type": "string"});
        let made = town.post("/data_attributes", body).await;
        assert_eq!(made.status, 200);
        last = made.body["id"].clone();
    }
    let more = json!({"name": "more", "model": "contact", "data_type": "string"});
    let refused = town.post("/data_attributes", more.clone()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (422, "custom_data_limit_reached")
    );
    let path = format!("/data_attributes/{last}");
    town.put(&path, json!({"archived": true})).await;
    let taken = json!({"name": "n247", "model": "company", "data_type": "string"});
    assert_eq!(
        town.post("/data_attributes", taken).await.message(),
        "You already have 'n247' in your company data. To save this as new company data, use a \
         different name."
    );
    assert_eq!(town.post("/data_attributes", more).await.status, 200);
    let back = town.put(&path, json!({"archived": false})).await;
    assert_eq!(
        (back.status, back.code()),
        (422, "custom_data_limit_reached")
    );
    let same = town.put(&path, json!({"archived": true})).await;
    assert_eq!(same.status, 200);
}

#[tokio::test]
async fn standard_attributes_have_no_id_and_dotted_names() {
    let town = Town::new();
    let listed = town.get("/data_attributes?model=contact").await.body;
    let rows = listed["data"].as_array().unwrap();
    let city = rows
        .iter()
        .find(|row| row["full_name"] == "location.city")
        .unwrap();
    assert_eq!(city["name"], "city");
    assert_eq!(
        (city.get("id"), city["custom"].clone()),
        (None, json!(false))
    );
    assert!(rows.iter().all(|row| row["model"] == "contact"));
    let odd = town.get("/data_attributes?model=ticket").await;
    assert_eq!((odd.status, odd.code()), (422, "parameter_invalid"));
    let moved = town.get("/data_attributes?model=conversation").await;
    assert_eq!(
        moved.message(),
        "model=conversation is no longer supported. Use GET /conversations/attributes instead"
    );
}
