//! `POST /contacts/merge`, and the history of merges: a lead becomes part of a user.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use model::Timestamp;
use serde_json::{Value, json};

use super::{Announce, Call, Version, find, known, replace, shown};
use crate::answer::{Answer, Refusal, Reply};
use crate::api::conversations::hide_or_show;
use crate::contact::{Contact, Merge, Role};
use crate::ids::ObjectId;
use crate::world::World;

/// Entries of a history on a page, at most and if nobody says otherwise.
const PER_PAGE_MAX: usize = 150;
const PER_PAGE_USUAL: usize = 50;

/// Who may become part of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MergeRule {
    /// A lead: what the API allows.
    LeadIntoUser,
    /// A user as well: histories name users among the merged, so something merges them.
    AnybodyIntoUser,
}

/// Merges a lead into a user. The lead is gone from lists and search; its conversations, notes,
/// events, tags and companies go along.
pub(super) fn merge(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let named = |name: &str| {
        let id = body.get(name).and_then(Value::as_str);
        id.ok_or_else(|| Refusal::missing(format!("{name} must be given")).at_field(name))
    };
    let from = find(world, named("from")?, call.version)?;
    let into = find(world, named("into")?, call.version)?;
    refuse(&from, &into, MergeRule::LeadIntoUser)?;
    let are_alike = (from.email.is_some() && from.email == into.email)
        || (from.phone.is_some() && from.phone == into.phone);
    let is_forced = body
        .get("skip_duplicate_validation")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    if call.version >= Version::V2_16 && !are_alike && !is_forced {
        return Err(invalid_merge(
            "Contacts can only be merged when they are duplicates (matching email or phone). Pass \
             skip_duplicate_validation=true to override this check.",
        ));
    }
    let row = merge_contacts(world, call.at, from.id, into.id, MergeRule::LeadIntoUser)?;
    Ok(shown(world, call, &row))
}

/// Merges two contacts and tells so.
pub(crate) fn merge_contacts(
    world: &mut World,
    at: Timestamp,
    from: ObjectId,
    into: ObjectId,
    rule: MergeRule,
) -> Result<Arc<Contact>, Refusal> {
    let (from, into) = (known(world, from)?, known(world, into)?);
    refuse(&from, &into, rule)?;
    let row = merge_rows(world, at, &from, &into);
    world.tell_merged(from.id, &row, at);
    Ok(row)
}

fn refuse(from: &Contact, into: &Contact, rule: MergeRule) -> Result<(), Refusal> {
    let may_go = match rule {
        MergeRule::LeadIntoUser => from.role == Role::Lead,
        MergeRule::AnybodyIntoUser => from.id != into.id,
    };
    if may_go && into.role == Role::User {
        return Ok(());
    }
    Err(invalid_merge("A lead is merged into a user"))
}

fn invalid_merge(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_merge", message)
}

fn merge_rows(world: &mut World, at: Timestamp, from: &Contact, into: &Contact) -> Arc<Contact> {
    for company in &from.companies {
        world.companies.detach(*company, from.id);
        world.companies.attach(*company, into.id);
    }
    let talks = world.conversations.with_archived();
    let theirs = talks.filter(|row| row.involves(from.id)).map(|row| row.id);
    for id in theirs.collect::<Vec<_>>() {
        let now = at.as_seconds();
        let talks = &mut world.conversations;
        talks.edit(id, now, |row| row.hand_over(from.id, into.id));
        hide_or_show(world, id, now);
    }
    world.messages.hand_over(from.id, into.id);
    let mut row = into.clone();
    if row.phone.is_none() {
        row.phone.clone_from(&from.phone);
    }
    // Not if another user has it: of users it is unique.
    if row.email.is_none() && !is_taken(world, from, into) {
        row.email.clone_from(&from.email);
    }
    row.companies.extend(&from.companies);
    row.companies.sort_unstable();
    row.companies.dedup();
    row.tags.extend(&from.tags);
    row.tags.sort_unstable();
    row.tags.dedup();
    row.notes.extend(&from.notes);
    // Notes are numbered in the order in which they were written.
    row.notes.sort_unstable();
    world.notes.hand_over(&from.notes, into.id);
    world.events.hand_over(from.id, into.id);
    world.subscriptions.remove(from.id);
    world.contacts.remove_merged(Merge {
        from: from.id,
        role: from.role,
        external_id: from.external_id.clone(),
        into: into.id,
        at: at.as_seconds(),
    });
    replace(world, at, into, row, Announce::Silently)
}

/// Whether the email of a lead is that of another user than `into`.
fn is_taken(world: &World, from: &Contact, into: &Contact) -> bool {
    let Some(email) = &from.email else {
        return false;
    };
    let mut holders = world.contacts.with_email(email);
    holders.any(|row| row.role == Role::User && row.id != into.id && row.id != from.id)
}

/// `GET /contacts/{id}/merge_history`, since 2.16: who became part of a user.
pub(super) fn history(world: &World, call: &Call<'_>, id: &str) -> Reply {
    let row = id.parse().ok().and_then(|id| world.contacts.get(id));
    let row = row
        .filter(|row| row.role == Role::User)
        .ok_or_else(|| Refusal::not_found("not_found", "Contact not found"))?;
    let per_page = match call.param("per_page") {
        None => PER_PAGE_USUAL,
        Some(digits) => digits
            .parse()
            .ok()
            .filter(|count| (1..=PER_PAGE_MAX).contains(count))
            .ok_or_else(|| {
                Refusal::invalid(format!("per_page must be between 1 and {PER_PAGE_MAX}"))
                    .at_field("per_page")
            })?,
    };
    let before = match call.param("cursor") {
        None => 0,
        Some(cursor) => seen(cursor).ok_or_else(|| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "client_error",
                "Invalid cursor param. Please use the one of a previous page.",
            )
        })?,
    };
    let merges = world.contacts.merges().of(row.id);
    let shown = |rows: &mut dyn Iterator<Item = &Merge>| {
        let rows = rows.skip(before).take(per_page + 1);
        rows.map(render_merge).collect::<Vec<Value>>()
    };
    let mut data = match call.param("order") {
        None | Some("desc") => shown(&mut merges.rev()),
        Some("asc") => shown(&mut { merges }),
        Some(_) => {
            return Err(Refusal::invalid("order must be either asc or desc").at_field("order"));
        }
    };
    let has_more = data.len() > per_page;
    data.truncate(per_page);
    let mut answer = json!({ "type": "list", "data": data, "has_more": has_more });
    if has_more {
        answer["next_cursor"] = json!(STANDARD.encode(json!([before + per_page]).to_string()));
    }
    Ok(Answer::Ok(answer))
}

/// How many entries the pages before a cursor had.
fn seen(cursor: &str) -> Option<usize> {
    let [seen]: [usize; 1] = serde_json::from_slice(&STANDARD.decode(cursor).ok()?).ok()?;
    Some(seen)
}

/// An entry of a history.
pub(in crate::api) fn render_merge(merge: &Merge) -> Value {
    json!({
        "type": "merge_history", "source_contact_id": merge.from.to_string(),
        "source_contact_role": merge.role.word(), "merged_at": merge.at,
    })
}
