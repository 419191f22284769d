//! The bare pages: the SDK alone, one request after the other, each page dropped.

use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cognitoidentityprovider::{Client, Config};
use switchback_rehearsal::ACCESS_KEY;

use super::{PEOPLE, timed};
use crate::Outcome;

/// Milliseconds that reading everybody takes.
pub(super) fn pages(endpoint: &str, pool: &str) -> Outcome<f64> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-2"))
        .credentials_provider(Credentials::new(ACCESS_KEY, "rehearsal", None, None, "bench"))
        .endpoint_url(endpoint)
        .build();
    let client = Client::from_conf(config);
    let (people, took) = timed(|| runtime.block_on(read(&client, pool)))?;
    if people < PEOPLE as usize {
        return Err(format!("the SDK read {people} people").into());
    }
    Ok(took)
}

async fn read(client: &Client, pool: &str) -> Outcome<usize> {
    let (mut people, mut token) = (0, None);
    loop {
        let page = client
            .list_users()
            .user_pool_id(pool)
            .limit(60)
            .set_pagination_token(token)
            .send()
            .await
            .map_err(|error| format!("the SDK got no page: {error:?}"))?;
        people += page.users().len();
        token = page.pagination_token;
        if token.is_none() {
            return Ok(people);
        }
    }
}
