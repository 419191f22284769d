//! `ssm.parameter` by the real command line against a served world: there and back, to the letter; something on
//! the way that repeats the request; and somebody else who writes before, while and after we do. AWS refuses none
//! of these.

use std::process::{Child, Command, Stdio};

use serde_json::Value;
use switchback_rehearsal::{LogEntry, Outcome, PROFILES_PARAMETER, ParameterView};
use tempfile::TempDir;

use crate::shared::{self, Did, Served, until};

const RUNBOOK: &str = include_str!("../emulators/profiles.toml");
const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");
const STEP: &str = "profiles";

struct Desk {
    home: TempDir,
    world: Served,
    /// The version of the profiles with which the world begins.
    first: u64,
}

impl Desk {
    fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut serving = shared::program(home.path());
        serving.env("SWITCHBACK_REHEARSAL_SPEED", "60");
        let world = Served::by(serving);
        let folder = home.path().join("profiles");
        std::fs::create_dir_all(folder.join("targets")).unwrap();
        std::fs::write(folder.join("runbook.toml"), RUNBOOK).unwrap();
        // What it needs of a target is who and where.
        let (target, _) = TARGET.split_once("[values]").unwrap();
        std::fs::write(folder.join("targets/rehearsal.toml"), target).unwrap();
        let mut desk = Self {
            home,
            world,
            first: 0,
        };
        desk.first = desk.profiles().1;
        desk
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = shared::program(self.home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", "60")
            .args(words)
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
        command.env("SWITCHBACK_REHEARSAL_SPEED", "60").args(words);
        Did::of(command.output().unwrap()).code(0).out
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

#[test]
fn a_parameter_is_set_and_comes_back_to_the_letter() {
    let desk = Desk::open();
    let start = desk.parameters();
    assert_eq!(desk.profiles(), ("prod".to_owned(), 0));
    let run = desk.run();

    let preview = desk.preview(&run);
    let change = &preview["changes"][0];
    assert_eq!(change["object"], format!("parameter {PROFILES_PARAMETER}"));
    let (before, after) = (change["before"].to_string(), change["after"].to_string());
    assert!(before.contains("prod") && !before.contains("cognito"), "{before}");
    assert!(after.contains("prod,cognito"), "{after}");
    let caution = change["caution"].as_str().unwrap();
    assert!(caution.starts_with("AWS has no guard here"), "{caution}");
    let call = &preview["calls"][0];
    assert_eq!(call["operation"], "PutParameter");
    assert_eq!(call["parameters"]["Value"], "prod,cognito");
    assert_eq!(call["parameters"]["Overwrite"], true);
    assert_eq!(desk.puts(), [], "a preview writes nothing");

    let done = desk.apply(0, &run).json();
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(desk.profiles(), ("prod,cognito".to_owned(), 1));

    // Where it is taken back AWS guards it no more than there, and by hand nobody reads right before.
    let planned = desk.words(&["rollback", &run, "--all"]);
    assert!(planned.contains("AWS has no guard here"), "{planned}");
    let sheet = desk.words(&["run", "sheet", &run]);
    assert!(sheet.contains("this overwrites whatever is there"), "{sheet}");
    assert!(!sheet.contains("Switchback reads once more"), "{sheet}");

    let back = desk.roll_back(&run);
    assert_eq!(back["state"], "completed", "{back}");
    assert_eq!(desk.profiles(), ("prod".to_owned(), 2));
    // All but its version is as it was, and nothing else was touched.
    let mut end = desk.parameters();
    for one in end.iter_mut().filter(|one| one.name == PROFILES_PARAMETER) {
        one.version = desk.first;
    }
    assert_eq!(end, start);
    assert_eq!(desk.puts().len(), 2);
    desk.say(0, &["journal", "verify", &run]);
}

/// A peer that sends the request twice makes two versions of the same value: that is our change, once.
#[test]
fn something_that_repeats_the_put_is_found_done_and_comes_back() {
    let desk = Desk::open();
    let run = desk.run();
    desk.world.inject("repeated:PutParameter");
    let done = desk.apply(0, &run).json();
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(
        desk.profiles(),
        ("prod,cognito".to_owned(), 2),
        "it was carried out twice"
    );
    let found: Vec<Value> = desk.events(&run);
    let calls = found.iter().filter(|event| event["kind"] == "intended").count();
    assert_eq!(calls, 1, "we asked once");
    let attempts = desk.step(&run)["attempts"].clone();
    assert_eq!(attempts.as_array().unwrap().len(), 1, "{attempts}");
    assert_eq!(attempts[0]["finding"], "after", "{attempts}");

    // The way back is met by the same.
    desk.world.inject("repeated:PutParameter");
    assert_eq!(desk.roll_back(&run)["state"], "completed");
    assert_eq!(desk.profiles(), ("prod".to_owned(), 4));
    assert_eq!(desk.step(&run)["state"], "undone");
}

#[test]
fn what_somebody_puts_after_the_preview_is_not_overwritten() {
    let desk = Desk::open();
    let run = desk.run();
    let preview = desk.preview(&run);
    desk.somebody_puts("prod,debug");
    let words = Desk::apply_words(&run, preview["digest"].as_str().unwrap());
    let refused = desk.say(5, &words).error();
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("changed since you saw the preview"), "{message}");
    assert_eq!(desk.puts(), [], "nothing was sent");
    assert_eq!(desk.profiles(), ("prod,debug".to_owned(), 1));
    assert!(!desk.events(&run).iter().any(|event| event["kind"] == "intended"));
    // Nothing of ours is there to take back.
    let nothing = desk.say(5, &["rollback", &run, "--all"]).error();
    assert_eq!(nothing["message"], "There is nothing to undo.");
}

/// Our request is carried out, and before its answer comes somebody else puts another value on top of it.
#[test]
fn what_somebody_puts_on_top_of_ours_is_theirs_to_decide() {
    let desk = Desk::open();
    let run = desk.run();
    desk.world.inject("delay:PutParameter:3000");
    let applying = desk.begin(&run);
    until("our value is there", || {
        (desk.profiles().0 == "prod,cognito").then_some(())
    });
    desk.somebody_puts("dev");
    let did = ended(applying).code(4);
    desk.lift("delay:PutParameter");
    let step = desk.step(&run);
    assert_eq!(step["state"], "foreign", "{step} {}", did.err);
    assert_eq!(desk.profiles(), ("dev".to_owned(), 2), "theirs stands");
    assert_eq!(desk.puts(), [(Outcome::Committed, "prod,cognito".to_owned())]);

    // The way back says what it replaces, before it does.
    let plan = desk.say(0, &["rollback", &run, "--all"]).json();
    let item = &plan["items"][0];
    assert!(item["now"].to_string().contains("dev"), "{item}");
    assert!(
        item["changed_outside"].to_string().contains("prod,cognito"),
        "{item}"
    );
    assert_eq!(desk.roll_back(&run)["state"], "completed");
    assert_eq!(desk.profiles(), ("prod".to_owned(), 3));
}

/// Somebody else puts a value after we have read and before our request is carried out: AWS overwrites it without a
/// word. The version tells, and what was overwritten is named.
#[test]
fn what_we_overwrote_unseen_is_found_and_named() {
    let desk = Desk::open();
    let run = desk.run();
    desk.world.inject("lands-late:PutParameter:4000");
    let applying = desk.begin(&run);
    // The fault is taken when the request has arrived: after our last read, and before anything is carried out.
    until("the request has arrived", || {
        let faults = desk
            .world
            .control(async |client| client.state().await.unwrap().faults);
        faults.is_empty().then_some(())
    });
    desk.somebody_puts("prod,hotfix");
    assert_eq!(
        desk.profiles(),
        ("prod,hotfix".to_owned(), 1),
        "it lands before ours"
    );
    let did = ended(applying).code(4);
    assert_eq!(
        desk.profiles(),
        ("prod,cognito".to_owned(), 2),
        "ours overwrote it"
    );
    let step = desk.step(&run);
    assert_eq!(step["state"], "foreign", "{step} {}", did.err);
    let note = step["note"].as_str().unwrap();
    assert!(
        note.contains("somebody else had written “prod,hotfix” in between"),
        "{note}"
    );
    assert_eq!(desk.puts().len(), 1);
}
