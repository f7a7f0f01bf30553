//! The fields by which contacts are searched: their kinds, and what a row holds in each.

use crate::api::Version;
use crate::attribute::{DataType, Model, ValueRef};
use crate::contact::{Contact, phone};
use crate::search::{Held, Kind};
use crate::segment::Segment;
use crate::world::World;

/// The fields that can be searched (REST API, Search for contacts). Preview compares the standard
/// times to the second, where the numbered versions compare days.
pub(super) fn kind(world: &World, field: &str, version: Version) -> Option<Kind> {
    if let Some(name) = field.strip_prefix("custom_attributes.") {
        return world
            .attributes
            .named(Model::Contact, name)
            .map(|row| match row.data_type {
                DataType::String => Kind::Text,
                DataType::Integer | DataType::Float => Kind::Integer,
                DataType::Boolean => Kind::Flag,
                DataType::Date => Kind::Date,
            });
    }
    Some(match field {
        "id"
        | "role"
        | "name"
        | "avatar"
        | "owner_id"
        | "email"
        | "email_domain"
        | "phone"
        | "formatted_phone"
        | "external_id"
        | "language_override"
        | "browser"
        | "browser_language"
        | "os"
        | "location.country"
        | "location.region"
        | "location.city"
        | "ios_app_name"
        | "ios_app_version"
        | "ios_device"
        | "ios_app_device"
        | "ios_os_version"
        | "ios_sdk_version"
        | "android_app_name"
        | "android_app_version"
        | "android_device"
        | "android_os_version"
        | "android_sdk_version"
        | "segment_id" => Kind::Text,
        "created_at"
        | "signed_up_at"
        | "updated_at"
        | "last_seen_at"
        | "last_contacted_at"
        | "last_replied_at"
        | "last_email_opened_at"
        | "last_email_clicked_at"
        | "ios_last_seen_at"
        | "android_last_seen_at" => {
            if version == Version::PREVIEW {
                Kind::Instant
            } else {
                Kind::Date
            }
        }
        "unsubscribed_from_emails" | "marked_email_as_spam" | "has_hard_bounced" => Kind::Flag,
        "tag_id" => Kind::Tags,
        _ => return None,
    })
}

pub(super) fn held(world: &World, row: &Contact, field: &str) -> Held {
    let place = || row.place.and_then(|at| world.places.get(usize::from(at)));
    match field {
        "id" => Held::Text(row.id.to_string()),
        "role" => Held::Text(row.role.word().to_owned()),
        "name" => row.name.as_deref().into(),
        "avatar" => row.avatar.as_deref().into(),
        "owner_id" => row
            .owner
            .map_or(Held::Nothing, |id| Held::Text(id.to_string())),
        "email" => row.email.as_deref().into(),
        "email_domain" => row
            .email
            .as_deref()
            .and_then(|it| it.rsplit('@').next())
            .into(),
        "phone" => row.phone.as_deref().into(),
        "formatted_phone" => row.phone.as_deref().map(phone::formatted).as_deref().into(),
        "external_id" => row.external_id.as_deref().into(),
        "language_override" => row.language.as_deref().into(),
        "location.country" => place().map(|place| place.country.as_str()).into(),
        "location.city" => place().map(|place| place.city.as_str()).into(),
        "created_at" => Held::Date(row.created_at),
        "updated_at" => Held::Date(row.updated_at),
        "signed_up_at" => row.signed_up_at.into(),
        "last_seen_at" => row.last_seen_at.into(),
        "last_replied_at" => row.last_replied_at.into(),
        "last_contacted_at" => row.last_contacted_at.into(),
        "unsubscribed_from_emails" => Held::Flag(row.unsubscribed_from_emails),
        "marked_email_as_spam" | "has_hard_bounced" => Held::Flag(false),
        "segment_id" => Held::Text(Segment::of(world.seed, row.role).id.to_string()),
        "tag_id" => Held::Many(row.tags.iter().map(ToString::to_string).collect()),
        _ => custom(world, row, field),
    }
}

/// A custom attribute, or one of the facts about devices that nobody here left.
fn custom(world: &World, row: &Contact, field: &str) -> Held {
    let Some(attribute) = field
        .strip_prefix("custom_attributes.")
        .and_then(|name| world.attributes.named(Model::Contact, name))
    else {
        return Held::Nothing;
    };
    match row.custom.get(attribute.id) {
        None => Held::Nothing,
        Some(ValueRef::Text(text)) => Held::Text(text.to_owned()),
        Some(ValueRef::Flag(flag)) => Held::Flag(flag),
        Some(ValueRef::Float(number)) => Held::Number(number),
        Some(ValueRef::Integer(number)) if attribute.data_type == DataType::Date => {
            Held::Date(number)
        }
        // Exact up to 2⁵³, as JSON numbers are for most readers.
        Some(ValueRef::Integer(number)) => number
            .to_string()
            .parse()
            .map_or(Held::Nothing, Held::Number),
    }
}
