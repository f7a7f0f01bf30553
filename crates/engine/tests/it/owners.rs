//! Rules O1 to O4: who owns a linked contact, and what switching that on would do.

use std::time::Duration;

use engine::{PreviewState, Step};
use http::Method;
use intercom_sim::ObjectId;
use model::settings::{PairChoice, TeammateChoice};
use salesforce_sim::Object;
use serde_json::{Value, json};

use crate::world::{World, people};

/// The small world with every kind of owner, connected and synced; owners are not maintained yet.
/// The User of teammate 4 is inactive, teammate 5 is not in Intercom, teammate 0 installed Carrick.
async fn cast() -> World {
    let world = World::small().await;
    let user = |index| world.user_at(index);
    let contact = |index, fields: Value| world.edit_record(&world.sf_contact_at(index), &fields);
    let account = |name, owner| world.account_of(name, &user(owner));
    contact(
        0,
        json!({ "OwnerId": user(2), "AccountId": account("Of one", 1) }),
    );
    contact(
        1,
        json!({ "OwnerId": user(2), "AccountId": account("Of a stranger", 5) }),
    );
    contact(5, json!({ "OwnerId": user(3), "AccountId": null }));
    contact(6, json!({ "OwnerId": user(4), "AccountId": null }));
    contact(
        7,
        json!({ "OwnerId": user(2), "AccountId": account("Of a leaver", 4) }),
    );
    contact(
        10,
        json!({ "OwnerId": user(4), "AccountId": account("Of three", 3) }),
    );
    contact(11, json!({ "OwnerId": user(5), "AccountId": null }));
    world.edit_record(&world.lead_at(0), &json!({ "OwnerId": user(2) }));
    world.edit_record(&world.lead_at(11), &json!({ "OwnerId": world.queue() }));
    let of_a_leaver = json!({
        "LastName": "Left", "Company": "Left behind", "OwnerId": user(4),
        "Email": people().lead(3).intercom_email,
    });
    world.create_record(Object::Lead, &of_a_leaver);
    world.edit_record(&user(4), &json!({ "IsActive": false }));
    // Teammates gave these to each other before; the last two have no match, and two.
    for contact in owned_before(&world) {
        world.give(contact, &world.teammate_at(3));
    }
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    world.forget_calls();
    world
}

fn owned_before(world: &World) -> [ObjectId; 6] {
    let (user, lead) = (
        |it| world.intercom.user_id(it),
        |it| world.intercom.lead_id(it),
    );
    [user(0), user(1), user(7), lead(7), lead(2), lead(1)]
}

/// Who owns whom: contact and place of the teammate on the roster.
fn owners(world: &World) -> Vec<(&'static str, Option<u32>)> {
    let places: Vec<(u32, String)> = [0, 1, 2, 3, 4, 6, 7]
        .map(|index| (index, world.teammate_at(index)))
        .into();
    let owner = |contact| {
        let owner = world.owner(contact)?;
        Some(places.iter().find(|(_, id)| *id == owner).unwrap().0)
    };
    let (user, lead) = (
        |it| world.intercom.user_id(it),
        |it| world.intercom.lead_id(it),
    );
    vec![
        ("account of 1", owner(user(0))),
        ("account of a stranger", owner(user(1))),
        ("contact of 3", owner(user(5))),
        ("contact of a leaver", owner(user(6))),
        ("the same person's lead", owner(lead(6))),
        ("account of a leaver", owner(user(7))),
        ("converted into that contact", owner(lead(7))),
        ("account of 3", owner(user(10))),
        ("contact of a stranger", owner(user(11))),
        ("lead of 2", owner(lead(0))),
        ("lead of a queue", owner(lead(11))),
        ("lead of a leaver", owner(lead(3))),
        ("no match", owner(lead(2))),
        ("many leads", owner(lead(1))),
    ]
}

const BEFORE: [(&str, Option<u32>); 14] = [
    ("account of 1", Some(3)),
    ("account of a stranger", Some(3)),
    ("contact of 3", None),
    ("contact of a leaver", None),
    ("the same person's lead", None),
    ("account of a leaver", Some(3)),
    ("converted into that contact", Some(3)),
    ("account of 3", None),
    ("contact of a stranger", None),
    ("lead of 2", None),
    ("lead of a queue", None),
    ("lead of a leaver", None),
    ("no match", Some(3)),
    ("many leads", Some(3)),
];

const MAINTAINED: [(&str, Option<u32>); 14] = [
    ("account of 1", Some(1)),
    ("account of a stranger", None),
    ("contact of 3", Some(3)),
    ("contact of a leaver", Some(0)),
    ("the same person's lead", Some(0)),
    ("account of a leaver", None),
    ("converted into that contact", None),
    ("account of 3", Some(3)),
    ("contact of a stranger", Some(0)),
    ("lead of 2", Some(2)),
    ("lead of a queue", Some(0)),
    ("lead of a leaver", Some(0)),
    ("no match", Some(3)),
    ("many leads", Some(3)),
];

/// Contacts whose owner differs between the two tables.
const CHANGED: usize = 12;

#[tokio::test(start_paused = true)]
async fn o2_o3_o4_owners_follow_the_account_then_the_record_then_the_fallback() {
    let world = cast().await;
    assert_eq!(owners(&world), BEFORE, "off by default");
    world
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    world.step(Step::Rewalk).await;
    assert_eq!(owners(&world), MAINTAINED);
    assert_eq!(world.intercom_writes(), CHANGED);
    world.settle().await;
    assert_eq!(world.intercom_writes(), CHANGED, "once each");
    assert_eq!(world.salesforce_writes(), 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn o2_switched_off_owners_stay_and_are_not_maintained() {
    let world = cast().await;
    world.maintain().await;
    world.forget_calls();
    world
        .choose(|settings| settings.ownership.maintain = false)
        .await;
    world.settle().await;
    assert_eq!(owners(&world), MAINTAINED, "what was set stays");
    let account = json!({ "OwnerId": world.user_at(2) });
    let contact = world
        .salesforce
        .record(world.sf_contact_at(0).parse().unwrap());
    let of_one = contact.unwrap()["AccountId"].as_str().unwrap().to_owned();
    world.edit_record(&of_one, &account);
    let by_hand = world.intercom.user_id(10);
    world.give(by_hand, &world.teammate_at(7));
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
    assert_eq!(world.owner(by_hand), Some(world.teammate_at(7)));
    // On again: what changed meanwhile is followed, as if nothing had ever been agreed on.
    world.maintain().await;
    let first = world.intercom.user_id(0);
    assert_eq!(world.owner(first), Some(world.teammate_at(2)));
    assert_eq!(world.owner(by_hand), Some(world.teammate_at(3)));
    assert_eq!(world.intercom_writes(), 2);
}

#[tokio::test(start_paused = true)]
async fn o2_the_preview_counts_the_writes_that_then_happen() {
    let world = cast().await;
    let mut settings = world
        .engine
        .overview(world.id)
        .await
        .unwrap()
        .connection
        .settings;
    settings.ownership.maintain = true;
    world
        .engine
        .start_owner_preview(world.id, settings)
        .await
        .unwrap();
    world.pass(Duration::from_millis(1)).await;
    let preview = world.engine.owner_preview(world.id).unwrap();
    assert_eq!(preview.state, PreviewState::Done);
    assert_eq!((preview.walked, preview.total), (24, 24));
    assert_eq!((preview.set, preview.fallback, preview.cleared), (9, 5, 3));
    assert_eq!(world.intercom_writes(), 0, "nothing is written");
    assert_eq!(owners(&world), BEFORE);
    let name = |index| {
        let it = people().teammate(index);
        Some(format!("{} {}", it.first_name, it.last_name))
    };
    let sample = |contact: ObjectId| {
        let mut samples = preview.samples.iter();
        let found = samples.find(|it| it.contact.to_string() == contact.to_string());
        let it = found.unwrap();
        (it.name.clone(), it.from.clone(), it.to.clone(), it.rule)
    };
    let called = |it: population::Persona| format!("{} {}", it.first_name, it.last_name);
    assert_eq!(
        sample(world.intercom.user_id(0)),
        (called(people().contact(0)), name(3), name(1), "O2")
    );
    assert_eq!(
        sample(world.intercom.user_id(1)),
        (called(people().contact(1)), name(3), None, "O3")
    );
    assert_eq!(
        sample(world.intercom.lead_id(11)),
        (called(people().lead(11)), None, name(0), "O4")
    );
    assert_eq!(preview.samples.len(), CHANGED);
    world.maintain().await;
    assert_eq!(world.intercom_writes(), CHANGED);
}

#[tokio::test(start_paused = true)]
async fn o4_the_fallback_can_be_another_teammate_or_nobody() {
    let world = cast().await;
    world.maintain().await;
    world.forget_calls();
    let (queued, owned) = (world.intercom.lead_id(11), world.intercom.lead_id(0));
    let other = world.teammate_at(7);
    let chosen = TeammateChoice::Teammate(other.parse().unwrap());
    world
        .choose(|settings| settings.ownership.fallback = chosen)
        .await;
    world.settle().await;
    assert_eq!(world.owner(queued), Some(other));
    assert_eq!(
        world.owner(owned),
        Some(world.teammate_at(2)),
        "not a fallback"
    );
    assert_eq!(world.intercom_writes(), 5);
    world
        .choose(|settings| settings.ownership.fallback = TeammateChoice::Nobody)
        .await;
    world.settle().await;
    assert_eq!(world.owner(queued), None);
    assert_eq!(world.intercom_writes(), 10);
    assert_eq!(world.failed().await, [""; 0], "nobody is missing");
}

/// What `GET /admins` answers without the one who installed Carrick.
async fn without_installer(world: &World) -> Value {
    let (_, mut admins) = world
        .ask_intercom(Method::GET, "/admins", &Value::Null)
        .await;
    let installer = world.teammate_at(0);
    let all = admins["admins"].as_array_mut().unwrap();
    all.retain(|admin| admin["id"] != installer.as_str());
    admins
}

#[tokio::test(start_paused = true)]
async fn o4_without_the_fallback_nobody_owns_and_that_is_listed_once() {
    let world = cast().await;
    world.maintain().await;
    let gone = without_installer(&world).await;
    world.forget_calls();
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("GET".to_owned()),
        path: "/admins".to_owned(),
        times: 1_000,
        status: Some(200),
        body: Some(gone),
        ..intercom_sim::Fault::default()
    });
    for _ in 0..3 {
        world.read_directory().await;
        world.settle().await;
    }
    let queued = world.intercom.lead_id(11);
    assert_eq!(world.owner(queued), None);
    assert_eq!(world.intercom_writes(), 5);
    let listed = world.engine.overview(world.id).await.unwrap().failures;
    assert_eq!(world.failed().await, ["o4.fallback"]);
    assert_eq!(listed[0].count, 1, "once, however often it is seen");
    // A whole sync looks again at everything that is listed of the connection.
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(world.failed().await, ["o4.fallback"]);
    world.intercom.clear_faults();
    world.read_directory().await;
    world.settle().await;
    assert_eq!(
        world.owner(queued),
        Some(world.teammate_at(0)),
        "they are back"
    );
    assert_eq!(world.intercom_writes(), 10);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn o1_a_pair_that_an_admin_chose_moves_owners() {
    let world = cast().await;
    world.maintain().await;
    world.forget_calls();
    let (first, third) = (world.intercom.user_id(0), world.intercom.user_id(5));
    let stranger = world.intercom.user_id(1);
    let (one, five) = (
        world.user_at(1).parse().unwrap(),
        world.user_at(5).parse().unwrap(),
    );
    let seventh = world.teammate_at(7);
    let chosen = PairChoice::Teammate(seventh.parse().unwrap());
    world
        .choose(|settings| {
            settings.team.pairs = [(one, PairChoice::Nobody), (five, chosen)].into();
        })
        .await;
    world.settle().await;
    assert_eq!(
        world.owner(first),
        None,
        "the Account's owner is nobody's teammate now"
    );
    assert_eq!(world.owner(stranger), Some(seventh.clone()));
    let of_stranger = world.intercom.user_id(11);
    assert_eq!(world.owner(of_stranger), Some(seventh));
    assert_eq!(
        world.owner(third),
        Some(world.teammate_at(3)),
        "nobody else moves"
    );
    assert_eq!(world.intercom_writes(), 3);
    world.choose(|settings| settings.team.pairs.clear()).await;
    world.settle().await;
    assert_eq!(owners(&world), MAINTAINED);
    assert_eq!(world.intercom_writes(), 6);
}
