//! What happens in a conversation, and the topic that tells it.

use model::Timestamp;

use super::action::Action;
use super::not_found;
use crate::answer::Refusal;
use crate::api::render::{self, DisplayAs, PartsShown};
use crate::contact::Contact;
use crate::conversation::{Author, Channel, Conversation, Detail, Part, PartType, Source};
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
    /// When it was said, in Unix seconds, if not now: conversations are brought from elsewhere.
    pub(crate) created_at: Option<i64>,
}

/// Starts a conversation and tells the app.
pub(crate) fn start_conversation(
    world: &mut World,
    at: Timestamp,
    started: NewConversation,
) -> ConversationId {
    let source = Source {
        id: next_message(world),
        channel: Channel::Messenger,
        subject: None,
        body: started.body,
        author: Author::Contact(started.contact),
        url: started.url,
        is_redacted: false,
        attachments: started.attachments,
    };
    begin(
        world,
        at,
        (source, vec![started.contact], started.created_at),
        "conversation.user.created",
    )
}

/// The id of a message that nobody has answered yet.
pub(crate) fn next_message(world: &mut World) -> PartId {
    PartId(403_980_000 + world.next_number())
}

/// Begins a conversation with its first message, and tells the app under a topic.
pub(crate) fn begin(
    world: &mut World,
    at: Timestamp,
    (source, contacts, created_at): (Source, Vec<ObjectId>, Option<i64>),
    topic: &str,
) -> ConversationId {
    let now = at.as_seconds();
    // Newer conversations have greater ids than the seeded ones.
    let id = ConversationId(215_480_000_000_000 + world.next_number());
    let author = source.author;
    let said = created_at.unwrap_or(now);
    let mut row = Conversation::begun(id, said, contacts, source);
    row.updated_at = now;
    world.conversations.insert(row, now);
    note_the_contact(world, (now, said), id, author);
    tell(world, at, id, topic, None);
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
    by: (ConversationId, Author),
    action: Action,
    attachments: Vec<Attachment>,
    app: Option<&str>,
) -> Result<(), Refusal> {
    let beside = Beside {
        attachments,
        created_at: None,
        app,
    };
    act_beside(world, at, by, action, beside)
}

/// What a part has beside the action.
pub(super) struct Beside<'a> {
    pub(super) attachments: Vec<Attachment>,
    /// When it was done, in Unix seconds, if not now.
    pub(super) created_at: Option<i64>,
    pub(super) app: Option<&'a str>,
}

/// [`act`], at another time.
pub(super) fn act_beside(
    world: &mut World,
    at: Timestamp,
    (id, author): (ConversationId, Author),
    action: Action,
    beside: Beside<'_>,
) -> Result<(), Refusal> {
    let now = at.as_seconds();
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    if action == Action::Prioritize(row.priority) {
        // It is that urgent already.
        return Ok(());
    }
    let created_at = beside.created_at.unwrap_or(now);
    let part = PartId(133_000_000 + world.next_number());
    let (assigned_to, detail) = (action.assigned_to(), action.detail());
    let app_package_code = beside.app.map(str::to_owned);
    let done = world.conversations.edit(id, now, |row| {
        let (kind, body, topic) = action.apply(row, created_at, author);
        row.updated_at = now;
        row.parts.push(Part {
            id: part,
            kind,
            // Files need no words.
            body: body.filter(|body| !body.is_empty()),
            author,
            created_at,
            assigned_to,
            state: row.state,
            app_package_code,
            is_redacted: false,
            attachments: beside.attachments,
            tags: Vec::new(),
            detail: detail.map(Box::new),
        });
        (kind, topic)
    });
    let (part_type, topic) = done.ok_or_else(not_found)?;
    if matches!(part_type, PartType::Comment | PartType::QuickReply) {
        note_the_contact(world, (now, created_at), id, author);
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

/// Writes down on the contacts that they spoke or were spoken to. No webhook: `last_…_at` changes
/// are told with the next real change.
fn note_the_contact(
    world: &mut World,
    (now, said): (i64, i64),
    id: ConversationId,
    author: Author,
) {
    // What was said long ago is not the last that was said.
    let later = |known: Option<i64>| known.max(Some(said));
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
                row.last_replied_at = later(row.last_replied_at);
                row.last_seen_at = later(row.last_seen_at);
            }
            Author::Contact(_) | Author::Bot => continue,
            Author::Admin(_) => row.last_contacted_at = later(row.last_contacted_at),
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
