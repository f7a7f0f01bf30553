//! The key that seals the vendors' tokens: a file of its own, so that a copy of the store alone
//! opens nothing.

use std::io::ErrorKind;
use std::path::Path;

use engine::SealKey;
use model::OsEntropy;

use crate::failure::{Failure, OrFail};
use crate::files;

/// Reads the key, or makes one if there is no such file yet.
pub(crate) fn open(path: &Path) -> Result<SealKey, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => SealKey::from_base64(&text).map_err(|error| {
            Failure::new(format!("the key file {} is not a key", path.display()))
                .because(&error)
                .try_this("put the right file back, or remove it and connect both sides again")
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = SealKey::generate(&mut OsEntropy);
            let text = format!("{}\n", key.to_base64());
            files::write_new(path, text.as_bytes(), files::Readers::Owner)
                .or_fail(|| format!("the key file {} cannot be made", path.display()))?;
            Ok(key)
        }
        Err(error) => {
            let what = format!("the key file {} cannot be read", path.display());
            Err(Failure::new(what).because(&error))
        }
    }
}
