//! The SOAP API as far as clients still need it: logging in and out, and who is logged in.
//!
//! Both WSDLs are served: `u` (partner) and `c` (enterprise) differ in their namespaces only. What
//! is asked for is read by local names, as forgiving as the vendor is about prefixes.

mod envelope;
mod session;

use http::{Method, StatusCode};
use model::Entropy;

use crate::answer::{self, Request, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::world::World;
use envelope::{Element, Reply};

/// The first version without `login()`: it is being retired.
const LOGIN_GONE: u32 = 65;

/// The oldest and the newest version that are served.
const VERSIONS: std::ops::RangeInclusive<u32> = 31..=67;

/// Which WSDL is spoken, and in which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dialect {
    kind: Kind,
    version: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Partner,
    Enterprise,
}

impl Kind {
    /// `urn:partner.soap.sforce.com` and the like begin so.
    fn name(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Enterprise => "enterprise",
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Partner => 'u',
            Self::Enterprise => 'c',
        }
    }
}

/// Why an operation did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    /// An exception of the API, or nothing where the message itself was not understood.
    exception: Option<String>,
    message: String,
}

impl Fault {
    fn api(exception: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            exception: Some(exception.into()),
            message: message.into(),
        }
    }

    fn client(message: impl Into<String>) -> Self {
        Self {
            exception: None,
            message: message.into(),
        }
    }
}

impl World {
    /// Answers a request under `/services/Soap`; `path` is what follows that.
    pub(crate) fn soap(
        &mut self,
        path: &[&str],
        request: &Request,
        entropy: &mut dyn Entropy,
    ) -> Response {
        let Some(dialect) = dialect_of(path) else {
            return ApiError::not_found().into();
        };
        if request.method() != Method::POST {
            let text = "HTTP Method not supported; use POST";
            return answer::plain(StatusCode::METHOD_NOT_ALLOWED, text);
        }
        let done = self.operate(dialect, request, entropy);
        match done {
            Ok(reply) => reply.sent(dialect.kind),
            Err(fault) => envelope::fault(dialect.kind, &fault),
        }
    }

    fn operate(
        &mut self,
        dialect: Dialect,
        request: &Request,
        entropy: &mut dyn Entropy,
    ) -> Result<Reply, Fault> {
        let message = envelope::parse(request.body()).map_err(Fault::client)?;
        if !VERSIONS.contains(&dialect.version) {
            let text = format!("API version {}.0 is not supported", dialect.version);
            return Err(Fault::api("UNSUPPORTED_API_VERSION", text));
        }
        let operation = message.operation.name.as_str();
        match operation {
            "login" if dialect.version < LOGIN_GONE => self.login(dialect, &message, entropy),
            "logout" => self.logout(&message),
            "getUserInfo" => {
                let user = self.soap_user(&message.header)?;
                Ok(self.soap_user_info(user))
            }
            "getServerTimestamp" => {
                self.soap_user(&message.header)?;
                Ok(self.soap_timestamp())
            }
            _ => {
                let kind = dialect.kind.name();
                Err(Fault::client(format!(
                    "No operation available for request {{urn:{kind}.soap.sforce.com}}{operation}, \
                     please check the WSDL for the service."
                )))
            }
        }
    }

    /// The user of a message's `SessionHeader`.
    fn soap_user(&mut self, header: &Element) -> Result<RecordId, Fault> {
        let token = header.at(&["SessionHeader", "sessionId"]);
        let token = token.map(|token| token.text.trim().to_owned());
        let invalid = "Invalid Session ID found in SessionHeader: Illegal Session. \
                       Session not found, missing session hash";
        self.authenticate_token(&token.unwrap_or_default())
            .map_err(|_| Fault::api("INVALID_SESSION_ID", invalid))
    }
}

/// The fault that a path under `/services/Soap` would answer.
pub(crate) fn fault_of(path: &str, exception: &str, message: &str) -> Response {
    let kind = if path.starts_with("/services/Soap/c/") {
        Kind::Enterprise
    } else {
        Kind::Partner
    };
    envelope::fault(kind, &Fault::api(exception, message))
}

/// `u/67.0` and what may follow it: the org, and whatever clients add.
fn dialect_of(path: &[&str]) -> Option<Dialect> {
    let (kind, version) = match path {
        ["u", version, ..] => (Kind::Partner, version),
        ["c", version, ..] => (Kind::Enterprise, version),
        _ => return None,
    };
    let version = version.strip_suffix(".0").unwrap_or(version);
    let version = version.parse().ok()?;
    Some(Dialect { kind, version })
}
