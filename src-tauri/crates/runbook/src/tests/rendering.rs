//! How problems look in a terminal.

use insta::assert_snapshot;

use super::{runbook, target};
use crate::{check, render};

#[test]
fn a_problem_shows_its_line_and_its_fix() {
    let runbook = runbook(&[
        ("trigger = \"site\"", "triger = \"site\""),
        ("https://${name}/", "https://${nam}/"),
    ]);
    let target = target(&[("\"123456789012\"", "\"1234\"")]);
    let report = check(&runbook, Some(&target));
    assert_snapshot!(render(&report.errors, &[runbook, target]), @r#"
    unknown-placeholder

      × The runbook declares no value `nam`.
        ╭─[runbook.toml:38:16]
     37 │ kind = "http.build"
     38 │ url = "https://${nam}/"
        ·                ───┬──
        ·                   ╰── here
     39 │ within = "3 min"
        ╰────
      help: Did you mean `name`?

    unknown-key

      × The key `triger` is unknown in this rollback rule.
         ╭─[runbook.toml:117:1]
     116 │ keep = ["lower"]
     117 │ triger = "site"
         · ───┬──
         ·    ╰── here
     118 │ 
         ╰────
      help: Did you mean `trigger`?

    account

      × "1234" is not an AWS account.
       ╭─[mini.toml:3:11]
     2 │ kind = "test"
     3 │ account = "1234"
       ·           ───┬──
       ·              ╰── here
     4 │ region = "eu-west-2"
       ╰────
      help: It has 4 digits and an account has twelve: look it up again.
    "#);
}
