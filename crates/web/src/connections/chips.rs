//! Records, contacts and others as chips: what people call them, with the mark of their side, so
//! that one always sees where something stands.

use model::{PersonKey, Subject, sf};
use store::{Connection, Side};
use url::Url;

use super::sides::{letter, vendor};

/// A record, contact or other subject with the mark of its side.
pub(crate) struct Chip {
    pub(crate) class: &'static str,
    pub(crate) letter: char,
    pub(crate) label: String,
    pub(crate) href: Option<String>,
}

/// Where the connection's org is, for links to its records.
pub(super) fn instance(connection: &Connection) -> Option<Url> {
    let profile = connection.profile.salesforce.as_ref()?;
    profile.instance_url.parse().ok()
}

/// Something on one side by the name that people call it.
pub(super) fn called(side: Side, label: String) -> Chip {
    let (name, class) = vendor(side);
    Chip {
        class,
        letter: letter(name),
        label,
        href: None,
    }
}

/// A record by its name.
pub(super) fn record(id: sf::RecordId, label: String, instance: Option<&Url>) -> Chip {
    linked(id.object().as_str(), id.as_str(), label, instance)
}

/// The subject of a failure by its id, which is what is surely known of it.
pub(super) fn chip(subject: &Subject, instance: Option<&Url>) -> Chip {
    let row = |object: &str, id: &str| linked(object, id, format!("{object} {id}"), instance);
    match subject {
        Subject::Contact(id) | Subject::Person(PersonKey::Alone(id)) => {
            called(Side::Intercom, format!("Contact {id}"))
        }
        Subject::Person(PersonKey::Matched(key)) => called(Side::Intercom, key.as_str().to_owned()),
        Subject::Conversation(id) => called(Side::Intercom, format!("Conversation {id}")),
        Subject::Record(id) => row(id.object().as_str(), id.as_str()),
        Subject::Account(id) => row("Account", id.as_str()),
        Subject::Owner(sf::OwnerId::User(id)) => row("User", id.as_str()),
        Subject::Owner(sf::OwnerId::Queue(id)) => called(Side::Salesforce, format!("Queue {id}")),
        Subject::Connection => Chip {
            class: "carrick",
            letter: 'C',
            label: "The whole connection".to_owned(),
            href: None,
        },
    }
}

fn linked(object: &str, id: &str, label: String, instance: Option<&Url>) -> Chip {
    let href = instance.map(|instance| salesforce::record_url(instance, object, id).to_string());
    Chip {
        href,
        ..called(Side::Salesforce, label)
    }
}
