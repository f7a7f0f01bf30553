//! The store from the outside: the ports' promises, inline and on threads, and what a file
//! promises beyond them.

mod durability;
mod places;

mod inline {
    store::conformance!(Box::new(store_sqlite::SqliteStore::in_memory()));
    store::inbox_conformance!(Box::new(store_sqlite::SqliteInbox::in_memory()));
}

mod threaded {
    use crate::places::Placed;

    store::conformance!(Placed::threaded_store());
    store::inbox_conformance!(Placed::threaded_inbox());
}
