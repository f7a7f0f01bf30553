//! The app's card on a page: how it is asked for, drawn and used.
//!
//! What is drawn passed the judgement of [`crate::canvas`]; nothing is judged here.

mod click;
pub(super) mod gallery;

use askama::Template;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use url::Url;

use super::{Form, page};
use crate::canvas::{
    Action, CardPlace, Choice, Component, Image, InputField, SaveState, Select, Span, TextareaField,
};
use crate::ids::{AdminId, ConversationId, ObjectId};
use crate::sim::Sim;
use crate::world::World;

/// Set by the script, which wants the card alone.
const CARD_ONLY: &str = "x-card-only";
/// Drawn for images on hosts that can never be reached.
const PLACEHOLDER: &str = "/inbox/assets/picture.svg";

/// What the panel shows.
pub(super) enum CardView {
    /// The workspace has no app with a card.
    Absent,
    Shown {
        app: App,
        action: String,
        components: Vec<Component>,
    },
    /// Intercom's error card; the reason is listed for the app's developer.
    Broken {
        app: App,
        action: String,
        reason: String,
    },
}

/// What stands above a card.
pub(super) struct App {
    name: String,
    /// Those whose card can be shown, if they are several.
    participants: Vec<Participant>,
}

struct Participant {
    id: String,
    name: String,
    is_looked_at: bool,
}

impl App {
    fn of(world: &World, place: CardPlace, admin: AdminId) -> Self {
        let looked_at = world.canvas_contact(place, admin);
        let all = world.participants(place);
        let all = all.iter().filter(|_| all.len() > 1);
        let rows = all.filter_map(|id| world.contacts.get(*id));
        let participants = rows.map(|row| Participant {
            id: row.id.to_string(),
            name: row.shown_name().to_owned(),
            is_looked_at: Some(row.id) == looked_at,
        });
        Self {
            name: world.options.app_name.clone(),
            participants: participants.collect(),
        }
    }
}

impl CardView {
    /// The card as markup.
    pub(super) const fn drawn(&self) -> Drawing<'_> {
        Drawing { card: self }
    }
}

#[derive(Template)]
#[template(path = "canvas.html")]
pub(super) struct Drawing<'a> {
    card: &'a CardView,
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardPart {
    card: CardView,
}

/// The card alone, for the script.
pub(super) fn part(card: CardView) -> Response {
    page(StatusCode::OK, &CardPart { card })
}

pub(super) fn is_card_only(headers: &HeaderMap) -> bool {
    headers.contains_key(CARD_ONLY)
}

/// Opens the card, or shows the one that is there already.
pub(super) async fn view(
    sim: &Sim,
    place: CardPlace,
    admin: AdminId,
    action: String,
    keep: bool,
) -> CardView {
    if keep && sim.look(|world| world.card(place, admin).is_some()) {
        return shown(sim, place, admin, action);
    }
    let opened = sim.open_card(place, admin).await;
    became(sim, place, admin, action, opened)
}

/// Uses the card as a posted form says, or looks at another participant. A card that is no longer there, or that is to be tried
/// again, is opened anew.
pub(super) async fn click(
    sim: &Sim,
    place: CardPlace,
    admin: AdminId,
    action: String,
    form: &Form,
) -> CardView {
    if let Some((id, contact)) = sim.look(|world| asked_about(world, place, admin, form)) {
        let selected = sim.select_participant(id, admin, contact).await;
        return became(sim, place, admin, action, selected);
    }
    let keep = form.get("again").is_none();
    let click = sim.look(|world| {
        world
            .card(place, admin)
            .and_then(|it| click::read(it, form))
    });
    let Some(click) = click else {
        return view(sim, place, admin, action, keep).await;
    };
    let clicked = sim.click_card(place, admin, click).await;
    became(sim, place, admin, action, clicked)
}

/// Whose card is asked for anew beside a conversation: the participant whom the form names, or the
/// one who is looked at already.
fn asked_about(
    world: &World,
    place: CardPlace,
    admin: AdminId,
    form: &Form,
) -> Option<(ConversationId, ObjectId)> {
    let CardPlace::Conversation(id) = place else {
        return None;
    };
    let contact = match form.get("participant") {
        Some(contact) => contact.parse().ok()?,
        None => form
            .get("again")
            .and_then(|_| world.canvas_contact(place, admin))?,
    };
    let is_participant = world.participants(place).contains(&contact);
    is_participant.then_some((id, contact))
}

fn became(
    sim: &Sim,
    place: CardPlace,
    admin: AdminId,
    action: String,
    asked: Result<bool, String>,
) -> CardView {
    match asked {
        Ok(true) => shown(sim, place, admin, action),
        Ok(false) => CardView::Absent,
        Err(reason) => CardView::Broken {
            app: sim.look(|world| App::of(world, place, admin)),
            action,
            reason,
        },
    }
}

fn shown(sim: &Sim, place: CardPlace, admin: AdminId, action: String) -> CardView {
    sim.look(|world| {
        let card = world.card(place, admin);
        card.map_or(CardView::Absent, |card| CardView::Shown {
            app: App::of(world, place, admin),
            action,
            components: card.components.clone(),
        })
    })
}

impl Select {
    /// What the button of a choice posts: the select and the option.
    fn pick(&self, choice: &Choice) -> String {
        json!([self.id, choice.id]).to_string()
    }

    fn is_unset(&self) -> bool {
        !self.choices.iter().any(|choice| choice.is_chosen)
    }
}

impl InputField {
    /// What the control is called by who hears it.
    fn spoken(&self) -> &str {
        spoken(&self.label, &self.placeholder, &self.id)
    }
}

impl TextareaField {
    fn spoken(&self) -> &str {
        spoken(&self.label, &self.placeholder, &self.id)
    }
}

fn spoken<'a>(label: &'a str, placeholder: &'a str, id: &'a str) -> &'a str {
    let named = [label, placeholder, id];
    let named = named.into_iter().find(|name| !name.is_empty());
    named.unwrap_or_default()
}

impl Image {
    /// Where the picture is loaded from. Names below `.example` are reserved (RFC 2606) and lead
    /// nowhere, so that a placeholder stands in for them.
    fn source(&self) -> &str {
        let url = Url::parse(&self.url).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let is_reserved = host.rsplit('.').next() == Some("example");
        if is_reserved { PLACEHOLDER } else { &self.url }
    }
}
