//! `POST /contacts/search`.
//!
//! Search is behind the truth by the workspace's lag: until then it shows the former row. Archived
//! and merged contacts are not found; whether the vendor finds archived ones is not documented.

mod fields;
mod narrowed;

use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use super::lists::PER_PAGE_USUAL;
use super::{Call, merges_shown, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::{Contact, Order};
use crate::ids::ObjectId;
use crate::search::{
    Cursor, Dialect, Filter, Held, Kind, Operand, Operator, PageRequest, Query, SortKey,
    page_links, parse,
};
use crate::world::World;
use fields::{held, kind};

/// How the found are ordered.
struct Sort {
    field: String,
    descending: bool,
}

pub(super) fn search(world: &World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let query = body
        .get("query")
        .ok_or_else(|| Refusal::missing("query must be given"))?;
    let kind = |field: &str| kind(world, field, call.version);
    let query = parse(
        query,
        Dialect {
            kind: &kind,
            days: Some(&world.zone),
        },
    )?;
    let sort = sort(body.get("sort"), &kind)?;
    let request = PageRequest::of_search(&body, PER_PAGE_USUAL)?;
    let (rows, total, has_more) = page(world, &query, &sort, &request);
    let next = rows.last().filter(|_| has_more).map(|last| {
        request.next(
            sort_key(world, last, &sort.field),
            last.id.to_string(),
            total,
        )
    });
    let pages = (total, page_links(&request, total, next.as_ref()));
    let rows = rows.iter().map(|row| &**row);
    Ok(Answer::written(&render::ContactList::of(
        world,
        rows,
        (call.version, merges_shown(call)),
        pages,
    )))
}

fn sort(sort: Option<&Value>, kind: &dyn Fn(&str) -> Option<Kind>) -> Result<Sort, Refusal> {
    let Some(sort) = sort.filter(|sort| !sort.is_null()) else {
        return Ok(Sort {
            field: "updated_at".to_owned(),
            descending: true,
        });
    };
    let descending = match sort.get("order").and_then(Value::as_str) {
        Some("ascending") => false,
        Some("descending") => true,
        other => {
            let order = other.unwrap_or_default();
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "invalid_sort_order",
                format!("Invalid sort order '{order}'. Must be one of: ascending, descending"),
            ));
        }
    };
    let field = sort
        .get("field")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if kind(field).is_none_or(|kind| kind == Kind::Tags) {
        return Err(Refusal::invalid(format!("'{field}' can't be sorted by")).at_field("sort"));
    }
    Ok(Sort {
        field: field.to_owned(),
        descending,
    })
}

/// Contacts without a value come first in ascending order.
fn sort_key(world: &World, row: &Contact, field: &str) -> SortKey {
    match held(world, row, field) {
        Held::Date(date) => SortKey::Number(date),
        Held::Flag(flag) => SortKey::Number(i64::from(flag)),
        Held::Text(text) => SortKey::Text(text.to_lowercase()),
        Held::Nothing | Held::Many(_) => SortKey::Number(i64::MIN),
        Held::Number(number) => {
            let whole = format!("{number:.0}");
            SortKey::Number(whole.parse().unwrap_or(i64::MAX))
        }
    }
}

/// The position of a cursor over times and contacts.
pub(super) fn key_id(cursor: &Cursor) -> Option<(i64, ObjectId)> {
    let SortKey::Number(time) = cursor.0 else {
        return None;
    };
    Some((time, cursor.1.parse().ok()?))
}

/// One page of what is found, how many are found in all, and whether there are more.
fn page(
    world: &World,
    query: &Query,
    sort: &Sort,
    request: &PageRequest,
) -> (Vec<Arc<Contact>>, usize, bool) {
    let is_found = |row: &Contact| !row.archived && query.matches(&|field| held(world, row, field));
    let order = match sort.field.as_str() {
        "created_at" => Some(Order::Created),
        "updated_at" => Some(Order::Updated),
        _ => None,
    };
    let keyed = |row: &Arc<Contact>| (sort_key(world, row, &sort.field), row.id);
    let after = request
        .after
        .as_ref()
        .and_then(|cursor| Some((cursor.0.clone(), cursor.1.parse().ok()?)));
    let is_after = |key: &(SortKey, ObjectId)| match &after {
        None => true,
        Some(after) if sort.descending => key < after,
        Some(after) => key > after,
    };
    let is_current = |row: &&Arc<Contact>| !world.contacts.lag.hides(row.id);
    let late: Vec<&Arc<Contact>> = world
        .contacts
        .lag
        .former_rows()
        .filter(|row| is_found(row))
        .collect();
    let current: Vec<&Arc<Contact>> = match (order, narrowed::to_few(world, query)) {
        (_, Some(few)) => few
            .into_iter()
            .filter_map(|id| world.contacts.get(id))
            .filter(is_current)
            .filter(|row| is_found(row))
            .collect(),
        (Some(order), None) => {
            let total = || {
                let (from, to) = query.bounds(&sort.field);
                let is_only_bounds = matches!(query, Query::Filter(only) if is_bound(only, sort));
                let all = world.contacts.count_if_all(order, from, to);
                if let Some(all) = all.filter(|_| is_only_bounds) {
                    return all;
                }
                let walked = world.contacts.walk(order, (from, ObjectId::LOWEST), to);
                walked
                    .filter(is_current)
                    .filter(|row| is_found(row))
                    .count()
                    + late.len()
            };
            let total = request.after.as_ref().map_or_else(total, |cursor| cursor.3);
            let wanted = request.per_page + 1;
            let mut rows = walk(world, query, sort, order, request, wanted, &is_found);
            rows.extend(
                late.into_iter()
                    .filter(|row| is_after(&keyed(row)))
                    .cloned(),
            );
            return cut(rows, total, request.per_page, sort.descending, &keyed);
        }
        (None, None) => world
            .contacts
            .all()
            .filter(is_current)
            .filter(|row| is_found(row))
            .collect(),
    };
    let rows: Vec<Arc<Contact>> = current.into_iter().chain(late).cloned().collect();
    let total = rows.len();
    let rest = rows
        .into_iter()
        .filter(|row| is_after(&keyed(row)))
        .collect();
    cut(rest, total, request.per_page, sort.descending, &keyed)
}

fn cut(
    mut rows: Vec<Arc<Contact>>,
    total: usize,
    per_page: usize,
    descending: bool,
    keyed: &dyn Fn(&Arc<Contact>) -> (SortKey, ObjectId),
) -> (Vec<Arc<Contact>>, usize, bool) {
    rows.sort_by_cached_key(keyed);
    if descending {
        rows.reverse();
    }
    let has_more = rows.len() > per_page;
    rows.truncate(per_page);
    (rows, total, has_more)
}

/// The next `wanted` rows in an order that has an index, from the cursor on.
fn walk(
    world: &World,
    query: &Query,
    sort: &Sort,
    order: Order,
    request: &PageRequest,
    wanted: usize,
    is_found: &dyn Fn(&Contact) -> bool,
) -> Vec<Arc<Contact>> {
    let (mut from, mut to) = query.bounds(&sort.field);
    let after = request.after.as_ref().and_then(key_id);
    if let Some((time, _)) = after {
        if sort.descending {
            to = to.min(time);
        } else {
            from = from.max(time);
        }
    }
    let time = |row: &Contact| match order {
        Order::Created => row.created_at,
        Order::Updated => row.updated_at,
    };
    let is_wanted = |row: &&Arc<Contact>| {
        let place = (time(row), row.id);
        let is_after = after.is_none_or(|after| {
            if sort.descending {
                place < after
            } else {
                place > after
            }
        });
        is_after && !world.contacts.lag.hides(row.id) && is_found(row)
    };
    let walked = world.contacts.walk(order, (from, ObjectId::LOWEST), to);
    if sort.descending {
        walked
            .rev()
            .filter(is_wanted)
            .take(wanted)
            .cloned()
            .collect()
    } else {
        walked.filter(is_wanted).take(wanted).cloned().collect()
    }
}

/// Whether a comparison says nothing but between which times of the order the found are.
fn is_bound(filter: &Filter, sort: &Sort) -> bool {
    filter.field == sort.field
        && matches!(filter.operand, Operand::Span(..))
        && matches!(
            filter.operator,
            Operator::Greater | Operator::Less | Operator::Equal
        )
}
