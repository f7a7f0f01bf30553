//! `/services/oauth2/authorize`: the page on which a person allows an app in.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::{Method, StatusCode};
use model::Entropy;
use url::Url;

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::pages::forged;
use crate::world::World;

use super::Code;

/// What an app asks for.
struct Asked {
    redirect_uri: String,
    state: Option<String>,
    scope: String,
    challenge: Option<String>,
}

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
            Err((error, description)) => return error_page(error, description),
        };
        if !is_decision {
            return self.consent_page(&asked, &sent);
        }
        if forged(request) {
            return error_page("invalid_request", "the decision came from another site");
        }
        if value(&sent, "decision") == Some("allow") {
            let code = self.issue_code(&asked, entropy);
            redirect(&asked, &[("code", &code)])
        } else {
            let denied = [
                ("error", "access_denied"),
                ("error_description", "end-user denied authorization"),
            ];
            redirect(&asked, &denied)
        }
    }

    fn asked(&self, sent: &[(String, String)]) -> Result<Asked, (&'static str, &'static str)> {
        if value(sent, "client_id") != Some(self.options.client_id.as_str()) {
            return Err(("invalid_client_id", "client identifier invalid"));
        }
        let redirect_uri = value(sent, "redirect_uri").unwrap_or_default().to_owned();
        let known = &self.options.redirect_uris;
        let is_url = Url::parse(&redirect_uri).is_ok_and(|url| url.has_host());
        if !is_url || !(known.is_empty() || known.contains(&redirect_uri)) {
            let words = "redirect_uri must match configuration";
            return Err(("redirect_uri_mismatch", words));
        }
        if value(sent, "response_type") != Some("code") {
            return Err(("unsupported_response_type", "response type not supported"));
        }
        let challenge = value(sent, "code_challenge").map(str::to_owned);
        if value(sent, "code_challenge_method").is_some_and(|method| method != "S256") {
            return Err(("invalid_request", "code challenge method not supported"));
        }
        Ok(Asked {
            redirect_uri,
            state: value(sent, "state").map(str::to_owned),
            scope: value(sent, "scope")
                .unwrap_or("api refresh_token")
                .to_owned(),
            challenge,
        })
    }

    fn consent_page(&self, asked: &Asked, sent: &[(String, String)]) -> Response {
        let text = |field| self.user_text(self.integration_user(), field);
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
            user: self.integration_user(),
            redirect_uri: asked.redirect_uri.clone(),
            scope: asked.scope.clone(),
            challenge: asked.challenge.clone(),
            issued_at: self.now,
            is_used: false,
        };
        self.grants.codes.insert(code.clone(), issued);
        code
    }
}

fn value<'sent>(sent: &'sent [(String, String)], name: &str) -> Option<&'sent str> {
    sent.iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

fn redirect(asked: &Asked, answer: &[(&str, &str)]) -> Response {
    let mut url = Url::parse(&asked.redirect_uri).expect("it was checked when it was asked");
    for (key, value) in answer {
        url.query_pairs_mut().append_pair(key, value);
    }
    if let Some(state) = &asked.state {
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
        "refresh_token" | "offline_access" => "Perform requests at any time".to_owned(),
        "id" | "openid" | "profile" | "email" => "Access the identity URL service".to_owned(),
        "web" => "Manage user data via Web browsers".to_owned(),
        "full" => "Full access".to_owned(),
        other => other.to_owned(),
    }
}
