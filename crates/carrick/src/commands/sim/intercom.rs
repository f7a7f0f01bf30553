//! `carrick sim intercom`.

use std::net::SocketAddr;
use std::sync::Arc;

use intercom_sim::{Options, Sim};
use model::SystemClock;

use super::run_twin;
use super::sockets::{self, listen};
use crate::cli::{IntercomSimArguments, RateLimit};
use crate::failure::Failure;
use crate::shutdown::Shutdown;
use crate::twins::Keeper;
use crate::{ports, twins};

pub(super) async fn run(arguments: IntercomSimArguments) -> Result<(), Failure> {
    let shutdown = Shutdown::on_signals()?;
    let plain = listen(arguments.listen, "Intercom").await?;
    let address = ports::address_of(&plain);
    let options = options(&arguments, address);
    let clock = Arc::new(SystemClock);
    let sim = match &arguments.saved.load {
        Some(file) => Sim::load(options, clock, twins::read(file)?)
            .map_err(|error| twins::unreadable(file, &error))?,
        None => Sim::new(options, clock, arguments.seed.unwrap_or(1)),
    };
    let identity = || intercom_sim::identity([address.ip().to_string()]);
    let listeners = sockets::secured("Intercom", plain, &arguments.tls, identity).await?;
    let keeper = arguments
        .saved
        .save
        .map(|file| Keeper::of_intercom(&sim, file));
    let stop = shutdown.soft.clone().cancelled_owned();
    let twin = twins::run_intercom(&sim, &listeners, keeper.as_ref(), stop);
    run_twin("Intercom", address, &shutdown, twin).await
}

fn options(arguments: &IntercomSimArguments, address: SocketAddr) -> Options {
    let usual = Options::default();
    let canvas = arguments
        .canvas_url
        .as_ref()
        .map(|url| url.as_str().trim_end_matches('/'));
    Options {
        leads: arguments.leads.unwrap_or(usual.leads),
        users: arguments.users.unwrap_or(usual.users),
        companies: arguments.companies.unwrap_or(usual.companies),
        conversations: arguments.conversations.unwrap_or(usual.conversations),
        token: arguments.token.clone(),
        client_id: arguments.client_id.clone().unwrap_or(usual.client_id),
        client_secret: arguments
            .client_secret
            .clone()
            .unwrap_or(usual.client_secret),
        webhook_url: arguments.webhook_url.as_ref().map(ToString::to_string),
        webhook_topics: arguments.webhook_topic.clone(),
        uninstall_url: arguments.uninstall_url.as_ref().map(ToString::to_string),
        canvas_initialize_url: canvas.map(|url| format!("{url}/initialize")),
        canvas_submit_url: canvas.map(|url| format!("{url}/submit")),
        rate_limit: match arguments.rate_limit {
            Some(RateLimit::Off) => None,
            Some(RateLimit::PerMinute(calls)) => Some(calls),
            None => usual.rate_limit,
        },
        workspace_rate_limit: match arguments.rate_limit {
            Some(RateLimit::Off) => None,
            Some(RateLimit::PerMinute(_)) | None => usual.workspace_rate_limit,
        },
        files_url: format!("http://{address}"),
        search_lag_seconds: arguments.search_lag,
        region: arguments.region.clone(),
        api_version: arguments.api_version,
        ..usual
    }
}
