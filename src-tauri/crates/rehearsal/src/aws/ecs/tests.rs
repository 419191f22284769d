//! How a service rolls, moment by moment.
#![expect(clippy::unwrap_used, reason = "tests")]

mod breaks;
mod refusals;
mod rolls;

use serde_json::Value;

use super::part::{Service, Task};
use super::update::{Update, update};
use super::{CLUSTER_NAME, SERVICE_NAME, show};
use crate::aws::ssm::PROFILES_PARAMETER;
use crate::clock::ScaledClock;
use crate::faults::Fault;
use crate::log::Caller;
use crate::state::State;
use crate::tls::Authority;

/// A world whose time is what the test says: seconds since its beginning.
struct Bench {
    state: State,
    began: i64,
}

fn caller(service: &str) -> Caller {
    Caller {
        service: service.to_owned(),
        region: "eu-west-2".to_owned(),
        ..Caller::somebody_else("UpdateService")
    }
}

fn forced() -> Update {
    Update {
        cluster: Some(CLUSTER_NAME.to_owned()),
        service: SERVICE_NAME.to_owned(),
        force_new_deployment: Some(true),
        ..Update::default()
    }
}

impl Bench {
    fn new() -> Self {
        let clock = ScaledClock::starting_now(1);
        let state = State::new(clock, 0, Authority::generate().unwrap());
        let began = state.ecs.settled_ms;
        Self { state, began }
    }

    fn ms(&self, second: i64) -> i64 {
        self.began + second * 1_000
    }

    /// The service at a moment, for who only looks.
    fn at(&self, second: i64) -> Service {
        let ecs = self.state.ecs_at(self.ms(second));
        ecs.service(SERVICE_NAME).unwrap().clone()
    }

    /// Changes the world at a moment, as every commit does.
    fn change<R>(&mut self, second: i64, change: impl FnOnce(&mut State, i64) -> R) -> R {
        let now = self.ms(second);
        self.state.settle(now);
        change(&mut self.state, now)
    }

    fn put(&mut self, second: i64, value: &str) {
        self.change(second, |state, _| {
            state.ssm.set(PROFILES_PARAMETER, Some(value));
        });
    }

    fn fault(&mut self, second: i64, fault: Fault) {
        self.change(second, |state, _| state.faults.push(fault));
    }

    /// Rolls and gives the number of the deployment that came of it.
    fn roll(&mut self, second: i64) -> String {
        self.roll_as(second, "ecs")
    }

    fn roll_as(&mut self, second: i64, service: &str) -> String {
        let caller = caller(service);
        let (_, entry) = self
            .change(second, |state, now| update(state, &caller, &forced(), now))
            .unwrap();
        let id = entry.rolled.unwrap().deployment;
        id.strip_prefix("ecs-svc/").unwrap().to_owned()
    }

    fn lose_a_task(&mut self, second: i64) {
        self.change(second, |state, now| {
            let (service, _) = state.ecs.parts(SERVICE_NAME).unwrap();
            super::roll::lose_a_task(service, now).unwrap();
        });
    }
}

/// The tasks that are shown: whose, its status, and the profiles that it read.
fn tasks(service: &Service) -> Vec<(String, String, String)> {
    let place = |number: &str| {
        let all = service.deployments.iter().rev();
        let at = all.clone().position(|one| one.number == number).unwrap();
        format!("d{at}")
    };
    let alive = service.tasks.iter().filter(|task| task.stopped_ms.is_none());
    alive
        .map(|task| {
            let read = task.read.as_ref().map(|read| read.profiles.clone());
            (
                place(&task.deployment),
                task.status().to_owned(),
                read.unwrap_or_default(),
            )
        })
        .collect()
}

/// The same on a line, so that a test reads as a table: `d0 RUNNING prod`.
fn line(service: &Service) -> String {
    let all = tasks(service).into_iter();
    all.map(|(whose, status, read)| format!("{whose} {status} {read}"))
        .collect::<Vec<_>>()
        .join(" | ")
}

/// The deployments as they are listed: status, state and the counts of tasks that run, start and failed.
fn deployments(service: &Service) -> Vec<String> {
    let shown = show::service(service);
    let all = shown["deployments"].as_array().unwrap().iter();
    all.map(|one: &Value| {
        format!(
            "{} {} {}/{}/{}",
            one["status"].as_str().unwrap(),
            one["rolloutState"].as_str().unwrap(),
            one["runningCount"],
            one["pendingCount"],
            one["failedTasks"]
        )
    })
    .collect()
}

fn running(service: &Service) -> usize {
    service.count(None, Task::runs)
}
