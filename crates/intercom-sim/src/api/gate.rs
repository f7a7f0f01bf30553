//! Who may call: token, workspace, region, version, media types, permission, in this order.

use bytes::Bytes;
use http::{HeaderName, Request, StatusCode, header};

use super::Version;
use crate::answer::Refusal;
use crate::ids::AdminId;
use crate::permission;
use crate::world::World;

/// The hosts of the regions other than the first, which routes to all.
const REGIONAL_HOSTS: [(&str, &str); 2] =
    [("api.eu.intercom.io", "EU"), ("api.au.intercom.io", "AU")];
/// The code for a media type that is not spoken: the statuses are documented, the code is not
/// (UNVERIFIED).
const UNSUPPORTED_MEDIA: &str = "unsupported";

/// A caller who may.
pub(super) struct Caller {
    pub(super) admin: AdminId,
    pub(super) version: Version,
}

/// Lets a call in, or says why not.
pub(super) fn pass(
    world: &World,
    request: &Request<Bytes>,
    segments: &[&str],
) -> Result<Caller, Refusal> {
    let admin = world.grants.bearer(text(request, &header::AUTHORIZATION))?;
    if world.switches.suspended {
        return Err(Refusal::unauthorized(
            "token_suspended",
            "Access Token Suspended",
        ));
    }
    if world.switches.region_bound {
        check_region(world, request)?;
    }
    let version = HeaderName::from_static("intercom-version");
    let version = Version::of_header(text(request, &version), world.options.api_version)?;
    check_media(request)?;
    permission::check(&world.switches, request.method(), segments)?;
    Ok(Caller { admin, version })
}

fn text<'a>(request: &'a Request<Bytes>, name: &HeaderName) -> Option<&'a str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

/// A token is unknown on the host of another region.
fn check_region(world: &World, request: &Request<Bytes>) -> Result<(), Refusal> {
    let host = text(request, &header::HOST).or(request.uri().host());
    let host = host.map(|host| host.split(':').next().unwrap_or(host));
    let region = REGIONAL_HOSTS
        .iter()
        .find(|(known, _)| host.is_some_and(|host| host.eq_ignore_ascii_case(known)))
        .map(|(_, region)| *region);
    if region.is_some_and(|region| region != world.options.region) {
        return Err(Refusal::unauthorized(
            "unauthorized",
            "Access Token Invalid",
        ));
    }
    Ok(())
}

/// Only JSON is spoken. That a call which says nothing about media types is let in is our choice:
/// the vendor's page says that it may be refused.
fn check_media(request: &Request<Bytes>) -> Result<(), Refusal> {
    if let Some(accept) = text(request, &header::ACCEPT) {
        let is_json = accept.split(',').any(|range| {
            let range = essence(range);
            matches!(range.as_str(), "*/*" | "application/*") || is_json(&range)
        });
        if !is_json {
            return Err(Refusal::new(
                StatusCode::NOT_ACCEPTABLE,
                UNSUPPORTED_MEDIA,
                "The Accept header must allow application/json",
            ));
        }
    }
    let content_type = text(request, &header::CONTENT_TYPE).filter(|_| !request.body().is_empty());
    if content_type.is_some_and(|content_type| !is_json(&essence(content_type))) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            UNSUPPORTED_MEDIA,
            "The Content-Type header must be application/json",
        ));
    }
    Ok(())
}

fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_lowercase()
}

/// `application/json`, and what older libraries send: `application/vnd.intercom.3+json`.
fn is_json(essence: &str) -> bool {
    essence == "application/json"
        || (essence.starts_with("application/vnd.intercom.") && essence.ends_with("+json"))
}
