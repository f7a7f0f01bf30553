//! `/services/oauth2/token`: which grant is meant, whether the app is who it says, and what is
//! given out.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode, header};
use model::Entropy;
use serde_json::json;

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::id::RecordId;
use crate::world::World;

/// The parameters of a request, and where the app's credentials were.
pub(super) struct Form {
    pairs: Vec<(String, String)>,
    /// Whether the app named itself in `Authorization: Basic`.
    is_basic: bool,
}

impl Form {
    /// The form that was sent, with the credentials of the header.
    pub(super) fn sent(request: &Request) -> Self {
        let mut pairs = pairs(request.body());
        let header = basic_credentials(request);
        let is_basic = header.is_some();
        if let Some((id, secret)) = header {
            pairs.retain(|(key, _)| key != "client_id" && key != "client_secret");
            pairs.push(("client_id".to_owned(), id));
            pairs.push(("client_secret".to_owned(), secret));
        }
        Self { pairs, is_basic }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why no token is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl Refusal {
    pub(super) const fn new(error: &'static str, description: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            description,
        }
    }

    pub(super) const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let Refusal {
            status,
            error,
            description,
        } = refusal;
        let body = json!({"error": error, "error_description": description});
        not_kept(answer::json_value(status, &body))
    }
}

/// Whether the app has to prove itself by its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    Needed,
    IfSent,
}

/// What a grant leads to.
pub(super) struct Granted {
    pub(super) user: RecordId,
    pub(super) scope: String,
    pub(super) family: u64,
    pub(super) refresh_token: Option<String>,
}

/// What an app gets that asked nobody.
pub(super) const APP_SCOPE: &str = "api";

impl World {
    pub(super) fn token(&mut self, request: &Request, entropy: &mut dyn Entropy) -> Response {
        if request.method() != Method::POST {
            return Refusal::new("invalid_request", "must use HTTP POST").into();
        }
        let form = Form::sent(request);
        let granted = match form.get("grant_type") {
            Some("authorization_code") => self.exchange_code(&form, entropy),
            Some("refresh_token") => self.refresh(&form, entropy),
            Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => self.take_assertion(&form),
            Some("client_credentials") => self.run_as_app(&form),
            Some("password") => self.take_password(&form),
            Some(_) => {
                let words = "grant type not supported";
                Err(Refusal::new("unsupported_grant_type", words))
            }
            None => Err(Refusal::new("invalid_request", "grant_type is required")),
        };
        match granted {
            Ok(granted) => self.issued(granted, entropy),
            Err(refusal) => refusal.into(),
        }
    }

    pub(super) fn check_client(&self, form: &Form, secret: Secret) -> Result<(), Refusal> {
        // A server that was shown credentials in the header has to answer 401 (RFC 6749, 5.2).
        let refused = |error, description| Refusal {
            status: if form.is_basic {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::BAD_REQUEST
            },
            ..Refusal::new(error, description)
        };
        if form.get("client_id") != Some(self.options.client_id.as_str()) {
            return Err(refused("invalid_client_id", "client identifier invalid"));
        }
        let is_proven = match form.get("client_secret") {
            Some(sent) => sent == self.options.client_secret,
            None => secret == Secret::IfSent,
        };
        if is_proven {
            Ok(())
        } else {
            Err(refused("invalid_client", "invalid client credentials"))
        }
    }

    /// Lets a user in who was found by the means of a flow, unless nobody may let them in.
    pub(super) fn admit_login(&mut self, user: RecordId) -> Result<(), Refusal> {
        if !self.is_active(user) {
            return Err(Refusal::new("inactive_user", "user is inactive"));
        }
        let (most, now) = (self.options.login.logins_per_hour, self.now);
        if self.grants.count_login(user, most, now) {
            Ok(())
        } else {
            Err(Refusal::new("rate_limit_exceeded", "login rate exceeded"))
        }
    }

    fn issued(&mut self, granted: Granted, entropy: &mut dyn Entropy) -> Response {
        let Granted {
            user,
            scope,
            family,
            refresh_token,
        } = granted;
        let access_token = self.open_session(user, &scope, family, entropy);
        let id = self.identity_url(user);
        let issued_at = self.now.as_millis().to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.options.client_secret.as_bytes());
        let signature = hmac::sign(&key, format!("{id}{issued_at}").as_bytes());
        let mut body = json!({
            "access_token": access_token,
            "signature": STANDARD.encode(signature),
            "scope": scope,
            "instance_url": self.instance_url(),
            "id": id,
            "token_type": "Bearer",
            "issued_at": issued_at,
        });
        if let Some(refresh_token) = refresh_token {
            body["refresh_token"] = refresh_token.into();
        }
        not_kept(answer::json_value(StatusCode::OK, &body))
    }
}

/// The answer, which no cache may keep.
pub(super) fn not_kept(response: Response) -> Response {
    answer::with_header(response, header::CACHE_CONTROL, "no-store")
}

/// Client credentials in the header instead of the form.
fn basic_credentials(request: &Request) -> Option<(String, String)> {
    let text = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
