//! `ssm.parameter` by the real command line against a served world: there and back, to the letter; something on
//! the way that repeats the request; and somebody else who writes before, while and after we do. AWS refuses none
//! of these.

mod appended;
mod others;
mod sealed;
mod there_and_back;

use std::process::Child;

use serde_json::Value;
use switchback_rehearsal::{Outcome, PROFILES_PARAMETER, ParameterView};

use crate::shared::{self, Did, until};
use crate::station::Station;

const RUNBOOK: &str = include_str!("../emulators/profiles.toml");
const APPENDING: &str = include_str!("../emulators/profiles_append.toml");
const STEP: &str = "profiles";

/// World seconds per real second.
const SPEED: &str = "60";
/// The version of the profiles with which a world begins.
const FIRST: u64 = 3;

impl Station {
    /// Beside this runbook of the profiles, of which no run is open yet.
    fn beside_profiles(runbook: &str) -> Self {
        let desk = Self::served(SPEED);
        shared::runbook(desk.home.path(), "profiles", runbook);
        desk
    }

    /// With a run of it.
    fn of_profiles(runbook: &str) -> Self {
        let mut desk = Self::beside_profiles(runbook);
        desk.open_profiles();
        desk
    }

    fn open_profiles(&mut self) {
        let book = self.home.path().join("profiles").display().to_string();
        self.open_run(&book, "rehearsal");
    }

    /// Has its recovery code kept in a file, as whoever seals something without a keychain does.
    fn keep_code(&mut self) {
        self.code = Some(self.home.path().join("code.txt").display().to_string());
    }

    /// Waits until our request has arrived: the fault that holds it up is taken then, after our last read and before anything
    /// is carried out.
    fn until_it_arrived(&self) {
        until("the request has arrived", || {
            let faults = self
                .world
                .control(async |client| client.state().await.unwrap().faults);
            faults.is_empty().then_some(())
        });
    }

    /// Begins to apply; whoever asks waits for the end.
    fn begin_apply(&self) -> Child {
        self.applying(STEP, &self.preview(STEP))
    }

    /// The step as the journal alone tells it.
    fn journalled(&self) -> Value {
        self.step(STEP, &["--offline"])
    }

    fn parameters(&self) -> Vec<ParameterView> {
        self.world
            .control(async |client| client.state().await.unwrap().parameters)
    }

    /// The profiles, and how many versions were made of them since the world began.
    fn profiles(&self) -> (String, u64) {
        let all = self.parameters();
        let found = all.iter().find(|one| one.name == PROFILES_PARAMETER).unwrap();
        (found.value.clone().unwrap(), found.version - FIRST)
    }

    /// What was put, by us and by a fault: how it ended, and the value.
    fn puts(&self) -> Vec<(Outcome, String)> {
        let puts = self.log().into_iter();
        let puts = puts.filter(|entry| entry.operation == "PutParameter");
        puts.filter_map(|entry| Some((entry.outcome, entry.parameter?.value?)))
            .collect()
    }

    fn somebody_puts(&self, value: &str) {
        self.world
            .inject(&format!("parameter-changed:{PROFILES_PARAMETER}:{value}"));
    }
}

fn ended(child: Child) -> Did {
    Did::of(child.wait_with_output().unwrap())
}
