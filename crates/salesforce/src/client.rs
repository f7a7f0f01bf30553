//! The one place that sends: session, renewal, repetition of reads, counting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::header::IF_MODIFIED_SINCE;
use http::{Request, Response, StatusCode};
use model::SeededEntropy;
use transport::{Body, HttpService, Limits, Pauses, Reply, RetryWhen, Secret, read_with_retry};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::asked::Asked;
use crate::call::Call;
use crate::composite::{self, AllOrNone, Part};
use crate::describe::Describes;
use crate::error::refusal::refusal;
use crate::{ApiVersion, SalesforceError, Usage, version};

/// A statement may run for 120 s at Salesforce before it answers that it took too long; that answer
/// is worth waiting for.
const HEAD_TIMEOUT: Duration = Duration::from_secs(150);

/// For the body of an answer that is held in memory. The longest are the three pages of a poll,
/// 2,000 narrow rows each, and the describe of an object with hundreds of fields: below 8 MB.
const WHOLE: Limits = Limits {
    timeout: Duration::from_mins(1),
    body_bytes_max: 32 * 1024 * 1024,
};

/// What a call is made with. `instance_url` was checked when it was learned.
#[derive(Debug, Clone)]
pub struct Session {
    /// The org's own address.
    pub instance_url: Url,
    /// The bearer token; opaque.
    pub access_token: Secret,
}

/// The access token that Salesforce refused, so that whoever renews can see whether a newer one
/// has been stored already.
#[derive(Debug, Clone)]
pub struct StaleToken(pub Secret);

/// Gets a new session, and stores what has to survive (a rotated refresh token replaces the old
/// one, which is dead by then) before it returns.
///
/// The client calls it for one stale token once, however many calls met it, and waits. A caller
/// that gives up drops the future midway: who must not lose a rotated token lets the work run on
/// in a task of its own.
pub type Renew =
    Arc<dyn Fn(StaleToken) -> BoxFuture<'static, Result<Session, SalesforceError>> + Send + Sync>;

/// A client of one org. Clones share session, counters and connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    http: HttpService,
    renew: Renew,
    current: Mutex<Current>,
    /// Held by the call that renews; the others wait for it.
    renewing: tokio::sync::Mutex<()>,
    calls: AtomicU64,
    usage: Mutex<Option<Usage>>,
    jitter: Mutex<SeededEntropy>,
    /// What is spoken with the org at that address.
    version: Asked<(Url, ApiVersion)>,
    describes: Describes,
}

/// The session and how it came about. A call compares the counts before and after a wait: if one
/// has moved, somebody else has renewed, or has tried to.
#[derive(Clone)]
struct Current {
    session: Session,
    renewals: u64,
    failures: u64,
    last_failure: Option<(RetryWhen, String)>,
}

impl Client {
    /// A client that calls through `http`. Nothing is sent yet.
    ///
    /// The jitter of repeated reads is a stream of the org's address: two orgs do not come back
    /// at the same instant, and a simulation repeats itself.
    pub fn new(http: HttpService, session: Session, renew: Renew) -> Self {
        let seed = xxh3_64(session.instance_url.as_str().as_bytes());
        let current = Current {
            session,
            renewals: 0,
            failures: 0,
            last_failure: None,
        };
        Self {
            shared: Arc::new(Shared {
                http,
                renew,
                current: Mutex::new(current),
                renewing: tokio::sync::Mutex::new(()),
                calls: AtomicU64::new(0),
                usage: Mutex::new(None),
                jitter: Mutex::new(SeededEntropy::new(seed, "salesforce.retry")),
                version: Asked::new(),
                describes: Describes::new(),
            }),
        }
    }

    /// The org's present address; it may move when the session is renewed.
    pub fn instance_url(&self) -> Url {
        held(&self.shared.current).session.instance_url.clone()
    }

    /// HTTP requests made so far with the session, repetitions and refused ones included.
    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// The org's use of its daily calls, as last told; `None` before the first answer.
    pub fn usage(&self) -> Option<Usage> {
        *held(&self.shared.usage)
    }

    /// The version of the API that is spoken with the org. Asked once, without the session.
    pub async fn api_version(&self) -> Result<ApiVersion, SalesforceError> {
        let url = self.instance_url();
        let ask = |_| async {
            let request = version::question(&url)?;
            let reply = read_with_retry(
                self.pauses(),
                || async {
                    let http = &self.shared.http;
                    let reply = transport::send(http, request.clone(), version::LIMITS).await?;
                    if reply.status.is_success() {
                        Ok(reply)
                    } else {
                        Err(refusal(reply.status, &reply.body, None))
                    }
                },
                SalesforceError::is_passing,
            )
            .await?;
            Ok((url.clone(), version::chosen(&reply)?))
        };
        let asked = self.shared.version.get(|(of, _)| *of == url, ask).await;
        match asked {
            Ok((_, version)) => Ok(version),
            Err(
                error
                @ (SalesforceError::NoSharedVersion { .. } | SalesforceError::NotBegun { .. }),
            ) => Err(error),
            Err(error) => Err(SalesforceError::NotBegun {
                retry: error.retry_when(),
                because: error.to_string(),
            }),
        }
    }

    /// What a part of an answer says about the objects is noted, as with whole answers.
    pub(crate) fn learned<T>(
        &self,
        outcome: Result<T, SalesforceError>,
    ) -> Result<T, SalesforceError> {
        outcome.inspect_err(|error| self.describes().doubt_after(error))
    }

    /// What is remembered of the objects.
    pub(crate) fn describes(&self) -> &Describes {
        &self.shared.describes
    }

    /// Makes a call that changes nothing, and repeats it a few times within seconds if that can
    /// help.
    pub(crate) async fn read(&self, call: &Call) -> Result<Reply, SalesforceError> {
        read_with_retry(
            self.pauses(),
            || self.once(call),
            SalesforceError::is_passing,
        )
        .await
    }

    /// Makes a call once; the only way for a call that writes. If it is refused for its stale
    /// session, it is made again with a new one: nothing had happened.
    pub(crate) async fn once(&self, call: &Call) -> Result<Reply, SalesforceError> {
        let response = self.open_once(call).await?;
        Ok(transport::receive(response, WHOLE).await?)
    }

    /// As [`Self::read`], but the body of the answer is still on the way.
    pub(crate) async fn open(&self, call: &Call) -> Result<Response<Body>, SalesforceError> {
        read_with_retry(
            self.pauses(),
            || self.open_once(call),
            SalesforceError::is_passing,
        )
        .await
    }

    /// Makes a call whose body is a stream, once. The stream is used up by it, so a call that is
    /// refused for its stale session was not begun; the session is renewed for the next.
    pub(crate) async fn upload(
        &self,
        call: &Call,
        body: Body,
        timeout: Duration,
    ) -> Result<Reply, SalesforceError> {
        let version = self.api_version().await?;
        let session = held(&self.shared.current).session.clone();
        let request = call.request(&session, version)?.map(|_| body);
        match self.settled(request, timeout).await {
            Err(error @ SalesforceError::SessionExpired) => {
                self.session_after(&session.access_token).await?;
                Err(SalesforceError::NotBegun {
                    retry: RetryWhen::Later { not_before: None },
                    because: error.to_string(),
                })
            }
            settled => Ok(transport::receive(settled?, WHOLE).await?),
        }
    }

    /// Makes a composite call that changes nothing.
    pub(crate) async fn composite_read(&self, parts: &[Part]) -> Result<Reply, SalesforceError> {
        let version = self.api_version().await?;
        self.read(&composite::call(version, AllOrNone::No, parts))
            .await
    }

    /// Makes a composite call that writes, once.
    pub(crate) async fn composite_once(
        &self,
        all_or_none: AllOrNone,
        parts: &[Part],
    ) -> Result<Reply, SalesforceError> {
        let version = self.api_version().await?;
        self.once(&composite::call(version, all_or_none, parts))
            .await
    }

    fn pauses(&self) -> Pauses {
        Pauses::drawn_from(&mut *held(&self.shared.jitter))
    }

    async fn open_once(&self, call: &Call) -> Result<Response<Body>, SalesforceError> {
        let before = held(&self.shared.current).clone();
        match self.attempt(call, &before.session).await {
            Err(SalesforceError::SessionExpired) => {
                let session = self.renewed(before).await?;
                self.attempt(call, &session).await
            }
            settled => settled,
        }
    }

    async fn attempt(
        &self,
        call: &Call,
        session: &Session,
    ) -> Result<Response<Body>, SalesforceError> {
        let request = call.request(session, self.api_version().await?)?;
        self.settled(request, HEAD_TIMEOUT).await
    }

    /// Sends a request of the session, and learns from the answer whatever concerns all calls.
    async fn settled(
        &self,
        request: Request<impl Into<Body>>,
        head_timeout: Duration,
    ) -> Result<Response<Body>, SalesforceError> {
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        let conditional = request.headers().contains_key(IF_MODIFIED_SINCE);
        let response = transport::open(&self.shared.http, request, head_timeout).await?;
        let usage = Usage::of(response.headers());
        if usage.is_some() {
            *held(&self.shared.usage) = usage;
        }
        let unchanged = conditional && response.status() == StatusCode::NOT_MODIFIED;
        if response.status().is_success() || unchanged {
            return Ok(response);
        }
        let reply = transport::receive(response, WHOLE).await?;
        if reply.status == StatusCode::GONE {
            // The version was retired: nothing was carried out, and the next call asks for another.
            self.shared.version.forget();
            return Err(SalesforceError::NotBegun {
                retry: RetryWhen::Later { not_before: None },
                because: "the org does not speak this version of the API any more".to_owned(),
            });
        }
        let error = refusal(reply.status, &reply.body, usage);
        self.describes().doubt_after(&error);
        Err(error)
    }

    /// The session of the moment.
    pub(crate) fn session(&self) -> Session {
        held(&self.shared.current).session.clone()
    }

    /// A session with another token than the one that was refused elsewhere: the present one if it
    /// is another, else a renewed one.
    pub(crate) async fn session_after(&self, stale: &Secret) -> Result<Session, SalesforceError> {
        let before = held(&self.shared.current).clone();
        if before.session.access_token.expose() != stale.expose() {
            return Ok(before.session);
        }
        self.renewed(before).await
    }

    /// The session after the one of `before`, renewed by this call or by one that was faster.
    async fn renewed(&self, before: Current) -> Result<Session, SalesforceError> {
        let _turn = self.shared.renewing.lock().await;
        {
            let current = held(&self.shared.current);
            if current.renewals != before.renewals {
                return Ok(current.session.clone());
            }
            if current.failures != before.failures
                && let Some((retry, because)) = current.last_failure.clone()
            {
                return Err(SalesforceError::NotRenewed { retry, because });
            }
        }
        let outcome = (self.shared.renew)(StaleToken(before.session.access_token)).await;
        let mut current = held(&self.shared.current);
        match outcome {
            Ok(session) => {
                current.renewals += 1;
                current.session = session.clone();
                Ok(session)
            }
            Err(error) => {
                current.failures += 1;
                current.last_failure = Some((error.retry_when(), error.to_string()));
                Err(error)
            }
        }
    }
}

/// Every value behind these locks is whole at any moment, so a panic elsewhere spoils nothing.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
