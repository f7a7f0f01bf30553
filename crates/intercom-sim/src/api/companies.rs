//! `/companies`: upsert by the app's own `company_id`, lists by page and by scroll.
//!
//! A company without a contact is in no list, though it can be read by its id.

use serde_json::{Map, Value, json};

use super::{Call, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::attribute::Model;
use crate::company::Company;
use crate::contact::Contact;
use crate::ids::ObjectId;
use crate::world::World;

/// `monthly_spend` and `size` are 32-bit.
const INTEGER_MAX: i64 = 2_147_483_647;
/// Rows that `/companies/list` goes through before one has to scroll.
const LISTED_MAX: usize = 10_000;
/// Companies on a page, if nobody says otherwise, and in one step of a scroll.
const PER_PAGE_USUAL: usize = 15;
const SCROLLED: usize = 100;
const PER_PAGE_MAX: usize = 150;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("POST", []) => upsert(world, call),
        ("GET", []) => match (call.param("company_id"), call.param("name")) {
            (Some(company_id), _) => one(world, world.companies.with_own_id(company_id)),
            (None, Some(name)) => {
                let named = |row: &&Company| row.name.as_deref() == Some(name);
                one(world, world.companies.rows.values().find(named))
            }
            (None, None) => {
                let page = call.json_param("page");
                list(world, page.as_ref(), call.json_param("per_page").as_ref())
            }
        },
        ("POST", ["list"]) => {
            let body = call.json()?;
            let page = body
                .get("page")
                .cloned()
                .or_else(|| call.json_param("page"));
            let per_page = body
                .get("per_page")
                .cloned()
                .or_else(|| call.json_param("per_page"));
            list(world, page.as_ref(), per_page.as_ref())
        }
        ("GET", ["scroll"]) => scroll(world, call),
        ("GET", [id]) => one(world, find(world, id).ok()),
        ("PUT", [id]) => {
            let row = find(world, id)?.clone();
            change(world, call, row, &call.json()?)
        }
        ("DELETE", [id]) => delete(world, call, id),
        ("GET", [id, "contacts"]) => contacts(world, call, id),
        ("GET", [id, "segments"]) => {
            find(world, id)?;
            Ok(Answer::Ok(json!({ "type": "list", "data": [] })))
        }
        _ => Err(Refusal::no_such_resource()),
    }
}

fn no_such_company() -> Refusal {
    Refusal::not_found("company_not_found", "Company Not Found")
}

fn one(world: &World, row: Option<&Company>) -> Reply {
    row.map(|row| Answer::Ok(render::company(world, row)))
        .ok_or_else(no_such_company)
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Company, Refusal> {
    let row = id
        .parse()
        .ok()
        .and_then(|id: ObjectId| world.companies.rows.get(&id));
    row.ok_or_else(no_such_company)
}

fn upsert(world: &mut World, call: &Call<'_>) -> Reply {
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

/// Writes the fields of a request. Unknown custom attributes are refused as for people: what the
/// numbered versions do with them is not documented.
fn change(
    world: &mut World,
    call: &Call<'_>,
    mut row: Company,
    body: &Map<String, Value>,
) -> Reply {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let integer = |name: &str| {
        let number = body.get(name).and_then(Value::as_f64);
        number.map(|number| {
            format!("{:.0}", number.trunc())
                .parse()
                .unwrap_or(INTEGER_MAX)
        })
    };
    if let Some(Value::Object(written)) = body.get("custom_attributes") {
        let values = world.attributes.values(Model::Company, written)?;
        row.custom.apply(&values);
    }
    row.name = text("name").or(row.name);
    row.website = text("website").or(row.website);
    row.industry = text("industry").or(row.industry);
    row.plan = text("plan").or(row.plan);
    row.size = integer("size")
        .map(|size: i64| size.min(INTEGER_MAX))
        .or(row.size);
    row.monthly_spend =
        integer("monthly_spend").map_or(row.monthly_spend, |spend: i64| spend.min(INTEGER_MAX));
    row.remote_created_at = integer("remote_created_at").or(row.remote_created_at);
    if body.get("update_last_request_at").and_then(Value::as_bool) == Some(true) {
        row.last_request_at = Some(call.now());
    }
    let is_new = !world.companies.rows.contains_key(&row.id);
    row.updated_at = call.now();
    let shown = render::company(world, &row);
    world.companies.rows.insert(row.id, row);
    let topic = if is_new {
        "company.created"
    } else {
        "company.updated"
    };
    world.announce(topic, shown.clone(), call.at);
    Ok(Answer::Ok(shown))
}

fn delete(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?.id;
    let members: Vec<ObjectId> = world.companies.contacts_of(id).collect();
    for contact in members {
        world.companies.members.remove(&(id, contact));
        if let Some(row) = world.contacts.get(contact) {
            let mut changed = Contact::clone(row);
            changed.companies.retain(|company| *company != id);
            world.contacts.put(changed, call.now());
        }
    }
    world.companies.rows.remove(&id);
    let gone = json!({ "id": id.to_string(), "object": "company", "deleted": true });
    let item = json!({ "type": "company", "id": id.to_string(), "deleted": true });
    world.announce("company.deleted", item, call.at);
    Ok(Answer::Ok(gone))
}

fn contacts(world: &World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?.id;
    let rows = world
        .companies
        .contacts_of(id)
        .filter_map(|id| world.contacts.get(id));
    let data: Vec<Value> = rows
        .map(|row| render::contact(world, row, call.version))
        .collect();
    Ok(Answer::Ok(json!({
        "type": "list", "data": data, "total_count": data.len(),
        "pages": { "type": "pages", "page": 1, "per_page": 50, "total_pages": 1 },
    })))
}

fn count(value: Option<&Value>, usual: usize) -> Result<usize, Refusal> {
    let read = match value {
        None | Some(Value::Null) => Some(usual),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(Value::Number(number)) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    };
    read.filter(|count| *count > 0)
        .ok_or_else(|| Refusal::invalid("page and per_page must be positive numbers"))
}

fn list(world: &World, page: Option<&Value>, per_page: Option<&Value>) -> Reply {
    let (page, per_page) = (count(page, 1)?, count(per_page, PER_PAGE_USUAL)?);
    if per_page > PER_PAGE_MAX {
        return Err(Refusal::invalid(format!(
            "per_page must be between 1 and {PER_PAGE_MAX}"
        )));
    }
    if page.saturating_mul(per_page) > LISTED_MAX {
        return Err(Refusal::invalid(format!(
            "Only the first {LISTED_MAX} companies can be listed, please use the scroll endpoint"
        )));
    }
    let rows = world.companies.listed();
    let total_pages = rows.len().div_ceil(per_page).max(1);
    let shown = rows.iter().skip((page - 1) * per_page).take(per_page);
    let data: Vec<Value> = shown.map(|row| render::company(world, row)).collect();
    Ok(Answer::Ok(json!({
        "type": "list", "data": data, "total_count": rows.len(),
        "pages": {
            "type": "pages", "page": page, "per_page": per_page, "total_pages": total_pages,
        },
    })))
}

/// A scroll in the order of ids; its parameter is the last id seen. That only one scroll may be
/// open, and for a minute, is not kept: no part of a world is lost between two steps.
fn scroll(world: &World, call: &Call<'_>) -> Reply {
    let after: Option<ObjectId> = match call.param("scroll_param") {
        None | Some("") => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Refusal::not_found("not_found", "scroll parameter not found"))?,
        ),
    };
    let from = after.unwrap_or(ObjectId::LOWEST);
    let rows: Vec<&Company> = world
        .companies
        .rows
        .range(from..)
        .map(|(_, row)| row)
        .filter(|row| Some(row.id) != after)
        .filter(|row| world.companies.contacts_of(row.id).next().is_some())
        .take(SCROLLED)
        .collect();
    let last = rows.last().map(|row| row.id).or(after);
    let data: Vec<Value> = rows.iter().map(|row| render::company(world, row)).collect();
    Ok(Answer::Ok(json!({
        "type": "list", "data": data, "pages": null, "total_count": null,
        "scroll_param": last.map(|id| id.to_string()),
    })))
}
