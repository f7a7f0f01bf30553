use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use model::settings::{PairChoice, TeammateChoice};

use crate::clouds::Clouds;
use crate::world::{Answer, near};

const PAGE: &str = "/connections/acme/ownership";
const PREVIEW: &str = "/connections/acme/ownership/preview";
const DISCARD: &str = "/connections/acme/ownership/preview/discard";
const COULD_NOT: &str = "This is not what was counted, so nothing was saved.";

/// The wish as the forms of the page send it.
async fn wish(clouds: &Clouds, fallback: &str) -> String {
    let page = clouds.world.get(PAGE).await;
    format!("rev={}&maintain=on&fallback={fallback}", page.field("rev"))
}

/// Counts a wish to its end.
async fn counted(clouds: &Clouds, form: &str) -> Answer {
    let answer = clouds.world.post(PREVIEW, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.header("location"), PAGE);
    clouds.pass(Duration::from_millis(1)).await;
    clouds.world.get(PAGE).await
}

/// How many contacts have another owner than before.
fn changed(clouds: &Clouds, before: &BTreeMap<String, Option<String>>) -> usize {
    let now = clouds.owners();
    before.iter().filter(|(id, was)| now[*id] != **was).count()
}

async fn maintains(clouds: &Clouds) -> bool {
    clouds.settings().await.0.ownership.maintain
}

#[tokio::test(start_paused = true)]
async fn o2_switching_on_changes_as_many_owners_as_the_page_counted() {
    let clouds = Clouds::synced().await;
    let page = clouds.world.get(PAGE).await;
    assert_eq!(page.headline(), "Owners in Intercom are left alone.");
    let form = wish(&clouds, "installer").await;
    let before = clouds.owners();
    let page = counted(&clouds, &form).await;
    let text = "10 owners would change.";
    assert!(page.text.contains(text), "{}", page.text);
    assert!(page.text.contains("Switch on: 10 owners change"));
    assert_eq!(changed(&clouds, &before), 0, "nothing is written");
    assert!(!maintains(&clouds).await);

    let answer = clouds.world.post(PAGE, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(maintains(&clouds).await);
    let page = clouds.world.get(answer.header("location")).await;
    assert_eq!(page.headline(), "Owners follow Salesforce.");
    assert!(page.text.contains("Everybody is looked at again"));
    assert!(!page.text.contains("What would change"));
    clouds.settle().await;
    assert_eq!(changed(&clouds, &before), 10);
    // What was saved says so once.
    let page = clouds.world.get(PAGE).await;
    assert!(!page.text.contains("Everybody is looked at again"));
}

#[tokio::test(start_paused = true)]
async fn o2_only_what_was_counted_is_saved() {
    let clouds = Clouds::synced().await;
    let form = wish(&clouds, "installer").await;
    let answer = clouds.world.post(PAGE, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains(COULD_NOT), "{}", answer.text);

    counted(&clouds, &form).await;
    let other = wish(&clouds, "nobody").await;
    let answer = clouds.world.post(PAGE, &other).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "another wish");
    assert!(answer.text.contains(COULD_NOT));
    assert!(!maintains(&clouds).await);

    let answer = clouds.world.post(PAGE, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "the wish itself");
    assert!(maintains(&clouds).await);
}

#[tokio::test(start_paused = true)]
async fn o2_a_count_under_older_settings_cannot_be_saved() {
    let clouds = Clouds::synced().await;
    let form = wish(&clouds, "installer").await;
    counted(&clouds, &form).await;
    let pairs = [("005000000000001AAA".parse().unwrap(), PairChoice::Nobody)];
    clouds
        .choose(|settings| settings.team.pairs = pairs.into())
        .await;
    let page = clouds.world.get(PAGE).await;
    assert!(
        page.text
            .contains("The settings were changed since this was counted.")
    );
    assert!(!page.text.contains("Switch on"));
    let answer = clouds.world.post(PAGE, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains(COULD_NOT));

    // Changed and changed back: the settings are those that were counted, the revision is not.
    clouds.choose(|settings| settings.team.pairs.clear()).await;
    let answer = clouds.world.post(PAGE, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .text
            .contains("Somebody else changed the settings meanwhile")
    );
    assert!(!maintains(&clouds).await);
}

#[tokio::test(start_paused = true)]
async fn o2_switching_off_is_saved_at_once_and_changes_no_owner() {
    let clouds = Clouds::synced().await;
    clouds
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    clouds.settle().await;
    let before = clouds.owners();
    let rev = clouds.settings().await.1;
    let answer = clouds
        .world
        .post(PREVIEW, &format!("rev={rev}&fallback=nobody"))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let (settings, _) = clouds.settings().await;
    assert!(!settings.ownership.maintain);
    assert_eq!(settings.ownership.fallback, TeammateChoice::Nobody);
    clouds.settle().await;
    assert_eq!(changed(&clouds, &before), 0);

    let answer = clouds
        .world
        .post(PREVIEW, &format!("rev={rev}&fallback=installer"))
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "the revision is stale");
}

#[tokio::test(start_paused = true)]
async fn o2_a_count_can_be_discarded() {
    let clouds = Clouds::synced().await;
    let form = wish(&clouds, "installer").await;
    let page = counted(&clouds, &form).await;
    assert!(page.text.contains("What would change"));
    let answer = clouds.world.post(DISCARD, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = clouds.world.get(PAGE).await;
    assert!(!page.text.contains("What would change"));
    let answer = clouds.world.post(PAGE, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}

#[tokio::test(start_paused = true)]
async fn o2_the_same_wish_as_before_is_no_wish() {
    let clouds = Clouds::connected(0, 0).await;
    let rev = clouds.settings().await.1;
    let form = format!("rev={rev}&fallback=installer");
    let answer = clouds.world.post(PREVIEW, &form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("there is nothing to save"));
    assert_eq!(clouds.settings().await.1, rev);
}

#[tokio::test(start_paused = true)]
async fn o4_a_fallback_that_is_no_choice_is_refused() {
    let clouds = Clouds::connected(0, 0).await;
    let form = wish(&clouds, "%3Cb%3E").await;
    for path in [PAGE, PREVIEW] {
        let answer = clouds.world.post(path, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    assert!(!maintains(&clouds).await);
}

#[tokio::test(start_paused = true)]
async fn o2_the_page_counts_on_by_itself() {
    let clouds = Clouds::synced().await;
    let form = wish(&clouds, "installer").await;
    let answer = clouds.world.post(PREVIEW, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let request = near(Request::get(format!("{PAGE}/progress"))).body(Body::empty());
    let answer = clouds.world.open(request.unwrap()).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    let mut said = String::new();
    while !said.contains("10 owners would change.") {
        let frame = body.frame().await.unwrap().unwrap();
        said = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
        assert!(said.starts_with("event: live\n"), "{said}");
    }
}
