//! `POST /composite/graph`: several composites in one call, each of them one transaction.
//! (Vendor: "REST API Developer Guide", Composite Graph.)

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::value::write_json_text;
use crate::world::World;

use super::call::{Call, versioned_path};
use super::composite::{Answered, Binding, Part, check_parts, halted_by_sibling, write_answers};
use super::references::named_in;

/// The vendor's limits of one call.
const NODES_MAX: usize = 500;
const GRAPHS_MAX: usize = 75;
const DEPTH_MAX: usize = 15;
const KINDS_MAX: usize = 15;

/// When so many graphs have failed, those behind them are not begun.
const FAILURES_MAX: usize = 14;

#[derive(Deserialize)]
struct Graphs {
    graphs: Vec<Graph>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Graph {
    graph_id: String,
    composite_request: Vec<Part>,
}

impl World {
    pub(super) fn graph(&mut self, call: &Call) -> Result<Response, ApiError> {
        if call.method != Method::POST {
            return Err(ApiError::method_not_allowed(&call.method, "POST"));
        }
        let Graphs { graphs } = call.json()?;
        check(&graphs)?;
        let mut failures = 0;
        let mut body = String::from("{\"graphs\":[");
        for (at, graph) in graphs.into_iter().enumerate() {
            let answers = if failures < FAILURES_MAX {
                self.carry_out(
                    call,
                    graph.composite_request,
                    Binding::AllOrNone,
                    is_supported,
                )
            } else {
                let parts = graph.composite_request.into_iter();
                parts
                    .map(|part| Answered::refused(part.reference_id, &halted_by_sibling()))
                    .collect()
            };
            // What the next graph does is another transaction.
            self.records.seal(call.now);
            let is_successful = answers.iter().all(Answered::is_good);
            failures += usize::from(!is_successful);
            body.push_str(if at == 0 {
                "{\"graphId\":"
            } else {
                ",{\"graphId\":"
            });
            write_json_text(&graph.graph_id, &mut body);
            body.push_str(",\"graphResponse\":");
            write_answers(&answers, &mut body);
            body.push_str(",\"isSuccessful\":");
            body.push_str(if is_successful { "true}" } else { "false}" });
        }
        body.push_str("]}");
        Ok(answer::json(StatusCode::OK, body))
    }
}

/// Nodes are about single records.
fn is_supported(path: &[&str]) -> bool {
    match path {
        ["sobjects", _, "describe" | "updated" | "deleted", ..] => false,
        ["sobjects", _] | ["sobjects", _, _] | ["sobjects", _, _, _] => true,
        _ => false,
    }
}

fn check(graphs: &[Graph]) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::bad_request("LIMIT_EXCEEDED", message));
    if graphs.len() > GRAPHS_MAX {
        return refuse(format!("A request holds at most {GRAPHS_MAX} graphs"));
    }
    let nodes: usize = graphs
        .iter()
        .map(|graph| graph.composite_request.len())
        .sum();
    if nodes > NODES_MAX {
        return refuse(format!("A request holds at most {NODES_MAX} nodes"));
    }
    let parts = || graphs.iter().flat_map(|graph| &graph.composite_request);
    let kinds: BTreeSet<_> = parts().map(kind_of).collect();
    if kinds.len() > KINDS_MAX {
        return refuse(format!(
            "A request holds at most {KINDS_MAX} different kinds of nodes"
        ));
    }
    for (at, graph) in graphs.iter().enumerate() {
        let id = &graph.graph_id;
        let is_taken = graphs[..at].iter().any(|earlier| earlier.graph_id == *id);
        if id.is_empty() || is_taken {
            let message = format!("The graphId '{id}' is not valid or not unique");
            return Err(ApiError::bad_request("INVALID_INPUT", message));
        }
        check_parts(&graph.composite_request)?;
        if depth_of(&graph.composite_request) > DEPTH_MAX {
            return refuse(format!("A graph is at most {DEPTH_MAX} nodes deep"));
        }
    }
    Ok(())
}

/// Version, method and type of record.
fn kind_of(part: &Part) -> (String, String, String) {
    let path = part.url.split('?').next().unwrap_or_default();
    let (version, path) = versioned_path(path).unwrap_or_default();
    let object = path.get(1).cloned().unwrap_or_default();
    (
        version,
        part.method.to_ascii_uppercase(),
        object.to_ascii_lowercase(),
    )
}

/// The longest way from a node over the nodes that it refers to.
fn depth_of(parts: &[Part]) -> usize {
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    for part in parts {
        let body = part.body.to_string();
        let below = named_in(&part.url)
            .into_iter()
            .chain(named_in(&body))
            .filter_map(|reference| depths.get(reference))
            .max()
            .copied()
            .unwrap_or_default();
        depths.insert(&part.reference_id, below + 1);
    }
    depths.into_values().max().unwrap_or_default()
}
