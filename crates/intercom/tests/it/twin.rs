//! A workspace in this process, behind a network that takes its time, under tokio's paused clock.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request};
use intercom::Client;
use intercom_sim::{Options, Sim};
use model::{Clock, Timestamp};
use tokio::time::{Instant, sleep};
use tower::{ServiceExt as _, service_fn};
use transport::{Body, BoxError, HttpService, in_process};

const TOKEN: &str = "t0ken";

/// How long a request is on its way, and an answer.
const TRANSIT: Duration = Duration::from_millis(25);

pub(crate) struct Twin {
    pub(crate) sim: Sim,
    clock: Arc<VirtualClock>,
    began: Instant,
}

struct VirtualClock {
    began: Instant,
}

/// Not at the beginning of a window, so that no test depends on it.
const START: i64 = 1_767_355_203;

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(START).plus(self.began.elapsed())
    }
}

impl Twin {
    pub(crate) fn new(options: Options) -> Self {
        let began = Instant::now();
        let clock = Arc::new(VirtualClock { began });
        let options = Options {
            token: Some(TOKEN.to_owned()),
            ..options
        };
        let sim = Sim::new(options, clock.clone(), 7);
        Self { sim, clock, began }
    }

    /// A client with a rate limiter of its own.
    pub(crate) fn client(&self) -> Client {
        let api_url = "https://api.intercom.test".parse().expect("an address");
        Client::new(self.network(), api_url, TOKEN.into())
    }

    /// How long the test has been going on, in virtual time.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Answered calls and refused ones of each window, the first and the last of which are cut.
    pub(crate) fn windows(&self) -> Vec<(u32, u32)> {
        let mut windows: Vec<(i64, u32, u32)> = Vec::new();
        for call in self.sim.calls() {
            let window = call.at.as_seconds() / 10;
            if windows.last().is_none_or(|(last, ..)| *last != window) {
                windows.push((window, 0, 0));
            }
            let (_, answered, refused) = windows.last_mut().expect("one was just pushed");
            if call.status == 429 {
                *refused += 1;
            } else {
                *answered += 1;
            }
        }
        let counts = windows.into_iter().map(|(_, ok, refused)| (ok, refused));
        counts.collect()
    }

    fn network(&self) -> HttpService {
        let service = self.sim.service();
        let clock = Arc::clone(&self.clock);
        in_process(service_fn(move |request: Request<Body>| {
            let (service, clock) = (service.clone(), Arc::clone(&clock));
            async move {
                // sleeps because: this is the network, and the clock is paused.
                sleep(TRANSIT).await;
                let mut response = service.oneshot(request).await?;
                // As every HTTP server does.
                let date = HeaderValue::from_str(&clock.now().to_http_date())?;
                response.headers_mut().insert("date", date);
                // sleeps because: this is the network, and the clock is paused.
                sleep(TRANSIT).await;
                Ok::<_, BoxError>(response)
            }
        }))
    }
}
