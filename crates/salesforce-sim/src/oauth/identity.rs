//! Who is behind a token: the identity URL and OpenID's user info.

use http::StatusCode;
use serde_json::{Value as Json, json};

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::error::ApiError;
use crate::id::RecordId;
use crate::world::World;

use super::bearer;

impl World {
    /// The user behind the token of a header or of `oauth_token`, or the vendor's refusal.
    fn identified(&mut self, request: &Request) -> Result<RecordId, &'static str> {
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let in_query = query.into_iter().find(|(key, _)| key == "oauth_token");
        let token = bearer(request.headers()).or(in_query.map(|(_, token)| token));
        let Some(token) = token else {
            return Err("Missing_OAuth_Token");
        };
        let (now, timeout) = (self.now, self.options.session_timeout);
        self.grants
            .touch(&token, now, timeout)
            .ok_or("Bad_OAuth_Token")
    }

    pub(super) fn identity(&mut self, org: &str, user: &str, request: &Request) -> Response {
        let caller = match self.identified(request) {
            Ok(user) => user,
            Err(refused) => return answer::plain(StatusCode::FORBIDDEN, refused),
        };
        if org.parse() != Ok(self.org()) || user.parse() != Ok(caller) {
            return ApiError::not_found().into();
        }
        let text = |field: &str| self.user_text(caller, field);
        let id = format!("{}/id/{}/{caller}", self.origin, self.org());
        let body = json!({
            "id": id,
            "asserted_user": true,
            "user_id": caller,
            "organization_id": self.org(),
            "username": text("Username"),
            "nick_name": text("Alias"),
            "display_name": text("Name"),
            "email": text("Email"),
            "email_verified": true,
            "first_name": text("FirstName"),
            "last_name": text("LastName"),
            "timezone": text("TimeZoneSidKey"),
            "photos": {},
            "addr_street": null,
            "addr_city": null,
            "addr_state": null,
            "addr_country": null,
            "addr_zip": null,
            "mobile_phone": null,
            "mobile_phone_verified": false,
            "status": {"created_date": null, "body": null},
            "urls": self.resource_urls(),
            "active": true,
            "user_type": "STANDARD",
            "language": text("LanguageLocaleKey"),
            "locale": text("LocaleSidKey"),
            "utcOffset": 0,
            "last_modified_date": self.founded_at.to_salesforce(),
            "is_app_installed": true,
        });
        answer::json_value(StatusCode::OK, &body)
    }

    pub(super) fn user_info(&mut self, request: &Request) -> Response {
        let caller = match self.identified(request) {
            Ok(user) => user,
            Err(refused) => return answer::plain(StatusCode::FORBIDDEN, refused),
        };
        let text = |field: &str| self.user_text(caller, field);
        let body = json!({
            "sub": format!("{}/id/{}/{caller}", self.origin, self.org()),
            "user_id": caller,
            "organization_id": self.org(),
            "preferred_username": text("Username"),
            "nickname": text("Alias"),
            "name": text("Name"),
            "email": text("Email"),
            "email_verified": true,
            "given_name": text("FirstName"),
            "family_name": text("LastName"),
            "zoneinfo": text("TimeZoneSidKey"),
            "photos": {},
            "profile": format!("{}/{caller}", self.instance_url()),
            "picture": null,
            "address": {},
            "urls": self.resource_urls(),
            "active": true,
            "user_type": "STANDARD",
            "language": text("LanguageLocaleKey"),
            "locale": text("LocaleSidKey"),
            "utcOffset": 0,
            "updated_at": self.founded_at.to_salesforce(),
        });
        answer::json_value(StatusCode::OK, &body)
    }

    /// URLs of the org's APIs, with the literal `{version}` that clients fill in.
    fn resource_urls(&self) -> Json {
        let rest = format!("{}/services/data/v{{version}}/", self.instance_url());
        json!({
            "rest": rest,
            "sobjects": format!("{rest}sobjects/"),
            "query": format!("{rest}query/"),
            "profile": format!("{}/{}", self.instance_url(), self.integration_user()),
        })
    }
}
