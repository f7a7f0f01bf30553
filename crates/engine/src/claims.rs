//! One person is worked on by one worker at a time (invariant 3).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use model::{ConnectionId, PersonKey, ic};

/// What a run holds while it works: its key and the contacts in its facts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Person(ConnectionId, PersonKey),
    Contact(ConnectionId, ic::ContactId),
}

/// The claims of this process.
#[derive(Clone, Default)]
pub(crate) struct Claims {
    taken: Arc<Mutex<BTreeSet<Claim>>>,
}

/// Claims that are given back when this is dropped.
pub(crate) struct Claimed {
    claims: Claims,
    mine: Vec<Claim>,
}

impl Claims {
    /// Claims a person and these contacts, or nothing. Nobody waits: who comes second comes back
    /// later.
    pub(crate) fn try_claim<'a>(
        &self,
        connection: ConnectionId,
        person: &PersonKey,
        contacts: impl Iterator<Item = &'a ic::ContactId>,
    ) -> Option<Claimed> {
        let mut mine = vec![Claim::Person(connection, person.clone())];
        mine.extend(contacts.map(|id| Claim::Contact(connection, id.clone())));
        mine.sort();
        mine.dedup();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if mine.iter().any(|claim| taken.contains(claim)) {
            return None;
        }
        taken.extend(mine.iter().cloned());
        drop(taken);
        Some(Claimed {
            claims: self.clone(),
            mine,
        })
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let mut taken = self
            .claims
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for claim in &self.mine {
            taken.remove(claim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_shuts_others_out_until_it_is_dropped() {
        let claims = Claims::default();
        let contact: ic::ContactId = "c1".parse().unwrap();
        let other: ic::ContactId = "c2".parse().unwrap();
        let ada = PersonKey::Alone(contact.clone());
        let bob = PersonKey::Alone(other.clone());
        let c = ConnectionId(1);
        let held = claims.try_claim(c, &ada, [&contact].into_iter()).unwrap();
        assert!(claims.try_claim(c, &ada, [].into_iter()).is_none());
        assert!(claims.try_claim(c, &bob, [&contact].into_iter()).is_none());
        // The failed attempt took nothing with it.
        assert!(claims.try_claim(c, &bob, [&other].into_iter()).is_some());
        assert!(
            claims
                .try_claim(ConnectionId(2), &ada, [&contact].into_iter())
                .is_some()
        );
        drop(held);
        assert!(claims.try_claim(c, &ada, [&contact].into_iter()).is_some());
    }
}
