//! The stylesheet, the script and the mark, under addresses that hold a hash of their bytes: a
//! browser keeps them for good, and a new release has new addresses.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::routes::Route;

/// One file of the binary.
pub(crate) struct Asset {
    file: String,
    etag: String,
    media_type: &'static str,
    bytes: &'static [u8],
}

pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/carrick.css"),
    )
});

pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/live.js"),
    )
});

pub(crate) static MARK: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_bytes!("../assets/mark.svg")));

impl Asset {
    fn new(extension: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let hash = xxhash_rust::xxh3::xxh3_64(bytes);
        Self {
            file: format!("carrick.{hash:016x}.{extension}"),
            etag: format!("\"{hash:016x}\""),
            media_type,
            bytes,
        }
    }

    /// Where it is served.
    pub(crate) fn href(&self) -> String {
        Route::Asset(&self.file).to_string()
    }
}

/// `GET /assets/{file}`.
pub(crate) async fn show(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let all: [&Asset; 3] = [&STYLE, &SCRIPT, &MARK];
    let Some(asset) = all.into_iter().find(|asset| asset.file == file) else {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let kept = [
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (ETAG, asset.etag.as_str()),
        (CONTENT_TYPE, asset.media_type),
    ];
    let same = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|seen| seen.as_bytes() == asset.etag.as_bytes());
    if same {
        (StatusCode::NOT_MODIFIED, kept).into_response()
    } else {
        (kept, asset.bytes).into_response()
    }
}
