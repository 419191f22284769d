//! A check that asks for a token of a pool gets it, with no more sign-ins than it needs.

use switchback_api::host::{Host, HostOptions};
use switchback_engine::ports::History;
use switchback_model::{AuthorisedCheck, CheckId, CheckKind, CheckReading, CheckSpec, Operator, Verdict};
use switchback_rehearsal::{ADMINS_POOL, OLD_POOL, REVAL_API, REVAL_STAGE, REVAL_USERINFO};

fn spec() -> CheckSpec {
    let check = AuthorisedCheck {
        url: format!("https://{REVAL_API}.execute-api.eu-west-2.amazonaws.com/{REVAL_STAGE}{REVAL_USERINFO}"),
        address: None,
        accepts: vec![OLD_POOL.to_owned()],
        refuses: vec![ADMINS_POOL.to_owned()],
    };
    CheckSpec {
        id: CheckId::new("old-tokens-answered").unwrap(),
        title: "Reval answers tokens of the old pool alone".to_owned(),
        kind: CheckKind::Authorised(check),
        believable_s: 60,
        within_s: None,
        mend: None,
    }
}

#[tokio::test]
async fn a_rehearsal_asks_with_the_tokens_of_its_canary() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = HostOptions::new(Operator::new("m.example").unwrap());
    options.home = Some(folder.path().to_owned());
    let host = Host::start(options).unwrap();
    let id = host.new_from_runbook("tis-cognito", "rehearsal").unwrap();
    let run = host.load(&id).await.unwrap();
    let world = host.world_client().await.unwrap();
    // The new pool begins without it, and nobody is signed in who would be made by that.
    let around = host.surroundings(&run).await.unwrap();
    let absent = around.world.check(&spec(), &History::default()).await;
    assert_eq!(absent.verdict, Verdict::Error, "{}", absent.observed);
    assert!(
        absent.observed.contains("would make it there"),
        "{}",
        absent.observed
    );
    assert!(absent.mend.unwrap().contains("pool-canary"));
    assert_eq!(world.state().await.unwrap().canaries[ADMINS_POOL], "absent");
    world.canary_stands(ADMINS_POOL).await.unwrap();
    let look = async || -> CheckReading {
        // As each question makes them.
        let around = host.surroundings(&run).await.unwrap();
        around.world.check(&spec(), &History::default()).await
    };
    for _ in 0..3 {
        let reading = look().await;
        assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
    }
    // One for each pool.
    let counts = world.counts().await.unwrap();
    assert_eq!(counts.get("cognito-idp:InitiateAuth"), Some(&2), "{counts:?}");
    host.stop_closed_world().await;
}
