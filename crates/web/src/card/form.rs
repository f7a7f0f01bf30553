//! The inputs of the form for a Lead (L1).

use intercom::canvas::{
    CanvasError, Checkbox, Checks, Choice, Component, Dropdown, Input, Options, SaveState, Textarea,
};
use planner::lead::{self, FieldKind, Picklist};

use super::control::INPUT_PREFIX;

/// One input as a component. A picklist with more values than a control can offer, or fewer, is
/// typed; what does not fit is answered with the values that come near.
pub(super) fn input(input: &lead::Input) -> Component {
    match &input.kind {
        FieldKind::TextArea => textarea(input).into(),
        FieldKind::Boolean => {
            let choices = vec![Choice::new("true", "Yes"), Choice::new("false", "No")];
            dropdown(input, choices).unwrap_or_else(|_| line(input, None))
        }
        FieldKind::Picklist(list) => {
            dropdown(input, choices(list)).unwrap_or_else(|_| line(input, Some("Type a value")))
        }
        FieldKind::MultiPicklist(list) => checkbox(input, list)
            .unwrap_or_else(|_| line(input, Some("Type values, separated by ;"))),
        FieldKind::Date => line(input, Some("2026-01-31")),
        FieldKind::Url => line(input, Some("https://")),
        FieldKind::Text
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Number
        | FieldKind::Other => line(input, None),
    }
}

fn id(input: &lead::Input) -> String {
    format!("{INPUT_PREFIX}{}", input.id)
}

fn filled(input: &lead::Input) -> Option<String> {
    (!input.value.is_empty()).then(|| input.value.clone())
}

fn line(input: &lead::Input, placeholder: Option<&str>) -> Component {
    let component = Input {
        placeholder: placeholder.map(str::to_owned),
        value: filled(input),
        save_state: input.faulty.then_some(SaveState::Failed),
        ..Input::new(id(input), &input.label)
    };
    component.into()
}

fn textarea(input: &lead::Input) -> Textarea {
    let blank = Textarea::new(id(input), &input.label);
    Textarea {
        value: filled(input),
        error: input.faulty,
        ..blank
    }
}

fn choices(list: &Picklist) -> Vec<Choice> {
    list.values
        .iter()
        .map(|(value, label)| Choice::new(value, label))
        .collect()
}

fn dropdown(input: &lead::Input, choices: Vec<Choice>) -> Result<Component, CanvasError> {
    let offered = Options::new(choices)?;
    // What was there before may be no value of the list any more: then nothing is chosen.
    let options = offered.clone().choosing(&input.value).unwrap_or(offered);
    let label = Some(input.label.clone());
    Ok(Dropdown {
        id: id(input),
        label,
        options,
        save_state: None,
        disabled: false,
    }
    .into())
}

fn checkbox(input: &lead::Input, list: &Picklist) -> Result<Component, CanvasError> {
    if list.values.len() > Options::COUNT_MAX {
        return Err(CanvasError::OptionCount {
            count: list.values.len(),
        });
    }
    let mut checks = Checks::new(choices(list))?;
    for value in input
        .value
        .split(';')
        .map(str::trim)
        .filter(|value| !value.is_empty())
    {
        checks = checks.clone().checking(value).unwrap_or(checks);
    }
    let label = input.label.clone();
    Ok(Checkbox {
        id: id(input),
        label,
        checks,
        save_state: None,
        disabled: false,
    }
    .into())
}
