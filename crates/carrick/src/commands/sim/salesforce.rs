//! `carrick sim salesforce`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use model::SystemClock;
use salesforce_sim::{Fixture, LoginPolicy, Options, Sim};

use super::run_twin;
use super::sockets::{self, listen};
use crate::cli::SalesforceSimArguments;
use crate::failure::{Failure, OrFail};
use crate::shutdown::Shutdown;
use crate::twins::Keeper;
use crate::{ports, twins};

/// Chooses the tokens that are given out; they guard nothing but invented people.
const TOKEN_SEED: u64 = 1;

pub(super) async fn run(arguments: SalesforceSimArguments) -> Result<(), Failure> {
    let shutdown = Shutdown::on_signals()?;
    let plain = listen(arguments.listen, "Salesforce").await?;
    let address = ports::address_of(&plain);
    let clock = Arc::new(SystemClock);
    let sim = match &arguments.saved.load {
        Some(file) => Sim::load(&mut twins::read(file)?, clock, TOKEN_SEED)
            .map_err(|error| twins::unreadable(file, &error))?,
        None => Sim::new(options(&arguments)?, clock, TOKEN_SEED),
    };
    let identity = || salesforce_sim::identity(names(&arguments, address));
    let mut listeners = sockets::secured("Salesforce", plain, &arguments.tls, identity).await?;
    if let Some(address) = arguments.grpc_listen {
        listeners.push(sockets::grpc(address).await?);
    }
    let keeper = arguments
        .saved
        .save
        .map(|file| Keeper::of_salesforce(&sim, file));
    let stop = shutdown.soft.clone().cancelled_owned();
    let twin = twins::run_salesforce(&sim, &listeners, keeper.as_ref(), stop);
    run_twin("Salesforce", address, &shutdown, twin).await
}

fn fixture(file: &Path) -> Result<Fixture, Failure> {
    let text = std::fs::read_to_string(file)
        .or_fail(|| format!("the fixture {} cannot be read", file.display()))?;
    Fixture::parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))
}

/// Hosts of this org that are not everybody's.
fn names(arguments: &SalesforceSimArguments, address: SocketAddr) -> Vec<String> {
    let instance = arguments.instance_url.as_ref();
    let instance = instance.and_then(|url| url.host_str()).map(str::to_owned);
    instance
        .into_iter()
        .chain([address.ip().to_string()])
        .collect()
}

fn options(arguments: &SalesforceSimArguments) -> Result<Options, Failure> {
    let usual = Options::default();
    let instance_url = arguments.instance_url.as_ref();
    let fixture = arguments.fixture.as_deref().map(fixture).transpose()?;
    Ok(Options {
        seed: arguments.seed.unwrap_or(usual.seed),
        leads: arguments.leads.unwrap_or(usual.leads),
        contacts: arguments.contacts.unwrap_or(usual.contacts),
        accounts: arguments.accounts.unwrap_or(usual.accounts),
        opportunities: arguments.opportunities.unwrap_or(usual.opportunities),
        cases: arguments.cases.unwrap_or(usual.cases),
        fixture,
        daily_limit: arguments.daily_limit.unwrap_or(usual.daily_limit),
        client_id: arguments.client_id.clone().unwrap_or(usual.client_id),
        client_secret: arguments
            .client_secret
            .clone()
            .unwrap_or(usual.client_secret),
        user: arguments.user.clone(),
        instance_url: instance_url.map(|url| url.as_str().trim_end_matches('/').to_owned()),
        access_token: arguments.access_token.clone(),
        refresh_token: arguments.refresh_token.clone(),
        rotates_refresh_tokens: arguments.rotate_refresh_tokens,
        login: login(arguments)?,
        ..usual
    })
}

fn login(arguments: &SalesforceSimArguments) -> Result<LoginPolicy, Failure> {
    let usual = LoginPolicy::default();
    let public_key = arguments.jwt_public_key.as_ref().map(|file| {
        std::fs::read_to_string(file)
            .or_fail(|| format!("the public key {} cannot be read", file.display()))
    });
    Ok(LoginPolicy {
        password: arguments.password.clone().unwrap_or(usual.password),
        security_token: arguments.security_token.clone(),
        certificate: public_key.transpose()?,
        ..usual
    })
}
