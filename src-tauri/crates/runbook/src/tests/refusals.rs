//! Each mistake in a runbook gets its code, its place, what is wrong and how to fix it.

use insta::assert_snapshot;

use super::{errors, lints, report};

#[test]
fn a_sound_runbook_has_neither_errors_nor_lints() {
    assert_eq!(report(&[]), crate::Report::default());
}

#[test]
fn every_syntax_error_is_shown_and_nothing_else() {
    assert_snapshot!(errors(&[("version = \"1\"", "version = "), ("undo = [\"switch\"]", "undo = [\"switch\"")]), @r#"
    3:11 syntax: This is not valid TOML: string values must be quoted, expected literal string. Correct the TOML at this place.
    116:1 syntax: This is not valid TOML: missing comma between array elements, expected `,`. Correct the TOML at this place.
    "#);
}

#[test]
fn types_and_keys() {
    assert_snapshot!(errors(&[("why = \"A quick switch\"", "why = 7"), ("needs = [\"lower\"]", "needs = \"lower\"")]), @r#"
    24:7 wrong-type: `why` must be a string, but this is an integer. Write a string.
    60:9 wrong-type: `needs` must be a list of strings, but this is a string. Write a list of strings.
    "#);
    assert_snapshot!(errors(&[("why = \"A quick switch\"", "whi = \"A quick switch\"")]), @r#"
    19:1 missing-key: This step has no `why`. Add `why = …`.
    24:1 unknown-key: The key `whi` is unknown in this step. Did you mean `why`?
    "#);
    assert_snapshot!(errors(&[("lowered = \"${ttl}\"", "lowered = \"${ttl}\"\ndays = 3")]), @"76:1 unknown-key: The key `days` is unknown in this check. Use one of `id`, `title`, `kind`, `believable`, `mend`, `name`, `lowered`.");
    assert_snapshot!(errors(&[("kind = \"dns.ttl_wait\"", "kind = \"dns.ttl_wai\"")]), @r#"73:8 unknown-word: `kind` can't be "dns.ttl_wai". Did you mean `dns.ttl_wait`?"#);
    assert_snapshot!(errors(&[("within = \"3 min\"", "within = \"3 mins\"")]), @r#"39:10 duration: This is not a duration of 0 s to 366 days. Write a duration: whole seconds, or text such as "90 s", "5 min" or "1 h 30 min"."#);
    assert_snapshot!(errors(&[("id = \"switch\"", "id = \"the switch\"")]), @r#"54:6 invalid-id: "the switch" is not a valid step id. Use 1 to 64 of a-z, A-Z, 0-9, '.', '-' and '_', starting with a letter or digit."#);
}

#[test]
fn many_mistakes_are_shown_in_one_go() {
    let all = errors(&[
        ("title = \"Switch ${name}\"", "title = \"Switch ${nam}\""),
        ("plan_ref = \"mid.3\"", ""),
        ("needs = [\"lower\"]", "needs = [\"lowr\"]"),
        ("decisions = [\"go\"]", "decisions = [\"goo\"]"),
        ("trigger = \"site\"", "trigger = \"sit\""),
        (
            "url = \"https://${name}/\"\nwithin = \"3 min\"",
            "url = \"https://192.0.2.1/\"",
        ),
    ]);
    assert_snapshot!(all, @r#"
    2:17 unknown-placeholder: The runbook declares no value `nam`. Did you mean `name`?
    19:1 missing-key: This step has no `plan_ref`. Add `plan_ref = …`.
    34:1 no-deadline: This check after a call does not say by when it must pass. Add `within = "3 min"` or another time; past it a decision is due.
    38:7 url: "https://192.0.2.1/" can't be used as a URL: its host is an IP address. Use the name that users type; the address to dial belongs in `address`.
    59:10 unknown-step: There is no step and no plan item `lowr`. Did you mean `lower`?
    60:14 unknown-decision: There is no decision `goo`. Did you mean `go`?
    116:11 unknown-monitor: There is no monitor `sit`. Did you mean `site`?
    "#);
}

#[test]
fn placeholders() {
    assert_snapshot!(errors(&[("title = \"Switch ${name}\"", "title = \"Switch ${name\"")]), @r#"2:9 bad-placeholder: This placeholder starts with "${" but has no "}". Write ${name}."#);
    assert_snapshot!(errors(&[("title = \"Switch ${name}\"", "title = \"Switch ${new}\"")]), @"2:17 placeholder-type: The value `new` is of type record-sets and can't stand here. Use a value of another type.");
    assert_snapshot!(errors(&[("ttl = \"${ttl}\"", "ttl = \"${name}\"")]), @"32:8 placeholder-type: The value `name` is of type dns-name and can't stand here. Use a value of another type.");
}

#[test]
fn ids() {
    assert_snapshot!(errors(&[("id = \"lower\"", "id = \"switch\""), ("needs = [\"lower\"]", "")]), @r#"
    54:6 duplicate-id: There is already a step `switch`. Give each step its own id.
    116:9 unknown-step: There is no step and no plan item `lower`. Use one of `mid.3`, `switch`.
    121:21 unknown-step: There is no step and no plan item `lower`. Use one of `mid.3`, `switch`.
    "#);
    assert_snapshot!(errors(&[("id = \"identity\"", "id = \"answers\"")]), @"42:6 duplicate-id: This step already has a check `answers`. Give each check of a step its own id.");
    assert_snapshot!(errors(&[("id = \"switch\"\n", "id = \"mid.3\"\n")]), @r#"
    54:6 ambiguous-name: `mid.3` is a step and also an item of the plan. Give the step another id: rules may name either.
    115:9 unknown-step: There is no step and no plan item `switch`. Use one of `lower`, `mid.3`.
    121:39 unknown-step: There is no step and no plan item `switch`. Use one of `lower`, `mid.3`.
    123:11 unknown-step: There is no step and no plan item `switch`. Use one of `lower`, `mid.3`.
    "#);
}

#[test]
fn cycles_are_named_once() {
    assert_snapshot!(errors(&[("reversibility = { kind = \"undo\" }", "reversibility = { kind = \"undo\" }\nafter = [\"switch\"]")]), @"61:10 cycle: These steps wait for each other: lower → switch → lower. Remove one of these entries of `needs` or `after`.");
    assert_snapshot!(errors(&[("needs = [\"lower\"]", "needs = [\"switch\"]")]), @"60:10 cycle: These steps wait for each other: switch → switch. Remove one of these entries of `needs` or `after`.");
}

#[test]
fn reversibility() {
    assert_snapshot!(errors(&[("reversibility = { kind = \"undo\" }", "reversibility = { kind = \"none_needed\" }")]), @"25:17 irreversible-action: An action changes something, so it can't have the reversibility none_needed. Say how it is taken back: undo (actions only), manual with words, correct with a notice, or point_of_no_return.");
    assert_snapshot!(errors(&[("reversibility = { kind = \"undo\" }", "")]), @"19:1 missing-key: This step has no `reversibility`. Add `reversibility = …`.");
    assert_snapshot!(errors(&[("reversibility = { kind = \"undo\" }", "reversibility = { kind = \"manual\" }")]), @"25:17 missing-key: This reversibility has no `words`. Add `words = …`.");
    assert_snapshot!(errors(&[("kind = \"action\"", "kind = \"check\"")]), @r#"
    25:17 undo-without-action: Only an action can be undone by the program. Say how it is taken back: undo (actions only), manual with words, correct with a notice, or point_of_no_return.
    27:1 action-not-allowed: Only a step of kind action may have an `action`. Set `kind = "action"`, or remove the action.
    "#);
}

#[test]
fn checks_after_a_call_need_a_deadline() {
    assert_snapshot!(errors(&[("within = \"3 min\"", "")]), @r#"34:1 no-deadline: This check after a call does not say by when it must pass. Add `within = "3 min"` or another time; past it a decision is due."#);
    assert_snapshot!(errors(&[("lowered = \"${ttl}\"", "lowered = \"${ttl}\"\nwithin = \"1 min\"")]), @"76:1 unknown-key: The key `within` is unknown in this check. Use one of `id`, `title`, `kind`, `believable`, `mend`, `name`, `lowered`.");
}

#[test]
fn names_records_and_urls() {
    assert_snapshot!(errors(&[("zone = \"example.nhs.test\"", "zone = \"other.test\"")]), @"31:8 outside-zone: apps.example.nhs.test is not in the zone other.test. Correct the name, or name the zone that holds it.");
    assert_snapshot!(errors(&[("to = \"${new}\"", "to = [{ type = \"CNAME\", ttl = 60, values = [\"x.test\"] }, { type = \"A\", ttl = 60, values = [\"192.0.2.1\"] }]")]), @"68:6 cname-conflict: A CNAME can't stand beside record sets of other types (RFC 1034 section 3.6.2). Keep either the CNAME or the other record sets.");
    assert_snapshot!(errors(&[("to = \"${new}\"", "to = [{ type = \"A\", ttl = 60, values = [\"2001:db8::1\"] }]")]), @r#"68:41 record-values: "2001:db8::1" is no IPv4 address, and a record set of type A has nothing else. Put 2001:db8::1 into a record set of type AAAA."#);
    assert_snapshot!(errors(&[("to = \"${new}\"", "to = [{ type = \"A\", ttl = 60, alias = { zone_id = \"Z1\", name = \"x.test\" } }]")]), @"68:7 record-shape: An alias has no values and no TTL of its own. Keep either `alias`, or `ttl` and `values`.");
    assert_snapshot!(errors(&[("to = \"${new}\"", "to = []")]), @"68:6 empty-list: There is no record set. Give at least one.");
    for bad in [
        "ftp://a.test/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://a.test:8443/",
        "https://me@a.test/",
        "https://0x7f.1/",
        "https:///",
    ] {
        assert!(
            errors(&[("url = \"https://${name}/\"", &format!("url = \"{bad}\""))]).contains(" url: "),
            "{bad}"
        );
    }
}

#[test]
fn rules() {
    assert_snapshot!(errors(&[("undo = [\"switch\"]", "undo = []")]), @"115:8 empty-rule: This rule undoes nothing. Name at least one step.");
    assert_snapshot!(errors(&[("undo = [\"switch\"]", "undo = [\"lower\"]"), ("keep = [\"lower\"]", "keep = [\"switch\"]")]), @"116:9 rule-keeps-dependant: This rule keeps `switch`, but undoes `lower`, which `switch` needs. Remove it from `keep`, or undo less.");
    assert_snapshot!(errors(&[("keep = [\"lower\"]", "keep = [\"mid.3\"]")]), @"116:9 rule-conflict: This rule both undoes and keeps `switch`. Remove it from `keep`, or undo less.");
    assert_snapshot!(errors(&[("repair = [\"switch\"]", "repair = [\"nothing\"]")]), @"123:11 unknown-step: There is no step and no plan item `nothing`. Use one of `lower`, `mid.3`, `switch`.");
}

#[test]
fn strings_have_a_limit() {
    let long = format!("why = \"{}\"", "x".repeat(10_001));
    assert_snapshot!(errors(&[("why = \"A quick switch\"", &long)]), @"24:7 string-too-long: This string has 10001 characters; the most is 10000. Shorten it, or link to a page that holds it.");
    assert_snapshot!(errors(&[("why = \"A quick switch\"", "why = \"\\u001b[2J\"")]), @"24:7 control-character: This string holds the control character U+001B, which could change how a terminal shows it. Remove it.");
}

#[test]
fn likely_mistakes_are_lints() {
    let wait = "[[phase.step.before]]\nid = \"wait\"\ntitle = \"The old TTL has run out\"\nkind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"\n";
    assert_snapshot!(lints(&[(wait, "")]), @"54:6 no-ttl-wait: `switch` switches a record without waiting for the old TTL to run out. Add a `dns.ttl_wait` check under [[phase.step.before]].");
    let before =
        "[[phase.step.undo_before]]\nid = \"identity\"\ntitle = \"Signed in\"\nkind = \"aws.identity\"\n";
    assert_snapshot!(lints(&[(before, "")]), @"20:6 undo-without-before: Nothing is checked before `lower` is undone. Add [[phase.step.undo_before]]: what must hold before the step already, so that it can be taken back. Does the old side answer?");
    assert_snapshot!(lints(&[("decisions = [\"go\"]", "automated = false"), ("ttl = \"${ttl}\"", "ttl = 60"), ("lowered = \"${ttl}\"", "lowered = 60")]), @r#"
    8:1 unused-value: Nothing uses the value `ttl`. Remove it, or write ${ttl} where it belongs.
    11:6 unused-decision: No step and no rule waits for the decision `go`. Name it in `decisions` of a step, or remove it.
    53:1 no-reason: This step is not automated and does not say why. Add `why_not_automated = "…"`.
    "#);
}

#[test]
fn choices() {
    let chosen = |choice: &str| {
        let with = format!("needs = [\"lower\"]\nonly_if = {choice}");
        errors(&[("needs = [\"lower\"]", &with)])
    };
    for (choice, code) in [
        (
            "{ decision = \"gone\", is = \"yes\" }",
            "unknown-decision: There is no decision `gone`.",
        ),
        (
            "{ decision = \"go\", is = \"maybe\" }",
            "unknown-choice: The decision `go`",
        ),
        ("{ decision = \"go\" }", "missing-key: This choice has no `is`."),
        (
            "{ decision = \"go\", is = \"yes\", was = 1 }",
            "unknown-key: The key `was` is unknown in this choice.",
        ),
    ] {
        let found = chosen(choice);
        assert!(found.contains(code), "{choice}: {found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
}

/// Who names something twice, or nothing, meant something else: each list says so where it stands, and no list is read as if
/// it were right.
#[test]
fn a_list_names_each_once_and_something() {
    let of = |from: &str, to: &str| -> Vec<String> {
        let said = errors(&[(from, to)]);
        let lists = said
            .lines()
            .filter(|line| line.contains(" named-twice: ") || line.contains(" empty-list: "));
        lines_without_places(lists)
    };
    let twice = |name: &str| {
        vec![format!(
            "named-twice: {name:?} is named twice in this list. Leave one of them out."
        )]
    };
    let trigger = "trigger = \"site\"";
    let undo = "undo = [\"switch\"]";
    let needs = "needs = [\"lower\"]";
    for (from, to, said) in [
        (trigger, trigger.to_owned(), vec![]),
        (trigger, "trigger = [\"site\"]".to_owned(), vec![]),
        (
            trigger,
            "trigger = [\"site\", \"site\"]".to_owned(),
            twice("site"),
        ),
        (
            trigger,
            "trigger = []".to_owned(),
            vec!["empty-list: This list is empty. Name at least one, or leave the key out.".to_owned()],
        ),
        (
            undo,
            "undo = [\"switch\", \"switch\"]".to_owned(),
            twice("switch"),
        ),
        (
            "keep = [\"lower\"]",
            "keep = [\"lower\", \"lower\"]".to_owned(),
            twice("lower"),
        ),
        (needs, "needs = [\"lower\", \"lower\"]".to_owned(), twice("lower")),
        (
            needs,
            format!("{needs}\npublishes = [\"lower\", \"lower\"]"),
            twice("lower"),
        ),
    ] {
        assert_eq!(of(from, &to), said, "{to}");
    }
}

/// What is said, without the place at which it is.
fn lines_without_places<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let bare = lines.filter_map(|line| line.trim_start().split_once(' '));
    bare.map(|(_, said)| said.to_owned()).collect()
}
