//! A workstation takes a run over from a copy that is older than what was done: "nothing to undo" is said of the
//! world, which is looked at first, and what is found is taken over and goes back.

use crate::way_back::aws::Aws;
use crate::way_back::laptop::Laptop;

#[test]
fn an_older_copy_is_no_word_about_the_world() {
    let aws = Aws::serve();
    let laptop = Laptop::without_keychain("laptop", &aws);
    let other = Laptop::without_keychain("other", &aws);
    let run = laptop.new_run(&[]);
    let digest = laptop.preview(&run, "lower-ttl");
    let copy = laptop.path("older.jsonl").display().to_string();
    laptop.json(&["journal", "export", &run, "--out", &copy]).code(0);
    laptop.json(&Laptop::apply(&run, "lower-ttl", &digest)).code(0);

    let take = ["--takeover", "--reason", "the laptop is gone"];
    other
        .json(&[&["journal", "import", &copy], &take[..]].concat())
        .code(0);
    // Who only plans is told that not everything was looked at, and how it is.
    let planned = other.json(&["rollback", &run, "--all"]).code(5).error();
    let hint = planned["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("not every object was looked at"), "{planned}");
    // Who goes back looks first: once, and not in a circle.
    let back = ["rollback", &run, "--all", "--confirm", "rehearsal"];
    let refused = other.json(&back).code(5).error();
    let hint = refused["hint"].as_str().unwrap().to_owned();
    assert!(
        hint.contains("lower-ttl was found as the step leaves it"),
        "{refused}"
    );
    let shown = other.json(&["journal", "show", &run]).code(0).out;
    assert!(shown.contains("reinspected"), "{shown}");
}
