//! `lambda.trigger` on other people's emulators: a function that boto3 made and broke, looked at by our adapter. Where an
//! emulator is not as AWS, its lie is named with the document that decides.

use switchback_aws::lambda::TriggerLook;
use switchback_aws::{AnyLook as _, Aws, AwsOptions};
use switchback_model::{
    CheckId, CheckKind, CheckReading, CheckSpec, Observers, Target, TargetKind, TriggerCheck, Verdict,
};

use crate::sandbox::{Emulator, Sandbox, venv};

const POOL: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE";

fn target(account: &str) -> Target {
    Target {
        name: "test".parse().unwrap(),
        kind: TargetKind::Test,
        account: account.to_owned(),
        region: "eu-west-2".to_owned(),
        role: None,
        profile: None,
        observers: Observers::default(),
        resolvers: std::collections::BTreeMap::default(),
        name_servers: std::collections::BTreeMap::default(),
        pools: std::collections::BTreeMap::default(),
    }
}

struct Looked<'a> {
    place: &'a Sandbox,
    aws: Aws,
    account: String,
}

impl Looked<'_> {
    /// What is said of a function under a name.
    async fn at(&self, function: &str) -> CheckReading {
        let check = TriggerCheck {
            function: function.to_owned(),
            pool_arn: POOL.replace("123456789012", &self.account),
        };
        let spec = CheckSpec {
            id: CheckId::new("trigger").unwrap(),
            title: "A trigger".to_owned(),
            kind: CheckKind::Trigger(check.clone()),
            believable_s: 60,
            within_s: None,
            mend: None,
        };
        let target = target(&self.account);
        let look = TriggerLook {
            check: &check,
            target: &target,
        };
        look.reading(&self.aws, &spec, jiff::Timestamp::UNIX_EPOCH).await
    }

    /// The verdict, and that this is said.
    async fn says(&self, function: &str, verdict: Verdict, said: &str) {
        let reading = self.at(function).await;
        assert_eq!(reading.verdict, verdict, "{reading:?}");
        assert!(reading.observed.contains(said), "{said}: {reading:?}");
    }

    fn boto3(&self, words: &[&str]) -> serde_json::Value {
        tokio::task::block_in_place(|| self.place.trigger(words))
    }
}

/// What an emulator gets wrong, each against the document that decides it.
struct Lies {
    /// What is said where there is no policy.
    none: &'static str,
}

async fn the_function_as_boto3_made_it(place: &Sandbox, lies: Lies) {
    let made = tokio::task::block_in_place(|| place.trigger(&["create"]));
    let arn = made["arn"].as_str().unwrap();
    let account = arn.split(':').nth(4).unwrap().to_owned();
    let aws = Aws::connect(&AwsOptions {
        endpoint: Some(place.endpoint().to_owned()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some(("test".to_owned(), "test".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap();
    let looked = Looked { place, aws, account };
    let live = format!("{arn}:live");
    looked.says(arn, Verdict::Fail, lies.none).await;
    looked
        .says(&format!("{arn}-not"), Verdict::Fail, "There is no such function")
        .await;
    looked.boto3(&["allow", "live"]);
    looked.says(&live, Verdict::Pass, "statement cognito-live").await;
    // Lambda developer guide, "Viewing resource-based IAM policies in Lambda": the bare name has a policy of its own. Both
    // answer the alias's, of which the resource says whose it is.
    let other = "its policy lets Cognito invoke another function, or this one by another name";
    looked.says(arn, Verdict::Fail, other).await;
    looked.boto3(&["allow"]);
    looked
        .says(
            arn,
            Verdict::Pass,
            "the pool may invoke it (statement cognito-bare); active, 4 s",
        )
        .await;
    looked.boto3(&["slow"]);
    looked.says(arn, Verdict::Fail, "it may take 30 s").await;
    looked.boto3(&["off"]);
    let off = "it may take 30 s: Cognito waits for 5 s, and asks three times; it is switched off";
    looked.says(arn, Verdict::Fail, off).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_triggers() {
    let Some(venv) = venv("ministack") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    // GetPolicy, "Errors": ResourceNotFoundException.
    println!("ministack: a function without a policy has an empty one, and later those of its aliases in it");
    the_function_as_boto3_made_it(
        &place,
        Lies {
            none: "no statement of its policy lets Cognito invoke it",
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_triggers() {
    let Some(venv) = venv("moto") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    println!(
        "moto: all aliases and the function have one policy; a dry run says that the function failed, beside its 204"
    );
    the_function_as_boto3_made_it(
        &place,
        Lies {
            none: "nobody may invoke it by this name",
        },
    )
    .await;
}
