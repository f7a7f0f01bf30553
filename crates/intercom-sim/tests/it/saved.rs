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
