//! Which address is answered by whom, and behind which guard.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use engine::Engine;

use crate::connections::{
    create, hidden, index, notices, ownership, people, progress, settings, show, sync, team,
};
use crate::problem::Problem;
use crate::routes::pattern;
use crate::site::Site;
use crate::{WebConfig, assets, card, health, oauth, security, uninstall, webhook};

/// The largest form is the text of the settings.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// Everything that is served. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`:
/// without the peer's address the settings are refused to everybody.
pub fn router(engine: Engine, config: WebConfig) -> Router {
    let site = Site::new(engine, config);
    let everyone = Router::new()
        .route(pattern::HEALTH, get(health::show))
        .route(pattern::ASSET, get(assets::show))
        .merge(vendors())
        .merge(settings_pages(&site))
        .fallback(async || Problem::no_such_page());
    security::hardened(everyone.with_state(site))
}

/// What the vendors call, or send a browser to. Calls are signed; redirects carry a state that we
/// gave out.
fn vendors() -> Router<Site> {
    Router::new()
        .route(
            pattern::WEBHOOK,
            post(webhook::receive).head(webhook::probe),
        )
        .route(pattern::UNINSTALL, post(uninstall::receive))
        .route(pattern::CARD_INITIALIZE, post(card::initialize))
        .route(pattern::CARD_SUBMIT, post(card::submit))
        .route(pattern::INTERCOM_CALLBACK, get(oauth::intercom_callback))
        .route(
            pattern::SALESFORCE_CALLBACK,
            get(oauth::salesforce_callback),
        )
}

fn settings_pages(site: &Site) -> Router<Site> {
    let connect = Router::new()
        .route(pattern::CONNECT_INTERCOM, get(oauth::connect_intercom))
        .route(pattern::CONNECT_SALESFORCE, get(oauth::connect_salesforce))
        .layer(from_fn(security::own_links_only));
    let pages = Router::new()
        .route(pattern::INDEX, get(index::show))
        .route(pattern::CONNECTIONS, post(create::create))
        .route(pattern::CONNECTION, get(show::show))
        .route(pattern::PROGRESS, get(progress::overview))
        .route(pattern::SETTINGS, get(settings::show).post(settings::save))
        .route(pattern::SYNC, post(sync::start))
        .route(pattern::SYNC_STOP, post(sync::stop))
        .route(pattern::DISMISS_NOTICE, post(notices::dismiss))
        .route(pattern::PEOPLE, get(people::show))
        .route(pattern::ALLOW_CROWDED, post(people::allow::allow))
        .route(pattern::FORGET_HIDDEN, post(hidden::forget))
        .route(
            pattern::OWNERSHIP,
            get(ownership::show).post(ownership::save),
        )
        .route(pattern::OWNERSHIP_PROGRESS, get(progress::ownership))
        .route(pattern::OWNER_PREVIEW, post(ownership::preview::start))
        .route(
            pattern::DISCARD_OWNER_PREVIEW,
            post(ownership::preview::discard),
        )
        .route(pattern::TEAM, get(team::show))
        .route(pattern::PAIR, get(team::pair::show).post(team::pair::save))
        .merge(connect)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    security::own_forms_only(pages)
        .layer(from_fn_with_state(site.clone(), security::settings_guard))
}
