//! The app client and the domain: right, wrong, missing.

use aws_sdk_cognitoidentityprovider::types::{
    DomainDescriptionType, DomainStatusType, ExplicitAuthFlowsType, OAuthFlowType, UserPoolClientType,
    builders::UserPoolClientTypeBuilder,
};
use switchback_model::cognito::ClientExpectation;
use switchback_testkit::cognito::words;

use super::super::{client, domain};
use super::{mend, right};

const POOL: &str = "eu-west-2_EXAMPLE";

fn expected() -> ClientExpectation {
    switchback_testkit::cognito::client("exampleclient", &["https://apps.example.nhs.test/"])
}

fn sound() -> UserPoolClientTypeBuilder {
    UserPoolClientType::builder()
        .client_id("exampleclient")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .callback_urls("https://apps.example.nhs.test/")
        .logout_urls("https://apps.example.nhs.test/signed-out")
        .supported_identity_providers("COGNITO")
        .allowed_o_auth_flows(OAuthFlowType::Code)
        .allowed_o_auth_flows_user_pool_client(true)
}

#[test]
fn a_client_is_compared_whole() {
    let judge = |client: UserPoolClientTypeBuilder| client::judge(POOL, &client.build(), &expected());
    right(&judge(sound()));
    right(&judge(sound().supported_identity_providers("TrustDirectory")));
    for wrong in [
        sound().explicit_auth_flows(ExplicitAuthFlowsType::AllowUserSrpAuth),
        sound().set_explicit_auth_flows(Some(vec![ExplicitAuthFlowsType::AllowUserPasswordAuth])),
        sound().set_explicit_auth_flows(None),
        sound().callback_urls("https://other.example.nhs.test/"),
        sound().set_callback_urls(Some(words(&["https://apps.example.nhs.test"]))),
        sound().set_callback_urls(Some(words(&["https://APPS.example.nhs.test/"]))),
        sound().set_logout_urls(None),
        sound().set_supported_identity_providers(Some(words(&["TrustDirectory"]))),
        sound().allowed_o_auth_flows(OAuthFlowType::Implicit),
        sound().set_allowed_o_auth_flows(None),
        sound().allowed_o_auth_flows_user_pool_client(false),
        sound().set_allowed_o_auth_flows_user_pool_client(None),
        sound().client_secret("hunter2hunter2"),
    ] {
        let found = judge(wrong);
        assert!(found.mend.is_some(), "{}", found.observed);
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }
    let wants_secret = ClientExpectation {
        secret: true,
        ..expected()
    };
    right(&client::judge(
        POOL,
        &sound().client_secret("hunter2hunter2").build(),
        &wants_secret,
    ));
    assert!(
        client::judge(POOL, &sound().build(), &wants_secret)
            .mend
            .is_some()
    );
    insta::assert_snapshot!(
        "client missing everything",
        mend(judge(UserPoolClientType::builder()))
    );
    insta::assert_snapshot!(
        "client srp left on",
        mend(judge(
            sound().explicit_auth_flows(ExplicitAuthFlowsType::AllowUserSrpAuth)
        ))
    );
    insta::assert_snapshot!(
        "client secret",
        mend(judge(sound().client_secret("hunter2hunter2")))
    );
    insta::assert_snapshot!(
        "client provider",
        mend(judge(sound().set_supported_identity_providers(Some(words(&[
            "TrustDirectory"
        ])))))
    );
}

#[test]
fn a_domain_is_the_pools_and_active() {
    let domain = "auth.apps.example.nhs.test";
    let of = |pool: &str, status: DomainStatusType| {
        let found = DomainDescriptionType::builder()
            .domain(domain)
            .user_pool_id(pool)
            .status(status);
        domain::judge(POOL, &found.build(), domain)
    };
    right(&of(POOL, DomainStatusType::Active));
    for (pool, status, word) in [
        (POOL, DomainStatusType::Creating, "Wait"),
        (POOL, DomainStatusType::Updating, "Wait"),
        (POOL, DomainStatusType::Failed, "-replace"),
        (POOL, DomainStatusType::Deleting, "-replace"),
        ("eu-west-2_OTHER", DomainStatusType::Active, "user_pool_id"),
    ] {
        let found = mend(of(pool, status));
        assert!(found.contains(word), "{found}");
    }
    let nobody = |wanted: &str| {
        mend(domain::judge(
            POOL,
            &DomainDescriptionType::builder().build(),
            wanted,
        ))
    };
    insta::assert_snapshot!("domain missing", nobody(domain));
    insta::assert_snapshot!("domain prefix missing", nobody("example-admins"));
    insta::assert_snapshot!(
        "domain of another pool",
        mend(of("eu-west-2_OTHER", DomainStatusType::Active))
    );
}
