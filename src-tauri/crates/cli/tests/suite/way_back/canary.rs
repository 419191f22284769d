//! Canaries: set, shown and forgotten with a real keyring, and without one; and one try each, however often it is asked for.

use switchback_rehearsal::{ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, Handle, OLD_CLIENT, OLD_POOL};

use crate::shared::Did;
use crate::way_back::aws::Aws;
use crate::way_back::laptop::{Laptop, is_nowhere, keyrings_are_there};

const USER: &str = "canary-of-probes";
const PASSWORD: &[u8] = b"correct horse battery staple";
/// A target of a test's own: where somebody signs in.
const TARGET: &str = r#"
name = "mine"
kind = "test"
account = "123456789012"
region = "eu-west-2"
[observers]
dns = "none"
http = "none"
[values]
"#;

fn set(laptop: &Laptop, [target, pool, client, user]: [&str; 4], password: &[u8]) -> Did {
    let args = [
        "canary", "set", "--target", target, "--pool", pool, "--client", client, "--user", user,
    ];
    laptop.with_input(&args, password)
}

fn show(laptop: &Laptop, target: &str) -> Did {
    laptop.json(&["canary", "show", "--target", target])
}

fn says(did: &Did, part: &str) -> String {
    did.error()[part].as_str().unwrap().to_owned()
}

#[test]
fn a_canary_is_in_the_keychain_and_its_pool_in_the_home() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let mut laptop = Laptop::with_keychain("laptop", &aws, "one");
    let none = show(&laptop, "preprod").code(0).json();
    assert_eq!(none["canaries"], serde_json::json!([]));
    let place = ["preprod", OLD_POOL, "exampleclient", USER];
    let kept = set(&laptop, place, &[PASSWORD, b"\n"].concat()).code(0);
    assert_eq!(kept.json()["pool"], OLD_POOL);
    set(&laptop, ["preprod", ADMINS_POOL, "other", USER], b"two").code(0);
    assert_eq!(laptop.entries(), 2, "the keyring itself holds them");
    let shown = show(&laptop, "preprod").code(0);
    assert_eq!(
        shown.json()["canaries"],
        serde_json::json!([
            {"pool": OLD_POOL, "client": "exampleclient", "user": USER, "set": true, "refused": null},
            {"pool": ADMINS_POOL, "client": "other", "user": USER, "set": true, "refused": null},
        ])
    );
    for said in [&kept.out, &kept.err, &shown.out, &shown.err] {
        assert!(!said.contains("horse"), "{said}");
    }
    is_nowhere(&laptop.home(), PASSWORD);
    is_nowhere(&laptop.home(), USER.as_bytes());
    let other = show(&laptop, "prod").code(0).json();
    assert_eq!(other["canaries"], serde_json::json!([]), "of another target");
    let secrets = laptop.json(&["secret", "list"]).code(0).json();
    assert_eq!(
        secrets["secrets"],
        serde_json::json!([]),
        "it is no secret of a name"
    );

    // Typed at a terminal: asked for, and not shown.
    let args = format!("canary set --target preprod --pool {OLD_POOL} --client exampleclient --user {USER}");
    let typed = laptop.typed(&args, "a typed horse").code(0);
    assert!(
        typed.out.contains("Password of the canary of") && typed.out.contains("nobody has signed in"),
        "{}",
        typed.out
    );
    assert!(!typed.out.contains("horse"), "{}", typed.out);
    let asked = laptop.typed(&format!("{args} --no-input"), "").code(2);
    assert!(asked.out.contains("Nobody may be asked"), "{}", asked.out);

    // Locked: which pools have one is told all the same, and what is wrong.
    laptop.log_out();
    laptop.log_in("not the password");
    let locked = show(&laptop, "preprod").code(1);
    assert_eq!(locked.json()["canaries"][0]["pool"], OLD_POOL);
    assert_eq!(locked.json()["canaries"][0]["set"], false);
    assert_eq!(says(&locked, "code"), "keychain");
    laptop.log_out();
    laptop.log_in("one");

    let forget = |pool: &str| laptop.json(&["canary", "forget", "--target", "preprod", "--pool", pool]);
    forget(OLD_POOL).code(0);
    assert_eq!(laptop.entries(), 1);
    let gone = forget(OLD_POOL).code(1);
    assert_eq!(says(&gone, "code"), "not_found");
    assert!(says(&gone, "hint").contains("canary show --target preprod"));
    forget(ADMINS_POOL).code(0);
    assert_eq!(laptop.entries(), 0);
}

#[test]
fn what_is_no_canary_is_refused_before_anything_is_kept() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    for (place, where_) in [
        (["preprod", "no-pool", "client", USER], "the command line"),
        (["preprod", OLD_POOL, "no client", USER], "--client"),
        (["preprod", OLD_POOL, "client", "no user"], "--user"),
        (["no target", OLD_POOL, "client", USER], "target name"),
        (["rehearsal", OLD_POOL, "client", USER], "the command line"),
    ] {
        let refused = set(&laptop, place, b"password").code(2);
        assert_eq!(says(&refused, "where"), where_);
    }
    let place = ["preprod", OLD_POOL, "client", USER];
    for password in [&b""[..], b"\n", b"two\nlines", &[b'x'; 300]] {
        assert_eq!(says(&set(&laptop, place, password).code(2), "code"), "usage");
    }
    let absent = set(&laptop, place, b"password").code(1);
    assert!(says(&absent, "message").contains("no keychain"), "{}", absent.err);
    assert!(says(&absent, "hint").contains("gnome-keyring"), "{}", absent.err);
    let none = show(&laptop, "preprod").code(0).json();
    assert_eq!(none["canaries"], serde_json::json!([]));
    // A name says nothing of where somebody would sign in.
    let unknown = laptop.json(&["canary", "try", "--target", "preprod", "--pool", OLD_POOL]);
    assert!(says(&unknown.code(2), "hint").contains(".toml"));
}

#[test]
fn a_canary_signs_in_once_and_a_refused_one_is_left_alone() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let laptop = Laptop::with_keychain("laptop", &aws, "one");
    let target = laptop.path("mine.toml");
    std::fs::write(&target, TARGET).unwrap();
    let target = target.to_str().unwrap();
    let endpoint = Handle::read(&aws.place()).unwrap().endpoint;
    let signs_in = || {
        laptop.json(&[
            "canary",
            "try",
            "--target",
            target,
            "--pool",
            OLD_POOL,
            "--aws-endpoint",
            &endpoint,
        ])
    };
    assert_eq!(says(&signs_in().code(1), "code"), "not_found");
    let place = [target, OLD_POOL, OLD_CLIENT, CANARY_USER];
    set(&laptop, place, b"wrong").code(0);
    let refused = signs_in().code(3);
    assert!(
        says(&refused, "message").contains("not accepted"),
        "{}",
        refused.err
    );
    let again = signs_in().code(3);
    assert!(
        says(&again, "message").contains("not tried again before"),
        "{}",
        again.err
    );
    assert_eq!(aws.tries(), 1, "nobody is locked out");
    let shown = show(&laptop, "mine").code(0).json();
    assert!(shown["canaries"][0]["refused"]["why"].is_string(), "{shown}");

    // Set anew, it is tried at once.
    set(&laptop, place, CANARY_PASSWORD.as_bytes()).code(0);
    let signed_in = signs_in().code(0);
    assert_eq!(signed_in.json()["signed_in"], true);
    assert!(signed_in.json()["ends"].is_string(), "{}", signed_in.out);
    assert!(!signed_in.out.contains("eyJ"), "{}", signed_in.out);
    assert_eq!(aws.tries(), 2);
    is_nowhere(&laptop.home(), CANARY_PASSWORD.as_bytes());
}

/// Without any keychain: its canary is no secret.
#[test]
fn a_rehearsal_knows_its_canary() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let signed_in = laptop
        .json(&["canary", "try", "--target", "rehearsal", "--pool", OLD_POOL])
        .code(0);
    assert_eq!(signed_in.json()["signed_in"], true);
}
