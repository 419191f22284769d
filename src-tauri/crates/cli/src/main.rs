//! The headless host.
fn main() {}
