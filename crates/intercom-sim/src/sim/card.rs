//! Asking the app for a card: one request, one answer within a bound, and what became of it.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use http::{Method, Response, header};

use super::Sim;
use crate::canvas::{
    ANSWER_BYTES_MAX, Answered, CanvasCall, CanvasControls, CanvasError, CanvasRequest, CardPlace,
    Click,
};
use crate::ids::{AdminId, ConversationId, ObjectId};

impl Sim {
    /// Opens a card on a teammate's screen; those of the other participants are asked for at the same
    /// time. `Err` says why it cannot be shown, `Ok(false)` that the app has none.
    pub(crate) async fn open_card(&self, place: CardPlace, admin: AdminId) -> Result<bool, String> {
        let calls = self.change(|world, _, _| {
            world.canvas_select_first(place, admin);
            world.canvas_initialize(place, admin)
        });
        let asked = calls.into_iter().map(|call| self.ask_app(Some(call)));
        let mut became = join_all(asked).await.into_iter();
        became.next().unwrap_or(Ok(false))
    }

    /// Shows the card of another participant of a conversation.
    pub(crate) async fn select_participant(
        &self,
        id: ConversationId,
        admin: AdminId,
        contact: ObjectId,
    ) -> Result<bool, String> {
        let call = self.change(|world, _, _| world.canvas_select(id, admin, contact));
        self.ask_app(call).await
    }

    /// Uses a component of the card that is on a teammate's screen.
    pub(crate) async fn click_card(
        &self,
        place: CardPlace,
        admin: AdminId,
        click: Click,
    ) -> Result<bool, String> {
        let call = self.look(|world| world.canvas_submit(place, admin, click));
        self.ask_app(call).await
    }

    async fn ask_app(&self, call: Option<CanvasCall>) -> Result<bool, String> {
        let Some(call) = call else { return Ok(false) };
        let sent_at = self.now();
        let timeout_ms = self.canvas_controls().timeout_ms;
        let asked = self.ask(&call);
        let answer = tokio::time::timeout(Duration::from_millis(timeout_ms), asked)
            .await
            .unwrap_or_else(|_| Err(format!("the app did not answer within {timeout_ms} ms")));
        self.change(|world, now, _| world.canvas_answered((sent_at, now), &call, &answer))?;
        Ok(true)
    }

    async fn ask(&self, call: &CanvasCall) -> Result<Answered, String> {
        let response = self
            .request(Method::POST, &call.url, &call.headers, call.body.clone())
            .await?;
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        Ok(Answered {
            status: response.status(),
            location: location.map(str::to_owned),
            body: bounded(response).await?,
        })
    }

    /// The answers of the app that could not be shown as a card, oldest first.
    pub fn canvas_errors(&self) -> Vec<CanvasError> {
        self.look(|world| world.canvas_errors().cloned().collect())
    }

    /// Forgets those answers.
    pub fn forget_canvas_errors(&self) {
        self.change(|world, _, _| world.forget_canvas_errors());
    }

    /// What was asked of the app of late and how long it took, oldest first.
    pub fn canvas_requests(&self) -> Vec<CanvasRequest> {
        self.look(|world| world.canvas_requests().cloned().collect())
    }

    /// Forgets what was asked.
    pub fn forget_canvas_requests(&self) {
        self.change(|world, _, _| world.forget_canvas_requests());
    }

    /// How cards are asked for and judged.
    pub fn canvas_controls(&self) -> CanvasControls {
        self.look(crate::World::canvas_controls)
    }

    /// Asks for cards and judges them otherwise from now on.
    pub fn set_canvas_controls(&self, controls: CanvasControls) {
        self.change(|world, _, _| world.set_canvas_controls(controls));
    }
}

/// The body, read no further than the longest valid one could be.
async fn bounded(response: Response<Body>) -> Result<Vec<u8>, String> {
    let too_long = || format!("the answer is longer than {ANSWER_BYTES_MAX} bytes");
    let body = response.into_body();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > ANSWER_BYTES_MAX {
        return Err(too_long());
    }
    let mut chunks = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(chunk) = chunks.next().await {
        read.extend(chunk.map_err(|error| error.to_string())?);
        if read.len() > ANSWER_BYTES_MAX {
            return Err(too_long());
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests;
