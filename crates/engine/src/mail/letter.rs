//! A notice as a mail, with the two places that it is about.

use askama::Template;
use store::Connection;
use url::Url;

use super::Mail;
use super::notice::Notice;
use super::words::Words;

/// A longer name of a workspace or org is cut.
const NAME_LENGTH_MAX: usize = 80;

/// Stands for a place that is not connected yet.
const NO_NAME: &str = "not connected yet";

/// What the templates show.
struct Letter {
    words: Words,
    workspace: String,
    org: String,
    page: String,
}

#[derive(Template)]
#[template(path = "emails/notice.subject", escape = "none")]
struct SubjectOf<'a>(&'a Letter);

#[derive(Template)]
#[template(path = "emails/notice.txt")]
struct TextOf<'a>(&'a Letter);

#[derive(Template)]
#[template(path = "emails/notice.html")]
struct HtmlOf<'a>(&'a Letter);

/// The mail to `to` about `notice`; `page` is the connection's.
pub(super) fn mail(notice: &Notice, connection: &Connection, to: &str, page: &Url) -> Mail {
    let profile = &connection.profile;
    let workspace = profile
        .intercom
        .as_ref()
        .map(|it| it.workspace_name.as_str());
    let org = profile.salesforce.as_ref().map(|it| it.org_name.as_str());
    let letter = Letter {
        words: notice.words(),
        workspace: one_line(workspace.unwrap_or(NO_NAME)),
        org: one_line(org.unwrap_or(NO_NAME)),
        page: page.to_string(),
    };
    Mail {
        to: to.to_owned(),
        subject: rendered(&SubjectOf(&letter)).trim().to_owned(),
        text: rendered(&TextOf(&letter)),
        html: rendered(&HtmlOf(&letter)),
        message_id: message_id(notice, connection, page),
        written_at: notice.at,
    }
}

fn rendered(template: &impl Template) -> String {
    template
        .render()
        .expect("a template of texts is written to a string")
}

/// Unique in the world: the host is the installation's, the rest is unique within it.
fn message_id(notice: &Notice, connection: &Connection, page: &Url) -> String {
    let workspace = connection.workspace_id.as_ref().map(ToString::to_string);
    let org = connection.org_id.as_ref().map(ToString::to_string);
    format!(
        "{}.{}.{}@{}",
        notice.name(),
        workspace.as_deref().unwrap_or("none"),
        org.as_deref().unwrap_or("none"),
        page.host_str().unwrap_or("localhost")
    )
}

/// A name that somebody chose, so that it can neither break a line nor pass for more than a name.
fn one_line(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|it| if is_layout(it) { ' ' } else { it })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(NAME_LENGTH_MAX).collect()
}

/// Breaks lines or turns the direction of what follows.
fn is_layout(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}
