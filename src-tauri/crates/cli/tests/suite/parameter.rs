//! `ssm.parameter` by the real command line against a served world: there and back, to the letter; something on
//! the way that repeats the request; and somebody else who writes before, while and after we do. AWS refuses none
//! of these.

use std::process::{Child, Command, Stdio};

use serde_json::Value;
use switchback_aws::ssm::ParameterChange;
use switchback_aws::{AnyChange as _, Aws, AwsOptions};
use switchback_model::{Image, ParameterWish, SetParameter};
use switchback_rehearsal::{
    ACCESS_KEY, LogEntry, Outcome, PROFILES_PARAMETER, ParameterView, SECRET_KEY_ALIAS, SECRET_PARAMETER,
};
use tempfile::TempDir;

use crate::shared::{self, Did, Served, until};

const RUNBOOK: &str = include_str!("../emulators/profiles.toml");
const APPENDING: &str = include_str!("../emulators/profiles_append.toml");
const STEP: &str = "profiles";

struct Desk {
    home: TempDir,
    world: Served,
    /// The version of the profiles with which the world begins.
    first: u64,
    /// Where the recovery code of its run is kept; there is no keychain.
    code: Option<String>,
}

impl Desk {
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

#[test]
fn what_others_append_in_between_is_there_after_the_way_back() {
    let desk = Desk::with(APPENDING);
    let run = desk.run();
    let preview = desk.preview(&run);
    let change = &preview["changes"][0];
    assert_eq!(change["before"][0], "prod", "{change}");
    assert_eq!(change["after"][0], "prod,cognito", "{change}");
    // Somebody is quicker: the preview is made anew of what is there now.
    desk.somebody_puts("prod,audit");
    let words = Desk::apply_words(&run, preview["digest"].as_str().unwrap());
    let refused = desk.say(5, &words).error();
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("changed since you saw the preview"), "{message}");
    assert_eq!(desk.apply(0, &run).json()["state"], "done");
    assert_eq!(desk.profiles().0, "prod,audit,cognito");

    desk.somebody_puts("prod,audit,cognito, debug");
    // What is theirs is no change of ours.
    let shown = desk.say(0, &["run", "show", &run]).json();
    let step = &shown["steps"][0];
    assert_eq!(step["state"], "done", "{step}");
    assert!(step["drift"].is_null(), "{step}");
    let plan = desk.say(0, &["rollback", &run, "--all"]).json();
    let item = &plan["items"][0];
    assert_eq!(item["now"][0], "prod,audit,cognito, debug", "{item}");
    assert_eq!(item["restores"][0], "prod,audit, debug", "{item}");
    assert!(item["loses"].as_array().unwrap().is_empty(), "{item}");
    let call = &item["preview"]["calls"][0];
    assert_eq!(call["parameters"]["Value"], "prod,audit, debug", "{item}");
    let sheet = desk.words(&["run", "sheet", &run]);
    assert!(sheet.contains("\"Value\":\"prod,audit, debug\""), "{sheet}");

    assert_eq!(desk.roll_back(&run)["state"], "completed");
    assert_eq!(desk.profiles(), ("prod,audit, debug".to_owned(), 4));
    assert_eq!(desk.step(&run)["state"], "undone");
    assert_eq!(desk.puts().len(), 2);
    desk.say(0, &["journal", "verify", &run]);
}

#[test]
fn what_is_among_them_already_is_not_appended_and_not_taken_out() {
    let desk = Desk::with(&APPENDING.replacen("lacks = [\"cognito\"]", "contains = [\"prod\"]", 1));
    desk.somebody_puts("cognito,prod");
    let run = desk.run();
    let preview = desk.preview(&run);
    assert!(preview["changes"].as_array().unwrap().is_empty(), "{preview}");
    assert_eq!(desk.apply(0, &run).json()["state"], "done");
    let nothing = desk.say(5, &["rollback", &run, "--all"]).error();
    assert_eq!(nothing["message"], "There is nothing to undo.");
    assert_eq!(desk.puts(), []);
}

/// Ours overwrote what somebody had appended a moment before: it is named, and the way back takes out ours alone.
#[test]
fn an_item_that_we_overwrote_unseen_is_found_and_named() {
    let desk = Desk::with(APPENDING);
    let run = desk.run();
    desk.world.inject("lands-late:PutParameter:4000");
    let applying = desk.begin(&run);
    until("the request has arrived", || {
        let faults = desk
            .world
            .control(async |client| client.state().await.unwrap().faults);
        faults.is_empty().then_some(())
    });
    desk.somebody_puts("prod,hotfix");
    let did = ended(applying).code(4);
    assert_eq!(desk.profiles().0, "prod,cognito");
    let step = desk.step(&run);
    assert_eq!(step["state"], "foreign", "{step} {}", did.err);
    let note = step["note"].as_str().unwrap();
    assert!(
        note.contains("somebody else had written “prod,hotfix” in between"),
        "{note}"
    );
    let by_field = desk
        .say(5, &["step", "resolve", &run, STEP, "--as", "value=restore"])
        .error();
    let message = by_field["message"].as_str().unwrap();
    assert!(
        message.contains("nothing of it is restored field by field"),
        "{message}"
    );
    // They write it again; the way back leaves it.
    desk.somebody_puts("prod,cognito,hotfix");
    assert_eq!(desk.roll_back(&run)["state"], "completed");
    assert_eq!(desk.profiles().0, "prod,hotfix");
}

/// Somebody took out everything else: an empty value can't be written, and what to write then a person says.
#[test]
fn a_list_of_ours_alone_is_not_emptied() {
    let desk = Desk::with(APPENDING);
    let run = desk.run();
    assert_eq!(desk.apply(0, &run).json()["state"], "done");
    desk.somebody_puts("cognito");
    let plan = desk.words(&["rollback", &run, "--all"]);
    assert!(
        plan.contains("Nothing but what this step appended is left"),
        "{plan}"
    );
    let refused = desk
        .say(3, &["rollback", &run, "--all", "--confirm", "rehearsal"])
        .error();
    assert!(
        refused["message"].as_str().unwrap().contains("undo-profiles"),
        "{refused}"
    );
    assert_eq!(desk.profiles().0, "cognito");
}

/// A whole value and an item behind it, on one parameter: taking back the item leaves what somebody appended, taking
/// back the value does not, and says so.
#[test]
fn what_others_appended_is_named_where_a_whole_value_is_taken_back_under_it() {
    let (_, appending) = APPENDING.split_once("[[phase.step]]").unwrap();
    let appending = appending
        .replace("\"cognito\"", "\"audit\"")
        .replacen("id = \"profiles\"", "id = \"more\"", 1)
        .replacen("plan_ref = \"mid.5\"", "plan_ref = \"mid.6\"", 1);
    let desk = Desk::with(&format!("{RUNBOOK}\n[[phase.step]]{appending}"));
    let run = desk.run();
    assert_eq!(desk.apply(0, &run).json()["state"], "done");
    let preview = desk.say(0, &["step", "preview", &run, "more"]).json();
    let digest = preview["digest"].as_str().unwrap();
    let words = [
        "step",
        "apply",
        &run,
        "more",
        "--confirm",
        "rehearsal",
        "--preview",
        digest,
    ];
    assert_eq!(desk.say(0, &words).json()["state"], "done");
    desk.somebody_puts("prod,cognito,audit,debug");
    let plan = desk.say(0, &["rollback", &run, "--all"]).json();
    let (item, value) = (&plan["items"][0], &plan["items"][1]);
    assert_eq!(item["restores"][0], "prod,cognito,debug", "{item}");
    assert!(item["loses"].as_array().unwrap().is_empty(), "{item}");
    assert_eq!(value["now"][0], "prod,cognito,debug", "{value}");
    assert_eq!(value["restores"][0], "prod", "{value}");
    assert!(value["loses"].to_string().contains("debug"), "{value}");
    assert_eq!(desk.roll_back(&run)["state"], "completed");
    assert_eq!(desk.profiles().0, "prod");
}

/// The runbook that appends, of another parameter that is a SecureString.
fn sealing(name: &str) -> String {
    let line = format!("name = {PROFILES_PARAMETER:?}");
    APPENDING.replace(&line, &format!("name = {name:?}\nsecure = true"))
}

/// The value of the secret and its key, as AWS gives it to who decrypts it.
fn secret(desk: &Desk) -> (String, String) {
    let handle = &desk.world.handle;
    let aws = Aws::connect(&AwsOptions {
        endpoint: Some(handle.endpoint.clone()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some((ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap();
    let change = Box::new(ParameterChange(SetParameter {
        name: SECRET_PARAMETER.to_owned(),
        wish: ParameterWish::Append(vec!["cognito".to_owned()]),
        secure: true,
    }));
    let image = desk
        .world
        .control(async |_| change.bound(aws).read(None).await.unwrap().image);
    let Image::Parameter { content, .. } = image else {
        unreachable!("a parameter")
    };
    (content.value, content.key_id.unwrap())
}

/// Whether a text stands in any file of the program's home but the world's own.
fn is_kept(folder: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_owned();
        match path.is_dir() {
            true => name != "rehearsal" && is_kept(&path, text),
            false => {
                let bytes = std::fs::read(&path).unwrap();
                bytes.windows(text.len()).any(|part| part == text.as_bytes())
            }
        }
    })
}

#[test]
fn a_secure_string_is_appended_to_and_shown_and_kept_nowhere() {
    let mut desk = Desk::with(&sealing(SECRET_PARAMETER));
    desk.code = Some(desk.home.path().join("code.txt").display().to_string());
    let (start, key) = secret(&desk);
    assert_eq!(
        (start.as_str(), key.as_str()),
        ("not-a-real-secret", SECRET_KEY_ALIAS)
    );
    let run = desk.run();
    let mut said = Vec::new();

    let preview = desk.preview(&run);
    let change = &preview["changes"][0];
    assert_eq!(change["before"][0], "1 item, not shown", "{change}");
    assert_eq!(change["after"][0], "1 item, not shown, and cognito", "{change}");
    let call = &preview["calls"][0];
    assert_eq!(call["parameters"]["KeyId"], SECRET_KEY_ALIAS, "{call}");
    assert!(call["parameters"]["Value"].is_null(), "{call}");
    said.push(preview.to_string());
    said.push(desk.words(&["step", "preview", &run, STEP]));
    let did = desk.apply(0, &run).json();
    assert_eq!(did["state"], "done", "{did}");
    said.push(did.to_string());
    assert_eq!(secret(&desk), (format!("{start},cognito"), key.clone()));

    // Somebody appends a secret of their own.
    let theirs = "another-real-secret";
    desk.world.inject(&format!(
        "parameter-changed:{SECRET_PARAMETER}:{start},cognito,{theirs}"
    ));
    said.push(desk.words(&["run", "show", &run]));
    let plan = desk.say(0, &["rollback", &run, "--all"]).json();
    let item = &plan["items"][0];
    assert_eq!(item["restores"][0], "2 items, not shown", "{item}");
    assert_eq!(
        item["preview"]["changes"][0]["before"][0], "2 items, not shown, and cognito",
        "{item}"
    );
    assert!(item["loses"].as_array().unwrap().is_empty(), "{item}");
    said.push(plan.to_string());
    said.push(desk.words(&["rollback", &run, "--all"]));
    said.push(desk.words(&["run", "sheet", &run]));
    let back = desk.roll_back(&run);
    assert_eq!(back["state"], "completed", "{back}");
    assert_eq!(secret(&desk), (format!("{start},{theirs}"), key));
    said.push(desk.say(0, &["journal", "show", &run]).out);
    said.push(desk.say(0, &["run", "show", &run]).out);
    for text in [start.as_str(), theirs] {
        let told = said.iter().find(|said| said.contains(text));
        assert_eq!(told, None);
        assert!(!is_kept(&desk.home.path().join("home"), text), "{text}");
        assert!(
            is_kept(&desk.home.path().join("home"), "cognito"),
            "the plan is there"
        );
    }
    desk.say(0, &["journal", "verify", &run]);
}

#[test]
fn what_a_runbook_says_of_a_type_must_be_so() {
    let plain = APPENDING.replace(PROFILES_PARAMETER, SECRET_PARAMETER);
    for (book, why) in [
        (plain, "is a SecureString, and the runbook does not say so"),
        (
            sealing(PROFILES_PARAMETER),
            "is a String, and the runbook says `secure = true`",
        ),
    ] {
        let mut desk = Desk::with(&book);
        desk.code = Some(desk.home.path().join("code.txt").display().to_string());
        let run = desk.run();
        let refused = Did::of(desk.command(&["step", "preview", &run, STEP]).output().unwrap());
        let said = format!("{}{}", refused.out, refused.err);
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("not-a-real-secret"), "{said}");
    }
}
