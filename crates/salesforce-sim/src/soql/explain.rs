//! `/query?explain=`: how a query would be answered.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::records::Records;

use super::bind::Plan;
use super::search::{Approach, approach, living};

/// What looking at a row of a table costs, beside a row of an index. The vendor weighs rows by
/// numbers of its own; only their order is meant.
const SCAN_COST: f64 = 1.5;

/// The plan by which this world answers, in the vendor's form.
#[expect(
    clippy::cast_precision_loss,
    reason = "tables hold fewer than 2^32 records"
)]
pub(crate) fn explain(plan: &Arc<Plan>, records: &Records) -> Json {
    let (approach, cardinality) = approach(plan, records);
    let total = living(&records.tables, plan.object);
    let share = cardinality as f64 / total.max(1) as f64;
    let (operation, fields, cost) = match approach {
        Approach::Places(_, field) => {
            let name = &records.schema_of(plan.object).fields[field].name;
            ("Index", vec![name.clone()], share)
        }
        Approach::Stamps(_) => ("Index", vec!["SystemModstamp".to_owned()], share),
        Approach::Scan => ("TableScan", Vec::new(), share * SCAN_COST),
    };
    json!({"plans": [{
        "cardinality": cardinality,
        "fields": fields,
        "leadingOperationType": operation,
        "notes": [],
        "relativeCost": cost,
        "sobjectCardinality": total,
        "sobjectType": plan.object.name(),
    }]})
}
