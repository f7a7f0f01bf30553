use engine::{MailWaits, Overview};

use super::notices;
use crate::page::samples::{connected, overview, waiting_mail};

/// Why the page says that a message is not mailed.
fn because(waits: MailWaits) -> Option<String> {
    let overview = Overview {
        waiting_mail: vec![waiting_mail(waits, "1 contact was read.")],
        ..overview(connected("acme", "Acme Ltd"))
    };
    notices(&overview).pop().map(|notice| notice.because)
}

#[test]
fn i3_a_message_says_why_it_is_on_the_page_and_not_in_the_mail() {
    let words = || "451 later".to_owned();
    for (waits, expected) in [
        (
            MailWaits::NotSetUp,
            "Not mailed: this installation has no [mail] in its configuration.",
        ),
        (
            MailWaits::NoAddress,
            "Not mailed: whoever connected Intercom is no teammate with an address any more.",
        ),
        (
            MailWaits::Refused { words: words() },
            "Not mailed: the mail server refused it. 451 later",
        ),
        (
            MailWaits::Unavailable { words: words() },
            "Not mailed yet, it is tried again: 451 later",
        ),
    ] {
        assert_eq!(because(waits).as_deref(), Some(expected));
    }
}

#[test]
fn i3_what_is_being_mailed_is_not_shown() {
    assert_eq!(because(MailWaits::ForItsTurn), None);
}
