//! The engine's reply as a canvas.
//!
//! Rules of Intercom's app review that hold here: no primary button outside a form, link style for
//! moving about and always a way back, empty states and trouble as muted text, dates absolute in
//! the workspace's time zone, and a *Refresh*, since a canvas never changes by itself.

use std::time::Duration;

use engine::{CardReply, Shown};
use intercom::canvas::{
    Action, Button, ButtonStyle, Canvas, CanvasError, Choice, Component, DataTable, Dropdown, Item,
    LinkUrl, List, Loopback, Options, Row, SingleSelect, Text, TextStyle,
};
use model::Timestamp;
use planner::{card, lead};
use serde_json::{Map, Value, json};
use url::Url;

use super::click::view_id;
use super::control::{Control, STORED_PAGE, STORED_TYPED, STORED_VIEW, TAKE_PREFIX, TAKEN};
use super::form;
use crate::wording::{absolute, ago, short};

/// Longest text in one place, in characters: the whole canvas has 64 KB.
const TEXT_MAX: usize = 300;

/// Longest text of an option: the inbox shows a card about 400 pixels wide.
const CHOICE_MAX: usize = 80;

/// Ages up to this are said as such; older ones as an instant.
const AGE_MAX: Duration = Duration::from_hours(24);

/// The answer to a card request. `page` is the page of matches that was asked for.
pub(super) fn body(reply: &CardReply, page: usize) -> String {
    let drawn = canvas(reply, page).and_then(|canvas| canvas.to_json());
    drawn.unwrap_or_else(|error| {
        tracing::error!(%error, "a card cannot be drawn");
        sentence_body("This card cannot be shown. The error was logged.")
    })
}

/// A card of one sentence.
pub(super) fn sentence_body(words: &str) -> String {
    let drawn = sentence(words).and_then(|canvas| canvas.to_json());
    drawn.expect("one short text and one button are a valid canvas")
}

fn canvas(reply: &CardReply, page: usize) -> Result<Canvas, CanvasError> {
    match &reply.shown {
        Shown::Card(card) => {
            let components = of_card(reply, card, page)?;
            let stored = Map::from_iter([
                (STORED_PAGE.to_owned(), json!(page)),
                (STORED_VIEW.to_owned(), json!(view_id(card.view))),
            ]);
            Ok(Canvas::new(components)?.with_stored_data(stored))
        }
        Shown::Form(form) => Canvas::new(of_form(form)),
        Shown::Duplicates {
            records,
            may_create_anyway,
            typed,
            words,
        } => {
            let components = of_duplicates(reply, records, *may_create_anyway, words)?;
            let typed: Map<String, Value> = typed
                .iter()
                .map(|(id, text)| (id.clone(), json!(text)))
                .collect();
            let stored = Map::from_iter([(STORED_TYPED.to_owned(), Value::Object(typed))]);
            Ok(Canvas::new(components)?.with_stored_data(stored))
        }
        Shown::Sentence(words) => sentence(words),
    }
}

fn sentence(words: &str) -> Result<Canvas, CanvasError> {
    Canvas::new(vec![
        text(TextStyle::Muted, words),
        moving(Control::Refresh, "Refresh"),
    ])
}

fn of_card(
    reply: &CardReply,
    card: &card::Card,
    page: usize,
) -> Result<Vec<Component>, CanvasError> {
    let mut components = vec![text(TextStyle::Header, &card.title)];
    components.extend(
        card.subtitle
            .as_deref()
            .map(|words| text(TextStyle::Muted, words)),
    );
    components.extend(views(card)?);
    if !card.lines.is_empty() {
        let rows = card
            .lines
            .iter()
            .map(|(label, value)| Row::new(label, short(value, TEXT_MAX)));
        components.push(DataTable::new(rows.collect())?.into());
    }
    // A card without values is an empty state.
    let style = if card.lines.is_empty() {
        TextStyle::Muted
    } else {
        TextStyle::Paragraph
    };
    components.extend(card.message.as_deref().map(|words| text(style, words)));
    components.extend(list(reply, &card.matches)?);
    if page > 0 {
        components.push(moving(Control::PreviousPage, "Back"));
    }
    if card.next_page.is_some() {
        components.push(moving(Control::NextPage, "More…"));
    }
    if card.actions.contains(&card::Action::TakeMatch) {
        components.extend(taking(&card.matches)?);
    }
    components.extend(
        card.actions
            .iter()
            .filter_map(|action| button(reply, *action)),
    );
    components.extend(age(reply, card.as_of));
    components.extend(refresh(card));
    Ok(components)
}

/// A single view needs no control.
fn views(card: &card::Card) -> Result<Option<Component>, CanvasError> {
    if card.views.len() < Options::COUNT_MIN {
        return Ok(None);
    }
    let choices = card
        .views
        .iter()
        .map(|(view, label)| Choice::new(view_id(*view), label));
    let options = Options::new(choices.collect())?.choosing(view_id(card.view))?;
    let select = SingleSelect {
        id: Control::View.id().to_owned(),
        label: None,
        options,
        action: Some(Action::Submit),
        save_state: None,
        disabled: false,
    };
    Ok(Some(select.into()))
}

/// Records to open in Salesforce.
fn list(reply: &CardReply, lines: &[card::MatchLine]) -> Result<Option<Component>, CanvasError> {
    if lines.is_empty() {
        return Ok(None);
    }
    let items = lines.iter().enumerate();
    let items = items.map(|(place, line)| item(reply, place, line));
    Ok(Some(List::new(items.collect())?.into()))
}

/// Makes one of the records the match (M9). A list's item has one action, which opens it, so the
/// choice stands below the list.
fn taking(lines: &[card::MatchLine]) -> Result<Vec<Component>, CanvasError> {
    let button = |id: String| Button::new(id, "Use this record", Action::Submit).into();
    match lines {
        [] => Ok(Vec::new()),
        [one] => Ok(vec![button(format!("{TAKE_PREFIX}{}", one.record))]),
        [first, ..] => {
            let choices = lines.iter().map(choice).collect();
            let options = Options::new(choices)?.choosing(first.record.as_str())?;
            let dropdown = Dropdown {
                id: TAKEN.to_owned(),
                label: Some("Which one is it?".to_owned()),
                options,
                save_state: None,
                disabled: false,
            };
            Ok(vec![dropdown.into(), button(Control::Take.id().to_owned())])
        }
    }
}

/// Several records often have one name, so an option says as much as the list does.
fn choice(line: &card::MatchLine) -> Choice {
    let owner = line.owner.as_deref().unwrap_or_default();
    let mut words = vec![line.name.as_str(), line.detail.as_str(), owner];
    words.retain(|words| !words.is_empty());
    Choice::new(line.record.as_str(), short(&words.join(" · "), CHOICE_MAX))
}

fn item(reply: &CardReply, place: usize, line: &card::MatchLine) -> Item {
    Item {
        subtitle: Some(short(&line.detail, TEXT_MAX)).filter(|detail| !detail.is_empty()),
        tertiary_text: line.owner.as_deref().map(|owner| short(owner, TEXT_MAX)),
        action: open(reply, line.record.object().as_str(), line.record.as_str()),
        ..Item::new(item_id(place), short(&line.name, TEXT_MAX))
    }
}

/// Nothing is sent when an item is opened, so its id has only to be unique.
fn item_id(place: usize) -> String {
    format!("item.{place}")
}

/// The buttons of the card. The choice of a match stands below their list; *Refresh* comes last,
/// after the age.
fn button(reply: &CardReply, action: card::Action) -> Option<Component> {
    let opening = |object: &str, id: &str| {
        let action = open(reply, object, id)?;
        let opens = format!("open.{id}");
        Some(
            Button::new(opens, "Open in Salesforce", action)
                .styled(ButtonStyle::Link)
                .into(),
        )
    };
    match action {
        card::Action::OpenRecord(record) => opening(record.object().as_str(), record.as_str()),
        card::Action::OpenAccount(account) => opening("Account", account.as_str()),
        card::Action::CreateLead => {
            let id = Control::CreateLead.id();
            Some(Button::new(id, "Create lead", Action::Submit).into())
        }
        card::Action::Unpin => Some(moving(Control::Unpin, "Unpin")),
        card::Action::TakeMatch | card::Action::Refresh => None,
    }
}

fn refresh(card: &card::Card) -> Option<Component> {
    card.actions
        .contains(&card::Action::Refresh)
        .then(|| moving(Control::Refresh, "Refresh"))
}

/// `Salesforce, 4 s ago`: how old the oldest value is that is shown.
fn age(reply: &CardReply, as_of: Option<Timestamp>) -> Option<Component> {
    let as_of = as_of?;
    let span = reply.now.since(as_of);
    let words = if span < AGE_MAX {
        format!("Salesforce, {}", ago(span))
    } else {
        format!("Salesforce, {}", absolute(as_of, reply.timezone.as_deref()))
    };
    Some(text(TextStyle::Muted, &words))
}

fn of_form(form: &lead::Form) -> Vec<Component> {
    let mut components = vec![text(TextStyle::Header, "Create lead")];
    components.extend(
        form.errors
            .iter()
            .map(|error| text(TextStyle::Error, error)),
    );
    components.extend(form.inputs.iter().map(form::input));
    let send = Button::new(Control::SubmitLead.id(), "Create lead", Action::Submit);
    components.push(send.styled(ButtonStyle::Primary).into());
    components.push(moving(Control::Back, "Back"));
    components
}

/// L6: what the org's duplicate rule found, to open, to take one, and *create anyway* where the rule
/// allows it.
fn of_duplicates(
    reply: &CardReply,
    records: &[card::MatchLine],
    may_create_anyway: bool,
    words: &str,
) -> Result<Vec<Component>, CanvasError> {
    let mut components = vec![
        text(TextStyle::Header, "Possible duplicates"),
        text(TextStyle::Paragraph, words),
    ];
    components.extend(list(reply, records)?);
    components.extend(taking(records)?);
    if may_create_anyway {
        let id = Control::SubmitAnyway.id();
        components.push(Button::new(id, "Create anyway", Action::Submit).into());
    }
    components.push(moving(Control::Back, "Back"));
    Ok(components)
}

/// A link to a record's page. The engine accepted the instance's address, so a loopback one was
/// allowed by the operator.
fn open(reply: &CardReply, object: &str, id: &str) -> Option<Action> {
    let instance: &Url = reply.instance_url.as_ref()?;
    let url = salesforce::record_url(instance, object, id);
    LinkUrl::new(url, Loopback::Allowed)
        .ok()
        .map(|url| Action::Url { url })
}

fn moving(control: Control, label: &str) -> Component {
    Button::new(control.id(), label, Action::Submit)
        .styled(ButtonStyle::Link)
        .into()
}

/// Words of the org or of a contact may look like a Markdown link; here they stay words.
fn text(style: TextStyle, words: &str) -> Component {
    Text::new(style, short(&words.replace("](", "] ("), TEXT_MAX)).into()
}

#[cfg(test)]
mod tests;
