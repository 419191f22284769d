//! The pools of an authoriser: read, added to, narrowed, and what is refused.

use std::collections::BTreeSet;

use switchback_engine::ports::ProviderErrorKind;
use switchback_model::{Authorizer, AuthorizerCheck, Image, PoolsWish, SetAuthorizer};

use super::*;
use crate::apigateway::{AuthorizerChange, AuthorizerLook};
use crate::look::{Is, Look as _};

const OLD: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_OLD";
const NEW: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_NEW";

fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|&one| one.to_owned()).collect()
}

fn change(url: &str, wish: PoolsWish) -> Bound<AuthorizerChange> {
    let change = AuthorizerChange(SetAuthorizer {
        api: "a1b2c3d4e5".to_owned(),
        authorizer: "abc123".to_owned(),
        wish,
    });
    Bound::new(aws(url), change)
}

fn image(pools: &[&str]) -> Image {
    Image::Authorizer {
        api: "a1b2c3d4e5".to_owned(),
        authorizer: "abc123".to_owned(),
        content: Box::new(Authorizer {
            kind: "COGNITO_USER_POOLS".to_owned(),
            pools: set(pools),
            ttl_s: 300,
        }),
    }
}

fn told(pools: &[&str]) -> Value {
    json!({"id": "abc123", "name": "pools", "type": "COGNITO_USER_POOLS", "providerARNs": pools,
        "authorizerResultTtlInSeconds": 300})
}

#[tokio::test]
async fn a_pool_comes_before_another_goes() {
    let server = server(vec![
        answer(&told(&[OLD])),
        answer(&told(&[OLD])),
        answer(&told(&[OLD, NEW])),
    ])
    .await;
    let change = change(&server.url, PoolsWish::Accept(set(&[NEW])));
    let now = change.read(None).await.unwrap().image;
    assert_eq!(now, image(&[OLD]));
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(
        preview.changes[0].after,
        [format!("accepts {NEW}"), format!("accepts {OLD}")]
    );
    let operations = &preview.calls[0].parameters["patchOperations"];
    assert_eq!(
        *operations,
        json!([{"op": "add", "path": "/providerARNs", "value": NEW}])
    );
    change.as_approved(&preview).unwrap();
    change.still(None, &preview).await.unwrap();
    change.change.update(&aws(&server.url), &preview).await.unwrap();
    let requests = server.requests();
    assert!(
        requests[0].starts_with("GET /restapis/a1b2c3d4e5/authorizers/abc123 "),
        "{}",
        requests[0]
    );
    assert!(
        requests[2].starts_with("PATCH /restapis/a1b2c3d4e5/authorizers/abc123 "),
        "{}",
        requests[2]
    );

    // The way back takes ours out of what is there then.
    let back = change.plan(&image(&[OLD, NEW]), Some(&image(&[OLD]))).unwrap();
    let operations = &back.calls[0].parameters["patchOperations"];
    assert_eq!(
        *operations,
        json!([{"op": "remove", "path": "/providerARNs", "value": NEW}])
    );
    // Another pool in the place of one: never none in between.
    let both = change.plan(&image(&[OLD]), Some(&image(&[NEW]))).unwrap();
    let operations = &both.calls[0].parameters["patchOperations"];
    assert_eq!(
        (&operations[0]["op"], &operations[1]["op"]),
        (&json!("add"), &json!("remove"))
    );
}

#[tokio::test]
async fn what_can_not_be_is_refused_before() {
    let none = change("http://127.0.0.1:9", PoolsWish::Refuse(set(&[OLD])));
    let error = none.plan(&image(&[OLD]), None).unwrap_err();
    assert!(
        error.message.contains("No pool would be left"),
        "{}",
        error.message
    );
    let accept = change("http://127.0.0.1:9", PoolsWish::Accept(set(&[NEW])));
    assert!(accept.plan(&image(&[NEW, OLD]), None).unwrap().is_empty());
    let mut lambda = told(&[]);
    lambda["type"] = json!("TOKEN");
    let mut other = told(&[OLD]);
    other["id"] = json!("zzz999");
    let played = server(vec![answer(&lambda), answer(&other)]).await;
    let change = change(&played.url, PoolsWish::Accept(set(&[NEW])));
    let now = change.read(None).await.unwrap().image;
    let error = change.plan(&now, None).unwrap_err();
    assert!(error.message.contains("of type TOKEN"), "{}", error.message);
    let error = change.read(None).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Untrue);
}

/// Who signs in at a pool that nobody expects there is let in all the same.
#[tokio::test]
async fn a_pool_beside_those_that_are_expected_alone_is_named() {
    const THIRD: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_THIRD";
    for (pools, alone, is, said) in [
        (&[OLD, NEW][..], true, true, format!("accepts {NEW}, {OLD}")),
        (
            &[OLD, NEW, THIRD],
            true,
            false,
            format!("accepts {NEW}, {OLD}, {THIRD}; not expected: {THIRD}"),
        ),
        (
            &[OLD, NEW, THIRD],
            false,
            true,
            format!("accepts {NEW}, {OLD}, {THIRD}"),
        ),
        (&[NEW], true, false, format!("accepts {NEW}")),
    ] {
        let played = server(vec![answer(&told(pools))]).await;
        let check = AuthorizerCheck {
            api: "a1b2c3d4e5".to_owned(),
            authorizer: "abc123".to_owned(),
            expected: PoolsWish::Accept(set(&[OLD, NEW])),
            alone,
        };
        let look = AuthorizerLook(&check);
        let told = look.ask(&aws(&played.url)).await.unwrap();
        let found = look.judge(&told);
        assert_eq!(
            (found.is == Is::Right, found.observed),
            (is, crate::error::safe(&said))
        );
    }
}
