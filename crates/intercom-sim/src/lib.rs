//! intercom-sim
