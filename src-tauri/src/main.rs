//! Switchback console.
fn main() {}
