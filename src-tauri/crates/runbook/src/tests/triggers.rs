//! The functions that a user pool calls.

use super::errors;

const FUNCTION: &str = "arn:aws:lambda:eu-west-2:123456789012:function:migrate";
const POOL: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE";

/// The codes that a check of these two gets.
fn codes(function: &str, pool: &str) -> Vec<String> {
    let before = "[[phase.step]]\nid = \"switch\"";
    let step = format!(
        "[[phase.step]]\nid = \"triggers\"\ntitle = \"T\"\nplan_ref = \"9\"\nkind = \"check\"\nwhy = \"W\"\n\n\
         [[phase.step.before]]\nid = \"trigger\"\ntitle = \"T\"\nkind = \"lambda.trigger\"\nbelievable = \"1 min\"\n\
         function = {function:?}\npool_arn = {pool:?}\n\n{before}"
    );
    let said = errors(&[(before, &step)]);
    let codes = said.lines().filter_map(|line| line.split(' ').nth(1));
    codes.map(|code| code.trim_end_matches(':').to_owned()).collect()
}

#[test]
fn a_trigger_is_named_by_two_arns_of_one_region() {
    let live = format!("{FUNCTION}:live");
    let elsewhere = FUNCTION.replace("eu-west-2", "us-east-1");
    let layer = FUNCTION.replace("function", "layer");
    for (function, pool, expected) in [
        (FUNCTION, POOL, vec![]),
        (&live, POOL, vec![]),
        ("migrate", POOL, vec!["function-arn"]),
        ("", POOL, vec!["empty-text"]),
        (&layer, POOL, vec!["function-arn"]),
        ("arn:aws:s3:::migrate", POOL, vec!["function-arn"]),
        (POOL, FUNCTION, vec!["function-arn", "pool-arn"]),
        (FUNCTION, "eu-west-2_EXAMPLE", vec!["pool-arn"]),
        (&elsewhere, POOL, vec!["function-region"]),
    ] {
        assert_eq!(codes(function, pool), expected, "{function} {pool}");
    }
}
