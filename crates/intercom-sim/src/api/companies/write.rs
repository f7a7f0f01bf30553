//! Companies made and changed. `company_id` finds the company and never changes.

use serde_json::{Map, Value};

use super::super::{Call, render};
use super::find;
use crate::answer::{Answer, Refusal, Reply};
use crate::attribute::Model;
use crate::company::Company;
use crate::ids::ObjectId;
use crate::world::World;

/// `monthly_spend` and `size` are 32-bit.
const INTEGER_MAX: i64 = 2_147_483_647;

/// `POST /companies`.
pub(super) fn upsert(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let company_id = match body.get("company_id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(Refusal::missing("company_id must be given").at_field("company_id")),
    };
    let existing = world.companies.with_own_id(&company_id).cloned();
    let row = existing.unwrap_or_else(|| {
        let number = world.next_number();
        let id = ObjectId::derived(world.seed, "created company", number);
        Company::new(id, company_id, call.now())
    });
    change(world, call, row, &body)
}

/// `PUT /companies/{id}`.
pub(super) fn update(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let row = find(world, id)?.clone();
    change(world, call, row, &call.json()?)
}

/// Writes the fields of a request. Unknown custom attributes are refused as for people: what the
/// numbered versions do with them is not documented (UNVERIFIED).
fn change(
    world: &mut World,
    call: &Call<'_>,
    mut row: Company,
    body: &Map<String, Value>,
) -> Reply {
    match body.get("custom_attributes") {
        None | Some(Value::Null) => {}
        Some(Value::Object(written)) => {
            let values = world.attributes.values(Model::Company, written)?;
            row.custom.apply(&values);
        }
        Some(_) => return Err(Refusal::invalid("custom_attributes must be an object")),
    }
    text(body, "name", &mut row.name)?;
    text(body, "website", &mut row.website)?;
    text(body, "industry", &mut row.industry)?;
    text(body, "plan", &mut row.plan)?;
    integer(body, "size", &mut row.size)?;
    row.size = row.size.map(|people| people.min(INTEGER_MAX));
    integer(body, "remote_created_at", &mut row.remote_created_at)?;
    let mut spend = Some(row.monthly_spend);
    integer(body, "monthly_spend", &mut spend)?;
    row.monthly_spend = spend.unwrap_or(0).min(INTEGER_MAX);
    if body.get("update_last_request_at").and_then(Value::as_bool) == Some(true) {
        row.last_request_at = Some(call.now());
    }
    let is_new = world.companies.get(row.id).is_none();
    row.updated_at = call.now();
    let shown = render::company(world, &row, call.version);
    world.companies.put(row);
    let topic = if is_new {
        "company.created"
    } else {
        "company.updated"
    };
    world.announce(topic, shown.clone(), call.at);
    Ok(Answer::Ok(shown))
}

fn text(body: &Map<String, Value>, name: &str, place: &mut Option<String>) -> Result<(), Refusal> {
    match body.get(name) {
        None => {}
        Some(Value::Null) => *place = None,
        Some(Value::String(text)) => *place = Some(text.clone()).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) => *place = Some(number.to_string()),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(Refusal::invalid(format!("{name} must be a string")).at_field(name));
        }
    }
    Ok(())
}

/// A whole number; what is behind the point is cut off.
fn integer(body: &Map<String, Value>, name: &str, place: &mut Option<i64>) -> Result<(), Refusal> {
    match body.get(name) {
        None => {}
        Some(Value::Null) => *place = None,
        Some(value) => {
            let number = value
                .as_f64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
                .filter(|number| number.is_finite())
                .ok_or_else(|| {
                    Refusal::invalid(format!("{name} must be a number")).at_field(name)
                })?;
            let whole: i64 = format!("{:.0}", number.trunc()).parse().unwrap_or(i64::MAX);
            *place = Some(whole);
        }
    }
    Ok(())
}
