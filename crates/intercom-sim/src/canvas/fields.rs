//! Reading one JSON object of a canvas member by member. Each complaint says where it is, in words
//! and as a JSON pointer.

use serde_json::{Map, Value};
use url::Url;

use super::component::Action;
use super::controls::CanvasControls;

/// Where the components of an answer are.
const CONTENT: &str = "/canvas/content";

/// Why an answer cannot be shown, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defect {
    /// A JSON pointer into the answer; empty for the answer as a whole.
    pub(crate) pointer: String,
    pub(crate) reason: String,
}

impl Defect {
    /// A defect of the answer itself, or of the member at `pointer`.
    pub(super) fn at(pointer: &str, reason: impl Into<String>) -> Self {
        Self {
            pointer: pointer.to_owned(),
            reason: reason.into(),
        }
    }

    /// A defect of a component. `path` is as in `components[0].items[1]`.
    pub(super) fn of(path: &str, words: &str) -> Self {
        let pointer = path.replace(['.', '['], "/").replace(']', "");
        Self {
            pointer: format!("{CONTENT}/{pointer}"),
            reason: format!("{path} {words}"),
        }
    }
}

/// An object of a canvas and where it stands.
pub(super) struct Fields<'a> {
    pub(super) at: String,
    map: &'a Map<String, Value>,
    controls: CanvasControls,
}

impl<'a> Fields<'a> {
    pub(super) fn of(
        value: &'a Value,
        at: String,
        controls: CanvasControls,
    ) -> Result<Self, Defect> {
        match value.as_object() {
            Some(map) => Ok(Self { at, map, controls }),
            None => Err(Defect::of(&at, "is not an object")),
        }
    }

    /// The objects of a list that must be there.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Self>, Defect> {
        let listed = match self.get(name) {
            None => return Err(self.lacks(name)),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.is_not(name, "an array")),
        };
        let objects = listed.iter().enumerate().map(|(place, value)| {
            Self::of(value, format!("{}.{name}[{place}]", self.at), self.controls)
        });
        objects.collect()
    }

    pub(super) const fn controls(&self) -> CanvasControls {
        self.controls
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A complaint about the whole object.
    pub(super) fn defect(&self, words: &str) -> Defect {
        Defect::of(&self.at, words)
    }

    /// A complaint about one member.
    pub(super) fn defect_in(&self, name: &str, words: &str) -> Defect {
        Defect::of(&format!("{}.{name}", self.at), words)
    }

    fn lacks(&self, name: &str) -> Defect {
        self.defect(&format!("has no {name}"))
    }

    fn is_not(&self, name: &str, wanted: &str) -> Defect {
        self.defect_in(name, &format!("is not {wanted}"))
    }

    /// Passes over members that a component does not have, or refuses them, as the controls say.
    pub(super) fn knows(&self, names: &[&str]) -> Result<(), Defect> {
        if !self.controls.refuse_unknown_members {
            return Ok(());
        }
        let known = |name: &str| name == "type" || names.contains(&name);
        match self.map.keys().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => Err(self.defect(&format!("has a member {name:?} that is not known"))),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Defect> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.is_not(name, "a string")),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, Defect> {
        self.text(name)?.ok_or_else(|| self.lacks(name))
    }

    /// Members of a list say what they are, though they can be one thing only.
    pub(super) fn must_be(&self, kind: &str) -> Result<(), Defect> {
        if self.required_text("type")? == kind {
            return Ok(());
        }
        Err(self.is_not("type", kind))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Defect> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.is_not(name, "a boolean")),
        }
    }

    pub(super) fn required_integer(&self, name: &str) -> Result<u32, Defect> {
        let value = self.get(name).ok_or_else(|| self.lacks(name))?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| self.is_not(name, "a whole number"))
    }

    /// One of a list of words, each with its meaning; absent is the first.
    pub(super) fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, Defect> {
        let Some(text) = self.text(name)? else {
            return Ok(words[0].1);
        };
        let meant = words.iter().find(|(word, _)| *word == text);
        meant.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let words = format!("is {text:?}, not one of {}", known.join(", "));
            self.defect_in(name, &words)
        })
    }

    /// `bottom_margin` can only be taken away.
    pub(super) fn is_tight(&self) -> Result<bool, Defect> {
        let is_there = self.has("bottom_margin");
        self.one_of("bottom_margin", &[("none", ())])?;
        Ok(is_there)
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Defect> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or_else(|| self.is_not(name, "a list of strings")),
            Some(_) => Err(self.is_not(name, "an array")),
        }
    }

    /// Images are on HTTPS.
    pub(super) fn image_url(&self, name: &str) -> Result<String, Defect> {
        let text = self.required_text(name)?;
        let is_https = Url::parse(&text).is_ok_and(|url| url.scheme() == "https");
        if is_https {
            Ok(text)
        } else {
            Err(self.is_not(name, "an https URL"))
        }
    }

    /// The action, if there is one.
    pub(super) fn action(&self) -> Result<Option<Action>, Defect> {
        let Some(value) = self.get("action") else {
            return Ok(None);
        };
        let action = Fields::of(value, format!("{}.action", self.at), self.controls)?;
        match action.required_text("type")?.as_str() {
            "submit" => {
                action.knows(&[])?;
                Ok(Some(Action::Submit))
            }
            "url" => {
                action.knows(&["url"])?;
                let text = action.required_text("url")?;
                if !is_link(&text) {
                    return Err(action.is_not("url", "an http or https URL"));
                }
                Ok(Some(Action::Url(text)))
            }
            "sheet" => Err(action.defect("is a sheet, which the Inbox cannot open")),
            other => Err(action.defect_in("type", &format!("is {other:?}, not submit or url"))),
        }
    }
}

/// Links lead to the web, and nowhere else.
pub(super) fn is_link(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}
