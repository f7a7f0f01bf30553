//! Our own writes that a snapshot may or may not include yet ("when an observation counts").

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{ConnectionId, Timestamp, ic};

/// A snapshot that was taken within this time of our write's answer cannot be ordered against it.
const SETTLING: Duration = Duration::from_secs(2);

/// Entries are swept out when there are more than this, and more than twice as many as the last
/// sweep left: what a fast sync wrote within the settling time is then not gone through by each of
/// its writes.
const REMEMBERED_MIN: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Sent, or answered but not in the mirror yet.
    UnderWay,
    /// In the mirror since then.
    Settled(Timestamp),
}

/// What a snapshot of a contact is worth just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// No write of ours is near.
    Plain,
    /// A write was settled a moment ago.
    Doubtful,
    /// A write is under way: whoever can wait looks again when it is settled.
    Wait,
}

/// Writes to contacts that are under way or were just settled.
#[derive(Default)]
pub(crate) struct Writes {
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    progress: BTreeMap<(ConnectionId, ic::ContactId), Progress>,
    /// How many the last sweep left.
    left: usize,
}

impl Writes {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, connection: ConnectionId, contact: &ic::ContactId) {
        let progress = &mut self.remembered().progress;
        progress.insert((connection, contact.clone()), Progress::UnderWay);
    }

    /// The outcome is in the store; from now on the doubt fades.
    pub(crate) fn settled(
        &self,
        connection: ConnectionId,
        contact: &ic::ContactId,
        now: Timestamp,
    ) {
        let remembered = &mut *self.remembered();
        let progress = &mut remembered.progress;
        progress.insert((connection, contact.clone()), Progress::Settled(now));
        if progress.len() > REMEMBERED_MIN.max(2 * remembered.left) {
            progress.retain(|_, it| match it {
                Progress::UnderWay => true,
                Progress::Settled(at) => now.since(*at) < SETTLING,
            });
            remembered.left = progress.len();
        }
    }

    pub(crate) fn trust(
        &self,
        connection: ConnectionId,
        contact: &ic::ContactId,
        now: Timestamp,
    ) -> Trust {
        match self
            .remembered()
            .progress
            .get(&(connection, contact.clone()))
        {
            Some(Progress::UnderWay) => Trust::Wait,
            Some(Progress::Settled(at)) if now.since(*at) < SETTLING => Trust::Doubtful,
            Some(Progress::Settled(_)) | None => Trust::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_near_a_write_is_doubted_and_later_trusted() {
        let writes = Writes::default();
        let (c, contact): (_, ic::ContactId) = (ConnectionId(1), "c1".parse().unwrap());
        let at = Timestamp::from_millis;
        assert_eq!(writes.trust(c, &contact, at(0)), Trust::Plain);
        writes.begin(c, &contact);
        assert_eq!(writes.trust(c, &contact, at(60_000)), Trust::Wait);
        writes.settled(c, &contact, at(60_000));
        assert_eq!(writes.trust(c, &contact, at(61_999)), Trust::Doubtful);
        assert_eq!(writes.trust(c, &contact, at(62_000)), Trust::Plain);
        assert_eq!(
            writes.trust(ConnectionId(2), &contact, at(60_000)),
            Trust::Plain
        );
    }
}
