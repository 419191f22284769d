//! What AWS says it refused, through the real command line: something on the way repeats the POST, a refusal
//! comes after a commit, an answer is cut; an apply without a change; a rollback that was cut short; a digest
//! from elsewhere.

mod between;

use serde_json::Value;
use switchback_rehearsal::Handle;

use self::between::{Between, Does};
use crate::shared::{Did, until};
use crate::station::Station;

/// World seconds per real second: the 18 s in which a request may land pass in 0.3 s.
const SPEED: &str = "60";
/// The step that lowers the TTL.
const STEP: &str = "lower-ttl";

impl Station {
    /// Puts something in between: what the program finds as AWS is this.
    fn behind(&self, between: &Between) {
        let file = std::path::PathBuf::from(self.world.document["handle"].as_str().unwrap());
        let mut handle: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        handle["aws_port"] = between.at.port().into();
        handle["endpoint"] = format!("http://{}", between.at).into();
        std::fs::write(&file, serde_json::to_vec(&handle).unwrap()).unwrap();
        assert_eq!(
            Handle::read(file.parent().unwrap()).unwrap().aws_addr(),
            between.at
        );
    }

    /// Opens a run, which is the one that is spoken of from then on, and previews its first step once that is ready.
    #[track_caller]
    fn lowering(&mut self) -> Value {
        self.open_run("dns-switch", "rehearsal");
        self.lowering_again()
    }

    #[track_caller]
    fn lowering_again(&self) -> Value {
        self.until_ready(STEP);
        self.preview(STEP)
    }

    /// How often the record was changed.
    fn sent(&self) -> usize {
        self.done("ChangeResourceRecordSets")
    }

    /// The record as the world has it.
    fn apps(&self) -> String {
        let state = self.world.control(async |client| client.state().await.unwrap());
        let apps = state.records.iter().filter(|set| set.name.starts_with("apps."));
        apps.map(|set| serde_json::to_string(set).unwrap()).collect()
    }
}

#[test]
fn something_that_repeats_the_post_is_found_out_and_the_way_back_is_kept() {
    let mut desk = Station::served(SPEED);
    let between = Between::start(desk.world.handle.aws_addr());
    desk.behind(&between);
    let before = desk.apps();
    for does in [Does::Repeats, Does::Cuts, Does::Forbids] {
        let seen = desk.lowering();
        let (sent, fired) = (desk.sent(), between.fired());
        between.next(does);
        let did = desk.apply_as_seen(STEP, &seen).code(0).json();
        assert_eq!(did["state"], "done", "{did}");
        assert_eq!(between.fired(), fired + 1);
        assert_eq!(desk.sent(), sent + 1, "made once");
        assert_ne!(desk.apps(), before);
        // The way back, too.
        between.next(does);
        desk.roll_back();
        assert_eq!(between.fired(), fired + 2);
        assert_eq!(desk.sent(), sent + 2);
        assert_eq!(desk.apps(), before);
    }
}

#[test]
fn no_refusal_after_a_commit_is_believed() {
    let mut desk = Station::served(SPEED);
    let before = desk.apps();
    for fault in [
        "error-after:ChangeResourceRecordSets:InvalidChangeBatch",
        "error-after:ChangeResourceRecordSets:Throttling",
        "error-after:ChangeResourceRecordSets:PriorRequestNotComplete",
        "error-after:ChangeResourceRecordSets:AccessDenied",
        "error-after:ChangeResourceRecordSets:ExpiredToken",
        "error-after:ChangeResourceRecordSets:InvalidInput",
        "error-after:ChangeResourceRecordSets:NoSuchHostedZone",
        "error-after:ChangeResourceRecordSets:ServiceUnavailable",
        "repeated",
        "answer-cut",
        "answer-endless",
    ] {
        let seen = desk.lowering();
        let sent = desk.sent();
        desk.world.inject(fault);
        let did = desk.apply_as_seen(STEP, &seen);
        assert_eq!(did.code, 0, "{fault}: {} {}", did.out, did.err);
        assert_eq!(did.json()["state"], "done", "{fault}");
        assert_eq!(desk.sent(), sent + 1, "{fault}: made once");
        desk.world.inject(fault);
        let back = desk.rollback(&["--all"]);
        assert_eq!(back.code, 7, "{fault}: {} {}", back.out, back.err);
        assert_eq!(desk.sent(), sent + 2, "{fault}: taken back once");
        assert_eq!(desk.apps(), before, "{fault}");
    }
}

#[test]
fn what_was_refused_is_said_of_a_look_and_so_is_that_there_is_nothing_to_undo() {
    let mut desk = Station::served(SPEED);
    for (fault, code, said) in [
        (
            "error-before:ChangeResourceRecordSets:AccessDenied",
            1,
            "not allowed",
        ),
        // Sign in first.
        ("error-before:ChangeResourceRecordSets:ExpiredToken", 6, "expired"),
        (
            "error-before:ChangeResourceRecordSets:InvalidChangeBatch",
            1,
            "refused",
        ),
    ] {
        let seen = desk.lowering();
        desk.world.inject(fault);
        let failed = desk.apply_as_seen(STEP, &seen).code(code).error();
        let words = failed["message"].as_str().unwrap().to_owned();
        assert!(
            words.starts_with("Nothing was changed.") && words.contains(said),
            "{words}"
        );
        // Not by memory: where it can't be read, that is said.
        desk.world.inject("denied:ListResourceRecordSets");
        let blind = desk.say(4, &["rollback", &desk.run, "--all"]).error();
        let words = blind["message"].as_str().unwrap().to_owned();
        assert!(words.contains("can't be told"), "{words}");
        desk.lift("denied:ListResourceRecordSets");
        let nothing = desk.say(5, &["rollback", &desk.run, "--all"]).error();
        assert_eq!(nothing["message"], "There is nothing to undo.");
    }
}

#[test]
fn an_apply_without_a_change_is_no_less_of_an_apply() {
    let mut desk = Station::served(SPEED);
    let seen = desk.lowering();
    desk.apply_as_seen(STEP, &seen).code(0);
    let lowered = desk.run.clone();
    let empty = desk.lowering();
    // It can't be read: it is not done.
    desk.world.inject("denied:ListResourceRecordSets");
    let unread = desk.apply_as_seen(STEP, &empty);
    assert_eq!(unread.code, 4, "{} {}", unread.out, unread.err);
    desk.lift("denied:ListResourceRecordSets");
    desk.world.inject("expired-credentials");
    let nobody = desk.apply_as_seen(STEP, &empty);
    assert_eq!(nobody.code, 6, "{} {}", nobody.out, nobody.err);
    desk.lift("expired-credentials");
    // It is so: done, and nothing was sent.
    let empty = desk.lowering_again();
    let sent = desk.sent();
    let done = desk.apply_as_seen(STEP, &empty).code(0).json();
    assert_eq!(done["state"], "done");
    assert_eq!(desk.sent(), sent);
    // Somebody sets another TTL meanwhile: what was approved holds no longer.
    let empty = desk.lowering();
    let third = std::mem::replace(&mut desk.run, lowered);
    desk.roll_back();
    desk.run = third;
    let drifted = desk.apply_as_seen(STEP, &empty).code(5).error();
    let words = drifted["message"].as_str().unwrap();
    // Where the checks had aged meanwhile they are read once more, and that shows it already.
    let seen = [
        "The record changed since you saw the preview",
        "The preview is not the one that you saw",
    ];
    assert!(seen.iter().any(|one| words.contains(one)), "{words}");
    assert_ne!(desk.lowering_again()["digest"], empty["digest"]);
}

#[test]
fn a_rollback_that_was_killed_goes_on_by_the_same_command() {
    let mut desk = Station::served(SPEED);
    let before = desk.apps();
    let seen = desk.lowering();
    desk.apply_as_seen(STEP, &seen).code(0);
    let plan = desk.say(0, &["rollback", &desk.run, "--all"]).json()["digest"]
        .as_str()
        .unwrap()
        .to_owned();
    let same = [
        "rollback",
        &desk.run,
        "--all",
        "--confirm",
        "rehearsal",
        "--plan",
        &plan,
    ];
    // The change of the way back arrives late, so that the program is killed while it waits.
    desk.world.inject("delay:ChangeResourceRecordSets:6000");
    let sent = desk.sent();
    let mut child = desk
        .command(&same)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the change is sent", || (desk.sent() > sent).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    desk.lift("delay:ChangeResourceRecordSets");
    let shown = Did::of(desk.for_people(&["run", "show", &desk.run]).output().unwrap());
    assert!(
        shown.out.contains("driven by ") && shown.out.contains(", which has ended)"),
        "{}",
        shown.out
    );
    // Another one is not mixed up with it, and nobody is told to wait for what does not run.
    let other = desk.rollback(&["--step", STEP]).code(5).error();
    assert!(other["hint"].as_str().unwrap().contains("--retry"), "{other}");
    let again = Did::of(desk.for_people(&same).output().unwrap());
    assert_eq!(again.code, 7, "{} {}", again.out, again.err);
    let said = format!("{}{}", again.out, again.err);
    assert!(said.contains("This rollback was confirmed already"), "{said}");
    assert_eq!(desk.apps(), before);
    assert_eq!(desk.sent(), sent + 1, "not repeated");
}

#[test]
fn a_digest_from_elsewhere_is_refused_by_name() {
    let mut desk = Station::served(SPEED);
    let first = desk.lowering();
    let run = desk.run.clone();
    let refused = |desk: &Station, step: &str, seen: &Value| {
        let error = desk.apply_as_seen(step, seen).code(5).error();
        assert_eq!(error["code"], "stale_screen");
        error["message"].as_str().unwrap().to_owned()
    };
    // Of another run of the same plan, with the very same preview.
    desk.lowering();
    let words = refused(&desk, STEP, &first);
    assert!(words.contains("in this run"), "{words}");
    desk.run = run;
    desk.apply_as_seen(STEP, &first).code(0);
    desk.roll_back();
    desk.say(0, &["step", "reopen", &desk.run, STEP, "--reason", "once more"]);
    let again = desk.lowering_again();
    assert_ne!(again["digest"], first["digest"]);
    let words = refused(&desk, STEP, &first);
    assert!(words.contains("before the step was reopened"), "{words}");
    desk.apply_as_seen(STEP, &again).code(0);
    // Of another step.
    desk.until_ready("switch");
    desk.preview("switch");
    let words = refused(&desk, "switch", &again);
    assert!(words.contains("step lower-ttl"), "{words}");
    desk.roll_back();
}
