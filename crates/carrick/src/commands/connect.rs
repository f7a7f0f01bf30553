//! `carrick connect`: a connection from tokens, without a browser (I1).

use engine::{ConnectionState, Engine, EngineError};
use model::{Entropy, OsEntropy, Settings};
use store::Connection;
use transport::Secret;

use crate::cli::ConnectArguments;
use crate::config::{Config, Configured, IntercomApp, RememberedApp, address};
use crate::failure::{Failure, OrFail};
use crate::{installation, lock, output};

pub(super) async fn run(
    configured: Configured,
    arguments: ConnectArguments,
) -> Result<(), Failure> {
    let Configured {
        mut config,
        file: _,
        names_salesforce,
    } = configured;
    check_addresses(&arguments)?;
    choose_intercom(&mut config, &arguments);
    let earlier = config.salesforce.client_id.clone();
    let named = if names_salesforce {
        require_the_configured_app(&config, &arguments)?;
        None
    } else {
        Some(choose_salesforce(&mut config, &arguments)?)
    };
    let directory = config.store.directory.clone();
    installation::make_directory(&directory)?;
    let _lock = lock::require(&directory, "connect")?;
    let public_url = config.server.public_url(config.server.listen);
    let engine = installation::engine(&config, &public_url)?;
    if earlier != config.salesforce.client_id {
        require_no_other_org(&engine, &arguments.name).await?;
    }

    let connection = found_or_made(&engine, &arguments.name).await?;
    let token = Secret::from(arguments.intercom_token);
    engine
        .connect_intercom_token(connection.id, &arguments.intercom_app, token)
        .await
        .map_err(|error| refused("Intercom", &error))?;
    let token = Secret::from(arguments.salesforce_refresh_token);
    engine
        .connect_salesforce_refresh_token(connection.id, token)
        .await
        .map_err(|error| refused("Salesforce", &error))?;
    if let Some(app) = named {
        app.write(&directory)?;
    }
    report(&installation::connection(engine.store().as_ref(), &arguments.name).await?)
}

/// All connections of a store renew their tokens through one Salesforce app.
async fn require_no_other_org(engine: &Engine, name: &str) -> Result<(), Failure> {
    let all = engine.connections().await.or_fail(unreadable)?;
    let connected = |connection: &&Connection| {
        connection.name != name && connection.profile.salesforce.is_some()
    };
    match all.iter().find(connected) {
        None => Ok(()),
        Some(other) => Err(Failure::usage(format!(
            "the connection {:?} of this store uses another Salesforce app",
            other.name
        ))
        .try_this("use the same app, or another store: CARRICK_STORE_DIRECTORY names its folder")),
    }
}

fn unreadable() -> String {
    "the connections cannot be read".to_owned()
}

async fn found_or_made(engine: &Engine, name: &str) -> Result<Connection, Failure> {
    let found = engine
        .store()
        .connection_named(name)
        .await
        .or_fail(unreadable)?;
    match found {
        Some(connection) => Ok(connection),
        None => engine
            .create_connection(name, Settings::default())
            .await
            .map_err(|error| {
                let what = format!("the connection {name:?} cannot be made");
                match error {
                    EngineError::BadName => Failure::usage(what),
                    _ => Failure::new(what),
                }
                .because(&error)
            }),
    }
}

fn refused(vendor: &str, error: &EngineError) -> Failure {
    Failure::new(format!("{vendor} could not be connected"))
        .because_engine(error)
        .try_this(
            "check the address and the token, then run the same command again; \
         what was connected before is unchanged",
        )
}

fn report(connection: &Connection) -> Result<(), Failure> {
    let profile = &connection.profile;
    if let (Some(intercom), Some(salesforce)) = (&profile.intercom, &profile.salesforce) {
        output::line(format_args!(
            "{}: workspace {:?} is connected to org {:?}{}.",
            connection.name,
            intercom.workspace_name,
            salesforce.org_name,
            if salesforce.is_sandbox {
                " (a sandbox)"
            } else {
                ""
            },
        ))?;
    }
    if connection.state == ConnectionState::Ready {
        output::line(format_args!("Next: carrick sync {}", connection.name))?;
    }
    Ok(())
}

fn check_addresses(arguments: &ConnectArguments) -> Result<(), Failure> {
    let given = [
        ("--intercom-url", &arguments.intercom_url),
        ("--salesforce-url", &arguments.salesforce_url),
    ];
    let mut given = given
        .into_iter()
        .filter_map(|(name, url)| Some((name, url.as_ref()?)));
    given
        .try_for_each(|(name, url)| address::check(name, url))
        .map_err(|what| {
            Failure::usage(what)
                .try_this("tokens are sent there: only a simulator on this machine may use http://")
        })
}

/// The Intercom app with the address given. An app that is not configured gets a secret that nobody
/// knows: the token works, and nobody can sign webhooks for it.
fn choose_intercom(config: &mut Config, arguments: &ConnectArguments) {
    let apps = &mut config.intercom.apps;
    let place = apps
        .iter()
        .position(|app| app.name == arguments.intercom_app);
    let place = place.unwrap_or_else(|| {
        apps.push(IntercomApp {
            name: arguments.intercom_app.clone(),
            client_secret: secret_that_nobody_knows(),
            ..IntercomApp::default()
        });
        apps.len() - 1
    });
    if let Some(url) = &arguments.intercom_url {
        apps[place].api_url = url.clone();
    }
}

fn secret_that_nobody_knows() -> Secret {
    let mut entropy = OsEntropy;
    Secret::from(format!(
        "{:016x}{:016x}",
        entropy.next_u64(),
        entropy.next_u64()
    ))
}

/// Tokens are renewed through the configured app, so a token of another one would work for an hour.
fn require_the_configured_app(
    config: &Config,
    arguments: &ConnectArguments,
) -> Result<(), Failure> {
    let app = &config.salesforce;
    let same_id = arguments
        .salesforce_client_id
        .as_ref()
        .is_none_or(|id| *id == app.client_id);
    let same_url = arguments
        .salesforce_url
        .as_ref()
        .is_none_or(|url| *url == app.login_url);
    let secret = arguments.salesforce_client_secret.as_deref();
    let same_secret = secret.is_none_or(|secret| secret == app.client_secret.expose());
    if same_id && same_url && same_secret {
        return Ok(());
    }
    Err(
        Failure::usage("the configuration names another Salesforce app than the arguments")
            .try_this(
                "leave the --salesforce-… arguments but the token out, or change [salesforce]",
            ),
    )
}

/// The Salesforce app as given, on top of what an earlier `connect` was given. Returned is what the
/// commands after this one have to remember.
fn choose_salesforce(
    config: &mut Config,
    arguments: &ConnectArguments,
) -> Result<RememberedApp, Failure> {
    let app = &mut config.salesforce;
    if let Some(id) = &arguments.salesforce_client_id {
        app.client_id.clone_from(id);
    }
    if let Some(secret) = &arguments.salesforce_client_secret {
        app.client_secret = Secret::from(secret.as_str());
    }
    if let Some(url) = &arguments.salesforce_url {
        app.login_url = url.clone();
    }
    if !app.is_named() {
        return Err(Failure::usage("no Salesforce app is named").try_this(
            "give --salesforce-client-id and --salesforce-client-secret, or configure [salesforce]",
        ));
    }
    let remembered = RememberedApp {
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.expose().to_owned(),
        login_url: app.login_url.clone(),
        // An address on this machine, typed by the operator, is the permission to use it.
        allow_loopback: address::is_loopback(&app.login_url),
    };
    config.security.allow_loopback_salesforce |= remembered.allow_loopback;
    Ok(remembered)
}
