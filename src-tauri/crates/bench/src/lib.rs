//! The measurements of `cargo xtask bench`: what an operator waits for, beside the tools that they would
//! use instead, in one run on one machine.

mod accepted;
mod appended;
mod bare;
mod emulator;
mod fold;
mod lookup;
mod overshoot;
mod reconcile;
mod report;
mod sandbox;
mod served;
mod session;
#[cfg(unix)]
mod start;
mod stats;
mod template;

use std::process::ExitCode;

use crate::report::Report;
use crate::sandbox::Sandbox;

/// What a measurement gives; the error is a sentence for the person at the terminal.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const PARTS: [&str; 6] = ["accepted", "overshoot", "lookup", "reconcile", "start", "journal"];

/// Takes the measurements whose names stand on the command line, or all, and prints them as markdown.
/// Exit code 1 where a required number is missed or a measurement could not be taken.
#[must_use]
pub fn main() -> ExitCode {
    // cargo adds `--bench` to what it starts.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let Some(other) = wanted.iter().find(|name| !PARTS.contains(&name.as_str())) {
        eprintln!(
            "bench: there is no measurement `{other}`; there are: {}",
            PARTS.join(", ")
        );
        return ExitCode::from(2);
    }
    match measure(&wanted) {
        Ok(report) => {
            print!("{}", report.markdown());
            ExitCode::from(u8::from(!report.holds()))
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The peer that makes the requests of `step apply` with the AWS SDK alone; the bench starts it as a process.
/// Exit code 1 where a request failed, 2 where the command line is not as expected.
#[must_use]
pub fn bare_sdk() -> ExitCode {
    bare::main()
}

fn measure(wanted: &[String]) -> Outcome<Report> {
    let place = Sandbox::new()?;
    let asked = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    let mut report = Report::default();
    if asked("accepted") {
        eprintln!("bench: accepted, beside octoDNS and the AWS CLI");
        report.add(accepted::measure(&place)?);
    }
    if asked("overshoot") {
        eprintln!("bench: overshoot of verified after INSYNC");
        report.add(overshoot::measure(&place)?);
    }
    if asked("lookup") {
        eprintln!("bench: a person looked up, beside the AWS CLI");
        report.add(lookup::measure(&place)?);
    }
    if asked("reconcile") {
        eprintln!("bench: a list of 100,000 against a pool of 100,000, beside boto3");
        report.add(reconcile::measure(&place)?);
    }
    #[cfg(unix)]
    if asked("start") {
        eprintln!("bench: the window's start, beside an empty window");
        report.add(start::measure(&place)?);
    }
    if asked("journal") {
        eprintln!("bench: the journal");
        let template = template::record(&place)?;
        report.add(appended::measure(&place, &template)?);
        report.add(fold::measure(&place, &template)?);
    }
    Ok(report)
}
