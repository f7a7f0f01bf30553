//! Reading one JSON object of a canvas field by field, with the path in each complaint.

use serde_json::{Map, Value};
use url::{Host, Url};

use super::component::Action;

/// An object of a canvas and where it stands.
pub(super) struct Fields<'a> {
    pub(super) at: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, at: String) -> Result<Self, String> {
        match value.as_object() {
            Some(map) => Ok(Self { at, map }),
            None => Err(format!("{at} is not an object")),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{}.{name} is not a string", self.at)),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, String> {
        self.text(name)?
            .ok_or_else(|| format!("{} has no {name}", self.at))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, String> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("{}.{name} is not a boolean", self.at)),
        }
    }

    pub(super) fn required_integer(&self, name: &str) -> Result<u32, String> {
        let value = self
            .get(name)
            .ok_or_else(|| format!("{} has no {name}", self.at))?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| format!("{}.{name} is not a whole number", self.at))
    }

    /// One of a list of words, each with its meaning; absent is the first.
    pub(super) fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, String> {
        let Some(text) = self.text(name)? else {
            return Ok(words[0].1);
        };
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                format!(
                    "{}.{name} is {text:?}, not one of {}",
                    self.at,
                    known.join(", ")
                )
            })
    }

    pub(super) fn required_list(&self, name: &str) -> Result<&'a Vec<Value>, String> {
        match self.get(name) {
            None => Err(format!("{} has no {name}", self.at)),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(format!("{}.{name} is not an array", self.at)),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or_else(|| format!("{}.{name} is not a list of strings", self.at)),
            Some(_) => Err(format!("{}.{name} is not an array", self.at)),
        }
    }

    /// `image`s must be on HTTPS.
    pub(super) fn image_url(&self, name: &str) -> Result<String, String> {
        let text = self.required_text(name)?;
        let is_https = Url::parse(&text).is_ok_and(|url| url.scheme() == "https");
        if is_https {
            Ok(text)
        } else {
            Err(format!("{}.{name} is not an https URL", self.at))
        }
    }

    /// The action, if there is one.
    pub(super) fn action(&self) -> Result<Option<Action>, String> {
        let Some(value) = self.get("action") else {
            return Ok(None);
        };
        let action = Fields::of(value, format!("{}.action", self.at))?;
        match action.required_text("type")?.as_str() {
            "submit" => Ok(Some(Action::Submit)),
            "url" => {
                let text = action.required_text("url")?;
                if !is_link(&text) {
                    return Err(format!("{}.url is not an https URL", action.at));
                }
                Ok(Some(Action::Url(text)))
            }
            "sheet" => Err(format!(
                "{} is a sheet, which the Inbox cannot open",
                action.at
            )),
            other => Err(format!(
                "{}.type is {other:?}, not submit or url",
                action.at
            )),
        }
    }
}

/// Links lead to HTTPS. Plain HTTP is let through to this machine alone, where both sides of a demo
/// run; the vendor would refuse it.
fn is_link(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}
