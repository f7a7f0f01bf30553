//! Mail by SMTP: the one place that speaks to a mail server.
//!
//! Nothing is sent over an open line except to this machine: `smtp://` means STARTTLS and refuses a
//! server without it, `smtps://` means TLS from the first byte.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use engine::{Mail, MailError, Mailer};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::{SmtpServer, SmtpTls};

#[cfg(test)]
mod tests;

/// A mail is taken within this time or tried again later. Some servers let strangers wait for their
/// greeting, but rarely for longer than this.
const SEND_TIME: Duration = Duration::from_secs(30);

/// A server's message for people is kept up to this length.
const WORDS_LENGTH_MAX: usize = 500;

struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Sends by this server, as `from`.
pub(crate) fn mailer(server: &SmtpServer, from: Mailbox) -> Result<Arc<dyn Mailer>, String> {
    let host = server.host.as_str();
    let parameters = || {
        TlsParameters::new(host.to_owned())
            .map_err(|error| format!("mail to {host} cannot be encrypted: {error}"))
    };
    let tls = match server.tls {
        SmtpTls::None => Tls::None,
        SmtpTls::StartTls => Tls::Required(parameters()?),
        SmtpTls::Wrapped => Tls::Wrapper(parameters()?),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(server.port)
        .tls(tls)
        .timeout(Some(SEND_TIME));
    if let Some((user, password)) = &server.credentials {
        let password = password.expose().to_owned();
        transport = transport.credentials(Credentials::new(user.clone(), password));
    }
    Ok(Arc::new(Smtp {
        transport: transport.build(),
        from,
    }))
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(&self.from, mail)?;
        let sending = self.transport.send(message);
        match tokio::time::timeout(SEND_TIME, sending).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(judged(&error)),
            Err(_) => Err(MailError::Unavailable {
                words: format!("no answer within {} s", SEND_TIME.as_secs()),
            }),
        }
    }
}

/// The mail as it is sent. What cannot be written as a mail will never be taken.
fn message(from: &Mailbox, mail: &Mail) -> Result<Message, MailError> {
    let refused = |words: String| MailError::Refused { words };
    let to = mail
        .to
        .parse::<Address>()
        .map_err(|error| refused(format!("the installer's address: {error}")))?;
    let millis = u64::try_from(mail.written_at.as_millis()).unwrap_or_default();
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone())
        .message_id(Some(format!("<{}>", mail.message_id)))
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|error| refused(error.to_string()))
}

/// A code of the five hundreds is for good; everything else may pass.
fn judged(error: &Error) -> MailError {
    let words = words(error);
    if error.is_permanent() {
        MailError::Refused { words }
    } else {
        MailError::Unavailable { words }
    }
}

/// What happened with what caused it, in one line.
fn words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let said = error.to_string();
        if !words.contains(&said) {
            words.push_str(": ");
            words.push_str(&said);
        }
        cause = error.source();
    }
    words.chars().take(WORDS_LENGTH_MAX).collect()
}
