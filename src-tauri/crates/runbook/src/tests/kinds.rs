//! What a kind declares of its keys is what is read.

use std::collections::BTreeSet;

use switchback_model::{ActionWord, CheckWord, Unknown};

use super::{runbook, target};
use crate::Source;
use crate::kinds::key::Key;
use crate::kinds::{self, Kind};
use crate::notes::Notes;
use crate::parse::parse;
use crate::reader::{Reader, Table};
use crate::values::{bind, declarations};

/// Keys as a runbook writes them.
pub(super) fn written<'k>(keys: impl IntoIterator<Item = &'k Key>) -> String {
    let lines = keys.into_iter();
    lines
        .map(|key| format!("{} = {}\n", key.name, key.example))
        .collect()
}

/// The keys of a kind, once with each of those of which exactly one is written.
pub(super) fn variants(keys: &'static [Key]) -> Vec<Vec<&'static Key>> {
    let chosen: Vec<&Key> = keys.iter().filter(|key| key.either).collect();
    let with = |chosen: &Key| {
        let with = keys.iter().filter(|key| !key.either || key.name == chosen.name);
        with.collect()
    };
    match chosen.as_slice() {
        [] => vec![keys.iter().collect()],
        some => some.iter().map(|chosen| with(chosen)).collect(),
    }
}

/// What comes of reading a kind whose table is this text: what is read, the errors, and the keys asked for.
struct Outcome<S> {
    spec: Option<S>,
    errors: Vec<String>,
    asked: BTreeSet<&'static str>,
}

fn read<S>(kind: &Kind<S>, table: &str) -> Outcome<S> {
    let (values, given) = (runbook(&[]), target(&[]));
    let mut on = Notes::new(&given);
    let given = parse(&mut on).unwrap();
    let mut on = Reader::new(on, false);
    let mut notes = Notes::new(&values);
    let declared = parse(&mut notes).unwrap();
    let mut reader = Reader::new(notes, true);
    let mut root = Table::of("runbook", declared.get_ref(), Default::default());
    let mut values = declarations(&mut reader, &mut root);
    let mut root = Table::of("target", given.get_ref(), Default::default());
    bind(&mut on, &mut root, &mut values);

    let source = Source::new("kind.toml", table);
    let mut notes = Notes::new(&source);
    let parsed = parse(&mut notes).unwrap();
    let mut reader = Reader::new(notes, true);
    reader.values = values;
    let mut t = Table::of("table", parsed.get_ref(), Default::default());
    let spec = (kind.read)(&mut reader, &mut t);
    reader.finish(t);
    let asked = reader.known.remove("table").unwrap_or_default();
    let (errors, _) = reader.notes.finish();
    Outcome {
        spec,
        errors: errors.into_iter().map(|error| error.message).collect(),
        asked,
    }
}

#[track_caller]
fn keys_are_those_that_are_read<S, W: PartialEq + std::fmt::Debug>(
    word: W,
    text: &str,
    kind: &Kind<S>,
    word_of: impl Fn(&S) -> Result<W, &Unknown>,
) {
    let (mut word, mut asked) = (word, BTreeSet::new());
    for keys in variants(kind.keys) {
        let whole = read(kind, &written(keys));
        assert_eq!(whole.errors, Vec::<String>::new(), "{text}");
        let spec = whole.spec.unwrap();
        let told = word_of(&spec);
        assert_eq!(
            told.as_ref(),
            Ok(&word),
            "{text} is read by another kind's reader"
        );
        (word, asked) = (told.unwrap(), whole.asked);
    }
    let declared: BTreeSet<_> = kind.keys.iter().map(|key| key.name).collect();
    assert_eq!(declared.len(), kind.keys.len(), "{text} declares a key twice");
    assert_eq!(declared, asked, "{text}");
    assert!(
        kind.wish.iter().all(|wish| declared.contains(wish)),
        "{text}: its wish is no key of it"
    );
    let either: Vec<_> = kind.keys.iter().filter(|key| key.either).collect();
    for keys in variants(kind.keys) {
        for left_out in &keys {
            let name = left_out.name;
            let outcome = read(
                kind,
                &written(keys.iter().copied().filter(|key| key.name != name)),
            );
            let missed = match left_out.either {
                true => outcome
                    .errors
                    .iter()
                    .all(|error| error.starts_with("This table has none of")),
                false => outcome.errors == [format!("This table has no `{name}`.")],
            };
            let needed = left_out.needed || left_out.either;
            assert!(
                outcome.errors.is_empty() != needed,
                "{text} without {name}: {:?}",
                outcome.errors
            );
            assert!(!needed || missed, "{text} without {name}: {:?}", outcome.errors);
            assert_eq!(outcome.spec.is_none(), needed, "{text} without {name}");
        }
        // And not two of them.
        for other in either
            .iter()
            .filter(|other| keys.iter().all(|key| key.name != other.name))
        {
            let outcome = read(kind, &written(keys.iter().copied().chain([*other])));
            assert!(outcome.spec.is_none(), "{text} with {}", other.name);
            assert_eq!(outcome.errors.len(), 1, "{:?}", outcome.errors);
        }
    }
}

#[test]
fn the_keys_that_a_check_declares_are_those_that_its_reader_asks_for() {
    for word in CheckWord::ALL {
        let kind = kinds::check(*word);
        keys_are_those_that_are_read(*word, word.text(), &kind, |spec| spec.word());
    }
}

#[test]
fn the_keys_that_an_action_declares_are_those_that_its_reader_asks_for() {
    for word in ActionWord::ALL {
        let kind = kinds::action(*word);
        keys_are_those_that_are_read(*word, word.text(), &kind, |spec| spec.word());
    }
}

#[test]
fn a_kind_says_what_it_is_in_one_line() {
    let entries = kinds::checks().into_iter().chain(kinds::actions());
    let said = entries.flat_map(|entry| {
        let keys = entry.keys.iter().map(|key| key.words);
        std::iter::once(entry.says)
            .chain(keys)
            .map(move |words| (entry.word, words))
    });
    for (word, words) in said {
        let sound = words.starts_with(|c: char| c.is_uppercase()) && !words.ends_with(['.', ' ']);
        // The guide puts them into a table.
        assert!(sound && !words.contains(['|', '\n']), "{word}: {words:?}");
    }
}

#[test]
fn kinds_in_short() {
    let all = ["a.one", "b.one", "b.two", "b.three", "c.one", "c.two"];
    for (some, said) in [
        (&["a.one"][..], "a.one"),
        (&["b.one", "b.two"], "b.one, b.two"),
        (&["a.one", "b.one", "b.two", "b.three"], "a.one, b.*"),
        (&["b.one", "c.one", "b.three", "b.two"], "b.*, c.one"),
        // Two words are as short as the service's name, and say more.
        (&["c.one", "c.two"], "c.one, c.two"),
        (&[], ""),
    ] {
        assert_eq!(kinds::in_short(some, &all), said);
    }
}
