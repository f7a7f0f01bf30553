//! The rate limits: a budget of the app and one of all apps of the workspace, for each window of ten
//! seconds, with nothing carried over (REST API, Rate Limiting).

use http::{HeaderMap, HeaderValue};

/// The length of a window.
const WINDOW_SECONDS: i64 = 10;

/// What is left of the present window.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    /// The app's budget; without one it is the workspace's alone that limits.
    app: Option<u32>,
    workspace: Option<u32>,
    window: i64,
    app_used: u32,
    workspace_used: u32,
}

/// Whose budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    App,
    Workspace,
}

/// What the headers of an answer tell: the budget of which less is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) budget: Budget,
    limit: u32,
    remaining: u32,
    resets_at: i64,
}

impl Limiter {
    /// Sets the calls a minute of the app and of the workspace; `None` is no limit.
    pub(crate) fn set_limits(&mut self, app: Option<u32>, workspace: Option<u32>) {
        self.workspace = workspace.map(of_window);
        self.set_limit(app);
    }

    /// Sets the calls a minute of the app; `None` is no limit.
    pub(crate) fn set_limit(&mut self, per_minute: Option<u32>) {
        self.app = per_minute.map(of_window);
        self.app_used = 0;
    }

    /// Other apps make calls in the present window.
    pub(crate) fn spend_as_others(&mut self, now: i64, calls: u32) {
        self.turn_to(now);
        self.workspace_used = self.workspace_used.saturating_add(calls);
    }

    /// Uses up one call. `Err` if none was left; `None` if nothing is limited.
    pub(crate) fn spend(&mut self, now: i64) -> Result<Option<Allowance>, Allowance> {
        self.turn_to(now);
        match self.tightest() {
            Some(spent) if spent.remaining == 0 => Err(spent),
            Some(_) | None => {
                self.app_used = self.app_used.saturating_add(1);
                self.workspace_used = self.workspace_used.saturating_add(1);
                Ok(self.tightest())
            }
        }
    }

    /// The budget of which less is left; if of both the same, the app's.
    fn tightest(&self) -> Option<Allowance> {
        let left = |budget, limit: Option<u32>, used| {
            limit.map(|limit| Allowance {
                budget,
                limit,
                remaining: limit.saturating_sub(used),
                resets_at: (self.window + 1) * WINDOW_SECONDS,
            })
        };
        let of_app = left(Budget::App, self.app, self.app_used);
        let of_workspace = left(Budget::Workspace, self.workspace, self.workspace_used);
        let both = of_app.into_iter().chain(of_workspace);
        both.min_by_key(|allowance| allowance.remaining)
    }

    fn turn_to(&mut self, now: i64) {
        let window = now.div_euclid(WINDOW_SECONDS);
        if window != self.window {
            self.window = window;
            self.app_used = 0;
            self.workspace_used = 0;
        }
    }
}

fn of_window(per_minute: u32) -> u32 {
    (per_minute / 6).max(1)
}

impl Allowance {
    /// What is told with a refusal for too many calls: that nothing is left.
    pub(crate) fn used_up(self) -> Self {
        Self {
            remaining: 0,
            ..self
        }
    }

    pub(crate) fn put_onto(self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.resets_at));
    }
}
