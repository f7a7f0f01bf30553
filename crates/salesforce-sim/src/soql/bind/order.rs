//! ORDER BY.

use crate::error::ApiError;
use crate::schema::Field;

use super::super::predicate::Column;
use super::super::syntax::{Expression, Written};
use super::path::Found;
use super::{Binder, OrderBy};

impl Binder<'_> {
    pub(super) fn order(&mut self) -> Result<Vec<OrderBy<Column>>, ApiError> {
        let query = self.query;
        let mut orders = Vec::with_capacity(query.order.len());
        for order in &query.order {
            let Expression::Path(path) = &order.expression else {
                return Err(self.ungrouped(&order.expression));
            };
            let found = self.find(path)?;
            self.check_sortable(&found, path)?;
            orders.push(OrderBy {
                column: found.column,
                direction: order.direction,
                nulls: order.nulls,
            });
        }
        Ok(orders)
    }

    pub(super) fn check_sortable(
        &self,
        found: &Found<'_>,
        path: &Written<String>,
    ) -> Result<(), ApiError> {
        if found.field.is_none_or(Field::is_sortable) {
            return Ok(());
        }
        let message = format!("field '{}' can not be sorted in a query call", path.what);
        Err(self.pointed("INVALID_FIELD", path.at, &message))
    }
}
