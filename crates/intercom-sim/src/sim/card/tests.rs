//! Cards beside a conversation of several people.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Request, Response};
use model::{ManualClock, Timestamp};
use serde_json::{Value, json};
use tower::service_fn;

use crate::canvas::{CardPlace, Click};
use crate::ids::{AdminId, ConversationId, ObjectId};
use crate::{HttpService, Options, Sim};

/// The bodies of the requests that reached the app.
type Asked = Arc<Mutex<Vec<Value>>>;

/// An app whose card says whom it is about, and a conversation with six people.
fn crowd() -> (Sim, Asked, ConversationId, AdminId) {
    let options = Options {
        canvas_initialize_url: Some("https://app.example/initialize".to_owned()),
        canvas_submit_url: Some("https://app.example/submit".to_owned()),
        ..Options::default()
    };
    let clock = ManualClock::at(Timestamp::from_seconds(1_781_524_800));
    let sim = Sim::new(options, Arc::new(clock), 7);
    let asked = Asked::default();
    let heard = asked.clone();
    sim.connect(HttpService::new(service_fn(
        move |request: Request<Body>| {
            let heard = heard.clone();
            async move {
                let body = axum::body::to_bytes(request.into_body(), 1 << 20).await?;
                let body: Value = serde_json::from_slice(&body)?;
                let about = body["contact"]["id"].clone();
                heard.lock().unwrap().push(body);
                let button = json!({"type": "button", "id": "b", "label": about,
                    "action": {"type": "submit"}});
                let canvas = json!({"content": {"components": [button]}});
                Ok(Response::new(Body::from(
                    json!({ "canvas": canvas }).to_string(),
                )))
            }
        },
    )));
    let id = sim.contact_writes(sim.user_id(0), "Hello");
    let (all, admin) = (people(&sim), sim.look(|world| world.admins[0].id));
    sim.change(|world, _, _| {
        let set = world.conversations.edit(id, 0, |row| row.contacts = all);
        assert!(set.is_some());
    });
    (sim, asked, id, admin)
}

fn people(sim: &Sim) -> Vec<ObjectId> {
    (0..6).map(|index| sim.user_id(index)).collect()
}

/// Whom the requests so far were about, each once, in the order of the people.
fn about(sim: &Sim, asked: &Asked) -> Vec<usize> {
    let asked: Vec<Value> = std::mem::take(&mut asked.lock().unwrap());
    let all = people(sim);
    let place = |body: &Value| {
        let id = body["contact"]["id"].as_str().unwrap();
        all.iter().position(|it| it.to_string() == id).unwrap()
    };
    let mut places: Vec<usize> = asked.iter().map(place).collect();
    places.sort_unstable();
    places
}

#[tokio::test]
async fn the_first_five_participants_are_asked_for_at_once_and_others_when_selected() {
    let (sim, asked, id, admin) = crowd();
    let place = CardPlace::Conversation(id);
    sim.open_card(place, admin).await.unwrap();
    assert_eq!(about(&sim, &asked), [0, 1, 2, 3, 4]);
    let looked_at = || sim.look(|world| world.canvas_contact(place, admin));
    assert_eq!(looked_at(), Some(sim.user_id(0)));

    let selected = sim.select_participant(id, admin, sim.user_id(5)).await;
    assert_eq!(selected, Ok(true));
    assert_eq!(about(&sim, &asked), [5]);
    assert_eq!(looked_at(), Some(sim.user_id(5)));

    let click = Click {
        component_id: "b".to_owned(),
        input_values: serde_json::Map::new(),
    };
    sim.click_card(place, admin, click).await.unwrap();
    let label = {
        let asked = asked.lock().unwrap();
        asked[0]["current_canvas"]["content"]["components"][0]["label"].clone()
    };
    assert_eq!(
        label,
        sim.user_id(5).to_string(),
        "the canvas that was on the screen"
    );
    assert_eq!(about(&sim, &asked), [5]);

    sim.open_card(place, admin).await.unwrap();
    assert_eq!(
        looked_at(),
        Some(sim.user_id(0)),
        "opened anew, the first is looked at"
    );
}

#[tokio::test]
async fn only_participants_can_be_selected() {
    let (sim, asked, id, admin) = crowd();
    let stranger = sim.user_id(9);
    let selected = sim.select_participant(id, admin, stranger).await;
    assert_eq!(selected, Ok(false));
    assert!(asked.lock().unwrap().is_empty());
}
