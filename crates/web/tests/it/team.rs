use axum::http::StatusCode;
use model::settings::PairChoice;

use crate::clouds::Clouds;

const TEAM: &str = "/connections/acme/team";

/// Everything between the two marks that follow each other.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

/// The page of the first User who is a teammate.
async fn first_pair(clouds: &Clouds) -> String {
    let page = clouds.world.get(&format!("{TEAM}?show=paired")).await;
    let mark = "<a class=\"button\" href=\"";
    between(&page.text, mark, "\"").to_owned()
}

#[tokio::test(start_paused = true)]
async fn o1_users_and_teammates_are_listed_with_their_pairs() {
    let clouds = Clouds::connected(0, 0).await;
    let page = clouds.world.get(TEAM).await;
    assert_eq!(page.headline(), "Nobody is known yet.");
    clouds.sync().await;
    let page = clouds.world.get(TEAM).await;
    assert_eq!(
        page.headline(),
        "5 of 6 active Salesforce Users are paired with a teammate."
    );
    assert!(page.text.contains("Teammates without a Salesforce User"));
    let page = clouds.world.get(&format!("{TEAM}?show=without")).await;
    assert!(page.text.contains("1 to 1 of 1"), "{}", page.text);
    let page = clouds
        .world
        .get(&format!("{TEAM}?q=nobody+of+this+name"))
        .await;
    assert!(page.text.contains("No Salesforce User is listed"));
    let answer = clouds.world.get(&format!("{TEAM}?show=odd")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn o1_a_choice_is_shown_before_it_is_saved_and_then_moves_owners() {
    let clouds = Clouds::synced().await;
    clouds
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    clouds.settle().await;
    let before = clouds.owners();
    let here = first_pair(&clouds).await;
    let page = clouds.world.get(&format!("{here}?to=nobody")).await;
    assert!(page.text.contains("This would change"));
    assert!(
        page.text
            .contains("<dd><strong>Nobody, whatever the email</strong></dd>")
    );
    assert!(page.text.contains("and their owners change."));
    assert!(clouds.settings().await.0.team.pairs.is_empty());

    let form = format!("rev={}&to={}", page.field("rev"), page.field("to"));
    let answer = clouds.world.post(&here, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = clouds.world.get(answer.header("location")).await;
    assert!(page.text.contains("Saved."));
    assert!(page.headline().ends_with(" is no teammate."));
    clouds.settle().await;
    let after = clouds.owners();
    let moved = before
        .iter()
        .filter(|(id, was)| after[*id] != **was)
        .count();
    assert_eq!(moved, 3);

    // Automatic again: everybody is back.
    let rev = clouds.settings().await.1;
    let form = format!("rev={rev}&to=automatic");
    let answer = clouds.world.post(&here, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    clouds.settle().await;
    assert_eq!(clouds.owners(), before);
}

#[tokio::test(start_paused = true)]
async fn o1_a_teammate_can_be_chosen_from_the_list() {
    let clouds = Clouds::synced().await;
    let here = first_pair(&clouds).await;
    let page = clouds.world.get(&here).await;
    let list = between(&page.text, "<select", "</select>");
    let last = list.rsplit("<option value=\"").next().unwrap();
    let (teammate, _) = last.split_once('"').unwrap();
    let form = format!("rev={}&to={teammate}", clouds.settings().await.1);
    let answer = clouds.world.post(&here, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let pairs = clouds.settings().await.0.team.pairs;
    let chosen: Vec<_> = pairs.into_values().collect();
    assert_eq!(chosen, [PairChoice::Teammate(teammate.parse().unwrap())]);
    let page = clouds.world.get(&format!("{TEAM}?show=chosen")).await;
    assert!(page.text.contains("chosen by an admin"));
    let page = clouds.world.get(&format!("{here}?to={teammate}")).await;
    assert!(page.text.contains("That is how it is already"));
}

#[tokio::test(start_paused = true)]
async fn o1_what_cannot_be_saved_changes_nothing() {
    let clouds = Clouds::synced().await;
    let here = first_pair(&clouds).await;
    let rev = clouds.settings().await.1;
    for to in ["999999", "%3Cb%3E", "installer"] {
        let answer = clouds
            .world
            .post(&here, &format!("rev={rev}&to={to}"))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        assert!(answer.text.contains("Choose somebody from the list."));
    }
    let stale = format!("rev={}&to=nobody", rev - 1);
    let answer = clouds.world.post(&here, &stale).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("Somebody else changed the settings"));
    for path in ["005000000000999AAA", "nobody", "00QD000000QYVhd"] {
        let answer = clouds.world.get(&format!("{TEAM}/{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let (settings, now) = clouds.settings().await;
    assert!(settings.team.pairs.is_empty());
    assert_eq!(now, rev);
}
