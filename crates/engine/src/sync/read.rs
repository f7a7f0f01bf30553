//! Reading a whole side into the stage.

use futures_util::StreamExt;
use model::{Lane, Timestamp};
use salesforce::{Operation, Parsed};
use store::{ContactRow, RecordRow, Scan};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;

/// Rows staged in one transaction.
const STAGED_TOGETHER: usize = 5000;

/// What a reader tells as it goes.
#[derive(Clone, Copy)]
pub(super) enum Told {
    Contacts {
        read: u64,
        unreadable: u64,
        total: Option<u64>,
    },
    Records {
        read: u64,
        unreadable: u64,
    },
}

/// All contacts, oldest first, so that our own writes move nobody to another page.
pub(super) async fn read_intercom(
    engine: &Engine,
    clients: &Clients,
    scan: &Scan,
    tell: &tokio::sync::mpsc::Sender<Told>,
) -> Result<(), EngineError> {
    let intercom = clients.intercom.in_lane(Lane::Bulk);
    let mut at = None;
    let mut rows: Vec<ContactRow> = Vec::new();
    loop {
        let page = intercom.contact_page(at.as_ref()).await?;
        let now = engine.now();
        let mut unreadable = 0;
        let before = rows.len();
        for contact in page.rows {
            match contact {
                Ok(contact) if contact.archived => {}
                Ok(contact) => rows.push(projection::contact_row(&contact, now)),
                Err(_) => unreadable += 1,
            }
        }
        let read = (rows.len() - before) as u64;
        at = page.next;
        if rows.len() >= STAGED_TOGETHER || at.is_none() {
            engine
                .inner
                .store
                .stage_contacts(scan, std::mem::take(&mut rows))
                .await?;
        }
        // Nobody listens only when the sync is being stopped.
        _ = tell
            .send(Told::Contacts {
                read,
                unreadable,
                total: page.total,
            })
            .await;
        if at.is_none() {
            return Ok(());
        }
    }
}

/// Accounts first, so that contacts find theirs, then Leads and contacts.
pub(super) async fn read_salesforce(
    engine: &Engine,
    clients: &Clients,
    scan: &Scan,
    tell: &tokio::sync::mpsc::Sender<Told>,
) -> Result<(), EngineError> {
    let store = &engine.inner.store;
    let mut accounts = clients
        .salesforce
        .bulk_accounts(Operation::Query)
        .ready_chunks(STAGED_TOGETHER);
    while let Some(chunk) = accounts.next().await {
        let mut rows = Vec::with_capacity(chunk.len());
        let mut unreadable = 0;
        for account in chunk {
            match account? {
                Ok(account) => rows.push(projection::account_row(&account, engine.now())),
                Err(_) => unreadable += 1,
            }
        }
        store.stage_accounts(scan, rows).await?;
        _ = tell
            .send(Told::Records {
                read: 0,
                unreadable,
            })
            .await;
    }
    let leads = clients.salesforce.bulk_leads(Operation::Query);
    read_records(engine, scan, tell, leads, projection::lead_row).await?;
    let contacts = clients.salesforce.bulk_contacts(Operation::Query);
    read_records(engine, scan, tell, contacts, projection::sf_contact_row).await
}

async fn read_records<T, E>(
    engine: &Engine,
    scan: &Scan,
    tell: &tokio::sync::mpsc::Sender<Told>,
    rows: impl futures_util::Stream<Item = Result<Parsed<T>, E>> + Unpin,
    row: impl Fn(&T, Timestamp) -> RecordRow,
) -> Result<(), EngineError>
where
    EngineError: From<E>,
{
    let mut chunks = rows.ready_chunks(STAGED_TOGETHER);
    while let Some(chunk) = chunks.next().await {
        let now = engine.now();
        let mut staged = Vec::with_capacity(chunk.len());
        let mut unreadable = 0;
        for record in chunk {
            match record? {
                Ok(record) => staged.push(row(&record, now)),
                Err(_) => unreadable += 1,
            }
        }
        let read = staged.len() as u64;
        engine.inner.store.stage_records(scan, staged).await?;
        _ = tell.send(Told::Records { read, unreadable }).await;
    }
    Ok(())
}
