//! The freeze proof against applications whose restrictions leak in known ways.

mod alarms;
mod application;
mod leaks;
mod manners;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use switchback_model::{Base, CheckReading, RoutesCheck, RoutesExpected};

use super::spec;
use crate::{ProbeWorld, check_routes};
use application::{Application, READS, WRITES};
use server::{Received, serve};

const FIRST: &str = "192.0.2.1";
const SECOND: &str = "192.0.2.2";

/// The application under its public name, and under another where there is a second address.
fn check(expected: RoutesExpected, addresses: &[&str]) -> RoutesCheck {
    let routes = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    let base = |address: &&str| Base {
        url: format!("http://at-{}.example.nhs.test/um", address.replace('.', "-")),
        address: Some(address.parse().unwrap()),
    };
    RoutesCheck {
        bases: addresses.iter().map(base).collect(),
        writes: routes(WRITES),
        reads: routes(READS),
        others: Vec::new(),
        closed: vec!["503 x-restricted: by the rule".parse().unwrap()],
        open: vec!["401".parse().unwrap()],
        expected,
    }
}

fn closed() -> RoutesCheck {
    check(RoutesExpected::Closed, &[FIRST])
}

fn world(stand_ins: &[(&str, SocketAddr)]) -> ProbeWorld {
    let dial = stand_ins.iter();
    ProbeWorld {
        dial: dial
            .map(|(address, at)| (address.parse().unwrap(), *at))
            .collect(),
        ..ProbeWorld::default()
    }
}

/// What the check says of this application, and what came to it.
async fn said(application: &Application, check: &RoutesCheck) -> (CheckReading, Arc<Received>) {
    let behind = application.clone();
    let (at, seen) = serve(move |request| behind.reply(request)).await;
    let world = world(&[(FIRST, at)]);
    let reading = check_routes(&spec(), check, &world, Timestamp::UNIX_EPOCH).await;
    (reading, seen)
}
