//! Who is behind a token: the identity URL and OpenID's user info. Both answer refusals as plain
//! text ("Identity URLs" of the vendor's help).

use http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::id::RecordId;
use crate::world::World;

use super::bearer;

/// What `?version=latest` puts into the URLs of an identity.
const LATEST: &str = "67.0";

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
        let session = self.grants.touch(&token, now, timeout);
        session
            .map(|session| session.user)
            .filter(|user| self.is_active(*user))
            .ok_or("Bad_OAuth_Token")
    }

    pub(super) fn identity(&mut self, org: &str, user: &str, request: &Request) -> Response {
        if !is_asked(request) {
            return answer::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
        }
        let caller = match self.identified(request) {
            Ok(user) => user,
            Err(refused) => return answer::plain(StatusCode::FORBIDDEN, refused),
        };
        if org.parse() != Ok(self.org()) {
            return answer::plain(StatusCode::FORBIDDEN, "Wrong_Org");
        }
        if user.parse() != Ok(caller) {
            return answer::plain(StatusCode::NOT_FOUND, "Bad_Id");
        }
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let asks = |name: &str, value: &str| query.iter().any(|(k, v)| k == name && v == value);
        if asks("format", "xml") {
            return answer::plain(StatusCode::NOT_ACCEPTABLE, "Not Acceptable");
        }
        let mut body = self.identity_of(caller);
        if asks("version", "latest")
            && let Some(urls) = body["urls"].as_object_mut()
        {
            for url in urls.values_mut() {
                *url = url
                    .as_str()
                    .unwrap_or_default()
                    .replace("{version}", LATEST)
                    .into();
            }
        }
        answer::json_value(StatusCode::OK, &body)
    }

    fn identity_of(&self, user: RecordId) -> Json {
        let text = |field: &str| self.user_text(user, field);
        let photos = self.photos();
        json!({
            "id": self.identity_url(user),
            "asserted_user": true,
            "user_id": user,
            "organization_id": self.org(),
            "username": text("Username"),
            "nick_name": text("Alias"),
            "display_name": text("Name"),
            "email": text("Email"),
            "email_verified": true,
            "first_name": text("FirstName"),
            "last_name": text("LastName"),
            "timezone": text("TimeZoneSidKey"),
            "photos": photos,
            "addr_street": null,
            "addr_city": null,
            "addr_state": null,
            "addr_country": null,
            "addr_zip": null,
            "mobile_phone": null,
            "mobile_phone_verified": false,
            "status": {"created_date": null, "body": null},
            "urls": self.resource_urls(user),
            "active": true,
            "user_type": "STANDARD",
            "language": text("LanguageLocaleKey"),
            "locale": text("LocaleSidKey"),
            "utcOffset": 0,
            "last_modified_date": self.last_modified(user),
            "is_app_installed": true,
        })
    }

    pub(super) fn user_info(&mut self, request: &Request) -> Response {
        if !is_asked(request) {
            return answer::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
        }
        let user = match self.identified(request) {
            Ok(user) => user,
            Err(refused) => return answer::plain(StatusCode::FORBIDDEN, refused),
        };
        let text = |field: &str| self.user_text(user, field);
        let photos = self.photos();
        let body = json!({
            "sub": self.identity_url(user),
            "user_id": user,
            "organization_id": self.org(),
            "preferred_username": text("Username"),
            "nickname": text("Alias"),
            "name": text("Name"),
            "email": text("Email"),
            "email_verified": true,
            "given_name": text("FirstName"),
            "family_name": text("LastName"),
            "zoneinfo": text("TimeZoneSidKey"),
            "picture": photos["picture"],
            "photos": photos,
            "profile": format!("{}/{user}", self.instance_url()),
            "address": {},
            "urls": self.resource_urls(user),
            "active": true,
            "user_type": "STANDARD",
            "language": text("LanguageLocaleKey"),
            "locale": text("LocaleSidKey"),
            "utcOffset": 0,
            "updated_at": self.last_modified(user),
        });
        answer::json_value(StatusCode::OK, &body)
    }

    fn last_modified(&self, user: RecordId) -> Json {
        let fields = self.record(user).unwrap_or_default();
        fields["LastModifiedDate"].clone()
    }

    /// Nobody here has a picture of their own.
    fn photos(&self) -> Json {
        let base = format!("{}/profilephoto/005", self.instance_url());
        json!({"picture": format!("{base}/F"), "thumbnail": format!("{base}/T")})
    }

    /// URLs of the org's APIs, with the literal `{version}` that clients fill in.
    fn resource_urls(&self, user: RecordId) -> Json {
        let instance = self.instance_url();
        let org = self.org().short().to_string();
        let rest = format!("{instance}/services/data/v{{version}}/");
        let soap = |kind: &str| format!("{instance}/services/Soap/{kind}/{{version}}/{org}");
        json!({
            "enterprise": soap("c"),
            "metadata": soap("m"),
            "partner": soap("u"),
            "rest": rest,
            "sobjects": format!("{rest}sobjects/"),
            "search": format!("{rest}search/"),
            "query": format!("{rest}query/"),
            "profile": format!("{instance}/{user}"),
        })
    }
}

fn is_asked(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD | Method::POST)
}
