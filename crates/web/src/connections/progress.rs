//! `GET /connections/{name}/progress` and `…/ownership/progress`: the live region of a page as
//! server-sent events.
//!
//! Each event holds the whole region, so a browser that missed some is right after the next one,
//! and needs no `Last-Event-ID`.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use engine::{EngineError, Progress};
use futures_util::stream::{Stream, unfold};
use model::ConnectionId;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::live::{Live, LiveRegion};
use super::ownership::{OwnershipRegion, live_of};
use crate::problem::Problem;
use crate::site::Site;

/// A person cannot follow more, and each event costs a handful of queries.
const PAUSE_MIN: Duration = Duration::from_millis(500);

/// After that pause at most this long until the next event: while nothing moves the ages still do,
/// and proxies see that the stream lives.
const STILL_MAX: Duration = Duration::from_millis(4500);

/// Streams end after this time; the browser opens the next one. A page that was forgotten behind
/// a connection which nobody closes does not hold its place for ever.
const STREAM_EVENTS_MAX: u32 = 1000;

/// Whose region a stream draws.
#[derive(Debug, Clone, Copy)]
enum Page {
    Overview,
    Ownership,
}

/// A region, and whether it will look different soon although no sync moves.
struct Drawn {
    html: String,
    moves: bool,
}

struct Watching {
    site: Site,
    page: Page,
    connection: ConnectionId,
    progress: watch::Receiver<Progress>,
    sent: u32,
    moves: bool,
    _place: OwnedSemaphorePermit,
}

/// Of a connection's page.
pub(crate) async fn overview(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    stream(site, &name, Page::Overview).await
}

/// Of the page about owners.
pub(crate) async fn ownership(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    stream(site, &name, Page::Ownership).await
}

async fn stream(
    site: Site,
    name: &str,
    page: Page,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let connection = site.connection(name).await?.id;
    let place = site.live_streams.clone().try_acquire_owned().map_err(|_| {
        let sentence = "Too many pages are open that show progress live. This one still works.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Not available", sentence)
    })?;
    let progress = site.engine.progress(connection);
    let start = Watching {
        site,
        page,
        connection,
        progress,
        sent: 0,
        moves: false,
        _place: place,
    };
    Ok(Sse::new(unfold(start, next)))
}

/// The next event, after a pause; the first one comes at once.
async fn next(mut watching: Watching) -> Option<(Result<Event, Infallible>, Watching)> {
    if watching.sent >= STREAM_EVENTS_MAX {
        return None;
    }
    if watching.sent > 0 {
        let stop = watching.site.config.stop.clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            () = pause(&mut watching.progress, watching.moves) => {}
        }
    }
    watching.sent += 1;
    let event = match region(&mut watching).await {
        Ok(drawn) => {
            watching.moves = drawn.moves;
            Event::default().event("live").data(drawn.html)
        }
        // The connection is gone, or the store is: the browser asks again and is told.
        Err(error) => {
            tracing::warn!(connection.id = %watching.connection, %error, "a live stream ended");
            return None;
        }
    };
    Some((Ok(event), watching))
}

async fn pause(progress: &mut watch::Receiver<Progress>, moves: bool) {
    tokio::time::sleep(PAUSE_MIN).await;
    if moves {
        return;
    }
    let moved = async {
        // Without a sender nothing will move any more: only the ages do.
        if progress.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    // Whether it moved or the time is over, the region is drawn again.
    let _: Result<(), _> = tokio::time::timeout(STILL_MAX, moved).await;
}

async fn region(watching: &mut Watching) -> Result<Drawn, EngineError> {
    let engine = &watching.site.engine;
    let (html, moves) = match watching.page {
        Page::Overview => {
            let overview = engine.overview(watching.connection).await?;
            let progress = watching.progress.borrow_and_update().clone();
            let live = Live::new(&overview, &progress);
            (LiveRegion { live: &live }.render(), live.walks())
        }
        Page::Ownership => {
            let table = engine.team_table(watching.connection).await?;
            let live = live_of(engine, &table).await?;
            (OwnershipRegion { live: &live }.render(), live.moves())
        }
    };
    let html = html.unwrap_or_else(|error| {
        tracing::error!(%error, "a live region could not be rendered");
        String::new()
    });
    Ok(Drawn { html, moves })
}
