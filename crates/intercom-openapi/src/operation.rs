//! The operations of a description: which one a request means, and with which parameters.

use std::cmp::Reverse;

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// One method of one path.
#[derive(Debug)]
pub(crate) struct Operation {
    /// As people write it: `GET /contacts/{contact_id}`.
    pub(crate) name: String,
    method: Method,
    template: Vec<Segment>,
    pub(crate) parameters: Vec<Parameter>,
    /// The schema of the body, if one may be sent.
    pub(crate) body: Option<Body>,
    pub(crate) answers: Vec<Answer>,
}

/// What may be answered.
#[derive(Debug)]
pub(crate) struct Answer {
    status: Status,
    /// Without one the answer has no body.
    pub(crate) schema: Option<Value>,
}

/// The statuses that an answer is described for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Numbered(u16),
    /// All that have no description of their own.
    Others,
}

/// What a request may carry.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) schema: Value,
}

/// A value outside of the body.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) stands: Stands,
    pub(crate) required: bool,
    pub(crate) schema: Value,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Path,
    Query,
    Header,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    Named(String),
}

impl Operation {
    /// The operation that is described at `path`; parameters may be shared by all methods of it.
    pub(crate) fn read(
        root: &Value,
        path: &str,
        method: Method,
        item: &Value,
        described: &Value,
    ) -> Result<Self, String> {
        let name = format!("{method} {path}");
        let shared = item["parameters"].as_array().into_iter().flatten();
        let own = described["parameters"].as_array().into_iter().flatten();
        let parameters: Option<Vec<Parameter>> = shared.chain(own).map(parameter).collect();
        let parameters = parameters.ok_or_else(|| format!("{name}: an odd parameter"))?;
        let body = &described["requestBody"];
        let body = body.is_object().then(|| Body {
            required: body["required"] == Value::Bool(true),
            schema: body["content"]["application/json"]["schema"].clone(),
        });
        let mut answers = Vec::new();
        for (status, answer) in described["responses"].as_object().into_iter().flatten() {
            let status = match status.as_str() {
                "default" => Status::Others,
                number => Status::Numbered(
                    number
                        .parse()
                        .map_err(|_| format!("{name}: no status is called `{number}`"))?,
                ),
            };
            let answer = followed(root, answer);
            let schema = answer["content"]["application/json"].get("schema");
            answers.push(Answer {
                status,
                schema: schema.cloned(),
            });
        }
        Ok(Self {
            name,
            method,
            template: segments(path).map(Segment::of).collect(),
            parameters,
            body,
            answers,
        })
    }

    /// The parameters in the path, by name, if the request means this operation.
    pub(crate) fn meant_by(&self, method: &Method, path: &str) -> Option<Vec<(String, String)>> {
        if *method != self.method || segments(path).count() != self.template.len() {
            return None;
        }
        let mut named = Vec::new();
        for (segment, text) in self.template.iter().zip(segments(path)) {
            match segment {
                Segment::Fixed(fixed) if fixed == text => {}
                Segment::Fixed(_) => return None,
                Segment::Named(name) => {
                    let value = percent_decode_str(text).decode_utf8_lossy().into_owned();
                    named.push((name.clone(), value));
                }
            }
        }
        Some(named)
    }

    /// What is described for a status.
    pub(crate) fn answer(&self, status: u16) -> Option<&Answer> {
        let of = |wanted| self.answers.iter().find(|it| it.status == wanted);
        of(Status::Numbered(status)).or_else(|| of(Status::Others))
    }

    /// The order in which operations are tried: `/contacts/search` before `/contacts/{contact_id}`.
    pub(crate) fn precedence(&self) -> Reverse<Vec<bool>> {
        let fixed = |segment: &Segment| matches!(segment, Segment::Fixed(_));
        Reverse(self.template.iter().map(fixed).collect())
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        let name = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        name.map_or_else(
            || Self::Fixed(text.to_owned()),
            |name| Self::Named(name.to_owned()),
        )
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_matches('/').split('/')
}

fn parameter(described: &Value) -> Option<Parameter> {
    let stands = match described["in"].as_str()? {
        "path" => Stands::Path,
        "query" => Stands::Query,
        "header" => Stands::Header,
        _ => return None,
    };
    Some(Parameter {
        name: described["name"].as_str()?.to_owned(),
        stands,
        required: described["required"] == Value::Bool(true),
        schema: described.get("schema")?.clone(),
    })
}

/// The value that a reference within the document points at, or the value itself.
fn followed<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    target.map_or(value, |pointer| root.pointer(pointer).unwrap_or(value))
}
