//! Every call that the client has, once: which operations it uses, and that each request is as the
//! vendor describes it.

use std::collections::BTreeSet;
use std::path::Path;

use intercom::{
    Assignee, AttachmentUrls, AttributeModel, AttributeType, Change, Client, CompanyUpsert,
    ContactPatch, Cursor, EventValue, MergeCheck, NewAttribute, NewContact, NewEvent, NewIdentity,
};
use intercom_openapi::{Description, Ledger, Party};
use model::Timestamp;
use model::ic::{CompanyId, ContactId, ConversationId, TeammateId};

use crate::judge::{deviations, in_lines};
use crate::script::{Script, ok};

const MONDAY: i64 = 1_781_524_800;

/// What the calls are made about.
struct Subjects {
    contact: ContactId,
    user: ContactId,
    company: CompanyId,
    conversation: ConversationId,
    teammate: TeammateId,
}

fn subjects() -> Subjects {
    let id = "an id";
    Subjects {
        contact: "5ba682d23d7cf92bef87bfd4".parse().expect(id),
        user: "5ba682d23d7cf92bef87bfd5".parse().expect(id),
        company: "531ee472cce572a6ec000006".parse().expect(id),
        conversation: "215473853299345".parse().expect(id),
        teammate: "991267715".parse().expect(id),
    }
}

/// Each call under its own name, and the operation that it begins with.
const CALLS: [(&str, &str); 50] = [
    ("all_contacts", "POST /contacts/search"),
    ("all_conversations", "POST /conversations/search"),
    ("add_contact_note", "POST /contacts/{contact_id}/notes"),
    ("add_note", "POST /conversations/{conversation_id}/reply"),
    (
        "archive_attribute",
        "PUT /data_attributes/{data_attribute_id}",
    ),
    ("archive_contact", "POST /contacts/{contact_id}/archive"),
    (
        "assign_conversation",
        "POST /conversations/{conversation_id}/parts",
    ),
    ("attach_company", "POST /contacts/{contact_id}/companies"),
    ("block_contact", "POST /contacts/{contact_id}/block"),
    (
        "close_conversation",
        "POST /conversations/{conversation_id}/parts",
    ),
    ("company", "GET /companies/{company_id}"),
    ("company_by_company_id", "GET /companies"),
    ("company_contacts", "GET /companies/{company_id}/contacts"),
    ("contact", "GET /contacts/{contact_id}"),
    ("contact_attributes", "GET /data_attributes"),
    (
        "contact_by_external_id",
        "GET /contacts/find_by_external_id/{external_id}",
    ),
    ("contact_companies", "GET /contacts/{contact_id}/companies"),
    ("contact_notes", "GET /contacts/{contact_id}/notes"),
    ("contact_page", "POST /contacts/search"),
    ("contact_tags", "GET /contacts/{contact_id}/tags"),
    ("contacts_changed_since", "POST /contacts/search"),
    ("contacts_updated_since", "POST /contacts/search"),
    ("conversation", "GET /conversations/{conversation_id}"),
    ("conversations_changed_since", "POST /conversations/search"),
    ("create_attribute", "POST /data_attributes"),
    ("create_contact", "POST /contacts"),
    ("create_event", "POST /events"),
    ("create_or_find_contact", "POST /contacts"),
    ("create_tag", "POST /tags"),
    ("current_contact", "GET /contacts/{contact_id}"),
    ("delete_contact", "DELETE /contacts/{contact_id}"),
    (
        "detach_company",
        "DELETE /contacts/{contact_id}/companies/{company_id}",
    ),
    ("me", "GET /me"),
    ("merge_contacts", "POST /contacts/merge"),
    (
        "open_conversation",
        "POST /conversations/{conversation_id}/parts",
    ),
    ("reply", "POST /conversations/{conversation_id}/reply"),
    ("scroll_companies", "GET /companies/scroll"),
    (
        "snooze_conversation",
        "POST /conversations/{conversation_id}/parts",
    ),
    ("tag_contact", "POST /contacts/{contact_id}/tags"),
    (
        "tag_conversation",
        "POST /conversations/{conversation_id}/tags",
    ),
    ("tags", "GET /tags"),
    ("teammates", "GET /admins"),
    ("teams", "GET /teams"),
    (
        "unarchive_attribute",
        "PUT /data_attributes/{data_attribute_id}",
    ),
    ("unarchive_contact", "POST /contacts/{contact_id}/unarchive"),
    (
        "untag_contact",
        "DELETE /contacts/{contact_id}/tags/{tag_id}",
    ),
    (
        "untag_conversation",
        "DELETE /conversations/{conversation_id}/tags/{tag_id}",
    ),
    ("update_contact", "PUT /contacts/{contact_id}"),
    ("update_contact_with", "PUT /contacts/{contact_id}"),
    ("upsert_company", "POST /companies"),
];

/// Calls that the description leaves out, and that other tests look at.
const UNDESCRIBED: [&str; 1] = ["uninstall"];

/// Makes the call of this name. What comes of the answer is the business of other tests.
async fn call(client: &Client, name: &str) {
    let of = subjects();
    let since = Timestamp::from_seconds(MONDAY);
    match name {
        "me" => drop(client.me().await),
        "teammates" => drop(client.teammates().await),
        "teams" => drop(client.teams().await),
        "tags" => drop(client.tags().await),
        "create_tag" => drop(client.create_tag("vip").await),
        "create_event" => drop(client.create_event(&event(&of)).await),
        "contact_attributes" => drop(client.contact_attributes().await),
        "create_attribute" => drop(client.create_attribute(&attribute()).await),
        "archive_attribute" => drop(client.archive_attribute(37).await),
        "unarchive_attribute" => drop(client.unarchive_attribute(37).await),
        "all_contacts" => drop(client.all_contacts(None).next_page().await),
        "contact_page" => {
            let cursor = Cursor::from("WzEsIjUiLDJd".to_owned());
            drop(client.contact_page(Some(&cursor)).await);
        }
        "contacts_changed_since" => drop(client.contacts_changed_since(since).next_page().await),
        "contacts_updated_since" => drop(client.contacts_updated_since(since, None).await),
        "all_conversations" => drop(client.all_conversations(None).next_page().await),
        "conversations_changed_since" => {
            drop(client.conversations_changed_since(since).next_page().await);
        }
        "upsert_company"
        | "company"
        | "company_by_company_id"
        | "company_contacts"
        | "scroll_companies" => about_company(client, name, &of).await,
        name if name.contains("conversation") || matches!(name, "reply" | "add_note") => {
            about_conversation(client, name, &of).await;
        }
        name => about_contact(client, name, &of).await,
    }
}

async fn about_company(client: &Client, name: &str, of: &Subjects) {
    match name {
        "upsert_company" => drop(client.upsert_company(&company()).await),
        "company" => drop(client.company(&of.company).await),
        "company_by_company_id" => drop(client.company_by_company_id("acme/1").await),
        "company_contacts" => drop(client.company_contacts(&of.company).next_page().await),
        "scroll_companies" => drop(client.scroll_companies().next_page().await),
        name => panic!("`{name}` is not on the tour; make the call here and list it above"),
    }
}

async fn about_contact(client: &Client, name: &str, of: &Subjects) {
    let (contact, vip) = (&of.contact, "81".parse().expect("an id"));
    match name {
        "contact" => drop(client.contact(contact).await),
        "current_contact" => drop(client.current_contact(contact).await),
        "contact_by_external_id" => drop(client.contact_by_external_id("a/42").await),
        "create_contact" => drop(client.create_contact(&person()).await),
        "create_or_find_contact" => drop(client.create_or_find_contact(&person()).await),
        "update_contact" => drop(client.update_contact(contact, &patch()).await),
        "update_contact_with" => {
            let may_make = [attribute()];
            drop(
                client
                    .update_contact_with(contact, &patch(), &may_make)
                    .await,
            );
        }
        "archive_contact" => drop(client.archive_contact(contact).await),
        "unarchive_contact" => drop(client.unarchive_contact(contact).await),
        "block_contact" => drop(client.block_contact(contact).await),
        "delete_contact" => drop(client.delete_contact(contact).await),
        "merge_contacts" => {
            let merged = client.merge_contacts(contact, &of.user, MergeCheck::Anyone);
            drop(merged.await);
        }
        "contact_tags" => drop(client.contact_tags(contact).await),
        "tag_contact" => drop(client.tag_contact(contact, &vip).await),
        "untag_contact" => drop(client.untag_contact(contact, &vip).await),
        "contact_companies" => drop(client.contact_companies(contact).await),
        "attach_company" => drop(client.attach_company(contact, &of.company).await),
        "detach_company" => drop(client.detach_company(contact, &of.company).await),
        "contact_notes" => drop(client.contact_notes(contact).next_page().await),
        "add_contact_note" => {
            let note = client.add_contact_note(contact, &of.teammate, "<p>VIP</p>");
            drop(note.await);
        }
        name => panic!("`{name}` is not on the tour; make the call here and list it above"),
    }
}

async fn about_conversation(client: &Client, name: &str, of: &Subjects) {
    let (id, me) = (&of.conversation, &of.teammate);
    let vip = "81".parse().expect("an id");
    let later = Timestamp::from_seconds(MONDAY + 3600);
    match name {
        "conversation" => drop(client.conversation(id).await),
        "reply" => {
            let file = "https://files.test/a.png".parse().expect("an address");
            let files = AttachmentUrls::new(vec![file]).expect("one is not too many");
            drop(client.reply(id, me, "One moment", &files).await);
        }
        "add_note" => drop(client.add_note(id, me, "<p>VIP</p>").await),
        "open_conversation" => drop(client.open_conversation(id, me).await),
        "close_conversation" => drop(client.close_conversation(id, me, Some("Bye")).await),
        "snooze_conversation" => drop(client.snooze_conversation(id, me, later).await),
        "assign_conversation" => {
            drop(client.assign_conversation(id, me, &Assignee::Nobody).await);
        }
        "tag_conversation" => drop(client.tag_conversation(id, &vip, me).await),
        "untag_conversation" => drop(client.untag_conversation(id, &vip, me).await),
        name => panic!("`{name}` is not on the tour; make the call here and list it above"),
    }
}

fn person() -> NewContact {
    NewContact {
        identity: NewIdentity::User {
            external_id: Some("42".to_owned()),
        },
        name: Some("Jane".to_owned()),
        email: Some("jane@example.com".to_owned()),
        phone: Some("+353871234567".to_owned()),
        owner: Some(subjects().teammate),
        custom_attributes: [("plan".to_owned(), serde_json::json!("gold").into())].into(),
    }
}

fn patch() -> ContactPatch {
    ContactPatch {
        name: Change::Set("Jane Doe".to_owned()),
        email: Change::Set("jane@example.com".to_owned()),
        owner: Change::Clear,
        ..ContactPatch::default()
    }
}

fn company() -> CompanyUpsert {
    CompanyUpsert {
        company_id: "acme/1".to_owned(),
        name: Some("Acme".to_owned()),
        size: Some(12),
        ..CompanyUpsert::default()
    }
}

fn attribute() -> NewAttribute {
    NewAttribute {
        name: "plan".to_owned(),
        model: AttributeModel::Contact,
        data_type: AttributeType::Text,
        description: "What is paid for".to_owned(),
    }
}

fn event(of: &Subjects) -> NewEvent {
    let at = Timestamp::from_seconds(MONDAY);
    let stage = ("stage".to_owned(), EventValue::Text("Won".to_owned()));
    let closed = ("closed_date".to_owned(), EventValue::Date(at));
    NewEvent {
        contact: of.contact.clone(),
        name: "crm-won".to_owned(),
        created_at: at,
        metadata: [stage, closed].into(),
    }
}

/// The names of the calls that the client's sources offer: what is asynchronous, and what returns
/// pages to be asked for.
fn offered() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut offered = BTreeSet::new();
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sources are there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = std::fs::read_to_string(&path).expect("sources are text");
                offered.extend(text.split("\n    pub ").skip(1).filter_map(name_of_call));
            }
        }
    }
    offered
}

/// The name of what begins here, if it is a method that asks Intercom.
fn name_of_call(text: &str) -> Option<String> {
    let head = text.split('{').next()?;
    let (first, rest) = head.split_once('(')?;
    let name = first.split_whitespace().next_back()?;
    let sends = first.starts_with("async fn ") && !rest.trim_start().starts_with("&mut self");
    let pages = first.starts_with("fn ")
        && rest.trim_start().starts_with("&self")
        && (head.contains("Pages") || head.contains("CompanyScroll"));
    (sends || pages).then(|| name.to_owned())
}

#[tokio::test(start_paused = true)]
async fn every_call_of_the_client_asks_as_the_description_has_it() {
    let ledger = Ledger::of_project();
    let mut toured: BTreeSet<String> = UNDESCRIBED.map(str::to_owned).into();
    for (name, expected) in &CALLS {
        let script = Script::of([ok("{}")]);
        call(&script.client(), name).await;
        let asked = script.requests();
        let [request] = asked.as_slice() else {
            panic!("`{name}` asked {} times", asked.len());
        };
        let path = request.uri().path();
        let operation = Description::of_intercom().operation_of(request.method(), path);
        assert_eq!(operation, Some(*expected), "{name}");
        let unknown = ledger.unknown(Party::Client, deviations(request));
        assert!(unknown.is_empty(), "{name}:\n{}", in_lines(&unknown));
        toured.insert((*name).to_owned());
    }
    for next in [r#"{"page":2}"#, r#"{"starting_after":"WzE"}"#] {
        let page = format!(r#"{{"type":"list","data":[],"pages":{{"next":{next}}}}}"#);
        let script = Script::of([&page, r#"{"data":[]}"#, &page, r#"{"data":[]}"#].map(ok));
        let client = script.client();
        let (mut notes, mut people) = (
            client.contact_notes(&"5ba6".parse().unwrap()),
            client.company_contacts(&"531e".parse().unwrap()),
        );
        for _ in 0..2 {
            notes.next_page().await.unwrap();
        }
        for _ in 0..2 {
            people.next_page().await.unwrap();
        }
        for request in script.requests() {
            let unknown = ledger.unknown(Party::Client, deviations(&request));
            assert!(unknown.is_empty(), "{}", in_lines(&unknown));
        }
    }
    assert_eq!(
        toured,
        offered(),
        "left: on this tour; right: in the sources"
    );
    let void = ledger.void_for(Party::Client);
    assert!(void.is_empty(), "excuses for nothing: {void:#?}");
}
