//! What people do in both clouds while the connector reads and writes.
//!
//! Every edit is about a person of its own, and is of a kind whose result does not depend on when it
//! happens: afterwards each contact shows the record that its email leads to then. Left out are
//! those that rightly tell early from late: a Lead's status and a move from a Lead to a Salesforce
//! contact are told as events only if the link was there before, a record that joins another one
//! leaves what linked contacts show, and a contact archived for good keeps what it showed (so only
//! those whom no record has are).

use std::collections::BTreeMap;

use http::Method;
use model::{Entropy, SeededEntropy};
use serde_json::{Value, json};

use super::world::{Saved, call_intercom};
use crate::sync::Clouds;
use crate::web_client::Caller;

/// One change by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edit {
    /// Fields of an Intercom contact.
    Contact { id: String, fields: Value },
    /// The contact disappears from lists and search.
    Archive { id: String },
    /// It is back.
    Unarchive { id: String },
    /// Fields of a Salesforce record.
    Record { id: String, fields: Value },
    /// Into the Recycle Bin.
    Delete { id: String },
}

impl Edit {
    pub(super) fn make(&self, caller: &Caller, clouds: &Clouds) {
        let (intercom, salesforce) = (&clouds.intercom.url, &clouds.salesforce.url);
        let reply = match self {
            Self::Contact { id, fields } => {
                let url = format!("{intercom}/_sim/contacts/{id}");
                caller.ask(Method::POST, &url, Some(fields))
            }
            Self::Archive { id } => {
                let path = format!("/contacts/{id}/archive");
                return call_intercom(caller, clouds, &path, &json!({}));
            }
            Self::Unarchive { id } => {
                let path = format!("/contacts/{id}/unarchive");
                return call_intercom(caller, clouds, &path, &json!({}));
            }
            Self::Record { id, fields } => {
                let url = format!("{salesforce}/_sim/records/{id}");
                caller.ask(Method::PATCH, &url, Some(fields))
            }
            Self::Delete { id } => {
                let url = format!("{salesforce}/_sim/records/{id}");
                caller.ask(Method::DELETE, &url, None)
            }
        };
        assert!(reply.status.is_success(), "{self:?}: {reply:?}");
    }
}

/// Who can be edited, in an order that follows from the seed. Each is taken once.
struct Pools {
    /// An Intercom lead and the one Lead with its email.
    leads: Vec<Pair>,
    /// An Intercom contact and the one Salesforce contact with its email.
    contacts: Vec<Pair>,
    /// Contacts whose email no record has.
    strangers: Vec<Pair>,
    /// Users who may own records.
    owners: Vec<String>,
}

#[derive(Clone)]
struct Pair {
    email: String,
    contact: String,
    /// Empty for a stranger.
    record: String,
    account: Option<String>,
}

/// The edits of `seed`: so many of each kind, in the order in which they are made.
pub(super) fn chosen(seed: u64, each: usize, saved: &Saved) -> Vec<Edit> {
    let (clouds, caller) = (saved.clouds(), Caller::new());
    let contacts = caller.json(&format!("{}/_sim/contacts", clouds.intercom.url));
    let records = caller.json(&format!("{}/_sim/records", clouds.salesforce.url));
    let mut entropy = SeededEntropy::new(seed, "edits in a crash test");
    let mut pools = Pools::of(&contacts, &records);
    shuffle(&mut pools.leads, &mut entropy);
    shuffle(&mut pools.contacts, &mut entropy);
    shuffle(&mut pools.strangers, &mut entropy);
    let mut edits = vec![Edit::Record {
        id: pools.owners[0].clone(),
        fields: json!({ "Title": "Sovereign of Owners" }),
    }];
    for number in 0..each {
        edits.extend(pools.in_intercom(number));
        edits.extend(pools.in_salesforce(number));
    }
    shuffle(&mut edits, &mut entropy);
    archived_before_unarchived(&mut edits);
    edits
}

impl Pools {
    fn of(contacts: &Value, records: &Value) -> Self {
        let by_email = |rows: &Value, field: &str| {
            let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for row in rows.as_array().unwrap() {
                if let Some(email) = row[field].as_str() {
                    let key = email.trim().to_lowercase();
                    groups.entry(key).or_default().push(row.clone());
                }
            }
            groups
        };
        let leads = by_email(&records["Lead"], "Email");
        let holders = by_email(&records["Contact"], "Email");
        let successors: Vec<&Value> = records["Lead"]
            .as_array()
            .unwrap()
            .iter()
            .map(|lead| &lead["ConvertedContactId"])
            .collect();
        let mut pools = Self {
            leads: Vec::new(),
            contacts: Vec::new(),
            strangers: Vec::new(),
            owners: ids_where(&records["User"], |user| {
                user["IsActive"] == true && user["UserType"] == "Standard"
            }),
        };
        for (email, group) in by_email(contacts, "email") {
            let [contact] = group.as_slice() else {
                continue;
            };
            let pair = |record: Option<&Value>| Pair {
                email: email.clone(),
                contact: text(&contact["id"]),
                record: record.map(|it| text(&it["Id"])).unwrap_or_default(),
                account: record.and_then(|it| it["AccountId"].as_str().map(str::to_owned)),
            };
            let (leads, holders) = (leads.get(&email), holders.get(&email));
            match (
                leads.map(Vec::as_slice).unwrap_or_default(),
                holders.map(Vec::as_slice).unwrap_or_default(),
            ) {
                ([], []) => pools.strangers.push(pair(None)),
                ([lead], []) if lead["IsConverted"] == false && contact["role"] == "lead" => {
                    pools.leads.push(pair(Some(lead)));
                }
                ([], [holder]) if !successors.contains(&&holder["Id"]) => {
                    pools.contacts.push(pair(Some(holder)));
                }
                (_, _) => {}
            }
        }
        pools
    }

    fn in_intercom(&mut self, number: usize) -> Vec<Edit> {
        let renamed = taken(&mut self.leads).contact;
        let overwritten = [taken(&mut self.leads), taken(&mut self.contacts)];
        let [joining, joined, leaving] = [(); 3].map(|()| taken(&mut self.leads));
        let away = taken(&mut self.leads).contact;
        let contact = |id: String, fields: Value| Edit::Contact { id, fields };
        let mut edits = vec![
            contact(renamed, json!({ "name": format!("Renamed {number}") })),
            contact(joining.contact, json!({ "email": joined.email })),
            contact(
                leaving.contact,
                json!({ "email": elsewhere("left", number) }),
            ),
            Edit::Archive { id: away.clone() },
            Edit::Unarchive { id: away },
            Edit::Archive {
                id: taken(&mut self.strangers).contact,
            },
        ];
        edits.extend(overwritten.map(|pair| {
            let by_hand = json!({
                "SALESFORCE_TITLE": format!("By hand {number}"), "SALESFORCE_OWNER_NAME": null,
            });
            contact(pair.contact, json!({ "custom_attributes": by_hand }))
        }));
        edits
    }

    fn in_salesforce(&mut self, number: usize) -> Vec<Edit> {
        let owner = self.owners[number % self.owners.len()].clone();
        let title = json!({ "Title": format!("Title {number}") });
        let found = json!({ "Email": taken(&mut self.strangers).email });
        let lost = json!({ "Email": elsewhere("lost", number) });
        let record = |pair: Pair, fields: Value| Edit::Record {
            id: pair.record,
            fields,
        };
        let mut edits = vec![
            record(taken(&mut self.leads), title.clone()),
            record(taken(&mut self.contacts), title),
            record(taken(&mut self.leads), json!({ "OwnerId": owner })),
            record(taken(&mut self.contacts), json!({ "OwnerId": owner })),
            record(taken(&mut self.leads), found),
            record(taken(&mut self.leads), lost),
            Edit::Delete {
                id: taken(&mut self.leads).record,
            },
            Edit::Delete {
                id: taken(&mut self.contacts).record,
            },
        ];
        edits.extend(taken(&mut self.contacts).account.map(|id| Edit::Record {
            id,
            fields: json!({ "OwnerId": owner }),
        }));
        edits
    }
}

fn taken(pool: &mut Vec<Pair>) -> Pair {
    pool.pop().expect("the world is large enough for its edits")
}

fn elsewhere(why: &str, number: usize) -> String {
    format!("{why}.{number}@elsewhere.example")
}

fn ids_where(rows: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| wanted(row))
        .map(|row| text(&row["Id"]))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], entropy: &mut SeededEntropy) {
    for end in (1..items.len()).rev() {
        let bound = u32::try_from(end + 1).unwrap();
        items.swap(end, entropy.below(bound) as usize);
    }
}

fn archived_before_unarchived(edits: &mut [Edit]) {
    for early in 0..edits.len() {
        let Edit::Unarchive { id } = &edits[early] else {
            continue;
        };
        let archive = Edit::Archive { id: id.clone() };
        if let Some(late) = edits[early..].iter().position(|edit| *edit == archive) {
            edits.swap(early, early + late);
        }
    }
}
