//! Promises of `Inbox`.

use super::rows::at;
use crate::{Delivery, Inbox, StoredDelivery};

fn delivery(number: u8) -> Delivery {
    Delivery {
        workspace_id: "abcd1234".parse().expect("letters and digits"),
        topic: "contact.user.updated".to_owned(),
        received_at: at(i64::from(number)),
        body: vec![number, 0, 255],
    }
}

async fn keep(inbox: &impl Inbox, numbers: &[u8]) -> Vec<i64> {
    let mut seqs = Vec::new();
    for number in numbers {
        seqs.push(inbox.keep(delivery(*number)).await.unwrap());
    }
    seqs
}

async fn kept(inbox: &impl Inbox) -> Vec<Delivery> {
    let stored = inbox.kept(0, 100).await.unwrap();
    stored.into_iter().map(|stored| stored.delivery).collect()
}

/// Exactly what came, byte by byte.
pub async fn what_was_kept_comes_back_in_order(inbox: &impl Inbox) {
    assert_eq!(inbox.kept_count().await.unwrap(), 0);
    let seqs = keep(inbox, &[3, 1, 2]).await;
    assert!(seqs.is_sorted_by(|a, b| a < b));
    let expected: Vec<_> = seqs
        .into_iter()
        .zip([3, 1, 2].map(delivery))
        .map(|(seq, delivery)| StoredDelivery { seq, delivery })
        .collect();
    assert_eq!(inbox.kept(0, 100).await.unwrap(), expected);
    assert_eq!(inbox.kept_count().await.unwrap(), 3);
}

/// In pages, from where the last one ended.
pub async fn reading_goes_on_after_a_number(inbox: &impl Inbox) {
    let seqs = keep(inbox, &[1, 2, 3]).await;
    let page = inbox.kept(0, 2).await.unwrap();
    assert_eq!(page[1].seq, seqs[1]);
    let page = inbox.kept(page[1].seq, 2).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].delivery, delivery(3));
    assert_eq!(inbox.kept(seqs[2], 2).await.unwrap(), []);
}

/// Dropping twice is dropping once.
pub async fn dropped_deliveries_are_gone_and_unknown_numbers_ignored(inbox: &impl Inbox) {
    let seqs = keep(inbox, &[1, 2, 3]).await;
    for _ in 0..2 {
        inbox.drop_kept(&[seqs[0], seqs[2], 4711]).await.unwrap();
        assert_eq!(kept(inbox).await, [delivery(2)]);
    }
}

/// Somebody who reads on after the last number misses nothing, even if all was dropped meanwhile.
pub async fn a_number_is_never_used_twice(inbox: &impl Inbox) {
    let first = keep(inbox, &[1, 2]).await;
    inbox.drop_kept(&first).await.unwrap();
    let second = keep(inbox, &[3]).await;
    assert!(second[0] > first[1]);
    let after = inbox.kept(first[1], 10).await.unwrap();
    assert_eq!(after[0].delivery, delivery(3));
}

/// They may share a commit, but each gets the number under which it is kept.
pub async fn deliveries_that_arrive_together_are_all_kept(inbox: &impl Inbox) {
    let (a, b, c) = tokio::join!(biased;
        inbox.keep(delivery(1)),
        inbox.keep(delivery(2)),
        inbox.keep(delivery(3)),
    );
    let seqs = [a.unwrap(), b.unwrap(), c.unwrap()];
    let stored = inbox.kept(0, 100).await.unwrap();
    assert_eq!(stored.len(), 3);
    for (number, seq) in (1..).zip(seqs) {
        let found = stored.iter().find(|stored| stored.seq == seq).unwrap();
        assert_eq!(found.delivery, delivery(number));
    }
}
