//! A posted form of a card as the use of a component.

use serde_json::{Map, Value, json};

use crate::canvas::{Action, Card, Click, Component, Select};
use crate::pages::Form;

/// Which component was used, and what all inputs of the card hold. `None` if the form names no
/// component of this card that submits.
pub(super) fn read(card: &Card, form: &Form) -> Option<Click> {
    let picked: Option<(String, String)> = form
        .get("pick")
        .and_then(|pick| serde_json::from_str(pick).ok());
    let component_id = match &picked {
        Some((select, _)) => select.clone(),
        None => form.get("component_id")?.to_owned(),
    };
    card.components
        .iter()
        .find(|component| submits(component, &component_id))?;
    let mut input_values = Map::new();
    for component in &card.components {
        let value = match component {
            Component::Input(input) => Some((&input.id, posted(form, &input.id, &input.value))),
            Component::Textarea(input) => Some((&input.id, posted(form, &input.id, &input.value))),
            Component::Dropdown(select) | Component::SingleSelect(select) => {
                chosen(select, form, picked.as_ref()).map(|value| (&select.id, value))
            }
            Component::Checkbox(field) if field.is_locked => {
                let kept = field.choices.iter().filter(|choice| choice.is_chosen);
                Some((
                    &field.id,
                    json!(kept.map(|choice| &choice.id).collect::<Vec<_>>()),
                ))
            }
            Component::Checkbox(field) => {
                let name = format!("value:{}", field.id);
                Some((&field.id, json!(form.all(&name).collect::<Vec<_>>())))
            }
            Component::Text(_)
            | Component::DataTable(_)
            | Component::Divider { .. }
            | Component::Spacer(_)
            | Component::Image(_)
            | Component::Button(_)
            | Component::List(_) => None,
        };
        if let Some((id, value)) = value {
            input_values.insert(id.clone(), value);
        }
    }
    Some(Click {
        component_id,
        input_values,
    })
}

/// A locked control posts nothing: it keeps what it shows.
fn posted(form: &Form, id: &str, shown: &str) -> Value {
    json!(form.get(&format!("value:{id}")).unwrap_or(shown))
}

fn chosen(select: &Select, form: &Form, picked: Option<&(String, String)>) -> Option<Value> {
    if let Some((_, option)) = picked.filter(|(id, _)| *id == select.id) {
        return Some(json!(option));
    }
    let kept = || {
        select
            .choices
            .iter()
            .find(|choice| choice.is_chosen)
            .map(|it| it.id.as_str())
    };
    let name = format!("value:{}", select.id);
    form.get(&name)
        .or_else(kept)
        .filter(|option| !option.is_empty())
        .map(|option| json!(option))
}

fn submits(component: &Component, id: &str) -> bool {
    let is_submit = |action: Option<&Action>| action == Some(&Action::Submit);
    match component {
        Component::Button(button) => {
            button.id == id && !button.is_disabled && button.action == Action::Submit
        }
        Component::List(items) => items
            .iter()
            .any(|item| item.id == id && !item.is_disabled && is_submit(item.action.as_ref())),
        Component::Input(input) => {
            input.id == id && !input.is_locked && is_submit(input.action.as_ref())
        }
        Component::SingleSelect(select) | Component::Dropdown(select) => {
            select.id == id && !select.is_locked && is_submit(select.action.as_ref())
        }
        Component::Text(_)
        | Component::DataTable(_)
        | Component::Divider { .. }
        | Component::Spacer(_)
        | Component::Image(_)
        | Component::Textarea(_)
        | Component::Checkbox(_) => false,
    }
}
