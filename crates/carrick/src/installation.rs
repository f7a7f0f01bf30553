//! Where the parts are put together: store, key, clients, engine.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use engine::{Apps, Engine, Mailing, Parts};
use model::{OsEntropy, SystemClock};
use store::{Connection, Store};
use store_sqlite::{Options, SqliteInbox, SqliteStore};
use transport::{NetworkOptions, Reach, network};
use url::Url;

use crate::config::{Config, address};
use crate::failure::{Failure, OrFail};
use crate::key;
use crate::smtp;

/// The database's files in the store's folder.
const STORE_FILE: &str = "carrick.db";
const INBOX_FILE: &str = "inbox.db";

/// For tests of crashes only: after how many commits of the store the process ends as if it were
/// killed.
const ABORT_AFTER_COMMITS: &str = "CARRICK_ABORT_AFTER_COMMITS";

/// Makes the store's folder if it is missing, readable by its owner only.
pub(crate) fn make_directory(directory: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(directory)
        .or_fail(|| format!("the store's folder {} cannot be made", directory.display()))
}

/// Opens everything and builds the engine, whose pages are at `public_url`. Nothing runs yet. The
/// caller holds the store's lock.
pub(crate) fn engine(config: &Config, public_url: &Url) -> Result<Engine, Failure> {
    let directory = &config.store.directory;
    let store = open_store(directory)?;
    let inbox = SqliteInbox::threaded(&directory.join(INBOX_FILE))
        .or_fail(|| format!("the inbox in {} cannot be opened", directory.display()))?;
    Ok(Engine::new(Parts {
        store,
        inbox: Arc::new(inbox),
        http: network(NetworkOptions {
            reach: reach(config),
            ..NetworkOptions::default()
        }),
        clock: Arc::new(SystemClock),
        entropy: Box::new(OsEntropy),
        apps: apps(config),
        key: key::open(&config.security.key_file(directory))?,
        mail: mailing(config, public_url)?,
    }))
}

/// How mail leaves, if the operator set it up.
fn mailing(config: &Config, public_url: &Url) -> Result<Option<Mailing>, Failure> {
    let Some((server, from)) = config.mail.server().map_err(Failure::usage)? else {
        return Ok(None);
    };
    let mailer = smtp::mailer(&server, from).map_err(Failure::new)?;
    let public_url = public_url.clone();
    Ok(Some(Mailing {
        mailer,
        page_of: Box::new(move |name| web::connection_page(&public_url, name)),
    }))
}

/// The store alone, for commands that look at it or change settings; a running `serve` may have it
/// open too.
pub(crate) fn existing_store(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    let directory = &config.store.directory;
    if !directory.join(STORE_FILE).is_file() {
        return Err(no_store(directory));
    }
    open_store(directory)
}

fn open_store(directory: &Path) -> Result<Arc<dyn Store>, Failure> {
    let options = Options {
        abort_after_commits: std::env::var(ABORT_AFTER_COMMITS)
            .ok()
            .and_then(|commits| commits.parse().ok()),
    };
    let store = SqliteStore::threaded_with(&directory.join(STORE_FILE), options)
        .or_fail(|| format!("the store in {} cannot be opened", directory.display()))?;
    Ok(Arc::new(store))
}

/// Refuses a folder without a store, so that a misspelt one is not filled with an empty store.
pub(crate) fn require_store(directory: &Path) -> Result<(), Failure> {
    if directory.join(STORE_FILE).is_file() {
        Ok(())
    } else {
        Err(no_store(directory))
    }
}

fn no_store(directory: &Path) -> Failure {
    Failure::new(format!("there is no store in {}", directory.display())).try_this(
        "name the folder in [store] of the configuration or in CARRICK_STORE_DIRECTORY; \
         `carrick connect` and `carrick serve` make a new one",
    )
}

/// The connection of this name.
pub(crate) async fn connection(store: &dyn Store, name: &str) -> Result<Connection, Failure> {
    let found = store.connection_named(name).await.or_fail(unreadable)?;
    if let Some(connection) = found {
        return Ok(connection);
    }
    let known = store.connections().await.or_fail(unreadable)?;
    let known: Vec<_> = known
        .iter()
        .map(|connection| connection.name.as_str())
        .collect();
    Err(
        Failure::new(format!("there is no connection named {name:?}")).try_this(
            if known.is_empty() {
                "make one: `carrick connect --name …`, or the first page of `carrick serve`"
                    .to_owned()
            } else {
                format!("the connections are: {}", known.join(", "))
            },
        ),
    )
}

fn unreadable() -> String {
    "the connections cannot be read".to_owned()
}

/// This machine is within reach only if the operator has put a vendor there.
fn reach(config: &Config) -> Reach {
    let mut intercom = config.intercom.apps.iter();
    if config.security.allow_loopback_salesforce
        || intercom.any(|app| address::is_loopback(&app.api_url))
    {
        Reach::PublicAndLoopback
    } else {
        Reach::Public
    }
}

fn apps(config: &Config) -> Apps {
    let intercom: BTreeMap<_, _> = config
        .intercom
        .apps
        .iter()
        .map(|app| {
            let registered = intercom::App {
                client_id: app.client_id.clone(),
                client_secret: app.client_secret.clone(),
                authorize_url: app.authorize_url.clone(),
                api_url: app.api_url.clone(),
            };
            (app.name.clone(), registered)
        })
        .collect();
    Apps {
        intercom,
        salesforce: salesforce::App {
            client_id: config.salesforce.client_id.clone(),
            client_secret: config.salesforce.client_secret.clone(),
            login_url: config.salesforce.login_url.clone(),
        },
        loopback: if config.security.allow_loopback_salesforce {
            salesforce::Loopback::Allowed
        } else {
            salesforce::Loopback::Refused
        },
    }
}
