//! How an answer is sent: pretty-printed if the request asks for it, packed if it allows that, and
//! without a body to `HEAD`. What an answer says is none of this file's business.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};

use crate::answer::{Body, Request, Response};

/// The answer in the form that `request` asks for. Bodies that are written piece by piece are left
/// as they are.
pub(super) fn fitting(response: Response, request: &Request) -> Response {
    let (mut head, body) = response.into_parts();
    let body = match body {
        Body::Full(bytes) => bytes,
        chunks @ Body::Chunks(_) => return Response::from_parts(head, chunks),
    };
    if request.method() == Method::HEAD {
        return Response::from_parts(head, Body::Full(Bytes::new()));
    }
    let is_json = head
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"application/json"));
    let body = if is_json && wants_pretty(request.headers()) {
        Bytes::from(pretty(&body))
    } else {
        body
    };
    let is_packed = head.headers.contains_key(header::CONTENT_ENCODING);
    let may_pack = !body.is_empty() && head.status != StatusCode::NO_CONTENT && !is_packed;
    if may_pack && accepts_gzip(request.headers()) {
        let gzip = HeaderValue::from_static("gzip");
        head.headers.insert(header::CONTENT_ENCODING, gzip);
        let vary = HeaderValue::from_static("Accept-Encoding");
        head.headers.insert(header::VARY, vary);
        return Response::from_parts(head, Body::Full(packed(&body)));
    }
    Response::from_parts(head, Body::Full(body))
}

fn wants_pretty(headers: &HeaderMap) -> bool {
    let asked = headers
        .get("x-prettyprint")
        .and_then(|value| value.to_str().ok());
    asked.is_some_and(|value| value.trim() == "1" || value.trim().eq_ignore_ascii_case("true"))
}

pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let listed = headers.get_all(header::ACCEPT_ENCODING).iter();
    listed
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
}

fn packed(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).expect("memory takes everything");
    encoder.finish().expect("memory takes everything").into()
}

/// What a text of JSON has opened and not yet closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Object,
    Array,
}

/// JSON with line breaks, in the layout of the vendor's guide: ` : ` between name and value, the
/// items of an array on one line. Works on the text, so that the order of names stays.
fn pretty(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let mut open: Vec<Container> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        let end = if byte == b'"' {
            text_end(json, at)
        } else {
            at + 1
        };
        match byte {
            b'{' => {
                open.push(Container::Object);
                out.push(byte);
                let inside = json[end..].iter().find(|next| !next.is_ascii_whitespace());
                if inside == Some(&b'}') {
                    out.push(b' ');
                } else {
                    new_line(&mut out, &open);
                }
            }
            b'[' => {
                open.push(Container::Array);
                out.extend_from_slice(b"[ ");
            }
            b'}' => {
                open.pop();
                if !out.ends_with(b"{ ") {
                    new_line(&mut out, &open);
                }
                out.push(byte);
            }
            b']' => {
                open.pop();
                if !out.ends_with(b"[ ") {
                    out.push(b' ');
                }
                out.push(byte);
            }
            b',' if open.last() == Some(&Container::Object) => {
                out.push(byte);
                new_line(&mut out, &open);
            }
            b',' => out.extend_from_slice(b", "),
            b':' => out.extend_from_slice(b" : "),
            _ if byte.is_ascii_whitespace() => {}
            _ => out.extend_from_slice(&json[at..end]),
        }
        at = end;
    }
    out
}

/// Where the text that begins at `start` is over.
fn text_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

/// Objects indent what is in them, arrays do not.
fn new_line(out: &mut Vec<u8>, open: &[Container]) {
    let is_object = |container: &&Container| **container == Container::Object;
    let depth = open.iter().filter(is_object).count();
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_keeps_order_and_texts() {
        let json = r#"{"b":[1,{"a":"x, {\"y\": [ "}],"e":{},"f":[],"c":null}"#;
        let expected = "{\n  \"b\" : [ 1, {\n    \"a\" : \"x, {\\\"y\\\": [ \"\n  } ],\n  \
                        \"e\" : { },\n  \"f\" : [ ],\n  \"c\" : null\n}";
        assert_eq!(
            String::from_utf8(pretty(json.as_bytes())).unwrap(),
            expected
        );
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let headers = |value: &'static str| {
            HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
        };
        assert!(accepts_gzip(&headers("gzip, deflate")));
        assert!(accepts_gzip(&headers("br;q=1.0, GZip;q=0.5")));
        assert!(!accepts_gzip(&headers("br, deflate")));
        assert!(!accepts_gzip(&headers("gzip;q=0")));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
