//! The subscriptions that are open, and the trouble that waits for them.

use std::collections::BTreeMap;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::schema::Object;

use super::log::ReplayId;
use super::refusal::Refusal;

/// What can be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// `/data/ChangeEvents`: all selected objects.
    All,
    /// `/data/LeadChangeEvent` and its like.
    Of(Object),
}

impl Topic {
    /// The topic of that name, whether or not its object is selected.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let channel = name.strip_prefix("/data/")?;
        if channel == "ChangeEvents" {
            return Some(Self::All);
        }
        let object = channel.strip_suffix("ChangeEvent")?;
        Object::ALL
            .into_iter()
            .find(|known| known.name() == object)
            .map(Self::Of)
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::All => "/data/ChangeEvents".to_owned(),
            Self::Of(object) => format!("/data/{}ChangeEvent", object.name()),
        }
    }

    pub(crate) fn holds(self, object: Object) -> bool {
        match self {
            Self::All => true,
            Self::Of(own) => own == object,
        }
    }
}

/// Names an open subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamId(pub(crate) u64);

/// A subscription.
#[derive(Debug)]
pub(crate) struct OpenStream {
    pub(crate) topic: Topic,
    pub(crate) token: String,
    pub(crate) user: RecordId,
    pub(crate) opened_at: Timestamp,
    /// What was delivered, or left out as none of its topic.
    pub(crate) position: ReplayId,
    /// Events asked for and not delivered.
    pub(crate) demand: u32,
    pub(crate) delivered: u64,
    /// How it ends, when that is decided.
    pub(crate) ends: Option<Refusal>,
    /// How it ends, and after how many more events.
    pub(crate) cut: Option<(u32, Refusal)>,
}

/// The calls of the service, as faults name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Method {
    GetTopic,
    GetSchema,
    Subscribe,
}

/// Trouble for calls to come:
/// `{"method": "Subscribe", "code": "service.unavailable", "afterEvents": 3, "times": 1}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BusFault {
    /// Whom it meets; whoever comes first, if it says nothing.
    #[serde(default)]
    method: Option<Method>,
    /// The error, without the prefix that all codes share.
    code: Refusal,
    /// A subscription is opened and ends when it delivered so many events.
    #[serde(default)]
    after_events: Option<u32>,
    /// How many calls it meets.
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

/// All subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    next: u64,
    open: BTreeMap<StreamId, OpenStream>,
    pub(crate) faults: Vec<BusFault>,
}

impl Streams {
    pub(crate) fn add(&mut self, mut stream: OpenStream) -> StreamId {
        stream.cut = self.take_fault(|fault| {
            let meets = matches!(fault.method, None | Some(Method::Subscribe));
            fault.after_events.filter(|_| meets)
        });
        self.next += 1;
        let id = StreamId(self.next);
        self.open.insert(id, stream);
        id
    }

    pub(crate) fn remove(&mut self, id: StreamId) {
        self.open.remove(&id);
    }

    pub(crate) fn get_mut(&mut self, id: StreamId) -> Option<&mut OpenStream> {
        self.open.get_mut(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (StreamId, &OpenStream)> {
        self.open.iter().map(|(id, stream)| (*id, stream))
    }

    /// Ends all subscriptions.
    pub(crate) fn cut(&mut self, why: Refusal) {
        for stream in self.open.values_mut() {
            stream.ends.get_or_insert(why);
        }
    }

    /// Why the next call of that method fails at once, if it does.
    pub(crate) fn refusal_for(&mut self, method: Method) -> Option<Refusal> {
        let meets = |fault: &BusFault| {
            let is_meant = fault.method.is_none_or(|meant| meant == method);
            (is_meant && fault.after_events.is_none()).then_some(0)
        };
        self.take_fault(meets).map(|(_, refusal)| refusal)
    }

    fn take_fault(&mut self, meets: impl Fn(&BusFault) -> Option<u32>) -> Option<(u32, Refusal)> {
        let (at, after) = self
            .faults
            .iter()
            .enumerate()
            .find_map(|(at, fault)| Some((at, meets(fault)?)))?;
        let fault = &mut self.faults[at];
        let code = fault.code;
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.faults.remove(at);
        }
        Some((after, code))
    }
}
