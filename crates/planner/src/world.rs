//! A small language in which tests write an org and a workspace down: text in, facts out.
//!
//! Statements end with `;` or a line, a value with spaces stands in quotes, ids are short (`c1`,
//! `00Q1`, `0031`, `0051`), and a misspelt word fails the test. What the person's facts hold of it
//! follows from the emails, as it does in the mirror.
//!
//! ```text
//! intercom lead ada@acme.io STATUS=Open owner=7; lead 00Q1 ada@acme.io status=Open owner=0051
//! owner 0051 'Bob Ray' email=bob@org.io login=5; owner 0052 Old inactive; owner 0053 '' unseen
//! link c1 00Q1 pin STATUS=Open/Open owner=7/7 announced=999999 put-back=owner:999000,999500
//! converted 00Q2 ada@acme.io into 0031; contact 0031 countess@acme.io account=0011
//! merged 00Q3 ada@acme.io into 00Q4; hidden 00Q4; account 0011 Acme; pinned 0031
//! teammate 7 Bob email=bob@org.io; installer 1 Ada; pair 0052 nobody; sandbox; maintain fallback=7
//! parked c1; parked 00Q1; unusable TITLE; pause intercom; attributes off; events off; what-agrees
//! crowded contacts=2 records=2; allow ada@acme.io; crowd contacts=7 records=2001; listed crowded
//! ```

mod statement;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::settings::{AmbiguousContacts, PairChoice, TeammateChoice};
use model::{
    Base, BasePair, How, Link, MatchKey, PersonKey, PutBacks, Settings, Timestamp, ic, sf,
};

use crate::{
    Account, Attribute, Contact, Crowd, Facts, Lead, OWNER, Operation, Owner, Parked, Record,
    SfContact, Team, Teammate, User, Verdict, plan,
};

pub(crate) use self::statement::{Statement, statements};

/// When every test's person is looked at.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// A workspace and an org as written down so far.
#[derive(Default)]
pub(crate) struct World {
    contacts: Vec<Contact>,
    records: Vec<(Option<MatchKey>, Record)>,
    /// Records that were merged away, with the key that they held.
    merged: Vec<(Option<MatchKey>, sf::RecordId)>,
    became: BTreeMap<sf::RecordId, sf::RecordId>,
    hidden: BTreeSet<sf::RecordId>,
    crowd: Option<Crowd>,
    listed: Option<Verdict>,
    owners: Vec<Owner>,
    users: Vec<User>,
    teammates: Vec<Teammate>,
    installer: Option<ic::TeammateId>,
    sandbox: bool,
    accounts: Vec<Account>,
    links: Vec<Link>,
    pinned: Option<sf::RecordId>,
    parked: Vec<ic::ContactId>,
    parked_leads: Vec<sf::LeadId>,
    unusable: BTreeSet<Attribute>,
    pub(crate) settings: Settings,
}

/// The facts of the person of a text.
pub(crate) fn facts(text: &str) -> Facts {
    let mut world = World::default();
    for mut statement in statements(text) {
        let verb = statement.must();
        assert!(world.tell(&verb, &mut statement), "what is {verb:?}?");
        statement.end();
    }
    world.facts()
}

impl World {
    /// Takes a statement in; `false` if the verb is not one of the world's.
    pub(crate) fn tell(&mut self, verb: &str, statement: &mut Statement) -> bool {
        match verb {
            "intercom" => self.intercom(statement),
            "lead" | "converted" => self.lead(verb == "converted", statement),
            "contact" => self.contact(statement),
            "owner" => self.owner_told(statement),
            "teammate" | "installer" => self.teammate(verb == "installer", statement),
            "pair" => self.pair(statement),
            "sandbox" => self.sandbox = true,
            "maintain" => self.maintain(statement),
            "merged" => self.merged(statement),
            "hidden" => _ = self.hidden.insert(record_id(&statement.must())),
            "crowd" => {
                let mut many = |name| statement.value(name).unwrap().parse().unwrap();
                self.crowd = Some(Crowd {
                    contacts: many("contacts"),
                    records: many("records"),
                });
            }
            "allow" => {
                let key = MatchKey::from_email(&statement.must()).unwrap();
                self.settings.matching.crowded_allowed.insert(key);
            }
            "listed" => {
                self.listed = Some(match statement.must().as_str() {
                    "many-leads" => Verdict::ManyLeads,
                    "many-contacts" => Verdict::ManyContacts,
                    "crowded" => Verdict::Crowded,
                    other => panic!("nobody is listed as {other:?}"),
                });
            }
            "what-agrees" => {
                self.settings.matching.ambiguous_contacts = AmbiguousContacts::WhatAgrees;
            }
            "events" => self.settings.attributes.events = !statement.flag("off"),
            "account" => self.account(statement),
            "link" => self.link(statement),
            "pinned" => self.pinned = Some(expanded(&statement.must()).parse().unwrap()),
            "parked" => {
                let id = statement.must();
                match expanded(&id).parse() {
                    Ok(lead) => self.parked_leads.push(lead),
                    Err(_) => self.parked.push(id.parse().unwrap()),
                }
            }
            "unusable" => _ = self.unusable.insert(attribute(&statement.must())),
            "pause" => match statement.must().as_str() {
                "intercom" => self.settings.safety.pause_intercom_writes = true,
                "salesforce" => self.settings.safety.pause_salesforce_writes = true,
                other => panic!("pause {other:?}?"),
            },
            "attributes" => self.settings.attributes.enabled = !statement.flag("off"),
            "crowded" => {
                let mut most = |name| statement.value(name).unwrap().parse().unwrap();
                self.settings.matching.crowded_contacts = most("contacts");
                self.settings.matching.crowded_records = most("records");
            }
            _ => return false,
        }
        true
    }

    /// A Salesforce User or queue; `inactive`, `portal`, `unseen`, `login=SECOND`.
    fn owner_told(&mut self, statement: &mut Statement) {
        let id: sf::OwnerId = expanded(&statement.must()).parse().unwrap();
        let (inactive, portal) = (statement.flag("inactive"), statement.flag("portal"));
        let (unseen, login) = (statement.flag("unseen"), statement.value("login"));
        let owner = Owner {
            id,
            name: statement.must(),
            email: statement.value("email"),
            role: statement.value("role"),
            title: statement.value("title"),
        };
        match id {
            sf::OwnerId::User(_) if unseen => {}
            sf::OwnerId::User(id) => self.users.push(User {
                id,
                email: owner.email.clone(),
                active: !inactive,
                standard: !portal,
                last_login: login.map(|at| Timestamp::from_seconds(at.parse().unwrap())),
            }),
            sf::OwnerId::Queue(_) => {}
        }
        self.owners.push(owner);
    }

    fn teammate(&mut self, installer: bool, statement: &mut Statement) {
        let id: ic::TeammateId = statement.must().parse().unwrap();
        if installer {
            self.installer = Some(id.clone());
        }
        // An installer without a name has left.
        if let Some(name) = statement.word() {
            let email = statement.value("email");
            self.teammates.push(Teammate { id, name, email });
        }
    }

    fn pair(&mut self, statement: &mut Statement) {
        let user = expanded(&statement.must()).parse().unwrap();
        let choice = PairChoice::try_from(statement.must()).unwrap();
        self.settings.team.pairs.insert(user, choice);
    }

    fn maintain(&mut self, statement: &mut Statement) {
        self.settings.ownership.maintain = true;
        if let Some(choice) = statement.value("fallback") {
            self.settings.ownership.fallback = TeammateChoice::try_from(choice).unwrap();
        }
    }

    /// `merged 00Q1 ada@acme.io into 00Q2`.
    fn merged(&mut self, statement: &mut Statement) {
        assert!(statement.flag("into"), "merged into what?");
        let id = record_id(&statement.must());
        let words = [statement.word(), statement.word()];
        let (email, into) = match words {
            [Some(email), Some(into)] => (Some(email), into),
            [Some(into), None] => (None, into),
            [None, _] => panic!("merged into what?"),
        };
        let key = email.and_then(|email| MatchKey::from_email(&email));
        self.merged.push((key, id));
        self.became.insert(id, record_id(&into));
    }

    fn intercom(&mut self, statement: &mut Statement) {
        let role = match statement.must().as_str() {
            "lead" => ic::Role::Lead,
            "user" => ic::Role::User,
            other => panic!("an Intercom contact is lead or user, not {other:?}"),
        };
        let email = statement.word();
        let number = self.contacts.len() + 1;
        let id = statement.value("id").unwrap_or(format!("c{number}"));
        self.contacts.push(Contact {
            id: id.parse().unwrap(),
            role,
            name: statement.value("name"),
            email,
            phone: statement.value("phone"),
            company: statement.value("company"),
            owner: (statement.value("owner").filter(|id| !id.is_empty()))
                .map(|id| id.parse().unwrap()),
            attributes: (statement.values().into_iter())
                .map(|(name, value)| (attribute(&name), expanded(&value)))
                .collect(),
        });
    }

    fn lead(&mut self, converted: bool, statement: &mut Statement) {
        let id: sf::LeadId = expanded(&statement.must()).parse().unwrap();
        let key = statement.word().and_then(|it| MatchKey::from_email(&it));
        if converted && statement.flag("into") {
            let into = record_id(&statement.must());
            self.became.insert(sf::RecordId::Lead(id), into);
        }
        let lead = Lead {
            id,
            name: statement.value("name").unwrap_or("Ada Byron".to_owned()),
            last_name: statement.value("last"),
            title: statement.value("title"),
            company: statement.value("company"),
            status: statement.value("status"),
            owner: self.owner(statement),
            converted,
            created_at: self.created_at(statement),
        };
        self.records.push((key, Record::Lead(lead)));
    }

    fn contact(&mut self, statement: &mut Statement) {
        let id: sf::ContactId = expanded(&statement.must()).parse().unwrap();
        let email = statement.word();
        let key = email.as_deref().and_then(MatchKey::from_email);
        let account = statement.value("account").map(|short| {
            let id: sf::AccountId = expanded(&short).parse().unwrap();
            let account = self.accounts.iter().find(|account| account.id == id);
            account
                .expect("an account is told before it is used")
                .clone()
        });
        let contact = SfContact {
            id,
            name: statement.value("name").unwrap_or("Ada Byron".to_owned()),
            email,
            title: statement.value("title"),
            owner: self.owner(statement),
            account,
            account_hidden: statement.flag("account-hidden"),
            created_at: self.created_at(statement),
        };
        self.records.push((key, Record::Contact(contact)));
    }

    fn account(&mut self, statement: &mut Statement) {
        let account = Account {
            id: expanded(&statement.must()).parse().unwrap(),
            name: statement.must(),
            website: statement.value("website"),
            owner: self.owner(statement),
            billing_country: statement.value("billing"),
            shipping_country: statement.value("shipping"),
        };
        self.accounts.push(account);
    }

    fn owner(&self, statement: &mut Statement) -> Option<Owner> {
        let id: sf::OwnerId = expanded(&statement.value("owner")?).parse().unwrap();
        let owner = self.owners.iter().find(|owner| owner.id == id);
        Some(owner.expect("an owner is told before it is used").clone())
    }

    /// `at=` seconds; without it, each record is a second younger than the one told before.
    fn created_at(&self, statement: &mut Statement) -> Timestamp {
        let told = i64::try_from(self.records.len()).unwrap();
        let at = statement.value("at").map(|at| at.parse().unwrap());
        Timestamp::from_seconds(at.unwrap_or(told))
    }

    fn link(&mut self, statement: &mut Statement) {
        let half = |text: &str| (!text.is_empty()).then(|| expanded(text));
        let contact_id = statement.must().parse().unwrap();
        let record_id = expanded(&statement.must()).parse().unwrap();
        let how = match statement.must().as_str() {
            "key" => How::Key,
            "pin" => How::Pin,
            "created" => How::Created,
            other => panic!("a link comes about by key, pin or created, not {other:?}"),
        };
        let times = |text: String| -> Vec<Timestamp> {
            let at = |at: &str| Timestamp::from_seconds(at.parse().unwrap());
            text.split(',').map(at).collect()
        };
        let announced = statement.value("announced").map(|at| times(at)[0]);
        let put_backs = statement.value("put-back").map(|told| {
            let (field, at) = told.split_once(':').expect("FIELD:SECOND,SECOND");
            (field_name(field).to_owned(), times(at.to_owned()))
        });
        let pair = |(name, halves): (String, String)| {
            let (salesforce, intercom) = halves.split_once('/').expect("SALESFORCE/INTERCOM");
            let pair = BasePair {
                salesforce: half(salesforce),
                intercom: half(intercom),
            };
            (field_name(&name).to_owned(), pair)
        };
        self.links.push(Link {
            contact_id,
            record_id,
            since: Timestamp::from_seconds(1),
            how,
            base: Base(statement.values().into_iter().map(pair).collect()),
            announced,
            put_backs: PutBacks(put_backs.into_iter().collect()),
        });
    }

    /// What a record became in the end.
    fn end_of(&self, id: sf::RecordId) -> Option<sf::RecordId> {
        let next = *self.became.get(&id)?;
        self.end_of(next).or(Some(next))
    }

    /// The facts of the person of the first contact, else of the first record.
    pub(crate) fn facts(self) -> Facts {
        let email = |contact: &Contact| contact.email.as_deref().and_then(MatchKey::from_email);
        let person = match self.contacts.first() {
            Some(first) => PersonKey::of_contact(email(first).as_ref(), &first.id),
            None => PersonKey::Matched(self.records[0].0.clone().expect("a record with a key")),
        };
        self.facts_of(person)
    }

    /// The facts of a person: who holds the key, who is pinned, and whom converted Leads among them
    /// became.
    pub(crate) fn facts_of(self, person: PersonKey) -> Facts {
        let key = person.key().cloned();
        let holds = |it: &Option<MatchKey>| key.is_some() && *it == key;
        let all = |of: &dyn Fn(&Option<MatchKey>, &Record) -> bool| -> Vec<Record> {
            let found = self.records.iter().filter(|(key, record)| of(key, record));
            found.map(|(_, record)| record.clone()).collect()
        };
        let records = all(&|key, _| holds(key));
        let pinned = self.pinned.map(|id| {
            let found = all(&|_, record| record.id() == id).pop();
            found.expect("what is pinned is told")
        });
        let merged: Vec<sf::RecordId> = (self.merged.iter())
            .filter(|(key, _)| holds(key))
            .map(|(_, id)| *id)
            .collect();
        let of_records = records.iter().chain(&pinned).map(Record::id);
        let of_links = self.links.iter().map(|link| link.record_id);
        let asked: BTreeSet<_> = of_records
            .chain(merged.iter().copied())
            .chain(of_links)
            .collect();
        let is_there = |id: &sf::RecordId| self.records.iter().any(|(_, it)| it.id() == *id);
        let became: BTreeMap<_, _> = (asked.into_iter())
            .filter_map(|id| Some((id, self.end_of(id)?)))
            .filter(|(_, end)| is_there(end))
            .collect();
        let ends: BTreeSet<_> = became.values().copied().collect();
        let successors = all(&|_, record| ends.contains(&record.id()));
        let team = self.team();
        let counted = |id: sf::RecordId| {
            let mut all = records.iter().chain(&pinned).chain(&successors);
            all.any(|record| record.id() == id)
        };
        let elsewhere = (self.links.iter())
            .map(|link| link.record_id)
            .filter(|id| is_there(id) && !counted(*id))
            .collect();
        let mut facts = Facts {
            observed_at: NOW,
            contacts: self.contacts,
            records,
            pinned,
            merged,
            became,
            successors,
            elsewhere,
            hidden: self.hidden,
            crowd: self.crowd,
            listed: self.listed,
            team: Arc::new(team),
            links: self.links,
            parked: Vec::new(),
            unusable: self.unusable,
            settings: Arc::new(self.settings),
            person,
        };
        facts.parked = parked(&facts, &self.parked, &self.parked_leads);
        facts
    }

    fn team(&self) -> Team {
        Team::new(
            &self.users,
            &self.teammates,
            self.installer.clone(),
            &self.settings.team,
            self.sandbox,
        )
    }
}

/// The keys of what the plan would write for these contacts and Leads.
fn parked(facts: &Facts, contacts: &[ic::ContactId], leads: &[sf::LeadId]) -> Vec<Parked> {
    let parked = |operation| match operation {
        Operation::Write(write) if contacts.contains(&write.contact) => {
            Some(Parked { key: write.key })
        }
        Operation::Fill(fill) if leads.contains(&fill.lead) => Some(Parked { key: fill.key }),
        Operation::Write(_) | Operation::Book { .. } | Operation::Fill(_) => None,
    };
    let operations = plan(facts).operations.into_iter();
    operations.filter_map(parked).collect()
}

fn record_id(short: &str) -> sf::RecordId {
    expanded(short).parse().unwrap()
}

/// The name of a field pair: an attribute's, or `owner`.
fn field_name(short: &str) -> &'static str {
    match short {
        OWNER => OWNER,
        _ => attribute(short).name(),
    }
}

fn attribute(short: &str) -> Attribute {
    let name = format!("SALESFORCE_{short}");
    Attribute::named(&name).unwrap_or_else(|| panic!("{name} is none of ours"))
}

/// `00Q1` as the 15 characters of an id; any other text as it is.
pub(crate) fn expanded(text: &str) -> String {
    let short = text.len() < 15 && ["00Q", "003", "001", "005", "00G"].contains(&prefix(text));
    if short {
        let id = format!("{}{:0>12}", prefix(text), &text[3..]);
        // Through the type, so that values of attributes have the 18 characters they would have.
        let record = id.parse().map(|id: sf::RecordId| id.to_string());
        let owner = id.parse().map(|id: sf::OwnerId| id.to_string());
        record.or(owner).unwrap_or(id)
    } else {
        text.to_owned()
    }
}

fn prefix(text: &str) -> &str {
    text.get(..3).unwrap_or_default()
}

/// The short form of an id of 18 characters; any other text as it is.
pub(crate) fn short(text: &str) -> String {
    if text.len() == 18 && text.starts_with("00") {
        format!("{}{}", prefix(text), text[3..15].trim_start_matches('0'))
    } else {
        text.to_owned()
    }
}

/// A line of attributes, in their order: `STATUS=Open TITLE=-`.
pub(crate) fn attributes(values: &BTreeMap<Attribute, String>) -> String {
    let line = |(attribute, value): (&Attribute, &String)| {
        format!("{}={}", bare(*attribute), short(value))
    };
    let lines: Vec<String> = values.iter().map(line).collect();
    lines.join(" ")
}

/// An attribute's name without what all of them begin with.
pub(crate) fn bare(attribute: Attribute) -> &'static str {
    attribute.name().trim_start_matches("SALESFORCE_")
}
