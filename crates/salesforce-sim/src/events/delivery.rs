//! Giving events out: who may subscribe to what from where, and what comes next.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use tonic::metadata::MetadataMap;
use url::Url;

use crate::id::RecordId;
use crate::schema::Object;
use crate::sharing::FieldLevel;
use crate::world::World;

use super::change::ChangeEvent;
use super::log::ReplayId;
use super::payload::payload;
use super::refusal::Refusal;
use super::streams::{OpenStream, StreamId, Topic};
use super::wire::{
    CUSTOM, ConsumerEvent, EARLIEST, FetchRequest, FetchResponse, ProducerEvent, SchemaInfo,
    TopicInfo,
};

/// The most events that one request may ask for.
const REQUESTED_MAX: i32 = 100;

/// The most events that may be asked for and not delivered. UNVERIFIED.
const DEMAND_MAX: u32 = 10_000;

/// An answer stays below the 4 MB of a gRPC message, with an event of 1 MB to come.
const ANSWER_BYTES_MAX: usize = 3_000_000;

/// The most events in one answer.
const ANSWER_EVENTS_MAX: u32 = 100;

/// Who calls the event bus.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) user: RecordId,
}

/// What a subscription does next.
pub(crate) enum Step {
    Deliver(FetchResponse),
    /// Nothing, until something changes or this instant comes.
    Wait {
        until: Option<Timestamp>,
        demand: u32,
    },
}

impl World {
    /// The caller by the metadata that every call carries.
    ///
    /// The instance URL has to be one, but any will do: the twin answers to every host.
    pub(crate) fn bus_caller(&mut self, metadata: &MetadataMap) -> Result<Caller, Refusal> {
        let text = |key| metadata.get(key).and_then(|value| value.to_str().ok());
        let (Some(token), Some(instance), Some(tenant)) =
            (text("accesstoken"), text("instanceurl"), text("tenantid"))
        else {
            return Err(Refusal::AuthHeadersInvalid);
        };
        let is_instance = Url::parse(instance)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if token.is_empty() || !is_instance {
            return Err(Refusal::AuthHeadersInvalid);
        }
        let tenant: RecordId = tenant.parse().map_err(|_| Refusal::AuthHeadersInvalid)?;
        if tenant != self.org() {
            return Err(Refusal::AuthError);
        }
        let (user, _) = self.session_left(token).ok_or(Refusal::AuthError)?;
        Ok(Caller {
            token: token.to_owned(),
            user,
        })
    }

    /// A topic by its name, if the caller may know of it.
    fn topic(&self, name: &str) -> Result<Topic, Refusal> {
        let topic = Topic::named(name).ok_or(Refusal::TopicNotFound)?;
        match topic {
            Topic::All => Ok(topic),
            Topic::Of(object) if self.tells(object) => Ok(topic),
            Topic::Of(_) => Err(Refusal::TopicNotFound),
        }
    }

    /// Whether changes of that object are captured and apps may read it.
    fn tells(&self, object: Object) -> bool {
        self.records.events.captures(object) && !self.records.sharing.denies(object)
    }

    /// Answers `GetTopic`.
    ///
    /// A channel of several objects has no schema of its own: UNVERIFIED, it names that of the first.
    pub(crate) fn topic_info(&mut self, name: &str, rpc: String) -> Result<TopicInfo, Refusal> {
        let topic = self.topic(name)?;
        let entities = self.records.events.options.entities.clone();
        let object = entities.into_iter().find(|object| topic.holds(*object));
        let schema_id = object.map(|object| self.records.event_schema(object).id.clone());
        Ok(TopicInfo {
            topic_name: topic.name(),
            tenant_guid: format!("core/sim/{}", self.org()),
            can_publish: false,
            can_subscribe: true,
            schema_id: schema_id.unwrap_or_default(),
            rpc_id: rpc,
        })
    }

    /// Answers `GetSchema`.
    pub(crate) fn schema_info(&mut self, id: &str, rpc: String) -> Result<SchemaInfo, Refusal> {
        for object in self.records.events.options.entities.clone() {
            self.records.event_schema(object);
        }
        let schema = self.records.events.schemas.with_id(id);
        let schema = schema.ok_or(Refusal::SchemaNotFound)?;
        Ok(SchemaInfo {
            schema_json: schema.json.clone(),
            schema_id: schema.id.clone(),
            rpc_id: rpc,
        })
    }

    /// Opens a subscription by its first request.
    pub(crate) fn subscribe(
        &mut self,
        caller: &Caller,
        request: &FetchRequest,
    ) -> Result<StreamId, Refusal> {
        let topic = self.topic(&request.topic_name)?;
        let demand = requested(request)?;
        self.records.events.trim(self.now);
        let log = &self.records.events.log;
        let position = match request.replay_preset {
            CUSTOM if request.replay_id.is_empty() => return Err(Refusal::ReplayIdMissing),
            CUSTOM => ReplayId::from_bytes(&request.replay_id)
                .filter(|replay| log.knows(*replay))
                .ok_or(Refusal::ReplayIdCorrupted)?,
            EARLIEST => log.start(),
            _ => log.head(),
        };
        if self.deliveries_left() == 0 {
            return Err(Refusal::DeliveryLimit);
        }
        Ok(self.records.events.streams.add(OpenStream {
            topic,
            token: caller.token.clone(),
            user: caller.user,
            opened_at: self.now,
            position,
            demand,
            delivered: 0,
            ends: None,
            cut: None,
        }))
    }

    /// Adds the demand of a further request. Its replay options do not count.
    pub(crate) fn fetch_more(&mut self, id: StreamId, more: &FetchRequest) -> Result<(), Refusal> {
        let demand = requested(more)?;
        let Some(stream) = self.records.events.streams.get_mut(id) else {
            return Err(Refusal::SubscriptionInternal);
        };
        if !more.topic_name.is_empty() && more.topic_name != stream.topic.name() {
            return Err(Refusal::TopicMismatch);
        }
        stream.demand += demand;
        if stream.demand > DEMAND_MAX {
            return Err(Refusal::FetchOverflow);
        }
        Ok(())
    }

    /// What the subscription gets next, or why it ends.
    pub(crate) fn step(&mut self, id: StreamId, rpc: &str) -> Result<Step, Refusal> {
        self.records.events.trim(self.now);
        let stream = self.records.events.streams.get_mut(id);
        let stream = stream.ok_or(Refusal::SubscriptionInternal)?;
        if let Some(why) = stream.ends {
            return Err(why);
        }
        if let Some((0, why)) = stream.cut {
            return Err(why);
        }
        let (topic, position, demand) = (stream.topic, stream.position, stream.demand);
        let most = stream.cut.map_or(demand, |(left, _)| demand.min(left));
        let token = stream.token.clone();
        let (_, lives) = self.session_left(&token).ok_or(Refusal::AuthError)?;
        if let Topic::Of(object) = topic
            && !self.tells(object)
        {
            return Err(Refusal::CannotSubscribe);
        }
        if !self.records.events.log.reaches(position) {
            return Err(Refusal::ReplayIdCorrupted);
        }
        let (events, position) = self.next_events(topic, position, most)?;
        let left = self.book(id, position, &events);
        if events.is_empty() {
            let expires = self.now.plus(lives).plus(Duration::from_millis(1));
            let until = self.next_due().map_or(expires, |due| due.min(expires));
            return Ok(Step::Wait {
                until: Some(until),
                demand,
            });
        }
        Ok(Step::Deliver(FetchResponse {
            events,
            latest_replay_id: position.to_bytes(),
            rpc_id: rpc.to_owned(),
            pending_num_requested: i32::try_from(left).unwrap_or(i32::MAX),
        }))
    }

    /// What a waiting subscriber gets after a silence: the events that came at the last moment, else
    /// a keepalive. Nothing may come in between, or it would lie behind the subscriber's new place.
    pub(crate) fn break_silence(
        &mut self,
        id: StreamId,
        rpc: &str,
    ) -> Result<FetchResponse, Refusal> {
        match self.step(id, rpc)? {
            Step::Deliver(answer) => Ok(answer),
            Step::Wait { .. } => Ok(self.keepalive(id, rpc)),
        }
    }

    /// The answer without events, with a fresh place to resume from.
    fn keepalive(&mut self, id: StreamId, rpc: &str) -> FetchResponse {
        let now = self.now;
        let events = &mut self.records.events;
        let latest = events.log.mark(now);
        events.trim(now);
        let mut demand = 0;
        if let Some(stream) = events.streams.get_mut(id) {
            // Whatever there was behind its place was of other topics.
            stream.position = latest;
            demand = stream.demand;
        }
        FetchResponse {
            events: Vec::new(),
            latest_replay_id: latest.to_bytes(),
            rpc_id: rpc.to_owned(),
            pending_num_requested: i32::try_from(demand).unwrap_or(i32::MAX),
        }
    }

    /// Up to `most` events behind `position`, and the place behind what was looked at.
    fn next_events(
        &mut self,
        topic: Topic,
        mut position: ReplayId,
        most: u32,
    ) -> Result<(Vec<ConsumerEvent>, ReplayId), Refusal> {
        let mut left = self.deliveries_left();
        let most = most.min(ANSWER_EVENTS_MAX);
        let mut doubled = self.records.events.doubled;
        let mut given = Vec::new();
        let mut bytes = 0;
        let events = &self.records.events;
        for entry in events.log.after(position) {
            let event = entry.event.as_ref();
            let Some(event) = event.filter(|event| self.is_for(topic, event)) else {
                position = entry.replay;
                continue;
            };
            let room = most.saturating_sub(u32::try_from(given.len()).unwrap_or(u32::MAX));
            if room == 0 || bytes > ANSWER_BYTES_MAX {
                break;
            }
            if left == 0 {
                // What was still allowed goes out first.
                if given.is_empty() {
                    return Err(Refusal::DeliveryLimit);
                }
                break;
            }
            let consumed = self.written(entry.replay, event);
            bytes += consumed
                .event
                .as_ref()
                .map_or(0, |event| event.payload.len());
            left -= 1;
            if doubled > 0 && room > 1 && left > 0 {
                (doubled, left) = (doubled - 1, left - 1);
                given.push(consumed.clone());
            }
            given.push(consumed);
            position = entry.replay;
        }
        self.records.events.doubled = doubled;
        Ok((given, position))
    }

    fn is_for(&self, topic: Topic, event: &Arc<ChangeEvent>) -> bool {
        topic.holds(event.schema.object) && self.tells(event.schema.object)
    }

    fn written(&self, replay: ReplayId, event: &ChangeEvent) -> ConsumerEvent {
        let object = event.schema.object_schema();
        let hides = |place: usize| {
            let field = &object.fields[place].name;
            self.records.sharing.level(object.object, field) == Some(FieldLevel::Hidden)
        };
        ConsumerEvent {
            event: Some(ProducerEvent {
                id: self.records.events.event_id(replay),
                schema_id: event.schema.id.clone(),
                payload: payload(event, &hides),
            }),
            replay_id: replay.to_bytes(),
        }
    }

    /// Counts what is delivered, and says what is still asked for.
    fn book(&mut self, id: StreamId, position: ReplayId, given: &[ConsumerEvent]) -> u32 {
        let count = u32::try_from(given.len()).unwrap_or(u32::MAX);
        let events = &mut self.records.events;
        if count > 0 {
            events.delivered.count(self.now, count);
        }
        let Some(stream) = events.streams.get_mut(id) else {
            return 0;
        };
        stream.position = position;
        stream.demand = stream.demand.saturating_sub(count);
        stream.delivered += u64::from(count);
        if let Some((left, _)) = &mut stream.cut {
            *left = left.saturating_sub(count);
        }
        stream.demand
    }

    /// How many events may still be delivered today.
    pub(crate) fn deliveries_left(&self) -> u32 {
        let events = &self.records.events;
        let used = events.delivered.used(self.now);
        events.options.delivery_allocation.saturating_sub(used)
    }
}

/// How many events a request asks for. What the vendor does above the bound is UNVERIFIED.
fn requested(request: &FetchRequest) -> Result<u32, Refusal> {
    u32::try_from(request.num_requested)
        .ok()
        .filter(|_| (1..=REQUESTED_MAX).contains(&request.num_requested))
        .ok_or(Refusal::RequestedEventsInvalid)
}
