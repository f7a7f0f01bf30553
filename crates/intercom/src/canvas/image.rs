//! Images, and the room below a component.

use std::num::NonZeroU16;

use serde::Serialize;
use url::Url;

use super::{CanvasError, LinkUrl};

/// The address of an image: https, without exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ImageUrl(Url);

/// An image with its size, which is required, and perhaps a link. It can submit nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Where it is.
    pub url: ImageUrl,
    /// In pixels.
    pub width: NonZeroU16,
    /// In pixels.
    pub height: NonZeroU16,
    /// Where it stands.
    pub align: ImageAlign,
    /// Whether its corners are round.
    pub rounded: bool,
    /// The room below it.
    #[serde(rename = "bottom_margin", skip_serializing_if = "Margin::is_usual")]
    pub margin: Margin,
    /// Where a click leads.
    #[serde(rename = "action", skip_serializing_if = "Option::is_none")]
    pub link: Option<ImageLink>,
}

/// A link on an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "url")]
pub struct ImageLink {
    /// The address.
    pub url: LinkUrl,
}

/// Where an image stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageAlign {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
    /// As wide as the card.
    FullWidth,
}

/// The room below a component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Margin {
    /// Ten pixels.
    #[default]
    Usual,
    /// None.
    None,
}

impl ImageUrl {
    /// Checks the scheme.
    pub fn new(url: Url) -> Result<Self, CanvasError> {
        if url.scheme() == "https" {
            Ok(Self(url))
        } else {
            Err(CanvasError::NotALink {
                scheme: url.scheme().into(),
            })
        }
    }
}

impl Margin {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference to the field"
    )]
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::Usual
    }
}
