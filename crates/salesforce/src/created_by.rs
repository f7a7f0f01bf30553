//! What one user created in a window of time: how a create without an answer is looked for.

use model::Timestamp;
use model::sf::UserId;

use crate::row::Row;
use crate::soql::{Condition, Select, at_least, at_most, equal};
use crate::{Client, Lead, Operation, SalesforceError};

fn query(user: UserId, from: Timestamp, to: Timestamp) -> Select {
    Select::new(Lead::COLUMNS, Lead::OBJECT)
        .filtered(Condition::All(vec![
            equal("CreatedById", user.as_str()),
            at_least("CreatedDate", from),
            at_most("CreatedDate", to),
        ]))
        .ordered(&["CreatedDate", "Id"])
}

impl Client {
    /// The Leads that `user` created from `from` to `to`, both included, oldest first; deleted and
    /// converted ones too. A row that cannot be read fails the whole, since it could be the one
    /// that is looked for.
    pub async fn leads_created_by(
        &self,
        user: UserId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Lead>, SalesforceError> {
        let rows = self
            .rows(Operation::QueryAll, &query(user, from, to))
            .await?;
        Ok(rows.into_iter().collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_closed_on_both_sides() {
        let user = "0055e000001XyZa".parse().unwrap();
        let from = "2026-01-02T03:04:05Z".parse().unwrap();
        let to = "2026-01-02T03:21:05Z".parse().unwrap();
        let statement = query(user, from, to).to_string();
        let (_, filter) = statement.split_once(" FROM ").unwrap();
        assert_eq!(
            filter,
            "Lead WHERE (CreatedById = '0055e000001XyZaAAK' AND CreatedDate >= \
             2026-01-02T03:04:05.000Z AND CreatedDate <= 2026-01-02T03:21:05.000Z) \
             ORDER BY CreatedDate, Id"
        );
    }
}
