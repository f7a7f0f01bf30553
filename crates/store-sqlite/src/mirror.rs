//! What each side last showed.

use std::collections::BTreeSet;

use async_trait::async_trait;
use model::{ConnectionId, Lane, PersonKey, Reason, Signal, Subject, Timestamp, ic, sf};
use rusqlite::Transaction;
use store::{
    Absorbed, Absorption, ContactRow, DirectoryKind, DirectoryRow, Due, FanOutPosition, Mirror,
    MirrorCounts, RecordRow, Sighting, StoreError,
};

use crate::trouble::Tried;
use crate::{SqliteStore, aliases, cursors, links, queue};

pub(crate) mod account;
pub(crate) mod contact;
pub(crate) mod directory;
mod fan_out;
pub(crate) mod followers;
mod hidden;
pub(crate) mod record;

use fan_out::Page;
use followers::persons_of_record;

/// Whether persons have to follow a reading.
pub(crate) fn is_news(sighting: Sighting) -> bool {
    match sighting {
        Sighting::New | Sighting::Changed | Sighting::Doubt => true,
        Sighting::Unchanged | Sighting::Older => false,
    }
}

fn absorb(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    absorption: &Absorption,
) -> Tried<Absorbed> {
    let mut absorbed = Absorbed::default();
    let mut persons = BTreeSet::new();
    for observed in &absorption.contacts {
        let taken = contact::take(transaction, connection, &observed.row, observed.source)?;
        if is_news(taken.sighting) {
            persons.extend(taken.person_before);
            persons.insert(observed.row.person());
        }
        absorbed.contacts.push(taken.sighting);
    }
    for id in &absorption.contacts_gone {
        persons.extend(contact::remove(transaction, connection, id)?);
        links::remove_all_of(transaction, connection, id)?;
    }
    for (loser, survivor) in &absorption.contacts_merged {
        let loser_was = contact::remove(transaction, connection, loser)?;
        links::remove_all_of(transaction, connection, loser)?;
        let (merged, now) = ((loser, survivor), absorption.now);
        if aliases::merge_contact(transaction, connection, merged, loser_was.as_ref(), now)? {
            persons.extend(loser_was);
            let standing = contact::standing(transaction, connection, survivor)?;
            persons.extend(
                standing.map(|standing| PersonKey::of_contact(standing.key.as_ref(), survivor)),
            );
        }
    }
    persons.extend(aliases::move_with_contacts(transaction, connection)?);
    for observed in &absorption.records {
        let taken = record::take(transaction, connection, &observed.row, observed.source)?;
        if is_news(taken.sighting) {
            persons_of_record(
                transaction,
                connection,
                &observed.row,
                taken.before.as_ref(),
                &mut persons,
            )?;
        }
        absorbed.records.push(taken.sighting);
    }
    for row in &absorption.accounts {
        if account::take(transaction, connection, row)? {
            absorbed.accounts_changed.push(row.id);
        }
    }
    let above = absorbed.accounts_changed.iter().map(|id| Due {
        signal: Signal {
            subject: Subject::Account(*id),
            reason: absorption.reason,
        },
        lane: absorption.lane,
        at: absorption.now,
    });
    queue::mark(transaction, connection, &above.collect::<Vec<_>>())?;
    absorbed.persons_due = u64::try_from(persons.len()).expect("persons of one call are few");
    queue::mark_persons(
        transaction,
        connection,
        persons,
        (absorption.lane, absorption.now, absorption.reason),
    )?;
    queue::mark(transaction, connection, &absorption.due)?;
    if let Some((source, value)) = &absorption.cursor {
        cursors::put(transaction, connection, source, value, absorption.now)?;
    }
    Ok(absorbed)
}

fn counts(view: &Transaction<'_>, connection: ConnectionId) -> Tried<MirrorCounts> {
    let count = |sql: &str| -> Tried<u64> {
        let mut statement = view.prepare_cached(sql)?;
        let count: i64 = statement.query_row([connection.0], |row| row.get(0))?;
        Ok(u64::try_from(count).expect("COUNT is never negative"))
    };
    Ok(MirrorCounts {
        contacts: count("SELECT COUNT(*) FROM contact WHERE c = ?1")?,
        leads: count("SELECT COUNT(*) FROM record WHERE c = ?1 AND gone = 0 AND object = 'Lead'")?,
        sf_contacts: count(
            "SELECT COUNT(*) FROM record WHERE c = ?1 AND gone = 0 AND object = 'Contact'",
        )?,
        accounts: count("SELECT COUNT(*) FROM account WHERE c = ?1")?,
        links: count("SELECT COUNT(*) FROM link WHERE c = ?1")?,
    })
}

#[async_trait]
impl Mirror for SqliteStore {
    async fn absorb(
        &self,
        connection: ConnectionId,
        absorption: &Absorption,
    ) -> Result<Absorbed, StoreError> {
        let absorption = absorption.clone();
        self.write("storing what was read", move |transaction| {
            absorb(transaction, connection, &absorption)
        })
        .await
    }

    async fn put_directory(
        &self,
        connection: ConnectionId,
        kinds: &[DirectoryKind],
        rows: &[DirectoryRow],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let (kinds, rows) = (kinds.to_vec(), rows.to_vec());
        self.write("storing the directory", move |transaction| {
            let changed = directory::replace(transaction, connection, &kinds, &rows)?;
            let owners = changed.iter().filter_map(|id| id.parse().ok());
            let due = owners.map(|owner| Due {
                signal: Signal {
                    subject: Subject::Owner(owner),
                    reason: Reason::Poll,
                },
                lane: Lane::Live,
                at: now,
            });
            queue::mark(transaction, connection, &due.collect::<Vec<_>>())?;
            Ok(changed)
        })
        .await
    }

    async fn directory(
        &self,
        connection: ConnectionId,
        kind: DirectoryKind,
    ) -> Result<Vec<DirectoryRow>, StoreError> {
        self.read("reading the directory", move |view| {
            directory::of_kind(view, connection, kind)
        })
        .await
    }

    async fn contact(
        &self,
        connection: ConnectionId,
        id: &ic::ContactId,
    ) -> Result<Option<ContactRow>, StoreError> {
        let id = id.clone();
        self.read("reading a contact", move |view| {
            contact::find(view, connection, &id)
        })
        .await
    }

    async fn record(
        &self,
        connection: ConnectionId,
        id: sf::RecordId,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.read("reading a record", move |view| {
            record::find(view, connection, id)
        })
        .await
    }

    async fn mark_stale(
        &self,
        connection: ConnectionId,
        contacts: &[ic::ContactId],
        records: &[sf::RecordId],
    ) -> Result<(), StoreError> {
        let (contacts, records) = (contacts.to_vec(), records.to_vec());
        self.write("marking rows stale", move |transaction| {
            for id in &contacts {
                contact::mark_stale(transaction, connection, id)?;
            }
            for id in records {
                record::mark_stale(transaction, connection, id)?;
            }
            Ok(())
        })
        .await
    }

    async fn hide_records(
        &self,
        connection: ConnectionId,
        ids: &[sf::RecordId],
        now: Timestamp,
    ) -> Result<Vec<sf::RecordId>, StoreError> {
        let ids = ids.to_vec();
        self.write("hiding records", move |transaction| {
            hidden::hide(transaction, connection, &ids, now)
        })
        .await
    }

    async fn forget_hidden(
        &self,
        connection: ConnectionId,
        id: sf::RecordId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write("forgetting a hidden record", move |transaction| {
            hidden::forget(transaction, connection, id, now)
        })
        .await
    }

    async fn fan_out_account(
        &self,
        connection: ConnectionId,
        account: sf::AccountId,
        after: Option<FanOutPosition>,
        limit: u32,
        lane: Lane,
        now: Timestamp,
    ) -> Result<Option<FanOutPosition>, StoreError> {
        let page = Page {
            after,
            limit,
            lane,
            now,
        };
        self.write("marking an Account's persons", move |transaction| {
            fan_out::of_account(transaction, connection, account, &page)
        })
        .await
    }

    async fn fan_out_owner(
        &self,
        connection: ConnectionId,
        owner: sf::OwnerId,
        after: Option<FanOutPosition>,
        limit: u32,
        lane: Lane,
        now: Timestamp,
    ) -> Result<Option<FanOutPosition>, StoreError> {
        let page = Page {
            after,
            limit,
            lane,
            now,
        };
        self.write("marking an owner's persons", move |transaction| {
            fan_out::of_owner(transaction, connection, owner, &page)
        })
        .await
    }

    async fn mirror_counts(&self, connection: ConnectionId) -> Result<MirrorCounts, StoreError> {
        self.read("counting the mirror", move |view| counts(view, connection))
            .await
    }
}
