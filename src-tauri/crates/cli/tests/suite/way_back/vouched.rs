//! `journal verify`: what it says of whom, and its exit code, in every kind of home and of every kind of copy.
//! Real keyrings on buses of their own.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use switchback_model::EventKind;

use crate::way_back::aws::Aws;
use crate::way_back::laptop::{Laptop, keyrings_are_there};

const TARGET: &str = include_str!("../../../../../runbooks/dns-switch/targets/rehearsal.toml");

/// A run on a target of its own kind, opened with a recovery code; nothing of it needs AWS.
fn opened(laptop: &Laptop, kind: &str, more: &[&str]) -> String {
    let file = laptop.path(&format!("{kind}.toml"));
    let target = TARGET.replace(
        "name = \"rehearsal\"\nkind = \"rehearsal\"",
        &format!("name = \"{kind}\"\nkind = \"{kind}\""),
    );
    fs::write(&file, target).unwrap();
    let file = file.display().to_string();
    let args = [&["run", "new", "dns-switch", "--target", &file], more].concat();
    laptop.json(&args).code(0).json()["run"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Exit code, who vouches, and why.
fn says(laptop: &Laptop, args: &[&str]) -> (i32, String, String) {
    let did = laptop.json(&[&["journal", "verify"], args].concat());
    let document: Value = serde_json::from_str(&did.out).unwrap_or_default();
    let part = |name: &str| document[name].as_str().unwrap_or("-").to_owned();
    if did.code != 0 {
        did.error();
    }
    (did.code, part("vouched"), part("reason"))
}

#[track_caller]
fn is(found: &(i32, String, String), code: i32, vouched: &str, reason: &str) {
    println!("exit {} · {} · {}", found.0, found.1, found.2);
    assert_eq!((found.0, found.1.as_str()), (code, vouched), "{}", found.2);
    assert!(found.2.contains(reason), "{}", found.2);
}

/// Another address in the plan, its digest made to fit, and every link hashed again.
fn forged(copy: &Path, to: &Path) {
    let text = fs::read_to_string(copy).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let run = serde_json::from_str::<Value>(header).unwrap()["run"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut out = vec![header.to_owned()];
    let mut prev = vec![0; 32];
    for line in lines {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let body = line["body"]
            .as_str()
            .unwrap()
            .replace("192.0.2.10", "203.0.113.66");
        // A plan without its digest would be refused for that alone.
        let body = match EventKind::read(&body) {
            Ok(EventKind::RunOpened {
                plan, plan_digest, ..
            }) => body.replace(&plan_digest.to_string(), &plan.digest().to_string()),
            _ => body,
        };
        let (seq, fence) = (line["seq"].as_u64().unwrap(), line["fence"].as_u64().unwrap());
        let (format, seq, fence) = (1_u32.to_be_bytes(), seq.to_be_bytes(), fence.to_be_bytes());
        let at = line["at"].as_str().unwrap().to_owned();
        let mut sha = Sha256::new();
        let parts: [&[u8]; 8] = [
            b"switchback/journal/event",
            &format,
            run.as_bytes(),
            &seq,
            at.as_bytes(),
            &fence,
            &prev,
            body.as_bytes(),
        ];
        for part in parts {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part);
        }
        prev = sha.finalize().to_vec();
        line["body"] = body.into();
        line["hash"] = hex::encode(&prev).into();
        out.push(line.to_string());
    }
    fs::write(to, out.join("\n") + "\n").unwrap();
}

#[test]
fn verify_says_who_vouches_and_why_nobody_does() {
    let aws = Aws::serve();

    // Without a keychain: nobody, said once with its reason; a rehearsal loses nothing by it.
    let bare = Laptop::without_keychain("bare", &aws);
    let none = "this home has no key in a keychain";
    let rehearsal = bare.new_run(&[]);
    is(&says(&bare, &[&rehearsal]), 0, "none", none);
    let run = opened(&bare, "preproduction", &[]);
    is(&says(&bare, &[&run]), 4, "none", none);
    is(&says(&bare, &[&run, "--allow-unproven"]), 0, "none", none);

    // Its copies: no code, no voucher.
    let copy = bare.path("bare.jsonl").display().to_string();
    bare.json(&["journal", "export", &run, "--out", &copy]).code(0);
    is(&says(&bare, &[&copy]), 4, "none", "the run has no recovery code");

    if !keyrings_are_there() {
        return;
    }
    let laptop = Laptop::with_keychain("laptop", &aws, "one");
    let mirror = laptop.path("mirror").display().to_string();
    let code = laptop.path("code.txt").display().to_string();
    let run = opened(
        &laptop,
        "preproduction",
        &["--recovery-code-file", &code, "--mirror", &mirror],
    );
    is(&says(&laptop, &[&run]), 0, "keychain", "vouches for every event");

    let mirrored = Path::new(&mirror).join(format!("{run}.jsonl"));
    let copy = mirrored.display().to_string();
    let by_code = ["--recovery-code-file", &code];
    is(&says(&bare, &[&copy]), 4, "none", "--recovery-code-file");
    is(
        &says(&bare, &[&[copy.as_str()], &by_code[..]].concat()),
        0,
        "code",
        "vouches for the last event",
    );
    is(
        &says(&bare, &[&copy, "--allow-unproven"]),
        0,
        "none",
        "--recovery-code-file",
    );

    let fake = laptop.path("forged.jsonl");
    forged(&mirrored, &fake);
    let fake = fake.display().to_string();
    is(
        &says(&bare, &[&[fake.as_str()], &by_code[..]].concat()),
        4,
        "none",
        "the copy was rewritten",
    );
    is(&says(&bare, &[&fake]), 4, "none", "--recovery-code-file");

    // Imported, the forged copy is named as such, and the run says so for ever.
    let take = ["--takeover", "--reason", "the laptop is gone"];
    let taken = bare
        .json(&[&["journal", "import", &fake], &take[..], &by_code[..]].concat())
        .code(0);
    assert_eq!(taken.json()["vouched"], "none");
    assert!(
        [taken.out.as_str(), taken.err.as_str()]
            .concat()
            .contains("Nobody vouches"),
        "{} {}",
        taken.out,
        taken.err
    );
    // What was acknowledged stands outside the database, too.
    assert!(laptop.home().join("heads").join(&run).is_file());
}
