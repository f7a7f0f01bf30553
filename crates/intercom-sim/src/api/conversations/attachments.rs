//! `attachment_files` and `attachment_urls` of a message, and how they are shown.

use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::files::{Attachment, Refused, Sent, numbers};
use crate::world::World;

/// Files, and addresses, of one message.
const EACH_MAX: usize = 10;

/// Keeps the files that a body holds. If one is refused, none is kept.
pub(super) fn taken(
    world: &mut World,
    body: &Map<String, Value>,
) -> Result<Vec<Attachment>, Refusal> {
    let urls = listed(body, "attachment_urls")?;
    let files = listed(body, "attachment_files")?;
    let mut attachments = Vec::new();
    for url in urls {
        let url = url.as_str().and_then(|url| url.parse::<url::Url>().ok());
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| invalid("attachment_urls", "must hold addresses"))?;
        attachments.push(Attachment::Elsewhere(url.to_string()));
    }
    let mut read = Vec::new();
    for file in files {
        let text = |name: &str| file.get(name).and_then(Value::as_str);
        let (Some(name), Some(kind), Some(data)) =
            (text("name"), text("content_type"), text("data"))
        else {
            let words = "must hold content_type, name and data";
            return Err(invalid("attachment_files", words));
        };
        if http::HeaderValue::from_str(kind).is_err() {
            return Err(invalid(
                "attachment_files",
                "has a content_type that is none",
            ));
        }
        read.push(Sent {
            name,
            content_type: kind,
            data,
        });
    }
    let kept = world.files.keep(&read).map_err(|refused| match refused {
        Refused::NotBase64 => invalid("attachment_files", "must hold base64 in data"),
        Refused::TooLarge => invalid("attachment_files", "is too large for this workspace"),
    })?;
    attachments.extend(kept);
    Ok(attachments)
}

fn listed<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(listed)) if listed.len() <= EACH_MAX => Ok(listed),
        Some(Value::Array(_)) => Err(invalid(name, "can hold ten at most")),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            Err(invalid(name, "must be an array"))
        }
    }
}

fn invalid(name: &str, words: &str) -> Refusal {
    Refusal::invalid(format!("{name} {words}")).at_field(name)
}

/// Drops the kept files of messages that are taken away: those beside the words and in them.
pub(super) fn dropped(world: &mut World, messages: &[(Option<String>, Vec<Attachment>)]) {
    for (body, attachments) in messages {
        for id in body.iter().flat_map(|body| numbers(body)) {
            world.files.drop_file(id);
        }
        for attachment in attachments {
            match attachment {
                Attachment::Kept(id) => world.files.drop_file(*id),
                Attachment::Elsewhere(_) => {}
            }
        }
    }
}

/// What an answer shows of a message's files. Search may still show a message whose files are gone.
pub(crate) fn shown(world: &World, attachments: &[Attachment]) -> Vec<Value> {
    let shown = attachments
        .iter()
        .filter_map(|attachment| match attachment {
            Attachment::Kept(id) => {
                let file = world.files.get(*id)?;
                Some(json!({
                    "type": "upload", "name": file.name, "url": world.file_address(*id),
                    "content_type": file.content_type, "filesize": file.size, "width": null,
                    "height": null,
                }))
            }
            // Nothing is known of it but where it is.
            Attachment::Elsewhere(url) => {
                let name = url.split(['?', '#']).next().unwrap_or_default();
                let name = name.rsplit('/').next().unwrap_or_default();
                Some(json!({
                    "type": "upload", "name": name, "url": url,
                    "content_type": "application/octet-stream", "filesize": 0, "width": null,
                    "height": null,
                }))
            }
        });
    shown.collect()
}
