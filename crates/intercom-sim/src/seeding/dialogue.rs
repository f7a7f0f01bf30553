//! Conversations that a workspace begins with.

use super::{contact_id, drawn};
use crate::contact::Role;
use crate::conversation::{Assignee, Author, Channel, Conversation, Part, PartType, Source, State};
use crate::html;
use crate::ids::{AdminId, ConversationId, ObjectId, PartId};
use crate::options::Options;
use crate::world::World;

/// Between the latest messages of two neighbours in the list, in seconds.
const APART: i64 = 97 * 60;
/// Between two parts of a conversation, in seconds.
const PAUSE: i64 = 7 * 60;

/// Who says a line.
#[derive(Clone, Copy)]
enum Line {
    Them(&'static str),
    Us(&'static str),
    Note(&'static str),
    Bot(&'static str),
    Assign,
    Close,
}

use Line::{Assign, Bot, Close, Note, Them, Us};

/// What is talked about. The first one is asked by somebody whom sales does not know yet.
const DIALOGUES: [&[Line]; 12] = [
    &[
        Them(
            "Hi! We're comparing tools for our support team, about 25 seats. Could somebody from sales walk us through pricing this week?",
        ),
        Bot("Thanks for reaching out. The team usually replies within an hour."),
        Them("Great. Thursday after 2 pm would suit us best."),
    ],
    &[
        Them("Is there a way to export last quarter's reports as CSV?"),
        Us("There is: open Reports, pick the quarter and choose Export in the top right corner."),
        Them("Found it, thank you!"),
        Close,
    ],
    &[
        Them(
            "Our invoice for October has the old company address on it. Can you send a corrected one?",
        ),
        Assign,
        Note(
            "Billing address was changed on the 3rd, the invoice is from the 1st. Asked finance for a new one.",
        ),
        Us("I've asked our finance team for a corrected invoice, you should have it by tomorrow."),
    ],
    &[
        Them("Does the single sign-on add-on work with Okta? Security is asking before we renew."),
        Us("Yes, through SAML. I'm happy to share our set-up guide."),
        Them("Please do, and could you add our IT lead to the thread?"),
    ],
    &[
        Them("Hello, is anybody there? The app shows a blank page since this morning."),
        Bot("Thanks for reaching out. The team usually replies within an hour."),
        Assign,
        Us("Sorry about that. Does it also happen in a private window?"),
        Them("No, there it works."),
        Us("Then clearing the site data will help: it's a stale cache that we fixed an hour ago."),
    ],
    &[
        Them(
            "We loved the demo yesterday. What are the next steps for a pilot with our Berlin office?",
        ),
        Note("Champion from the webinar. Budget is decided in two weeks."),
    ],
    &[
        Them("How many teammates can we add before the price changes?"),
        Us("Your plan includes ten, and you have eight at the moment."),
        Close,
    ],
    &[
        Them("Could you tell me whether data is stored in the EU?"),
        Us("It is, in Dublin and Frankfurt, with backups in the same region."),
        Them("Perfect. Is there a document for our legal team?"),
        Us("I'll send our data processing agreement in a minute."),
        Note("Sent the agreement, template of September."),
    ],
    &[
        Them("The API returns 429 quite often for us. What's the limit?"),
        Assign,
        Us("It's counted in windows of ten seconds. Are you spreading the calls evenly?"),
    ],
    &[
        Them("I can't find the button to invite a colleague."),
        Us("It's under Settings, Teammates. Only admins see it; shall I make you one?"),
        Them("Yes please!"),
        Us("Done."),
        Close,
    ],
    &[
        Them("Do you offer a discount for non-profits?"),
        Bot("Thanks for reaching out. The team usually replies within an hour."),
    ],
    &[
        Them("We'd like to talk about upgrading to the annual plan."),
        Assign,
        Us("With pleasure. I've put twenty minutes in your calendar for tomorrow."),
        Them("See you then."),
    ],
];

/// The first few conversations, so that the smallest demo shows each kind of person; the first is
/// with a lead who has an email and whom Salesforce does not know.
const CAST: [(Role, u32); 14] = [
    (Role::Lead, 3),
    (Role::Lead, 0),
    (Role::User, 0),
    (Role::Lead, 1),
    (Role::Lead, 4),
    (Role::Lead, 6),
    (Role::Lead, 7),
    (Role::User, 2),
    (Role::Lead, 2),
    (Role::User, 4),
    (Role::Lead, 9),
    (Role::User, 1),
    (Role::Lead, 5),
    (Role::User, 9),
];

/// Adds the seeded conversations, the one of [`CAST`]'s first as the latest.
pub(super) fn seed(world: &mut World, options: &Options, now: i64) {
    for index in 0..options.conversations {
        let Some((role, person)) = person(world.seed, options, index) else {
            return;
        };
        let contact = contact_id(world.seed, role, person);
        let row = conversation(world, contact, index, now);
        world.conversations.insert(row, now);
    }
}

fn person(seed: u64, options: &Options, index: u32) -> Option<(Role, u32)> {
    let exists = |(role, person): &(Role, u32)| match role {
        Role::Lead => *person < options.leads,
        Role::User => *person < options.users,
    };
    let cast = usize::try_from(index)
        .ok()
        .and_then(|at| CAST.get(at))
        .copied()
        .filter(exists);
    let anybody = || {
        let total = i64::from(options.leads) + i64::from(options.users);
        let drawn = drawn(seed, "who talks", u64::from(index), total);
        let place = u32::try_from(drawn).ok().filter(|_| total > 0)?;
        let user = place.checked_sub(options.leads);
        Some(user.map_or((Role::Lead, place), |user| (Role::User, user)))
    };
    cast.or_else(anybody)
}

fn conversation(world: &World, contact: ObjectId, index: u32, now: i64) -> Conversation {
    let number = u64::from(index);
    let at = usize::try_from(index).unwrap_or(0);
    let lines = DIALOGUES[at % DIALOGUES.len()];
    let length = i64::try_from(lines.len()).unwrap_or(1);
    // Nobody talks before they came.
    let born = world.contacts.get(contact).map_or(0, |row| row.created_at);
    let ended = (now - 120 - i64::from(index) * APART).max(born + length * PAUSE);
    let started = ended - (length - 1) * PAUSE;
    let admin = admin(world, number);
    let (first, rest) = lines.split_first().expect("each dialogue has a line");
    let ids = 133_000_000 + number * 20;
    let id = ConversationId(215_473_000_000_000 + 853_299_345 * (number + 1) % 1_000_000_000);
    let source = Source {
        id: PartId(ids),
        channel: Channel::Messenger,
        subject: None,
        body: html::from_text(text(*first).unwrap_or_default()),
        author: Author::Contact(contact),
        url: Some("https://www.example.com/pricing".to_owned()),
        is_redacted: false,
        attachments: Vec::new(),
    };
    let mut row = Conversation::begun(id, started, vec![contact], source);
    row.updated_at = ended;
    row.read = true;
    for (line, step) in rest.iter().zip(1_u64..) {
        let created_at = started + i64::try_from(step).unwrap_or(0) * PAUSE;
        say(
            &mut row,
            *line,
            PartId(ids + step),
            created_at,
            contact,
            admin,
        );
    }
    row
}

fn admin(world: &World, number: u64) -> AdminId {
    let count = world.admins.len();
    let place = usize::try_from(number).unwrap_or(0) % count.max(1);
    world
        .admins
        .get(place)
        .map(|admin| admin.id)
        .unwrap_or_default()
}

fn text(line: Line) -> Option<&'static str> {
    match line {
        Them(text) | Us(text) | Note(text) | Bot(text) => Some(text),
        Assign | Close => None,
    }
}

fn say(
    row: &mut Conversation,
    line: Line,
    id: PartId,
    created_at: i64,
    contact: ObjectId,
    admin: AdminId,
) {
    let (part_type, author) = match line {
        Them(_) => (PartType::Comment, Author::Contact(contact)),
        Us(_) => (PartType::Comment, Author::Admin(admin)),
        Note(_) => (PartType::Note, Author::Admin(admin)),
        Bot(_) => (PartType::Comment, Author::Bot),
        Assign => (PartType::Assignment, Author::Admin(admin)),
        Close => (PartType::Close, Author::Admin(admin)),
    };
    match line {
        Them(_) => row.waiting_since = Some(created_at),
        Us(_) => row.waiting_since = None,
        Note(_) | Bot(_) => {}
        Assign => row.admin = Some(admin),
        Close => {
            row.state = State::Closed;
            row.waiting_since = None;
        }
    }
    row.parts.push(Part {
        id,
        kind: part_type,
        body: text(line).map(html::from_text),
        author,
        created_at,
        assigned_to: matches!(line, Assign).then_some(Assignee::Admin(admin)),
        state: row.state,
        app_package_code: None,
        is_redacted: false,
        attachments: Vec::new(),
        tags: Vec::new(),
        detail: None,
    });
}
