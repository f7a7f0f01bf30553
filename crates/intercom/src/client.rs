//! The client of one workspace: sends what the object files build, within the rate limit, and
//! counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode};
use model::{Entropy, Lane, SeededEntropy};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use transport::{
    HttpService, Limits, Pauses, Reply, Secret, TransportError, read_with_retry, send,
};
use url::Url;

use crate::error::{IntercomError, refusal};
use crate::limiter::{Limiter, RateLimit, until_reset};
use crate::region::{self, Region};

/// The API version that every request names, so that the app's own setting decides nothing.
pub const INTERCOM_VERSION: &str = "2.16";

const AGENT: &str = concat!("Carrick/", env!("CARGO_PKG_VERSION"));

/// The slowest endpoints (search, a conversation of 500 parts) answer within seconds. A page of
/// 150 contacts with 250 attributes of 255 characters each has 10 MB.
const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    body_bytes_max: 16 * 1024 * 1024,
};

/// How often one request is sent again after a `429`. By then others have used up five whole
/// windows, which the engine should show to people.
const REFUSALS_MAX: u32 = 5;

/// Those who waited for the same window spread over this time.
const JITTER_MS_MAX: u32 = 1000;

/// A workspace, as one token sees it. Clones share connections, counters and the rate limit.
///
/// Reads are repeated within seconds if they fail in passing. Writes are sent once; only a `429`
/// is waited out for them too, because it was a refusal. Dropping a call's future leaves the
/// outcome of a write unknown.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    lane: Lane,
}

struct Shared {
    http: HttpService,
    /// Without a slash at its end.
    api_url: String,
    token: Secret,
    limiter: Limiter,
    calls: AtomicU64,
    /// For jitter alone, which must differ between workspaces but need not be a secret.
    jitter: Mutex<SeededEntropy>,
}

/// One request, before it has an address and a token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    method: Method,
    path: String,
    /// JSON.
    body: Option<Bytes>,
}

impl Client {
    /// A client for the workspace of `token` at `api_url`, the regional base address.
    pub fn new(http: HttpService, api_url: Url, token: Secret) -> Self {
        let jitter = SeededEntropy::new(0, token.expose());
        let shared = Shared {
            http,
            api_url: String::from(api_url).trim_end_matches('/').to_owned(),
            token,
            limiter: Limiter::default(),
            calls: AtomicU64::new(0),
            jitter: Mutex::new(jitter),
        };
        Self {
            shared: Arc::new(shared),
            lane: Lane::Live,
        }
    }

    /// The same client for work of `lane`: the less urgent, the more of each window it leaves to
    /// others. A new client works in the live lane.
    #[must_use]
    pub fn in_lane(&self, lane: Lane) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            lane,
        }
    }

    /// A client of the same token where a workspace of `region` lives: to be used for everything
    /// after [`Client::me`] told it. It counts and limits for itself. An address that is none of
    /// Intercom's own stays as it was configured.
    #[must_use]
    pub fn at_home(&self, region: Region) -> Self {
        let shared = &self.shared;
        let Ok(asked) = shared.api_url.parse() else {
            return self.clone();
        };
        let home = region::home(&asked, region);
        let client = Self::new(shared.http.clone(), home, shared.token.clone());
        client.in_lane(self.lane)
    }

    /// HTTP requests sent so far by all clones, repeated and refused ones included.
    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// The rate limit as Intercom last told it; `None` before the first answer.
    pub fn headroom(&self) -> Option<RateLimit> {
        self.shared.limiter.headroom()
    }

    /// Sends a call that changes nothing and reads its answer; repeats both if they fail in
    /// passing.
    pub(crate) async fn read<T>(
        &self,
        call: &Call,
        parse: fn(&Reply) -> Result<T, IntercomError>,
    ) -> Result<T, IntercomError> {
        let pauses = Pauses::drawn_from(&mut *self.jitter());
        let attempt = || async { parse(&self.exchange(call).await?) };
        read_with_retry(pauses, attempt, IntercomError::is_passing).await
    }

    /// Sends a call that changes something, once, and reads its answer.
    pub(crate) async fn write<T>(
        &self,
        call: &Call,
        parse: fn(&Reply) -> Result<T, IntercomError>,
    ) -> Result<T, IntercomError> {
        parse(&self.exchange(call).await?)
    }

    /// Sends `call` within the rate limit until it is answered by anything but `429`. The reply is
    /// a success.
    async fn exchange(&self, call: &Call) -> Result<Reply, IntercomError> {
        let shared = &*self.shared;
        let mut refused = 0;
        loop {
            let request = call.request(&shared.api_url, &shared.token)?;
            let admission = shared.limiter.admit(self.lane).await;
            shared.calls.fetch_add(1, Ordering::Relaxed);
            let reply = send(&shared.http, request, LIMITS).await?;
            admission.answered(&reply);
            if reply.status.is_success() {
                return Ok(reply);
            }
            if reply.status != StatusCode::TOO_MANY_REQUESTS || refused == REFUSALS_MAX {
                return Err(refusal(&reply));
            }
            refused += 1;
            shared.limiter.close(until_reset(&reply));
            let jitter = self.jitter().below(JITTER_MS_MAX);
            tokio::time::sleep(Duration::from_millis(jitter.into())).await;
        }
    }

    fn jitter(&self) -> MutexGuard<'_, SeededEntropy> {
        self.shared
            .jitter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    pub(crate) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
        }
    }

    pub(crate) fn post(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self {
            body: Some(json(body)),
            ..Self::bare_post(path)
        }
    }

    /// A `POST` without a body.
    pub(crate) fn bare_post(path: impl Into<String>) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            body: None,
        }
    }

    pub(crate) fn delete(path: String) -> Self {
        Self {
            method: Method::DELETE,
            path,
            body: None,
        }
    }

    /// A `DELETE` that says who does it.
    pub(crate) fn delete_as(path: String, body: &impl Serialize) -> Self {
        Self {
            body: Some(json(body)),
            ..Self::delete(path)
        }
    }

    pub(crate) fn put(path: String, body: &impl Serialize) -> Self {
        Self {
            method: Method::PUT,
            path,
            body: Some(json(body)),
        }
    }

    /// The HTTP request. A token that cannot stand in a header is one that Intercom did not issue.
    pub(crate) fn request(
        &self,
        api_url: &str,
        token: &Secret,
    ) -> Result<Request<Bytes>, IntercomError> {
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| IntercomError::Unauthorized {
                code: "token_malformed".to_owned(),
            })?;
        authorization.set_sensitive(true);
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(format!("{api_url}{}", self.path))
            .header(AUTHORIZATION, authorization)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, AGENT)
            .header("Intercom-Version", INTERCOM_VERSION);
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = self.body.clone().unwrap_or_default();
        request.body(body).map_err(|problem| {
            TransportError::NotSent {
                source: problem.into(),
            }
            .into()
        })
    }
}

/// A customer's text as one segment of a path, or one value of a query.
pub(crate) fn segment(text: &str) -> impl std::fmt::Display + '_ {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

fn json(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body)
        .expect("our wire types have only text keys")
        .into()
}

/// Reads a successful reply's body, which happens to be empty now and then.
pub(crate) fn json_body<T: DeserializeOwned>(reply: &Reply) -> Result<T, IntercomError> {
    borrowed_body(reply)
}

/// As [`json_body`], for a type that points into the body.
pub(crate) fn borrowed_body<'a, T: Deserialize<'a>>(reply: &'a Reply) -> Result<T, IntercomError> {
    if reply.body.trim_ascii().is_empty() {
        return Err(IntercomError::Empty);
    }
    serde_json::from_slice(&reply.body)
        .map_err(|problem| IntercomError::unexpected(reply, &problem.to_string()))
}
