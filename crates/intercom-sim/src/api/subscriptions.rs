//! `/subscription_types` and `/contacts/{id}/subscriptions`.

use serde_json::{Value, json};

use super::{Call, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::Contact;
use crate::subscription::{Consent, SubscriptionType, TYPES};
use crate::world::World;

/// `GET /subscription_types`.
pub(super) fn route(_: &World, call: &Call<'_>, rest: &[&str]) -> Reply {
    if call.method != http::Method::GET || !rest.is_empty() {
        return Err(Refusal::no_such_resource());
    }
    Ok(listed(TYPES.into_iter()))
}

fn listed(types: impl Iterator<Item = SubscriptionType>) -> Answer {
    let data: Vec<Value> = types.map(SubscriptionType::render).collect();
    Answer::Ok(json!({ "type": "list", "data": data }))
}

/// What a contact chose, in one list.
pub(super) fn of_contact(world: &World, row: &Contact) -> Answer {
    let chosen: Vec<u64> = world.subscriptions.of(row.id).map(|(id, _)| id).collect();
    listed(TYPES.into_iter().filter(|known| chosen.contains(&known.id)))
}

pub(super) fn choose(world: &mut World, call: &Call<'_>, row: &Contact) -> Reply {
    let body = call.json()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let chosen = text("id").and_then(SubscriptionType::with_id);
    let chosen = chosen.ok_or_else(Refusal::no_such_resource)?;
    let consent = text("consent_type")
        .and_then(Consent::parse)
        .ok_or_else(|| {
            Refusal::invalid("consent_type must be either opt_in or opt_out")
                .at_field("consent_type")
        })?;
    world.subscriptions.choose(row.id, chosen.id, consent);
    let topic = match consent {
        Consent::OptIn => "contact.subscribed",
        Consent::OptOut => "contact.unsubscribed",
    };
    announce(world, call, row, chosen, topic);
    Ok(Answer::Ok(chosen.render()))
}

pub(super) fn take_back(world: &mut World, row: &Contact, id: &str) -> Reply {
    let chosen = SubscriptionType::with_id(id).ok_or_else(Refusal::no_such_resource)?;
    world.subscriptions.forget(row.id, chosen.id);
    Ok(Answer::Ok(chosen.render()))
}

fn announce(
    world: &mut World,
    call: &Call<'_>,
    row: &Contact,
    chosen: SubscriptionType,
    topic: &str,
) {
    if world.is_heard() {
        let mut item = chosen.render();
        item["contact"] = render::contact(world, row, world.app_version());
        world.announce(topic, item, call.at);
    }
}
