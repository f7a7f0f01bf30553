//! The org as it was founded: population → rows. Every row follows from the options and the
//! instant of founding alone, so that a save may leave out what nobody touched.

mod members;
mod setup;

pub(crate) use setup::PERMITTED;

use std::time::Duration;

use jiff::ToSpan as _;
use model::Timestamp;
use population::{Circumstance, Country, LeadStage, Persona, Population};

use crate::fixture::{Fixture, Written};
use crate::id::RecordId;
use crate::options::Options;
use crate::row::Row;
use crate::schema::{Meaning, Object, ObjectSchema, Schema, Setup};
use crate::soql::day_of;
use crate::table::{Tables, seeded_id};
use crate::value::Value;

const DAY_SECONDS: u64 = 86_400;

/// One lead in this many belongs to the queue.
const QUEUE_SHARE: u32 = 12;

const STAGES: [&str; 6] = [
    "Prospecting",
    "Qualification",
    "Value Proposition",
    "Proposal/Price Quote",
    "Closed Won",
    "Negotiation/Review",
];
const CASE_SUBJECTS: [&str; 4] = [
    "Invoice shows the wrong address",
    "Export stops half way",
    "Question about the yearly plan",
    "Cannot invite a colleague",
];

/// The user who connects apps.
pub(crate) fn integration_user() -> RecordId {
    seeded_id(Object::User, 0)
}

/// The only queue.
pub(crate) fn queue() -> RecordId {
    seeded_id(Object::Group, 0)
}

/// The only Lead assignment rule.
pub(crate) fn assignment_rule() -> RecordId {
    seeded_id(Object::AssignmentRule, 0)
}

/// The only Case assignment rule.
pub(crate) fn case_assignment_rule() -> RecordId {
    seeded_id(Object::AssignmentRule, 1)
}

/// The org itself.
pub(crate) fn org() -> RecordId {
    seeded_id(Object::Organization, 0)
}

/// The tables of a new org.
pub(crate) fn tables(options: &Options, schema: &Schema, founded_at: Timestamp) -> Tables {
    let seeder = Seeder {
        population: Population::new(options.seed, options.counts()),
        options,
        written: Fixture::written(options.fixture.as_ref()),
        schema,
        founded_at,
    };
    let mut tables = Tables::new(schema);
    let mut fill = |object: Object, count: u32, row: &dyn Fn(u32) -> Option<Row>| {
        tables.of_mut(object).fill((0..count).map(row).collect());
    };
    fill(Object::Organization, 1, &|_| Some(seeder.organization()));
    fill(Object::UserRole, options.teammates, &|index| {
        seeder.user_role(index)
    });
    let users = options.teammates + count_of(&seeder.written.users);
    fill(Object::User, users, &|index| seeder.user(index));
    let queues = 1 + count_of(&seeder.written.queues);
    fill(Object::Group, queues, &|index| Some(seeder.group(index)));
    fill(Object::AssignmentRule, 2, &|index| {
        Some(seeder.assignment_rule(index))
    });
    fill(Object::Account, options.accounts, &|index| {
        Some(seeder.account(index))
    });
    fill(Object::Contact, options.contacts, &|index| {
        Some(seeder.contact(index))
    });
    fill(Object::Lead, options.leads, &|index| {
        Some(seeder.lead(index))
    });
    if options.contacts > 0 {
        fill(Object::Opportunity, options.opportunities, &|index| {
            Some(seeder.opportunity(index))
        });
        fill(
            Object::OpportunityContactRole,
            options.opportunities,
            &|i| Some(seeder.role(i)),
        );
        fill(Object::Case, options.cases, &|index| {
            Some(seeder.case(index))
        });
    }
    for setup in Setup::ALL {
        tables
            .of_mut(Object::Setup(setup))
            .fill(seeder.setup(setup));
    }
    tables
}

fn count_of<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).expect("a fixture is a file of a person")
}

struct Seeder<'options> {
    population: Population,
    options: &'options Options,
    written: &'options Written,
    schema: &'options Schema,
    founded_at: Timestamp,
}

/// A row being filled, field by field.
struct Draft<'schema> {
    row: Row,
    schema: &'schema ObjectSchema,
}

impl Draft<'_> {
    fn set(&mut self, field: &str, value: Value) {
        self.row.store(self.schema.known(field), value);
    }

    fn fixed(&mut self, field: &str, text: &'static str) {
        self.set(field, Value::Static(text));
    }

    /// Chooses `usual` from a picklist, or where the org has no such value, one that means as much.
    fn choose(&mut self, field: &str, usual: &'static str, meaning: Meaning, index: u32) {
        let picklist = &self.schema.fields[self.schema.known(field)];
        if picklist.offers(usual) {
            return self.fixed(field, usual);
        }
        let fit = picklist.picklist.iter().filter(|choice| {
            let is_stage = matches!(choice.meaning, Meaning::Stage(_));
            choice.active && (choice.meaning == meaning || is_stage)
        });
        let fit: Vec<_> = fit.collect();
        let chosen = fit.get(index as usize % fit.len().max(1));
        if let Some(choice) = chosen {
            self.set(field, Value::text(&*choice.value));
        }
    }

    /// Sets the country of an address, and its code where the org has codes.
    fn live_in(&mut self, prefix: &str, country: Country) {
        self.fixed(&format!("{prefix}Country"), country.name);
        if let Some(place) = self.schema.position(&format!("{prefix}CountryCode")) {
            self.row.store(place, Value::Static(country.alpha2));
        }
    }

    fn done(mut self) -> Row {
        self.row.shrink();
        self.row.is_seeded = true;
        self.row
    }
}

impl<'options> Seeder<'options> {
    fn draft(&self, object: Object, index: u32, days_ago: u16) -> Draft<'options> {
        let days_ago = u64::from(days_ago);
        let spread = u64::from(index.wrapping_mul(2_654_435_761) % 50_000);
        let created = self
            .founded_at
            .minus(Duration::from_secs(days_ago * DAY_SECONDS + spread));
        let untouched = (days_ago * DAY_SECONDS + spread) / u64::from(1 + index % 4);
        let modified = self.founded_at.minus(Duration::from_secs(untouched));
        let mut row = Row::new(seeded_id(object, index), integration_user(), created);
        row.touch(integration_user(), modified);
        let schema = self.schema.of(object);
        if let Some(place) = schema.position("RecordTypeId") {
            row.store(place, schema.fields[place].default.clone());
        }
        Draft { row, schema }
    }

    fn organization(&self) -> Row {
        let mut draft = self.draft(Object::Organization, 0, 700);
        for (field, text) in [
            ("Name", "Harbourline"),
            ("OrganizationType", "Enterprise Edition"),
            ("InstanceName", "CS5E0"),
            ("LanguageLocaleKey", "en_US"),
            ("TimeZoneSidKey", "GMT"),
            ("DefaultLocaleSidKey", "en_IE"),
        ] {
            draft.fixed(field, text);
        }
        draft.set("FiscalYearStartMonth", Value::Int(1));
        draft.set("IsSandbox", Value::Bool(self.written.switches.sandbox));
        draft.done()
    }

    /// The role of a teammate, at the place of the first one who has it.
    fn user_role(&self, index: u32) -> Option<Row> {
        let role = self.population.teammate(index).role?;
        if self.role_index(role) != Some(index) {
            return None;
        }
        let mut draft = self.draft(Object::UserRole, index, 690);
        draft.fixed("Name", role);
        draft.set("DeveloperName", Value::text(role.replace([' ', '-'], "_")));
        Some(draft.done())
    }

    fn role_index(&self, role: &str) -> Option<u32> {
        (0..self.options.teammates)
            .find(|index| self.population.teammate(*index).role == Some(role))
    }

    fn user(&self, index: u32) -> Option<Row> {
        if let Some(user) = index.checked_sub(self.options.teammates) {
            return Some(self.added_user(index, &self.written.users[user as usize]));
        }
        let teammate = self.population.teammate(index);
        if !teammate.in_salesforce {
            return None;
        }
        let mut draft = self.draft(Object::User, index, 680);
        let username = match &self.options.user {
            Some(user) if index == 0 => user.clone(),
            Some(_) | None => teammate.email.clone(),
        };
        let local = teammate.email.split(['@', '.']).nth(1).unwrap_or_default();
        self.named(&mut draft, username, &teammate.email, local);
        draft.set("IsActive", Value::Bool(teammate.active));
        for (field, text) in [
            ("FirstName", teammate.first_name),
            ("LastName", teammate.last_name),
            ("Title", teammate.title),
        ] {
            draft.fixed(field, text);
        }
        let role = teammate.role.and_then(|role| self.role_index(role));
        if let Some(role) = role {
            draft.set("UserRoleId", Value::Id(seeded_id(Object::UserRole, role)));
        }
        Some(draft.done())
    }

    fn assignment_rule(&self, index: u32) -> Row {
        let mut draft = self.draft(Object::AssignmentRule, index, 660);
        draft.fixed("Name", "Standard");
        draft.fixed("SobjectType", if index == 0 { "Lead" } else { "Case" });
        draft.done()
    }

    fn account(&self, index: u32) -> Row {
        let company = self.population.company(index);
        let days_ago = 300 + u16::try_from(index % 400).unwrap_or(0);
        let mut draft = self.draft(Object::Account, index, days_ago);
        draft.set("Name", Value::text(company.name));
        draft.set(
            "Website",
            Value::text(format!("https://www.{}", company.domain)),
        );
        draft.set("Phone", Value::text(company.phone));
        draft.set("NumberOfEmployees", Value::Int(i64::from(company.size)));
        draft.fixed("Industry", company.industry);
        draft.live_in("Billing", company.country);
        draft.fixed(
            "Type",
            if index.is_multiple_of(3) {
                "Customer - Direct"
            } else {
                "Prospect"
            },
        );
        draft.set("OwnerId", self.owner(company.owner));
        draft.done()
    }

    fn owner(&self, teammate: u32) -> Value {
        let has_user = self.population.teammate(teammate).in_salesforce;
        Value::Id(seeded_id(Object::User, if has_user { teammate } else { 0 }))
    }

    fn person(&self, object: Object, index: u32, persona: &Persona) -> Draft<'options> {
        let mut draft = self.draft(object, index, persona.created_days_ago);
        draft.fixed("FirstName", persona.first_name);
        draft.fixed("LastName", persona.last_name);
        draft.fixed("Title", persona.title);
        draft.fixed("LeadSource", persona.lead_source);
        draft.set("OwnerId", self.owner(persona.owner));
        if let Some(email) = &persona.salesforce_email {
            draft.set("Email", Value::text(email.as_str()));
        }
        if let Some(phone) = &persona.phone {
            draft.set("Phone", Value::text(phone.as_str()));
        }
        draft
    }

    fn contact(&self, index: u32) -> Row {
        let persona = self.population.contact(index);
        let mut draft = self.person(Object::Contact, index, &persona);
        draft.fixed("MailingCity", persona.city);
        draft.live_in("Mailing", persona.country);
        if persona.company < self.options.accounts {
            draft.set(
                "AccountId",
                Value::Id(seeded_id(Object::Account, persona.company)),
            );
        }
        draft.done()
    }

    fn lead(&self, index: u32) -> Row {
        let persona = self.population.lead(index);
        let mut draft = self.person(Object::Lead, index, &persona);
        draft.set(
            "Company",
            Value::text(self.population.company(persona.company).name),
        );
        draft.fixed("City", persona.city);
        draft.live_in("", persona.country);
        let status = match persona.lead_status {
            LeadStage::New => "Open - Not Contacted",
            LeadStage::Working => "Working - Contacted",
            LeadStage::Unqualified => "Closed - Not Converted",
        };
        draft.choose("Status", status, Meaning::Plain, index);
        match persona.circumstance {
            Circumstance::Converted { contact } => self.converted(&mut draft, contact),
            Circumstance::Ordinary
            | Circumstance::IntercomOnly
            | Circumstance::SalesforceOnly
            | Circumstance::NoEmail
            | Circumstance::Twin
            | Circumstance::AlsoContact { .. } => {
                if index % QUEUE_SHARE == QUEUE_SHARE - 1 {
                    draft.set("OwnerId", Value::Id(queue()));
                }
            }
        }
        draft.done()
    }

    fn converted(&self, draft: &mut Draft<'_>, contact: u32) {
        let company = self.population.contact(contact).company;
        let at = draft.row.modified_at;
        draft.choose("Status", "Closed - Converted", Meaning::Converted, contact);
        draft.set("IsConverted", Value::Bool(true));
        draft.set("ConvertedDate", Value::Date(day_of(at)));
        draft.set(
            "ConvertedContactId",
            Value::Id(seeded_id(Object::Contact, contact)),
        );
        if company < self.options.accounts {
            draft.set(
                "ConvertedAccountId",
                Value::Id(seeded_id(Object::Account, company)),
            );
        }
    }

    /// The contact that the `index`-th opportunity or case is about.
    fn about(&self, index: u32) -> (RecordId, Persona) {
        let contact = index.wrapping_mul(7) % self.options.contacts;
        (
            seeded_id(Object::Contact, contact),
            self.population.contact(contact),
        )
    }

    fn opportunity(&self, index: u32) -> Row {
        let (contact, persona) = self.about(index);
        let stage = STAGES[index as usize % STAGES.len()];
        let company = self.population.company(persona.company);
        let mut draft = self.draft(
            Object::Opportunity,
            index,
            20 + u16::from(index.is_multiple_of(2)) * 15,
        );
        let seats = (index % 9 + 1) * 10;
        draft.set(
            "Name",
            Value::text(format!("{} - {seats} seats", company.name)),
        );
        draft.set("Amount", Value::Double(f64::from(seats) * 120.0));
        draft.choose("StageName", stage, Meaning::Plain, index);
        let stage = draft
            .row
            .text(draft.schema, "StageName")
            .unwrap_or_default();
        let facts = draft.schema.stage(stage);
        draft.set("Probability", Value::Double(facts.probability));
        draft.fixed("ForecastCategoryName", facts.forecast);
        let closing =
            day_of(self.founded_at).saturating_add(i32::try_from(index % 60).unwrap_or(0).days());
        draft.set("CloseDate", Value::Date(closing));
        draft.set("OwnerId", self.owner(persona.owner));
        draft.set("ContactId", Value::Id(contact));
        if persona.company < self.options.accounts {
            draft.set(
                "AccountId",
                Value::Id(seeded_id(Object::Account, persona.company)),
            );
        }
        draft.done()
    }

    fn role(&self, index: u32) -> Row {
        let (contact, _) = self.about(index);
        let mut draft = self.draft(Object::OpportunityContactRole, index, 20);
        draft.set(
            "OpportunityId",
            Value::Id(seeded_id(Object::Opportunity, index)),
        );
        draft.set("ContactId", Value::Id(contact));
        draft.fixed("Role", "Decision Maker");
        draft.set("IsPrimary", Value::Bool(true));
        draft.done()
    }

    fn case(&self, index: u32) -> Row {
        let (contact, persona) = self.about(index + 3);
        let mut draft = self.draft(
            Object::Case,
            index,
            3 + u16::from(index.is_multiple_of(5)) * 9,
        );
        let number = u64::from(index) + 1_001;
        draft.set("CaseNumber", Value::text(format!("{number:08}")));
        draft.fixed(
            "Subject",
            CASE_SUBJECTS[index as usize % CASE_SUBJECTS.len()],
        );
        draft.fixed(
            "Priority",
            if index.is_multiple_of(4) {
                "High"
            } else {
                "Medium"
            },
        );
        draft.fixed("Origin", "Email");
        let (status, meaning) = if index % 3 == 2 {
            ("Closed", Meaning::Closed)
        } else {
            ("New", Meaning::Plain)
        };
        draft.choose("Status", status, meaning, index);
        if meaning == Meaning::Closed {
            let at = draft.row.modified_at;
            draft.set("ClosedDate", Value::Instant(at));
        }
        draft.set("ContactId", Value::Id(contact));
        draft.set("OwnerId", self.owner(persona.owner));
        if persona.company < self.options.accounts {
            draft.set(
                "AccountId",
                Value::Id(seeded_id(Object::Account, persona.company)),
            );
        }
        draft.done()
    }
}
