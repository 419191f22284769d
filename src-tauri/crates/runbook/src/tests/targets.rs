//! Mistakes in a target.

use insta::assert_snapshot;

use super::{errors, report, runbook, target, target_errors};
use crate::{Report, check, resolve};

#[test]
fn values() {
    assert_snapshot!(target_errors(&[("\nttl = 60", "\ntll = 60")]), @r#"
    6:1 value-missing: The target gives no value `ttl`. Add `ttl = …` under [values]; its type is seconds.
    9:1 value-unknown: The runbook declares no value `tll`. Did you mean `ttl`?
    "#);
    assert_snapshot!(target_errors(&[("name = \"apps.example.nhs.test\"", "name = 5")]), @"7:8 value-type: The runbook declares `name` as dns-name, but this is an integer. Write it in quotes.");
    assert_snapshot!(target_errors(&[("name = \"apps.example.nhs.test\"", "name = \"a b\"")]), @r#"7:8 invalid-name: "a b" is not a DNS name. Write labels of 1 to 63 characters joined by dots, such as apps.example.nhs.test."#);
    assert_snapshot!(target_errors(&[("name = \"apps.example.nhs.test\"", "name = \"apps.other.test\"")]), @r#"
    31:8 outside-zone: apps.other.test is not in the zone example.nhs.test. Correct the name, or name the zone that holds it.
    67:8 outside-zone: apps.other.test is not in the zone example.nhs.test. Correct the name, or name the zone that holds it.
    81:8 outside-zone: apps.other.test is not in the zone example.nhs.test. Correct the name, or name the zone that holds it.
    "#);
}

#[test]
fn identity() {
    assert_snapshot!(target_errors(&[("\"123456789012\"", "\"12345678901\"")]), @r#"3:11 account: "12345678901" is not an AWS account. It has 11 digits and an account has twelve: a leading zero may be lost, as in "012345678901"."#);
    assert_snapshot!(target_errors(&[("\"123456789012\"", "123456789012")]), @r#"3:11 account: The account 123456789012 is written as a number, which loses leading zeros. Write the twelve digits in quotes, such as "123456789012"."#);
    assert_snapshot!(target_errors(&[("kind = \"test\"", "kind = \"production\"")]), @r#"2:8 role-missing: A production target must say which role the operator has assumed. Add `role = "NAME"`, the role's name without its ARN."#);
    assert_snapshot!(target_errors(&[("kind = \"test\"", "kind = \"prod\"")]), @r#"2:8 unknown-word: `kind` can't be "prod". Use one of `rehearsal`, `test`, `preproduction`, `production`."#);
    assert_snapshot!(target_errors(&[("[values]", "[observers]\ndns = \"off\"\n[resolvers]\noffice = \"dns.test\"\n[values]")]), @r#"
    7:7 unknown-word: `dns` can't be "off". Use one of `on`, `none`.
    9:10 invalid-ip: "dns.test" is not the address of a resolver. Write an IP address, with :port where it is not 53.
    "#);
}

#[test]
fn pools() {
    let pool = |text: &str| target_errors(&[("[values]", &format!("[pools.admins]\n{text}\n[values]"))]);
    assert_snapshot!(pool("id = \"eu-west-1_EXAMPLE1\"\ntitle = \"Admins\""), @r#"7:6 pool-region: The pool eu-west-1_EXAMPLE1 is in eu-west-1, not in eu-west-2. Correct the id; if the pool is meant, add `region = "eu-west-1"` to it."#);
    assert_snapshot!(pool("id = \"eu-west-2_EXAMPLE1\"\ntitle = \"Admins\"\nregion = \"eu-west-1\""), @r#"7:6 pool-region: The pool eu-west-2_EXAMPLE1 is in eu-west-2, not in eu-west-1. Correct the id; if the pool is meant, add `region = "eu-west-2"` to it."#);
    assert_snapshot!(pool("id = \"EXAMPLE1\"\nrole = \"both\"\nsize = 3"), @r#"
    6:1 missing-key: This pool has no `title`. Add `title = …`.
    7:6 pool-id: "EXAMPLE1" is not the id of a user pool. Write it such as "eu-west-2_EXAMPLE1".
    8:8 unknown-word: `role` can't be "both". Use one of `new`, `old`.
    9:1 unknown-key: The key `size` is unknown in this pool. Use one of `id`, `title`, `region`, `role`.
    "#);
    assert_snapshot!(pool("id = \"eu-west-2_EXAMPLE1\"\ntitle = \"Admins\"\n[pools.again]\nid = \"eu-west-2_EXAMPLE1\"\ntitle = \"Again\""), @"10:6 pool-twice: The pools admins and again have the same id. Keep one of them: otherwise each person would be found twice.");
    let sound = "[pools.admins]\nid = \"eu-west-2_EXAMPLE1\"\ntitle = \"Admins\"\n[pools.far]\nid = \"eu-west-1_EXAMPLE2\"\nregion = \"eu-west-1\"\ntitle = \"Far\"\nrole = \"old\"\n[values]";
    let source = target(&[("[values]", sound)]);
    let plan = resolve(&runbook(&[]), &source).unwrap();
    assert_eq!(plan.target.pools["far"].id.region(), "eu-west-1");
    assert_eq!(plan.target.pools["far"].role.word(), "old");
    assert_eq!(plan.target.pools["admins"].role.word(), "new");
    assert_eq!(crate::read_target(&source).unwrap(), plan.target);
    assert!(crate::read_target(&crate::Source::new("t.toml", "name = 5")).is_err());
}

#[test]
fn decisions() {
    assert_snapshot!(target_errors(&[("go = true", "go = 12")]), @r#"12:6 decision-value: This value does not fit the decision `go`. Write "yes" or "no"."#);
    assert_snapshot!(target_errors(&[("go = true", "goo = true")]), @"12:1 unknown-decision: The runbook has no decision `goo`. Did you mean `go`?");
}

#[test]
fn no_point_of_no_return_in_production() {
    let edits = [(
        "reversibility = { kind = \"undo\" }",
        "reversibility = { kind = \"point_of_no_return\" }",
    )];
    assert_eq!(errors(&edits), "");
    let target = target(&[("kind = \"test\"", "kind = \"production\"\nrole = \"operator\"")]);
    let report = check(&runbook(&edits), Some(&target));
    assert_snapshot!(report.errors.iter().map(super::line).collect::<Vec<_>>().join("\n"), @"25:17 point-of-no-return: A point of no return on a production target needs two people; this is not yet supported. Split the step so that each part can be taken back, or use another target.");
}

#[test]
fn what_a_value_brings_in_is_not_looked_at_again() {
    let runbook = runbook(&[
        (
            "ttl = { type",
            "word = { type = \"string\", description = \"A word\" }\nttl = { type",
        ),
        ("title = \"Switch\"", "title = \"Switch ${word}\""),
    ]);
    let target = target(&[("\nttl = 60", "\nttl = 60\nword = \"${name} ${nothing}\"")]);
    let plan = resolve(&runbook, &target).unwrap();
    assert_eq!(plan.phases[0].steps[1].title, "Switch ${name} ${nothing}");
}

#[test]
fn without_a_target_its_values_are_not_judged() {
    assert_eq!(check(&runbook(&[]), None), Report::default());
    assert_eq!(report(&[]), Report::default());
}

#[test]
fn the_answers_of_an_alias_are_not_compared() {
    let target = target(&[(
        "ttl = 60, values = [\"198.51.100.20\"]",
        "alias = { zone_id = \"Z2FDTNDATAQYW2\", name = \"d111111abcdef8.cloudfront.net\" }",
    )]);
    let report = check(&runbook(&[]), Some(&target));
    assert_eq!(report.errors, []);
    assert_snapshot!(super::line(&report.lints[0]), @"77:1 alias-answers: This check is left out of the plan: the record set is an alias, whose addresses belong to AWS and change. Make sure that an http.build or route53.record check tells the sides apart.");
    let plan = resolve(&runbook(&[]), &target).unwrap();
    assert_eq!(plan.phases[0].steps[1].verify, []);
}
