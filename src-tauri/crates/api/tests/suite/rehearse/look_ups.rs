//! A look-up asks for no account by name: AdminGetUser makes a person count as active in the month's bill.

use futures_util::{StreamExt as _, stream};
use switchback_api::host::{Host, HostOptions};
use switchback_api::users::{LookupAt, query};
use switchback_api::wire::DetailAsk;
use switchback_model::Operator;
use switchback_rehearsal::Client;

/// Look-ups in all; `SWITCHBACK_PROVE` makes a thousand, as `cargo xtask bench lookup` does with processes.
fn look_ups() -> usize {
    match std::env::var_os("SWITCHBACK_PROVE") {
        Some(_) => 1_000,
        None => 200,
    }
}

/// How many are under way at a time, as from several windows.
const AT_A_TIME: usize = 4;

/// What support types: found, absent, several, in capitals, a beginning of a name.
const TYPED: [(&str, &str); 9] = [
    ("anna.baker@example.nhs.test", "confirmed"),
    ("nobody.here@example.nhs.test", "not_migrated"),
    ("isla.jones@example.nhs.test", "several"),
    ("nora.owen@example.nhs.test", "not_migrated_known"),
    ("Anna.Baker@example.nhs.test", "confirmed"),
    ("Anna Baker", "confirmed"),
    ("chloe.davis@example.nhs.test", "invitation_open"),
    ("oneil", "no_such_name"),
    ("Pat \"Pad", "confirmed"),
];

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_ask_for_nobody_by_name() {
    let wanted = look_ups();
    let home = tempfile::tempdir().unwrap();
    let mut options = HostOptions::new(Operator::new("s.example").unwrap());
    options.home = Some(home.path().to_owned());
    let host = Host::start(options).unwrap();
    let at = LookupAt {
        target: Some(switchback_api::plan::target("rehearsal").unwrap()),
        ..LookupAt::default()
    };
    let world = Client::new(&host.closed_world().await.unwrap());

    let typed = TYPED.iter().cycle().take(wanted);
    let mut answers = stream::iter(typed)
        .map(|(typed, verdict)| {
            let (host, at) = (&host, &at);
            async move {
                let view = host.look_up(at, query(typed).unwrap(), None, None).await.unwrap();
                assert_eq!(view.verdict, *verdict, "{typed}: {view:?}");
                view
            }
        })
        .buffer_unordered(AT_A_TIME);
    let (mut done, mut last) = (0, None);
    let mut rests = 0;
    while let Some(view) = answers.next().await {
        done += 1;
        let of_a_rule = |word: &&str| view.verdict.starts_with(*word);
        rests += u64::from(["not_", "invitation_"].iter().any(of_a_rule));
        if !view.accounts.is_empty() {
            last = Some(view.lookup);
        }
    }
    drop(answers);
    assert_eq!(done, wanted);
    let counts = world.counts().await.unwrap();
    println!("{wanted} look-ups: {counts:?}");
    // Every look-up asked both pools. Where an address is absent, the new pool was asked whether its letter
    // case counts, and where somebody was invited, how long that lives; nothing else was asked of the account.
    let lists = counts["cognito-idp:ListUsers"];
    assert!(lists >= 2 * wanted as u64, "{counts:?}");
    let described = counts
        .get("cognito-idp:DescribeUserPool")
        .copied()
        .unwrap_or_default();
    assert_eq!(described, rests, "{counts:?}");
    assert_eq!(counts.values().sum::<u64>(), lists + described, "{counts:?}");

    // The count does move: by one for the one account that somebody asks for.
    let ask = DetailAsk {
        lookup: last.unwrap(),
        index: 0,
        purpose: "Ticket 4711".to_owned(),
    };
    host.users().detail(&ask, host.operator()).await.unwrap();
    assert_eq!(world.counts().await.unwrap()["cognito-idp:AdminGetUser"], 1);
}
