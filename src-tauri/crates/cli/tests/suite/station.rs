//! A run of a runbook of its own in a served world, and who sits before it with the real command line.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::Value;
use switchback_rehearsal::{LogEntry, Outcome};
use tempfile::TempDir;

use crate::shared::{self, Did, Served, until};

/// A step as a document tells it: its state and its note.
pub fn in_words(step: &Value) -> String {
    let note = step["note"].as_str().unwrap_or_default();
    format!("{}: {note}", step["state"].as_str().unwrap())
}

/// A home of its own and a served world; both end with the test.
pub struct Station {
    pub home: TempDir,
    /// World seconds per real second.
    pub speed: &'static str,
    pub world: Served,
    /// The run that the words below are about; empty until one was opened.
    pub run: String,
    /// Where the recovery code of its run is kept, for what needs one; there is no keychain.
    pub code: Option<String>,
}

impl Station {
    /// In a served world of this speed, without a run.
    #[track_caller]
    pub fn served(speed: &'static str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut serving = shared::program(home.path());
        serving.env("SWITCHBACK_REHEARSAL_SPEED", speed);
        let world = Served::by(serving);
        Self {
            home,
            speed,
            world,
            run: String::new(),
            code: None,
        }
    }

    /// In a served world of this speed, with a run of the runbook that `folder` puts into the home. `first`: what is done in
    /// the world before.
    #[track_caller]
    pub fn opened(
        speed: &'static str,
        first: impl FnOnce(&Served),
        folder: impl FnOnce(&Path) -> PathBuf,
    ) -> Self {
        let mut desk = Self::served(speed);
        first(&desk.world);
        let book = folder(desk.home.path()).display().to_string();
        desk.open_run(&book, "rehearsal");
        desk
    }

    /// Opens a run of a runbook, by its name or its folder, and stays with that.
    #[track_caller]
    pub fn open_run(&mut self, runbook: &str, target: &str) {
        let opened = self.say(0, &["run", "new", runbook, "--target", target]);
        self.run = opened.json()["run"].as_str().unwrap().to_owned();
    }

    /// At a part of the bundled plan, in a world of this speed, with something else in the place of something in the runbook
    /// or its target. `first`: what is done in the world before the run is opened.
    #[track_caller]
    pub fn of_part(
        (name, speed): (&str, &'static str),
        (runbook, values): (String, String),
        edits: &[(&str, &str)],
        first: impl FnOnce(&Served),
    ) -> Self {
        let edit = |text: String| edits.iter().fold(text, |text, (was, is)| text.replace(was, is));
        Self::opened(speed, first, |home| {
            let folder = shared::runbook(home, name, &edit(runbook));
            let target = folder.join("targets/rehearsal.toml");
            let head = std::fs::read_to_string(&target).unwrap();
            std::fs::write(&target, head + "\n" + &edit(values)).unwrap();
            folder
        })
    }

    /// The program as a person starts it, who reads words.
    pub fn for_people(&self, words: &[&str]) -> std::process::Command {
        let mut command = shared::program(self.home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", self.speed)
            .args(words)
            .args(self.code.iter().flat_map(|file| ["--recovery-code-file", file]));
        command
    }

    /// What a person reads.
    #[track_caller]
    pub fn words(&self, words: &[&str]) -> String {
        Did::of(self.for_people(words).output().unwrap()).code(0).out
    }

    /// The program as a script starts it, which reads documents.
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = self.for_people(words);
        command.arg("--json");
        command
    }

    pub fn did(&self, words: &[&str]) -> Did {
        Did::of(self.command(words).output().unwrap())
    }

    #[track_caller]
    pub fn say(&self, code: i32, words: &[&str]) -> Did {
        self.did(words).code(code)
    }

    /// Waits until the step's checks pass.
    #[track_caller]
    pub fn until_ready(&self, step: &str) {
        until(step, || {
            (self.did(&["step", "check", &self.run, step]).code == 0).then_some(())
        });
    }

    #[track_caller]
    pub fn preview(&self, step: &str) -> Value {
        self.say(0, &["step", "preview", &self.run, step]).json()
    }

    pub fn words_to_apply<'a>(&'a self, step: &'a str, seen: &'a Value) -> [&'a str; 8] {
        let digest = seen["digest"].as_str().unwrap();
        [
            "step",
            "apply",
            &self.run,
            step,
            "--confirm",
            "rehearsal",
            "--preview",
            digest,
        ]
    }

    pub fn apply_as_seen(&self, step: &str, seen: &Value) -> Did {
        self.did(&self.words_to_apply(step, seen))
    }

    /// Begins what these words say, while the test goes on.
    pub fn begin(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    pub fn applying(&self, step: &str, seen: &Value) -> Child {
        self.begin(&self.words_to_apply(step, seen))
    }

    /// Previews and applies a step, which is done then; what the command says of it.
    #[track_caller]
    pub fn apply(&self, step: &str) -> Value {
        let seen = self.preview(step);
        let did = self.apply_as_seen(step, &seen).code(0).json();
        assert_eq!(did["state"], "done", "{step}: {did}");
        did
    }

    /// Takes back all of the run.
    #[track_caller]
    pub fn roll_back(&self) -> Value {
        self.rollback(&["--all"]).code(7).json()
    }

    pub fn rollback(&self, of: &[&str]) -> Did {
        let words = [&["rollback", &self.run], of, &["--confirm", "rehearsal"]].concat();
        self.did(&words)
    }

    pub fn shown(&self, more: &[&str]) -> Value {
        let words = [&["run", "show", &self.run], more].concat();
        self.say(0, &words).json()
    }

    /// A step as `run show` tells it, by the journal alone or with a look.
    pub fn step(&self, id: &str, more: &[&str]) -> Value {
        Self::step_of(&self.shown(more), id)
    }

    pub fn step_of(shown: &Value, id: &str) -> Value {
        let steps = shown["steps"].as_array().unwrap();
        steps.iter().find(|step| step["id"] == id).unwrap().clone()
    }

    /// What was journalled of the run.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let shown = self.say(0, &["journal", "show", &self.run]).json();
        shown["events"].as_array().unwrap().clone()
    }

    /// What the console says of a step: its state and its note.
    pub fn said(&self, id: &str) -> String {
        in_words(&self.step(id, &["--offline"]))
    }

    /// What a command says of a step, and the message of its error where that says more.
    pub fn said_of(&self, did: &Did, id: &str) -> String {
        let answer: Value = serde_json::from_str(&did.out).unwrap_or_default();
        let said = match answer["step"] == id && answer["note"].is_string() {
            true => in_words(&answer),
            false => self.said(id),
        };
        let message = match did.err.is_empty() {
            true => String::new(),
            false => did.error()["message"].as_str().unwrap().to_owned(),
        };
        match message.is_empty() || said.contains(&message) {
            true => said,
            false => format!("{said} — {message}"),
        }
    }

    /// What was changed outside, by the plan of a rollback.
    pub fn changed_outside(&self) -> String {
        let plan = self.say(0, &["rollback", &self.run, "--all"]).json();
        let items = plan["items"].as_array().unwrap().iter();
        items
            .filter(|item| item["changed_outside"].is_array())
            .map(|item| {
                format!(
                    "{} now {} had {}",
                    item["id"], item["now"], item["changed_outside"]
                )
            })
            .collect()
    }

    /// The monitor of the freeze, by one look of this moment.
    pub fn monitor(&self) -> (String, String) {
        Self::monitor_of(&self.shown(&[]))
    }

    pub fn monitor_of(shown: &Value) -> (String, String) {
        let monitor = &shown["monitors"][0];
        (
            monitor["state"].as_str().unwrap_or("none").to_owned(),
            monitor["value"].as_str().unwrap_or_default().to_owned(),
        )
    }

    pub fn log(&self) -> Vec<LogEntry> {
        self.world.control(async |client| client.log(0).await.unwrap())
    }

    /// How our requests of this operation ended, in their order.
    pub fn asked(&self, operation: &str) -> Vec<LogEntry> {
        let ours = |entry: &LogEntry| entry.service != "second-writer" && entry.operation == operation;
        self.log().into_iter().filter(ours).collect()
    }

    /// How often our requests of this operation were carried out.
    pub fn done(&self, operation: &str) -> usize {
        let asked = self.asked(operation);
        let done = |entry: &&LogEntry| matches!(entry.outcome, Outcome::Committed | Outcome::Lost);
        asked.iter().filter(done).count()
    }

    /// The first of its after-checks that does not pass, as it was last read.
    pub fn not_passed(&self, step: &str) -> String {
        let step = self.step(step, &["--offline"]);
        let mut readings = step["verify"].as_array().unwrap().iter();
        let open = readings.find(|reading| reading["tone"] != "passing");
        open.map(|reading| format!("{} {}: {}", reading["id"], reading["tone"], reading["observed"]))
            .unwrap_or_default()
    }

    /// Everything of the world that a night may change.
    pub fn world(&self) -> Vec<String> {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        let mut objects = snapshot.objects();
        objects.sort();
        objects
    }

    pub fn lift(&self, fault: &str) {
        self.world
            .control(async |client| client.lift(fault).await.unwrap());
    }
}
