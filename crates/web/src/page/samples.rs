//! Contexts for every page: empty, usual, longest, hostile. Pages of a connection are made from
//! whole overviews, so what turns an overview into words is walked through as well.

use engine::{MailWaits, Overview, Phase, Progress, WaitingMail};
use model::{ConnectionId, PersonKey, Settings, Subject, Timestamp};
use store::{
    Connection, ConnectionState, Entry, Failure, FailureReport, IntercomProfile, MirrorCounts,
    Profile, SalesforceProfile, Side, StoredEntry, Sweep, SweepCounts, SweepKind, SweepState,
    Unclear, WaitsFor,
};

/// Text that would break out of any place where it is not escaped.
pub(crate) const HOSTILE: &str = "</title><script>alert(1)</script>\"' onload=x &lt; ]]>";

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_767_323_045);

/// An instant before.
pub(crate) fn ago(seconds: u64) -> Timestamp {
    NOW.minus(std::time::Duration::from_secs(seconds))
}

/// A connection with nothing connected.
pub(crate) fn connection(name: &str) -> Connection {
    Connection {
        id: ConnectionId(1),
        name: name.to_owned(),
        org_id: None,
        workspace_id: None,
        state: ConnectionState::Incomplete,
        profile: Profile::default(),
        settings: Settings::default(),
        settings_rev: 1,
    }
}

/// A connection with both sides, whose free texts are `text`.
pub(crate) fn connected(name: &str, text: &str) -> Connection {
    Connection {
        org_id: Some("00D000000000062EAA".parse().unwrap()),
        workspace_id: Some("a1b2c3d4".parse().unwrap()),
        state: ConnectionState::Ready,
        profile: Profile {
            intercom: Some(IntercomProfile {
                app: "main".to_owned(),
                api_url: "https://api.intercom.io/".to_owned(),
                workspace_name: text.to_owned(),
                installer: "2633609".parse().unwrap(),
                installer_name: text.to_owned(),
                timezone: Some("Europe/Dublin".to_owned()),
            }),
            salesforce: Some(SalesforceProfile {
                instance_url: "https://acme.my.salesforce.com".to_owned(),
                login_url: "https://login.salesforce.com".to_owned(),
                integration_user: "0057e00000RmwSW".parse().unwrap(),
                org_name: text.to_owned(),
                is_sandbox: true,
            }),
        },
        ..connection(name)
    }
}

/// Nothing is known of the connection but what it is.
pub(crate) fn overview(connection: Connection) -> Overview {
    Overview {
        connection,
        counts: MirrorCounts::default(),
        sweep: None,
        syncing: false,
        matched_once: true,
        rewalk: None,
        unclear: std::collections::BTreeMap::new(),
        queued: 0,
        failures: Vec::new(),
        failures_by_cause: Vec::new(),
        latest: Vec::new(),
        last_webhook_at: None,
        last_poll_at: None,
        last_poll_problem: None,
        salesforce_usage: None,
        intercom_headroom: None,
        unsettled_intents: 0,
        deliveries_kept: 0,
        deliveries_dropped: 0,
        deliveries_of_strangers: 0,
        waiting_mail: Vec::new(),
        now: NOW,
    }
}

/// A sync that is not running.
pub(crate) fn progress(phase: Phase) -> Progress {
    Progress {
        phase,
        counts: SweepCounts::default(),
        done: 0,
        total: None,
        rate_per_second: 0.0,
        seconds_left: None,
        at: NOW,
    }
}

/// A sync of `state` that read a little.
pub(crate) fn sweep(state: SweepState) -> Sweep {
    Sweep {
        kind: SweepKind::FirstSync,
        state,
        position: None,
        started_at: ago(3600),
        counts: SweepCounts {
            contacts_read: 20_000,
            records_read: 31_500,
            linked: 18_250,
            ambiguous: 120,
            unmatched: 1630,
            intercom_writes: 18_250,
            read_ms: 61_000,
            reconcile_ms: 122_500,
            ..SweepCounts::default()
        },
    }
}

/// A listed failure of this cause.
pub(crate) fn failure(cause: &str, waits_for: WaitsFor, subject: Subject, words: &str) -> Failure {
    Failure {
        report: FailureReport {
            subject,
            digest: 7,
            cause: cause.to_owned(),
            waits_for,
            retry_at: Some(NOW.plus(std::time::Duration::from_secs(95))),
            summary: "the Salesforce attributes were not written".to_owned(),
            vendor_words: Some(words.to_owned()),
        },
        first: ago(7200),
        last: ago(180),
        count: 2,
    }
}

/// A message that nobody got by mail yet.
pub(crate) fn waiting_mail(waits: MailWaits, text: &str) -> WaitingMail {
    WaitingMail {
        name: "sync-done-1767319445000".to_owned(),
        at: ago(3400),
        headline: "The sync is through",
        said: vec![text.to_owned()],
        figures: vec![
            ("Linked", "18,250".to_owned()),
            ("Time", "4 minutes".to_owned()),
        ],
        waits,
    }
}

/// One message for each reason to wait; what the mail server says is `text`.
fn every_wait(text: &str) -> Vec<WaitingMail> {
    let words = text.to_owned();
    [
        MailWaits::ForItsTurn,
        MailWaits::NotSetUp,
        MailWaits::NoAddress,
        MailWaits::Refused {
            words: words.clone(),
        },
        MailWaits::Unavailable { words },
    ]
    .map(|waits| waiting_mail(waits, text))
    .into()
}

/// A line of the timeline.
pub(crate) fn line(seconds_ago: u64, rule: &str, text: &str) -> StoredEntry {
    let entry = Entry {
        key_hash: None,
        subject: "5ba682d23d7cf92bef87bfd4".to_owned(),
        at: ago(seconds_ago),
        kind: "run".to_owned(),
        rule: rule.to_owned(),
        body: vec![text.to_owned()],
    };
    StoredEntry { seq: 1, entry }
}

fn subjects() -> Vec<Subject> {
    vec![
        Subject::Contact("5ba682d23d7cf92bef87bfd4".parse().unwrap()),
        Subject::Record("00QD000000QYVhd".parse().unwrap()),
        Subject::Account("0015500001QdQWa".parse().unwrap()),
        Subject::Owner("0057e00000RmwSW".parse().unwrap()),
        Subject::Owner("00GD000000QYVhd".parse().unwrap()),
        Subject::Conversation("215473853299345".parse().unwrap()),
        Subject::Person(PersonKey::Alone(
            "5ba682d23d7cf92bef87bfd4".parse().unwrap(),
        )),
        Subject::Connection,
    ]
}

/// Everybody is being looked at again.
fn walking() -> (Overview, Progress) {
    let (overview, progress) = usual();
    let walking = Overview {
        rewalk: Some(crate::connections::ownership::samples::walk()),
        unclear: [
            (Unclear::ManyLeads, 120),
            (Unclear::ManyContacts, 14),
            (Unclear::Crowded, 2),
        ]
        .into(),
        ..overview
    };
    (walking, progress)
}

fn usual() -> (Overview, Progress) {
    let overview = Overview {
        counts: MirrorCounts {
            contacts: 20_000,
            leads: 9000,
            sf_contacts: 22_500,
            accounts: 4100,
            links: 18_250,
        },
        sweep: Some(sweep(SweepState::Done)),
        latest: vec![
            line(3, "A1", "SALESFORCE_STATUS of Ada Byron is now Working"),
            line(130, "L8", "Sam Rep created a lead for ada@acme.io"),
        ],
        last_webhook_at: Some(ago(40)),
        last_poll_at: Some(ago(12)),
        salesforce_usage: Some((1234, 15_000)),
        intercom_headroom: Some((1500, 1666)),
        waiting_mail: vec![waiting_mail(
            MailWaits::NotSetUp,
            "20,000 contacts were read.",
        )],
        deliveries_dropped: 3,
        deliveries_of_strangers: 12,
        ..overview(connected("acme-production", "Acme Ltd"))
    };
    (overview, progress(Phase::Done))
}

/// As much of everything as there can be, with `text` wherever a text is free.
fn full(name: &str, text: &str) -> Overview {
    let waits = [
        WaitsFor::Time,
        WaitsFor::Plan,
        WaitsFor::Reconnect,
        WaitsFor::Change,
        WaitsFor::Change,
        WaitsFor::Change,
        WaitsFor::Change,
        WaitsFor::Change,
    ];
    let causes = [
        "salesforce.limit",
        "intercom.gone",
        "intercom.unauthorized",
        "m0.crowded",
        "o4.fallback",
        "o5.put-back",
        "m8.hidden",
        "l8.author",
    ];
    let mut failures = Vec::new();
    for (waits_for, cause) in waits.into_iter().zip(causes) {
        for subject in subjects() {
            failures.push(failure(cause, waits_for, subject, text));
        }
    }
    let mut by_cause: Vec<(String, u64)> = causes
        .iter()
        .map(|cause| ((*cause).to_owned(), 1_234_567))
        .collect();
    by_cause.push((text.to_owned(), 1));
    Overview {
        counts: MirrorCounts {
            contacts: u64::MAX,
            leads: u64::MAX,
            sf_contacts: u64::MAX,
            accounts: u64::MAX,
            links: u64::MAX,
        },
        sweep: Some(Sweep {
            counts: SweepCounts {
                problem: Some(text.to_owned()),
                ..SweepCounts::default()
            },
            ..sweep(SweepState::Failed)
        }),
        failures,
        failures_by_cause: by_cause,
        latest: (0..50).map(|at| line(at * 5000, "L6", text)).collect(),
        waiting_mail: every_wait(text),
        last_poll_problem: Some(text.to_owned()),
        salesforce_usage: Some((u64::MAX, 1)),
        intercom_headroom: Some((0, u64::MAX)),
        queued: u64::MAX,
        ..overview(connected(name, text))
    }
}

fn longest() -> (Overview, Progress) {
    let mut overview = full(&"n".repeat(64), &"Wednesbury ".repeat(60));
    overview.connection.state = ConnectionState::Reconnect {
        side: Side::Intercom,
        why: "token_revoked ".repeat(40),
    };
    let running = Progress {
        done: u64::MAX - 1,
        total: Some(u64::MAX),
        rate_per_second: f64::MAX,
        seconds_left: Some(u64::MAX),
        ..progress(Phase::Reconciling)
    };
    (overview, running)
}

fn hostile() -> (Overview, Progress) {
    (full("acme", HOSTILE), progress(Phase::Failed))
}

/// Overviews by the name of their sample.
pub(crate) fn overviews() -> Vec<(&'static str, Overview, Progress)> {
    let empty = (overview(connection("acme")), progress(Phase::Idle));
    let reading = Progress {
        done: 40,
        rate_per_second: 0.2,
        ..progress(Phase::Reading)
    };
    [
        ("empty", empty),
        ("usual", usual()),
        ("walking", walking()),
        (
            "reading",
            (overview(connected("acme", "Acme Ltd")), reading),
        ),
        ("longest", longest()),
        ("hostile", hostile()),
    ]
    .map(|(sample, (overview, progress))| (sample, overview, progress))
    .into()
}
