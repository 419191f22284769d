//! The five nights.

use crate::shared::until;
use crate::way_back::aws::Aws;
use crate::way_back::laptop::{Laptop, keyrings_are_there, signal};
use crate::way_back::transcript::Transcript;

/// A run whose TTL is lowered: something to take back.
fn lowered(laptop: &Laptop, transcript: &mut Transcript, more: &[&str]) -> String {
    let run = laptop.new_run(more);
    transcript.call(&run, "RUN");
    let digest = laptop.preview(&run, "lower-ttl");
    transcript.call(&digest, "PREVIEW");
    let args = [Laptop::apply(&run, "lower-ttl", &digest), more.to_vec()].concat();
    laptop.told(transcript, &args).code(0);
    run
}

/// The digest of the rollback's plan and what it names as not proven.
fn plan(
    laptop: &Laptop,
    transcript: &mut Transcript,
    run: &str,
    word: &'static str,
) -> (String, Vec<String>) {
    let shown = laptop.json(&["rollback", run, "--all"]).code(0).json();
    let digest = shown["digest"].as_str().unwrap().to_owned();
    transcript.call(&digest, word);
    transcript.command(laptop.name, &["rollback", run, "--all"]);
    let item = &shown["items"][0];
    let unproven: Vec<String> = serde_json::from_value(shown["unproven"].clone()).unwrap();
    transcript.said(
        0,
        &format!(
            "plan {digest}: {} now {} restores {}{}",
            item["id"].as_str().unwrap(),
            item["now"][0].as_str().unwrap_or("unread"),
            item["restores"][0].as_str().unwrap_or("nothing"),
            if unproven.is_empty() {
                String::new()
            } else {
                format!("; not proven: {}", unproven.join(", "))
            }
        ),
    );
    (digest, unproven)
}

fn confirm<'a>(run: &'a str, plan: &'a str) -> [&'a str; 7] {
    ["rollback", run, "--all", "--confirm", "rehearsal", "--plan", plan]
}

#[test]
fn night_1_a_stale_screen() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let mut told = Transcript::new("night 1: a stale screen");
    let before = aws.look();
    told.world("before", &before);
    let run = lowered(&laptop, &mut told, &[]);
    let (seen, _) = plan(&laptop, &mut told, &run, "PLAN-1");
    told.event("somebody else changes the record while the person reads");
    aws.inject("second-writer");
    let sent = aws.changes();
    let stale = laptop.told(&mut told, &confirm(&run, &seen)).code(5);
    assert_eq!(stale.error()["code"], "stale_screen");
    assert_eq!(aws.changes(), sent, "nothing was sent on a stale screen");
    let (new, _) = plan(&laptop, &mut told, &run, "PLAN-2");
    assert_ne!(new, seen);
    laptop.told(&mut told, &confirm(&run, &new)).code(7);
    let after = aws.look();
    told.world("after", &after);
    assert_eq!(after, before);
}

#[test]
fn night_2_a_frozen_console_holds_the_lease() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let mut told = Transcript::new("night 2: a frozen console holds the lease");
    let before = aws.look();
    told.world("before", &before);
    let run = laptop.new_run(&[]);
    told.call(&run, "RUN");
    let digest = laptop.preview(&run, "lower-ttl");
    told.call(&digest, "PREVIEW");
    // The change takes 5 s of real time to be everywhere: the lease is held as long.
    aws.inject("insync-slow:300");
    let args = Laptop::apply(&run, "lower-ttl", &digest);
    told.command("frozen", &args);
    let frozen = laptop.spawn(&args);
    until("the call is answered", || {
        (laptop.state(&run, "lower-ttl") == "verifying").then_some(())
    });
    told.event("the process that drives the run freezes in mid-step (SIGSTOP)");
    signal("-STOP", &frozen.id().to_string());
    aws.lift("insync-slow");

    let refused = laptop
        .told(&mut told, &["rollback", &run, "--all", "--confirm", "rehearsal"])
        .code(8);
    assert_eq!(refused.error()["code"], "locked");
    let words = refused.error()["message"].as_str().unwrap().to_owned();
    assert!(words.contains("driven by laptop"), "{words}");
    let mend = refused.error()["hint"].as_str().unwrap().to_owned();
    assert!(mend.contains("run take"), "{mend}");
    laptop
        .told(
            &mut told,
            &["run", "take", &run, "--reason", "the console is frozen"],
        )
        .code(0);
    laptop
        .told(&mut told, &["rollback", &run, "--all", "--confirm", "rehearsal"])
        .code(7);
    let after = aws.look();
    told.world("after", &after);
    assert_eq!(after, before);

    told.event("the frozen one thaws (SIGCONT)");
    signal("-CONT", &frozen.id().to_string());
    let late = Laptop::wait(frozen);
    told.said(late.code, late.error()["message"].as_str().unwrap());
    assert_eq!(late.code, 8, "{}", late.err);
    let end = aws.look();
    told.world("at last", &end);
    assert_eq!(end, before, "a fenced-out driver changes nothing");
}

#[test]
fn night_3_a_dead_laptop() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let (share, safe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mirror = share.path().join("mirror");
    let (folder, code) = (mirror.display().to_string(), safe.path().join("code.txt"));
    let mirrored = ["--mirror", folder.as_str()];
    let code = code.display().to_string();
    let mut told = Transcript::new("night 3: a dead laptop");
    told.call(&folder, "SHARE");
    told.call(&code, "CODE");
    let before = aws.look();
    let by_boto3 = aws.by_boto3();
    told.world("before", &before);

    let mut first = Laptop::with_keychain("laptop-a", &aws, "password of a");
    let run = first.new_run(&[&mirrored[..], &["--recovery-code-file", &code]].concat());
    told.call(&run, "RUN");
    let digest = first.preview(&run, "lower-ttl");
    told.call(&digest, "PREVIEW-1");
    let args = [Laptop::apply(&run, "lower-ttl", &digest), mirrored.to_vec()].concat();
    first.told(&mut told, &args).code(0);
    let here = first.json(&["journal", "verify", &run]).code(0).json();
    assert_eq!(here["complete"], true, "the keyring vouches for it: {here}");

    // The call is made, its answer takes long, and the machine dies meanwhile.
    let digest = first.preview(&run, "switch");
    told.call(&digest, "PREVIEW-2");
    aws.inject("delay:ChangeResourceRecordSets:60000");
    let args = [Laptop::apply(&run, "switch", &digest), mirrored.to_vec()].concat();
    told.command("laptop-a", &args);
    let sent = aws.changes();
    let mut driving = first.spawn(&args);
    until("the world has made the change", || {
        (aws.changes() > sent).then_some(())
    });
    told.event("laptop-a is killed while the call is in flight (kill -9: program, bus and keyring)");
    driving.kill().unwrap();
    driving.wait().unwrap();
    first.die();
    aws.lift("delay");
    let far = aws.look();
    told.world("far", &far);
    assert_ne!(far, before);
    let copy = mirror.join(format!("{run}.jsonl"));
    let last = std::fs::read_to_string(&copy).unwrap();
    assert!(
        last.lines().last().unwrap().contains("intended"),
        "the intent was in the mirror before the request left"
    );
    drop(first);

    // Another workstation: its own bus, its own and empty keyring, nothing of the first but the share
    // and the code from the safe.
    let second = Laptop::with_keychain("laptop-b", &aws, "password of b");
    assert_eq!(second.entries(), 0, "its keyring is empty");
    let copy = copy.display().to_string();
    let import = [
        "journal",
        "import",
        &copy,
        "--takeover",
        "--by",
        "s.example",
        "--reason",
        "laptop-a is dead",
        "--recovery-code-file",
        &code,
    ];
    second
        .told(&mut told, &[&import[..], &mirrored[..]].concat())
        .code(0);
    let back = ["rollback", &run, "--all", "--confirm", "rehearsal"];
    let done = second
        .told(&mut told, &[&back[..], &mirrored[..]].concat())
        .code(7);
    assert!(done.json()["warnings"].is_null(), "{}", done.out);
    let after = aws.look();
    told.world("after", &after);
    assert_eq!(after, before);
    assert_eq!(aws.by_boto3(), by_boto3, "boto3 sees it too");
    let there = second
        .told(&mut told, &["journal", "verify", &run])
        .code(0)
        .json();
    assert_eq!(there["complete"], false);
    assert!(
        there["sentence"]
            .as_str()
            .unwrap()
            .contains("complete since event"),
        "{there}"
    );
    assert!(second.entries() > 0, "its keyring vouches from here on");
}

/// The mirror was named once: a shell that does not name it must not drive past a takeover.
#[test]
fn a_workstation_that_comes_back_remembers_the_mirror() {
    let aws = Aws::serve();
    let share = tempfile::tempdir().unwrap();
    let folder = share.path().join("mirror").display().to_string();
    let first = Laptop::without_keychain("laptop-a", &aws);
    let run = first.new_run(&["--mirror", &folder]);
    let copy = format!("{folder}/{run}.jsonl");
    let second = Laptop::without_keychain("laptop-b", &aws);
    let import = ["journal", "import", &copy, "--takeover", "--by", "s.example"];
    let why = ["--reason", "laptop-a is lost", "--mirror", &folder];
    second.json(&[&import[..], &why[..]].concat()).code(0);
    let hold = ["run", "hold", &run, "--reason", "back again"];
    let late = first.json(&hold).code(8);
    assert!(late.err.contains("took this run over"), "{}", late.err);
    second.json(&hold).code(0);
}

#[test]
fn night_4_a_drifted_record() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let mut told = Transcript::new("night 4: a drifted record");
    let before = aws.look();
    told.world("before", &before);
    let run = lowered(&laptop, &mut told, &[]);
    told.event("hours later somebody changes the record outside the console");
    aws.inject("second-writer");
    let drifted = aws.look();
    told.world("drifted", &drifted);
    assert_ne!(drifted, before);
    // What would be restored over is shown, and confirmed as it was shown.
    let shown = laptop.json(&["rollback", &run, "--all"]).code(0).json();
    let now = shown["items"][0]["now"][0].as_str().unwrap();
    assert!(now.contains(switchback_rehearsal::SECOND_WRITER_ADDRESS), "{now}");
    let (digest, _) = plan(&laptop, &mut told, &run, "PLAN");
    laptop.told(&mut told, &confirm(&run, &digest)).code(7);
    let after = aws.look();
    told.world("after", &after);
    assert_eq!(after, before);
}

#[test]
fn night_5_credentials_expire_and_are_renewed() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let mut told = Transcript::new("night 5: the sign-in expires, then is renewed");
    let before = aws.look();
    told.world("before", &before);
    let run = lowered(&laptop, &mut told, &[]);
    told.event("the sign-in expires");
    aws.inject("expired-credentials");
    // Blind: the way back is still there, and says what is not proven.
    let (_, unproven) = plan(&laptop, &mut told, &run, "PLAN");
    assert!(unproven.contains(&"read-lower-ttl".to_owned()), "{unproven:?}");
    let back = ["rollback", &run, "--all", "--confirm", "rehearsal"];
    laptop.told(&mut told, &back).code(6);
    let mut forced = back.to_vec();
    for check in &unproven {
        forced.extend(["--override", check]);
    }
    forced.extend(["--reason", "the old side is known to be up"]);
    let sent = aws.changes();
    let stopped = laptop.told(&mut told, &forced).code(6);
    let words = stopped.error()["message"].as_str().unwrap().to_owned();
    assert!(words.contains("stopped at lower-ttl"), "{words}");
    assert_eq!(aws.changes(), sent);
    told.event("signed in again: the same click goes on");
    aws.lift("expired-credentials");
    laptop.told(&mut told, &["rollback", &run, "--retry"]).code(7);
    let after = aws.look();
    told.world("after", &after);
    assert_eq!(after, before);
}
