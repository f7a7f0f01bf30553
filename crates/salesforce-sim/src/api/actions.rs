//! `/actions/standard`: the one invocable action that this org has. Leads cannot be converted by
//! an action; the vendor documents none, however often it is tried. (Vendor: "Actions Developer
//! Guide", Apply Lead Assignment Rules.)

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::records::{Author, AutoAssign, Fields};
use crate::schema::Object;
use crate::world::World;

use super::call::Call;
use super::{get_only, parse_id};

/// The action that is there.
const APPLY_LEAD_RULES: &str = "invocableApplyLeadAssignmentRules";

/// Inputs that one call takes.
const INPUTS_MAX: usize = 20;

#[derive(Deserialize)]
struct Inputs {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    lead_id: String,
}

impl World {
    pub(super) fn actions(&mut self, path: &[&str], call: &Call) -> Result<Response, ApiError> {
        let base = format!("/services/data/v{}/actions/standard", call.version);
        match path {
            [] => {
                get_only(call)?;
                Ok(answer::json_value(
                    StatusCode::OK,
                    &json!({ "standard": base }),
                ))
            }
            ["standard"] => {
                get_only(call)?;
                let action = json!({
                    "label": "Apply Lead Assignment Rules",
                    "name": APPLY_LEAD_RULES,
                    "type": "INVOCABLEAPPLYLEADASSIGNMENTRULES",
                    "url": format!("{base}/{APPLY_LEAD_RULES}"),
                });
                Ok(answer::json_value(
                    StatusCode::OK,
                    &json!({ "actions": [action] }),
                ))
            }
            ["standard", name] if *name == APPLY_LEAD_RULES => self.apply_lead_rules(call),
            _ => {
                let message = "Invalid Action Type";
                Err(ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", message))
            }
        }
    }

    fn apply_lead_rules(&mut self, call: &Call) -> Result<Response, ApiError> {
        if call.method != Method::POST {
            return Err(ApiError::method_not_allowed(&call.method, "POST"));
        }
        let Inputs { inputs } = call.json()?;
        if inputs.len() > INPUTS_MAX {
            let message = format!("An action takes at most {INPUTS_MAX} inputs");
            return Err(ApiError::bad_request("LIMIT_EXCEEDED", message));
        }
        let author = Author {
            auto_assign: AutoAssign::Active,
            ..call.author()?
        };
        let mut all_succeeded = true;
        let mut results: Vec<Json> = Vec::with_capacity(inputs.len());
        for input in inputs {
            let applied = parse_id(&input.lead_id).and_then(|id| {
                self.records
                    .update(Object::Lead, id, &Fields::new(), author)
            });
            all_succeeded &= applied.is_ok();
            let errors = match &applied {
                Ok(()) => Json::Null,
                Err(error) => json!([{"statusCode": error.code, "message": error.message}]),
            };
            results.push(json!({
                "actionName": APPLY_LEAD_RULES,
                "errors": errors,
                "isSuccess": applied.is_ok(),
                "outputValues": null,
            }));
        }
        let status = if all_succeeded {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        Ok(answer::json_value(status, &results.into()))
    }
}
