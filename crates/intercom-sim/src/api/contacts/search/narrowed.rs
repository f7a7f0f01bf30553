//! Which few contacts a query can find at most. Speed only: whoever is named is still asked.

use crate::ids::ObjectId;
use crate::search::{Filter, Operand, Operator, Query};
use crate::world::World;

/// The contacts among which everything found must be, each once, if the query names emails, external
/// ids or ids.
pub(super) fn to_few(world: &World, query: &Query) -> Option<Vec<ObjectId>> {
    let mut few = candidates(world, query)?;
    few.sort_unstable();
    few.dedup();
    Some(few)
}

fn candidates(world: &World, query: &Query) -> Option<Vec<ObjectId>> {
    match query {
        Query::Filter(filter) => named(world, filter),
        Query::All(parts) => parts
            .iter()
            .filter_map(|part| candidates(world, part))
            .min_by_key(Vec::len),
        Query::Any(parts) => {
            let parts = parts.iter().map(|part| candidates(world, part));
            Some(parts.collect::<Option<Vec<_>>>()?.concat())
        }
    }
}

fn named(world: &World, filter: &Filter) -> Option<Vec<ObjectId>> {
    if !matches!(filter.operator, Operator::Equal | Operator::In) {
        return None;
    }
    match &filter.operand {
        Operand::Many(operands) => {
            let found = operands.iter().map(|one| with(world, &filter.field, one));
            Some(found.collect::<Option<Vec<_>>>()?.concat())
        }
        one @ (Operand::Nothing
        | Operand::Text(_)
        | Operand::Number(_)
        | Operand::Flag(_)
        | Operand::Span(..)) => with(world, &filter.field, one),
    }
}

/// Whoever has that text in a field of which there is an index. Search folds case, as the indexes do.
fn with(world: &World, field: &str, operand: &Operand) -> Option<Vec<ObjectId>> {
    let Operand::Text(text) = operand else {
        return None;
    };
    let contacts = &world.contacts;
    let folded = text.to_lowercase();
    Some(match field {
        "email" => contacts.with_email(&folded).map(|row| row.id).collect(),
        "external_id" => contacts
            .with_folded_external_id(&folded)
            .map(|row| row.id)
            .collect(),
        "id" => folded.parse().into_iter().collect(),
        _ => return None,
    })
}
