//! What happens in a conversation, and the topic that tells it.

use model::Timestamp;

use super::not_found;
use crate::answer::Refusal;
use crate::api::render::{self, DisplayAs, PartsShown};
use crate::contact::Contact;
use crate::conversation::{
    Assignee, Author, Conversation, Detail, Part, PartType, Priority, Source, State,
};
use crate::files::Attachment;
use crate::ids::{ConversationId, ObjectId, PartId};
use crate::world::World;

/// A contact's first message.
pub(crate) struct NewConversation {
    pub(crate) contact: ObjectId,
    /// An HTML fragment.
    pub(crate) body: String,
    pub(crate) url: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
}

/// What somebody does in a conversation. Bodies are HTML fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Comment(String),
    Note(String),
    Close(Option<String>),
    Open,
    /// Until an instant in Unix seconds.
    Snooze(i64),
    /// The end of a snooze.
    Wake,
    Assign(Assignee, Option<String>),
    Prioritize(Priority),
}

/// Starts a conversation and tells the app.
pub(crate) fn start_conversation(
    world: &mut World,
    at: Timestamp,
    started: NewConversation,
) -> ConversationId {
    let now = at.as_seconds();
    // Newer conversations have greater ids than the seeded ones.
    let id = ConversationId(215_480_000_000_000 + world.next_number());
    let source = PartId(403_980_000 + world.next_number());
    let author = Author::Contact(started.contact);
    let source = Source {
        id: source,
        body: started.body,
        author,
        url: started.url,
        is_redacted: false,
        attachments: started.attachments,
    };
    let row = Conversation::begun(id, now, started.contact, source);
    world.conversations.insert(row, now);
    note_the_contact(world, now, id, author);
    tell(world, at, id, "conversation.user.created", None);
    id
}

/// Does something in a conversation and tells the app. A comment reopens a closed one if a contact
/// wrote it; notes change nothing that a contact could see.
pub(crate) fn act(
    world: &mut World,
    at: Timestamp,
    id: ConversationId,
    author: Author,
    action: Action,
    app: Option<&str>,
) -> Result<(), Refusal> {
    act_with(world, at, (id, author), action, Vec::new(), app)
}

/// [`act`], with files at what is said.
pub(crate) fn act_with(
    world: &mut World,
    at: Timestamp,
    (id, author): (ConversationId, Author),
    action: Action,
    attachments: Vec<Attachment>,
    app: Option<&str>,
) -> Result<(), Refusal> {
    let now = at.as_seconds();
    let part = PartId(133_000_000 + world.next_number());
    let assigned_to = match &action {
        Action::Assign(assignee, _) => Some(*assignee),
        Action::Comment(_)
        | Action::Note(_)
        | Action::Close(_)
        | Action::Open
        | Action::Snooze(_)
        | Action::Wake
        | Action::Prioritize(_) => None,
    };
    let app_package_code = app.map(str::to_owned);
    let done = world.conversations.edit(id, now, |row| {
        let (kind, body, topic) = apply(row, now, author, action);
        row.updated_at = now;
        row.parts.push(Part {
            id: part,
            kind,
            // Files need no words.
            body: body.filter(|body| !body.is_empty()),
            author,
            created_at: now,
            assigned_to,
            state: row.state,
            app_package_code,
            is_redacted: false,
            attachments,
            tags: Vec::new(),
            detail: None,
        });
        (kind, topic)
    });
    let (part_type, topic) = done.ok_or_else(not_found)?;
    if part_type == PartType::Comment {
        note_the_contact(world, now, id, author);
    }
    tell(world, at, id, topic, Some(part));
    Ok(())
}

/// A part that is not words.
pub(super) struct Wordless<'a> {
    pub(super) kind: PartType,
    pub(super) author: Author,
    pub(super) detail: Option<Detail>,
    pub(super) app: Option<&'a str>,
}

/// Adds a part that is not words, and tells nobody.
pub(super) fn push(
    world: &mut World,
    at: Timestamp,
    id: ConversationId,
    change: Wordless<'_>,
) -> Result<PartId, Refusal> {
    let now = at.as_seconds();
    let part = PartId(133_000_000 + world.next_number());
    let pushed = world.conversations.edit(id, now, |row| {
        row.updated_at = now;
        row.parts.push(Part {
            id: part,
            kind: change.kind,
            body: None,
            author: change.author,
            created_at: now,
            assigned_to: None,
            state: row.state,
            app_package_code: change.app.map(str::to_owned),
            is_redacted: false,
            attachments: Vec::new(),
            tags: Vec::new(),
            detail: change.detail.map(Box::new),
        });
    });
    pushed.ok_or_else(not_found)?;
    Ok(part)
}

/// Wakes the conversations whose snooze is over.
pub(crate) fn wake(world: &mut World, at: Timestamp) {
    for id in world.conversations.take_alarms(at.as_seconds()) {
        let woken = act(world, at, id, Author::Bot, Action::Wake, None);
        // It was there a moment ago.
        debug_assert!(woken.is_ok(), "{id}");
    }
}

fn apply(
    row: &mut Conversation,
    now: i64,
    author: Author,
    action: Action,
) -> (PartType, Option<String>, &'static str) {
    match (action, author) {
        (Action::Comment(body), Author::Contact(_)) => {
            row.state = State::Open;
            row.snoozed_until = None;
            row.read = true;
            row.waiting_since.get_or_insert(now);
            (PartType::Comment, Some(body), "conversation.user.replied")
        }
        (Action::Comment(body), Author::Admin(_)) => {
            row.waiting_since = None;
            row.read = false;
            (PartType::Comment, Some(body), "conversation.admin.replied")
        }
        (Action::Comment(body), Author::Bot) => (
            PartType::Comment,
            Some(body),
            "conversation.operator.replied",
        ),
        (Action::Note(body), _) => (PartType::Note, Some(body), "conversation.admin.noted"),
        (Action::Close(body), _) => {
            row.state = State::Closed;
            row.snoozed_until = None;
            row.waiting_since = None;
            (PartType::Close, body, "conversation.admin.closed")
        }
        (Action::Open, _) => {
            row.state = State::Open;
            row.snoozed_until = None;
            (PartType::Open, None, "conversation.admin.opened")
        }
        (Action::Snooze(until), _) => {
            row.state = State::Snoozed;
            row.snoozed_until = Some(until);
            (PartType::Snoozed, None, "conversation.admin.snoozed")
        }
        (Action::Wake, _) => {
            row.state = State::Open;
            row.snoozed_until = None;
            (
                PartType::TimerUnsnooze,
                None,
                "conversation.admin.unsnoozed",
            )
        }
        (Action::Prioritize(priority), _) => {
            row.priority = priority;
            (
                PartType::PriorityChanged,
                None,
                "conversation.priority.updated",
            )
        }
        (Action::Assign(assignee, body), _) => {
            match assignee {
                Assignee::Nobody => (row.admin, row.team) = (None, None),
                Assignee::Admin(id) => row.admin = Some(id),
                Assignee::Team(id) => row.team = Some(id),
            }
            (PartType::Assignment, body, "conversation.admin.assigned")
        }
    }
}

/// Writes down on the contacts that they spoke or were spoken to. No webhook: `last_…_at` changes
/// are told with the next real change.
fn note_the_contact(world: &mut World, now: i64, id: ConversationId, author: Author) {
    let Some(row) = world.conversations.get(id) else {
        return;
    };
    for contact in row.contacts.clone() {
        let Some(row) = world.contacts.get(contact) else {
            continue;
        };
        let mut row = Contact::clone(row);
        match author {
            Author::Contact(author) if author == contact => {
                row.last_replied_at = Some(now);
                row.last_seen_at = Some(now);
            }
            Author::Contact(_) | Author::Bot => continue,
            Author::Admin(_) => row.last_contacted_at = Some(now),
        }
        row.updated_at = now;
        world.contacts.put(row, now);
    }
}

pub(super) fn tell(
    world: &mut World,
    at: Timestamp,
    id: ConversationId,
    topic: &str,
    part: Option<PartId>,
) {
    let Some(row) = world.conversations.get(id) else {
        return;
    };
    let version = world.app_version();
    let display = DisplayAs::in_webhooks(version);
    let parts = PartsShown::Only(part);
    let item = render::conversation(world, row, parts, display, version);
    world.announce(topic, item, at);
}

/// Tells that a conversation was read: without its words and people (observed).
pub(super) fn tell_read(world: &mut World, at: Timestamp, id: ConversationId) {
    let Some(row) = world.conversations.get(id) else {
        return;
    };
    let version = world.app_version();
    let mut item = render::conversation(
        world,
        row,
        PartsShown::Omitted,
        DisplayAs::in_webhooks(version),
        version,
    );
    if let Some(members) = item.as_object_mut() {
        members.retain(|name, _| name != "source" && name != "contacts");
    }
    world.announce("conversation.read", item, at);
}
