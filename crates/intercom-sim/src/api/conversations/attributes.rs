//! `/conversations/attributes`, since 2.16: what can be written down about conversations.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::attribute::{flag, text};
use crate::conversation::{Choice, ConversationAttribute, Kind};
use crate::ids::{AttributeId, derived_uuid};
use crate::world::World;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("GET", []) => Ok(list(world, call)),
        ("POST", []) => create(world, call),
        ("GET", [id]) => Ok(Answer::Ok(find(world, id)?.render())),
        ("PUT", [id]) => update(world, call, id),
        ("DELETE", [id]) => {
            let row = find(world, id)?;
            row.archived = true;
            Ok(saved(row, call))
        }
        ("POST", [id, "options"]) => {
            find_list(world, id)?;
            let choice = choice(world, label(call)?);
            let row = find(world, id)?;
            row.choices.push(choice);
            Ok(saved(row, call))
        }
        ("PUT", [id, "options", option]) => {
            let row = find_list(world, id)?;
            find_choice(row, option)?.label = label(call)?;
            Ok(saved(row, call))
        }
        ("DELETE", [id, "options", option]) => {
            let row = find_list(world, id)?;
            find_choice(row, option)?.archived = true;
            Ok(saved(row, call))
        }
        _ => Err(Refusal::no_such_resource()),
    }
}

fn list(world: &World, call: &Call<'_>) -> Answer {
    let with_archived = call.param("include_archived") == Some("true");
    let rows = world.conversation_attributes.rows.values();
    let data: Vec<Value> = rows
        // The newest first, as in the description's example.
        .rev()
        .filter(|row| with_archived || !row.archived)
        .map(ConversationAttribute::render)
        .collect();
    Answer::Ok(json!({ "type": "list", "data": data }))
}

fn create(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let name = name(&body)?.ok_or_else(|| unprocessable("name is required"))?;
    let kind = kind(&body)?;
    let options = body.get("options").filter(|_| kind == Kind::List);
    let labels = options.map_or(Ok(Vec::new()), labels)?;
    let mut row = ConversationAttribute {
        id: world.conversation_attributes.next_id(),
        name,
        description: String::new(),
        kind,
        choices: Vec::new(),
        multiline: false,
        required: false,
        teams: Vec::new(),
        archived: false,
        admin: call.admin,
        created_at: call.now(),
        updated_at: call.now(),
    };
    write(&mut row, &body)?;
    row.choices = labels
        .into_iter()
        .map(|label| choice(world, label))
        .collect();
    let created = Answer::Ok(row.render());
    world.conversation_attributes.rows.insert(row.id, row);
    Ok(created)
}

fn kind(body: &Map<String, Value>) -> Result<Kind, Refusal> {
    let word = body.get("data_type").unwrap_or(&Value::Null);
    if word == "relationship" {
        return Err(unprocessable(
            "reference.object_type_id is not one of this workspace",
        ));
    }
    serde_json::from_value(word.clone()).map_err(|_| {
        let word = word.as_str().unwrap_or_default();
        unprocessable(&format!(
            "data_type '{word}' is not valid. Allowed types: string, integer, list, decimal, \
             boolean, datetime, relationship, files"
        ))
    })
}

fn labels(options: &Value) -> Result<Vec<String>, Refusal> {
    let options = options.as_array();
    let options = options.ok_or_else(|| unprocessable("options must be an array"))?;
    let label = |option: &Value| option.get("label")?.as_str().map(str::to_owned);
    let labels: Option<Vec<String>> = options.iter().map(label).collect();
    labels.ok_or_else(|| unprocessable("label is required"))
}

fn name(body: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let name = text(body, "name")?;
    match name {
        Some(name) if name.trim().is_empty() => Err(unprocessable("name is required")),
        name => Ok(name),
    }
}

fn update(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let row = find(world, id)?;
    let body = call.json()?;
    let mut changed = row.clone();
    changed.name = name(&body)?.unwrap_or(changed.name);
    write(&mut changed, &body)?;
    *row = changed;
    Ok(saved(row, call))
}

/// What creating and changing have in common.
fn write(row: &mut ConversationAttribute, body: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(description) = text(body, "description")? {
        row.description = description;
    }
    row.required = flag(body, "required")?.unwrap_or(row.required);
    let multiline = flag(body, "multiline")?.filter(|_| row.kind == Kind::String);
    row.multiline = multiline.unwrap_or(row.multiline);
    if let Some(teams) = body.get("visible_to_team_ids") {
        row.teams = serde_json::from_value(teams.clone())
            .map_err(|_| unprocessable("visible_to_team_ids must be an array of strings"))?;
    }
    Ok(())
}

fn saved(row: &mut ConversationAttribute, call: &Call<'_>) -> Answer {
    row.updated_at = call.now();
    Answer::Ok(row.render())
}

fn find<'a>(world: &'a mut World, id: &str) -> Result<&'a mut ConversationAttribute, Refusal> {
    let id: Option<AttributeId> = id.parse().ok();
    let row = id.and_then(|id| world.conversation_attributes.rows.get_mut(&id));
    row.ok_or_else(|| none_there("Conversation attribute not found"))
}

fn find_list<'a>(world: &'a mut World, id: &str) -> Result<&'a mut ConversationAttribute, Refusal> {
    let row = find(world, id)?;
    if row.kind == Kind::List {
        return Ok(row);
    }
    Err(unprocessable(
        "Options can only be managed on list attributes",
    ))
}

fn find_choice<'a>(
    row: &'a mut ConversationAttribute,
    id: &str,
) -> Result<&'a mut Choice, Refusal> {
    let mut choices = row.choices.iter_mut();
    let found = choices.find(|choice| choice.id == id);
    found.ok_or_else(|| none_there("List option not found"))
}

/// The `label` of a body, which must hold nothing else.
fn label(call: &Call<'_>) -> Result<String, Refusal> {
    let body = call.json()?;
    if body.keys().any(|key| key != "label") {
        return Err(unprocessable("only 'label' is accepted"));
    }
    match body.get("label") {
        None | Some(Value::Null) => Err(unprocessable("label is required")),
        Some(Value::String(label)) if label.trim().is_empty() => {
            Err(unprocessable("label is required"))
        }
        Some(Value::String(label)) => Ok(label.clone()),
        Some(_) => Err(unprocessable("label must be a string")),
    }
}

fn choice(world: &mut World, label: String) -> Choice {
    let number = world.next_number();
    Choice {
        id: derived_uuid(world.seed, "conversation attribute option", number),
        label,
        archived: false,
    }
}

fn none_there(words: &str) -> Refusal {
    Refusal::not_found("conversation_attribute_not_found", words)
}

fn unprocessable(words: &str) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "parameter_invalid", words)
}
