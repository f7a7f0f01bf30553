//! Describes, kept and asked for again only when they may have changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{IF_MODIFIED_SINCE, LAST_MODIFIED};
use http::{HeaderValue, StatusCode};
use tokio::time::Instant;
use transport::Reply;

use super::{DescribeWire, FieldDescribe, ObjectDescribe};
use crate::api_name::ApiName;
use crate::asked::Asked;
use crate::call::{Call, json, server_time};
use crate::row::Row;
use crate::{Client, Lead, SalesforceError};

/// For so long a describe is taken as it is. An admin who changes a field while nobody meets the
/// change by an error sees it here after this time.
const TAKEN_AS_IT_IS: Duration = Duration::from_mins(10);

/// After so long a describe is read whole, since a changed permission may not count as a change of
/// the object.
const READ_WHOLE_AFTER: Duration = Duration::from_hours(1);

/// How far the server's clock may have moved on between the reading and the head of its answer.
const CLOCK_STEP: Duration = Duration::from_secs(1);

/// What is remembered of the objects of one org.
pub(crate) struct Describes {
    objects: Mutex<HashMap<ApiName, Arc<Asked<Remembered>>>>,
}

#[derive(Clone)]
struct Remembered {
    describe: Arc<ObjectDescribe>,
    asked_at: Instant,
    /// When it last came whole.
    read_at: Instant,
    /// By the org's own clock.
    modified: Option<HeaderValue>,
}

impl Describes {
    pub(crate) fn new() -> Self {
        Self {
            objects: Mutex::new(HashMap::new()),
        }
    }

    fn of(&self, object: &ApiName) -> Arc<Asked<Remembered>> {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = objects
            .entry(object.clone())
            .or_insert_with(|| Arc::new(Asked::new()));
        Arc::clone(slot)
    }

    /// An error that says that fields or objects are not what they were forgets all of them: it
    /// does not say which object it means, and is rare. The next describe is read whole, since a
    /// changed permission may not count as a change of the object.
    pub(crate) fn doubt_after(&self, error: &SalesforceError) {
        if matches!(
            error,
            SalesforceError::SchemaChanged { .. } | SalesforceError::FieldNotWritable { .. }
        ) {
            let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
            objects.values().for_each(|object| object.forget());
        }
    }
}

fn call(object: &ApiName, known: Option<&Remembered>) -> Call {
    let call = Call::get(format!("sobjects/{object}/describe"));
    let fresh = known.filter(|known| known.read_at.elapsed() < READ_WHOLE_AFTER);
    match fresh.and_then(|known| known.modified.clone()) {
        Some(modified) => call.with_value(IF_MODIFIED_SINCE.as_str(), modified),
        None => call,
    }
}

fn read(reply: &Reply, known: Option<Remembered>) -> Result<Remembered, SalesforceError> {
    let asked_at = Instant::now();
    if reply.status == StatusCode::NOT_MODIFIED
        && let Some(known) = known
    {
        return Ok(Remembered { asked_at, ..known });
    }
    let wire: DescribeWire = json(reply, "a describe")?;
    let fields = wire.fields.into_iter().map(FieldDescribe::from).collect();
    Ok(Remembered {
        describe: Arc::new(ObjectDescribe { fields }),
        asked_at,
        read_at: asked_at,
        modified: modified(reply),
    })
}

/// Where it is not said, the server's clock just before the answer is the latest it can have been.
fn modified(reply: &Reply) -> Option<HeaderValue> {
    let said = reply.headers.get(LAST_MODIFIED).cloned();
    said.or_else(|| {
        let before = server_time(reply)?.minus(CLOCK_STEP);
        HeaderValue::try_from(before.to_http_date()).ok()
    })
}

impl Client {
    /// The fields of an object, as they were at most ten minutes ago. They are asked for again
    /// after that (an object that has not changed costs a call and, but for once an hour, no
    /// reading), and after any error that says that a field or object is not what it was. Callers
    /// that want one object at the same time share one call.
    pub async fn describe(&self, object: &ApiName) -> Result<Arc<ObjectDescribe>, SalesforceError> {
        self.described(object, |known| known.asked_at.elapsed() < TAKEN_AS_IT_IS)
            .await
    }

    /// The fields of Lead, as they are now: one call, which is quick if nothing has changed.
    pub async fn describe_lead(&self) -> Result<Arc<ObjectDescribe>, SalesforceError> {
        self.described(&ApiName::fixed(Lead::OBJECT), |_| false)
            .await
    }

    async fn described(
        &self,
        object: &ApiName,
        good: impl Fn(&Remembered) -> bool,
    ) -> Result<Arc<ObjectDescribe>, SalesforceError> {
        let ask = |known: Option<Remembered>| async move {
            let reply = self.read(&call(object, known.as_ref())).await?;
            read(&reply, known)
        };
        let remembered = self.describes().of(object).get(good, ask).await?;
        Ok(remembered.describe)
    }
}
