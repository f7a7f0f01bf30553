//! A conversation as plain text: who said what and when, and what happened in between.
//!
//! Pure. HTML becomes text the way a reader would copy it: no tag survives, links and images keep
//! their addresses, emojis are the characters that they are. What Intercom does not return any more
//! is said, and what does not fit is dropped from the oldest middle, which is said too.

mod text;

use std::fmt::Write as _;

use crate::conversation::{
    Assignee, Attachment, Author, AuthorKind, Conversation, Gap, Nature, Part, PartKind, Source,
};
use crate::html;
use model::Timestamp;

pub use text::plain_text;

/// Whether what only teammates see is in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// Marked as internal.
    Shown,
    /// Left out.
    LeftOut,
}

/// What was said and happened, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    entries: Vec<Entry>,
    /// The first entry is the one that the conversation began with.
    begins_with_source: bool,
    /// Parts that Intercom does not return any more; they came right after the first entry.
    missing: u64,
}

/// A thing that was said or happened.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry(String);

impl Transcript {
    /// The transcript of a conversation. A part of a kind that is not known is told by its name.
    pub fn of(conversation: &Conversation, notes: Notes) -> Self {
        let source = conversation.head.source.as_ref();
        let first = source.and_then(|source| first(source, conversation.head.created_at));
        let begins_with_source = first.is_some();
        let mut entries: Vec<Entry> = first.into_iter().collect();
        let mut gaps = conversation.unreadable_parts.iter().peekable();
        for (place, part) in conversation.parts.iter().enumerate() {
            while let Some(gap) = gaps.next_if(|gap| gap.behind <= place) {
                entries.push(unreadable(gap));
            }
            if notes == Notes::Shown || part.kind.nature() != Nature::Note {
                entries.push(told(part));
            }
        }
        entries.extend(gaps.map(unreadable));
        Self {
            entries,
            begins_with_source,
            missing: conversation.missing_parts(),
        }
    }

    /// The whole text; empty if nothing was said or happened.
    pub fn text(&self) -> String {
        self.without(0)
    }

    /// The text in at most so many UTF-16 units, the measure of Salesforce's fields: of what is too
    /// long the oldest entries after the first are dropped, and a line says how many. If even the
    /// first and the last entry are too long, the text is cut.
    pub fn within(&self, utf16_units_max: usize) -> String {
        let lengths: Vec<_> = self
            .entries
            .iter()
            .map(|it| it.0.encode_utf16().count())
            .collect();
        let droppable = self.entries.len().saturating_sub(1 + self.kept_in_front());
        // Each entry ends in a blank line; the notice is counted when the text is made.
        let mut length: usize = lengths.iter().map(|length| length + 2).sum();
        let mut dropped = 0;
        let mut text = self.without(dropped);
        while text.encode_utf16().count() > utf16_units_max && dropped < droppable {
            // At least one more, and as many as the lengths alone say.
            loop {
                length -= lengths[self.kept_in_front() + dropped] + 2;
                dropped += 1;
                if length <= utf16_units_max || dropped == droppable {
                    break;
                }
            }
            text = self.without(dropped);
        }
        cut(&text, utf16_units_max)
    }

    fn kept_in_front(&self) -> usize {
        usize::from(self.begins_with_source)
    }

    /// The text without so many of the oldest entries behind the first.
    fn without(&self, dropped: usize) -> String {
        let (front, rest) = self.entries.split_at(self.kept_in_front());
        let mut blocks: Vec<String> = front.iter().map(|entry| entry.0.clone()).collect();
        if self.missing > 0 {
            let missing = self.missing;
            blocks.push(format!(
                "[{missing} older parts are not available any more]"
            ));
        }
        if dropped > 0 {
            blocks.push(format!("[{dropped} parts are left out here]"));
        }
        blocks.extend(rest.iter().skip(dropped).map(|entry| entry.0.clone()));
        blocks.join("\n\n")
    }
}

/// The first message, if there is anything in it.
fn first(source: &Source, at: Option<Timestamp>) -> Option<Entry> {
    let mut said = String::new();
    if !source.subject.trim().is_empty() {
        said = format!("Subject: {}", plain_text(&source.subject));
    }
    add_line(&mut said, &plain_text(&source.body));
    add_attachments(&mut said, &source.attachments);
    if said.is_empty() {
        return None;
    }
    let head = head(at, source.author.as_ref());
    Some(Entry(format!("{head}:\n{said}")))
}

fn told(part: &Part) -> Entry {
    let mut said = part.body.as_deref().map(plain_text).unwrap_or_default();
    add_attachments(&mut said, &part.attachments);
    let mut line = head(part.created_at, part.author.as_ref());
    match part.kind.nature() {
        Nature::Message => {}
        Nature::Note => line.push_str(" [internal note]"),
        Nature::Event => {
            line.push(' ');
            line.push_str(&happened(&part.kind, part.assigned_to.as_ref()));
        }
    }
    if !said.is_empty() {
        line.push_str(":\n");
        line.push_str(&said);
    }
    Entry(line)
}

/// Whether it was a note nobody knows, so only that something was there is told.
fn unreadable(gap: &Gap) -> Entry {
    Entry(match &gap.part.id {
        Some(id) => format!("[part {id} could not be read]"),
        None => "[a part could not be read]".to_owned(),
    })
}

fn happened(kind: &PartKind, assigned_to: Option<&Assignee>) -> String {
    let words = kind.words();
    match assigned_to {
        Some(Assignee::Teammate(id)) => format!("{words} to teammate {id}"),
        Some(Assignee::Team(id)) => format!("{words} to team {id}"),
        Some(Assignee::Nobody) => format!("{words} to nobody"),
        None => words,
    }
}

/// `2026-01-02 03:04 UTC, Jane Doe (contact)`.
fn head(at: Option<Timestamp>, author: Option<&Author>) -> String {
    let mut head = String::new();
    if let Some(at) = at {
        let at = at.to_rfc3339();
        _ = write!(head, "{} {} UTC, ", &at[..10], &at[11..16]);
    }
    let Some(author) = author else {
        head.push_str("somebody");
        return head;
    };
    let role = match &author.kind {
        AuthorKind::Contact => "contact",
        AuthorKind::Visitor => "visitor",
        AuthorKind::Teammate => "teammate",
        AuthorKind::Bot => "bot",
        AuthorKind::Team => "team",
        AuthorKind::Other(kind) => kind,
    };
    match author.name.as_deref().or(author.email.as_deref()) {
        Some(name) if !name.trim().is_empty() => {
            _ = write!(head, "{} ({role})", html::decoded(name).trim());
        }
        Some(_) | None => head.push_str(role),
    }
    head
}

fn add_attachments(said: &mut String, attachments: &[Attachment]) {
    for attachment in attachments {
        let name = html::decoded(&attachment.name);
        let name = if name.is_empty() { "unnamed" } else { &name };
        let mut line = format!("[attachment: {name}");
        if let Some(bytes) = attachment.bytes {
            _ = write!(line, ", {}", size(bytes));
        }
        if let Some(url) = &attachment.url {
            _ = write!(line, ", {url}");
        }
        line.push(']');
        add_line(said, &line);
    }
}

fn add_line(said: &mut String, line: &str) {
    if !said.is_empty() && !line.is_empty() {
        said.push('\n');
    }
    said.push_str(line);
}

/// `812 bytes`, `47 KB` or `2 MB`, rounded down.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        1_048_576.. => format!("{} MB", bytes / 1_048_576),
    }
}

/// The beginning of a text, in at most so many UTF-16 units. No character is cut in two.
fn cut(text: &str, utf16_units_max: usize) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= utf16_units_max
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests;
