//! An app's answer as a whole: is it a canvas that the Inbox can show? (Canvas Kit, responses.)

use http::StatusCode;
use serde_json::{Map, Value};

use super::controls::CanvasControls;
use super::fields::Defect;
use super::{CanvasFlow, Card, judgement};

/// `content` and `stored_data` may be this long, each.
const PART_BYTES_MAX: usize = 64 * 1024;
/// The longest answer that is read: two parts of 64 KB and generous room for what is around them
/// and for spaces. Its end is never waited for.
pub(crate) const ANSWER_BYTES_MAX: usize = 512 * 1024;
/// Letters of an answer that are shown with an error.
const EXCERPT_CHARS_MAX: usize = 200;

/// What came back from an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    /// Where the app redirects to.
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Judges an answer from its status on. Redirects are not followed.
pub(super) fn judge(
    answered: &Answered,
    flow: CanvasFlow,
    controls: CanvasControls,
) -> Result<Card, Defect> {
    let status = answered.status.as_u16();
    if let Some(location) = answered.location.as_deref().filter(|_| status / 100 == 3) {
        let reason = format!("the app redirects to {location} with status {status}");
        return Err(Defect::at("", reason));
    }
    if answered.status != StatusCode::OK {
        let reason = format!("the app answered with status {status}");
        return Err(Defect::at("", reason));
    }
    card(&answered.body, flow, controls)
}

/// Judges the body of an answer.
pub(super) fn card(
    body: &[u8],
    flow: CanvasFlow,
    controls: CanvasControls,
) -> Result<Card, Defect> {
    if body.is_empty() {
        return Err(Defect::at("", "the answer is empty"));
    }
    let answer: Value = serde_json::from_slice(body)
        .map_err(|error| Defect::at("", format!("the answer is not JSON: {error}")))?;
    let answer = object(&answer, "", "the answer")?;
    event(answer)?;
    card_creation_options(answer, flow)?;
    let canvas =
        present(answer, "canvas").ok_or_else(|| Defect::at("", "the answer has no canvas"))?;
    let canvas = object(canvas, "/canvas", "canvas")?;
    if present(canvas, "content_url").is_some() {
        let reason = "content_url is for the Messenger, the Inbox has no live canvas";
        return Err(Defect::at("/canvas/content_url", reason));
    }
    let content =
        present(canvas, "content").ok_or_else(|| Defect::at("/canvas", "canvas has no content"))?;
    within("content", content)?;
    let fields = object(content, "/canvas/content", "content")?;
    let stored_data = match present(canvas, "stored_data") {
        None => Value::Object(Map::new()),
        Some(stored) => {
            within("stored_data", stored)?;
            object(stored, "/canvas/stored_data", "stored_data")?;
            stored.clone()
        }
    };
    let listed = match present(fields, "components") {
        None => return Err(Defect::at("/canvas/content", "content has no components")),
        Some(Value::Array(listed)) => listed,
        Some(_) => {
            let pointer = "/canvas/content/components";
            return Err(Defect::at(pointer, "components is not an array"));
        }
    };
    Ok(Card {
        components: judgement::components(listed, controls)?,
        content: content.clone(),
        stored_data,
    })
}

fn present<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).filter(|value| !value.is_null())
}

fn object<'a>(
    value: &'a Value,
    pointer: &str,
    name: &str,
) -> Result<&'a Map<String, Value>, Defect> {
    let map = value.as_object();
    map.ok_or_else(|| Defect::at(pointer, format!("{name} is not an object")))
}

fn within(name: &str, part: &Value) -> Result<(), Defect> {
    let length = part.to_string().len();
    if length <= PART_BYTES_MAX {
        return Ok(());
    }
    let reason = format!("{name} has {length} bytes, more than {PART_BYTES_MAX}");
    Err(Defect::at(&format!("/canvas/{name}"), reason))
}

fn event(answer: &Map<String, Value>) -> Result<(), Defect> {
    let Some(event) = present(answer, "event") else {
        return Ok(());
    };
    let event = object(event, "/event", "event")?;
    match event.get("type") {
        Some(Value::String(kind)) if kind == "completed" => Ok(()),
        Some(kind) => {
            let reason = format!("event.type is {kind}, only \"completed\" exists");
            Err(Defect::at("/event/type", reason))
        }
        None => Err(Defect::at("/event", "event has no type")),
    }
}

/// Options for a card in the reply are an answer to a click, not to the opening of a card.
fn card_creation_options(answer: &Map<String, Value>, flow: CanvasFlow) -> Result<(), Defect> {
    const POINTER: &str = "/card_creation_options";
    let Some(options) = present(answer, "card_creation_options") else {
        return Ok(());
    };
    match flow {
        CanvasFlow::Submit => object(options, POINTER, "card_creation_options").map(|_| ()),
        CanvasFlow::Initialize => {
            let reason = "card_creation_options answer a submit request alone";
            Err(Defect::at(POINTER, reason))
        }
    }
}

/// What stands at a pointer of an answer, shortened; of no JSON its beginning.
pub(super) fn excerpt(body: &[u8], pointer: &str) -> String {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    let part = answer.as_ref().and_then(|answer| answer.pointer(pointer));
    let text = part.map_or_else(
        || String::from_utf8_lossy(body).into_owned(),
        ToString::to_string,
    );
    match text.char_indices().nth(EXCERPT_CHARS_MAX) {
        None => text,
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}
