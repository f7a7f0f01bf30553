//! Countries and states as picklists: every address gets codes beside its texts.
//!
//! Countries are those of ISO 3166-1, states those of ISO 3166-2 for the few countries whose
//! addresses have them in the vendor's own list.

use super::{Choice, Field, Kind, Object, Presence, Schema};

/// A country or state: what a code field holds, and what the text field beside it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Of the country that it is, or is in.
    pub(crate) country: &'static str,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// How long a code field is.
const CODE_LENGTH: usize = 10;

/// All countries, by name.
pub(crate) fn countries() -> impl Iterator<Item = Place> {
    let lines = include_str!("places/countries.txt").lines();
    lines.filter_map(|line| {
        let (code, name) = line.split_once(' ')?;
        Some(Place {
            country: code,
            code,
            name,
        })
    })
}

/// All states, by the code of their country, then by name.
pub(crate) fn states() -> impl Iterator<Item = Place> {
    let lines = include_str!("places/states.txt").lines();
    lines.filter_map(|line| {
        let (country, rest) = line.split_once(' ')?;
        let (code, name) = rest.split_once(' ')?;
        Some(Place {
            country,
            code,
            name,
        })
    })
}

/// Adds the code fields to every address, behind all other fields.
pub(super) fn offer_codes(schema: &mut Schema) {
    let countries: Vec<Place> = countries().collect();
    let states: Vec<Choice> = states().map(|state| choice(state, &countries)).collect();
    let chosen: Vec<Choice> = countries
        .iter()
        .map(|country| choice(*country, &[]))
        .collect();
    for object in Object::ALL {
        let fields = &schema.of(object).fields;
        let addresses = fields.iter().filter(|field| field.kind == Kind::Address);
        let prefixes: Vec<String> = addresses
            .filter_map(|field| field.name.strip_suffix("Address"))
            .map(str::to_owned)
            .collect();
        let added = prefixes.iter().flat_map(|prefix| {
            let country = format!("{prefix}CountryCode");
            let state = Field {
                controller: Some(country.clone()),
                ..code_field(format!("{prefix}StateCode"), states.clone())
            };
            [state, code_field(country, chosen.clone())]
        });
        let added: Vec<Field> = added.collect();
        let schema = &mut schema.objects[object.index()];
        schema.fields.extend(added);
        schema.index();
    }
}

fn code_field(name: String, picklist: Vec<Choice>) -> Field {
    Field {
        picklist,
        restricted: true,
        presence: Presence::Nillable,
        ..Field::new(name, Kind::Picklist, CODE_LENGTH)
    }
}

fn choice(place: Place, countries: &[Place]) -> Choice {
    let controlling = countries
        .iter()
        .position(|country| country.code == place.country);
    Choice {
        label: place.name.into(),
        valid_for: controlling.into_iter().collect(),
        ..Choice::new(place.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_and_state_has_a_code_and_a_name() {
        assert_eq!(countries().count(), 249);
        let ireland = countries().find(|country| country.code == "IE").unwrap();
        assert_eq!(ireland.name, "Ireland");
        let cork = states().find(|state| state.name == "Cork").unwrap();
        assert_eq!((cork.country, cork.code), ("IE", "CO"));
        for state in states() {
            assert!(countries().any(|country| country.code == state.country));
        }
    }

    #[test]
    fn the_population_lives_in_known_countries() {
        let population = population::Population::new(
            1,
            population::Counts {
                leads: 200,
                contacts: 0,
                companies: 50,
                teammates: 1,
            },
        );
        for index in 0..200 {
            let country = population.lead(index).country;
            assert!(
                countries().any(|known| known.name == country.name && known.code == country.alpha2),
                "{}",
                country.name
            );
        }
    }
}
