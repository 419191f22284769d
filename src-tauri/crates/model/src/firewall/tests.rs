#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

#[test]
fn the_order_of_keys_makes_no_difference_and_what_is_unknown_is_kept() {
    let one = RuleAction::of(
        &json!({"Block": {"Later": [1, {"b": 2, "a": 1}], "CustomResponse": {"ResponseCode": 503}}}),
    );
    let other: RuleAction = serde_json::from_value(json!(
        "{\"Block\":{\"CustomResponse\":{\"ResponseCode\":503},\"Later\":[1,{\"a\":1,\"b\":2}]}}"
    ))
    .unwrap();
    assert_eq!(one, other);
    assert_eq!(one.value()["Block"]["Later"][1]["b"], 2);
    // It is shown whole, because words of ours would leave something out.
    assert!(one.words().starts_with('{'), "{}", one.words());
    assert!(serde_json::from_value::<RuleAction>(json!("no JSON")).is_err());
}

#[test]
fn an_action_in_words() {
    for (action, words, word) in [
        (json!({"Count": {}}), "Count", Some(RuleActionWord::Count)),
        (json!({"Allow": {}}), "Allow", Some(RuleActionWord::Allow)),
        (json!({"Block": {}}), "Block", Some(RuleActionWord::Block)),
        (
            json!({"Block": {"CustomResponse": {"ResponseCode": 503,
                "ResponseHeaders": [{"Name": "x-restricted", "Value": "yes"}], "CustomResponseBodyKey": "closed"}}}),
            "Block, answers 503 with x-restricted: yes, the body closed",
            Some(RuleActionWord::Block),
        ),
        (
            json!({"Block": {"CustomResponse": {"ResponseCode": 403}}}),
            "Block, answers 403",
            Some(RuleActionWord::Block),
        ),
        // A count that inserts a header is more than a count.
        (
            json!({"Count": {"CustomRequestHandling": {}}}),
            "{\"Count\":{\"CustomRequestHandling\":{}}}",
            Some(RuleActionWord::Count),
        ),
        (json!({"Captcha": {}}), "{\"Captcha\":{}}", None),
        (
            json!({"Block": {}, "Allow": {}}),
            "{\"Allow\":{},\"Block\":{}}",
            None,
        ),
    ] {
        let action = RuleAction::of(&action);
        assert_eq!((action.words().as_str(), action.word()), (words, word));
    }
}
