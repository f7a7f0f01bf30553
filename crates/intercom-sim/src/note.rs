//! Notes that teammates and apps leave on people and on companies. A note is never changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AdminId, NoteId, ObjectId};

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoteSubject {
    Contact(ObjectId),
    Company(ObjectId),
}

/// A note. Whoever it is about holds its id as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) id: NoteId,
    pub(crate) about: NoteSubject,
    pub(crate) author: Option<AdminId>,
    /// An HTML fragment.
    pub(crate) body: String,
    pub(crate) created_at: i64,
}

/// All notes of a workspace, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Notes(BTreeMap<NoteId, Note>);

impl Notes {
    pub(crate) fn get(&self, id: NoteId) -> Option<&Note> {
        self.0.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Note> {
        self.0.values()
    }

    pub(crate) fn add(&mut self, note: Note) {
        self.0.insert(note.id, note);
    }

    /// Removes the notes of somebody who is gone.
    pub(crate) fn remove(&mut self, ids: &[NoteId]) {
        for id in ids {
            self.0.remove(id);
        }
    }

    /// Gives notes to the contact into whom theirs was merged.
    pub(crate) fn hand_over(&mut self, ids: &[NoteId], into: ObjectId) {
        for id in ids {
            if let Some(note) = self.0.get_mut(id) {
                note.about = NoteSubject::Contact(into);
            }
        }
    }
}
