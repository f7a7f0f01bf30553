//! The org: everything that it knows, and the one door through which requests come in.
//!
//! A world is synchronous and has no clock: the instant and the chance it needs are handed in with
//! each request. What happens later by itself (a commit that becomes visible) waits in it until it
//! is told that the time has come; [`World::handle`] does that first, so nobody has to.

use std::sync::Arc;
use std::time::Duration;

use http::header;
use model::{Entropy, Timestamp};

use crate::answer::{self, Request, Response};
use crate::api::call::segments;
use crate::api::{Cursors, Jobs, RecentlyViewed};
use crate::error::ApiError;
use crate::events::Events;
use crate::fixture::Fixture;
use crate::id::RecordId;
use crate::oauth::Grants;
use crate::options::Options;
use crate::records::{Records, Rules};
use crate::schema::{CustomField, Object, Schema};
use crate::seed;
use crate::usage::Usage;

/// Where changes come from that somebody makes at a screen, as change events name it.
pub(crate) const SCREEN_ORIGIN: &str = "com/salesforce/api/soap/67.0;client=SfdcInternalAPI/";

/// What a request did, beside being answered. Travels with the response, for the log of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rows that were read out.
    pub read: u32,
    /// Records that the request tried to write, with or without success.
    pub written: u32,
}

/// A Salesforce org.
#[derive(Debug)]
pub struct World {
    pub(crate) options: Options,
    pub(crate) founded_at: Timestamp,
    /// When what describes tell changed last.
    pub(crate) metadata_changed_at: Timestamp,
    /// The fields that were added since the founding, in that order.
    pub(crate) added_fields: Vec<CustomField>,
    /// The instant of the request that is being answered.
    pub(crate) now: Timestamp,
    /// `scheme://host` of the request that is being answered.
    pub(crate) origin: String,
    pub(crate) records: Records,
    pub(crate) grants: Grants,
    pub(crate) cursors: Cursors,
    pub(crate) jobs: Jobs,
    pub(crate) usage: Usage,
    pub(crate) recent: RecentlyViewed,
    /// How long a written record is not yet found by search.
    pub(crate) search_lag: Duration,
}

impl World {
    /// An org founded at `now`.
    pub fn new(options: Options, now: Timestamp) -> Self {
        let written = Fixture::written(options.fixture.as_ref());
        let schema = Schema::with(written).expect("a fixture is checked when it is read");
        let schema = Arc::new(schema);
        let tables = seed::tables(&options, &schema, now);
        let events = Events::new(options.change_events.clone(), options.seed);
        let grants = Grants::new(&options, seed::integration_user(), now);
        let mut world = Self {
            options,
            founded_at: now,
            metadata_changed_at: now.truncated_to_second(),
            added_fields: Vec::new(),
            now,
            origin: String::new(),
            records: Records::new(schema, tables, Rules::default(), events),
            grants,
            cursors: Cursors::default(),
            jobs: Jobs::default(),
            usage: Usage::default(),
            recent: RecentlyViewed::default(),
            search_lag: Duration::ZERO,
        };
        let founded = world.founded_sharing();
        world.records.change_sharing(|sharing| *sharing = founded);
        world
    }

    /// Answers a request. The response carries [`Touched`] as an extension.
    pub fn handle(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        request: &Request,
    ) -> Response {
        // What a request left unfinished that did not come to its end must not hold up the next.
        self.records.roll_back();
        self.due(now);
        // What a control wrote in between was nobody's call.
        self.records.take_counts();
        self.origin = origin_of(request);
        SCREEN_ORIGIN.clone_into(&mut self.records.origin);
        let path = segments(request.uri().path());
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let response = match path.as_slice() {
            ["services", "data", ..] => self.data(request),
            ["services", "oauth2", ..] | ["id", ..] => self.oauth(&path, request, entropy),
            ["services", "Soap", rest @ ..] => self.soap(rest, request, entropy),
            ["_sim", rest @ ..] => self.control(rest, request),
            ["services", ..] => ApiError::not_found().into(),
            _ => self.page(&path, request),
        };
        SCREEN_ORIGIN.clone_into(&mut self.records.origin);
        self.records.seal(now);
        let (read, written) = self.records.take_counts();
        let mut response = answer::with_header(response, header::DATE, &now.to_http_date());
        response.extensions_mut().insert(Touched { read, written });
        response
    }

    /// When something next happens by itself.
    pub fn next_due(&self) -> Option<Timestamp> {
        [self.records.next_due(), self.next_job_step()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets happen what is due at `now`, and says which records became visible.
    pub fn due(&mut self, now: Timestamp) -> Vec<RecordId> {
        self.now = now;
        let mut visible = self.work_on_jobs(now);
        visible.extend(self.records.due(now));
        visible
    }

    /// From now on writes become visible this much after their `SystemModstamp`; `None` ends it.
    pub fn delay_commits(&mut self, by: Option<Duration>) {
        self.records.delay_commits(by);
    }

    /// The id of the org.
    pub fn org(&self) -> RecordId {
        seed::org()
    }

    /// The id of the user behind every token.
    pub fn integration_user(&self) -> RecordId {
        seed::integration_user()
    }

    /// The id of the queue.
    pub fn queue(&self) -> RecordId {
        seed::queue()
    }

    /// Who sits at the screens: the first active user who is not the integration user.
    pub fn rep(&self) -> RecordId {
        let schema = self.records.schema_of(Object::User);
        self.records
            .tables
            .of(Object::User)
            .rows()
            .find(|user| user.id != self.integration_user() && user.flag(schema, "IsActive"))
            .map_or_else(|| self.integration_user(), |user| user.id)
    }

    pub(crate) fn instance_url(&self) -> String {
        self.options
            .instance_url
            .clone()
            .unwrap_or_else(|| self.origin.clone())
    }

    pub(crate) fn org_name(&self) -> String {
        let schema = self.records.schema_of(Object::Organization);
        let org = self.records.tables.find(self.org());
        org.and_then(|org| org.text(schema, "Name"))
            .unwrap_or_default()
            .to_owned()
    }

    /// A field of a user, as text.
    pub(crate) fn user_text(&self, user: RecordId, field: &str) -> String {
        let schema = self.records.schema_of(Object::User);
        self.records
            .tables
            .find(user)
            .map(|row| row.read(schema, schema.known(field)).to_plain())
            .unwrap_or_default()
    }
}

/// Where the request was sent: its own authority, else its `Host`.
fn origin_of(request: &Request) -> String {
    let uri = request.uri();
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_tls = request.extensions().get::<listener::OverTls>().is_some();
    let usual = if is_tls { "https" } else { "http" };
    let scheme = uri.scheme_str().filter(|_| !is_tls).unwrap_or(usual);
    let authority = uri
        .authority()
        .map_or(host.unwrap_or("localhost"), |at| at.as_str());
    format!("{scheme}://{authority}")
}
