//! The tables of kinds in the guide to runbooks are made of what the kinds declare.

use std::path::Path;

use crate::kinds::key::{Key, Shape};
use crate::kinds::{self, Entry, in_short};

const GUIDE: &str = "../../docs/writing-a-runbook.md";
const START: &str = "<!-- kinds: made by `cargo xtask kinds` -->\n";
const END: &str = "<!-- kinds: end -->\n";

fn tables() -> String {
    let (checks, actions) = (kinds::checks(), kinds::actions());
    let mut text = String::from("\n| kind of check | passes where | needs | may have |\n|---|---|---|---|\n");
    checks.iter().for_each(|kind| text.push_str(&row(kind)));
    text.push_str("\n| kind of action | what it does | needs | may have |\n|---|---|---|---|\n");
    actions.iter().for_each(|kind| text.push_str(&row(kind)));
    text.push_str("\n| key | of | is | means | such as |\n|---|---|---|---|---|\n");
    let all: Vec<Entry> = checks.into_iter().chain(actions).collect();
    let words: Vec<_> = all.iter().map(|kind| kind.word).collect();
    for (key, of) in meanings(&all) {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} | `{}` |\n",
            key.name,
            in_short(&of, &words),
            shape(key.shape),
            key.words,
            key.example
        ));
    }
    text.push('\n');
    text
}

fn row(kind: &Entry) -> String {
    let keys = |which: fn(&Key) -> bool| -> Vec<String> {
        let keys = kind.keys.iter().filter(|key| which(key));
        keys.map(|key| format!("`{}`", key.name)).collect()
    };
    let either = keys(|key| key.either);
    let either = Some(either.join(" or ")).filter(|either| !either.is_empty());
    let needed: Vec<String> = keys(|key| key.needed).into_iter().chain(either).collect();
    format!(
        "| `{}` | {} | {} | {} |\n",
        kind.word,
        kind.says,
        needed.join(", "),
        keys(|key| !key.needed && !key.either).join(", ")
    )
}

/// Every key, once for each thing that it means, with the kinds in which it does; those of one name together.
fn meanings(all: &[Entry]) -> Vec<(&'static Key, Vec<&'static str>)> {
    let mut found: Vec<(&Key, Vec<&str>)> = Vec::new();
    for kind in all {
        for key in kind.keys {
            let same =
                |(other, _): &&mut (&Key, Vec<&str>)| other.name == key.name && other.words == key.words;
            match found.iter_mut().find(same) {
                Some((_, of)) if of.contains(&kind.word) => {}
                Some((_, of)) => of.push(kind.word),
                None => found.push((key, vec![kind.word])),
            }
        }
    }
    let names = kinds::key_names(all);
    let place = |key: &Key| names.iter().position(|name| *name == key.name);
    found.sort_by_key(|(key, _)| place(key));
    found
}

fn shape(shape: Shape) -> String {
    let one_of = |words: Vec<&str>| {
        let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Texts => "a list of texts".to_owned(),
        Shape::Number => "a whole number".to_owned(),
        Shape::Duration => "a duration".to_owned(),
        Shape::Flag => "`true` or `false`".to_owned(),
        Shape::Word(words) => format!("one of {}", one_of(words())),
        Shape::Words(words) => format!("a list of some of {}", one_of(words())),
        Shape::Answers => "a list of texts, or record sets by placeholder".to_owned(),
        Shape::RecordSets => "record sets".to_owned(),
        Shape::Deployment => "an id, or `{ from = step }`".to_owned(),
    }
}

#[test]
fn the_tables_of_kinds_in_the_guide_are_those_that_the_kinds_make() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE);
    let guide = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = guide.split_once(START).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let made = tables();
    if std::env::var_os("SWITCHBACK_WRITE_GUIDE").is_some() {
        std::fs::write(&file, format!("{before}{START}{made}{END}{after}")).unwrap();
        return;
    }
    assert!(
        written == made,
        "the tables of kinds in src-tauri/docs/writing-a-runbook.md are not what the kinds declare: run `cargo xtask kinds`"
    );
}
