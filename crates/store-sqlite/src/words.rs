//! The words by which our enums are stored. They are part of the file's format.

use model::{How, Reason, ic};
use store::{
    DirectoryKind, IntentKind, IntentState, Side, SweepKind, SweepState, Unclear, WaitsFor,
};

/// An enum whose variants are stored as words.
pub(crate) trait Word: Sized + Copy {
    fn word(self) -> &'static str;
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($($name:ty { $($variant:ident = $word:literal,)+ })+) => {$(
        impl Word for $name {
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

words! {
    Side {
        Intercom = "intercom",
        Salesforce = "salesforce",
    }
    ic::Role {
        Lead = "lead",
        User = "user",
    }
    How {
        Key = "key",
        Pin = "pin",
        Created = "created",
    }
    DirectoryKind {
        Teammate = "teammate",
        User = "user",
        Queue = "queue",
    }
    Reason {
        Webhook = "webhook",
        Poll = "poll",
        Sweep = "sweep",
        Click = "click",
        Timer = "timer",
        FollowUp = "follow_up",
    }
    WaitsFor {
        Time = "time",
        Plan = "plan",
        Reconnect = "reconnect",
        Change = "change",
    }
    IntentKind {
        Lead = "lead",
        Event = "event",
        Note = "note",
    }
    IntentState {
        Open = "open",
        Sent = "sent",
        Unknown = "unknown",
        Done = "done",
        Refused = "refused",
    }
    SweepKind {
        FirstSync = "first_sync",
        Comparison = "comparison",
        Rewalk = "rewalk",
    }
    Unclear {
        ManyLeads = "many_leads",
        ManyContacts = "many_contacts",
        Crowded = "crowded",
    }
    SweepState {
        Reading = "reading",
        Reconciling = "reconciling",
        Stopped = "stopped",
        Done = "done",
        Failed = "failed",
    }
}
