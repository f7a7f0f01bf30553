//! Files that were attached to messages, and the addresses at which they can be fetched.
//!
//! An address is another one each time that it is written, is good for half an hour, and cannot be
//! made up. Nothing is ever fetched from elsewhere: what was attached by an address keeps it.

mod inline;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::signature;

pub(crate) use inline::{numbers, picture, with_addresses};

/// How long an address is good (help centre, attachments of end users).
const LIFETIME_SECONDS: i64 = 30 * 60;
/// Bytes of all files together, so that a workspace fits into memory.
const BYTES_MAX: usize = 100 * 1024 * 1024;

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Attachment {
    /// Kept here, under a number.
    Kept(u64),
    /// Somewhere else; only its address is known.
    Elsewhere(String),
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    /// Given by [`Files`].
    id: u64,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) size: usize,
    /// Base64, as it arrived.
    data: String,
}

/// Why a file is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    NotBase64,
    TooLarge,
}

/// Why an address leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unopened {
    /// It ended, or was made up.
    NotGood,
    /// The file was taken away with its message.
    Gone,
}

/// A file as an app sends it, in base64.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) name: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) data: &'a str,
}

/// All files of a workspace. They are saved beside the table ([`Files::shared`]).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Files {
    #[serde(skip)]
    kept: BTreeMap<u64, Arc<File>>,
    /// The last number that was given out: an old address never leads to another file.
    last: u64,
    /// When the present address is written, in Unix seconds.
    #[serde(skip)]
    now: Cell<i64>,
    /// Addresses that were written.
    #[serde(skip)]
    written: Cell<u64>,
}

/// What an address says beside the file.
pub(crate) struct Ticket<'a> {
    pub(crate) expires: i64,
    pub(crate) request: &'a str,
    pub(crate) signature: &'a str,
}

impl File {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // It was read once before it was kept.
        STANDARD.decode(&self.data).unwrap_or_default()
    }
}

impl Files {
    /// Tells the time, by which addresses end.
    pub(crate) fn tell_time(&self, now: i64) {
        self.now.set(now);
    }

    /// Keeps the files of one message. If one is refused, none is kept.
    pub(crate) fn keep(&mut self, sent: &[Sent<'_>]) -> Result<Vec<Attachment>, Refused> {
        let mut files = Vec::new();
        for file in sent {
            let bytes = STANDARD.decode(file.data);
            files.push(File {
                id: 0,
                name: file.name.to_owned(),
                content_type: file.content_type.to_owned(),
                size: bytes.map_err(|_| Refused::NotBase64)?.len(),
                data: file.data.to_owned(),
            });
        }
        let sizes = files.iter().map(|file| file.size);
        if !self.has_room_for(sizes.sum()) {
            return Err(Refused::TooLarge);
        }
        let kept = files.into_iter().map(|file| self.insert(file));
        Ok(kept.map(Attachment::Kept).collect())
    }

    /// Drops a file for good; nobody gets its number again.
    pub(crate) fn drop_file(&mut self, id: u64) {
        self.kept.remove(&id);
    }

    /// Keeps what a person uploaded, which [`Files::has_room_for`] allowed; gives its number.
    pub(crate) fn keep_upload(&mut self, name: &str, content_type: &str, bytes: &[u8]) -> u64 {
        self.insert(File {
            id: 0,
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            size: bytes.len(),
            data: STANDARD.encode(bytes),
        })
    }

    pub(crate) fn has_room_for(&self, size: usize) -> bool {
        let there: usize = self.kept.values().map(|file| file.size).sum();
        there.saturating_add(size) <= BYTES_MAX
    }

    /// The files as they are now, without a copy of any.
    pub(crate) fn shared(&self) -> Vec<Arc<File>> {
        self.kept.values().map(Arc::clone).collect()
    }

    /// The same table with these files as well.
    pub(crate) fn with_rows(mut self, files: Vec<File>) -> Self {
        let kept = files.into_iter().map(|file| (file.id, Arc::new(file)));
        self.kept.extend(kept);
        self
    }

    fn insert(&mut self, mut file: File) -> u64 {
        // An address cannot end in nothing, and dots lead elsewhere.
        if file.name.trim_matches(['.', ' ']).is_empty() {
            "file".clone_into(&mut file.name);
        }
        self.last += 1;
        file.id = self.last;
        self.kept.insert(self.last, Arc::new(file));
        self.last
    }

    pub(crate) fn get(&self, id: u64) -> Option<&File> {
        self.kept.get(&id).map(|file| &**file)
    }

    /// A new address below `folder`, which is the base address and the workspace.
    pub(crate) fn address(&self, folder: &str, secret: &str, id: u64) -> String {
        let name = self.kept.get(&id).map_or("", |file| file.name.as_str());
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let expires = self.now.get() + LIFETIME_SECONDS;
        self.written.set(self.written.get() + 1);
        let request = self.written.get().to_string();
        let signature = sign(secret, id, expires, &request);
        format!("{folder}/{id}/{name}?expires={expires}&signature={signature}&req={request}")
    }

    /// The file of an address.
    pub(crate) fn open(
        &self,
        secret: &str,
        id: u64,
        ticket: &Ticket<'_>,
    ) -> Result<&File, Unopened> {
        let signature = sign(secret, id, ticket.expires, ticket.request);
        let is_good = ticket.expires > self.now.get() && signature == ticket.signature;
        if !is_good {
            return Err(Unopened::NotGood);
        }
        self.get(id).ok_or(Unopened::Gone)
    }
}

fn sign(secret: &str, id: u64, expires: i64, request: &str) -> String {
    signature::body(secret, format!("file/{id}/{expires}/{request}").as_bytes())
}
