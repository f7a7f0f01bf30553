//! salesforce-sim
