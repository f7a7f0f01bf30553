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
use crate::ids::AdminId;
use crate::sim::Sim;

/// Set by the script, which wants the card alone.
const CARD_ONLY: &str = "x-card-only";
/// Drawn for images on hosts that can never be reached.
const PLACEHOLDER: &str = "/inbox/assets/picture.svg";

/// What the panel shows.
pub(super) enum CardView {
    /// The workspace has no app with a card.
    Absent,
    Shown {
        app: String,
        action: String,
        components: Vec<Component>,
    },
    /// Intercom's error card; the reason is listed for the app's developer.
    Broken {
        app: String,
        action: String,
        reason: String,
    },
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

/// Uses the card as a posted form says. A card that is no longer there, or that is to be tried
/// again, is opened anew.
pub(super) async fn click(
    sim: &Sim,
    place: CardPlace,
    admin: AdminId,
    action: String,
    form: &Form,
) -> CardView {
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
            app: sim.look(|world| world.options.app_name.clone()),
            action,
            reason,
        },
    }
}

fn shown(sim: &Sim, place: CardPlace, admin: AdminId, action: String) -> CardView {
    sim.look(|world| {
        let card = world.card(place, admin);
        card.map_or(CardView::Absent, |card| CardView::Shown {
            app: world.options.app_name.clone(),
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
