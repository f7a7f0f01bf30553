//! A body that is packed with gzip while it is sent.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Packed bytes are handed on when there are so many.
const PIECE_BYTES: usize = 32 * 1024;

/// The pieces of `plain`, packed. A piece of this may stand for several of those.
pub(super) struct Packed<I> {
    plain: I,
    /// Nothing when the end was handed on.
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl<I: Iterator<Item = Bytes>> Packed<I> {
    pub(super) fn new(plain: I) -> Self {
        let encoder = GzEncoder::new(Vec::new(), Compression::fast());
        Self {
            plain,
            encoder: Some(encoder),
        }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for Packed<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while let Some(encoder) = &mut self.encoder {
            let Some(piece) = self.plain.next() else {
                let encoder = self.encoder.take()?;
                let rest = encoder.finish().expect("memory takes everything");
                return Some(rest.into());
            };
            encoder.write_all(&piece).expect("memory takes everything");
            if encoder.get_ref().len() >= PIECE_BYTES {
                return Some(std::mem::take(encoder.get_mut()).into());
            }
        }
        None
    }
}
