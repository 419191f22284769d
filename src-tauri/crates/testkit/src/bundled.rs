//! A part of the bundled whole plan, by itself: the steps of one item as they stand there, with the values that they need.

const RUNBOOK: &str = include_str!("../../../runbooks/tis-cognito/runbook.toml");
const TARGET: &str = include_str!("../../../runbooks/tis-cognito/targets/rehearsal.toml");

const STANDS: &str = "[[phase.step]]\nid = \"reval-stands\"";
const FIRST: &str = "[[phase.step]]\nid = \"reval-authorizer\"";
const FURTHER: &str = "[[phase.step]]\nid = \"user-management-profiles\"";
/// What binds the first of them to the steps before, which are not here.
const BOUND: &str = "after = [\"switch-dns\"]\ndecisions = [\"reval-deadline\"]\n";
/// The same of the canary, who signs in at Reval.
const CANARY: &str = "after = [\"pool-canary\"]\n";
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
    let steps = part(FIRST, FURTHER).replace(BOUND, "").replace(CANARY, "");
    let stands = part(STANDS, "[[phase.step]]\n");
    let monitors = part(MONITORS, "# ------");
    let runbook = format!(
        "{HEAD}\n[values]\n{}\n[[phase]]\nid = \"night\"\ntitle = \"The night\"\n\n{STANDS}{stands}{FIRST}{steps}{MONITORS}{monitors}{WAY_BACK}",
        values(RUNBOOK)
    );
    (runbook, format!("[values]\n{}", values(TARGET)))
}

const ADMINS: &str = "[[phase.step]]\nid = \"admins-api\"";
const ADMINS_END: &str = "[[phase.step]]\nid = \"amplify-noted\"";
const ADMINS_HEAD: &str = "id = \"admins\"\ntitle = \"Look at Admins\"\nversion = \"1.0.0\"\n";

/// What is looked at of the new Admins-UI, its gateway and its distribution before the night (pre.2 and pre.3): the runbook,
/// and the section `[values]` of its rehearsal target.
#[must_use]
pub fn admins() -> (String, String) {
    let steps = part(ADMINS, ADMINS_END).replace("after = [\"pool-canary\"]\n", "");
    let of = |text| {
        of_values(
            text,
            &[
                "admins_new_",
                "admins_distribution ",
                "must_route ",
                "name ",
                "new_address ",
                "new_build ",
                "new_pool_arn ",
                "pool_id ",
                "client_id ",
                "reval_old_pool ",
                "reval_old_pool_arn ",
            ],
        )
    };
    let runbook = format!(
        "{ADMINS_HEAD}\n[values]\n{}\n[[phase]]\nid = \"before\"\ntitle = \"Before the night\"\n\n{ADMINS}{steps}",
        of(RUNBOOK)
    );
    (runbook, format!("[values]\n{}", of(TARGET)))
}

/// The canary of the new pool (pre.1) by itself: the runbook, and the section `[values]` of its rehearsal target.
#[must_use]
pub fn canary() -> (String, String) {
    const STEP: &str = "[[phase.step]]\nid = \"pool-canary\"";
    const AFTER: &str = "after = [\"pool-triggers\", \"pool-client\"]\n";
    const LOOKS: &str = "[[phase.step.before]]\nid = \"migrate-user\"";
    const VERIFY: &str = "[[phase.step.verify]]\n";
    // What the step proves by itself is tried without the looks at its triggers, which would say it before.
    let whole = part(STEP, "[[phase.step]]\n").replace(AFTER, "");
    let looks = whole.find(LOOKS).unwrap()..whole.find(VERIFY).unwrap();
    let step = [&whole[..looks.start], &whole[looks.end..]].concat();
    let ours = [
        "pool_id ",
        "reval_new_client ",
        "migrate_trigger ",
        "token_trigger ",
    ];
    let runbook = format!(
        "id = \"canary\"\ntitle = \"Prove the pool\"\nversion = \"1.0.0\"\n\n[values]\n{}\n[[phase]]\nid = \"pre\"\ntitle = \
         \"Before\"\n\n{STEP}{step}",
        of_values(RUNBOOK, &ours)
    );
    (runbook, format!("[values]\n{}", of_values(TARGET, &ours)))
}

/// What stands between two lines of the runbook.
fn part(from: &str, to: &str) -> &'static str {
    let (_, behind) = RUNBOOK.split_once(from).unwrap();
    behind.split_once(to).unwrap().0
}

/// The lines of values that are about Reval.
fn values(text: &str) -> String {
    of_values(text, &["reval_", "new_pool_arn ", "pool_id "])
}

/// The lines of values whose names begin so.
fn of_values(text: &str, names: &[&str]) -> String {
    let (_, values) = text.split_once("\n[values]\n").unwrap();
    let ours = |line: &&str| names.iter().any(|name| line.starts_with(name));
    values
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(ours)
        .map(|line| format!("{line}\n"))
        .collect()
}
