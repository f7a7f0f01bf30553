//! The people, companies and conversations that a workspace begins with.
//!
//! Who they are is asked of `population`, so that the pretend Salesforce knows the same people;
//! ids, times and what was said follow from the seed and the index.

mod dialogue;

use std::collections::BTreeMap;

use model::Timestamp;
use population::{Counts, Persona, Population};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::attribute::Attributes;
use crate::company::{Companies, Company};
use crate::contact::{Contact, Contacts, Role};
use crate::ids::{AdminId, ObjectId, TagId, TeamId, workspace_code};
use crate::member::{Admin, Team};
use crate::options::Options;
use crate::world::{Place, Tag, World};

const DAY_SECONDS: i64 = 24 * 3600;
/// How long before its start the workspace was opened.
const WORKSPACE_AGE_DAYS: i64 = 900;

/// The world of `seed` as of `now`.
pub(crate) fn world(seed: u64, options: &Options, now: Timestamp) -> World {
    let people = Population::new(
        seed,
        Counts {
            leads: options.leads,
            contacts: options.users,
            companies: options.companies,
            teammates: options.teammates,
        },
    );
    let now = now.as_seconds();
    let mut world = World::empty(
        seed,
        workspace_code(seed),
        now - WORKSPACE_AGE_DAYS * DAY_SECONDS,
    );
    world.admins = admins(seed, &people);
    world.teams = teams();
    world.tags = ["billing", "bug", "vip"]
        .into_iter()
        .zip(1_287..)
        .map(|(name, id)| Tag {
            id: TagId(id),
            name: name.to_owned(),
        })
        .collect();
    world.attributes = attributes(&world.admins, world.created_at);
    let mut seats = Seats {
        seed,
        now,
        places: Vec::new(),
        known: BTreeMap::new(),
    };
    let mut companies = companies(&seats, &people, options.companies);
    let mut rows = Vec::with_capacity((options.leads + options.users) as usize);
    for index in 0..options.leads {
        rows.push(seats.contact(Role::Lead, index, &people.lead(index)));
    }
    for index in 0..options.users {
        let persona = people.contact(index);
        let mut row = seats.contact(Role::User, index, &persona);
        if persona.company < options.companies {
            let company = company_id(seed, persona.company);
            row.companies.push(company);
            companies.attach(company, row.id);
        }
        rows.push(row);
    }
    world.companies = companies;
    world.contacts = Contacts::from_rows(rows);
    world.places = seats.places;
    dialogue::seed(&mut world, options, now);
    world
}

pub(crate) fn contact_id(seed: u64, role: Role, index: u32) -> ObjectId {
    ObjectId::derived(seed, role.word(), u64::from(index))
}

fn company_id(seed: u64, index: u32) -> ObjectId {
    ObjectId::derived(seed, "company", u64::from(index))
}

/// A number in `0..bound` that follows from its arguments.
fn drawn(seed: u64, purpose: &str, index: u64, bound: i64) -> i64 {
    let hash = xxh3_64_with_seed(format!("{purpose}/{index}").as_bytes(), seed) >> 1;
    i64::try_from(hash).unwrap_or(0) % bound.max(1)
}

fn admins(seed: u64, people: &Population) -> Vec<Admin> {
    let first = 991_000_000 + u64::try_from(drawn(seed, "admin ids", 0, 900_000)).unwrap_or(0);
    (0..people.counts().teammates)
        .map(|index| (index, people.teammate(index)))
        .filter(|(_, person)| person.in_intercom)
        .map(|(index, person)| Admin {
            id: AdminId(first + u64::from(index) * 7),
            name: format!("{} {}", person.first_name, person.last_name),
            email: person.email,
            job_title: person.title.to_owned(),
            away: None,
            teams: vec![if index % 3 == 0 { SALES } else { SUPPORT }],
        })
        .collect()
}

const SALES: TeamId = TeamId(814_865);
const SUPPORT: TeamId = TeamId(814_866);

fn teams() -> Vec<Team> {
    vec![
        Team {
            id: SALES,
            name: "Sales".to_owned(),
        },
        Team {
            id: SUPPORT,
            name: "Support".to_owned(),
        },
    ]
}

/// Two attributes that a workspace of this kind has before any app comes.
fn attributes(admins: &[Admin], created_at: i64) -> Attributes {
    let mut attributes = Attributes::default();
    let admin = admins.first().map(|admin| admin.id).unwrap_or_default();
    for (model, name, data_type, description) in [
        ("contact", "job_title", "string", "What the person does."),
        (
            "company",
            "account_tier",
            "string",
            "How much care the company gets.",
        ),
    ] {
        let body = serde_json::json!({
            "model": model, "name": name, "data_type": data_type, "description": description,
        });
        let body = body.as_object().expect("it was written as an object");
        attributes
            .create(body, admin, created_at)
            .expect("the seeded attributes are valid");
    }
    attributes
}

fn companies(seats: &Seats, people: &Population, count: u32) -> Companies {
    let mut companies = Companies::default();
    for index in 0..count {
        let known = people.company(index);
        let id = company_id(seats.seed, index);
        let age = 30 + drawn(seats.seed, "company age", u64::from(index), 800);
        let mut row = Company::new(id, format!("acc-{index}"), seats.now - age * DAY_SECONDS);
        row.website = Some(format!("https://{}", known.domain));
        row.industry = Some(known.industry.to_owned());
        row.size = Some(i64::from(known.size));
        row.name = Some(known.name);
        row.last_request_at = Some(
            seats.now
                - drawn(
                    seats.seed,
                    "company seen",
                    u64::from(index),
                    30 * DAY_SECONDS,
                ),
        );
        companies.put(row);
    }
    companies
}

/// What is needed to seat a person in the workspace.
struct Seats {
    seed: u64,
    now: i64,
    places: Vec<Place>,
    known: BTreeMap<(&'static str, &'static str), u16>,
}

impl Seats {
    fn contact(&mut self, role: Role, index: u32, persona: &Persona) -> Contact {
        let number = u64::from(index);
        let id = contact_id(self.seed, role, index);
        let within_day = drawn(self.seed, role.word(), number, DAY_SECONDS - 3600);
        let created_at = self.now - i64::from(persona.created_days_ago) * DAY_SECONDS + within_day;
        let mut row = Contact::new(id, role, created_at);
        let alive = (self.now - created_at - 60).max(1);
        row.updated_at = created_at + drawn(self.seed, "updated", number, alive);
        row.last_seen_at = Some(row.updated_at);
        row.name = Some(format!("{} {}", persona.first_name, persona.last_name).into());
        row.email = persona.intercom_email.as_deref().map(Into::into);
        row.phone = persona
            .phone
            .as_deref()
            .map(|phone| phone.replace(' ', "").into());
        row.place = Some(self.place(persona));
        match role {
            Role::Lead => {}
            Role::User => {
                row.external_id = Some(format!("{}", 10_000 + index).into());
                row.signed_up_at = Some(created_at);
            }
        }
        row
    }

    fn place(&mut self, persona: &Persona) -> u16 {
        let country = persona.country;
        let places = &mut self.places;
        *self
            .known
            .entry((persona.city, country.alpha3))
            .or_insert_with(|| {
                places.push(Place {
                    city: persona.city.to_owned(),
                    country: country.name.to_owned(),
                    country_code: country.alpha3.to_owned(),
                    continent_code: country.continent.to_owned(),
                });
                u16::try_from(places.len() - 1).expect("there are few cities")
            })
    }
}
