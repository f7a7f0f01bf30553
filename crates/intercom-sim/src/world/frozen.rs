//! A workspace as it was at one instant, to be written while it goes on.
//!
//! People, conversations and files are by far the most of it, and their rows are shared and never
//! changed in place; so it is frozen in the time that the rest takes. A saved workspace is several
//! JSON documents: everything but these rows, and then the rows of each kind.

use std::io;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize, Serializer as _};

use super::World;
use crate::contact::Contact;
use crate::conversation::Conversation;
use crate::files::File;

/// What [`World::freeze`] gives.
pub(crate) struct Frozen {
    /// Everything but the rows, as JSON.
    rest: Vec<u8>,
    people: Vec<Arc<Contact>>,
    conversations: Vec<Arc<Conversation>>,
    files: Vec<Arc<File>>,
}

impl World {
    /// The workspace as it is now.
    pub(crate) fn freeze(&self) -> io::Result<Frozen> {
        Ok(Frozen {
            rest: serde_json::to_vec(self)?,
            people: self.contacts.shared(),
            conversations: self.conversations.shared(),
            files: self.files.shared(),
        })
    }
}

impl Frozen {
    /// Writes it, bit by bit.
    pub(crate) fn write(&self, mut to: impl io::Write) -> io::Result<()> {
        to.write_all(&self.rest)?;
        rows(&mut to, &self.people)?;
        rows(&mut to, &self.conversations)?;
        rows(&mut to, &self.files)
    }
}

fn rows<T: Serialize>(to: &mut impl io::Write, rows: &[Arc<T>]) -> io::Result<()> {
    to.write_all(b"\n")?;
    let mut document = serde_json::Serializer::new(to);
    document.collect_seq(rows.iter().map(|row| &**row))?;
    Ok(())
}

/// All documents as a workspace.
pub(super) fn read(saved: impl io::Read) -> Result<World, serde_json::Error> {
    let mut documents = serde_json::Deserializer::from_reader(saved);
    let mut world = World::deserialize(&mut documents)?;
    world.contacts = world.contacts.with_rows(next(&mut documents)?);
    world.conversations = world.conversations.with_rows(next(&mut documents)?);
    world.files = world.files.with_rows(next(&mut documents)?);
    documents.end()?;
    Ok(world)
}

fn next<T: DeserializeOwned, R: io::Read>(
    documents: &mut serde_json::Deserializer<serde_json::de::IoRead<R>>,
) -> Result<Vec<T>, serde_json::Error> {
    Vec::deserialize(documents)
}
