//! User management closed for writes, by the real command line against a served world: by a firewall's rule or by a
//! throttle, there and back, with each thing that goes wrong on such a night: what the console says, when, and that
//! the world ends as it began.

mod answers;
mod before;
mod holds;
mod there_and_back;
mod tokens;

use std::process::{Child, Stdio};

use serde_json::Value;
use switchback_rehearsal::{FREEZE_RULE, LogEntry, Outcome};
use tempfile::TempDir;

use crate::shared::{self, Did, Served};

const RUNBOOK: &str = include_str!("restrict.toml");
/// Whose values a target of this runbook takes over: the lists of routes and methods as the bundled runbook has them.
const BUNDLED: &str = include_str!("../../../../runbooks/tis-cognito/targets/rehearsal.toml");
/// The key of the method that has settings of its own before the night.
const OWN: &str = "~1usermanagement~1updatePassword/POST";
/// Some of each.
const BASES: &str = r#"["https://apps.example.nhs.test/usermanagement",
  "https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com/prod/usermanagement at 198.51.100.40"]"#;
const WRITES: &str =
    r#"["POST /createUser", "POST /updatePassword", "PUT /api/users/{u}", "POST /api/users/{u}/mfa/reset"]"#;
const METHODS: &str = r#"["POST /usermanagement/createUser", "POST /usermanagement/updatePassword",
  "PUT /usermanagement/api/users/{u}", "POST /usermanagement/api/users/{u}/mfa/reset"]"#;
/// A leak is waited for no longer than this, where there is one.
const SOON: (&str, &str) = (
    "expected = \"closed\"\nwithin = \"5 min\"",
    "expected = \"closed\"\nwithin = \"1 min\"",
);
/// World seconds in a real one: a look at every route is over within a few of them.
const SPEED: &str = "20";

/// How user management is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    Firewall,
    Throttle,
}

impl Means {
    const ALL: [Self; 2] = [Self::Firewall, Self::Throttle];

    /// As the decision has it.
    fn choice(self) -> &'static str {
        match self {
            Self::Firewall => "firewall-rule",
            Self::Throttle => "method-throttle",
        }
    }

    /// The step that restricts.
    fn restrict(self) -> &'static str {
        match self {
            Self::Firewall => "restrict-writes",
            Self::Throttle => "restrict-methods",
        }
    }

    /// The step that lifts it.
    fn lift(self) -> &'static str {
        match self {
            Self::Firewall => "lift-writes",
            Self::Throttle => "lift-methods",
        }
    }

    /// The other one.
    fn other(self) -> Self {
        match self {
            Self::Firewall => Self::Throttle,
            Self::Throttle => Self::Firewall,
        }
    }

    /// The request that changes something.
    fn operation(self) -> &'static str {
        match self {
            Self::Firewall => "UpdateWebACL",
            Self::Throttle => "UpdateStage",
        }
    }
}

/// A step as a document tells it: its state and its note.
fn in_words(step: &Value) -> String {
    let note = step["note"].as_str().unwrap_or_default();
    format!("{}: {note}", step["state"].as_str().unwrap())
}

/// A row of the table that the tests print.
fn told(means: Means, trap: &str, when: &str, did: &Did, said: &str) {
    println!("| {means:?} | {trap} | {when} | exit {} | {said} |", did.code);
}

struct Desk {
    home: TempDir,
    speed: &'static str,
    world: Served,
    run: String,
}

/// A value of the bundled runbook's target, as it stands there.
fn bundled(name: &str) -> &'static str {
    let begins = format!("\n{name} = ");
    let (_, behind) = BUNDLED.split_once(&begins).unwrap();
    match behind.strip_prefix('[') {
        Some(list) => &behind[..=list.find(']').unwrap() + 1],
        None => behind.lines().next().unwrap(),
    }
}

/// Some of the routes in the place of all.
fn some() -> [(&'static str, &'static str); 3] {
    [
        (bundled("user_management_bases"), BASES),
        (bundled("user_management_writes"), WRITES),
        (bundled("user_management_methods"), METHODS),
    ]
}

impl Desk {
    /// A run in which this was chosen, of every route that the bundled runbook has.
    fn whole(means: Means) -> Self {
        Self::of(SPEED, means, &[])
    }

    /// The same, of some of them: enough for each thing that can go wrong.
    fn open(means: Means) -> Self {
        Self::edited(means, &[])
    }

    /// The same, of a target and a runbook in which something was put in the place of something else.
    fn edited(means: Means, edits: &[(&str, &str)]) -> Self {
        Self::of(SPEED, means, &[&some(), edits].concat())
    }

    /// The same, where time runs otherwise.
    fn paced(speed: &'static str, means: Means) -> Self {
        Self::of(speed, means, &some())
    }

    fn of(speed: &'static str, means: Means, edits: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut serving = shared::program(home.path());
        serving.env("SWITCHBACK_REHEARSAL_SPEED", speed);
        let world = Served::by(serving);
        let values = [
            ("web_acl_id", "web_acl_id"),
            ("api", "admins_api"),
            ("stage", "admins_stage"),
            ("bases", "user_management_bases"),
            ("writes", "user_management_writes"),
            ("reads", "user_management_reads"),
            ("methods", "user_management_methods"),
        ]
        .map(|(name, of)| format!("{name} = {}\n", bundled(of)));
        let edit = |text: String| edits.iter().fold(text, |text, (was, is)| text.replace(was, is));
        let folder = shared::runbook(home.path(), "restrict", &edit(RUNBOOK.to_owned()));
        let target = folder.join("targets/rehearsal.toml");
        let head = std::fs::read_to_string(&target).unwrap();
        let (values, choice) = (edit(values.concat()), means.choice());
        let text = format!("{head}\n[values]\n{values}\n[decisions]\nrestrict-how = \"{choice}\"\n");
        std::fs::write(&target, text).unwrap();
        let mut desk = Self {
            home,
            speed,
            world,
            run: String::new(),
        };
        let book = folder.display().to_string();
        let opened = desk.say(0, &["run", "new", &book, "--target", "rehearsal"]);
        desk.run = opened.json()["run"].as_str().unwrap().to_owned();
        desk
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = shared::program(self.home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", self.speed)
            .args(words)
            .arg("--json");
        command
    }

    fn did(&self, words: &[&str]) -> Did {
        Did::of(self.command(words).output().unwrap())
    }

    #[track_caller]
    fn say(&self, code: i32, words: &[&str]) -> Did {
        self.did(words).code(code)
    }

    #[track_caller]
    fn preview(&self, step: &str) -> Value {
        self.say(0, &["step", "preview", &self.run, step]).json()
    }

    fn words_to_apply<'a>(&'a self, step: &'a str, seen: &'a Value) -> [&'a str; 8] {
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

    fn apply_as_seen(&self, step: &str, seen: &Value) -> Did {
        self.did(&self.words_to_apply(step, seen))
    }

    /// Begins what these words say, while the test goes on.
    fn begin(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    fn applying(&self, step: &str, seen: &Value) -> Child {
        self.begin(&self.words_to_apply(step, seen))
    }

    #[track_caller]
    fn apply(&self, step: &str) {
        let seen = self.preview(step);
        let did = self.apply_as_seen(step, &seen).code(0).json();
        assert_eq!(did["state"], "done", "{step}: {did}");
    }

    fn rollback(&self, of: &[&str]) -> Did {
        let words = [&["rollback", &self.run], of, &["--confirm", "rehearsal"]].concat();
        self.did(&words)
    }

    fn shown(&self, more: &[&str]) -> Value {
        let words = [&["run", "show", &self.run], more].concat();
        self.say(0, &words).json()
    }

    /// A step as `run show` tells it, by the journal alone or with a look.
    fn step(&self, id: &str, more: &[&str]) -> Value {
        Self::step_of(&self.shown(more), id)
    }

    fn step_of(shown: &Value, id: &str) -> Value {
        let steps = shown["steps"].as_array().unwrap();
        steps.iter().find(|step| step["id"] == id).unwrap().clone()
    }

    /// What the console says of a step: its state and its note.
    fn said(&self, id: &str) -> String {
        in_words(&self.step(id, &["--offline"]))
    }

    /// What a command says of a step, and the message of its error where that says more.
    fn said_of(&self, did: &Did, id: &str) -> String {
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
    fn changed_outside(&self) -> String {
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
    fn monitor(&self) -> (String, String) {
        Self::monitor_of(&self.shown(&[]))
    }

    fn monitor_of(shown: &Value) -> (String, String) {
        let monitor = &shown["monitors"][0];
        (
            monitor["state"].as_str().unwrap_or("none").to_owned(),
            monitor["value"].as_str().unwrap_or_default().to_owned(),
        )
    }

    fn log(&self) -> Vec<LogEntry> {
        self.world.control(async |client| client.log(0).await.unwrap())
    }

    /// How our requests of this operation ended, in their order.
    fn asked(&self, operation: &str) -> Vec<LogEntry> {
        let ours = |entry: &LogEntry| entry.service != "second-writer" && entry.operation == operation;
        self.log().into_iter().filter(ours).collect()
    }

    /// How often our requests of this operation were carried out.
    fn done(&self, operation: &str) -> usize {
        let asked = self.asked(operation);
        let done = |entry: &&LogEntry| matches!(entry.outcome, Outcome::Committed | Outcome::Lost);
        asked.iter().filter(done).count()
    }

    /// How often anything at all was changed by us.
    fn changes(&self) -> usize {
        let all = ["UpdateWebACL", "UpdateStage", "PutParameter", "UpdateService"];
        all.iter().map(|operation| self.done(operation)).sum()
    }

    /// The first of its after-checks that does not pass, as it was last read.
    fn not_passed(&self, step: &str) -> String {
        let step = self.step(step, &["--offline"]);
        let mut readings = step["verify"].as_array().unwrap().iter();
        let open = readings.find(|reading| reading["tone"] != "passing");
        open.map(|reading| format!("{} {}: {}", reading["id"], reading["tone"], reading["observed"]))
            .unwrap_or_default()
    }

    /// Writes that reached a handler of user management.
    fn writes(&self) -> usize {
        let log = self.log();
        log.iter()
            .filter(|entry| entry.service == "usermanagement")
            .count()
    }

    /// Everything of the world that a night may change.
    fn world(&self) -> Vec<String> {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        let mut objects = snapshot.objects();
        objects.sort();
        objects
    }

    /// A rule of the web ACL.
    fn rule(&self, name: &str) -> Value {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        let rules = snapshot.firewalls[0].acl["Rules"].as_array().unwrap().clone();
        rules.into_iter().find(|rule| rule["Name"] == name).unwrap()
    }

    /// The action of the freeze rule.
    fn action(&self) -> Value {
        self.rule(FREEZE_RULE)["Action"].clone()
    }

    /// The settings of a method, as the stage has them.
    fn settings(&self, key: &str) -> Option<Value> {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        snapshot.stages[0].method_settings.get(key).cloned()
    }

    /// Whether the restriction is set.
    fn is_closed(&self, means: Means) -> bool {
        match means {
            Means::Firewall => self.action()["Block"].is_object(),
            Means::Throttle => {
                let settings = self.settings(OWN);
                settings.is_some_and(|own| own["throttlingRateLimit"].as_f64() == Some(0.0))
            }
        }
    }

    fn lift(&self, fault: &str) {
        self.world
            .control(async |client| client.lift(fault).await.unwrap());
    }
}
