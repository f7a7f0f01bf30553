//! The demo in a real Chromium, through what a visitor clicks.
//!
//! Needs Debian's `chromium` and `chromium-driver`. Where they are missing these tests say loudly
//! that they were skipped; with `CI=true` or `CARRICK_BROWSER=required` that is a failure. They
//! wait for what the pages show, with a bound, never for a time.

mod accessibility;
mod album;
mod chromium;
mod day;
mod demo;
mod eventually;
mod journey;
mod screenshots;
mod window;
