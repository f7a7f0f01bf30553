use axum::http::StatusCode;

use crate::clouds::Clouds;

const FORGET: &str = "/connections/acme/records/forget";

#[tokio::test(start_paused = true)]
async fn m8_a_record_that_cannot_be_seen_is_taken_back_when_an_admin_says_that_it_is_deleted() {
    let clouds = Clouds::connected(1, 0).await;
    clouds.give_email(0, "ada@acme.io");
    let lost = clouds.lead("Lost", "ada@acme.io");
    let kept = clouds.lead("Kept", "bob@acme.io");
    clouds.sync().await;
    assert_eq!(clouds.shown_by(lost), 1);
    clouds.salesforce.merge_as_rep(kept, &[lost]).unwrap();
    clouds
        .salesforce
        .with_world(|org| org.purge_as_rep(lost))
        .unwrap();
    clouds.sync().await;
    assert_eq!(clouds.shown_by(lost), 1, "nobody said that it is deleted");
    let page = clouds.world.get("/connections/acme").await;
    let label = format!("Lead {lost} is deleted");
    assert!(page.text.contains(&label), "{}", page.text);
    assert!(page.text.contains(&format!("action=\"{FORGET}\"")));

    let answer = clouds.world.post(FORGET, &format!("record={lost}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/connections/acme");
    clouds.settle().await;
    assert_eq!(clouds.shown_by(lost), 0);
    let page = clouds.world.get("/connections/acme").await;
    assert!(!page.text.contains(&label));
    // Again, and of what is no record: nothing happens.
    let answer = clouds.world.post(FORGET, &format!("record={lost}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = clouds.world.post(FORGET, "record=0015500001QdQWa").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}
