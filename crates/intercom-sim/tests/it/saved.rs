//! A world goes on where it was; and the same seed is the same world.

use std::sync::Arc;

use intercom_sim::Sim;
use model::{ManualClock, Timestamp};
use serde_json::json;

use crate::town::{NOON, Town, options};

fn saved(sim: &Sim) -> Vec<u8> {
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    file
}

#[tokio::test]
async fn a_saved_world_goes_on_where_it_was() {
    let town = Town::new();
    let body = json!({"name": "Tier", "model": "contact", "data_type": "string"});
    town.post("/data_attributes", body).await;
    let lead = town.lead("kept@x.example").await;
    let path = format!("/contacts/{lead}");
    town.put(&path, json!({"custom_attributes": {"Tier": "A"}}))
        .await;
    town.sim.contact_writes(town.sim.lead_id(0), "Still there?");
    town.sim.take_effects();

    let clock = ManualClock::at(Timestamp::from_seconds(NOON + 3600));
    let options = intercom_sim::Options {
        token: None,
        leads: 0,
        ..options()
    };
    let again = Sim::load(
        options,
        Arc::new(clock.clone()),
        saved(&town.sim).as_slice(),
    )
    .unwrap();
    let again = Town::around(again, clock);
    assert_eq!(again.sim.contacts(), town.sim.contacts());
    assert_eq!(again.sim.workspace_id(), town.sim.workspace_id());
    assert_eq!(again.get("/me").await.status, 200, "the token was saved");
    for path in [
        path.as_str(),
        "/conversations?per_page=150",
        "/data_attributes",
        "/companies",
    ] {
        assert_eq!(
            again.get(path).await.body,
            town.get(path).await.body,
            "{path}"
        );
    }
    assert_eq!(
        again.topics().await.len(),
        3,
        "what was on its way is sent again"
    );
    assert_ne!(
        again.lead("new@x.example").await,
        town.lead("new@x.example").await
    );

    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOON)));
    assert!(Sim::load(crate::town::options(), clock, &b"{}"[..]).is_err());
}

#[tokio::test]
async fn a_seed_is_the_same_world_each_time() {
    let (one, two) = (Town::new(), Town::new());
    assert_eq!(saved(&one.sim), saved(&two.sim));
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOON)));
    let other = Sim::new(options(), clock, 8);
    assert_ne!(other.workspace_id(), one.sim.workspace_id());
    assert_ne!(other.lead_id(0), one.sim.lead_id(0));
}

#[tokio::test]
async fn seeded_people_are_those_of_the_population() {
    let town = Town::new();
    let counts = population::Counts {
        leads: 12,
        contacts: 12,
        companies: 5,
        teammates: 8,
    };
    let people = population::Population::new(7, counts);
    for index in 0..12 {
        for (persona, id) in [
            (people.lead(index), town.sim.lead_id(index)),
            (people.contact(index), town.sim.user_id(index)),
        ] {
            let row = town.get(&format!("/contacts/{id}")).await.body;
            assert_eq!(row["email"], json!(persona.intercom_email));
            assert_eq!(row["location"]["city"], persona.city);
            let age = NOON - row["created_at"].as_i64().unwrap();
            assert!(age > 0 && age <= i64::from(persona.created_days_ago) * 86_400);
            assert!(row["updated_at"].as_i64().unwrap() <= NOON);
        }
    }
    let in_intercom = (0..8)
        .filter(|index| people.teammate(*index).in_intercom)
        .count();
    let admins = town.get("/admins").await.body;
    assert_eq!(admins["admins"].as_array().unwrap().len(), in_intercom);
}

#[tokio::test]
async fn what_hangs_on_people_and_companies_is_saved_with_them() {
    let town = Town::new();
    let user = town.sim.user_id(0).to_string();
    let lead = town.lead("l@x.example").await;
    let company = json!({"company_id": "c", "name": "Acme"});
    let company = town.post("/companies", company).await.body["id"].clone();
    let company = format!("/companies/{}", company.as_str().unwrap());
    town.post(&format!("{company}/notes"), json!({"body": "Big"}))
        .await;
    let tag = json!({"name": "target", "companies": [{"company_id": "c"}]});
    town.post("/tags", tag).await;
    town.post(&format!("/contacts/{lead}/notes"), json!({"body": "Hello"}))
        .await;
    let merge = json!({"from": lead, "into": user, "skip_duplicate_validation": true});
    town.post("/contacts/merge", merge).await;
    let choice = json!({"id": "93", "consent_type": "opt_in"});
    town.post(&format!("/contacts/{user}/subscriptions"), choice)
        .await;
    let event = json!({"event_name": "won", "created_at": NOON, "id": user});
    town.post("/events", event).await;
    let me = town.get("/me").await.body["id"].clone();
    let away = json!({"away_mode_enabled": true, "away_mode_reassign": false});
    town.put(&format!("/admins/{}/away", me.as_str().unwrap()), away)
        .await;

    let clock = ManualClock::at(Timestamp::from_seconds(NOON));
    let file = saved(&town.sim);
    let again = Sim::load(options(), Arc::new(clock.clone()), file.as_slice()).unwrap();
    let again = Town::around(again, clock);
    for path in [
        company.as_str(),
        &format!("{company}/notes"),
        &format!("/contacts/{user}?include_merge_history=true"),
        &format!("/contacts/{user}/notes"),
        &format!("/contacts/{user}/merge_history"),
        &format!("/contacts/{user}/subscriptions"),
        &format!("/events?type=user&intercom_user_id={user}&summary=true"),
        "/segments?include_count=true",
        "/companies?per_page=150",
        "/companies?company_id=c",
        "/tags",
        "/admins",
    ] {
        let (before, after) = (town.get(path).await, again.get(path).await);
        assert_eq!((after.status, after.body), (200, before.body), "{path}");
    }
    let gone = again.get(&format!("/contacts/{lead}")).await;
    assert_eq!((gone.status, gone.code()), (410, "contact_merged"));
    let dump = |town: &Town| town.sim.dump_lines().collect::<Vec<_>>().concat();
    let dumped = String::from_utf8(dump(&again)).unwrap();
    assert_eq!(dumped.as_bytes(), dump(&town));
    for line in [
        format!("\"contact\":\"{user}\",\"id\":93,\"type\":\"subscription\""),
        "\"tags\":[\"target\"]".to_owned(),
        "\"body\":\"<p>Big</p>\",\"company\":".to_owned(),
    ] {
        assert!(dumped.contains(&line), "{line}");
    }
}

/// A file that is written slowly: the first bytes wait until somebody has written to the team.
struct SlowFile<'a> {
    sim: &'a Sim,
    bytes: Vec<u8>,
}

impl std::io::Write for SlowFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.is_empty() {
            self.sim.contact_writes(self.sim.lead_id(0), "Meanwhile");
        }
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_workspace_goes_on_while_it_is_written_and_is_saved_as_it_was() {
    let town = Town::new();
    let before = town.sim.contacts();
    let mut file = SlowFile {
        sim: &town.sim,
        bytes: Vec::new(),
    };
    town.sim.save(&mut file).unwrap();
    let written = file.bytes;
    let (_, list) = town.page("/inbox?show=all", "").await;
    assert!(list.contains("Meanwhile"));
    let clock = ManualClock::at(Timestamp::from_seconds(NOON));
    let sim = Sim::load(options(), Arc::new(clock.clone()), written.as_slice()).unwrap();
    assert_eq!(sim.contacts(), before);
    let loaded = Town::around(sim, clock);
    let (_, list) = loaded.page("/inbox?show=all", "").await;
    assert!(!list.contains("Meanwhile"));
}

#[test]
fn half_a_file_is_no_workspace() {
    let town = Town::new();
    let whole = saved(&town.sim);
    let clock = ManualClock::at(Timestamp::from_seconds(NOON));
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        let half = &whole[..length];
        assert!(
            Sim::load(options(), Arc::new(clock.clone()), half).is_err(),
            "{length}"
        );
    }
}

#[tokio::test]
async fn what_is_known_of_a_conversation_is_there_after_a_load() {
    let town = Town::new();
    let me = town.get("/me").await.body["id"].clone();
    let lead = town.lead("whole@x.example").await;
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "All of it"});
    let id = town.post("/conversations", start).await.body["conversation_id"].clone();
    let id = id.as_str().unwrap();
    let path = format!("/conversations/{id}");
    let parts = format!("/inbox{path}/parts");
    for fields in [
        [("deed", "prioritize"), ("priority", "high")],
        [("deed", "tag"), ("tag", "Outage")],
        [("deed", "note"), ("body", "Call back")],
        [("deed", "close"), ("body", "")],
    ] {
        assert_eq!(town.form(&parts, &fields).await.0, 303, "{fields:?}");
    }
    let rated = [("stars", "2"), ("body", "Slow")];
    town.form(&format!("/messenger/{lead}/conversations/{id}"), &rated)
        .await;
    let reply = json!({
        "message_type": "quick_reply", "type": "admin", "admin_id": me,
        "reply_options": [
            {"text": "Yes", "uuid": "d4a5b2f0-0000-4000-8000-000000000001"}],
    });
    assert_eq!(town.post(&format!("{path}/reply"), reply).await.status, 200);
    let before = town.get(&path).await.body;
    for (pointer, held) in [
        ("/priority", json!("high")),
        ("/tags/tags/0/name", json!("Outage")),
        ("/conversation_rating/rating", json!(2)),
        ("/conversation_rating/remark", json!("Slow")),
    ] {
        assert_eq!(before.pointer(pointer), Some(&held), "{pointer}");
    }
    let again = town.saved_and_loaded();
    assert_eq!(again.get(&path).await.body, before);
    let (_, page) = again
        .page(&format!("/messenger/{lead}/conversations/{id}"), "")
        .await;
    assert!(page.contains("data-testid=\"pick\""));
}
