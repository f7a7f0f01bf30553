//! Rule O5: what changes in Salesforce reaches Intercom by itself, also what hangs above a record,
//! and what is changed in Intercom is put back.

use std::time::Duration;

use engine::Step;
use intercom_sim::ObjectId;
use salesforce_sim::{Object, Restriction};
use serde_json::{Value, json};

use crate::world::{World, fields, lead_email, people};

/// The small world with owners maintained. The owners are as the population has them, except for
/// those that a story is about: user 0 is a contact of an Account of teammate 1, lead 0 a Lead of
/// teammate 2, lead 11 a Lead of the queue.
async fn maintained() -> (World, String) {
    let world = World::small().await;
    let account = world.account_of("Above", &world.user_at(1));
    let below = json!({ "AccountId": account, "OwnerId": world.user_at(2) });
    for index in [0, 1] {
        world.edit_record(&world.sf_contact_at(index), &below);
    }
    world.edit_record(&world.lead_at(0), &json!({ "OwnerId": world.user_at(2) }));
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.maintain().await;
    world.forget_calls();
    (world, account)
}

/// Polls and works, as production does within seconds. No time passes.
async fn follow(world: &World) {
    world.step(Step::Poll).await;
    world.step(Step::Queue).await;
}

fn owner_attribute(world: &World, contact: ObjectId, what: &str) -> Option<String> {
    world.attribute(contact, &format!("SALESFORCE_OWNER_{what}"))
}

#[tokio::test(start_paused = true)]
async fn o5_whoever_is_below_an_account_follows_its_owner() {
    let (world, account) = maintained().await;
    let (first, second) = (world.intercom.user_id(0), world.intercom.user_id(1));
    assert_eq!(world.owner(first), Some(world.teammate_at(1)));
    let below = world.sf_contact_at(0);
    let stamp = world.stamp(&below);
    world.edit_record(&account, &json!({ "OwnerId": world.user_at(3) }));
    assert_eq!(world.stamp(&below), stamp, "nothing moves below an Account");
    follow(&world).await;
    assert_eq!(world.owner(first), Some(world.teammate_at(3)));
    assert_eq!(world.owner(second), Some(world.teammate_at(3)));
    assert_eq!(world.intercom_writes(), 2);
    assert_eq!(
        world.salesforce.calls().len(),
        1,
        "the poll, and nobody is read by id"
    );
    // O3: the new owner is nobody's teammate.
    world.edit_record(&account, &json!({ "OwnerId": world.user_at(5) }));
    follow(&world).await;
    assert_eq!((world.owner(first), world.owner(second)), (None, None));
    world.settle().await;
    assert_eq!(world.intercom_writes(), 4);
    assert_eq!(world.salesforce_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn o5_a_contact_that_moves_to_another_account_follows() {
    let (world, _) = maintained().await;
    let first = world.intercom.user_id(0);
    let contact = world.sf_contact_at(0);
    // The Account is as new as the move.
    let other = world.account_of("Elsewhere", &world.user_at(3));
    world.edit_record(&contact, &json!({ "AccountId": other }));
    follow(&world).await;
    assert_eq!(world.owner(first), Some(world.teammate_at(3)));
    world.edit_record(&contact, &json!({ "AccountId": null }));
    follow(&world).await;
    assert_eq!(
        world.owner(first),
        Some(world.teammate_at(2)),
        "its own owner"
    );
    world.settle().await;
    assert_eq!(world.intercom_writes(), 2);
}

#[tokio::test(start_paused = true)]
async fn o5_a_renamed_user_and_another_role_arrive() {
    let (world, _) = maintained().await;
    let (lead, user) = (world.intercom.lead_id(0), world.user_at(2));
    let theirs = owned_by(&world, &user);
    world.edit_record(
        &user,
        &json!({ "FirstName": "Grace", "LastName": "Hopper" }),
    );
    world.read_directory().await;
    assert_eq!(
        owner_attribute(&world, lead, "NAME").as_deref(),
        Some("Grace Hopper")
    );
    assert_eq!(
        world.intercom_writes(),
        theirs,
        "whoever shows that User, once"
    );
    let other_role = world
        .salesforce
        .record(world.user_at(3).parse().unwrap())
        .unwrap();
    let role = json!({ "UserRoleId": other_role["UserRoleId"] });
    world.edit_record(&user, &role);
    world.read_directory().await;
    let shown = owner_attribute(&world, lead, "ROLE");
    assert_eq!(shown.as_deref(), people().teammate(3).role);
    // Without a role the title counts (A1).
    world.edit_record(
        &user,
        &json!({ "UserRoleId": null, "Title": "Rear Admiral" }),
    );
    world.read_directory().await;
    assert_eq!(
        owner_attribute(&world, lead, "ROLE").as_deref(),
        Some("Rear Admiral")
    );
    assert_eq!(
        world.owner(lead),
        Some(world.teammate_at(2)),
        "still the same person"
    );
    world.settle().await;
    assert_eq!(world.intercom_writes(), 3 * theirs);
}

/// How many contacts show this User as their record's owner.
fn owned_by(world: &World, user: &str) -> usize {
    let all = world.intercom.contacts();
    let shows = |it: &&Value| it["custom_attributes"]["SALESFORCE_OWNER_ID"] == user;
    all.iter().filter(shows).count()
}

#[tokio::test(start_paused = true)]
async fn o5_a_user_whose_email_changes_is_somebody_else() {
    let (world, _) = maintained().await;
    let (lead, below) = (world.intercom.lead_id(0), world.intercom.user_id(0));
    let (user, email) = (world.user_at(2), people().teammate(2).email);
    world.edit_record(&user, &json!({ "Email": "gone@elsewhere.example" }));
    world.read_directory().await;
    let shown = owner_attribute(&world, lead, "EMAIL");
    assert_eq!(shown.as_deref(), Some("gone@elsewhere.example"));
    assert_eq!(
        world.owner(lead),
        Some(world.teammate_at(0)),
        "O4: no teammate has that email"
    );
    assert_eq!(
        world.owner(below),
        Some(world.teammate_at(1)),
        "its Account decides"
    );
    world.edit_record(&user, &json!({ "Email": email.to_uppercase() }));
    world.read_directory().await;
    assert_eq!(
        world.owner(lead),
        Some(world.teammate_at(2)),
        "O1: whatever the case"
    );
    world.settle().await;
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn o5_a_user_who_is_deactivated_owns_nobody_until_they_are_back() {
    let (world, _) = maintained().await;
    let (lead, below) = (world.intercom.lead_id(0), world.intercom.user_id(0));
    let before = world.attributes(lead);
    for (index, active) in [(1, false), (2, false)] {
        world.edit_record(&world.user_at(index), &json!({ "IsActive": active }));
    }
    world.read_directory().await;
    assert_eq!(world.owner(lead), Some(world.teammate_at(0)), "O4");
    assert_eq!(world.owner(below), None, "O3");
    assert_eq!(
        world.attributes(lead),
        before,
        "the record's owner is still who it was"
    );
    for index in [1, 2] {
        world.edit_record(&world.user_at(index), &json!({ "IsActive": true }));
    }
    world.read_directory().await;
    assert_eq!(world.owner(lead), Some(world.teammate_at(2)));
    assert_eq!(world.owner(below), Some(world.teammate_at(1)));
    world.settle().await;
    let writes = world.intercom_writes();
    world.settle().await;
    assert_eq!(
        world.intercom_writes(),
        writes,
        "the walk that is owed finds nothing to do"
    );
}

#[tokio::test(start_paused = true)]
async fn o5_a_renamed_queue_arrives() {
    let (world, _) = maintained().await;
    let lead = world.intercom.lead_id(11);
    world.edit_record(&world.queue(), &json!({ "Name": "Night Shift" }));
    world.read_directory().await;
    assert_eq!(
        owner_attribute(&world, lead, "NAME").as_deref(),
        Some("Night Shift")
    );
    assert_eq!(owner_attribute(&world, lead, "EMAIL"), None);
    world.settle().await;
    assert_eq!(world.intercom_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn o5_a_login_alone_is_nothing() {
    let (world, _) = maintained().await;
    for index in 0..4 {
        let login = json!({ "LastLoginDate": "2026-11-22T11:00:00.000+0000" });
        world.edit_record(&world.user_at(index), &login);
    }
    world.step(Step::Directory).await;
    assert_eq!(world.engine.overview(world.id).await.unwrap().queued, 0);
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn o1_of_two_users_with_one_email_both_are_the_teammate() {
    let (world, account) = maintained().await;
    let below = world.intercom.user_id(0);
    // User 5 has no teammate yet, and gets the email of teammate 3.
    world.edit_record(&account, &json!({ "OwnerId": world.user_at(5) }));
    let email = json!({ "Email": people().teammate(3).email });
    let user = world.user_at(5);
    follow(&world).await;
    assert_eq!(world.owner(below), None);
    world.edit_record(&user, &email);
    world.read_directory().await;
    assert_eq!(world.owner(below), Some(world.teammate_at(3)));
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn o1_a_user_who_is_new_is_known_before_they_own_anybody() {
    let world = World::small().await;
    let (lead, new) = (world.intercom.lead_id(0), world.user_at(3));
    world.edit_record(&world.lead_at(0), &json!({ "OwnerId": world.user_at(2) }));
    let unseen = Restriction::Records(vec![new.parse().unwrap()]);
    world.restrict(unseen, 0);
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.maintain().await;
    // The User comes, and gets a Lead before anybody reads Users again.
    world.lift_restrictions();
    world.edit_record(&world.lead_at(0), &json!({ "OwnerId": new }));
    world.forget_calls();
    follow(&world).await;
    let it = people().teammate(3);
    let name = format!("{} {}", it.first_name, it.last_name);
    assert_eq!(owner_attribute(&world, lead, "NAME"), Some(name));
    assert_eq!(world.owner(lead), Some(world.teammate_at(3)));
    world.settle().await;
    let path = format!("/contacts/{lead}");
    let writes = world
        .intercom
        .calls()
        .into_iter()
        .filter(|call| call.path == path);
    assert_eq!(writes.count(), 1, "and never the fallback's in between");
}

#[tokio::test(start_paused = true)]
async fn o1_whoever_joins_or_leaves_intercom_gains_or_loses_contacts() {
    let (world, account) = maintained().await;
    let below = world.intercom.user_id(0);
    world.edit_record(&account, &json!({ "OwnerId": world.user_at(5) }));
    follow(&world).await;
    assert_eq!(
        world.owner(below),
        None,
        "teammate 5 is not in Intercom yet"
    );
    let email = people().teammate(5).email;
    let joined = world.intercom.add_teammate("Five", &email.to_uppercase());
    world.read_directory().await;
    world.settle().await;
    assert_eq!(world.owner(below), Some(joined.clone()));
    // Intercom leaves contacts with whoever has gone.
    assert!(world.intercom.remove_teammate(&joined));
    assert_eq!(world.owner(below), Some(joined));
    world.read_directory().await;
    world.settle().await;
    assert_eq!(world.owner(below), None);
}

/// A teammate, or another automation, changes something of a contact; the webhook arrives and what
/// follows is done. Then time passes, less than a put-back is remembered.
async fn changed_by_hand(world: &World, contact: ObjectId, field: &str, value: &Value) {
    world
        .intercom
        .edit_contact(contact, &fields(&[(field, value.clone())]))
        .unwrap();
    world.deliver_webhooks().await;
    world.step(Step::Inbox).await;
    world.step(Step::Queue).await;
    world.lose_webhooks();
    world.pass(Duration::from_secs(5)).await;
}

async fn put_back_lines(world: &World) -> usize {
    let lines = world.timeline(&lead_email(0)).await;
    let told = |line: &&String| line.contains("put back, since it was changed in Intercom");
    lines.iter().filter(told).count()
}

#[tokio::test(start_paused = true)]
async fn o5_an_owner_set_by_hand_is_put_back_until_somebody_fights() {
    let (world, _) = maintained().await;
    let lead = world.intercom.lead_id(0);
    let (ours, theirs) = (world.teammate_at(2), world.teammate_at(7));
    for round in 1..=5 {
        changed_by_hand(&world, lead, "owner_id", &json!(theirs)).await;
        assert_eq!(world.owner(lead), Some(ours.clone()), "round {round}");
        assert_eq!(put_back_lines(&world).await, round);
        assert_eq!(world.failed().await, [""; 0]);
    }
    for _ in 0..2 {
        changed_by_hand(&world, lead, "owner_id", &json!(theirs)).await;
        assert_eq!(world.owner(lead), Some(theirs.clone()), "given up");
        assert_eq!(world.failed().await, ["o5.put-back"]);
    }
    world.settle().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(world.intercom_writes(), 5, "and nothing tries again");
    let listed = world.engine.overview(world.id).await.unwrap().failures;
    assert_eq!(listed[0].count, 1);
    // What changes in Salesforce is news, and counts from the beginning.
    world.edit_record(&world.lead_at(0), &json!({ "OwnerId": world.user_at(3) }));
    world.settle().await;
    assert_eq!(world.owner(lead), Some(world.teammate_at(3)));
    assert_eq!(world.failed().await, [""; 0]);
    changed_by_hand(&world, lead, "owner_id", &json!(theirs)).await;
    assert_eq!(
        world.owner(lead),
        Some(world.teammate_at(3)),
        "put back again"
    );
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn o5_an_attribute_changed_by_hand_is_put_back_until_somebody_fights() {
    let (world, _) = maintained().await;
    let lead = world.intercom.lead_id(0);
    let title = || world.attribute(lead, "SALESFORCE_TITLE");
    let ours = title();
    let other = |round: u32| json!({ "SALESFORCE_TITLE": format!("Theirs {round}") });
    for round in 1..=5 {
        changed_by_hand(&world, lead, "custom_attributes", &other(round)).await;
        assert_eq!(title(), ours, "round {round}");
    }
    changed_by_hand(&world, lead, "custom_attributes", &other(6)).await;
    assert_eq!(title().as_deref(), Some("Theirs 6"), "given up");
    assert_eq!(world.failed().await, ["o5.put-back"]);
    // The other fields are maintained as ever.
    world.edit_record(
        &world.lead_at(0),
        &json!({ "Status": "Working - Contacted" }),
    );
    world.settle().await;
    let status = world.attribute(lead, "SALESFORCE_STATUS");
    assert_eq!(status.as_deref(), Some("Working - Contacted"));
    assert_eq!(title().as_deref(), Some("Theirs 6"));
    assert_eq!(world.failed().await, ["o5.put-back"]);
    world.edit_record(&world.lead_at(0), &json!({ "Title": "Admiral" }));
    world.settle().await;
    assert_eq!(title().as_deref(), Some("Admiral"));
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn o5_put_backs_of_a_long_time_are_no_fight() {
    let (world, _) = maintained().await;
    let lead = world.intercom.lead_id(0);
    let theirs = world.teammate_at(7);
    for round in 0..8 {
        changed_by_hand(&world, lead, "owner_id", &json!(theirs)).await;
        assert_eq!(
            world.owner(lead),
            Some(world.teammate_at(2)),
            "round {round}"
        );
        world.pass(Duration::from_mins(15)).await;
    }
    world.settle().await;
    assert_eq!(world.failed().await, [""; 0]);
    assert_eq!(world.intercom_writes(), 8);
}

/// Ten pages of everything that goes by pages.
const CROWD: u32 = 5_000;

/// How many contacts have this owner.
fn owned_in_intercom(world: &World, owner: &str) -> usize {
    let all = world.intercom.contacts();
    all.iter().filter(|it| it["owner_id"] == owner).count()
}

/// The work of a crowd, and nothing else: no contact was read by id.
fn assert_only_written(world: &World, writes: u64) {
    let summary = world.intercom.call_summary();
    let [puts] = summary.by_path.as_slice() else {
        panic!("{summary:?}");
    };
    assert_eq!(
        (puts.method.as_str(), puts.path.as_str()),
        ("PUT", "/contacts/{id}")
    );
    assert_eq!((puts.calls, puts.failed), (writes, 0));
}

#[tokio::test(start_paused = true)]
async fn o5_five_thousand_below_one_account_follow_its_owner() {
    let world = World::empty().await;
    let account = world.account_of("Above all", &world.user_at(1));
    let below = json!({ "AccountId": account, "OwnerId": world.user_at(2) });
    world.add_pairs(CROWD, Object::Contact, &below).await;
    world.connect().await;
    world
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.linked, 5_000);
    assert_eq!(owned_in_intercom(&world, &world.teammate_at(1)), 5_000);
    world.lose_webhooks();
    world.step(Step::Queue).await;
    world.forget_calls();
    world.edit_record(&account, &json!({ "OwnerId": world.user_at(3) }));
    follow(&world).await;
    assert_eq!(owned_in_intercom(&world, &world.teammate_at(3)), 5_000);
    assert_only_written(&world, 5_000);
    // One poll, whose answer holds the Account and none of those below it.
    let org = world.salesforce.call_summary();
    assert_eq!((org.calls, org.rows_read, org.writes), (1, 1, 0));
    // The echo of all these writes is nothing.
    world.settle().await;
    assert_eq!(world.intercom_writes(), 5_000);
}

#[tokio::test(start_paused = true)]
async fn o5_five_thousand_leads_of_a_renamed_user_follow() {
    let (world, _) = World::of_pairs(CROWD).await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.linked, 5_000);
    world.lose_webhooks();
    world.step(Step::Queue).await;
    world.forget_calls();
    let name = json!({ "FirstName": "Grace", "LastName": "Hopper" });
    world.edit_record(&world.user_at(1), &name);
    world.read_directory().await;
    let all = world.intercom.contacts();
    let shows = |it: &&Value| it["custom_attributes"]["SALESFORCE_OWNER_NAME"] == "Grace Hopper";
    assert_eq!(all.iter().filter(shows).count(), 5_000);
    let summary = world.intercom.call_summary();
    assert_eq!(
        (summary.calls, summary.writes),
        (5_001, 5_000),
        "and the teammates"
    );
    let org = world.salesforce.call_summary();
    assert_eq!((org.calls, org.writes), (2, 0), "Users and queues");
    world.settle().await;
    assert_eq!(world.intercom_writes(), 5_000);
}
