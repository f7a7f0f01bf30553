//! Letters as they leave: usual, nothing linked, stopped, credential refused, hostile names.

use std::time::Duration;

use insta::assert_snapshot;
use model::{ConnectionId, Settings, Timestamp};
use store::{
    Connection, ConnectionState, IntercomProfile, Profile, SalesforceProfile, Side, StoreError,
    SweepCounts,
};

use super::notice::{GoesOn, News, Notice};
use super::words::why;
use super::{Mail, letter};
use crate::error::EngineError;

const STARTED: Timestamp = Timestamp::from_seconds(1_767_323_045);

/// A connection whose places have these names.
fn connection(workspace: &str, org: &str) -> Connection {
    Connection {
        id: ConnectionId(1),
        name: "acme".to_owned(),
        org_id: Some("00D000000000062EAA".parse().unwrap()),
        workspace_id: Some("a1b2c3d4".parse().unwrap()),
        state: ConnectionState::Ready,
        profile: Profile {
            intercom: Some(IntercomProfile {
                app: "main".to_owned(),
                api_url: "https://api.intercom.io/".to_owned(),
                workspace_name: workspace.to_owned(),
                installer: "2633609".parse().unwrap(),
                installer_name: "Ada Admin".to_owned(),
                timezone: None,
            }),
            salesforce: Some(SalesforceProfile {
                instance_url: "https://acme.my.salesforce.com".to_owned(),
                login_url: "https://login.salesforce.com".to_owned(),
                integration_user: "0057e00000RmwSW".parse().unwrap(),
                org_name: org.to_owned(),
                is_sandbox: false,
            }),
        },
        settings: Settings::default(),
        settings_rev: 1,
    }
}

fn counts() -> SweepCounts {
    SweepCounts {
        contacts_read: 20_000,
        records_read: 31_500,
        linked: 18_250,
        ambiguous: 120,
        unmatched: 1630,
        intercom_writes: 18_240,
        failed: 1,
        read_ms: 61_000,
        reconcile_ms: 122_500,
        ..SweepCounts::default()
    }
}

fn notice(news: News) -> Notice {
    Notice {
        at: STARTED.plus(Duration::from_mins(4)),
        news,
    }
}

fn done(counts: SweepCounts) -> Notice {
    notice(News::SyncDone {
        started_at: STARTED,
        counts,
    })
}

fn failed(why: &str, goes_on: GoesOn) -> Notice {
    notice(News::SyncFailed {
        started_at: STARTED,
        counts: SweepCounts {
            read_ms: 40_000,
            ..SweepCounts::default()
        },
        why: why.to_owned(),
        goes_on,
    })
}

fn mail(notice: &Notice, connection: &Connection) -> Mail {
    let page = "https://carrick.example/connections/acme".parse().unwrap();
    letter::mail(notice, connection, "ada@acme.io", &page)
}

/// All that is sent but the HTML.
fn printed(mail: &Mail) -> String {
    let Mail {
        to,
        subject,
        text,
        html: _,
        message_id,
        written_at,
    } = mail;
    format!("To: {to}\nSubject: {subject}\nMessage-ID: {message_id}\nDate: {written_at}\n\n{text}")
}

#[test]
fn i3_a_letter_says_what_a_sync_did() {
    let mail = mail(&done(counts()), &connection("Acme", "Acme Ltd"));
    assert_snapshot!(printed(&mail), @"
    To: ada@acme.io
    Subject: The sync is through: Acme and Acme Ltd
    Message-ID: sync-done-1767323045000.a1b2c3d4.00D000000000062EAA@carrick.example
    Date: 2026-01-02T03:08:05.000Z

    The sync is through

    Intercom workspace: Acme
    Salesforce org: Acme Ltd

    20,000 contacts and 31,500 records were read.

    1 person could not be brought up to date; the connection's page says why.

    Linked: 18,250
    Several matches: 120
    Without a match: 1,630
    Written: 18,240
    Failed: 1
    Time: 4 minutes

    The connection's page: https://carrick.example/connections/acme

    You get this mail because you connected this workspace to Carrick.
    ");
    assert_snapshot!(mail.html, @r#"
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>The sync is through</title>
    </head>
    <body>
    <h1>The sync is through</h1>
    <p>Intercom workspace: <b>Acme</b><br>Salesforce org: <b>Acme Ltd</b></p>
    <p>20,000 contacts and 31,500 records were read.</p>
    <p>1 person could not be brought up to date; the connection&#39;s page says why.</p>
    <table>
    <tr><th scope="row" align="left">Linked</th><td align="right">18,250</td></tr>
    <tr><th scope="row" align="left">Several matches</th><td align="right">120</td></tr>
    <tr><th scope="row" align="left">Without a match</th><td align="right">1,630</td></tr>
    <tr><th scope="row" align="left">Written</th><td align="right">18,240</td></tr>
    <tr><th scope="row" align="left">Failed</th><td align="right">1</td></tr>
    <tr><th scope="row" align="left">Time</th><td align="right">4 minutes</td></tr>
    </table>
    <p><a href="https://carrick.example/connections/acme">Open the connection's page</a></p>
    <p><small>You get this mail because you connected this workspace to Carrick.</small></p>
    </body>
    </html>
    "#);
}

#[test]
fn i3_a_letter_says_that_nothing_was_linked() {
    let nothing = SweepCounts {
        contacts_read: 1,
        unmatched: 1,
        read_ms: 900,
        ..SweepCounts::default()
    };
    let mail = mail(&done(nothing), &connection("Acme", "Acme Ltd"));
    assert_snapshot!(mail.text, @"
    The sync is through

    Intercom workspace: Acme
    Salesforce org: Acme Ltd

    1 contact and 0 records were read.

    No contact was linked: none has the email of a lead or contact in Salesforce that the integration user can see.

    Linked: 0
    Several matches: 0
    Without a match: 1
    Written: 0
    Failed: 0
    Time: 1 second

    The connection's page: https://carrick.example/connections/acme

    You get this mail because you connected this workspace to Carrick.
    ");
}

#[test]
fn i3_a_letter_says_what_stopped_a_sync_and_how_it_goes_on() {
    let down = EngineError::Store(StoreError::Conflict { what: "a row" });
    let mail = mail(
        &failed(&why(&down), GoesOn::ByItself),
        &connection("Acme", "Acme Ltd"),
    );
    assert_snapshot!(printed(&mail), @"
    To: ada@acme.io
    Subject: The sync was stopped by a failure: Acme and Acme Ltd
    Message-ID: sync-failed-1767323045000-1767323285000.a1b2c3d4.00D000000000062EAA@carrick.example
    Date: 2026-01-02T03:08:05.000Z

    The sync was stopped by a failure

    Intercom workspace: Acme
    Salesforce org: Acme Ltd

    Carrick's own store failed.

    While Carrick runs it tries again by itself, and this is not mailed again before a sync is through. What was done stays done.

    Linked: 0
    Several matches: 0
    Without a match: 0
    Written: 0
    Failed: 0
    Time: 40 seconds

    The connection's page: https://carrick.example/connections/acme

    You get this mail because you connected this workspace to Carrick.
    ");
    let brake = EngineError::Brake("9 of 20 known rows were not shown this time".to_owned());
    let mail = self::mail(
        &failed(&why(&brake), GoesOn::WhenStarted),
        &connection("Acme", "Acme Ltd"),
    );
    let said: Vec<&str> = mail.text.lines().skip(5).take(3).collect();
    assert_eq!(
        said,
        [
            "9 of 20 known rows were not shown this time.",
            "",
            "When the cause is gone, start the sync again on the connection's page. What was done \
             stays done.",
        ]
    );
}

#[test]
fn e4_a_letter_names_the_side_that_has_to_be_connected_again() {
    let refused = notice(News::Reconnect {
        side: Side::Salesforce,
    });
    assert_snapshot!(printed(&mail(&refused, &connection("Acme", "Acme Ltd"))), @"
    To: ada@acme.io
    Subject: Salesforce has to be connected again: Acme and Acme Ltd
    Message-ID: reconnect-salesforce-1767323285000.a1b2c3d4.00D000000000062EAA@carrick.example
    Date: 2026-01-02T03:08:05.000Z

    Salesforce has to be connected again

    Intercom workspace: Acme
    Salesforce org: Acme Ltd

    Salesforce no longer accepts the stored sign-in, so nothing is read or written for now.

    Connect it again on the connection's page. What changed meanwhile is then caught up with.

    The connection's page: https://carrick.example/connections/acme

    You get this mail because you connected this workspace to Carrick.
    ");
}

#[test]
fn a_vendor_s_words_about_a_person_are_not_mailed() {
    let words = "ada@acme.io is no valid email";
    let error = EngineError::Salesforce(salesforce::SalesforceError::Validation {
        code: "INVALID_EMAIL_ADDRESS".to_owned(),
        message: words.to_owned(),
        fields: Vec::new(),
    });
    assert_eq!(
        why(&error),
        "Salesforce refused a request; the connection's page has its words."
    );
}

#[test]
fn a_hostile_name_breaks_neither_a_line_nor_the_html() {
    let workspace = "Acme\r\nBcc: all@acme.io\u{202e}</title><script>alert(1)</script>";
    let org = format!("{}\u{2028}\" onload=x", "Wednesbury ".repeat(20));
    let mail = mail(&done(counts()), &connection(workspace, &org));
    assert_snapshot!(mail.subject, @"The sync is through: Acme Bcc: all@acme.io </title><script>alert(1)</script> and Wednesbury Wednesbury Wednesbury Wednesbury Wednesbury Wednesbury Wednesbury Wed");
    assert_eq!(mail.text.lines().nth(3).map(str::len), Some(16 + 80));
    assert!(!mail.html.contains("<script>"), "{}", mail.html);
    assert!(!mail.html.contains('\u{202e}'), "{}", mail.html);
    assert_eq!(mail.html.matches("</title>").count(), 1);
}

#[test]
fn i3_what_is_sent_again_is_the_same_mail() {
    let stored = serde_json::to_string(&done(counts())).unwrap();
    let read: Notice = serde_json::from_str(&stored).unwrap();
    let place = connection("Acme", "Acme Ltd");
    assert_eq!(mail(&read, &place), mail(&done(counts()), &place));
}
