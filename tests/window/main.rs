//! End-to-end tests of the shipped console in a real window, driven through WebDriver.
//!
//! They need a display, a message bus and an unlocked keyring: `cargo xtask test --only window`
//! gives them all three. Screenshots go to `$SWITCHBACK_SHOTS`, or to `target/shots`.

mod accessible;
mod album;
mod app;
mod blank;
mod cli;
mod clicks;
mod counted;
mod driver;
mod film;
mod first_change;
mod gated;
mod hand;
mod journey;
mod keyboard;
mod links;
mod locked;
mod night;
mod outage;
mod page_ends;
mod parameter;
mod restart;
mod restriction;
mod reval;
mod sheet;
mod sheets;
mod steady;
mod support;
mod support_beside;
mod user_management;
mod watcher;
mod whole_night;
mod whole_plan;
