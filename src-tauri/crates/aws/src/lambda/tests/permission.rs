//! What a policy says of a pool, however it is written.

use super::super::narrowed::Narrowed;
use super::super::policy::{Nearest, Says, says};
use super::super::statement::{Asked, matches};
use super::*;

fn said(statements: &[Value]) -> Says {
    says(&policy(statements), &Asked::of(FUNCTION, POOL))
}

/// A sound statement with something else in one place.
fn but(pointer: &str, value: Value) -> Value {
    let mut statement = statement();
    *statement.pointer_mut(pointer).unwrap() = value;
    statement
}

fn lets(narrowed: Narrowed) -> Says {
    Says::Lets {
        sid: "cognito".to_owned(),
        narrowed,
    }
}

#[test]
fn a_permission_is_read_in_each_of_its_spellings() {
    for (pointer, value) in [
        ("/Principal", json!("*")),
        ("/Principal", json!({"AWS": "*"})),
        (
            "/Principal",
            json!({"Service": ["lambda.amazonaws.com", "cognito-idp.amazonaws.com"]}),
        ),
        (
            "/Principal",
            json!({"AWS": "arn:aws:iam::123456789012:root", "Service": "cognito-idp.amazonaws.com"}),
        ),
        ("/Action", json!(["lambda:GetFunction", "lambda:InvokeFunction"])),
        ("/Action", json!("lambda:*")),
        ("/Action", json!("*")),
        ("/Action", json!("Lambda:invoke*")),
        ("/Resource", json!([FUNCTION])),
        (
            "/Resource",
            json!("arn:aws:lambda:eu-west-2:123456789012:function:migrate-*"),
        ),
        ("/Condition", json!({"ArnEquals": {"aws:SourceArn": POOL}})),
        ("/Condition", json!({"StringEquals": {"aws:sourcearn": [POOL]}})),
        (
            "/Condition",
            json!({"ArnLikeIfExists": {"AWS:SourceArn": POOL}, "StringEquals": {"AWS:SourceAccount": "123456789012"}}),
        ),
        (
            "/Condition",
            json!({"ForAnyValue:ArnLike": {"AWS:SourceArn": ["arn:aws:s3:::one", POOL]}}),
        ),
    ] {
        let statement = but(pointer, value.clone());
        assert_eq!(said(&[statement]), lets(Narrowed::ToPool), "{pointer} {value}");
    }
    // Without a list, and without a resource.
    let mut bare = statement();
    bare.as_object_mut().unwrap().remove("Resource");
    let document = json!({"Statement": bare}).to_string();
    assert_eq!(
        says(&document, &Asked::of(FUNCTION, POOL)),
        lets(Narrowed::ToPool)
    );
}

#[test]
fn a_permission_for_everybody_is_one_and_is_said_to_be() {
    let mut open = statement();
    open.as_object_mut().unwrap().remove("Condition");
    assert_eq!(said(std::slice::from_ref(&open)), lets(Narrowed::Open));
    let account = but(
        "/Condition",
        json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}}),
    );
    assert_eq!(said(std::slice::from_ref(&account)), lets(Narrowed::ToAccount));
    // Whoever else may, may: the widest of all is what there is to know.
    assert_eq!(said(&[statement(), account, open]), lets(Narrowed::Open));
}

/// It names a source and is open all the same, or names none and is for everybody with an account (Lambda API reference,
/// AddPermission; IAM user guide, "The confused deputy problem").
#[test]
fn for_whom_a_statement_is_is_told_by_whom_it_lets_and_not_by_its_keys() {
    let condition = |condition: Value| but("/Condition", condition);
    let everybody = |condition: Option<Value>| {
        let mut all = but("/Principal", json!({"AWS": "*"}));
        match condition {
            Some(condition) => all["Condition"] = condition,
            None => drop(all.as_object_mut().unwrap().remove("Condition")),
        }
        all
    };
    for (statement, narrowed) in [
        (
            condition(json!({"StringLike": {"AWS:SourceARN": "arn:aws:cognito-idp:*/eu-west-2_*"}})),
            Narrowed::Open,
        ),
        (
            condition(json!({"ArnLike": {"AWS:SourceArn": "arn:aws:cognito-idp:eu-west-2:*:userpool/*"}})),
            Narrowed::Open,
        ),
        (
            condition(json!({"ArnLike": {"AWS:SourceArn": "arn:aws:cognito-idp:*:123456789012:userpool/*"}})),
            Narrowed::ToAccount,
        ),
        (
            condition(json!({"ArnNotLike": {"AWS:SourceArn": "arn:aws:s3:::*"}})),
            Narrowed::Open,
        ),
        (everybody(None), Narrowed::Anybody),
        (
            everybody(Some(json!({"ArnLikeIfExists": {"AWS:SourceArn": POOL}}))),
            Narrowed::Anybody,
        ),
        (
            everybody(Some(json!({"ArnNotLike": {"AWS:SourceArn": "arn:aws:s3:::*"}}))),
            Narrowed::Anybody,
        ),
        (
            everybody(Some(json!({"ForAllValues:ArnLike": {"AWS:SourceArn": POOL}}))),
            Narrowed::Anybody,
        ),
        (
            everybody(Some(
                json!({"ForAnyValue:ArnNotLike": {"AWS:SourceArn": "arn:aws:s3:::*"}}),
            )),
            Narrowed::Open,
        ),
        (
            everybody(Some(json!({"ArnLike": {"AWS:SourceArn": POOL}}))),
            Narrowed::ToPool,
        ),
        (
            everybody(Some(
                json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}}),
            )),
            Narrowed::ToAccount,
        ),
    ] {
        assert_eq!(
            said(&[super::statement(), statement.clone()]),
            lets(narrowed),
            "{statement}"
        );
    }
}

/// Of two values of one key a reader takes one, and nothing tells which AWS took.
#[test]
fn a_policy_with_a_key_twice_is_not_judged() {
    let one = policy(&[statement()]);
    let twice = one.replacen("\"Effect\":", "\"Effect\":\"Deny\",\"Effect\":", 1);
    assert_ne!(one, twice);
    assert_eq!(says(&twice, &Asked::of(FUNCTION, POOL)), Says::Twice);
}

#[test]
fn what_is_no_permission_is_told_by_what_comes_nearest() {
    let other = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_OTHER";
    for (statements, nearest) in [
        (vec![], Nearest::None),
        (
            vec![but("/Principal/Service", json!("lambda.amazonaws.com"))],
            Nearest::None,
        ),
        (
            vec![but("/Principal", json!({"AWS": "123456789012"}))],
            Nearest::None,
        ),
        (vec![but("/Principal", json!({"Federated": "*"}))], Nearest::None),
        (vec![but("/Action", json!("lambda:GetFunction"))], Nearest::None),
        (
            vec![but("/Action", json!("lambda:InvokeFunctionUrl"))],
            Nearest::None,
        ),
        (
            vec![but("/Resource", json!(format!("{FUNCTION}:live")))],
            Nearest::OtherFunction,
        ),
        (
            vec![but(
                "/Resource",
                json!("arn:aws:lambda:eu-west-2:123456789012:function:migrate"),
            )],
            Nearest::OtherFunction,
        ),
        (
            vec![but("/Condition", json!({"ArnLike": {"AWS:SourceArn": other}}))],
            Nearest::OtherPool,
        ),
        (
            vec![but(
                "/Condition",
                json!({"StringEquals": {"AWS:SourceAccount": "210987654321"}}),
            )],
            Nearest::OtherPool,
        ),
        // All conditions must hold.
        (
            vec![but(
                "/Condition",
                json!({"ArnLike": {"AWS:SourceArn": POOL}, "StringEquals": {"AWS:SourceAccount": "210987654321"}}),
            )],
            Nearest::OtherPool,
        ),
        (
            vec![but(
                "/Condition",
                json!({"StringEquals": {"AWS:SourceArn": "arn:aws:cognito-idp:*"}}),
            )],
            Nearest::OtherPool,
        ),
        // A wildcard of an ARN does not reach over its colons.
        (
            vec![but(
                "/Condition",
                json!({"ArnLike": {"AWS:SourceArn": "arn:aws:cognito-idp:*"}}),
            )],
            Nearest::OtherPool,
        ),
        (
            vec![but(
                "/Condition",
                json!({"ArnNotEquals": {"AWS:SourceArn": POOL}}),
            )],
            Nearest::OtherPool,
        ),
    ] {
        assert_eq!(said(&statements), Says::Nothing(nearest), "{statements:?}");
    }
}

#[test]
fn a_deny_wins_and_what_is_not_understood_is_never_taken_for_a_yes_or_a_no() {
    let deny = || but("/Effect", json!("Deny"));
    assert_eq!(
        said(&[statement(), deny()]),
        Says::Denies {
            sid: "cognito".to_owned()
        }
    );
    // One for somebody else denies nothing here.
    let mut elsewhere = deny();
    elsewhere["Resource"] = json!("arn:aws:lambda:eu-west-2:123456789012:function:other");
    assert_eq!(said(&[statement(), elsewhere]), lets(Narrowed::ToPool));
    let unclear = Says::Unclear {
        sid: "cognito".to_owned(),
    };
    let mut not_principal = statement();
    not_principal.as_object_mut().unwrap().remove("Principal");
    not_principal["NotPrincipal"] = json!({"AWS": "123456789012"});
    for statement in [
        but("/Condition", json!({"Bool": {"aws:SecureTransport": "true"}})),
        but("/Condition", json!({"NumericLessThan": {"AWS:SourceArn": POOL}})),
        but(
            "/Condition",
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        ),
        but(
            "/Condition",
            json!({"ArnLike": {"AWS:SourceArn": {"Ref": "Pool"}}}),
        ),
        but("/Condition", json!(["ArnLike"])),
        but("/Condition", json!({"ArnLike": POOL})),
        but("/Principal", json!({"Service": 7})),
        but("/Principal", json!(["cognito-idp.amazonaws.com"])),
        but("/Principal", json!({"Everybody": "*"})),
        but("/Action", json!(null)),
        not_principal,
    ] {
        assert_eq!(said(std::slice::from_ref(&statement)), unclear, "{statement}");
        // A clear permission beside it is one all the same; a denial that may hold is in its way.
        assert_eq!(
            said(&[statement.clone(), super::statement()]),
            lets(Narrowed::ToPool)
        );
        let mut denial = statement;
        denial["Effect"] = json!("Deny");
        assert_eq!(said(&[denial, super::statement()]), unclear);
    }
}

#[test]
fn what_is_no_policy_is_not_judged() {
    let whole = policy(&[statement()]);
    let cut = whole.get(..whole.len() - 20).unwrap();
    for document in [
        cut,
        "",
        "[]",
        "{}",
        "null",
        r#"{"Statement":"all"}"#,
        r#"{"Statement":[7]}"#,
        r#"{"Statement":[{"Effect":"Perhaps"}]}"#,
    ] {
        assert_eq!(
            says(document, &Asked::of(FUNCTION, POOL)),
            Says::Unreadable,
            "{document}"
        );
    }
}

#[test]
fn a_pattern_takes_no_longer_than_its_text() {
    for (pattern, text, right) in [
        ("*", "", true),
        ("a*c", "abbc", true),
        ("a?c", "ac", false),
        ("?", "", false),
        ("*:*", "a:b", true),
        ("ab", "abc", false),
        ("a**b*", "axxb", true),
    ] {
        assert_eq!(matches(pattern, text), right, "{pattern} {text}");
    }
    // Which would take for ever by trying every way.
    let hostile = "*a".repeat(5_000);
    assert!(!matches(&hostile, &"a".repeat(4_999)));
}
