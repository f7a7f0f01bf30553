use axum::http::StatusCode;

use crate::clouds::Clouds;

const PEOPLE: &str = "/connections/acme/people";
const ALLOW: &str = "/connections/acme/people/allow";

#[tokio::test(start_paused = true)]
async fn m0_an_address_that_is_allowed_is_linked() {
    let clouds = Clouds::connected(101, 0).await;
    for index in 0..101 {
        clouds.give_email(index, "info@acme.io");
    }
    let lead = clouds.lead("Info", "info@acme.io");
    let page = clouds.world.get(PEOPLE).await;
    assert_eq!(page.headline(), "Not everybody was compared yet.");
    clouds.sync().await;
    assert_eq!(clouds.shown_by(lead), 0);
    let page = clouds.world.get("/connections/acme").await;
    assert!(
        page.text
            .contains("href=\"/connections/acme/people?show=crowded\"")
    );

    let page = clouds.world.get(&format!("{PEOPLE}?show=crowded")).await;
    assert!(
        page.text
            .contains("101 contacts and 1 record share this email.")
    );
    assert!(page.text.contains("Allow this address…"));
    assert!(
        page.text
            .contains("All 101 contacts and 1 record with this email")
    );
    let answer = clouds.world.post(ALLOW, "key=info%40acme.io").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = clouds.world.get(answer.header("location")).await;
    assert!(page.text.contains("This address was allowed"));
    assert!(!page.text.contains("Allow this address…"));
    clouds.settle().await;
    assert_eq!(clouds.shown_by(lead), 101);
    let page = clouds.world.get(PEOPLE).await;
    assert_eq!(page.headline(), "Everybody has a clear match.");
}

#[tokio::test(start_paused = true)]
async fn m4_persons_are_listed_by_page_and_by_why() {
    let clouds = Clouds::connected(30, 0).await;
    for index in 0..30 {
        let email = format!("no{index}@pairs.example");
        clouds.give_email(index, &email);
        clouds.lead("First", &email);
        clouds.lead("Second", &email);
    }
    clouds.sync().await;
    let path = format!("{PEOPLE}?show=many-leads");
    let page = clouds.world.get(&path).await;
    assert_eq!(page.headline(), "30 people have no clear match.");
    let articles = |text: &str| text.matches("<article").count();
    assert_eq!(articles(&page.text), 25);
    assert!(page.text.contains("2 Leads have this email"));
    let (before, _) = page.text.split_once("\">Next page").unwrap();
    let (_, next) = before.rsplit_once("href=\"").unwrap();
    let page = clouds.world.get(&next.replace("&#38;", "&")).await;
    assert_eq!(articles(&page.text), 5);
    assert!(page.text.contains("First page"));
    assert!(!page.text.contains("Next page"));
    let page = clouds.world.get(&format!("{PEOPLE}?show=crowded")).await;
    assert!(page.text.contains("Nobody is listed for this reason."));
}

#[tokio::test(start_paused = true)]
async fn m0_what_is_no_address_or_reason_is_refused() {
    let clouds = Clouds::connected(0, 0).await;
    for form in ["key=", "key=Info%40acme.io", "other=x"] {
        let answer = clouds.world.post(ALLOW, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
    }
    assert!(
        clouds
            .settings()
            .await
            .0
            .matching
            .crowded_allowed
            .is_empty()
    );
    for query in ["show=odd", "after=Info%40acme.io", "after="] {
        let answer = clouds.world.get(&format!("{PEOPLE}?{query}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{query}");
    }
}
