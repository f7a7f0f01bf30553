//! What a world sends when it is due: webhooks. Canvas requests are sent when a card is opened or
//! used, through the same way out.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::{Sim, lock};
use crate::webhook::{self, Delivery, Outcome};
use crate::world::Effect;

/// The longest answer to a webhook that is read.
const ANSWER_BYTES_MAX: usize = 512 * 1024;
/// Deliveries that are on their way at once.
const DELIVERIES_AT_ONCE: usize = 64;
/// How long the timer sleeps when nothing is due; whatever happens wakes it.
const IDLE: Duration = Duration::from_hours(1);

impl Sim {
    /// Sends what is due now, one after the other, and settles it. Returns how many webhooks were
    /// sent.
    pub async fn step_due(&self) -> usize {
        let mut sent = 0;
        for effect in self.take_effects() {
            match effect {
                Effect::IndexRefreshed(_) => {}
                Effect::Webhook(delivery) => {
                    sent += 1;
                    self.deliver(delivery).await;
                }
            }
        }
        sent
    }

    /// Sends what is due whenever it is due, until it is dropped.
    pub(super) async fn keep_time(self) {
        let mut on_their_way = JoinSet::new();
        loop {
            let room = DELIVERIES_AT_ONCE.saturating_sub(on_their_way.len());
            for effect in self.take_due(room) {
                match effect {
                    Effect::IndexRefreshed(_) => {}
                    Effect::Webhook(delivery) => {
                        let sim = self.clone();
                        on_their_way.spawn(async move { sim.deliver(delivery).await });
                    }
                }
            }
            let now = self.now();
            let wait = if on_their_way.len() < DELIVERIES_AT_ONCE {
                self.next_due().map_or(IDLE, |due| due.since(now))
            } else {
                IDLE
            };
            tokio::select! {
                biased;
                Some(_) = on_their_way.join_next() => {}
                () = self.inner.changed.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// As [`Sim::take_effects`], without waking the timer that asks.
    fn take_due(&self, most: usize) -> Vec<Effect> {
        let now = self.now();
        lock(&self.inner.state).world.due_at_most(most, now)
    }

    async fn deliver(&self, delivery: Delivery) {
        let sequence = delivery.sequence;
        self.change(|world, now, _| world.webhooks.sending(sequence, now));
        let sent = self.send(
            Method::POST,
            &delivery.url,
            &delivery.headers,
            delivery.body,
        );
        let outcome = match tokio::time::timeout(webhook::ANSWER_WITHIN, sent).await {
            Ok(Ok((status, _))) => Outcome::Answered(status),
            Ok(Err(reason)) => {
                tracing::debug!(reason, "a webhook was not answered");
                Outcome::Unanswered
            }
            Err(_) => Outcome::Unanswered,
        };
        self.delivered(sequence, outcome);
    }

    pub(super) async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), String> {
        let response = self.request(method, url, headers, body).await?;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX)
            .await
            .map_err(|error| error.to_string())?;
        Ok((status, body))
    }

    /// Sends a request on its way out; redirects are not followed.
    pub(super) async fn request(
        &self,
        method: Method,
        url: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Body>, String> {
        let outbound = lock(&self.inner.outbound).clone();
        let outbound = outbound.ok_or("there is no way out of this world")?;
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(Body::from(body))
            .map_err(|error| error.to_string())?;
        request.headers_mut().extend(headers.clone());
        let sent = outbound.oneshot(request).await;
        sent.map_err(|error| error.to_string())
    }
}
