//! The description as a whole, and the judgement of requests and answers by it.
//!
//! Schemas are compiled when they are first needed, with the components that they reach and no
//! others: a test that makes three calls does not wait for 250 operations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use http::Method;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};

use crate::exchange::{Deviation, Exchange, Place};
use crate::operation::{Operation, Stands};
use crate::schema::translated;

/// The vendor's description, as it is published.
const INTERCOM: &str = include_str!("../data/intercom-2.16.yaml");

/// The component that describes every refusal.
const REFUSAL: &str = "#/components/schemas/error";

/// What an API promises.
pub struct Description {
    components: Value,
    operations: Vec<Operation>,
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// The text is not a description that can be judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotADescription(String);

impl fmt::Display for NotADescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no description to judge by: {}", self.0)
    }
}

impl std::error::Error for NotADescription {}

impl Description {
    /// Intercom's, version 2.16; read once per process.
    pub fn of_intercom() -> &'static Self {
        static READ: LazyLock<Description> = LazyLock::new(|| {
            Description::read(INTERCOM)
                .expect("the file in data/ is a description; a test reads it")
        });
        &READ
    }

    /// Reads a description in YAML.
    pub fn read(text: &str) -> Result<Self, NotADescription> {
        let root: Value =
            yaml_serde::from_str(text).map_err(|problem| NotADescription(problem.to_string()))?;
        let mut operations = Vec::new();
        for (path, item) in root["paths"].as_object().into_iter().flatten() {
            for (method, described) in item.as_object().into_iter().flatten() {
                if method == "parameters" {
                    continue;
                }
                let method = method.to_uppercase();
                let method = Method::from_bytes(method.as_bytes())
                    .map_err(|problem| NotADescription(problem.to_string()))?;
                let operation = Operation::read(&root, path, method, item, described);
                operations.push(operation.map_err(NotADescription)?);
            }
        }
        operations.sort_by_key(Operation::precedence);
        Ok(Self {
            components: root["components"]["schemas"].clone(),
            operations,
            compiled: Mutex::default(),
        })
    }

    /// Compiles every schema, which shows those that cannot be; otherwise each is compiled when it
    /// is first needed.
    pub fn compile_all(&self) -> Result<(), NotADescription> {
        for operation in &self.operations {
            let parameters = operation.parameters.iter().map(|it| &it.schema);
            let body = operation.body.iter().map(|it| &it.schema);
            let answers = operation.answers.iter().filter_map(|it| it.schema.as_ref());
            for schema in parameters.chain(body).chain(answers) {
                self.compile(schema)
                    .map_err(|problem| NotADescription(format!("{}: {problem}", operation.name)))?;
            }
        }
        Ok(())
    }

    /// All operations, by name.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|it| it.name.as_str())
    }

    /// How the operation is called that a request means: `GET /contacts/{contact_id}`.
    pub fn operation_of(&self, method: &Method, path: &str) -> Option<&str> {
        let (operation, _) = self.find(method, path)?;
        Some(&operation.name)
    }

    /// What is wrong with a request.
    pub fn check_request(&self, exchange: &Exchange<'_>) -> Vec<Deviation> {
        let (path, query) = split(exchange.target);
        let Some((operation, named)) = self.find(exchange.method, path) else {
            return vec![undescribed(exchange, Place::Request)];
        };
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let header = exchange.version.map(|version| {
            let name = "Intercom-Version".to_owned();
            (name, version.to_owned())
        });
        let mut found = Vec::new();
        let mut add = |pointer: String, what: String| {
            found.push(Deviation {
                operation: operation.name.clone(),
                place: Place::Request,
                pointer,
                what,
            });
        };
        for (stands, given) in [
            (Stands::Path, named.as_slice()),
            (Stands::Query, query.as_slice()),
            (Stands::Header, header.as_slice()),
        ] {
            for (pointer, what) in self.parameters(operation, stands, given) {
                add(pointer, what);
            }
        }
        match (&operation.body, exchange.body) {
            (Some(described), Some(body)) => {
                for (pointer, what) in self.breaches(&described.schema, body) {
                    add(format!("/body{pointer}"), what);
                }
            }
            (Some(described), None) if described.required => {
                add("/body".to_owned(), "a body is required".to_owned());
            }
            (None, Some(_)) => add("/body".to_owned(), "no body is described".to_owned()),
            (Some(_) | None, None) => {}
        }
        found
    }

    /// What is wrong with the answer to a request; `body` is absent where nothing was sent. A
    /// refusal whose status is not described is one deviation, and its body is held against the
    /// schema of all refusals.
    pub fn check_answer(
        &self,
        exchange: &Exchange<'_>,
        status: u16,
        body: Option<&Value>,
    ) -> Vec<Deviation> {
        let place = Place::Answer(status);
        let Some((operation, _)) = self.find(exchange.method, split(exchange.target).0) else {
            return vec![undescribed(exchange, place)];
        };
        let refusal = json!({ "$ref": REFUSAL });
        let mut found = Vec::new();
        let described = operation.answer(status);
        let schema = if let Some(answer) = described {
            answer.schema.as_ref()
        } else {
            let what = "the status is not described".to_owned();
            found.push(("/status".to_owned(), what));
            (status >= 400).then_some(&refusal)
        };
        match (schema, body) {
            (Some(schema), Some(body)) => {
                let breaches = self.breaches(schema, body);
                let breaches = breaches.into_iter();
                found.extend(breaches.map(|(at, what)| (format!("/body{at}"), what)));
            }
            (Some(_), None) => found.push(("/body".to_owned(), "the body is missing".to_owned())),
            (None, Some(_)) => found.push(("/body".to_owned(), "no body is described".to_owned())),
            (None, None) => {}
        }
        let deviation = |(pointer, what)| Deviation {
            operation: operation.name.clone(),
            place,
            pointer,
            what,
        };
        found.into_iter().map(deviation).collect()
    }

    fn find(&self, method: &Method, path: &str) -> Option<(&Operation, Vec<(String, String)>)> {
        let mut operations = self.operations.iter();
        operations.find_map(|operation| Some((operation, operation.meant_by(method, path)?)))
    }

    /// What is wrong with the values that stand in one place outside of the body.
    fn parameters(
        &self,
        operation: &Operation,
        stands: Stands,
        given: &[(String, String)],
    ) -> Vec<(String, String)> {
        let folder = match stands {
            Stands::Path => "path",
            Stands::Query => "query",
            Stands::Header => "header",
        };
        let mut found = Vec::new();
        let described: Vec<_> = operation
            .parameters
            .iter()
            .filter(|it| it.stands == stands)
            .collect();
        for parameter in &described {
            let pointer = format!("/{folder}/{}", parameter.name);
            let Some((_, text)) = given.iter().find(|(name, _)| *name == parameter.name) else {
                if parameter.required {
                    found.push((pointer, "the parameter is required".to_owned()));
                }
                continue;
            };
            let value = spelled(&parameter.schema, text);
            let breaches = self.breaches(&parameter.schema, &value);
            found.extend(
                breaches
                    .into_iter()
                    .map(|(_, what)| (pointer.clone(), what)),
            );
        }
        for (name, _) in given {
            if !described.iter().any(|it| it.name == *name) {
                let what = "the parameter is not described".to_owned();
                found.push((format!("/{folder}/{name}"), what));
            }
        }
        found
    }

    /// What of `value` breaks `schema`: where, and how.
    fn breaches(&self, schema: &Value, value: &Value) -> Vec<(String, String)> {
        let validator = match self.compile(schema) {
            Ok(validator) => validator,
            Err(problem) => return vec![(String::new(), problem)],
        };
        let errors = validator.iter_errors(value);
        errors
            .map(|error| (error.instance_path().to_string(), in_words(&error)))
            .collect()
    }

    fn compile(&self, schema: &Value) -> Result<Arc<Validator>, String> {
        let key = schema.to_string();
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(&key) {
            return Ok(Arc::clone(validator));
        }
        let whole = self.self_contained(schema)?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&whole)
            .map_err(|problem| problem.to_string())?;
        let validator = Arc::new(validator);
        compiled.insert(key, Arc::clone(&validator));
        Ok(validator)
    }

    /// The schema in JSON Schema, with all components that it reaches.
    fn self_contained(&self, schema: &Value) -> Result<Value, String> {
        let unknown =
            |crate::schema::UnknownKeyword(keyword)| format!("nobody translates `{keyword}`");
        let mut needed = BTreeSet::new();
        let mut whole = translated(schema, &mut needed).map_err(unknown)?;
        let mut components = Map::new();
        while let Some(name) = needed.pop_first() {
            if components.contains_key(&name) {
                continue;
            }
            let component = self.components.get(&name);
            let component = component.ok_or_else(|| format!("no component is called `{name}`"))?;
            let component = translated(component, &mut needed).map_err(unknown)?;
            components.insert(name, component);
        }
        if let Value::Object(whole) = &mut whole {
            whole.insert("$defs".to_owned(), Value::Object(components));
        }
        Ok(whole)
    }
}

fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

fn undescribed(exchange: &Exchange<'_>, place: Place) -> Deviation {
    Deviation {
        operation: format!("{} {}", exchange.method, split(exchange.target).0),
        place,
        pointer: String::new(),
        what: "the operation is not described".to_owned(),
    }
}

/// The JSON value that a text in a path, query or header stands for, by the type that is described.
fn spelled(schema: &Value, text: &str) -> Value {
    let read = match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).ok(),
        _ => None,
    };
    read.unwrap_or_else(|| json!(text))
}

/// A breach, with that of the best branch if none of several is met, but never the whole value.
fn in_words(error: &ValidationError<'_>) -> String {
    let own = error.masked().to_string();
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let nearest = context.iter().min_by_key(|branch| branch.len());
            let nearest = nearest
                .into_iter()
                .flatten()
                .map(|inner| format!("{}: {}", inner.instance_path(), in_words(inner)));
            let nearest: Vec<String> = nearest.collect();
            format!("{own}; nearest: {}", nearest.join("; "))
        }
        _ => own,
    }
}
