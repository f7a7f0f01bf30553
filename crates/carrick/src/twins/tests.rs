use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;

#[tokio::test]
async fn a_dropped_save_ends_before_the_next_one_begins() {
    let folder = tempfile::tempdir().unwrap();
    let (began, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let (go_on, may_go_on) = mpsc::channel();
    let may_go_on = std::sync::Mutex::new(may_go_on);
    let writers = AtomicUsize::new(0);
    let world = move |to: &mut dyn Write| {
        let others = writers.fetch_add(1, Ordering::SeqCst);
        began.send(others).unwrap();
        may_go_on.lock().unwrap().recv().unwrap();
        writers.fetch_sub(1, Ordering::SeqCst);
        to.write_all(b"a world")
    };
    let keeper = Keeper::of(folder.path().join("world"), world);
    tokio::select! {
        biased;
        _ = keeper.save() => panic!("nobody let it go on"),
        others = begun.recv() => assert_eq!(others, Some(0)),
    }
    let last = keeper.save();
    tokio::pin!(last);
    assert!(
        keeper.digest.try_lock().is_err(),
        "the dropped one still writes"
    );
    // The dropped one compares and writes; the last one finds nothing new.
    for _ in 0..3 {
        go_on.send(()).unwrap();
    }
    last.await.unwrap();
    for _ in 0..2 {
        assert_eq!(begun.recv().await, Some(0));
    }
    assert!(begun.try_recv().is_err());
    assert_eq!(std::fs::read(&keeper.file).unwrap(), b"a world");
}
