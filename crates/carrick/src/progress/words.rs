//! Numbers and times as people read them.

use engine::{Phase, Progress, SweepCounts};

/// What is being done.
pub(super) fn activity(phase: Phase) -> &'static str {
    match phase {
        Phase::Idle => "Waiting",
        Phase::Reading => "Reading both sides",
        Phase::Reconciling => "Bringing them together",
        Phase::Done => "Done",
        Phase::Stopped => "Stopped",
        Phase::Failed => "Failed",
    }
}

/// `1,200 of 4,000, 350/s, about 8 s left`.
pub(super) fn position(progress: &Progress) -> String {
    let mut parts = vec![match progress.total {
        Some(total) => format!("{} of {}", grouped(progress.done), grouped(total)),
        None => grouped(progress.done),
    }];
    if progress.rate_per_second >= 0.5 {
        parts.push(format!("{:.0}/s", progress.rate_per_second));
    }
    if let Some(seconds @ 1..) = progress.seconds_left {
        parts.push(format!("about {} left", duration(seconds)));
    }
    parts.join(", ")
}

/// The result of a sync.
pub(crate) fn finished(counts: &SweepCounts) -> String {
    let mut lines = vec![
        format!(
            "Read {} contacts in Intercom and {} records in Salesforce in {}.",
            grouped(counts.contacts_read),
            grouped(counts.records_read),
            duration(counts.read_ms.div_ceil(1000)),
        ),
        format!(
            "Linked {}, ambiguous {}, without a match {}.",
            grouped(counts.linked),
            grouped(counts.ambiguous),
            grouped(counts.unmatched),
        ),
        format!(
            "Changed {} in Intercom and {} in Salesforce in {}.",
            grouped(counts.intercom_writes),
            grouped(counts.salesforce_writes),
            duration(counts.reconcile_ms.div_ceil(1000)),
        ),
    ];
    if counts.failed > 0 {
        let failed = grouped(counts.failed);
        lines.push(format!(
            "Not brought together: {failed}; the settings page says why."
        ));
    }
    if counts.unreadable > 0 {
        lines.push(format!(
            "Rows that could not be read: {}.",
            grouped(counts.unreadable)
        ));
    }
    lines.join("\n")
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `45 s`, `4 min`, `2 h 5 min`: as exact as an estimate can be.
pub(super) fn duration(seconds: u64) -> String {
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
