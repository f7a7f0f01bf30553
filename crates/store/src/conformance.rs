//! The promises of the ports, as tests that every database has to pass.
