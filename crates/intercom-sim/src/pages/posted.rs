//! Forms that may carry files, and what becomes of the files.

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::response::Response;
use http::{StatusCode, header};

use super::{Form, refused};
use crate::files::{self, Attachment};
use crate::html;
use crate::world::World;

/// Bytes of one form with all its files; the vendor takes more (100 MB for each).
const FORM_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Files of one message.
const FILES_MAX: usize = 10;
/// Letters of a file's name that are kept.
const NAME_CHARS_MAX: usize = 255;
/// What browsers show as a picture, and people paste.
const PICTURES: [&str; 4] = ["image/gif", "image/jpeg", "image/png", "image/webp"];

/// A posted form.
pub(super) struct Posted {
    pub(super) form: Form,
    pub(super) files: Vec<Upload>,
}

/// A file of a form.
pub(super) struct Upload {
    name: String,
    content_type: String,
    bytes: Bytes,
}

/// Words and files, ready to be said.
pub(super) struct Said {
    /// An HTML fragment.
    pub(super) body: String,
    pub(super) attachments: Vec<Attachment>,
}

/// How large a form with files may be.
pub(super) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(FORM_BYTES_MAX)
}

/// Whether browsers show a file of this type as a picture.
pub(super) fn is_picture(content_type: &str) -> bool {
    PICTURES.contains(&content_type)
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let back = request.uri().path().trim_end_matches("/parts").to_owned();
        let kind = request.headers().get(header::CONTENT_TYPE);
        let has_files = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
        let posted = if has_files {
            match Multipart::from_request(request, state).await {
                Ok(parts) => read(parts).await.map_err(|error| error.body_text()),
                Err(error) => Err(error.body_text()),
            }
        } else {
            let body = Bytes::from_request(request, state).await;
            body.map(|body| Self::without_files(&body))
                .map_err(|error| error.body_text())
        };
        posted.map_err(|reason| {
            let title = "The form could not be read";
            refused(StatusCode::BAD_REQUEST, title, &reason, &back)
        })
    }
}

impl Posted {
    fn without_files(body: &[u8]) -> Self {
        Self {
            form: Form::parse(body),
            files: Vec::new(),
        }
    }

    /// What was typed, without space around it.
    pub(super) fn typed(&self) -> &str {
        self.form.get("body").unwrap_or_default().trim()
    }

    /// Why nothing can be sent, if so.
    pub(super) fn refusal(&self, world: &World) -> Option<&'static str> {
        let size = self.files.iter().map(|file| file.bytes.len()).sum();
        if self.typed().is_empty() && self.files.is_empty() {
            return Some("Write something first, or choose a file.");
        }
        if self.files.len() > FILES_MAX {
            return Some("A message can have ten files at most.");
        }
        let is_full = !world.files.has_room_for(size);
        is_full.then_some("The files are too large for this workspace.")
    }

    /// Keeps the files. Pictures become part of the words, as when they are pasted.
    pub(super) fn said(&self, world: &mut World) -> Said {
        let mut body = String::new();
        if !self.typed().is_empty() {
            body = html::from_text(self.typed());
        }
        let mut attachments = Vec::new();
        for file in &self.files {
            let Upload {
                name,
                content_type,
                bytes,
            } = file;
            let id = world.files.keep_upload(name, content_type, bytes);
            if is_picture(content_type) {
                body.push_str(&files::picture(id));
            } else {
                attachments.push(Attachment::Kept(id));
            }
        }
        Said { body, attachments }
    }
}

async fn read(mut parts: Multipart) -> Result<Posted, MultipartError> {
    let mut fields = Vec::new();
    let mut files = Vec::new();
    while let Some(field) = parts.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match upload_name(&field) {
            None => fields.push((name, field.text().await?)),
            Some(file_name) => {
                let content_type = field.content_type().map_or_else(String::new, str::to_owned);
                let bytes = field.bytes().await?;
                // A choice of files that was left empty is posted as a file without a name.
                if !file_name.is_empty() {
                    files.push(Upload::new(&file_name, content_type, bytes));
                }
            }
        }
    }
    Ok(Posted {
        form: Form(fields),
        files,
    })
}

fn upload_name(field: &Field<'_>) -> Option<String> {
    field.file_name().map(str::to_owned)
}

impl Upload {
    fn new(name: &str, content_type: String, bytes: Bytes) -> Self {
        // Some browsers post a path.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_type =
            content_type.parse::<http::HeaderValue>().is_ok() && content_type.contains('/');
        Self {
            name: name.chars().take(NAME_CHARS_MAX).collect(),
            content_type: if is_type {
                content_type
            } else {
                "application/octet-stream".to_owned()
            },
            bytes,
        }
    }
}
