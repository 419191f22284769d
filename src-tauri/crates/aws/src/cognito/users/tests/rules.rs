//! What a pool says of its rules.

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_rehearsal::ADMINS_POOL;

use super::pool_id;
use crate::tests::aws;
use crate::tests::server::{Play, server};

#[tokio::test]
async fn a_pool_says_whether_letter_case_counts_and_how_long_an_invitation_lives() {
    let pool = |configuration: &str| {
        let pool = format!("{{\"UserPool\":{{\"Id\":\"{ADMINS_POOL}\"{configuration}}}}}");
        Play::Answer(200, pool)
    };
    let denied = || Play::Answer(400, "{\"__type\":\"AccessDeniedException\"}".to_owned());
    let server = server(vec![
        pool(",\"UsernameConfiguration\":{\"CaseSensitive\":false}"),
        pool(",\"UsernameConfiguration\":{\"CaseSensitive\":true}"),
        pool(""),
        pool(",\"Policies\":{\"PasswordPolicy\":{\"MinimumLength\":8,\"TemporaryPasswordValidityDays\":1}}"),
        pool(",\"AdminCreateUserConfig\":{\"UnusedAccountValidityDays\":30}"),
        pool(
            ",\"Policies\":{\"PasswordPolicy\":{\"TemporaryPasswordValidityDays\":2}},\
             \"AdminCreateUserConfig\":{\"UnusedAccountValidityDays\":7}",
        ),
        pool(",\"Policies\":{\"PasswordPolicy\":{\"TemporaryPasswordValidityDays\":0}}"),
        // The server's clock is far from ours, so the SDK takes a refusal for one of the clock, and asks on.
        denied(),
        denied(),
        denied(),
    ])
    .await;
    let aws = aws(&server.url);
    let id = pool_id(ADMINS_POOL);
    for (counts, days) in [
        (false, Some(7)),
        (true, Some(7)),
        (true, Some(7)),
        (true, Some(1)),
        (true, Some(30)),
        (true, Some(2)),
        (true, None),
    ] {
        let rules = aws.pool_rules(&id).await.unwrap();
        assert_eq!(rules.letter_case_counts, counts);
        assert_eq!(rules.invitation_lives.map(|lives| lives.as_hours() / 24), days);
    }
    let denied = aws.pool_rules(&id).await.unwrap_err();
    assert_eq!(denied.kind, Kind::Denied);
}
