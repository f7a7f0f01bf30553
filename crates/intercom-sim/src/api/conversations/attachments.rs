//! `attachment_files` and `attachment_urls` of a message, and how they are shown.

use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::files::{Attachment, Refused};
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
        read.push((name, kind, data));
    }
    for (name, kind, data) in read {
        let kept = world.files.keep(name, kind, data);
        attachments.push(kept.map_err(|refused| match refused {
            Refused::NotBase64 => invalid("attachment_files", "must hold base64 in data"),
            Refused::TooLarge => invalid("attachment_files", "is too large for this workspace"),
        })?);
    }
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

/// What an answer shows of a message's files.
pub(crate) fn shown(world: &World, attachments: &[Attachment]) -> Vec<Value> {
    attachments
        .iter()
        .map(|attachment| match attachment {
            Attachment::Kept(id) => {
                let file = world.files.get(*id);
                json!({
                    "type": "upload", "name": file.map(|file| &file.name),
                    "url": world.file_address(*id),
                    "content_type": file.map(|file| &file.content_type),
                    "filesize": file.map(|file| file.size), "width": null, "height": null,
                })
            }
            // Nothing is known of it but where it is.
            Attachment::Elsewhere(url) => {
                let name = url.split(['?', '#']).next().unwrap_or_default();
                let name = name.rsplit('/').next().unwrap_or_default();
                json!({
                    "type": "upload", "name": name, "url": url,
                    "content_type": "application/octet-stream", "filesize": 0,
                    "width": null, "height": null,
                })
            }
        })
        .collect()
}
