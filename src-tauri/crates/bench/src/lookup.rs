//! The look-up as support waits for it: `switchback users find` beside `aws cognito-idp list-users
//! --filter`, each as a whole process, in turns, on the same pools. What is asked is counted by the
//! server, never by us.

use std::fs;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::Outcome;
use crate::emulator::Emulator;
use crate::report::{Required, Section, Table};
use crate::sandbox::{Sandbox, done, said, text};
use crate::served::{self, Served};
use crate::session::Session;
use crate::stats::{Sample, ms};

mod asked;

/// Measured turns; one more before them warms the caches and is not counted.
const ROUNDS: usize = 20;
/// People in ministack's pool.
const PEOPLE: usize = 500;
/// How many times faster than the AWS CLI a look-up must be.
const FASTER: f64 = 10.0;

/// What the turns on one server left, in milliseconds.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    without_keychain: Vec<f64>,
    aws: Vec<f64>,
}

pub(crate) fn measure(place: &Sandbox) -> Outcome<Section> {
    let session = Session::start(place, None)?;
    let emulator = Emulator::start(place)?;
    let on_ministack = ministack(place, &session, &emulator.endpoint)?;
    drop(emulator);
    let served = Served::start(place)?;
    let on_rehearsal = rehearsal(place, &session, &served)?;
    let asked = asked::measure(place, &session, &served)?;

    let mut required = Vec::new();
    let mut tables = Vec::new();
    for (server, times) in [
        ("ministack", &on_ministack),
        ("the served rehearsal", &on_rehearsal),
    ] {
        let sample = |times: &[f64]| -> Sample { times.iter().copied().collect() };
        let (ours, aws) = (sample(&times.ours), sample(&times.aws));
        let mut table = Table::new(&[
            &format!("on {server}"),
            "median",
            "quarter to three quarters",
            "least",
            "most",
            "the AWS CLI takes",
        ]);
        for (name, sample) in [
            ("`switchback users find`", &ours),
            (
                "the same, no keychain on the computer",
                &sample(&times.without_keychain),
            ),
            ("`aws cognito-idp list-users --filter`", &aws),
        ] {
            table.row([
                name.to_owned(),
                format!("{:.1} ms", sample.median()),
                format!("{:.1} to {:.1} ms", sample.quantile(0.25), sample.quantile(0.75)),
                format!("{:.1} ms", sample.min()),
                format!("{:.1} ms", sample.max()),
                format!("{:.1} x", aws.median() / sample.median()),
            ]);
        }
        tables.push(table);
        let ratio = aws.median() / ours.median();
        required.push(Required {
            what: format!("look-up, whole process, against `aws cognito-idp list-users --filter`, {server}"),
            limit: format!("at least {FASTER:.0} x faster"),
            found: format!("{ratio:.1} x"),
            holds: ratio >= FASTER,
        });
    }
    required.extend(asked.required);
    tables.extend(asked.tables);
    Ok(Section {
        title: "A person looked up".to_owned(),
        how: format!(
            "One e-mail address in one pool, the whole process from its start to its end, {ROUNDS} turns each in \
             rotating order after one turn that is not counted; each turn asks for another person, and every answer \
             is checked. ministack's pool was filled by boto3 ({PEOPLE} people); the rehearsal is `switchback \
             rehearse --serve`, a process of its own ({} people). Ours reads the pool, judges what it means, masks \
             it and writes the audit trail with an fsync; its key lies in the session's keychain. The AWS CLI \
             prints what it was given. The second part is counted by the served world: what reached it, by \
             operation.",
            served::PEOPLE
        ),
        tables,
        required,
    })
}

fn ministack(place: &Sandbox, session: &Session, endpoint: &str) -> Outcome<Times> {
    fs::write(place.path("pool.py"), include_str!("peers/pool.py"))?;
    let made = said(
        place
            .python("python")
            .args(["pool.py", &PEOPLE.to_string()])
            .env("AWS_ENDPOINT_URL", endpoint),
    )?;
    let pool = text(&made, "pool")?;
    let home = place.path("lookup");
    turns(
        |number| format!("user{:05}@example.nhs.test", number % PEOPLE),
        |email, keychain| {
            let mut command = place.switchback(&home);
            command.args(["--aws-endpoint", endpoint, "users", "find", email, "--pool", pool]);
            if keychain {
                session.enter(&mut command);
            } else {
                command.env_remove("DBUS_SESSION_BUS_ADDRESS");
            }
            command
        },
        |email| {
            let mut command = place.python("aws");
            command.env("AWS_ENDPOINT_URL", endpoint);
            list_users(&mut command, pool, email);
            command
        },
    )
}

fn rehearsal(place: &Sandbox, session: &Session, served: &Served) -> Outcome<Times> {
    turns(
        |number| format!("user{:06}@example.nhs.test", number % served::PEOPLE as usize),
        |email, keychain| {
            let mut command = served.find(place, email);
            command.args(["--pool", "admins"]);
            if keychain {
                session.enter(&mut command);
            } else {
                command.env_remove("DBUS_SESSION_BUS_ADDRESS");
            }
            command
        },
        |email| {
            let mut command = served.aws(place);
            list_users(&mut command, served::POOL, email);
            command
        },
    )
}

fn list_users(command: &mut Command, pool: &str, email: &str) {
    command
        .args(["cognito-idp", "list-users", "--output", "json"])
        .args(["--user-pool-id", pool])
        .arg("--filter")
        .arg(format!("email = \"{email}\""));
}

/// Every way in rotating order, each answer checked: exactly the one person.
fn turns(
    email: impl Fn(usize) -> String,
    ours: impl Fn(&str, bool) -> Command,
    aws: impl Fn(&str) -> Command,
) -> Outcome<Times> {
    let mut times = Times::default();
    for round in 0..=ROUNDS {
        let email = email(7 + 41 * round);
        for turn in 0..3 {
            let way = (round + turn) % 3;
            let mut command = match way {
                0 => ours(&email, true),
                1 => ours(&email, false),
                _ => aws(&email),
            };
            let start = Instant::now();
            let output = done(&mut command)?;
            let took = ms(start.elapsed());
            let answer: Value = serde_json::from_slice(&output.stdout)?;
            let found = match way {
                2 => answer["Users"].as_array().map(Vec::len),
                _ => answer["accounts"].as_array().map(Vec::len),
            };
            if found != Some(1) {
                return Err(format!("{command:?} found not one person: {answer}").into());
            }
            if round > 0 {
                match way {
                    0 => times.ours.push(took),
                    1 => times.without_keychain.push(took),
                    _ => times.aws.push(took),
                }
            }
        }
    }
    Ok(times)
}
