//! I3, E4: the installer is told by mail how a sync ended and that a side has to be connected again,
//! once each; whatever was not mailed waits where it can be read.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use engine::{EngineError, Mail, MailError, MailWaits, Mailer, Step, WaitingMail};
use salesforce_sim::{Action, Fault, Matching};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// A mail server that keeps what it takes.
#[derive(Default)]
pub(crate) struct Letters {
    taken: Mutex<Vec<Mail>>,
    asked: Mutex<u64>,
    answer: Mutex<Option<MailError>>,
}

#[async_trait]
impl Mailer for Letters {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        *self.asked.lock().unwrap() += 1;
        if let Some(error) = self.answer.lock().unwrap().clone() {
            return Err(error);
        }
        self.taken.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

impl Letters {
    fn answer(&self, answer: Option<MailError>) {
        *self.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> u64 {
        *self.asked.lock().unwrap()
    }

    fn subjects(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().map(|mail| mail.subject.clone()).collect()
    }
}

const DONE: &str = "The sync is through: Example workspace and Harbourline";
const STOPPED: &str = "The sync was stopped by a failure: Example workspace and Harbourline";

fn refused() -> MailError {
    MailError::Refused {
        words: "550 no such mailbox".to_owned(),
    }
}

fn unavailable() -> MailError {
    MailError::Unavailable {
        words: "451 come back later".to_owned(),
    }
}

/// Connected, with a mail server, and nothing synced yet.
async fn with_mail() -> (World, Arc<Letters>) {
    let mut world = World::small().await;
    world.connect().await;
    let letters = Arc::new(Letters::default());
    world.set_up_mail(letters.clone());
    (world, letters)
}

async fn waiting(world: &World) -> Vec<WaitingMail> {
    world.engine.overview(world.id).await.unwrap().waiting_mail
}

async fn causes(world: &World) -> Vec<(String, u64)> {
    let overview = world.engine.overview(world.id).await.unwrap();
    overview.failures_by_cause
}

fn salesforce_down(world: &World) {
    world.salesforce.inject(Fault {
        matching: Matching::default(),
        times: 1000,
        action: Action {
            status: Some(503),
            ..Action::default()
        },
    });
}

#[tokio::test(start_paused = true)]
async fn i3_the_installer_gets_one_mail_with_the_counts() {
    let (world, letters) = with_mail().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.step(Step::Mail).await;
    world.step(Step::Mail).await;
    assert_eq!(letters.subjects(), [DONE]);
    let mail = letters.taken.lock().unwrap()[0].clone();
    let overview = world.engine.overview(world.id).await.unwrap();
    let installer = overview.connection.profile.intercom.unwrap();
    assert_eq!(installer.installer_name, "Zoë Bianchi");
    assert_eq!(mail.to, "zoe.bianchi@harbourline.example");
    for line in [
        "Linked: 11",
        "Several matches: 3",
        "Without a match: 10",
        "Written: 11",
    ] {
        assert!(mail.text.contains(line), "{line}: {}", mail.text);
    }
    assert!(mail.text.contains("https://carrick.example/of/acme"));
    assert!(waiting(&world).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn i3_without_mail_the_message_waits_until_it_is_dismissed_or_mail_is_set_up() {
    let mut world = World::small().await;
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.step(Step::Mail).await;
    let notices = waiting(&world).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].waits, MailWaits::NotSetUp);
    assert_eq!(notices[0].headline, "The sync is through");
    assert!(notices[0].figures.contains(&("Linked", "11".to_owned())));

    let letters = Arc::new(Letters::default());
    world.set_up_mail(letters.clone());
    world.step(Step::Mail).await;
    assert_eq!(letters.subjects(), [DONE]);
    assert!(waiting(&world).await.is_empty());

    world.engine.sync_to_end(world.id).await.unwrap();
    let name = waiting(&world).await[0].name.clone();
    for _ in 0..2 {
        world.engine.dismiss_notice(world.id, &name).await.unwrap();
    }
    world.step(Step::Mail).await;
    assert!(waiting(&world).await.is_empty());
    assert_eq!(letters.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn i3_a_failure_is_mailed_once_however_often_it_is_met_until_a_sync_is_through() {
    let (world, letters) = with_mail().await;
    for _ in 0..2 {
        salesforce_down(&world);
        for _ in 0..3 {
            assert!(world.engine.sync_to_end(world.id).await.is_err());
            world.step(Step::Mail).await;
        }
        world.salesforce.heal();
        world.engine.sync_to_end(world.id).await.unwrap();
        // The directory is read by then, if it was not before.
        world.step(Step::Mail).await;
    }
    assert_eq!(letters.subjects(), [DONE, STOPPED, DONE]);
}

#[tokio::test(start_paused = true)]
async fn i3_nobody_is_mailed_about_a_sync_that_somebody_ended() {
    let (world, letters) = with_mail().await;
    let stop = world.engine.clone();
    let mut progress = world.engine.progress(world.id);
    let stopping = async {
        progress.changed().await.unwrap();
        stop.stop_sync(world.id);
    };
    let (outcome, ()) = tokio::join!(world.engine.sync_to_end(world.id), stopping);
    assert!(matches!(outcome, Err(EngineError::Stopped)), "{outcome:?}");
    world.step(Step::Mail).await;
    assert_eq!(letters.asked(), 0);
    assert!(waiting(&world).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn e4_a_refused_credential_is_mailed_once_although_the_connection_is_paused() {
    let (world, letters) = with_mail().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.step(Step::Mail).await;
    world.salesforce.with_world(|org| {
        org.expire_access_tokens();
        org.expire_refresh_tokens();
    });
    let stop = CancellationToken::new();
    let loops = tokio::spawn({
        let (engine, stop) = (world.engine.clone(), stop.clone());
        async move { engine.run_until(stop).await }
    });
    world.pass(Duration::from_mins(5)).await;
    stop.cancel();
    loops.await.unwrap();
    assert_eq!(
        letters.subjects()[1..],
        ["Salesforce has to be connected again: Example workspace and Harbourline"]
    );
}

#[tokio::test(start_paused = true)]
async fn e4_once_connected_again_nobody_is_asked_to() {
    let world = World::small().await;
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    let done = waiting(&world).await[0].name.clone();
    world.engine.dismiss_notice(world.id, &done).await.unwrap();
    world.intercom.add_fault(intercom_sim::Fault {
        path: "/".to_owned(),
        times: 1000,
        status: Some(401),
        ..intercom_sim::Fault::default()
    });
    let stop = CancellationToken::new();
    let loops = tokio::spawn({
        let (engine, stop) = (world.engine.clone(), stop.clone());
        async move { engine.run_until(stop).await }
    });
    world.pass(Duration::from_mins(2)).await;
    stop.cancel();
    loops.await.unwrap();
    let headline = waiting(&world).await[0].headline;
    assert_eq!(headline, "Intercom has to be connected again");
    world.intercom.clear_faults();
    world
        .engine
        .connect_intercom_token(world.id, "main", "intercom-token".into())
        .await
        .unwrap();
    assert!(waiting(&world).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn i3_a_server_that_is_busy_is_asked_again_after_pauses_that_double() {
    let (world, letters) = with_mail().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    letters.answer(Some(unavailable()));
    world.step(Step::Mail).await;
    world.step(Step::Mail).await;
    assert_eq!(letters.asked(), 1, "not before five seconds");
    world.pass(Duration::from_secs(5)).await;
    world.step(Step::Mail).await;
    world.pass(Duration::from_secs(5)).await;
    world.step(Step::Mail).await;
    assert_eq!(letters.asked(), 2, "not before ten seconds");
    let words = "451 come back later".to_owned();
    assert_eq!(
        waiting(&world).await[0].waits,
        MailWaits::Unavailable { words }
    );
    assert!(causes(&world).await.is_empty());
    letters.answer(None);
    world.pass(Duration::from_secs(5)).await;
    world.step(Step::Mail).await;
    assert_eq!(letters.subjects(), [DONE]);
}

#[tokio::test(start_paused = true)]
async fn e1_mail_that_is_refused_for_good_is_listed_until_it_is_dismissed() {
    let (mut world, letters) = with_mail().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    letters.answer(Some(refused()));
    world.step(Step::Mail).await;
    world.pass(Duration::from_hours(24)).await;
    world.step(Step::Mail).await;
    assert_eq!(letters.asked(), 1);
    assert_eq!(causes(&world).await, [("mail.refused".to_owned(), 1)]);
    let words = "550 no such mailbox".to_owned();
    assert_eq!(waiting(&world).await[0].waits, MailWaits::Refused { words });

    // Another start may have another configuration.
    world.restart_without_resuming();
    world.step(Step::Mail).await;
    assert_eq!(letters.asked(), 2);
    let name = waiting(&world).await[0].name.clone();
    world.engine.dismiss_notice(world.id, &name).await.unwrap();
    assert!(causes(&world).await.is_empty());
}
