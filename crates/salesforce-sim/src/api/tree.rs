//! `POST /composite/tree/{Object}`: records with their children and children's children, all of
//! them created or none. (Vendor: "REST API Developer Guide", sObject Tree.)

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::{Author, Fields};
use crate::schema::Object;
use crate::world::World;

use super::call::Call;

/// The vendor's limits of one call.
const RECORDS_MAX: usize = 200;
const LEVELS_MAX: usize = 5;
const OBJECTS_MAX: usize = 5;

#[derive(Deserialize)]
struct Records {
    records: Vec<Fields>,
}

/// One record of the tree, in the order of levels.
struct Node {
    reference: String,
    object: Object,
    fields: Fields,
    /// The node above, and the field that is to point at it.
    parent: Option<(usize, String)>,
    level: usize,
}

/// A record that is still to be looked at: what it hangs on, what it has to be, what was sent.
type Sent = (Option<(usize, String)>, Object, Fields);

/// A node that cannot be created, by its reference id.
type Failure = (String, ApiError);

impl World {
    pub(super) fn tree(&mut self, root: Object, call: &Call) -> Result<Response, ApiError> {
        if call.method != Method::POST {
            return Err(ApiError::method_not_allowed(&call.method, "POST"));
        }
        let Records { records } = call.json()?;
        let author = call.author()?;
        let created = self
            .levelled(root, records)
            .and_then(|nodes| self.create_tree(&nodes, author));
        Ok(match created {
            Ok(created) => {
                let results: Vec<Json> = created
                    .iter()
                    .map(|(reference, id)| json!({"referenceId": reference, "id": id}))
                    .collect();
                let body = json!({"hasErrors": false, "results": results});
                answer::json_value(StatusCode::CREATED, &body)
            }
            Err(failures) => answer::json(StatusCode::BAD_REQUEST, refusal(failures)),
        })
    }

    /// The nodes of the tree, parents before children, if they can be told apart.
    fn levelled(&self, root: Object, records: Vec<Fields>) -> Result<Vec<Node>, Vec<Failure>> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut references = BTreeSet::new();
        let mut level: Vec<Sent> = records
            .into_iter()
            .map(|fields| (None, root, fields))
            .collect();
        for depth in 1.. {
            let mut below = Vec::new();
            for (parent, object, mut fields) in level {
                let attribute = |name: &str| {
                    let value = fields.get("attributes")?.get(name)?;
                    value.as_str().map(str::to_owned)
                };
                let reference = attribute("referenceId").unwrap_or_default();
                let named = attribute("type").unwrap_or_default();
                let fail = |message: String| {
                    let error = ApiError::record("INVALID_INPUT", message, []);
                    Err(vec![(reference.clone(), error)])
                };
                if reference.is_empty() {
                    return fail(
                        "Include a reference ID for each record in the request.".to_owned(),
                    );
                }
                if !references.insert(reference.clone()) {
                    return fail("Duplicate ReferenceId provided in the request.".to_owned());
                }
                if !named.eq_ignore_ascii_case(object.name()) {
                    let wanted = object.name();
                    return fail(format!(
                        "The type of this record has to be {wanted}, not '{named}'"
                    ));
                }
                let at = nodes.len();
                for (relationship, children) in taken_children(&mut fields) {
                    let Some((child, field)) = self.children_named(object, &relationship) else {
                        let of = object.name();
                        return fail(format!("{of} has no child relationship '{relationship}'"));
                    };
                    let children = children.into_iter();
                    below.extend(children.map(|inner| (Some((at, field.clone())), child, inner)));
                }
                nodes.push(Node {
                    reference,
                    object,
                    fields,
                    parent,
                    level: depth,
                });
            }
            if below.is_empty() {
                break;
            }
            level = below;
        }
        check_limits(&nodes).map(|()| nodes)
    }

    fn create_tree(
        &mut self,
        nodes: &[Node],
        author: Author,
    ) -> Result<Vec<(String, RecordId)>, Vec<Failure>> {
        let own_transaction = !self.records.in_transaction();
        if own_transaction {
            self.records.begin();
        }
        let mut created: Vec<Option<RecordId>> = Vec::with_capacity(nodes.len());
        let mut failures = Vec::new();
        for node in nodes {
            let mut fields = node.fields.clone();
            if let Some((parent, field)) = &node.parent {
                let Some(parent) = created[*parent] else {
                    // What hangs on a refused record is not tried.
                    created.push(None);
                    continue;
                };
                fields.insert(field.clone(), json!(parent));
            }
            match self.records.create(node.object, &fields, author) {
                Ok(id) => created.push(Some(id)),
                Err(error) => {
                    created.push(None);
                    failures.push((node.reference.clone(), error));
                }
            }
        }
        match (own_transaction, failures.is_empty()) {
            (true, true) => self.records.keep(),
            (true, false) => self.records.roll_back(),
            (false, _) => {}
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        let references = nodes.iter().map(|node| node.reference.clone());
        Ok(references.zip(created.into_iter().flatten()).collect())
    }
}

/// Takes the members that hold children, `{"records": […]}`, out of a record.
fn taken_children(fields: &mut Fields) -> Vec<(String, Vec<Fields>)> {
    let nested: Vec<String> = fields
        .iter()
        .filter(|(_, value)| value.get("records").is_some_and(Json::is_array))
        .map(|(name, _)| name.clone())
        .collect();
    let mut children = Vec::new();
    for name in nested {
        let Some(Json::Object(mut member)) = fields.remove(&name) else {
            continue;
        };
        let Some(Json::Array(records)) = member.remove("records") else {
            continue;
        };
        let records = records.into_iter().map(|record| match record {
            Json::Object(fields) => fields,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                Fields::new()
            }
        });
        children.push((name, records.collect()));
    }
    children
}

fn check_limits(nodes: &[Node]) -> Result<(), Vec<Failure>> {
    let refuse = |message: String| {
        let first = nodes.first().map(|node| node.reference.clone());
        let error = ApiError::record("LIMIT_EXCEEDED", message, []);
        Err(vec![(first.unwrap_or_default(), error)])
    };
    if nodes.len() > RECORDS_MAX {
        return refuse(format!("A tree holds at most {RECORDS_MAX} records"));
    }
    if nodes.iter().any(|node| node.level > LEVELS_MAX) {
        return refuse(format!("A tree has at most {LEVELS_MAX} levels"));
    }
    let objects: BTreeSet<Object> = nodes.iter().map(|node| node.object).collect();
    if objects.len() > OBJECTS_MAX {
        return refuse(format!(
            "A tree holds at most {OBJECTS_MAX} types of objects"
        ));
    }
    Ok(())
}

fn refusal(failures: Vec<Failure>) -> String {
    let mut body = String::from("{\"hasErrors\":true,\"results\":[");
    for (at, (reference, error)) in failures.into_iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str("{\"referenceId\":");
        crate::value::write_json_text(&reference, &mut body);
        body.push_str(",\"errors\":[");
        let error = ApiError {
            fields: Some(error.fields.clone().unwrap_or_default()),
            ..error
        };
        error.write_record_error(&mut body);
        body.push_str("]}");
    }
    body.push_str("]}");
    body
}
