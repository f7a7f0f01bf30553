//! Every component of Canvas Kit in every state: for developers of apps, and to look at.
//!
//! The canvases are written by hand and pass the same judgement as an app's; what is wrong on
//! purpose shows as the error card.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, CardView};
use crate::canvas::Card;
use crate::pages::page;
use crate::pages::shell::{self, Shell};
use crate::sim::Sim;

const EXHIBITS: &str = include_str!("../../../assets/components.json");
/// Where a form of the gallery leads: back to it.
const HERE: &str = "/inbox/components";

#[derive(Deserialize)]
struct Written {
    title: String,
    words: String,
    components: Value,
}

/// One canvas.
struct Exhibit {
    title: String,
    words: String,
    card: CardView,
    source: String,
}

#[derive(Template)]
#[template(path = "components.html")]
struct GalleryPage {
    shell: Shell,
    exhibits: Vec<Exhibit>,
}

/// `GET /inbox/components`.
pub(in crate::pages) async fn show(State(sim): State<Sim>, headers: HeaderMap) -> Response {
    let gallery = sim.look(|world| GalleryPage {
        shell: Shell::of(world, shell::me(world, &headers), HERE.to_owned()),
        exhibits: exhibits(),
    });
    page(StatusCode::OK, &gallery)
}

/// `POST /inbox/components`: no app is asked, and the browser stays where it is.
pub(in crate::pages) async fn used() -> StatusCode {
    StatusCode::NO_CONTENT
}

fn exhibits() -> Vec<Exhibit> {
    let written: Vec<Written> =
        serde_json::from_str(EXHIBITS).expect("the exhibits are part of the program");
    written.into_iter().map(exhibit).collect()
}

fn exhibit(written: Written) -> Exhibit {
    let answer = json!({ "canvas": { "content": { "components": written.components } } });
    let app = App {
        name: "Example app".to_owned(),
        participants: Vec::new(),
    };
    let action = HERE.to_owned();
    let card = match Card::parse(answer.to_string().as_bytes()) {
        Ok(card) => CardView::Shown {
            app,
            action,
            components: card.components,
        },
        Err(defect) => CardView::Broken {
            app,
            action,
            reason: defect.reason,
        },
    };
    let source = serde_json::to_string_pretty(&written.components);
    Exhibit {
        title: written.title,
        words: written.words,
        card,
        source: source.expect("a value is JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::{CardView, exhibits};

    #[test]
    fn all_exhibits_are_canvases_but_the_one_that_is_broken_on_purpose() {
        let broken: Vec<String> = exhibits()
            .into_iter()
            .filter_map(|exhibit| match exhibit.card {
                CardView::Broken { reason, .. } => Some(reason),
                CardView::Absent | CardView::Shown { .. } => None,
            })
            .collect();
        let reason = "components[0] has some of image, image_width, image_height, not all";
        // The fault is in a list's item.
        assert_eq!(
            broken,
            [reason.replace("components[0]", "components[0].items[0]")]
        );
    }
}
