//! Subjects as text, in the columns that hold them. Part of the file's format.

use model::{MatchKey, PersonKey, Subject};

/// Kind and id. A person's text holds its match key and must not be printed.
pub(crate) fn subject_text(subject: &Subject) -> String {
    match subject {
        Subject::Contact(id) => format!("contact:{id}"),
        Subject::Record(id) => format!("record:{id}"),
        Subject::Account(id) => format!("account:{id}"),
        Subject::Owner(id) => format!("owner:{id}"),
        Subject::Conversation(id) => format!("conversation:{id}"),
        Subject::Person(person) => person_text(person),
        Subject::Connection => "connection:".to_owned(),
    }
}

pub(crate) fn person_text(person: &PersonKey) -> String {
    match person {
        PersonKey::Matched(key) => format!("person:{key}"),
        PersonKey::Alone(id) => format!("alone:{id}"),
    }
}

/// The subject of a text, or what is wrong with it (without the text: it may hold an email).
pub(crate) fn subject_of(text: &str) -> Result<Subject, String> {
    let (kind, id) = text.split_once(':').ok_or("it has no kind")?;
    match kind {
        "contact" => id.parse().map(Subject::Contact).map_err(in_words),
        "record" => id.parse().map(Subject::Record).map_err(in_words),
        "account" => id.parse().map(Subject::Account).map_err(in_words),
        "owner" => id.parse().map(Subject::Owner).map_err(in_words),
        "conversation" => id.parse().map(Subject::Conversation).map_err(in_words),
        "person" => MatchKey::try_from(id.to_owned())
            .map(|key| Subject::Person(PersonKey::Matched(key)))
            .map_err(|_| "its key is not folded".to_owned()),
        "alone" => id
            .parse()
            .map(|id| Subject::Person(PersonKey::Alone(id)))
            .map_err(in_words),
        "connection" if id.is_empty() => Ok(Subject::Connection),
        _ => Err("its kind is unknown".to_owned()),
    }
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests;
