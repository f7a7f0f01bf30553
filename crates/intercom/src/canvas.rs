//! The card: requests that Intercom sends when one is drawn or used, and the canvas that answers
//! them.
//!
//! Intercom rejects an invalid canvas as a whole and shows an error in its place, so the types here
//! cannot express one: ids are unique, selects have as many options as are allowed, an image has
//! its size, an address is https. What they cannot check beforehand, the length of the whole, is a
//! typed error of [`Canvas::to_json`].
//!
//! Must never know what a card is about. Everything in a request was typed or could have been
//! typed by a person; what is proved is only that Intercom passed it on.

mod address;
mod choice;
mod component;
mod image;
mod offer;
pub mod request;
mod response;

use aws_lc_rs::hmac;
use transport::Secret;

use crate::signature;

pub use crate::signature::SignatureError;
pub use address::{LinkUrl, Loopback};
pub use choice::{Checkbox, Checks, Choice, Dropdown, Options, SingleSelect};
pub use component::{
    Action, Align, Button, ButtonStyle, Component, DataTable, Divider, Input, Item, ItemImage,
    List, Row, SaveState, Spacer, SpacerSize, Text, TextStyle, Textarea,
};
pub use image::{Image, ImageAlign, ImageLink, ImageUrl, Margin};
pub use offer::{Offer, Search};
pub use response::{CANVAS_BYTES_MAX, Canvas, CanvasError, CanvasPart};

/// Checks the value of the `X-Body-Signature` header against the raw body. Card requests and
/// Intercom's uninstall call carry it; webhooks carry another.
pub fn verify(secret: &Secret, header: Option<&str>, body: &[u8]) -> Result<(), SignatureError> {
    let digits = header.ok_or(SignatureError::Missing)?;
    signature::verify(hmac::HMAC_SHA256, secret, digits, body)
}

#[cfg(test)]
mod tests;
