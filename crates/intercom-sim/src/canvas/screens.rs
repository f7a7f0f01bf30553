//! The cards that are on screens: of each teammate, at each place, about each contact.

use std::collections::{BTreeMap, VecDeque};

use super::{Card, CardPlace};
use crate::ids::{AdminId, ObjectId};

/// Cards that are remembered. Nobody has more places open; an older one is asked for again.
pub(super) const SCREENS_MAX: usize = 500;

/// Whose screen, where, and about whom.
pub(super) type Screen = (AdminId, CardPlace, ObjectId);

/// The cards, and the order in which their screens came.
#[derive(Debug, Default)]
pub(super) struct Screens {
    cards: BTreeMap<Screen, Card>,
    order: VecDeque<Screen>,
}

impl Screens {
    pub(super) fn get(&self, screen: &Screen) -> Option<&Card> {
        self.cards.get(screen)
    }

    /// Puts a card on a screen, in the place of the one before.
    pub(super) fn put(&mut self, screen: Screen, card: Card) {
        if self.cards.insert(screen, card).is_some() {
            return;
        }
        self.order.push_back(screen);
        if self.order.len() > SCREENS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.cards.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConversationId;

    fn screen(number: u64) -> Screen {
        let place = CardPlace::Conversation(ConversationId(number));
        (AdminId::default(), place, ObjectId::LOWEST)
    }

    #[test]
    fn the_oldest_card_gives_way() {
        let body = br#"{"canvas":{"content":{"components":[{"type":"divider"}]}}}"#;
        let card = Card::parse(body).unwrap();
        let mut screens = Screens::default();
        for number in 0..500 {
            screens.put(screen(number), card.clone());
        }
        screens.put(screen(499), card.clone());
        assert_eq!(screens.get(&screen(0)), Some(&card), "500 are remembered");
        screens.put(screen(500), card.clone());
        assert_eq!(screens.get(&screen(0)), None);
        for number in [1, 499, 500] {
            assert_eq!(screens.get(&screen(number)), Some(&card), "{number}");
        }
    }
}
