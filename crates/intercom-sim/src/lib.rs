//! A believable Intercom workspace on this machine: the REST API, webhooks, the app's card, and an
//! inbox for people.
//!
//! Written from the vendor's documentation with its own wire types. It must never know the client
//! that talks to it, the engine, or Salesforce: it is judged by third-party clients too, and a
//! mistake that is shared with our client would agree with itself.
//!
//! [`World`] is a synchronous state machine without clock, threads or sockets. [`Sim`] drives it:
//! as a server with a timer, or step by step from a test.
#![deny(missing_docs)]

mod activity;
mod answer;
mod api;
mod attribute;
mod call_log;
mod canvas;
mod company;
mod contact;
mod controls;
mod conversation;
mod dump;
mod fault;
mod files;
pub mod fuzzing;
mod grant;
mod html;
mod ids;
mod limiter;
mod member;
mod message;
mod note;
mod options;
mod pages;
mod permission;
mod search;
mod seeding;
mod segment;
mod signature;
mod sim;
mod subscription;
mod switches;
mod telling;
mod tracked;
mod visitor;
mod webhook;
mod world;

pub use api::Version;
pub use call_log::{CallCount, CallKind, CallRecord, CallSummary};
pub use canvas::{CanvasControls, CanvasError, CanvasFlow, CanvasRequest, ParticipantName};
pub use conversation::{Priority, Stars};
pub use fault::{Cut, Fault};
pub use grant::TokenState;
pub use ids::{ConversationId, NotAnId, ObjectId};
pub use options::{AppKind, Options};
pub use permission::Permission;
pub use sim::serve::identity;
pub use sim::{ConnectionCut, HttpService, Sim};
pub use switches::{PermissionRefusal, Switches};
pub use webhook::{
    Delivery, DeliveryCounts, DeliveryFilter, DeliveryRecord, DropReason, Fate, Outcome, Standing,
    Subscription, WebhookControls, is_webhook_topic,
};
pub use world::{Effect, World};
