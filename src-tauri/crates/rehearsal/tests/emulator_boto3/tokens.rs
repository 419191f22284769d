//! Reval's API, moved from one pool to the other and back.

use serde_json::json;
use switchback_rehearsal::{ADMINS_POOL, Client, World, WorldOptions};

use super::{python, seen_by_boto3};

const TOKENS_PY: &str = include_str!("tokens.py");

#[tokio::test]
async fn boto3_moves_an_api_to_another_pool() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    // Signing in brings over whom the new pool lacks; that is not what is looked at here.
    let control = Client::new(world.handle());
    control.canary_stands(ADMINS_POOL).await.unwrap();
    let before = world.snapshot().objects();
    assert_eq!(
        seen_by_boto3(&python, TOKENS_PY, &world).await,
        json!({
            "signed in": [
                ["AuthenticationResult", "ChallengeParameters"], ["AuthenticationResult", "ChallengeParameters"],
            ],
            "token": ["Bearer", 3_600, true],
            "challenge": "NEW_PASSWORD_REQUIRED is not asked",
            "listed": ["re7al1"],
            "before": ["arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL0"],
            "edited": 2,
            "made": 201,
            "described": ["switchback", true],
            "summary": ["COGNITO_USER_POOLS", false],
            "pages": [1, 1, 1],
            "moved": true,
            "flushed": 202,
            "back": ["d3p1rv", 1],
            "http": ["HTTP", 1],
            "refusals": [
                "NotAuthorizedException NotAuthorizedException",
                "InvalidParameterException InvalidParameterException",
                "ResourceNotFoundException ResourceNotFoundException",
                "BadRequestException BadRequestException",
                "BadRequestException BadRequestException",
                "NotFoundException NotFoundException",
                "NotFoundException NotFoundException",
                "NotFoundException NotFoundException",
                "ClientError NotRehearsed",
            ],
            "not in the model": [],
        })
    );
    assert_eq!(world.snapshot().objects(), before);
}
