//! `/services/oauth2/authorize`: the page on which a person allows an app in.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::{Method, StatusCode};
use model::Entropy;
use url::Url;

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::id::RecordId;
use crate::pages::forged;
use crate::world::World;

use super::code::OFFLINE;
use super::grants::Code;
use super::policy::{ChallengeMethod, Flow};

/// What an app asks for.
struct Asked {
    redirect_uri: String,
    state: Option<String>,
    scope: String,
    challenge: Option<String>,
    method: ChallengeMethod,
    user: RecordId,
}

/// Why nobody is asked to allow anything.
enum Refused {
    /// Where to send the answer cannot be trusted, so a person is told.
    Here(&'static str, &'static str),
    /// The app is told.
    There(Url, &'static str, &'static str),
}

/// Scopes that there are ("OAuth Tokens and Scopes").
const SCOPES: [&str; 21] = [
    "address",
    "api",
    "cdp_api",
    "chatter_api",
    "content",
    "custom_permissions",
    "eclair_api",
    "email",
    "full",
    "id",
    "interaction_api",
    "lightning",
    "offline_access",
    "openid",
    "pardot_api",
    "phone",
    "profile",
    "refresh_token",
    "visualforce",
    "wave_api",
    "web",
];

#[derive(Template)]
#[template(path = "authorize.html")]
struct ConsentPage<'page> {
    org: String,
    user: String,
    username: String,
    app: &'page str,
    scopes: Vec<String>,
    /// What the app sent, to be sent again with the decision.
    asked: &'page [(String, String)],
}

#[derive(Template)]
#[template(path = "oauth_error.html")]
struct ErrorPage<'page> {
    error: &'page str,
    description: &'page str,
}

impl World {
    pub(super) fn authorize(&mut self, request: &Request, entropy: &mut dyn Entropy) -> Response {
        let is_decision = request.method() == Method::POST;
        let sent = if is_decision {
            pairs(request.body())
        } else {
            pairs(request.uri().query().unwrap_or_default().as_bytes())
        };
        let asked = match self.asked(&sent) {
            Ok(asked) => asked,
            Err(Refused::Here(error, description)) => return error_page(error, description),
            Err(Refused::There(url, error, description)) => {
                let pairs = [("error", error), ("error_description", description)];
                return redirect(&url, value(&sent, "state"), &pairs);
            }
        };
        if !is_decision {
            return self.consent_page(&asked, &sent);
        }
        if forged(request) {
            return error_page("invalid_request", "the decision came from another site");
        }
        if value(&sent, "decision") == Some("allow") {
            let code = self.issue_code(&asked, entropy);
            asked.answer(&[("code", &code)])
        } else {
            let denied = [
                ("error", "access_denied"),
                ("error_description", "end-user denied authorization"),
            ];
            asked.answer(&denied)
        }
    }

    fn asked(&self, sent: &[(String, String)]) -> Result<Asked, Refused> {
        if value(sent, "client_id") != Some(self.options.client_id.as_str()) {
            let words = "client identifier invalid";
            return Err(Refused::Here("invalid_client_id", words));
        }
        let redirect_uri = value(sent, "redirect_uri").unwrap_or_default();
        let known = &self.options.redirect_uris;
        let url = Url::parse(redirect_uri).ok().filter(Url::has_host);
        let Some(url) =
            url.filter(|_| known.is_empty() || known.iter().any(|known| known == redirect_uri))
        else {
            let words = "redirect_uri must match configuration";
            return Err(Refused::Here("redirect_uri_mismatch", words));
        };
        self.checked(sent, redirect_uri)
            .map_err(|(error, words)| Refused::There(url, error, words))
    }

    /// What is asked for at a place that may be answered.
    fn checked(
        &self,
        sent: &[(String, String)],
        redirect_uri: &str,
    ) -> Result<Asked, (&'static str, &'static str)> {
        let policy = &self.options.login;
        if value(sent, "response_type") != Some("code") || !policy.is_open(Flow::WebServer) {
            return Err(("unsupported_response_type", "response type not supported"));
        }
        let method = match value(sent, "code_challenge_method") {
            Some(name) => ChallengeMethod::named(name)
                .ok_or(("invalid_request", "code challenge method not supported"))?,
            None => policy.default_challenge,
        };
        let challenge = value(sent, "code_challenge").filter(|text| !text.is_empty());
        if challenge.is_none() && policy.requires_pkce {
            return Err(("invalid_request", "missing required code challenge"));
        }
        let scope = value(sent, "scope").unwrap_or("api refresh_token");
        let is_allowed = |scope: &str| {
            SCOPES.contains(&scope) && (policy.scopes.is_empty() || policy.scopes.contains(scope))
        };
        if !scope.split_whitespace().all(is_allowed) {
            return Err(("invalid_scope", "the requested scope is not allowed"));
        }
        let hinted = value(sent, "login_hint")
            .and_then(|name| self.user_named(name))
            .filter(|user| self.is_active(*user));
        Ok(Asked {
            redirect_uri: redirect_uri.to_owned(),
            state: value(sent, "state").map(str::to_owned),
            scope: scope.to_owned(),
            challenge: challenge.map(str::to_owned),
            method,
            user: hinted.unwrap_or_else(|| self.integration_user()),
        })
    }

    fn consent_page(&self, asked: &Asked, sent: &[(String, String)]) -> Response {
        let text = |field| self.user_text(asked.user, field);
        let page = ConsentPage {
            org: self.org_name(),
            user: text("Name"),
            username: text("Username"),
            app: &self.options.app_name,
            scopes: asked.scope.split_whitespace().map(scope_in_words).collect(),
            asked: sent,
        };
        answer::html(
            StatusCode::OK,
            page.render().expect("the template renders any text"),
        )
    }

    fn issue_code(&mut self, asked: &Asked, entropy: &mut dyn Entropy) -> String {
        // Codes end in `==`, which a client has to decode exactly once.
        let mut random = [0; 40];
        entropy.fill(&mut random);
        let code = format!("aPrx{}", URL_SAFE.encode(random));
        let issued = Code {
            user: asked.user,
            redirect_uri: asked.redirect_uri.clone(),
            scope: asked.scope.clone(),
            challenge: asked.challenge.clone(),
            method: asked.method,
            issued_at: self.now,
            is_used: false,
        };
        self.grants.keep_code(code.clone(), issued);
        code
    }
}

fn value<'sent>(sent: &'sent [(String, String)], name: &str) -> Option<&'sent str> {
    sent.iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

impl Asked {
    fn answer(&self, pairs: &[(&str, &str)]) -> Response {
        let url = Url::parse(&self.redirect_uri).expect("it was checked when it was asked");
        redirect(&url, self.state.as_deref(), pairs)
    }
}

fn redirect(to: &Url, state: Option<&str>, answer: &[(&str, &str)]) -> Response {
    let mut url = to.clone();
    url.query_pairs_mut().extend_pairs(answer);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    answer::see_other(url.as_str())
}

fn error_page(error: &str, description: &str) -> Response {
    let page = ErrorPage { error, description };
    let text = page.render().expect("the template renders any text");
    answer::html(StatusCode::BAD_REQUEST, text)
}

fn scope_in_words(scope: &str) -> String {
    match scope {
        "api" => "Manage user data via APIs".to_owned(),
        offline if OFFLINE.contains(&offline) => "Perform requests at any time".to_owned(),
        "id" | "openid" | "profile" | "email" => "Access the identity URL service".to_owned(),
        "web" => "Manage user data via Web browsers".to_owned(),
        "full" => "Full access".to_owned(),
        other => other.to_owned(),
    }
}
