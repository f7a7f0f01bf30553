//! A workspace as it was at one instant, to be written while it goes on.
//!
//! People are by far the most of it, and their rows are shared and never changed in place; so it
//! is frozen in the time that the rest takes. A saved workspace is two JSON documents: everything
//! but the people, and the people.

use std::io;
use std::sync::Arc;

use serde::{Deserialize as _, Serializer as _};

use super::World;
use crate::contact::Contact;

/// What [`World::freeze`] gives.
pub(crate) struct Frozen {
    /// Everything but the people, as JSON.
    rest: Vec<u8>,
    people: Vec<Arc<Contact>>,
}

impl World {
    /// The workspace as it is now.
    pub(crate) fn freeze(&self) -> io::Result<Frozen> {
        Ok(Frozen {
            rest: serde_json::to_vec(self)?,
            people: self.contacts.shared(),
        })
    }
}

impl Frozen {
    /// Writes it, bit by bit.
    pub(crate) fn write(&self, mut to: impl io::Write) -> io::Result<()> {
        to.write_all(&self.rest)?;
        to.write_all(b"\n")?;
        let people = self.people.iter().map(|row| &**row);
        serde_json::Serializer::new(to)
            .collect_seq(people)
            .map_err(Into::into)
    }
}

/// Both documents: a workspace without people, and the people.
pub(super) fn read(saved: impl io::Read) -> Result<(World, Vec<Contact>), serde_json::Error> {
    let mut documents = serde_json::Deserializer::from_reader(saved);
    let world = World::deserialize(&mut documents)?;
    let people = Vec::deserialize(&mut documents)?;
    documents.end()?;
    Ok((world, people))
}
