use std::sync::mpsc;

use super::*;

fn crew() -> Executor {
    let connection = Connection::open_in_memory().unwrap();
    Executor::Threaded {
        writer: Crew::start("test-writer", vec![connection]).unwrap(),
        readers: None,
    }
}

#[tokio::test]
async fn prompt_calls_pass_bulk_calls_that_wait() {
    let executor = crew();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (release, released) = mpsc::channel::<()>();
    let note = |name: &'static str| {
        let order = Arc::clone(&order);
        move |_: &mut Connection| order.lock().unwrap().push(name)
    };
    // The first call holds the thread until all others wait behind it.
    let hold = executor.write(Turn::Bulk, move |_| released.recv().unwrap());
    let bulk = executor.write(Turn::Bulk, note("bulk"));
    let prompt = executor.write(Turn::Prompt, note("prompt"));
    let let_go = async { release.send(()).unwrap() };
    tokio::join!(biased; hold, bulk, prompt, let_go);
    assert_eq!(*order.lock().unwrap(), ["prompt", "bulk"]);
}

#[tokio::test]
async fn a_panic_reaches_its_caller_and_the_crew_goes_on() {
    let executor = Arc::new(crew());
    let panicking = Arc::clone(&executor);
    let outcome = tokio::spawn(async move {
        panicking
            .write(Turn::Prompt, |_| -> i64 { panic!("one person's run") })
            .await
    })
    .await;
    assert!(outcome.unwrap_err().is_panic());
    assert_eq!(executor.write(Turn::Prompt, |_| 7).await, 7);
}

#[tokio::test]
async fn what_waits_is_worked_off_before_a_crew_ends() {
    let executor = crew();
    let (done, is_done) = mpsc::channel::<()>();
    let call = executor.write(Turn::Bulk, move |_| done.send(()).unwrap());
    // Polled once, so that it waits on the thread's queue, then abandoned.
    let abandoned = tokio::time::timeout(std::time::Duration::ZERO, call).await;
    drop(abandoned);
    drop(executor);
    assert_eq!(is_done.recv(), Ok(()));
}
