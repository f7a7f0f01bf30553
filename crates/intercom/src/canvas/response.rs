//! The canvas that answers a card request.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Component;

/// Intercom's limit, for the content and for the stored data each.
pub const CANVAS_BYTES_MAX: usize = 64 * 1024;

/// A valid canvas: something to show, and ids that are unique.
#[derive(Debug, Clone, PartialEq)]
pub struct Canvas {
    components: Vec<Component>,
    stored_data: Map<String, Value>,
}

/// Why something cannot stand in a canvas.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanvasError {
    /// A canvas without components.
    #[error("the canvas is empty")]
    Empty,
    /// A table without rows or a list without items.
    #[error("a table or list has nothing in it")]
    NoItems,
    /// An interactive component or option without an id.
    #[error("an id is empty")]
    EmptyId,
    /// Two components, or two options of one control, with the same id.
    #[error("the id {id:?} is there twice")]
    RepeatedId {
        /// The id.
        id: String,
    },
    /// A select needs two to ten options, a checkbox one.
    #[error("{count} options are too few or too many")]
    OptionCount {
        /// How many there were.
        count: usize,
    },
    /// The chosen option is not among those offered.
    #[error("there is no option {id:?}")]
    NoSuchOption {
        /// The id.
        id: String,
    },
    /// Neither https nor, where that is allowed, http to this machine.
    #[error("an address of scheme {scheme:?} cannot be linked to")]
    NotALink {
        /// The scheme.
        scheme: String,
    },
    /// Longer than Intercom takes.
    #[error("the {} has {bytes} bytes, more than {CANVAS_BYTES_MAX}", part.as_str())]
    TooLarge {
        /// What is too long.
        part: CanvasPart,
        /// How long it is.
        bytes: usize,
    },
}

/// The parts of a canvas whose length is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanvasPart {
    /// The components.
    Content,
    /// What comes back with the next submit.
    StoredData,
}

impl Canvas {
    /// Checks that there is something to show and that all ids are there and unique.
    pub fn new(components: Vec<Component>) -> Result<Self, CanvasError> {
        if components.is_empty() {
            return Err(CanvasError::Empty);
        }
        let mut seen = BTreeSet::new();
        for id in components.iter().flat_map(Component::ids) {
            if id.is_empty() {
                return Err(CanvasError::EmptyId);
            }
            if !seen.insert(id) {
                return Err(CanvasError::RepeatedId { id: id.to_owned() });
            }
        }
        Ok(Self {
            components,
            stored_data: Map::new(),
        })
    }

    /// The same canvas with something to remember: it comes back with the next submit. People can
    /// see it, so it holds no secret.
    #[must_use]
    pub fn with_stored_data(self, stored_data: Map<String, Value>) -> Self {
        Self {
            stored_data,
            ..self
        }
    }

    /// The body of the answer.
    pub fn to_json(&self) -> Result<String, CanvasError> {
        let content = serde_json::json!({ "components": self.components }).to_string();
        within(CanvasPart::Content, &content)?;
        if self.stored_data.is_empty() {
            return Ok(format!(r#"{{"canvas":{{"content":{content}}}}}"#));
        }
        let stored = serde_json::json!(self.stored_data).to_string();
        within(CanvasPart::StoredData, &stored)?;
        Ok(format!(
            r#"{{"canvas":{{"content":{content},"stored_data":{stored}}}}}"#
        ))
    }
}

impl CanvasPart {
    fn as_str(self) -> &'static str {
        match self {
            Self::Content => "canvas's content",
            Self::StoredData => "canvas's stored data",
        }
    }
}

fn within(part: CanvasPart, json: &str) -> Result<(), CanvasError> {
    let bytes = json.len();
    if bytes <= CANVAS_BYTES_MAX {
        Ok(())
    } else {
        Err(CanvasError::TooLarge { part, bytes })
    }
}
