//! A workspace as a synchronous state machine: requests go in, answers and due deliveries come out.
//!
//! It never reads a clock, spawns, or waits: the instant and the entropy are handed in, and what
//! has to happen later is asked for by [`World::next_due`] and taken by [`World::due`]. The two
//! drivers (with a timer, or step by step) are [`crate::Sim`].

mod frozen;

use std::io;

use bytes::Bytes;
use http::{Request, Response};
use jiff::tz::TimeZone;
use model::{Entropy, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::activity::Activities;
use crate::api::{self, OpenScroll, Version};
use crate::attribute::Attributes;
use crate::call_log::{CallLog, CallRecord, CallSummary};
use crate::canvas::Cards;
use crate::company::Companies;
use crate::contact::Contacts;
use crate::conversation::{ConversationAttributes, Conversations};
use crate::files::Files;
use crate::grant::Grants;
use crate::ids::{AdminId, TagId};
use crate::limiter::Limiter;
use crate::member::{Admin, Team};
use crate::message::Messages;
use crate::note::Notes;
use crate::options::Options;
use crate::seeding;
use crate::subscription::Subscriptions;
use crate::switches::Switches;
use crate::tracked::TrackedEvents;
use crate::visitor::Visitors;
use crate::webhook::{self, AppIdentity, Delivery, Outcome, WebhookControls, Webhooks};

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send this, and tell [`World::delivered`] how it went.
    Webhook(Delivery),
    /// Search caught up with so many contacts and conversations. Nothing is to be done.
    IndexRefreshed(usize),
}

/// A place where contacts are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) country_code: String,
    pub(crate) continent_code: String,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) id: TagId,
    pub(crate) name: String,
}

/// A workspace. See the module's documentation.
#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    #[serde(skip)]
    pub(crate) options: Options,
    #[serde(skip, default = "utc")]
    pub(crate) zone: TimeZone,
    pub(crate) seed: u64,
    pub(crate) workspace: String,
    pub(crate) created_at: i64,
    pub(crate) contacts: Contacts,
    pub(crate) companies: Companies,
    pub(crate) conversations: Conversations,
    #[serde(default)]
    pub(crate) conversation_attributes: ConversationAttributes,
    #[serde(default)]
    pub(crate) messages: Messages,
    #[serde(default)]
    pub(crate) files: Files,
    pub(crate) attributes: Attributes,
    pub(crate) admins: Vec<Admin>,
    pub(crate) teams: Vec<Team>,
    pub(crate) places: Vec<Place>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) notes: Notes,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) visitors: Visitors,
    pub(crate) events: TrackedEvents,
    #[serde(default)]
    pub(crate) activities: Activities,
    pub(crate) grants: Grants,
    pub(crate) webhooks: Webhooks,
    #[serde(skip)]
    pub(crate) scroll: Option<OpenScroll>,
    /// Counts everything that was made since the start, so that ids go on where they were.
    made: u64,
    #[serde(skip)]
    pub(crate) cards: Cards,
    #[serde(skip)]
    pub(crate) limiter: Limiter,
    #[serde(skip)]
    pub(crate) switches: Switches,
    #[serde(skip)]
    calls: CallLog,
}

fn utc() -> TimeZone {
    TimeZone::UTC
}

impl World {
    /// A workspace with the people of `seed`, as of `now`.
    pub fn seeded(options: Options, seed: u64, now: Timestamp) -> Self {
        let mut world = seeding::world(seed, &options, now);
        world.start_with(options);
        world
    }

    /// The workspace that [`World::save`] wrote, with the addresses, secrets and limits of this
    /// start.
    pub fn load(saved: impl io::Read, options: Options) -> Result<Self, serde_json::Error> {
        let mut world = frozen::read(saved)?;
        world.start_with(options);
        world.webhooks.forget_flights();
        Ok(world)
    }

    /// Writes the workspace as JSON: people, conversations, attributes, tokens, what is still to be
    /// sent. Not the options, the call log, and the cards on the screen.
    pub fn save(&self, to: impl io::Write) -> io::Result<()> {
        self.freeze()?.write(to)
    }

    pub(crate) fn empty(seed: u64, workspace: String, created_at: i64) -> Self {
        Self {
            options: Options::default(),
            zone: TimeZone::UTC,
            seed,
            workspace,
            created_at,
            contacts: Contacts::default(),
            companies: Companies::default(),
            conversations: Conversations::default(),
            conversation_attributes: ConversationAttributes::default(),
            messages: Messages::default(),
            files: Files::default(),
            attributes: Attributes::default(),
            admins: Vec::new(),
            teams: Vec::new(),
            places: Vec::new(),
            tags: Vec::new(),
            notes: Notes::default(),
            subscriptions: Subscriptions::default(),
            visitors: Visitors::default(),
            events: TrackedEvents::default(),
            activities: Activities::default(),
            grants: Grants::default(),
            webhooks: Webhooks::default(),
            scroll: None,
            made: 0,
            cards: Cards::default(),
            limiter: Limiter::default(),
            switches: Switches::default(),
            calls: CallLog::default(),
        }
    }

    fn start_with(&mut self, options: Options) {
        // A zone that this build does not know is told once; its days are then those of UTC.
        self.zone = TimeZone::get(&options.timezone).unwrap_or_else(|_| {
            tracing::warn!(
                timezone = options.timezone,
                "no such time zone: days are those of UTC"
            );
            TimeZone::UTC
        });
        let lag = i64::from(options.search_lag_seconds);
        self.contacts.lag.set(lag);
        self.conversations.lag.set(lag);
        self.limiter
            .set_limits(options.rate_limit, options.workspace_rate_limit);
        if let (Some(token), Some(admin)) = (&options.token, self.admins.first()) {
            self.grants.allow(token.clone(), admin.id);
            self.webhooks.start_telling();
        }
        self.options = options;
    }

    /// Answers one API request.
    pub fn handle(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        request: &Request<Bytes>,
    ) -> Response<Bytes> {
        self.refresh_search(now);
        let response = api::answer(self, now, entropy, request);
        self.record_call(now, request, response.status().as_u16());
        response
    }

    /// Writes a call into the log. The driver does so for calls that it answers in the world's
    /// place.
    pub(crate) fn record_call<B>(&mut self, at: Timestamp, request: &Request<B>, status: u16) {
        self.calls.push(at, request, status);
    }

    /// When something is next due, if nothing else happens before.
    pub fn next_due(&self) -> Option<Timestamp> {
        let refreshes = [
            self.contacts.lag.next_refresh(),
            self.conversations.lag.next_refresh(),
        ];
        let refresh = refreshes.into_iter().flatten().min();
        let refresh = refresh.map(Timestamp::from_seconds);
        let alarm = self.conversations.next_alarm().map(Timestamp::from_seconds);
        [refresh, alarm, self.webhooks.next_due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Takes what is due at `now`.
    pub fn due(&mut self, now: Timestamp) -> Vec<Effect> {
        self.due_at_most(usize::MAX, now)
    }

    /// Takes what is due at `now`, so many notifications at most.
    pub(crate) fn due_at_most(&mut self, most: usize, now: Timestamp) -> Vec<Effect> {
        let refreshed = self.refresh_search(now);
        api::wake(self, now);
        let app = AppIdentity {
            workspace: &self.workspace,
            secret: &self.options.client_secret,
            webhook_url: self.options.webhook_url.as_deref(),
            uninstall_url: self.options.uninstall_url.as_deref(),
        };
        let deliveries = self
            .webhooks
            .due(&app, now, most)
            .into_iter()
            .map(Effect::Webhook);
        let refreshed = (refreshed > 0).then_some(Effect::IndexRefreshed(refreshed));
        refreshed.into_iter().chain(deliveries).collect()
    }

    fn refresh_search(&mut self, now: Timestamp) -> usize {
        let now = now.as_seconds();
        self.contacts.lag.refresh(now) + self.conversations.lag.refresh(now)
    }

    /// Tells how a delivery went. Anything but a success is repeated once, a minute later.
    pub fn delivered(&mut self, now: Timestamp, sequence: u64, outcome: Outcome) {
        let app = self.options.app_kind;
        self.webhooks.delivered(sequence, outcome, app, now);
    }

    /// The API calls since the start, oldest first.
    pub fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        self.calls.all()
    }

    /// All API calls since they were last forgotten, counted.
    pub fn call_summary(&self) -> CallSummary {
        self.calls.summary()
    }

    /// Forgets the API calls so far, and their counts.
    pub fn forget_calls(&mut self) {
        self.calls.clear();
    }

    /// How deliveries are disturbed at present.
    pub fn webhook_controls(&self) -> WebhookControls {
        self.webhooks.controls
    }

    /// Disturbs deliveries from now on, or stops doing so. A disabled subscription is set live.
    pub fn set_webhook_controls(&mut self, controls: WebhookControls) {
        self.webhooks.controls = controls;
        self.webhooks.set_live();
    }

    /// Whether anybody is told what happens. Speed only: an item need not be written for nobody.
    pub(crate) fn is_heard(&self) -> bool {
        self.options.webhook_url.is_some()
    }

    /// The API version that is set for the app. Payloads of webhooks follow it, whatever the call
    /// that caused them speaks.
    pub(crate) fn app_version(&self) -> Version {
        self.options.api_version
    }

    /// Tells of `item` if the app subscribes to the topic.
    pub(crate) fn announce(&mut self, topic: &str, item: Value, now: Timestamp) {
        let topics = &self.options.webhook_topics;
        if topics.is_empty() || topics.iter().any(|it| it == topic) {
            self.send_webhook(topic, item, now);
        }
    }

    /// Tells of `item`, whatever happened and whatever the app subscribes to.
    pub(crate) fn send_webhook(&mut self, topic: &str, item: Value, now: Timestamp) {
        if self.is_heard() {
            let item = webhook::as_of(self.app_version(), item);
            self.webhooks.tell(self.seed, topic, item, now);
        }
    }

    /// The next number for an id of something new.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// A new address of a file.
    pub(crate) fn file_address(&self, id: u64) -> String {
        let folder = format!("{}/i/o/{}", self.options.files_url, self.workspace);
        let secret = &self.options.client_secret;
        self.files.address(&folder, secret, id)
    }

    pub(crate) fn admin(&self, id: AdminId) -> Option<&Admin> {
        self.admins.iter().find(|admin| admin.id == id)
    }

    pub(crate) fn tag(&self, id: TagId) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.id == id)
    }

    /// A new teammate, without a team.
    pub(crate) fn add_admin(&mut self, name: &str, email: &str) -> AdminId {
        let last = self.admins.iter().map(|admin| admin.id).max();
        // Above all ids that were ever given out: a removed teammate's comes to nobody else.
        let id = AdminId(last.unwrap_or_default().0 + 1_000 + self.next_number());
        self.admins.push(Admin {
            id,
            name: name.to_owned(),
            email: email.to_owned(),
            job_title: String::new(),
            away: None,
            teams: Vec::new(),
        });
        id
    }
}
