//! Every page with every sample: sound HTML, nothing unescaped, nothing inline, everything
//! labelled.

use askama::Template;
use axum::http::StatusCode;

use super::samples::{HOSTILE, connected, connection, overviews};
use crate::connections::Samples;
use crate::connections::index::IndexPage;
use crate::connections::ownership::OwnershipPage;
use crate::connections::people::PeoplePage;
use crate::connections::settings::SettingsPage;
use crate::connections::show::ShowPage;
use crate::connections::team::TeamPage;
use crate::connections::team::pair::PairPage;
use crate::problem::Problem;

mod markup;

/// Each page with each sample, rendered.
fn pages() -> Vec<(String, String)> {
    fn rendered<P: Samples + Template>(page: &str) -> Vec<(String, String)> {
        let samples = P::samples().into_iter();
        samples
            .map(|(name, it)| (format!("{page} {name}"), it.render().unwrap()))
            .collect()
    }
    let problem = |sentence: &str| {
        let problem = Problem::new(StatusCode::NOT_FOUND, "Not found", sentence);
        (
            format!("problem {}", sentence.len()),
            problem.context().render().unwrap(),
        )
    };
    [
        rendered::<IndexPage>("index"),
        rendered::<ShowPage>("show"),
        rendered::<SettingsPage>("settings"),
        rendered::<PeoplePage>("people"),
        rendered::<OwnershipPage>("ownership"),
        rendered::<TeamPage>("team"),
        rendered::<PairPage>("pair"),
        vec![
            problem("There is no such page."),
            problem(HOSTILE),
            problem(&"long ".repeat(200)),
        ],
    ]
    .concat()
}

#[test]
fn every_page_is_sound_with_every_sample() {
    let pages = pages();
    assert_eq!(pages.len(), 43);
    for (page, html) in pages {
        markup::check(&html).unwrap_or_else(|fault| panic!("{page}: {fault}\n{html}"));
    }
}

#[test]
fn a_live_region_is_what_the_page_holds() {
    for (sample, overview, progress) in overviews() {
        let live = crate::connections::live_region(&overview, &progress);
        let page = ShowPage::of(&overview, &progress).render().unwrap();
        assert!(page.contains(live.trim()), "{sample}");
    }
}

#[test]
fn i3_without_a_script_a_page_reloads_only_while_a_sync_runs() {
    for (sample, overview, progress) in overviews() {
        let page = ShowPage::of(&overview, &progress).render().unwrap();
        let reloads = page.contains("http-equiv=\"refresh\"");
        assert_eq!(
            reloads,
            matches!(sample, "reading" | "longest" | "walking"),
            "{sample}"
        );
    }
}

#[test]
fn a_page_stays_below_100_kb() {
    for (page, html) in pages() {
        assert!(html.len() < 100 * 1024, "{page} has {} bytes", html.len());
    }
}

#[test]
fn the_index_says_how_many_connections_work() {
    let said = |connections: &[store::Connection]| {
        let page = IndexPage::new(connections, crate::connections::index::NameForm::default());
        let html = page.render().unwrap();
        let (_, rest) = html.split_once("<h1>").unwrap();
        rest.split_once("</h1>").unwrap().0.to_owned()
    };
    assert_eq!(said(&[]), "Nothing is connected yet.");
    assert_eq!(
        said(&[connected("a", "A")]),
        "1 connection, connected on both sides."
    );
    assert_eq!(
        said(&[connected("a", "A"), connection("b")]),
        "2 connections, 1 not working yet."
    );
}
