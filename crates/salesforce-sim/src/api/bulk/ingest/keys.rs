//! Records that a file names by a key of theirs instead of their id.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::Records;
use crate::schema::Object;

/// The record of `object` whose `field` holds `key`.
pub(super) fn named(
    records: &Records,
    object: Object,
    field: &str,
    key: &str,
) -> Result<RecordId, ApiError> {
    let place = records
        .key_place(object, field)
        .ok_or_else(|| not_found(object, field, key))?;
    let value = records.read_key(object, place, &key.into())?;
    match records.keyed(object, place, &value).as_slice() {
        [] => Err(not_found(object, field, key)),
        [id] => Ok(*id),
        several => {
            let ids: Vec<String> = several.iter().map(RecordId::to_string).collect();
            let message = format!(
                "{field}: more than one record found for external id field: [{}]",
                ids.join(", ")
            );
            Err(ApiError::record(
                "DUPLICATE_EXTERNAL_ID",
                message,
                [field.to_owned()],
            ))
        }
    }
}

fn not_found(object: Object, field: &str, key: &str) -> ApiError {
    let message = format!(
        "Foreign key external ID: {key} not found for field {field} in entity {}",
        object.name()
    );
    ApiError::record("INVALID_FIELD", message, [])
}
