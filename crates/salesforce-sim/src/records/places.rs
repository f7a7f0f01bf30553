//! Country and state picklists: the text and the code of an address say the same, or the record is
//! refused. In an org without them, texts are free.

use crate::error::ApiError;
use crate::row::Row;
use crate::schema::{Kind, ObjectSchema, Place, countries, states};
use crate::value::{Value, equal_folded};

use super::Records;

/// The text field and the code field of a country or state.
struct Pair {
    text: usize,
    code: usize,
}

impl Records {
    /// Completes the addresses that changed.
    pub(super) fn complete_places(
        &self,
        row: &mut Row,
        before: Option<&Row>,
    ) -> Result<(), ApiError> {
        let schema = self.schema_of(row.object());
        let compounds = schema
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Address);
        for prefix in compounds.filter_map(|field| field.name.strip_suffix("Address")) {
            let pair = |part: &str| {
                let code = schema.position(&format!("{prefix}{part}Code"))?;
                let text = schema.position(&format!("{prefix}{part}"))?;
                Some(Pair { text, code })
            };
            let (Some(country), Some(state)) = (pair("Country"), pair("State")) else {
                continue;
            };
            let is_changed = |place: usize| {
                before.is_none_or(|before| before.stored(place) != row.stored(place))
            };
            let places = [country.text, country.code, state.text, state.code];
            if places.into_iter().any(is_changed) {
                complete_address(row, before, schema, &country, &state)?;
            }
        }
        Ok(())
    }
}

fn complete_address(
    row: &mut Row,
    before: Option<&Row>,
    schema: &ObjectSchema,
    country: &Pair,
    state: &Pair,
) -> Result<(), ApiError> {
    let chosen = chosen(row, before, country, countries()).map_err(|()| {
        let label = &schema.fields[country.text].label;
        let message = format!(
            "There's a problem with this country, even though it may appear correct. Please \
             select a country/territory from the list of valid countries.: {label}"
        );
        refused(message, schema, country)
    })?;
    store(row, country, chosen);
    let label = &schema.fields[state.text].label;
    let Some(chosen_country) = chosen else {
        if said(row, before, state).is_some() {
            let message = format!(
                "A country/territory must be specified before specifying a state value for \
                 field: {label}"
            );
            return Err(refused(message, schema, state));
        }
        store(row, state, None);
        return Ok(());
    };
    let within = states().filter(|place| place.country == chosen_country.code);
    let found = self::chosen(row, before, state, within).map_err(|()| {
        let message = format!(
            "There's a problem with this state, even though it may appear correct. Please select \
             a state from the list of valid states.: {label}"
        );
        refused(message, schema, state)
    })?;
    store(row, state, found);
    Ok(())
}

/// What the pair says, and whether its text says it. Where only the text was changed, the text
/// speaks; else the code does.
fn said<'row>(row: &'row Row, before: Option<&Row>, pair: &Pair) -> Option<(&'row str, bool)> {
    let is_kept = |place: usize| match before {
        None => row.stored(place).is_null(),
        Some(before) => before.stored(place) == row.stored(place),
    };
    let by_text = is_kept(pair.code) && !is_kept(pair.text);
    let speaking = if by_text { pair.text } else { pair.code };
    let text = row.stored(speaking).as_text()?;
    Some((text, by_text))
}

/// Which of `places` the pair names.
fn chosen(
    row: &Row,
    before: Option<&Row>,
    pair: &Pair,
    mut places: impl Iterator<Item = Place>,
) -> Result<Option<Place>, ()> {
    let Some((said, by_text)) = said(row, before, pair) else {
        return Ok(None);
    };
    let is_meant = |place: &Place| {
        equal_folded(place.code, said) || (by_text && equal_folded(place.name, said))
    };
    places.find(is_meant).map(Some).ok_or(())
}

fn store(row: &mut Row, pair: &Pair, chosen: Option<Place>) {
    let value = |text: Option<&'static str>| text.map_or(Value::Null, Value::Static);
    row.store(pair.text, value(chosen.map(|place| place.name)));
    row.store(pair.code, value(chosen.map(|place| place.code)));
}

fn refused(message: String, schema: &ObjectSchema, pair: &Pair) -> ApiError {
    let field = schema.fields[pair.text].name.clone();
    ApiError::record("FIELD_INTEGRITY_EXCEPTION", message, [field])
}
