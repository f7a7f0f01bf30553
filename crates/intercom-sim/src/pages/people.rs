//! All people of the workspace, the latest first: found by what they are known by, and made.
//!
//! However many there are, a page looks at a bounded number of them and says so where it stopped.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};

use super::shell::{self, Shell};
use super::{Form, moments, page};
use crate::answer::Refusal;
use crate::contact::{Contact, Role};
use crate::ids::ObjectId;
use crate::member::initials;
use crate::sim::Sim;
use crate::world::World;

/// People on a page.
const SHOWN_MAX: usize = 50;
/// People that are looked at for one page, so that nobody else waits for a search.
const LOOKED_AT_MAX: usize = 20_000;

/// Which people are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    Role(Role),
    Archived,
}

impl Filter {
    const CHOICES: [(Self, &'static str, &'static str); 4] = [
        (Self::All, "all", "All"),
        (Self::Role(Role::User), "users", "Users"),
        (Self::Role(Role::Lead), "leads", "Leads"),
        (Self::Archived, "archived", "Archived"),
    ];

    fn of(word: Option<&str>) -> Self {
        let named = Self::CHOICES.into_iter().find(|it| Some(it.1) == word);
        named.map_or(Self::All, |(filter, ..)| filter)
    }

    fn takes(self, row: &Contact) -> bool {
        match self {
            Self::All => !row.archived,
            Self::Role(role) => !row.archived && row.role == role,
            Self::Archived => row.archived,
        }
    }
}

/// What a page is asked for.
struct Question {
    filter: Filter,
    word: &'static str,
    /// In lower case.
    sought: String,
    /// Who was the last on the page before: when made, and the id.
    cursor: Option<(i64, ObjectId)>,
}

impl Question {
    fn parse(query: &str) -> Self {
        let form = Form::parse(query.as_bytes());
        let filter = Filter::of(form.get("show"));
        let word = Filter::CHOICES.into_iter().find(|it| it.0 == filter);
        let cursor = form.get("before").and_then(|text| {
            let (seconds, id) = text.split_once('-')?;
            Some((seconds.parse().ok()?, id.parse().ok()?))
        });
        Self {
            filter,
            word: word.map_or("all", |it| it.1),
            sought: form.get("q").unwrap_or_default().trim().to_lowercase(),
            cursor,
        }
    }

    /// The same question from there on.
    fn from(&self, row: &Contact) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("show", self.word);
        if !self.sought.is_empty() {
            query.append_pair("q", &self.sought);
        }
        query.append_pair("before", &format!("{}-{}", row.created_at, row.id));
        format!("/inbox/contacts?{}", query.finish())
    }

    /// Whether the words are in what a contact is known by.
    fn finds(&self, row: &Contact) -> bool {
        let known = [&row.name, &row.email, &row.phone, &row.external_id];
        let mut known = known.into_iter().flatten();
        self.filter.takes(row)
            && (self.sought.is_empty()
                || known.any(|text| text.to_lowercase().contains(&self.sought)))
    }
}

struct Row {
    href: String,
    name: String,
    initials: String,
    email: String,
    role: &'static str,
    owner: String,
    seen: String,
    made: String,
    exact: String,
}

struct Chip {
    href: String,
    name: &'static str,
    is_current: bool,
}

/// Where the list goes on.
struct More {
    href: String,
    /// Said when the page is not full: how many were looked at.
    looked_at: Option<usize>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    shell: Shell,
    total: usize,
    sought: String,
    show: &'static str,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    more: Option<More>,
    is_making: bool,
    typed: Typed,
    refusal: Option<String>,
}

/// What was typed for a new contact.
#[derive(Default)]
struct Typed {
    is_user: bool,
    name: String,
    email: String,
    external_id: String,
}

/// `GET /inbox/contacts`.
pub(super) async fn list(
    State(sim): State<Sim>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let question = Question::parse(query.as_deref().unwrap_or_default());
    let now = sim.now().as_seconds();
    let people = sim.look(|world| people(world, &question, (now, &headers)));
    page(StatusCode::OK, &people)
}

/// `POST /inbox/contacts`: makes a lead or a user.
pub(super) async fn create(State(sim): State<Sim>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let mut fields = Map::new();
    for name in ["role", "name", "email", "external_id"] {
        let text = form.get(name).unwrap_or_default().trim();
        if !text.is_empty() {
            fields.insert(name.to_owned(), Value::String(text.to_owned()));
        }
    }
    let made = sim.change(|world, now, _| {
        let me = shell::me(world, &headers);
        let call = (Method::POST, "contacts");
        world.done_by(me, now, call, &Value::Object(fields))
    });
    match made {
        Ok(made) => {
            let id = made["id"].as_str().unwrap_or_default();
            Redirect::to(&format!("/inbox/contacts/{id}")).into_response()
        }
        Err(Refusal { message, .. }) => {
            let now = sim.now().as_seconds();
            let question = Question::parse("");
            let mut people = sim.look(|world| people(world, &question, (now, &headers)));
            let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
            people.is_making = true;
            people.typed = Typed {
                is_user: form.get("role") == Some("user"),
                name: typed("name"),
                email: typed("email"),
                external_id: typed("external_id"),
            };
            people.refusal = Some(message);
            page(StatusCode::BAD_REQUEST, &people)
        }
    }
}

fn people(world: &World, question: &Question, (now, headers): (i64, &HeaderMap)) -> PeoplePage {
    let (found, more) = found(world, question);
    let rows = found.iter().map(|row| shown(world, row, now));
    let chips = Filter::CHOICES
        .into_iter()
        .map(|(filter, word, name)| Chip {
            href: format!("/inbox/contacts?show={word}"),
            name,
            is_current: filter == question.filter,
        });
    PeoplePage {
        shell: Shell::of(
            world,
            shell::me(world, headers),
            "/inbox/contacts".to_owned(),
        ),
        total: world.contacts.count(),
        sought: question.sought.clone(),
        show: question.word,
        chips: chips.collect(),
        rows: rows.collect(),
        more,
        is_making: false,
        typed: Typed::default(),
        refusal: None,
    }
}

/// At most so many people who are known by `sought`; without it the newest.
pub(super) fn found_by<'a>(world: &'a World, sought: &str, most: usize) -> Vec<&'a Contact> {
    let question = Question {
        filter: Filter::All,
        word: "all",
        sought: sought.to_lowercase(),
        cursor: None,
    };
    let (mut rows, _) = found(world, &question);
    rows.truncate(most);
    rows
}

/// The people of a page, and where to go on. A whole email, external id or id is found at once,
/// whatever its age.
fn found<'a>(world: &'a World, question: &Question) -> (Vec<&'a Contact>, Option<More>) {
    let by_id = question.sought.parse().ok();
    let by_id = by_id.and_then(|id| world.contacts.get(id));
    let by_email = world.contacts.with_email(&question.sought);
    let by_external_id = world.contacts.with_folded_external_id(&question.sought);
    let known = by_id.into_iter().chain(by_email).chain(by_external_id);
    let known = known
        .map(|row| &**row)
        .filter(|row| question.filter.takes(row));
    let mut exact: Vec<&Contact> = known.take(SHOWN_MAX).collect();
    exact.dedup_by_key(|row| row.id);
    if !exact.is_empty() && question.cursor.is_none() {
        return (exact, None);
    }
    let mut rows = Vec::new();
    let mut walk = world.contacts.made_before(question.cursor);
    let mut last = None;
    for row in walk.by_ref().take(LOOKED_AT_MAX) {
        last = Some(row);
        if question.finds(row) {
            rows.push(&**row);
            if rows.len() == SHOWN_MAX {
                break;
            }
        }
    }
    let is_end = walk.next().is_none();
    let more = last.filter(|_| !is_end).map(|row| More {
        href: question.from(row),
        looked_at: (rows.len() < SHOWN_MAX).then_some(LOOKED_AT_MAX),
    });
    (rows, more)
}

fn shown(world: &World, row: &Contact, now: i64) -> Row {
    let owner = row.owner.and_then(|id| world.admin(id));
    Row {
        href: format!("/inbox/contacts/{}", row.id),
        name: row.shown_name().to_owned(),
        initials: initials(row.shown_name()),
        email: row.email.as_deref().unwrap_or_default().to_owned(),
        role: match row.role {
            Role::User => "User",
            Role::Lead => "Lead",
        },
        owner: owner.map(|admin| admin.name.clone()).unwrap_or_default(),
        seen: row
            .last_seen_at
            .map(|at| moments::ago(at, now, &world.zone))
            .unwrap_or_default(),
        made: moments::ago(row.created_at, now, &world.zone),
        exact: moments::exact(row.created_at, &world.zone),
    }
}
