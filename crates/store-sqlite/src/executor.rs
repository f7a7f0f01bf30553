//! Where database calls run: on the caller, or on threads that own the connections.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use store::StoreError;
use tokio::sync::{Semaphore, oneshot};

/// Calls that may wait for one crew. Callers beyond it wait outside, so that a database that
/// stands still costs a bounded amount of memory.
const WAITING_MAX: usize = 4096;

/// Who goes first when several calls wait.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn {
    /// Somebody or a vendor waits for it.
    Prompt,
    /// Scans and walks over everybody.
    Bulk,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Runs calls on connections.
pub(crate) enum Executor {
    /// On the caller, one at a time: exact under a paused clock.
    Inline(Mutex<Connection>),
    /// On threads. With no readers, the writer reads too.
    Threaded { writer: Crew, readers: Option<Crew> },
}

impl Executor {
    pub(crate) async fn write<T, F>(&self, turn: Turn, call: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> T + Send + 'static,
    {
        match self {
            Self::Inline(connection) => call(&mut lock(connection)),
            Self::Threaded { writer, .. } => writer.run(turn, call).await,
        }
    }

    pub(crate) async fn read<T, F>(&self, turn: Turn, call: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> T + Send + 'static,
    {
        match self {
            Self::Inline(connection) => call(&mut lock(connection)),
            Self::Threaded { writer, readers } => {
                readers.as_ref().unwrap_or(writer).run(turn, call).await
            }
        }
    }
}

/// A panic inside a call rolls its transaction back, so what it leaves locked is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Threads that take calls from one queue, each with its own connection. Dropping the crew lets it
/// finish what waits, then joins the threads.
pub(crate) struct Crew {
    shared: Arc<Shared>,
    room: Semaphore,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    prompt: VecDeque<Job>,
    bulk: VecDeque<Job>,
    closed: bool,
}

impl Crew {
    /// Starts one thread per connection.
    pub(crate) fn start(
        name: &'static str,
        connections: Vec<Connection>,
    ) -> Result<Self, StoreError> {
        let mut crew = Self {
            shared: Arc::new(Shared {
                waiting: Mutex::default(),
                changed: Condvar::new(),
            }),
            room: Semaphore::new(WAITING_MAX),
            threads: Vec::new(),
        };
        for connection in connections {
            let shared = Arc::clone(&crew.shared);
            let thread = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || shared.work(connection))
                .map_err(|source| StoreError::Unavailable {
                    doing: "starting its threads",
                    source: Box::new(source),
                })?;
            crew.threads.push(thread);
        }
        Ok(crew)
    }

    /// Runs `call` on a thread of the crew. A call that was taken runs to its end even if nobody
    /// waits for it any more; one that panics does so here.
    async fn run<T, F>(&self, turn: Turn, call: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> T + Send + 'static,
    {
        let _room = self
            .room
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let outcome = catch_unwind(AssertUnwindSafe(|| call(connection)));
            // Nobody may be waiting any more; the work is done all the same.
            drop(answer.send(outcome));
        });
        {
            let mut waiting = lock(&self.shared.waiting);
            match turn {
                Turn::Prompt => waiting.prompt.push_back(job),
                Turn::Bulk => waiting.bulk.push_back(job),
            }
        }
        self.shared.changed.notify_one();
        match answered
            .await
            .expect("a crew works off what waits before it goes")
        {
            Ok(value) => value,
            Err(panic) => resume_unwind(panic),
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        lock(&self.shared.waiting).closed = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // Its jobs catch their own panics; a thread that still died has nothing to hand over.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn work(&self, mut connection: Connection) {
        while let Some(job) = self.next() {
            job(&mut connection);
        }
    }

    /// The next call, prompt ones first; `None` once the crew is closed and nothing waits.
    fn next(&self) -> Option<Job> {
        let mut waiting = lock(&self.waiting);
        loop {
            let job = waiting.prompt.pop_front();
            if let Some(job) = job.or_else(|| waiting.bulk.pop_front()) {
                return Some(job);
            }
            if waiting.closed {
                return None;
            }
            waiting = self
                .changed
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests;
