//! `[mail]`: the server that takes mail to installers. Without it nothing is mailed, and what there
//! is to say waits on the connection's page.

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use transport::Secret;
use url::{Host, Url};

use super::{Field, address};

pub(super) const FIELDS: &[Field] = &[
    Field::text(
        "smtp_url",
        "smtp://user:password@host (STARTTLS, port 587) or smtps://… (TLS, port 465). Without it no \
         mail is sent. Reserved characters of user and password are written as %40.",
    ),
    Field::text(
        "from",
        "Sender of the mails: an address, or Name <address>.",
    ),
];

const STARTTLS_PORT: u16 = 587;
const WRAPPED_PORT: u16 = 465;

/// See the module's documentation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mail {
    #[serde(
        serialize_with = "placeholder",
        deserialize_with = "super::secret::deserialize"
    )]
    smtp_url: Secret,
    from: String,
}

/// Where mail is handed in.
#[derive(Debug, Clone)]
pub(crate) struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: SmtpTls,
    pub(crate) credentials: Option<(String, Secret)>,
}

/// How the line is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmtpTls {
    /// Not: the server is on this machine.
    None,
    /// After a greeting in the open; a server that cannot is refused.
    StartTls,
    /// From the first byte.
    Wrapped,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            smtp_url: Secret::from(""),
            from: String::new(),
        }
    }
}

impl Mail {
    pub(super) fn sample(from: &str) -> Self {
        Self {
            from: from.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.server().map(|_| ())
    }

    /// The server and the sender, if mail is set up.
    pub(crate) fn server(&self) -> Result<Option<(SmtpServer, Mailbox)>, String> {
        let text = self.smtp_url.expose().trim();
        if text.is_empty() {
            return Ok(None);
        }
        let server = server(text)?;
        let from = self.from.trim();
        if from.is_empty() {
            return Err("mail.smtp_url needs a sender: mail.from is empty".to_owned());
        }
        let from = from.parse::<Mailbox>().map_err(|_| {
            format!("mail.from must be an address or Name <address>, but is {from:?}")
        })?;
        Ok(Some((server, from)))
    }
}

/// Secrets are never written back: what is written is that mail is not set up.
fn placeholder<S: serde::Serializer>(_: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("")
}

/// What is wrong is said without the address: a password stands in it.
fn server(text: &str) -> Result<SmtpServer, String> {
    let wrong = |what: &str| format!("mail.smtp_url {what}");
    let url: Url = text
        .parse()
        .map_err(|error| wrong(&format!("is no address: {error}")))?;
    let (tls, port) = match url.scheme() {
        "smtp" if address::is_loopback(&with_parsed_host(&url)) => (SmtpTls::None, STARTTLS_PORT),
        "smtp" => (SmtpTls::StartTls, STARTTLS_PORT),
        "smtps" => (SmtpTls::Wrapped, WRAPPED_PORT),
        _ => return Err(wrong("must begin with smtp:// or smtps://")),
    };
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return Err(wrong("names no host"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end with the host or the port"));
    }
    let credentials = match (decoded(url.username()), url.password().map(decoded)) {
        (Some(user), None) if user.is_empty() => None,
        (Some(user), Some(Some(password))) if !user.is_empty() => {
            Some((user, Secret::from(password)))
        }
        _ => return Err(wrong("must name both user and password, or neither")),
    };
    Ok(SmtpServer {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(port),
        tls,
        credentials,
    })
}

/// The host of an address whose scheme is not the web's is a plain name until it is parsed.
fn with_parsed_host(url: &Url) -> Url {
    let host = url.host_str().and_then(|host| Host::parse(host).ok());
    let http = host.and_then(|host| format!("http://{host}").parse().ok());
    http.unwrap_or_else(|| url.clone())
}

fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
