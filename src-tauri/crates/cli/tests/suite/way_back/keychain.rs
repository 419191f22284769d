//! The keychain: secrets in it, and what a run does where it is gone, locked or mute. The way back of
//! infrastructure never depends on it.

use std::time::{Duration, Instant};

use crate::way_back::aws::Aws;
use crate::way_back::laptop::{Laptop, is_nowhere, keyrings_are_there};

const VALUE: &[u8] = b"correct horse battery staple";

/// Goes forward by one step and back again under whatever keychain there is.
fn there_and_back(laptop: &Laptop, aws: &Aws, run: &str) {
    let before = aws.look();
    let digest = laptop.preview(run, "lower-ttl");
    laptop.json(&Laptop::apply(run, "lower-ttl", &digest)).code(0);
    assert_ne!(aws.look(), before);
    laptop
        .json(&["rollback", run, "--all", "--confirm", "rehearsal"])
        .code(7);
    assert_eq!(aws.look(), before);
}

/// Goes back only.
fn back(laptop: &Laptop, run: &str) {
    laptop
        .json(&["rollback", run, "--all", "--confirm", "rehearsal"])
        .code(7);
}

#[track_caller]
fn cannot_prove(laptop: &Laptop, run: &str) {
    let verified = laptop.json(&["journal", "verify", run]).code(0).json();
    assert_eq!(verified["complete"], false);
    let sentence = verified["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("consistent to event") && sentence.contains("cannot prove that nothing was cut"),
        "{sentence}"
    );
}

#[test]
fn secrets_are_in_the_keychain_and_their_names_in_the_home() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let mut laptop = Laptop::with_keychain("laptop", &aws, "one");
    let set = |name: &str, value: &[u8]| laptop.with_input(&["secret", "set", name], value);
    let kept = set("user-api", &[VALUE, b"\n"].concat()).code(0);
    assert_eq!(kept.json()["secret"], "user-api");
    set("other", b"2").code(0);
    assert_eq!(laptop.entries(), 2, "the keyring itself holds them");
    let listed = laptop.json(&["secret", "list"]).code(0);
    assert_eq!(listed.json()["secrets"], serde_json::json!(["other", "user-api"]));
    for said in [&kept.out, &kept.err, &listed.out, &listed.err] {
        assert!(!said.contains("horse"), "{said}");
    }
    is_nowhere(&laptop.home(), VALUE);

    // Typed at a terminal: asked for, and not shown.
    let typed = laptop.typed("secret set other", "a typed horse").code(0);
    assert!(
        typed.out.contains("Value of other (not shown)") && typed.out.contains("kept other"),
        "{}",
        typed.out
    );
    assert!(!typed.out.contains("horse"), "{}", typed.out);
    let asked = laptop.typed("secret set other --no-input", "").code(2);
    assert!(asked.out.contains("Nobody may be asked"), "{}", asked.out);
    assert_eq!(laptop.entries(), 2);

    // Refused with words: names, values, and nobody to ask.
    assert_eq!(set("A b", b"x").code(2).error()["code"], "usage");
    assert_eq!(set("empty", b"\n").code(2).error()["code"], "usage");
    assert_eq!(set("long", &[b'x'; 3000]).code(2).error()["code"], "usage");
    assert_eq!(
        laptop.json(&["secret", "delete", "absent"]).code(1).error()["code"],
        "not_found"
    );
    laptop.json(&["secret", "set", "a", "value"]).code(2);
    laptop.json(&["secret", "delete", "other"]).code(0);
    assert_eq!(laptop.entries(), 1);

    // Locked: nothing is lost, names are still told.
    laptop.log_out();
    laptop.log_in("not the password");
    let locked = laptop.with_input(&["secret", "set", "user-api"], b"new").code(1);
    let error = locked.error();
    assert_eq!(error["code"], "keychain");
    assert!(error["message"].as_str().unwrap().contains("locked"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("Unlock"), "{error}");
    assert_eq!(
        laptop.json(&["secret", "list"]).code(0).json()["secrets"],
        serde_json::json!(["user-api"])
    );
    // Absent.
    laptop.log_out();
    let absent = laptop.json(&["secret", "delete", "user-api"]).code(1).error();
    assert!(
        absent["message"].as_str().unwrap().contains("no keychain"),
        "{absent}"
    );
    assert!(absent["hint"].as_str().unwrap().contains("gnome-keyring"));
    laptop.log_in("one");
    laptop.json(&["secret", "delete", "user-api"]).code(0);
    assert_eq!(laptop.entries(), 0);
}

#[test]
fn without_a_keychain_a_run_is_opened_and_goes_back() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let run = laptop.new_run(&[]);
    there_and_back(&laptop, &aws, &run);
    cannot_prove(&laptop, &run);
}

/// In readiness, and nowhere else: a night without a keychain is no other night.
#[test]
fn whether_the_keychain_vouches_is_said_once() {
    // Nobody listens there: what is looked at is this computer.
    let look = |laptop: &Laptop| {
        let did = laptop.json(&["connection", "--aws-endpoint", "http://127.0.0.1:9"]);
        did.json()["keychain"].clone()
    };
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let never = look(&laptop);
    assert_eq!(never["works"], false);
    let part = |view: &serde_json::Value, name: &str| view[name].as_str().unwrap().to_owned();
    assert!(part(&never, "says").contains("never had a keychain"), "{never}");
    assert!(part(&never, "means").contains("taken back as ever"), "{never}");
    assert!(part(&never, "mend").contains("--recovery-code-file"), "{never}");
    let run = laptop.new_run(&[]);
    let digest = laptop.preview(&run, "lower-ttl");
    for (code, args) in [
        (0, &Laptop::apply(&run, "lower-ttl", &digest)[..]),
        (0, &["run", "show", &run, "--offline"][..]),
        (7, &["rollback", &run, "--all", "--confirm", "rehearsal"][..]),
    ] {
        let did = laptop.json(args).code(code);
        assert!(
            !did.out.contains("keychain") && !did.err.contains("keychain"),
            "{args:?}"
        );
    }

    if !keyrings_are_there() {
        return;
    }
    let mut laptop = Laptop::with_keychain("other", &aws, "one");
    assert_eq!(look(&laptop)["works"], true);
    assert_eq!(laptop.entries(), 0, "a look makes no key");
    laptop.new_run(&[]);
    assert_eq!(look(&laptop)["works"], true);
    laptop.log_out();
    laptop.log_in("not the password");
    let locked = look(&laptop);
    assert!(
        locked["works"] == false && part(&locked, "says").contains("locked"),
        "{locked}"
    );
    laptop.log_out();
    let gone = look(&laptop);
    assert!(part(&gone, "says").contains("is gone"), "{gone}");
}

#[test]
fn a_locked_keychain_bars_neither_the_opening_nor_the_way_back() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let mut laptop = Laptop::with_keychain("laptop", &aws, "one");
    let before = aws.look();
    let run = laptop.new_run(&[]);
    let digest = laptop.preview(&run, "lower-ttl");
    laptop.json(&Laptop::apply(&run, "lower-ttl", &digest)).code(0);
    let verified = laptop.json(&["journal", "verify", &run]).code(0).json();
    assert_eq!(verified["complete"], true, "{verified}");

    // Locked while going back.
    laptop.log_out();
    laptop.log_in("not the password");
    back(&laptop, &run);
    assert_eq!(aws.look(), before);
    cannot_prove(&laptop, &run);
    // Locked at the opening.
    let second = laptop.new_run(&[]);
    there_and_back(&laptop, &aws, &second);
    cannot_prove(&laptop, &second);
    // Unlocked: what was not vouched for stays so, by its place.
    laptop.log_out();
    laptop.log_in("one");
    let verified = laptop.json(&["journal", "verify", &run]).code(0).json();
    assert_eq!(verified["complete"], false);
}

#[test]
fn a_keychain_that_never_answers_is_given_up() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let mut laptop = Laptop::with_keychain("laptop", &aws, "one");
    let before = aws.look();
    let run = laptop.new_run(&[]);
    let digest = laptop.preview(&run, "lower-ttl");
    laptop.json(&Laptop::apply(&run, "lower-ttl", &digest)).code(0);
    laptop.log_out();
    // Locked, and the window that asks for its password is never answered.
    let services = laptop.path("runtime/dbus-1/services");
    std::fs::create_dir_all(&services).unwrap();
    std::fs::write(
        services.join("org.gnome.keyring.SystemPrompter.service"),
        "[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sleep 60\n",
    )
    .unwrap();
    laptop.log_in("not the password");
    let asked = Instant::now();
    let mute = laptop.with_input(&["secret", "set", "a"], b"x").code(1);
    let waited = asked.elapsed();
    assert!(
        mute.error()["message"]
            .as_str()
            .unwrap()
            .contains("did not answer in time"),
        "{}",
        mute.err
    );
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    let asked = Instant::now();
    back(&laptop, &run);
    let waited = asked.elapsed();
    println!("a rollback under a mute keychain took {waited:.1?}");
    assert!(waited < Duration::from_secs(30), "{waited:?}");
    assert_eq!(aws.look(), before);
    cannot_prove(&laptop, &run);
}

#[test]
fn a_mirror_that_goes_away_is_said_and_stops_nothing() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let share = tempfile::tempdir().unwrap();
    let place = share.path().join("stick");
    std::fs::create_dir(&place).unwrap();
    let folder = place.join("mirror").display().to_string();
    let mirrored = ["--mirror", folder.as_str()];
    let run = laptop.new_run(&mirrored);
    let show = || {
        let args = [&["run", "show", &run, "--offline"], &mirrored[..]].concat();
        laptop.json(&args).code(0).json()
    };
    let shown = show();
    assert_eq!(shown["mirror"]["dir"], folder.as_str());
    assert_eq!(shown["mirror"]["seq"], shown["seq"]);
    assert!(shown["mirror"]["age_s"].is_u64() && shown["mirror"]["problem"].is_null());
    assert_eq!(shown["way_back"]["missing"], serde_json::json!([]));
    // The home remembers it; an empty name is none, from then on.
    let plain = || laptop.json(&["run", "show", &run, "--offline"]).code(0).json();
    assert_eq!(plain()["mirror"]["dir"], folder.as_str());
    let none = ["run", "show", &run, "--offline", "--mirror", ""];
    assert!(laptop.json(&none).code(0).json()["mirror"].is_null());
    assert!(plain()["mirror"].is_null());

    let before = aws.look();
    let digest = laptop.preview(&run, "lower-ttl");
    let apply = [Laptop::apply(&run, "lower-ttl", &digest), mirrored.to_vec()].concat();
    let done = laptop.json(&apply).code(0).json();
    assert!(done["warnings"].is_null(), "{done}");
    // The stick is pulled out: its folder is not made up on this disk.
    let away = share.path().join("away");
    std::fs::rename(&place, &away).unwrap();
    let shown = show();
    let problem = shown["mirror"]["problem"].as_str().unwrap();
    assert!(
        problem.contains("stick/mirror") && problem.contains("Connect its disk or share"),
        "{problem}"
    );
    assert_eq!(
        shown["way_back"]["answer"]["tone"], "waiting",
        "amber, never green"
    );
    assert!(
        shown["way_back"]["missing"]
            .to_string()
            .contains("The mirror folder can't be kept up"),
        "{shown}"
    );
    let back = ["rollback", &run, "--all", "--confirm", "rehearsal"];
    let done = laptop.json(&[&back[..], &mirrored[..]].concat()).code(7).json();
    assert!(
        done["warnings"][0]
            .as_str()
            .unwrap()
            .contains("The mirror folder can't be kept up"),
        "{done}"
    );
    assert_eq!(aws.look(), before);
    assert!(!place.exists());
    // It is back: it gets what it lacks.
    std::fs::rename(&away, &place).unwrap();
    let shown = show();
    assert_eq!(shown["mirror"]["seq"], shown["seq"]);
    assert!(shown["mirror"]["problem"].is_null());
    // Another stick in its place is filled only if somebody says so.
    std::fs::rename(&place, &away).unwrap();
    std::fs::create_dir(&place).unwrap();
    assert!(show()["mirror"]["problem"].is_string());
    assert!(!place.join("mirror").exists());
    let anew = ["run", "show", &run, "--offline", "--new-mirror"];
    let shown = laptop.json(&[&anew[..], &mirrored[..]].concat()).code(0).json();
    assert!(shown["mirror"]["problem"].is_null(), "{shown}");
    assert_eq!(shown["mirror"]["seq"], shown["seq"]);
}

#[test]
fn a_recovery_code_is_written_once_and_opens_its_own_run_only() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let (one, two) = (laptop.path("one.txt"), laptop.path("two.txt"));
    let (one, two) = (one.display().to_string(), two.display().to_string());
    let run = laptop.new_run(&["--recovery-code-file", &one]);
    laptop.new_run(&["--recovery-code-file", &two]);
    let code = std::fs::read_to_string(&one).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(
        std::fs::metadata(&one).unwrap().permissions().mode() & 0o777,
        0o600
    );
    is_nowhere(&laptop.home(), code.trim().as_bytes());
    // Never written over, and no run is opened without its code.
    let runs = laptop.json(&["run", "list"]).code(0).out;
    let again = laptop.json(&[
        "run",
        "new",
        "dns-switch",
        "--target",
        "rehearsal",
        "--recovery-code-file",
        &one,
    ]);
    assert_eq!(again.code(2).error()["code"], "usage");
    assert_eq!(std::fs::read_to_string(&one).unwrap(), code);
    assert_eq!(laptop.json(&["run", "list"]).code(0).out, runs);

    let show = |file: &str| laptop.json(&["run", "show", &run, "--offline", "--recovery-code-file", file]);
    show(&one).code(0);
    let wrong = show(&two).code(2).error();
    assert!(
        wrong["message"]
            .as_str()
            .unwrap()
            .contains("not the recovery code of this run"),
        "{wrong}"
    );
    assert!(
        wrong["hint"]
            .as_str()
            .unwrap()
            .contains("Leave --recovery-code-file out")
    );
    show("/nowhere/code.txt").code(2);
}
