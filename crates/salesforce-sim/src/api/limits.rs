//! `/limits` and `/limits/recordCount`: what the org allows, and how much it holds.

use http::StatusCode;
use serde_json::json;

use crate::answer::{self, Response};
use crate::schema::Object;
use crate::world::World;

use super::call::Call;

impl World {
    pub(super) fn limits(&self) -> Response {
        let daily = self.options.daily_limit;
        let deliveries = self.records.events.options.delivery_allocation;
        let delivered = deliveries.saturating_sub(self.deliveries_left());
        let entry =
            |max: u32, used: u32| json!({"Max": max, "Remaining": max.saturating_sub(used)});
        let jobs = self.jobs.queries_of_the_day(self.now);
        let jobs_max = self.jobs.switches.daily_query_jobs;
        answer::json_value(
            StatusCode::OK,
            &json!({
                "ConcurrentAsyncGetReportInstances": entry(200, 0),
                "DailyApiRequests": entry(daily, self.usage.used(self.now)),
                "DailyAsyncApexExecutions": entry(250_000, 0),
                "DailyBulkApiBatches": entry(15_000, 0),
                "DailyBulkV2QueryFileStorageMB": entry(976_562, 0),
                "DailyBulkV2QueryJobs": entry(jobs_max, jobs),
                "DailyDeliveredPlatformEvents": entry(deliveries, delivered),
                "DailyDurableStreamingApiEvents": entry(200_000, 0),
                "DailyStreamingApiEvents": entry(200_000, 0),
                "DataStorageMB": entry(10_240, 0),
                "FileStorageMB": entry(10_240, 0),
                "HourlyPublishedPlatformEvents": entry(250_000, 0),
                "HourlyTimeBasedWorkflow": entry(1_000, 0),
                "MassEmail": entry(5_000, 0),
                "MonthlyPlatformEvents": entry(750_000, 0),
                "SingleEmail": entry(5_000, 0),
                "StreamingApiConcurrentClients": entry(2_000, 0),
            }),
        )
    }

    /// Objects without records are left out, and so are names that are none.
    pub(super) fn record_counts(&self, call: &Call) -> Response {
        let named: Vec<Object> = match call.parameter("sObjects") {
            None => Object::ALL
                .into_iter()
                .filter(|object| !self.records.sharing.denies(*object))
                .collect(),
            Some(names) => names
                .split(',')
                .filter_map(|name| self.known(name.trim()).ok())
                .collect(),
        };
        let counts: Vec<_> = named
            .into_iter()
            .map(|object| (object, crate::soql::living(&self.records.tables, object)))
            .filter(|(_, count)| *count > 0)
            .map(|(object, count)| json!({"count": count, "name": object.name()}))
            .collect();
        answer::json_value(StatusCode::OK, &json!({ "sObjects": counts }))
    }
}
