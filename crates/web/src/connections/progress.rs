//! `GET /connections/{name}/progress`: the live region of a connection's page as server-sent
//! events.
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

struct Watching {
    site: Site,
    connection: ConnectionId,
    progress: watch::Receiver<Progress>,
    sent: u32,
    _place: OwnedSemaphorePermit,
}

pub(crate) async fn stream(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let connection = site.connection(&name).await?.id;
    let place = site.live_streams.clone().try_acquire_owned().map_err(|_| {
        let sentence = "Too many pages are open that show progress live. This one still works.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Not available", sentence)
    })?;
    let progress = site.engine.progress(connection);
    let start = Watching {
        site,
        connection,
        progress,
        sent: 0,
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
            () = pause(&mut watching.progress) => {}
        }
    }
    watching.sent += 1;
    let event = match region(&mut watching).await {
        Ok(html) => Event::default().event("live").data(html),
        // The connection is gone, or the store is: the browser asks again and is told.
        Err(error) => {
            tracing::warn!(connection.id = %watching.connection, %error, "a live stream ended");
            return None;
        }
    };
    Some((Ok(event), watching))
}

async fn pause(progress: &mut watch::Receiver<Progress>) {
    tokio::time::sleep(PAUSE_MIN).await;
    let moved = async {
        // Without a sender nothing will move any more: only the ages do.
        if progress.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    // Whether it moved or the time is over, the region is drawn again.
    let _: Result<(), _> = tokio::time::timeout(STILL_MAX, moved).await;
}

async fn region(watching: &mut Watching) -> Result<String, EngineError> {
    let overview = watching.site.engine.overview(watching.connection).await?;
    let progress = watching.progress.borrow_and_update().clone();
    let live = Live::new(&overview, &progress);
    Ok(LiveRegion { live: &live }.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a live region could not be rendered");
        String::new()
    }))
}
