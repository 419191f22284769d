//! `ssm.parameter` by the real command line against a served world: there and back, to the letter; something on
//! the way that repeats the request; and somebody else who writes before, while and after we do. AWS refuses none
//! of these.

mod appended;
mod others;
mod sealed;
mod there_and_back;

use std::process::{Child, Command, Stdio};

use serde_json::Value;
use switchback_rehearsal::{LogEntry, Outcome, PROFILES_PARAMETER, ParameterView};
use tempfile::TempDir;

use crate::shared::{self, Did, Served, until};

const RUNBOOK: &str = include_str!("../emulators/profiles.toml");
const APPENDING: &str = include_str!("../emulators/profiles_append.toml");
const STEP: &str = "profiles";

struct Station {
    home: TempDir,
    world: Served,
    /// The version of the profiles with which the world begins.
    first: u64,
    /// Where the recovery code of its run is kept; there is no keychain.
    code: Option<String>,
}

impl Station {
    fn open() -> Self {
        Self::with(RUNBOOK)
    }

    fn with(runbook: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut serving = shared::program(home.path());
        serving.env("SWITCHBACK_REHEARSAL_SPEED", "60");
        let world = Served::by(serving);
        shared::runbook(home.path(), "profiles", runbook);
        let mut desk = Self {
            home,
            world,
            first: 0,
            code: None,
        };
        desk.first = desk.profiles().1;
        desk
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = shared::program(self.home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", "60")
            .args(words)
            .args(self.code.iter().flat_map(|file| ["--recovery-code-file", file]))
            .arg("--json");
        command
    }

    #[track_caller]
    fn say(&self, code: i32, words: &[&str]) -> Did {
        Did::of(self.command(words).output().unwrap()).code(code)
    }

    /// What a person reads.
    #[track_caller]
    fn words(&self, words: &[&str]) -> String {
        let mut command = shared::program(self.home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", "60")
            .args(words)
            .args(self.code.iter().flat_map(|file| ["--recovery-code-file", file]));
        Did::of(command.output().unwrap()).code(0).out
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

    fn run(&self) -> String {
        let book = self.home.path().join("profiles").display().to_string();
        let opened = self.say(0, &["run", "new", &book, "--target", "rehearsal"]);
        opened.json()["run"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn preview(&self, run: &str) -> Value {
        self.say(0, &["step", "preview", run, STEP]).json()
    }

    fn apply_words<'a>(run: &'a str, digest: &'a str) -> [&'a str; 8] {
        [
            "step",
            "apply",
            run,
            STEP,
            "--confirm",
            "rehearsal",
            "--preview",
            digest,
        ]
    }

    #[track_caller]
    fn apply(&self, code: i32, run: &str) -> Did {
        let preview = self.preview(run);
        self.say(code, &Self::apply_words(run, preview["digest"].as_str().unwrap()))
    }

    /// Begins to apply; whoever asks waits for the end.
    fn begin(&self, run: &str) -> Child {
        let preview = self.preview(run);
        let mut command = self.command(&Self::apply_words(run, preview["digest"].as_str().unwrap()));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    #[track_caller]
    fn roll_back(&self, run: &str) -> Value {
        let words = ["rollback", run, "--all", "--confirm", "rehearsal"];
        self.say(7, &words).json()
    }

    fn events(&self, run: &str) -> Vec<Value> {
        let shown = self.say(0, &["journal", "show", run]).json();
        shown["events"].as_array().unwrap().clone()
    }

    /// The step as `run show` tells it.
    fn step(&self, run: &str) -> Value {
        let shown = self.say(0, &["run", "show", run, "--offline"]).json();
        shown["steps"][0].clone()
    }

    fn parameters(&self) -> Vec<ParameterView> {
        self.world
            .control(async |client| client.state().await.unwrap().parameters)
    }

    /// The profiles, and how many versions were made of them since the world began.
    fn profiles(&self) -> (String, u64) {
        let all = self.parameters();
        let found = all.iter().find(|one| one.name == PROFILES_PARAMETER).unwrap();
        (found.value.clone().unwrap(), found.version - self.first)
    }

    /// What was put, by us and by a fault: how it ended, and the value.
    fn puts(&self) -> Vec<(Outcome, String)> {
        let log: Vec<LogEntry> = self.world.control(async |client| client.log(0).await.unwrap());
        let ours = log.into_iter().filter(|entry| entry.operation == "PutParameter");
        ours.filter_map(|entry| Some((entry.outcome, entry.parameter?.value?)))
            .collect()
    }

    fn somebody_puts(&self, value: &str) {
        self.world
            .inject(&format!("parameter-changed:{PROFILES_PARAMETER}:{value}"));
    }

    fn lift(&self, fault: &str) {
        self.world
            .control(async |client| client.lift(fault).await.unwrap());
    }
}

fn ended(child: Child) -> Did {
    Did::of(child.wait_with_output().unwrap())
}
