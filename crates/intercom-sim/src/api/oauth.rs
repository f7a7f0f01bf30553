//! Tokens for codes, and the end of an installation (Setting up OAuth).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use model::{Entropy, Timestamp};
use serde_json::{Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::grant::token_of;
use crate::world::World;

/// `POST /auth/eagle/token` with `code`, `client_id` and `client_secret`, as a form or as JSON.
pub(super) fn exchange(
    world: &mut World,
    entropy: &mut dyn Entropy,
    request: &Request<Bytes>,
) -> Reply {
    if request.method() != Method::POST {
        return Err(Refusal::no_such_resource());
    }
    let fields = fields(request.body());
    let field = |name: &str| {
        fields
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let is_app = field("client_id") == world.options.client_id
        && field("client_secret") == world.options.client_secret;
    let token = if is_app {
        world.grants.exchange(field("code"), entropy)
    } else {
        None
    };
    let token = token.ok_or_else(|| Refusal::unauthorized("unauthorized", "Unauthorized Code"))?;
    world.webhooks.start_telling();
    Ok(Answer::Ok(
        json!({ "token_type": "Bearer", "token": token, "access_token": token }),
    ))
}

fn fields(body: &[u8]) -> Vec<(String, String)> {
    if let Ok(Value::Object(fields)) = serde_json::from_slice(body) {
        return fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect();
    }
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// `POST /auth/uninstall`: revokes the token that it is called with. The vendor documents no body.
pub(super) fn uninstall(world: &mut World, call: &Call<'_>, authorization: Option<&str>) -> Reply {
    if call.method != Method::POST {
        return Err(Refusal::no_such_resource());
    }
    let token = authorization.and_then(token_of).unwrap_or_default();
    world.grants.revoke(&token);
    tell_uninstalled(world, call.at);
    Ok(Answer::Empty(StatusCode::OK))
}

/// Ends what webhooks tell, and sends the notice to the app's uninstall address, if it has one.
pub(crate) fn tell_uninstalled(world: &mut World, now: Timestamp) {
    world.webhooks.stop_telling();
    if world.options.uninstall_url.is_some() {
        world.webhooks.tell_uninstalled(now);
    }
}

impl World {
    /// The customer removes the app: all tokens die, and the app is told.
    pub fn uninstall(&mut self, now: Timestamp) {
        self.grants.revoke_all();
        tell_uninstalled(self, now);
    }
}
