//! One subscription: a stream that is opened again whenever it ends, from the last position that
//! was given out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::sf::OrgId;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, timeout, timeout_at};
use tonic::Streaming;
use transport::{RetryWhen, Secret, TransportError};

use super::budget::Budget;
use super::change::{Delivery, ReplayId, Signal, StartFrom, Topic};
use super::refusal::{Refused, refused};
use super::rpc::{Access, Opening, PubSub};
use super::schema::EventSchema;
use super::wire::{
    ConsumerEvent, FetchRequest, FetchResponse, ProducerEvent, ReplayPreset, SchemaInfo,
};
use crate::{Client, SalesforceError};

/// The most that one request may ask for.
const EVENTS_MAX: u32 = 100;

/// The server speaks at least every 270 s while it owes events; with this, a stream that went
/// silent is noticed without taking a slow one for dead.
const SILENCE_MAX: Duration = Duration::from_mins(5);

/// For the calls that have one answer. The head of a stream is none of them: a server may send it
/// together with the first event only.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Schemas that are remembered: one per object, and a few while fields change.
const SCHEMAS_MAX: usize = 32;

/// A subscription to one topic. Dropping it ends the stream.
pub struct Subscription {
    pub_sub: PubSub,
    client: Client,
    org: OrgId,
    topic: Topic,
    position: StartFrom,
    /// To be told as soon as a stream shows a sign of life.
    missed: Option<String>,
    budget: Budget,
    schemas: BTreeMap<String, Arc<EventSchema>>,
    /// The token that the last stream was refused with.
    stale: Option<Secret>,
    open: Option<Open>,
}

/// A stream, or the attempt at one.
struct Open {
    more: mpsc::Sender<FetchRequest>,
    answers: Answers,
    /// Received and not given out.
    waiting: VecDeque<ConsumerEvent>,
    /// What the server still owes.
    pending: u32,
    token: Secret,
    /// The token is one that was got because another was refused.
    is_renewed: bool,
    /// Something arrived on it: that it ends is no sign of trouble then.
    has_answered: bool,
    /// When it was last heard of, or asked for more. The silence is counted across calls of
    /// `next`, which may be given up and made again more often than a server speaks.
    heard_at: Instant,
}

enum Answers {
    /// The head has not come yet.
    Opening(Opening),
    Coming(Box<Streaming<FetchResponse>>),
}

/// How a stream ended.
enum End {
    /// The server closed it.
    Closed,
    Refused(Refused),
    Silent,
}

impl Subscription {
    /// A subscription of the org of `client`. Nothing is sent before [`Self::next`].
    pub fn new(
        pub_sub: PubSub,
        client: Client,
        org: OrgId,
        topic: Topic,
        from: StartFrom,
        budget: Budget,
    ) -> Self {
        Self {
            pub_sub,
            client,
            org,
            topic,
            position: from,
            missed: None,
            budget,
            schemas: BTreeMap::new(),
            stale: None,
            open: None,
        }
    }

    /// Asks whether the topic is there and may be listened to: objects have to be selected for
    /// change events by an administrator.
    pub async fn check(&self) -> Result<(), SalesforceError> {
        let session = self.client.session();
        let access = Access::new(&session, self.org)?;
        match within(self.pub_sub.check(&access, &self.topic)).await {
            Err(SalesforceError::SessionExpired) => {
                let session = self.client.session_after(&session.access_token).await?;
                let access = Access::new(&session, self.org)?;
                within(self.pub_sub.check(&access, &self.topic)).await
            }
            settled => settled,
        }
    }

    /// The next thing that is told. Waits while nothing happens (a [`Signal::Quiet`] comes at
    /// least every few minutes). The future may be dropped and another one made at any moment:
    /// nothing is lost by that.
    ///
    /// An error does not end the subscription: the next call goes on from the last position. Wait
    /// as [`SalesforceError::retry_when`] says, and poll meanwhile. A stream that ended after it
    /// had told something is opened again without an error.
    pub async fn next(&mut self) -> Result<Delivery, SalesforceError> {
        loop {
            if self.open.is_none() {
                self.reopen().await?;
            }
            if let Some(delivery) = self.take_waiting().await? {
                return Ok(delivery);
            }
            self.ask_for_more()?;
            match self.receive().await {
                Ok(Some(delivery)) => return Ok(delivery),
                Ok(None) => {}
                Err(end) => self.ended(end)?,
            }
        }
    }

    /// Begins a stream behind the last position.
    async fn reopen(&mut self) -> Result<(), SalesforceError> {
        let session = match &self.stale {
            Some(stale) => self.client.session_after(stale).await?,
            None => self.client.session(),
        };
        let access = Access::new(&session, self.org)?;
        let pending = self.affordable()?;
        let first = request(&self.topic, &self.position, pending);
        let (more, answers) = self.pub_sub.subscribe(access, first);
        self.open = Some(Open {
            more,
            answers: Answers::Opening(answers),
            waiting: VecDeque::new(),
            pending,
            token: session.access_token,
            is_renewed: self.stale.take().is_some(),
            has_answered: false,
            heard_at: Instant::now(),
        });
        Ok(())
    }

    /// How many events to ask for, within our share of the day's.
    fn affordable(&mut self) -> Result<u32, SalesforceError> {
        let now = Instant::now();
        match self.budget.left(now).min(EVENTS_MAX) {
            0 => Err(SalesforceError::LimitExceeded {
                resets_in: Some(self.budget.frees_in(now)),
                message: "Our share of the org's event deliveries of a day is used up.".to_owned(),
            }),
            events => Ok(events),
        }
    }

    /// Gives out the first event that waits. It stays in its place until it was read, so that a
    /// caller who gives up meanwhile loses nothing.
    async fn take_waiting(&mut self) -> Result<Option<Delivery>, SalesforceError> {
        let waiting = self.open.as_ref().and_then(|open| open.waiting.front());
        let Some(event) = waiting.cloned() else {
            return Ok(None);
        };
        let signal = match &event.event {
            Some(event) => self.read(event).await?,
            None => Signal::Unreadable {
                why: "an event without content".to_owned(),
            },
        };
        if let Some(open) = &mut self.open {
            open.waiting.pop_front();
        }
        Ok(Some(self.at(signal, event.replay_id)))
    }

    /// Notes the new position with what is told.
    fn at(&mut self, signal: Signal, replay_id: Vec<u8>) -> Delivery {
        if !replay_id.is_empty() {
            self.position = StartFrom::After(ReplayId::from_bytes(replay_id));
        }
        let position = match &self.position {
            StartFrom::After(id) => Some(id.clone()),
            StartFrom::Now | StartFrom::Oldest => None,
        };
        Delivery { signal, position }
    }

    async fn read(&mut self, event: &ProducerEvent) -> Result<Signal, SalesforceError> {
        let read = match self.schema(&event.schema_id).await? {
            Ok(schema) => schema.read(&event.id, &event.payload),
            Err(why) => Err(why),
        };
        Ok(read.unwrap_or_else(|why| Signal::Unreadable { why }))
    }

    /// The schema of that id; the inner error says why there is none and never will be.
    async fn schema(
        &mut self,
        id: &str,
    ) -> Result<Result<Arc<EventSchema>, String>, SalesforceError> {
        if let Some(schema) = self.schemas.get(id) {
            return Ok(Ok(Arc::clone(schema)));
        }
        let info = match self.schema_info(id).await {
            Ok(info) => info,
            // The event would stand in the way of all that follow.
            Err(error)
                if matches!(
                    error.retry_when(),
                    RetryWhen::Changed | RetryWhen::Replanned
                ) =>
            {
                return Ok(Err(format!("its schema {id:?} is refused: {error}")));
            }
            Err(error) => return Err(error),
        };
        if info.schema_id != id {
            let came = info.schema_id;
            return Ok(Err(format!("instead of its schema {id:?} came {came:?}")));
        }
        let schema = match EventSchema::parse(&info.schema_json) {
            Ok(schema) => Arc::new(schema),
            Err(why) => return Ok(Err(format!("its schema {id:?} cannot be read: {why}"))),
        };
        if self.schemas.len() >= SCHEMAS_MAX {
            self.schemas.clear();
        }
        self.schemas.insert(id.to_owned(), Arc::clone(&schema));
        Ok(Ok(schema))
    }

    async fn schema_info(&self, id: &str) -> Result<SchemaInfo, SalesforceError> {
        let session = self.client.session();
        let access = Access::new(&session, self.org)?;
        match within(self.pub_sub.schema(&access, id)).await {
            Err(SalesforceError::SessionExpired) => {
                let session = self.client.session_after(&session.access_token).await?;
                let access = Access::new(&session, self.org)?;
                within(self.pub_sub.schema(&access, id)).await
            }
            settled => settled,
        }
    }

    /// Asks for more events when none is owed: the consumer took all of them.
    fn ask_for_more(&mut self) -> Result<(), SalesforceError> {
        if self.open.as_ref().is_none_or(|open| open.pending > 0) {
            return Ok(());
        }
        let wanted = match self.affordable() {
            Ok(wanted) => wanted,
            Err(spent) => {
                self.end_stream(false);
                return Err(spent);
            }
        };
        if let Some(open) = &mut self.open {
            match open
                .more
                .try_send(request(&self.topic, &StartFrom::Now, wanted))
            {
                // A stream that is gone says so when it is listened to.
                Ok(()) | Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                    open.pending = wanted;
                    open.heard_at = Instant::now();
                }
            }
        }
        Ok(())
    }

    /// Waits for the next answer. Events in it wait then; an empty one is told at once.
    async fn receive(&mut self) -> Result<Option<Delivery>, End> {
        let Some(open) = &mut self.open else {
            return Ok(None);
        };
        let patience = open.heard_at + SILENCE_MAX;
        if let Answers::Opening(opening) = &mut open.answers {
            let opened = timeout_at(patience, opening).await;
            open.answers = match opened {
                Ok(Ok(answers)) => Answers::Coming(Box::new(answers)),
                Ok(Err(refused)) => return Err(End::Refused(refused)),
                Err(_elapsed) => return Err(End::Silent),
            };
            open.heard_at = Instant::now();
            let told = self.missed.take().map(|why| Delivery {
                signal: Signal::Missed { why },
                position: None,
            });
            return Ok(told);
        }
        let Answers::Coming(answers) = &mut open.answers else {
            return Ok(None);
        };
        let answer = match timeout_at(patience, answers.message()).await {
            Ok(Ok(Some(answer))) => answer,
            Ok(Ok(None)) => return Err(End::Closed),
            Ok(Err(status)) => return Err(End::Refused(refused(&status))),
            Err(_elapsed) => return Err(End::Silent),
        };
        open.has_answered = true;
        open.heard_at = Instant::now();
        open.pending = u32::try_from(answer.pending_num_requested).unwrap_or(0);
        let events = u32::try_from(answer.events.len()).unwrap_or(u32::MAX);
        if events == 0 {
            return Ok(Some(self.at(Signal::Quiet, answer.latest_replay_id)));
        }
        open.waiting.extend(answer.events);
        self.budget.take(Instant::now(), events);
        Ok(None)
    }

    /// Takes the end of a stream: quietly if another one may be opened at once.
    fn ended(&mut self, end: End) -> Result<(), SalesforceError> {
        let is_refusal = match &end {
            End::Refused(Refused::Other(error)) => !matches!(error, SalesforceError::Transport(_)),
            End::Refused(Refused::Replay { .. }) => true,
            End::Closed | End::Silent => false,
        };
        let Some(open) = self.end_stream(is_refusal) else {
            return Ok(());
        };
        let error = match end {
            End::Refused(Refused::Replay { why }) => {
                self.position = StartFrom::Now;
                self.missed = Some(why);
                return Ok(());
            }
            End::Closed => SalesforceError::Busy {
                code: "the stream was closed".to_owned(),
                message: String::new(),
            },
            End::Silent => TransportError::TimedOut { after: SILENCE_MAX }.into(),
            End::Refused(Refused::Other(SalesforceError::SessionExpired)) => {
                let was_renewed = open.is_renewed;
                self.stale = Some(open.token);
                if !was_renewed || open.has_answered {
                    return Ok(());
                }
                SalesforceError::SessionExpired
            }
            End::Refused(Refused::Other(error)) => error,
        };
        let heals = matches!(error.retry_when(), RetryWhen::Later { not_before: None });
        if open.has_answered && heals {
            tracing::debug!(%error, "the stream of change events ended and is opened again");
            return Ok(());
        }
        Err(error)
    }

    /// Gives the stream up. What happens until the next one is lost if no position is known. A
    /// stream that was refused from the start never was one; one whose head has not come may have
    /// been, since the head may come with the first event.
    fn end_stream(&mut self, is_refusal: bool) -> Option<Open> {
        let open = self.open.take()?;
        let was_one = open.has_answered || !is_refusal;
        if was_one && self.position == StartFrom::Now {
            self.missed.get_or_insert_with(|| {
                "the stream broke before a place in it was known".to_owned()
            });
        }
        Some(open)
    }
}

/// A request for events. Topic and position only count in the first one of a stream.
fn request(topic: &Topic, from: &StartFrom, events: u32) -> FetchRequest {
    let (preset, replay_id) = match from {
        StartFrom::Now => (ReplayPreset::Latest, Vec::new()),
        StartFrom::Oldest => (ReplayPreset::Earliest, Vec::new()),
        StartFrom::After(id) => (ReplayPreset::Custom, id.as_bytes().to_vec()),
    };
    FetchRequest {
        topic_name: topic.as_str().to_owned(),
        replay_preset: preset.into(),
        replay_id,
        num_requested: i32::try_from(events).unwrap_or(i32::MAX),
    }
}

async fn within<T>(
    call: impl Future<Output = Result<T, SalesforceError>>,
) -> Result<T, SalesforceError> {
    match timeout(CALL_TIMEOUT, call).await {
        Ok(settled) => settled,
        Err(_elapsed) => {
            let after = CALL_TIMEOUT;
            Err(TransportError::TimedOut { after }.into())
        }
    }
}
