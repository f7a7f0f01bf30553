//! One subscription while it is open: the client's requests come in, answers go out when there is
//! something to say, and silence is broken or ends it.
//!
//! Answers are made when the connection takes them, so a client that reads slowly is given nothing
//! ahead of its pace. Silence is measured on tokio's clock, ages of events and tokens on the world's.

use std::future;
use std::time::Duration;

use futures_util::{Stream, stream};
use model::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tonic::{Status, Streaming};

use crate::sim::Sim;

use super::delivery::{Caller, Step};
use super::refusal::Refusal;
use super::streams::StreamId;
use super::wire::{FetchRequest, FetchResponse};

/// A world that is told nothing about the time is asked again after this while at the earliest.
const PAUSE_MIN: Duration = Duration::from_millis(1);

struct Subscription {
    sim: Sim,
    caller: Caller,
    rpc: String,
    /// Gone when the client said that it asks for nothing more.
    requests: Option<Streaming<FetchRequest>>,
    /// There is one from the first request on.
    stream: Option<StreamId>,
    changed: watch::Receiver<u64>,
    quiet_since: Instant,
    is_over: bool,
}

/// What a wait ended with.
enum Woken {
    Request(Option<FetchRequest>),
    /// The client broke off.
    Gone,
    Changed,
    Silence,
}

/// The answers to a client's requests.
pub(super) fn answers(
    sim: Sim,
    caller: Caller,
    rpc: String,
    requests: Streaming<FetchRequest>,
) -> impl Stream<Item = Result<FetchResponse, Status>> + Send + use<> {
    let subscription = Subscription {
        changed: sim.changes(),
        sim,
        caller,
        rpc,
        requests: Some(requests),
        stream: None,
        quiet_since: Instant::now(),
        is_over: false,
    };
    stream::unfold(subscription, |mut subscription| async move {
        let answer = subscription.next().await?;
        Some((answer, subscription))
    })
}

impl Subscription {
    async fn next(&mut self) -> Option<Result<FetchResponse, Status>> {
        if self.is_over {
            return None;
        }
        let answer = self.answer().await?;
        self.quiet_since = Instant::now();
        Some(answer.map_err(|why| {
            self.is_over = true;
            why.status(&self.rpc)
        }))
    }

    /// The next answer; an error is the last one, and nothing means that all is said.
    async fn answer(&mut self) -> Option<Result<FetchResponse, Refusal>> {
        loop {
            // Seen before the world is asked, so that what changes meanwhile wakes the wait.
            self.changed.borrow_and_update();
            let step = match self.stream {
                Some(id) => self.sim.at_bus(|world| world.step(id, &self.rpc)),
                None => Ok(Step::Wait {
                    until: None,
                    demand: 0,
                }),
            };
            let (until, demand) = match step {
                Err(why) => return Some(Err(why)),
                Ok(Step::Deliver(answer)) => return Some(Ok(answer)),
                Ok(Step::Wait { until, demand }) => (until, demand),
            };
            if demand == 0 && self.requests.is_none() {
                return None;
            }
            match self.wait(until, demand).await {
                Woken::Request(None) => self.requests = None,
                Woken::Request(Some(request)) => {
                    self.quiet_since = Instant::now();
                    if let Err(why) = self.take(&request) {
                        return Some(Err(why));
                    }
                }
                Woken::Gone => return None,
                Woken::Changed => {}
                Woken::Silence => match self.stream {
                    Some(id) if demand > 0 => {
                        return Some(self.sim.at_bus(|world| world.break_silence(id, &self.rpc)));
                    }
                    Some(_) | None => return None,
                },
            }
        }
    }

    fn take(&mut self, request: &FetchRequest) -> Result<(), Refusal> {
        if let Some(id) = self.stream {
            return self.sim.at_bus(|world| world.fetch_more(id, request));
        }
        let opened = self
            .sim
            .at_bus(|world| world.subscribe(&self.caller, request))?;
        self.stream = Some(opened);
        Ok(())
    }

    async fn wait(&mut self, until: Option<Timestamp>, demand: u32) -> Woken {
        let (now, silence) = self.sim.at_bus(|world| {
            let options = &world.records.events.options;
            let silence = if demand > 0 {
                options.keepalive()
            } else {
                options.idle_close()
            };
            (world.now, silence)
        });
        let silent_at = self.quiet_since + silence;
        let due = until.map(|until| Instant::now() + until.since(now).max(PAUSE_MIN));
        let wake_at = due.map_or(silent_at, |due| due.min(silent_at));
        let request = async {
            match &mut self.requests {
                Some(requests) => requests.message().await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            biased;
            request = request => request.map_or(Woken::Gone, Woken::Request),
            changed = self.changed.changed() => {
                if changed.is_ok() { Woken::Changed } else { Woken::Gone }
            }
            () = sleep_until(wake_at) => {
                if Instant::now() >= silent_at { Woken::Silence } else { Woken::Changed }
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(id) = self.stream {
            self.sim
                .at_bus(|world| world.records.events.streams.remove(id));
        }
    }
}
