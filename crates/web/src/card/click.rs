//! What a teammate used on the card. Values come from a browser: whatever is not understood draws
//! the card anew.

use std::collections::BTreeMap;

use engine::Click;
use intercom::canvas::request::{CardRequest, InputValue};
use model::sf;
use planner::card::View;
use serde_json::Value;

use super::control::{
    Control, INPUT_PREFIX, STORED_PAGE, STORED_TYPED, STORED_VIEW, TAKE_PREFIX, TAKEN,
};

/// The id of a view among the options of the view control.
pub(super) const fn view_id(view: View) -> &'static str {
    match view {
        View::Person => "person",
        View::Account => "account",
    }
}

/// The click of a submit.
pub(super) fn of(request: &CardRequest) -> Click {
    let id = request.component_id.as_deref().unwrap_or_default();
    if let Some(record) = id.strip_prefix(TAKE_PREFIX) {
        return record.parse().map_or(Click::Draw, Click::Take);
    }
    let Some(used) = Control::of_id(id) else {
        return Click::Draw;
    };
    match used {
        Control::View => chosen_view(request).map_or(Click::Draw, Click::View),
        Control::Refresh => Click::Refresh(stored_view(request)),
        Control::Back => Click::Draw,
        Control::NextPage => Click::Page(stored_page(request).saturating_add(1)),
        Control::PreviousPage => Click::Page(stored_page(request).saturating_sub(1)),
        Control::Take => chosen_record(request).map_or(Click::Draw, Click::Take),
        Control::Unpin => Click::Unpin,
        Control::CreateLead => Click::AskLead,
        Control::SubmitLead => Click::SubmitLead {
            typed: typed(request),
            anyway: false,
        },
        Control::SubmitAnyway => Click::SubmitLead {
            typed: stored_typed(request),
            anyway: true,
        },
    }
}

/// The page of matches that a click asks for.
pub(super) fn page_of(click: &Click) -> usize {
    match click {
        Click::Page(page) => *page,
        Click::Draw
        | Click::Refresh(_)
        | Click::View(_)
        | Click::Take(_)
        | Click::Unpin
        | Click::AskLead
        | Click::SubmitLead { .. } => 0,
    }
}

fn view_of_id(id: &str) -> Option<View> {
    let mut views = [View::Person, View::Account].into_iter();
    views.find(|view| view_id(*view) == id)
}

/// The id of the option that is chosen in a control.
fn chosen<'r>(request: &'r CardRequest, control: &str) -> Option<&'r str> {
    match request.input_values.get(control)? {
        InputValue::Text(id) => Some(id),
        InputValue::Many(_) => None,
    }
}

fn chosen_view(request: &CardRequest) -> Option<View> {
    chosen(request, Control::View.id()).and_then(view_of_id)
}

fn stored_view(request: &CardRequest) -> Option<View> {
    let id = request.stored_data.get(STORED_VIEW)?.as_str()?;
    view_of_id(id)
}

fn chosen_record(request: &CardRequest) -> Option<sf::RecordId> {
    chosen(request, TAKEN)?.parse().ok()
}

fn stored_page(request: &CardRequest) -> usize {
    let page = request.stored_data.get(STORED_PAGE).and_then(Value::as_u64);
    page.and_then(|page| usize::try_from(page).ok())
        .unwrap_or(0)
}

/// What the form's inputs hold, by the ids that the planner gave them.
fn typed(request: &CardRequest) -> BTreeMap<String, String> {
    let inputs = request.input_values.iter().filter_map(|(id, value)| {
        let id = id.strip_prefix(INPUT_PREFIX)?;
        let text = match value {
            InputValue::Text(text) => text.clone(),
            // Salesforce's form of several values.
            InputValue::Many(values) => values.join(";"),
        };
        Some((id.to_owned(), text))
    });
    inputs.collect()
}

fn stored_typed(request: &CardRequest) -> BTreeMap<String, String> {
    let stored = request
        .stored_data
        .get(STORED_TYPED)
        .and_then(Value::as_object);
    let texts = stored.into_iter().flatten().filter_map(|(id, value)| {
        let text = value.as_str()?;
        Some((id.clone(), text.to_owned()))
    });
    texts.collect()
}

#[cfg(test)]
mod tests;
