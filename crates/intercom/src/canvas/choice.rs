//! What a person can choose from, and in which controls: how many options there may be, and which
//! are chosen.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Action, CanvasError, SaveState};

/// One option of a dropdown, select or checkbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "option")]
pub struct Choice {
    /// Comes back in the input values.
    pub id: String,
    /// What people read.
    pub text: String,
    /// Shown, not selectable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// Two to ten options with distinct ids, of which at most one is chosen. More must be paged or
/// searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Options {
    options: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// One or more options with distinct ids, of which any may be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// The singular is Intercom's.
    option: Vec<Choice>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    value: Vec<String>,
}

/// One of several, behind a click. Has no action of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropdown {
    /// Unique in the canvas; the key of the input value.
    pub id: String,
    /// Above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What there is to choose from.
    #[serde(flatten)]
    pub options: Options,
    /// How far saving got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save_state: Option<SaveState>,
    /// Shown, not selectable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// One of several, side by side. With an action, choosing acts at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SingleSelect {
    /// Unique in the canvas; the key of the input value.
    pub id: String,
    /// Above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What there is to choose from.
    #[serde(flatten)]
    pub options: Options,
    /// What choosing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// How far saving got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save_state: Option<SaveState>,
    /// Shown, not selectable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// Any of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkbox {
    /// Unique in the canvas; the key of the input value.
    pub id: String,
    /// Above it.
    pub label: String,
    /// What there is to check.
    #[serde(flatten)]
    pub checks: Checks,
    /// How far saving got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save_state: Option<SaveState>,
    /// Shown, not selectable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

impl Choice {
    /// A selectable option.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
            disabled: false,
        }
    }
}

impl Options {
    /// The fewest options that a select may have.
    pub const COUNT_MIN: usize = 2;
    /// The most.
    pub const COUNT_MAX: usize = 10;

    /// Checks their number and their ids.
    pub fn new(options: Vec<Choice>) -> Result<Self, CanvasError> {
        if !(Self::COUNT_MIN..=Self::COUNT_MAX).contains(&options.len()) {
            return Err(CanvasError::OptionCount {
                count: options.len(),
            });
        }
        distinct(&options)?;
        Ok(Self {
            options,
            value: None,
        })
    }

    /// The same options with the one of this id chosen.
    pub fn choosing(mut self, id: &str) -> Result<Self, CanvasError> {
        offered(&self.options, id)?;
        self.value = Some(id.to_owned());
        Ok(self)
    }
}

impl Checks {
    /// Checks that there is one, and their ids.
    pub fn new(options: Vec<Choice>) -> Result<Self, CanvasError> {
        if options.is_empty() {
            return Err(CanvasError::OptionCount { count: 0 });
        }
        distinct(&options)?;
        Ok(Self {
            option: options,
            value: Vec::new(),
        })
    }

    /// The same options with the one of this id checked too.
    pub fn checking(mut self, id: &str) -> Result<Self, CanvasError> {
        offered(&self.option, id)?;
        if !self.value.iter().any(|checked| checked == id) {
            self.value.push(id.to_owned());
        }
        Ok(self)
    }
}

fn distinct(options: &[Choice]) -> Result<(), CanvasError> {
    let mut seen = BTreeSet::new();
    for Choice { id, .. } in options {
        if id.is_empty() {
            return Err(CanvasError::EmptyId);
        }
        if !seen.insert(id) {
            return Err(CanvasError::RepeatedId { id: id.clone() });
        }
    }
    Ok(())
}

fn offered(options: &[Choice], id: &str) -> Result<(), CanvasError> {
    if options.iter().any(|option| option.id == id) {
        Ok(())
    } else {
        Err(CanvasError::NoSuchOption { id: id.to_owned() })
    }
}
