//! A part of the bundled whole plan, by itself: the steps of one item as they stand there, with the values that they need.

const RUNBOOK: &str = include_str!("../../../runbooks/tis-cognito/runbook.toml");
const TARGET: &str = include_str!("../../../runbooks/tis-cognito/targets/rehearsal.toml");

const STANDS: &str = "[[phase.step]]\nid = \"reval-stands\"";
const FIRST: &str = "[[phase.step]]\nid = \"reval-authorizer\"";
const FURTHER: &str = "[[phase.step]]\nid = \"user-management-profiles\"";
/// What binds the first of them to the steps before, which are not here.
const BOUND: &str = "after = [\"switch-dns\"]\ndecisions = [\"reval-deadline\"]\n";
const MONITORS: &str = "[[monitor]]\nid = \"reval\"";

const HEAD: &str = "id = \"reval\"\ntitle = \"Switch Reval\"\nversion = \"1.0.0\"\n";
const WAY_BACK: &str = r#"
[[rollback]]
id = "R4"
title = "Reval can't be reached: roll it back"
plan_ref = "rollback.4"
undo = ["reval-authorizer", "reval-stage", "reval-flush", "reval-ui", "reval-invalidate"]
trigger = "reval"
"#;

/// Reval moved from one user pool to another (mid.4), with the look of before (pre.5), its monitors and its way back: the runbook, and the section
/// `[values]` of its rehearsal target.
#[must_use]
pub fn reval() -> (String, String) {
    let steps = part(FIRST, FURTHER).replace(BOUND, "");
    let stands = part(STANDS, "[[phase.step]]\n");
    let monitors = part(MONITORS, "# ------");
    let runbook = format!(
        "{HEAD}\n[values]\n{}\n[[phase]]\nid = \"night\"\ntitle = \"The night\"\n\n{STANDS}{stands}{FIRST}{steps}{MONITORS}{monitors}{WAY_BACK}",
        values(RUNBOOK)
    );
    (runbook, format!("[values]\n{}", values(TARGET)))
}

/// What stands between two lines of the runbook.
fn part(from: &str, to: &str) -> &'static str {
    let (_, behind) = RUNBOOK.split_once(from).unwrap();
    behind.split_once(to).unwrap().0
}

/// The lines of values that are about Reval.
fn values(text: &str) -> String {
    let (_, values) = text.split_once("\n[values]\n").unwrap();
    let ours = |line: &&str| {
        ["reval_", "new_pool_arn ", "pool_id "]
            .iter()
            .any(|name| line.starts_with(name))
    };
    values
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(ours)
        .map(|line| format!("{line}\n"))
        .collect()
}
