//! Whatever canvas our types can express, the twin shows: it judges by the vendor's rules, with types
//! of its own.

use std::sync::{Arc, Mutex};

use http::{Request, Response};
use intercom::canvas::{
    Action, Align, Button, ButtonStyle, Canvas, Checkbox, Checks, Choice, Component, DataTable,
    Divider, Dropdown, Image, ImageAlign, ImageLink, ImageUrl, Input, Item, ItemImage, LinkUrl,
    List, Loopback, Margin, Offer, Options as Offered, Row, SaveState, SingleSelect, Spacer,
    SpacerSize, Text, TextStyle, Textarea,
};
use intercom_sim::{CanvasControls, Options};
use model::{Entropy, SeededEntropy};
use serde_json::{Map, Value};
use tower::{ServiceExt as _, service_fn};
use transport::{Body, BoxError, in_process};

use crate::twin::Twin;

/// How many canvases are drawn. Each is about ten components.
const CANVASES: u32 = 300;

/// Texts that break what is written without care.
const TEXTS: [&str; 8] = [
    "",
    " ",
    "Acme & Söhne 👋🏽",
    "**bold** [link](https://acme.io) ](",
    "<script>alert(1)</script>",
    "line\nbreak\u{0}\u{202e}",
    "\"quoted\" \\ back",
    "null",
];

/// Draws from a stream; each id is new.
struct Drawing {
    entropy: SeededEntropy,
    ids: u32,
}

impl Drawing {
    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let count = u32::try_from(all.len()).expect("few");
        all[self.entropy.below(count) as usize].clone()
    }

    fn text(&mut self) -> String {
        self.one_of(&TEXTS).to_owned()
    }

    fn perhaps(&mut self) -> Option<String> {
        self.flag().then(|| self.text())
    }

    fn flag(&mut self) -> bool {
        self.entropy.below(2) == 0
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        format!("{}{}", self.text(), self.ids)
    }

    fn link(&mut self) -> LinkUrl {
        let urls = ["https://crm.example/a?b=%22#c", "http://127.0.0.1:4010/"];
        let url = self.one_of(&urls).parse().expect("an address");
        LinkUrl::new(url, Loopback::Allowed).expect("it may be linked to")
    }

    fn image_url(&mut self) -> ImageUrl {
        let urls = ["https://img.example/ü.png", "https://[::1]:8443/?a=\"b\""];
        let url = self.one_of(&urls).parse().expect("an address");
        ImageUrl::new(url).expect("https")
    }

    fn action(&mut self) -> Action {
        if self.flag() {
            Action::Submit
        } else {
            Action::Url { url: self.link() }
        }
    }

    fn optional_action(&mut self) -> Option<Action> {
        self.flag().then(|| self.action())
    }

    fn margin(&mut self) -> Margin {
        self.one_of(&[Margin::Usual, Margin::None])
    }

    fn save_state(&mut self) -> Option<SaveState> {
        self.one_of(&[
            None,
            Some(SaveState::Unsaved),
            Some(SaveState::Saved),
            Some(SaveState::Failed),
        ])
    }

    fn choices(&mut self, least: u32, most: u32) -> Vec<Choice> {
        let count = least + self.entropy.below(most - least + 1);
        let choices = (0..count).map(|_| Choice {
            disabled: self.flag(),
            ..Choice::new(self.id(), self.text())
        });
        choices.collect()
    }

    fn options(&mut self) -> Offered {
        let choices = self.choices(2, 10);
        let chosen = self.one_of(&choices).id;
        let options = Offered::new(choices).expect("two to ten");
        if self.flag() {
            options.choosing(&chosen).expect("it is one of them")
        } else {
            options
        }
    }

    fn components(&mut self) -> Vec<Component> {
        match self.entropy.below(13) {
            0 => vec![self.words().into()],
            1 => vec![self.table().into()],
            2 => vec![
                Divider {
                    margin: self.margin(),
                }
                .into(),
            ],
            3 => vec![self.spacer().into()],
            4 => vec![self.image().into()],
            5 => vec![self.button().into()],
            6 => vec![self.list().into()],
            7 => vec![self.input().into()],
            8 => vec![self.textarea().into()],
            9 => vec![self.dropdown().into()],
            10 => vec![self.select().into()],
            11 => vec![self.checkbox().into()],
            _ => self.offer().components(),
        }
    }

    fn words(&mut self) -> Text {
        let styles = [
            TextStyle::Header,
            TextStyle::Paragraph,
            TextStyle::Muted,
            TextStyle::Error,
        ];
        Text {
            align: self.one_of(&[Align::Left, Align::Center, Align::Right]),
            margin: self.margin(),
            ..Text::new(self.one_of(&styles), self.text())
        }
    }

    fn table(&mut self) -> DataTable {
        let count = 1 + self.entropy.below(4);
        let rows = (0..count).map(|_| Row::new(self.text(), self.text()));
        DataTable::new(rows.collect()).expect("one or more")
    }

    fn spacer(&mut self) -> Spacer {
        use SpacerSize::{L, M, S, Xl, Xs};
        Spacer {
            size: self.one_of(&[Xs, S, M, L, Xl]),
        }
    }

    fn image(&mut self) -> Image {
        use ImageAlign::{Center, FullWidth, Left, Right};
        let sizes = [1, 48, u16::MAX].map(|size| size.try_into().expect("not zero"));
        Image {
            url: self.image_url(),
            width: self.one_of(&sizes),
            height: self.one_of(&sizes),
            align: self.one_of(&[Left, Center, Right, FullWidth]),
            rounded: self.flag(),
            margin: self.margin(),
            link: self.flag().then(|| ImageLink { url: self.link() }),
        }
    }

    fn button(&mut self) -> Button {
        use ButtonStyle::{Link, Primary, Secondary};
        Button {
            disabled: self.flag(),
            style: self.one_of(&[Primary, Secondary, Link]),
            ..Button::new(self.id(), self.text(), self.action())
        }
    }

    fn list(&mut self) -> List {
        let count = 1 + self.entropy.below(3);
        let items = (0..count).map(|_| Item {
            subtitle: self.perhaps(),
            tertiary_text: self.perhaps(),
            image: self.flag().then(|| ItemImage {
                url: self.image_url(),
                width: 48,
                height: 32,
                rounded: self.flag(),
            }),
            disabled: self.flag(),
            action: self.optional_action(),
            ..Item::new(self.id(), self.text())
        });
        let mut list = List::new(items.collect()).expect("one or more");
        list.disabled = self.flag();
        list
    }

    fn input(&mut self) -> Input {
        Input {
            placeholder: self.perhaps(),
            value: self.perhaps(),
            action: self.optional_action(),
            save_state: self.save_state(),
            disabled: self.flag(),
            ..Input::new(self.id(), self.text())
        }
    }

    fn textarea(&mut self) -> Textarea {
        Textarea {
            placeholder: self.perhaps(),
            value: self.perhaps(),
            error: self.flag(),
            disabled: self.flag(),
            ..Textarea::new(self.id(), self.text())
        }
    }

    fn dropdown(&mut self) -> Dropdown {
        Dropdown {
            id: self.id(),
            label: self.perhaps(),
            options: self.options(),
            save_state: self.save_state(),
            disabled: self.flag(),
        }
    }

    fn select(&mut self) -> SingleSelect {
        SingleSelect {
            id: self.id(),
            label: self.perhaps(),
            options: self.options(),
            action: self.optional_action(),
            save_state: self.save_state(),
            disabled: self.flag(),
        }
    }

    fn checkbox(&mut self) -> Checkbox {
        let choices = self.choices(1, 14);
        let checked = self.one_of(&choices).id;
        let checks = Checks::new(choices).expect("one or more");
        Checkbox {
            id: self.id(),
            label: self.text(),
            checks: checks.checking(&checked).expect("it is one of them"),
            save_state: self.save_state(),
            disabled: self.flag(),
        }
    }

    fn offer(&mut self) -> Offer {
        let choices = self.choices(1, 30);
        let chosen = self.one_of(&choices).id;
        let words = self.text();
        let id = self.id();
        Offer::new(&id, &self.text(), choices, Some(&chosen), &words).expect("one or more")
    }

    fn canvas(&mut self) -> Canvas {
        let count = 1 + self.entropy.below(18);
        let components = (0..count).flat_map(|_| self.components()).collect();
        let stored = Map::from_iter([(self.text(), Value::from(self.text()))]);
        let canvas = Canvas::new(components).expect("all ids are new");
        if self.flag() {
            canvas.with_stored_data(stored)
        } else {
            canvas
        }
    }
}

/// A workspace whose card is always what stands in the cell.
fn town(answer: &Arc<Mutex<String>>) -> Twin {
    let address = "https://carrick.test/card".to_owned();
    let twin = Twin::new(Options {
        leads: 2,
        users: 2,
        companies: 1,
        conversations: 0,
        canvas_initialize_url: Some(address),
        ..Options::default()
    });
    twin.sim.set_canvas_controls(CanvasControls {
        refuse_unknown_members: true,
        ..CanvasControls::default()
    });
    let answer = Arc::clone(answer);
    twin.sim
        .connect(in_process(service_fn(move |_: Request<Body>| {
            let answer = answer.lock().expect("no test thread panicked").clone();
            async move { Ok::<_, BoxError>(Response::new(Body::from(answer))) }
        })));
    twin
}

#[tokio::test(start_paused = true)]
async fn every_canvas_that_can_be_built_is_shown_by_the_twin() {
    let answer = Arc::new(Mutex::new(String::new()));
    let twin = town(&answer);
    let started = twin.sim.contact_writes(twin.sim.user_id(0), "Hi");
    let mut drawing = Drawing {
        entropy: SeededEntropy::new(11, "canvases"),
        ids: 0,
    };
    for number in 0..CANVASES {
        let json = drawing.canvas().to_json().expect("it is far below 64 KB");
        answer
            .lock()
            .expect("no test thread panicked")
            .clone_from(&json);
        let page = Request::get(format!("/inbox/conversations/{started}"))
            .header("accept", "text/html")
            .body(Body::empty())
            .expect("a request");
        let shown = twin.sim.service().oneshot(page).await.expect("no fault");
        assert_eq!(shown.status(), 200);
        let errors = twin.sim.canvas_errors();
        assert!(errors.is_empty(), "canvas {number}: {errors:?}\n{json}");
    }
    assert_eq!(twin.sim.canvas_requests().len(), CANVASES as usize);
}

#[tokio::test(start_paused = true)]
async fn the_judge_of_the_test_above_does_refuse() {
    let answer = Arc::new(Mutex::new(r#"{"canvas":{"content":{}}}"#.to_owned()));
    let twin = town(&answer);
    let started = twin.sim.contact_writes(twin.sim.user_id(0), "Hi");
    let page = Request::get(format!("/inbox/conversations/{started}"))
        .header("accept", "text/html")
        .body(Body::empty())
        .expect("a request");
    twin.sim.service().oneshot(page).await.expect("no fault");
    assert_eq!(twin.sim.canvas_errors().len(), 1);
}
