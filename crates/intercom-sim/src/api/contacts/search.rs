//! `POST /contacts/search`.
//!
//! Search is behind the truth by the workspace's lag: until then it shows the former row. Archived
//! and merged contacts are not found; whether the vendor finds archived ones is not documented.

use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use super::lists::PER_PAGE_USUAL;
use super::{Call, merges_shown, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::attribute::{DataType, Model, ValueRef};
use crate::contact::{Contact, Order};
use crate::ids::ObjectId;
use crate::search::{
    Cursor, Dialect, Filter, Held, Kind, Operand, Operator, PageRequest, Query, SortKey,
    page_links, parse,
};
use crate::world::World;

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
    let kind = |field: &str| kind(world, field);
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

/// The fields that can be searched (REST API, Search for contacts).
fn kind(world: &World, field: &str) -> Option<Kind> {
    if let Some(name) = field.strip_prefix("custom_attributes.") {
        return world
            .attributes
            .named(Model::Contact, name)
            .map(|row| match row.data_type {
                DataType::String => Kind::Text,
                DataType::Integer | DataType::Float => Kind::Integer,
                DataType::Boolean => Kind::Flag,
                DataType::Date => Kind::Date,
            });
    }
    Some(match field {
        "id"
        | "role"
        | "name"
        | "avatar"
        | "owner_id"
        | "email"
        | "email_domain"
        | "phone"
        | "formatted_phone"
        | "external_id"
        | "language_override"
        | "browser"
        | "browser_language"
        | "os"
        | "location.country"
        | "location.region"
        | "location.city"
        | "ios_app_version"
        | "ios_device"
        | "ios_os_version"
        | "ios_sdk_version"
        | "android_app_version"
        | "android_device"
        | "android_os_version"
        | "android_sdk_version"
        | "segment_id" => Kind::Text,
        "created_at"
        | "signed_up_at"
        | "updated_at"
        | "last_seen_at"
        | "last_contacted_at"
        | "last_replied_at"
        | "last_email_opened_at"
        | "last_email_clicked_at"
        | "ios_last_seen_at"
        | "android_last_seen_at" => Kind::Date,
        "unsubscribed_from_emails" | "marked_email_as_spam" | "has_hard_bounced" => Kind::Flag,
        "tag_id" => Kind::Tags,
        _ => return None,
    })
}

fn held(world: &World, row: &Contact, field: &str) -> Held {
    let place = || row.place.and_then(|at| world.places.get(usize::from(at)));
    match field {
        "id" => Held::Text(row.id.to_string()),
        "role" => Held::Text(row.role.word().to_owned()),
        "name" => row.name.as_deref().into(),
        "avatar" => row.avatar.as_deref().into(),
        "owner_id" => row
            .owner
            .map_or(Held::Nothing, |id| Held::Text(id.to_string())),
        "email" => row.email.as_deref().into(),
        "email_domain" => row
            .email
            .as_deref()
            .and_then(|it| it.rsplit('@').next())
            .into(),
        "phone" | "formatted_phone" => row.phone.as_deref().into(),
        "external_id" => row.external_id.as_deref().into(),
        "language_override" => row.language.as_deref().into(),
        "location.country" => place().map(|place| place.country.as_str()).into(),
        "location.city" => place().map(|place| place.city.as_str()).into(),
        "created_at" => Held::Date(row.created_at),
        "updated_at" => Held::Date(row.updated_at),
        "signed_up_at" => row.signed_up_at.into(),
        "last_seen_at" => row.last_seen_at.into(),
        "last_replied_at" => row.last_replied_at.into(),
        "last_contacted_at" => row.last_contacted_at.into(),
        "unsubscribed_from_emails" => Held::Flag(row.unsubscribed_from_emails),
        "marked_email_as_spam" | "has_hard_bounced" => Held::Flag(false),
        "tag_id" => Held::Many(row.tags.iter().map(ToString::to_string).collect()),
        _ => custom(world, row, field),
    }
}

/// A custom attribute, or one of the facts about devices that nobody here left.
fn custom(world: &World, row: &Contact, field: &str) -> Held {
    let Some(attribute) = field
        .strip_prefix("custom_attributes.")
        .and_then(|name| world.attributes.named(Model::Contact, name))
    else {
        return Held::Nothing;
    };
    match row.custom.get(attribute.id) {
        None => Held::Nothing,
        Some(ValueRef::Text(text)) => Held::Text(text.to_owned()),
        Some(ValueRef::Flag(flag)) => Held::Flag(flag),
        Some(ValueRef::Float(number)) => Held::Number(number),
        Some(ValueRef::Integer(number)) if attribute.data_type == DataType::Date => {
            Held::Date(number)
        }
        // Exact up to 2⁵³, as JSON numbers are for most readers.
        Some(ValueRef::Integer(number)) => number
            .to_string()
            .parse()
            .map_or(Held::Nothing, Held::Number),
    }
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
        _ => {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "invalid_sort_order",
                "Sort order must be either ascending or descending",
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
    let is_current = |row: &&Arc<Contact>| !world.contacts.is_unsearchable(row.id);
    let late: Vec<&Arc<Contact>> = world
        .contacts
        .former_rows()
        .filter(|row| is_found(row))
        .collect();
    let current: Vec<&Arc<Contact>> = match (order, exact(world, query)) {
        (_, Some(few)) => few
            .into_iter()
            .filter(is_current)
            .filter(|row| is_found(row))
            .collect(),
        (Some(order), None) => {
            let total = || {
                let (from, to) = bounds(query, &sort.field);
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
    let (mut from, mut to) = bounds(query, &sort.field);
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
        is_after && !world.contacts.is_unsearchable(row.id) && is_found(row)
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

/// The times between which everything found must lie. Speed only.
fn bounds(query: &Query, field: &str) -> (i64, i64) {
    let (mut from, mut to) = (i64::MIN, i64::MAX - 1);
    for filter in query.required() {
        let Operand::Span(start, end) = filter.operand else {
            continue;
        };
        if filter.field != field {
            continue;
        }
        match filter.operator {
            Operator::Greater => from = from.max(end),
            Operator::Less => to = to.min(start - 1),
            Operator::Equal => (from, to) = (from.max(start), to.min(end - 1)),
            Operator::NotEqual
            | Operator::In
            | Operator::NotIn
            | Operator::AtLeast
            | Operator::AtMost
            | Operator::Contains
            | Operator::NotContains
            | Operator::StartsWith
            | Operator::EndsWith => {}
        }
    }
    (from, to)
}

/// The few contacts among which everything found must be, if the query names an email, an external
/// id or an id. Speed only.
fn exact<'a>(world: &'a World, query: &Query) -> Option<Vec<&'a Arc<Contact>>> {
    query.required().into_iter().find_map(|filter| {
        let Filter {
            field,
            operator: Operator::Equal,
            operand: Operand::Text(text),
        } = filter
        else {
            return None;
        };
        let rows = match field.as_str() {
            // Emails are kept in lower case, so the folded text finds all.
            "email" => {
                let folded = text.to_lowercase();
                world
                    .contacts
                    .with_email(&folded)
                    .map(|row| row.id)
                    .collect::<Vec<_>>()
            }
            "id" => vec![text.parse().unwrap_or(ObjectId::LOWEST)],
            _ => return None,
        };
        Some(
            rows.into_iter()
                .filter_map(|id| world.contacts.get(id))
                .collect(),
        )
    })
}
