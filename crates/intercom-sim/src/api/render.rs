//! Rows as the JSON that the API and the webhooks show.

mod conversation;

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Value, json};

use super::contacts::render_merge;
use super::{Version, notes};
use crate::company::Company;
use crate::contact::{Contact, Role, phone};
use crate::html;
use crate::ids::AdminId;
use crate::subscription::Consent;
use crate::tracked::TrackedEvent;
use crate::world::{Tag, World};

pub(crate) use conversation::{DisplayAs, PartsShown, applied_tag, conversation, source_type};

/// Stubs that are nested in an answer; the rest is behind `url`.
const STUBS_MAX: usize = 10;

/// Facts about a visit, about devices and about mails, which nobody in this workspace left.
const NOTHING_KNOWN: [&str; 25] = [
    "last_email_opened_at",
    "last_email_clicked_at",
    "browser",
    "browser_version",
    "browser_language",
    "os",
    "enabled_push_messaging",
    "utm_campaign",
    "utm_content",
    "utm_medium",
    "utm_source",
    "utm_term",
    "referrer",
    "android_app_name",
    "android_app_version",
    "android_device",
    "android_os_version",
    "android_sdk_version",
    "android_last_seen_at",
    "ios_app_name",
    "ios_app_version",
    "ios_device",
    "ios_os_version",
    "ios_sdk_version",
    "ios_last_seen_at",
];

/// A contact as it is written. Every key is always there, nulls are explicit.
///
/// It is written straight from the row, as a page of a search has 150 of them.
pub(crate) struct ShownContact<'a> {
    pub(crate) world: &'a World,
    pub(crate) row: &'a Contact,
    pub(crate) version: Version,
    pub(crate) merges: MergesShown,
}

/// Whether a contact tells who became part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MergesShown {
    None,
    /// Leads have no history.
    OfUsers,
}

/// A contact as JSON, for what is kept or added to.
pub(crate) fn contact(world: &World, row: &Contact, version: Version) -> Value {
    let shown = ShownContact {
        world,
        row,
        version,
        merges: MergesShown::None,
    };
    serde_json::to_value(shown).expect("a contact has only text keys")
}

impl Serialize for ShownContact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (world, row) = (self.world, self.row);
        let id = &row.id.to_string();
        let domain = row.email.as_deref().and_then(|it| it.rsplit('@').next());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "contact")?;
        map.serialize_entry("id", id)?;
        map.serialize_entry("workspace_id", &world.workspace)?;
        map.serialize_entry("external_id", &row.external_id)?;
        map.serialize_entry("role", row.role.word())?;
        map.serialize_entry("email", &row.email)?;
        map.serialize_entry("email_domain", &domain)?;
        map.serialize_entry("phone", &row.phone)?;
        let formatted = row.phone.as_deref().map(phone::formatted);
        map.serialize_entry("formatted_phone", &formatted)?;
        map.serialize_entry(
            "name",
            &row.name.as_deref().map(|name| shown_name(world, name)),
        )?;
        map.serialize_entry("avatar", &row.avatar.as_deref().map(Avatar::of))?;
        map.serialize_entry("owner_id", &owner(row.owner, self.version))?;
        map.serialize_entry("social_profiles", &NoProfiles::default())?;
        map.serialize_entry("has_hard_bounced", &false)?;
        map.serialize_entry("marked_email_as_spam", &false)?;
        map.serialize_entry("unsubscribed_from_emails", &row.unsubscribed_from_emails)?;
        map.serialize_entry("created_at", &row.created_at)?;
        map.serialize_entry("updated_at", &row.updated_at)?;
        map.serialize_entry("signed_up_at", &row.signed_up_at)?;
        map.serialize_entry("last_seen_at", &row.last_seen_at)?;
        map.serialize_entry("last_replied_at", &row.last_replied_at)?;
        map.serialize_entry("last_contacted_at", &row.last_contacted_at)?;
        map.serialize_entry("language_override", &row.language)?;
        map.serialize_entry("location", &Location::of(world, row))?;
        map.serialize_entry("custom_attributes", &world.attributes.shown(&row.custom))?;
        map.serialize_entry("tags", &Stubs::of("tag", "tags", id, &row.tags))?;
        map.serialize_entry("notes", &Stubs::of("note", "notes", id, &row.notes))?;
        let companies = Stubs::of("company", "companies", id, &row.companies);
        map.serialize_entry("companies", &companies)?;
        for (name, consent) in [
            ("opted_out_subscription_types", Consent::OptOut),
            ("opted_in_subscription_types", Consent::OptIn),
        ] {
            let chosen = world.subscriptions.chosen(row.id, consent);
            let stubs = Stubs::of("subscription", "subscriptions", id, &chosen);
            map.serialize_entry(name, &stubs)?;
        }
        map.serialize_entry("sms_consent", &false)?;
        map.serialize_entry("unsubscribed_from_sms", &false)?;
        for name in NOTHING_KNOWN {
            map.serialize_entry(name, &())?;
        }
        if self.merges == MergesShown::OfUsers && row.role == Role::User {
            let merges = world.contacts.merges().of(row.id).rev();
            let merges: Vec<Value> = merges.map(render_merge).collect();
            map.serialize_entry("merge_history", &merges)?;
        }
        map.end()
    }
}

/// A name as it is read: as it is, or with entities, as was seen at times.
fn shown_name<'a>(world: &World, name: &'a str) -> Cow<'a, str> {
    if world.switches.entity_encoded_names {
        Cow::Owned(html::escaped(name).replace('\'', "&#39;"))
    } else {
        Cow::Borrowed(name)
    }
}

#[derive(Serialize)]
struct Avatar<'a> {
    r#type: &'static str,
    image_url: &'a str,
}

impl<'a> Avatar<'a> {
    fn of(image_url: &'a str) -> Self {
        Self {
            r#type: "avatar",
            image_url,
        }
    }
}

#[derive(Serialize)]
struct NoProfiles {
    r#type: &'static str,
    data: [(); 0],
}

impl Default for NoProfiles {
    fn default() -> Self {
        Self {
            r#type: "list",
            data: [],
        }
    }
}

/// Owner ids are texts since 2.16, integers before.
#[derive(Serialize)]
#[serde(untagged)]
enum Owner {
    Text(String),
    Number(AdminId),
}

fn owner(owner: Option<AdminId>, version: Version) -> Option<Owner> {
    owner.map(|id| {
        if version >= Version::V2_16 {
            Owner::Text(id.to_string())
        } else {
            Owner::Number(id)
        }
    })
}

#[derive(Serialize)]
struct Location<'a> {
    r#type: &'static str,
    country: Option<&'a str>,
    region: (),
    city: Option<&'a str>,
    country_code: Option<&'a str>,
    continent_code: Option<&'a str>,
}

impl<'a> Location<'a> {
    fn of(world: &'a World, row: &Contact) -> Self {
        let place = row.place.and_then(|at| world.places.get(usize::from(at)));
        Self {
            r#type: "location",
            country: place.map(|place| place.country.as_str()),
            region: (),
            city: place.map(|place| place.city.as_str()),
            country_code: place.map(|place| place.country_code.as_str()),
            continent_code: place.map(|place| place.continent_code.as_str()),
        }
    }
}

#[derive(Serialize)]
struct Stubs {
    r#type: &'static str,
    data: Vec<Stub>,
    url: String,
    total_count: usize,
    has_more: bool,
}

#[derive(Serialize)]
struct Stub {
    r#type: &'static str,
    id: String,
    url: String,
}

impl Stubs {
    fn of<I: std::fmt::Display>(
        kind: &'static str,
        plural: &str,
        contact: &str,
        ids: &[I],
    ) -> Self {
        let stub = |id: &I| Stub {
            r#type: kind,
            id: id.to_string(),
            url: format!("/{plural}/{id}"),
        };
        Self {
            r#type: "list",
            data: ids.iter().take(STUBS_MAX).map(stub).collect(),
            url: format!("/contacts/{contact}/{plural}"),
            total_count: ids.len(),
            has_more: ids.len() > STUBS_MAX,
        }
    }
}

/// A page of contacts.
#[derive(Serialize)]
pub(crate) struct ContactList<'a> {
    r#type: &'static str,
    data: Vec<ShownContact<'a>>,
    total_count: usize,
    pages: Value,
}

impl<'a> ContactList<'a> {
    pub(crate) fn of(
        world: &'a World,
        rows: impl Iterator<Item = &'a Contact>,
        (version, merges): (Version, MergesShown),
        (total_count, pages): (usize, Value),
    ) -> Self {
        let shown = rows.map(|row| ShownContact {
            world,
            row,
            version,
            merges,
        });
        Self {
            r#type: "list",
            data: shown.collect(),
            total_count,
            pages,
        }
    }
}

/// Notes that are shown inside a company.
const COMPANY_NOTES_MAX: usize = 10;

/// A company. Its notes are told since 2.16.
pub(crate) fn company(world: &World, row: &Company, version: Version) -> Value {
    let plan = row.plan.as_deref().map_or_else(
        || json!({}),
        |name| json!({ "type": "plan", "id": name, "name": name }),
    );
    let tags = row.tags.iter().filter_map(|id| world.tag(*id));
    let tags: Vec<Value> = tags.map(Tag::render).collect();
    let mut shown = json!({
        "type": "company", "id": row.id.to_string(), "app_id": world.workspace,
        "company_id": row.own_id, "plan": plan,
        "name": row.name.as_deref().map(|name| shown_name(world, name)),
        "remote_created_at": row.remote_created_at, "created_at": row.created_at,
        "updated_at": row.updated_at, "last_request_at": row.last_request_at, "size": row.size,
        "website": row.website, "industry": row.industry, "monthly_spend": row.monthly_spend,
        "session_count": 0, "user_count": world.companies.member_count(row.id),
        "custom_attributes": world.attributes.render(&row.custom),
        "tags": { "type": "tag.list", "tags": tags },
        "segments": { "type": "segment.list", "segments": [] },
    });
    // What was never set is left out: the description knows no null here, nor do its examples.
    if let Value::Object(members) = &mut shown {
        members.retain(|_, value| !value.is_null());
    }
    if version >= Version::V2_16 {
        let notes = row.notes.iter().rev().take(COMPANY_NOTES_MAX);
        let notes = notes.filter_map(|id| world.notes.get(*id));
        let notes: Vec<Value> = notes.map(|it| notes::render(world, version, it)).collect();
        shown["notes"] = json!({ "type": "note.list", "notes": notes });
    }
    shown
}

/// An event about a contact.
pub(crate) fn event(world: &World, event: &TrackedEvent) -> Value {
    let row = world.contacts.get(event.contact);
    json!({
        "type": "event", "id": event.id, "event_name": event.name,
        "created_at": event.created_at, "intercom_user_id": event.contact.to_string(),
        "user_id": row.and_then(|row| row.external_id.clone()),
        "email": row.and_then(|row| row.email.clone()), "metadata": event.metadata,
    })
}
