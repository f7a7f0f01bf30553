//! What a teammate used on the card. Values come from a browser: whatever is not understood draws
//! the card anew.

use std::collections::BTreeMap;

use engine::Click;
use intercom::canvas::request::{CardRequest, InputValue};
use planner::card::View;
use serde_json::Value;

use super::control::{Control, INPUT_PREFIX, STORED_PAGE, STORED_TYPED};

/// The id of a view among the options of the view control.
pub(super) const fn view_id(view: View) -> &'static str {
    match view {
        View::Person => "person",
        View::Account => "account",
    }
}

/// The click of a submit.
pub(super) fn of(request: &CardRequest) -> Click {
    let used = request.component_id.as_deref().and_then(Control::of_id);
    let Some(used) = used else { return Click::Draw };
    match used {
        Control::View => chosen_view(request).map_or(Click::Draw, Click::View),
        Control::Refresh => Click::Refresh,
        Control::Back => Click::Draw,
        Control::NextPage => Click::Page(stored_page(request).saturating_add(1)),
        Control::PreviousPage => Click::Page(stored_page(request).saturating_sub(1)),
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
        | Click::Refresh
        | Click::View(_)
        | Click::AskLead
        | Click::SubmitLead { .. } => 0,
    }
}

fn chosen_view(request: &CardRequest) -> Option<View> {
    match request.input_values.get(Control::View.id())? {
        InputValue::Text(id) => [View::Person, View::Account]
            .into_iter()
            .find(|view| view_id(*view) == id),
        InputValue::Many(_) => None,
    }
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
