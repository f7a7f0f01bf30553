//! `carrick timeline`: what was seen and done about a person, and why; newest last.

use model::{ConnectionId, KeyHash, MatchKey, PersonKey, ic, sf};
use store::{Store, StoreError, StoredEntry};

use crate::cli::TimelineArguments;
use crate::config::Config;
use crate::failure::{Failure, OrFail};
use crate::{installation, output};

pub(super) async fn run(config: Config, arguments: TimelineArguments) -> Result<(), Failure> {
    let store = installation::existing_store(&config)?;
    let connection = installation::connection(store.as_ref(), &arguments.connection).await?;
    let lines = lines(
        store.as_ref(),
        connection.id,
        &arguments.subject,
        arguments.limit,
    )
    .await
    .or_fail(|| "the timeline cannot be read".to_owned())?;
    if lines.is_empty() {
        return Err(Failure::new("nothing is known about it").try_this(
            "look it up by an email, by the id of a contact, a record or a conversation; \
             what was never seen has no timeline",
        ));
    }
    output::line(lines.join("\n"))
}

/// The newest `limit` lines about the person that the text names, and about the id itself.
async fn lines(
    store: &dyn Store,
    connection: ConnectionId,
    text: &str,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let subject = canonical(text);
    let mut entries = store.timeline_about(connection, &subject, limit).await?;
    if let Some(person) = person(store, connection, text).await? {
        entries.extend(store.timeline_of(connection, person, limit).await?);
    }
    entries.sort_by_key(|stored| stored.seq);
    entries.dedup_by_key(|stored| stored.seq);
    let surplus = entries.len().saturating_sub(limit as usize);
    Ok(entries.iter().skip(surplus).flat_map(printed).collect())
}

/// Record ids are kept with 18 characters, and people often have the 15 of a URL.
fn canonical(text: &str) -> String {
    match text.parse::<sf::RecordId>() {
        Ok(id) => id.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Whose timeline it is. An id leads to the person that it belongs to at present.
async fn person(
    store: &dyn Store,
    connection: ConnectionId,
    text: &str,
) -> Result<Option<KeyHash>, StoreError> {
    if text.contains('@') {
        return Ok(MatchKey::from_email(text).map(|key| PersonKey::Matched(key).hash()));
    }
    if let Ok(id) = text.parse::<sf::RecordId>()
        && let Some(record) = store.record(connection, id).await?
    {
        return Ok(record.key.map(|key| PersonKey::Matched(key).hash()));
    }
    if let Ok(id) = text.parse::<ic::ContactId>()
        && let Some(contact) = store.contact(connection, &id).await?
    {
        return Ok(Some(contact.person().hash()));
    }
    Ok(None)
}

fn printed(stored: &StoredEntry) -> Vec<String> {
    let entry = &stored.entry;
    let rule = if entry.rule.is_empty() {
        "-"
    } else {
        &entry.rule
    };
    let head = format!("{}  {rule:<3}  {:<10}", entry.at, entry.kind);
    entry
        .body
        .iter()
        .map(|line| format!("{head}  {line}"))
        .collect()
}
