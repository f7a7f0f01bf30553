//! Saving and going on.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;
use model::ManualClock;
use salesforce_sim::{
    Action, DuplicateMode, Fault, FieldLevel, LoadError, Matching, Object, Options, Restriction,
    Rules, Sim,
};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use crate::world::noon;

fn options() -> Options {
    Options {
        refresh_token: Some("refresh".to_owned()),
        access_token: Some("token".to_owned()),
        ..Options::default()
    }
}

async fn refreshed(sim: &Sim) -> String {
    let form = "grant_type=refresh_token&refresh_token=refresh&client_id=carrick-consumer-key";
    let request = http::Request::post("/services/oauth2/token")
        .body(Body::from(form))
        .unwrap();
    let body = sim
        .service()
        .oneshot(request)
        .await
        .unwrap()
        .into_body()
        .collect()
        .await
        .unwrap();
    let body: Json = serde_json::from_slice(&body.to_bytes()).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

async fn status(sim: &Sim, token: &str) -> u16 {
    let request = http::Request::get("/services/data/v67.0/limits")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    sim.service()
        .oneshot(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn a_loaded_org_goes_on_where_it_was() {
    let clock = Arc::new(ManualClock::at(noon()));
    let sim = Sim::new(options(), clock.clone(), 7);
    let token = refreshed(&sim).await;
    let lead = json!({"LastName": "Lovelace", "Company": "Engines", "AnnualRevenue": 5});
    let made = sim.create_as_rep(Object::Lead, &lead).unwrap();
    let first: salesforce_sim::RecordId = "00Q5e0000000001".parse().unwrap();
    sim.edit_as_rep(
        first,
        &json!({"Title": "Edited", "EmailBouncedDate": "2026-06-01"}),
    )
    .unwrap();
    sim.delete_as_rep("00Q5e0000000002".parse().unwrap())
        .unwrap();
    let rules = sim.with_world(|world| world.rules().clone());
    sim.set_rules(Rules {
        lead_duplicates: DuplicateMode::Alert,
        ..rules
    })
    .unwrap();
    let late = Action {
        commit_after_ms: Some(60_000),
        ..Action::default()
    };
    sim.inject(Fault {
        matching: Matching::default(),
        times: 1,
        action: late,
    });
    let request = http::Request::post("/services/data/v67.0/sobjects/Account")
        .header("authorization", "Bearer token")
        .body(Body::from(r#"{"Name":"Late"}"#))
        .unwrap();
    assert_eq!(sim.service().oneshot(request).await.unwrap().status(), 201);

    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    clock.advance(Duration::from_secs(30));
    let loaded = Sim::load(&mut file.as_slice(), clock.clone(), 7).unwrap();
    assert_eq!(loaded.dump(), sim.dump());
    assert_eq!(loaded.record(made).unwrap()["LastName"], "Lovelace");
    assert_eq!(status(&loaded, &token).await, 200);
    assert_ne!(
        refreshed(&loaded).await,
        token,
        "tokens are not given out twice"
    );
    let again = loaded.create_as_rep(Object::Lead, &lead).unwrap();
    assert!(again > made, "ids are not given out twice");
    clock.advance(Duration::from_secs(30));
    let accounts = loaded.dump()["Account"].clone();
    assert_eq!(accounts.as_array().unwrap().last().unwrap()["Name"], "Late");
    let mode = loaded.with_world(|world| world.rules().lead_duplicates);
    assert_eq!(mode, DuplicateMode::Alert);
}

#[test]
fn only_what_was_touched_is_saved() {
    let sim = Sim::new(options(), Arc::new(ManualClock::at(noon())), 7);
    let mut untouched = Vec::new();
    sim.save(&mut untouched).unwrap();
    assert!(
        untouched.len() < 4_000,
        "{}",
        String::from_utf8_lossy(&untouched)
    );
    assert!(!String::from_utf8(untouched).unwrap().contains("LastName"));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let clock = || Arc::new(ManualClock::at(noon()));
    let broken = Sim::load(&mut &b"{\"format\":2"[..], clock(), 7);
    assert!(matches!(broken, Err(LoadError::Json(_))));
    let sim = Sim::new(options(), clock(), 7);
    sim.create_as_rep(Object::Lead, &json!({"LastName": "L", "Company": "C"}))
        .unwrap();
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let load = |text: String| match Sim::load(&mut text.as_bytes(), clock(), 7) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error,
    };
    for other in [1, 3] {
        let changed = file.replacen("\"format\":2", &format!("\"format\":{other}"), 1);
        let told = format!("the saved org has format {other}, this version reads 2");
        assert_eq!(load(changed).to_string(), told);
    }
    let cut = file[..file.len() - 20].to_owned();
    assert!(matches!(load(cut), LoadError::Json(_)));
    let renamed = file.replacen("\"LastName\"", "\"Surname\"", 1);
    assert_eq!(
        load(renamed).to_string(),
        "the saved org has a field Surname on Lead, which this version does not know"
    );
    let nowhere = file.replacen("{\"id\":\"00Q5e00000000", "{\"id\":\"00Q5e00000zzz", 1);
    assert_eq!(
        load(nowhere).to_string(),
        "the saved org cannot be: no place was taken for the id 00Q5e00000zzz3tEAA"
    );
}

#[test]
fn fields_that_were_added_are_kept_with_what_they_hold() {
    let clock = Arc::new(ManualClock::at(noon()));
    let sim = Sim::new(options(), clock.clone(), 7);
    for name in ["Key__c", "Tier__c"] {
        let field = json!({"object": "Lead", "name": name, "type": "text", "unique": true});
        sim.with_world(|world| world.add_field(&serde_json::from_value(field).unwrap()))
            .unwrap();
    }
    let lead = json!({"LastName": "L", "Company": "C", "Key__c": "K", "Tier__c": "Gold"});
    let made = sim.create_as_rep(Object::Lead, &lead).unwrap();
    sim.with_world(|world| {
        let level = FieldLevel::Hidden;
        let (object, field) = (Object::Lead, "Email".to_owned());
        world.restrict(
            Restriction::Field {
                object,
                field,
                level,
            },
            0,
        );
    });
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    let loaded = Sim::load(&mut file.as_slice(), clock.clone(), 7).unwrap();
    assert_eq!(loaded.dump(), sim.dump());
    let record = loaded.record(made).unwrap();
    assert_eq!(
        (&record["Key__c"], &record["Tier__c"]),
        (&json!("K"), &json!("Gold"))
    );
    let mut again = Vec::new();
    loaded.save(&mut again).unwrap();
    let line = |file: &[u8], at: usize| {
        let text = String::from_utf8(file.to_vec()).unwrap();
        text.lines().nth(at).unwrap().to_owned()
    };
    assert_eq!(
        line(&again, 1),
        line(&file, 1),
        "the same org gives the same lines"
    );
}

#[test]
fn records_find_their_fields_where_a_version_has_them() {
    let clock = Arc::new(ManualClock::at(noon()));
    let sim = Sim::new(options(), clock.clone(), 7);
    let lead = json!({"LastName": "Byron", "FirstName": "Ada", "Company": "C"});
    let made = sim.create_as_rep(Object::Lead, &lead).unwrap();
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    // A version that had the two names the other way round.
    let swapped = String::from_utf8(file).unwrap().replacen(
        "\"LastName\",\"FirstName\"",
        "\"FirstName\",\"LastName\"",
        1,
    );
    let loaded = Sim::load(&mut swapped.as_bytes(), clock, 7).unwrap();
    let record = loaded.record(made).unwrap();
    assert_eq!(
        (&record["LastName"], &record["FirstName"]),
        (&json!("Ada"), &json!("Byron"))
    );
}

#[tokio::test]
async fn ids_from_before_are_not_given_to_somebody_else() {
    let clock = Arc::new(ManualClock::at(noon()));
    let options = Options {
        leads: 300,
        ..options()
    };
    let sim = Sim::new(options, clock.clone(), 7);
    let first_page = "/services/data/v67.0/query?q=SELECT+Id+FROM+Lead";
    let page = async |sim: &Sim, path: &str| -> Json {
        let request = http::Request::get(path)
            .header("authorization", "Bearer token")
            .header("sforce-query-options", "batchSize=200")
            .body(Body::empty())
            .unwrap();
        let response = sim.service().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    };
    let job = async |sim: &Sim| -> Json {
        let asked = r#"{"operation":"query","query":"SELECT Id FROM Lead"}"#;
        let request = http::Request::post("/services/data/v67.0/jobs/query")
            .header("authorization", "Bearer token")
            .header("content-type", "application/json")
            .body(Body::from(asked))
            .unwrap();
        let response = sim.service().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let made: Json = serde_json::from_slice(&body).unwrap();
        made["id"].clone()
    };
    let old = page(&sim, first_page).await["nextRecordsUrl"].clone();
    assert_eq!(job(&sim).await, "7505e0000000001AAA");
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    let loaded = Sim::load(&mut file.as_slice(), clock, 7).unwrap();
    let new = page(&loaded, first_page).await["nextRecordsUrl"].clone();
    assert_ne!(new, old);
    let refused = page(&loaded, old.as_str().unwrap()).await;
    assert_eq!(refused[0]["errorCode"], "INVALID_QUERY_LOCATOR");
    assert_eq!(job(&loaded).await, "7505e0000000002AAA");
}

#[tokio::test]
async fn what_was_purged_or_hidden_stays_so() {
    let clock = Arc::new(ManualClock::at(noon()));
    let options = Options {
        leads: 3,
        ..options()
    };
    let sim = Sim::new(options, clock.clone(), 7);
    let leads = sim.dump()["Lead"].clone();
    let id = |at: usize| leads[at]["Id"].as_str().unwrap().parse().unwrap();
    sim.with_world(|world| {
        world.purge_as_rep(id(0)).unwrap();
        world.restrict(Restriction::Records(vec![id(1)]), 0);
    });
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    let loaded = Sim::load(&mut file.as_slice(), clock, 7).unwrap();
    assert_eq!(loaded.record(id(0)), None);
    assert_eq!(loaded.dump()["Lead"].as_array().unwrap().len(), 2);
    let request = http::Request::get("/services/data/v67.0/query?q=SELECT+Id+FROM+Lead")
        .header("authorization", "Bearer token")
        .body(Body::empty())
        .unwrap();
    let response = loaded.service().oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let found: Json = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&found["totalSize"], &found["records"][0]["Id"]),
        (&json!(1), &leads[2]["Id"])
    );
}
