//! When a reading of a row counts against the stored one.

use model::Timestamp;

/// A stable hash over the fields in use: equal digests mean that nothing we read has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub i64);

/// How much a reading is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Read by id just now, or the answer to our own write: what the vendor has.
    Answer,
    /// A webhook's body, a poll's page: counts only if strictly newer.
    Snapshot,
    /// As `Snapshot`, while a write of ours to the row is under way or just answered: anything
    /// that differs is a doubt.
    DoubtfulSnapshot,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// There was no such row.
    New,
    /// It replaced the row.
    Changed,
    /// It shows what the row shows, or it has no key and nothing needs it; nothing is due.
    Unchanged,
    /// It cannot be ordered against the row, which is now stale: read it by id.
    Doubt,
    /// It is older than the row and was dropped.
    Older,
}

/// What of a row decides whether a reading of it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The vendor's stamp; [`UNSTAMPED`] where the vendor showed nothing that has one.
    pub stamp: Timestamp,
    /// Over the fields in use.
    pub digest: Digest,
    /// Which fields these are.
    pub projection: i64,
    /// Of a stored row: it is doubted, and what is read by id counts.
    pub stale: bool,
    /// Of a stored row: it did not come when it was asked for, and what shows it again counts.
    pub hidden: bool,
}

/// The stamp of a row of which the vendor showed nothing: gone, invisible, or not read back yet.
/// Whatever is read later is newer.
pub const UNSTAMPED: Timestamp = Timestamp::from_millis(0);

/// When a reading counts: the one place where that is decided, for every database.
///
/// Vendors' stamps have a resolution of one second, so a snapshot with the same stamp and other
/// values cannot be ordered. An answer is what the vendor has, unless the row was read from
/// somewhere newer; of a doubted or hidden row, and where the vendor shows nothing, it counts in
/// any case. A snapshot that is not older shows a hidden row again.
pub fn judge(standing: Option<Version>, source: Source, read: Version) -> Sighting {
    let Some(standing) = standing else {
        return Sighting::New;
    };
    let same_fields = standing.projection == read.projection;
    if same_fields && standing.digest == read.digest {
        return Sighting::Unchanged;
    }
    let doubted = standing.stale || standing.hidden;
    let settles = source == Source::Answer && (doubted || read.stamp == UNSTAMPED);
    if read.stamp < standing.stamp && !settles {
        return Sighting::Older;
    }
    match source {
        Source::DoubtfulSnapshot => Sighting::Doubt,
        Source::Snapshot if same_fields && read.stamp == standing.stamp && !standing.hidden => {
            Sighting::Doubt
        }
        Source::Snapshot | Source::Answer => Sighting::Changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_counts_only_when_it_can_be_ordered() {
        use Sighting::{Changed, Doubt, New, Older, Unchanged};
        use Source::{Answer, DoubtfulSnapshot, Snapshot};
        let version = |seconds, digest, projection, stale| Version {
            stamp: Timestamp::from_seconds(seconds),
            digest: Digest(digest),
            projection,
            stale,
            hidden: false,
        };
        let at = |seconds, digest| version(seconds, digest, 1, false);
        let other_fields = |seconds, digest| version(seconds, digest, 2, false);
        let row = Some(at(10, 1));
        let doubted = Some(version(10, 1, 1, true));
        let hidden = Some(Version {
            hidden: true,
            ..at(10, 1)
        });
        let nothing = at(0, 9);
        for (standing, source, read, expected) in [
            (None, Snapshot, at(1, 1), New),
            (row, Snapshot, at(10, 1), Unchanged),
            (row, Snapshot, at(9, 1), Unchanged),
            (row, Snapshot, at(11, 1), Unchanged),
            (row, Snapshot, at(9, 2), Older),
            (row, Snapshot, at(10, 2), Doubt),
            (row, Snapshot, at(11, 2), Changed),
            (row, DoubtfulSnapshot, at(9, 2), Older),
            (row, DoubtfulSnapshot, at(11, 2), Doubt),
            (row, DoubtfulSnapshot, at(11, 1), Unchanged),
            (row, Answer, at(9, 2), Older),
            (row, Answer, at(10, 2), Changed),
            (row, Answer, at(11, 2), Changed),
            (row, Snapshot, other_fields(10, 1), Changed),
            (row, Snapshot, other_fields(9, 1), Older),
            (row, DoubtfulSnapshot, other_fields(10, 1), Doubt),
            (row, Answer, other_fields(10, 1), Changed),
            (doubted, Answer, at(9, 2), Changed),
            (doubted, Answer, at(9, 1), Unchanged),
            (doubted, Snapshot, at(9, 2), Older),
            (row, Answer, nothing, Changed),
            (row, Snapshot, nothing, Older),
            (Some(nothing), Snapshot, at(1, 1), Changed),
            (hidden, Snapshot, at(10, 2), Changed),
            (hidden, Snapshot, at(9, 2), Older),
            (hidden, Answer, at(9, 2), Changed),
            (hidden, DoubtfulSnapshot, at(10, 2), Doubt),
        ] {
            assert_eq!(
                judge(standing, source, read),
                expected,
                "{source:?} {read:?}"
            );
        }
    }
}
