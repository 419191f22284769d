//! Connections of the window's made-up world. What asks the network is said here instead, in the words of the rows that
//! would; all else is the check's own. All names and numbers are fakes.

mod computer;

use std::sync::Arc;

use jiff::Timestamp;
use switchback_aws::profiles::ProfileKind;
use switchback_aws::{Aws, AwsOptions, Elsewhere, Session};
use switchback_engine::ports::Clock;
use switchback_journal::{KeyRingProblem, KeychainLook};
use switchback_model::Plan;
use switchback_probes::Chain;
use switchback_testkit::ManualClock;

use super::super::network::tls;
use super::super::profiles::session_words;
use super::super::rows::{Look, RowText};
use super::super::{Subject, about, keychain, permissions, profiles};
use crate::wire::{ConnectionView, ReadingView, SCHEMA_VERSION, Tone};

pub(crate) use computer::of_computer;
use computer::{after, known};

/// One connection: what it is checked for, and whether anybody is signed in.
struct Asked<'a> {
    plan: Option<&'a Plan>,
    profile: Option<&'a str>,
    region: &'a str,
    signed_in: bool,
    closed: bool,
}

/// Connections by what they are asked for: a run of each of these plans, and profiles.
pub(crate) async fn all(
    now: Timestamp,
    rehearsal: &Plan,
    production: &Plan,
) -> Vec<(&'static str, ConnectionView)> {
    let run = Asked {
        plan: Some(production),
        profile: Some("tis-prod"),
        region: "eu-west-2",
        signed_in: true,
        closed: false,
    };
    let keys = |region| Asked {
        plan: None,
        profile: Some("keys"),
        region,
        signed_in: true,
        closed: false,
    };
    vec![
        ("run@production", checked(now, Asked { ..run }).await),
        (
            "run@rehearsal",
            checked(
                now,
                Asked {
                    plan: Some(rehearsal),
                    profile: None,
                    closed: true,
                    ..run
                },
            )
            .await,
        ),
        (
            "signed-out@production",
            checked(
                now,
                Asked {
                    signed_in: false,
                    ..run
                },
            )
            .await,
        ),
        ("keys", checked(now, keys("eu-west-2")).await),
        ("keys eu-west-1", checked(now, keys("eu-west-1")).await),
        (
            "none",
            checked(
                now,
                Asked {
                    profile: None,
                    ..keys("eu-west-2")
                },
            )
            .await,
        ),
    ]
}

async fn checked(now: Timestamp, asked: Asked<'_>) -> ConnectionView {
    let clock = ManualClock::new();
    clock.jump_wall(now.duration_since(clock.now()));
    let subject = Subject {
        plan: asked.plan.map(|plan| Arc::new(plan.clone())),
        profile: asked.profile.map(str::to_owned),
        // The network is somebody else's then, and is not asked.
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        ..Subject::default()
    };
    let known = known(now, asked.profile, asked.signed_in);
    let look = Look {
        subject: &subject,
        elsewhere: &Elsewhere::default(),
        closed: asked.closed,
        profile: asked.profile,
        region: asked.region,
        known: &known,
        clock: &*clock,
    };
    let mut rows = look.near().await;
    if !asked.closed {
        rows.retain(|row| matches!(row.id.as_str(), "profile" | "environment"));
        rows.extend(network(&look));
    }
    rows.extend(far(&look, &asked, now));
    let permissions = may(&look, &asked).await;
    let tones = || rows.iter().chain(&permissions).map(|row| row.tone);
    let worst = tones().filter(|tone| *tone != Tone::NotApplicable).max();
    ConnectionView {
        schema_version: SCHEMA_VERSION,
        about: about(&subject, asked.profile, asked.region),
        target: asked.plan.map(|plan| plan.target.name.to_string()),
        profile: asked.profile.map(str::to_owned),
        region: asked.region.to_owned(),
        checked_at: now,
        tone: worst.unwrap_or(Tone::Unknown),
        sign_in_needed: !asked.signed_in,
        keychain: (!asked.closed).then(|| keychain::view(keychain(asked.signed_in))),
        environment: match asked.closed {
            true => Vec::new(),
            false => profiles::settings(&known.environment),
        },
        rows,
        permissions,
    }
}

fn keychain(works: bool) -> KeychainLook {
    match works {
        true => KeychainLook::Answers,
        false => KeychainLook::Silent {
            problem: KeyRingProblem::Absent,
            had: false,
        },
    }
}

/// What the network would tell: somebody inspects the traffic, and is trusted here.
fn network(look: &Look<'_>) -> Vec<ReadingView> {
    let chain = Chain {
        issuer: "Example Inspection CA".to_owned(),
        organisation: Some("Example Trust IT".to_owned()),
        top: "Example Root".to_owned(),
        not_after: Timestamp::UNIX_EPOCH,
        refused: None,
    };
    let names = RowText::new(
        Tone::Passing,
        "every name was found",
        "the resolver of this computer",
    );
    let direct = "HTTPS_PROXY, ALL_PROXY and NO_PROXY";
    vec![
        look.row("dns", "DNS", names.expecting("an address for each service")),
        look.row(
            "proxy",
            "Proxy",
            RowText::new(Tone::Passing, "none: AWS is dialled directly", direct),
        ),
        look.row(
            "tls",
            "TLS issuer",
            tls(&Ok(chain), "sts.eu-west-2.amazonaws.com"),
        ),
    ]
}

/// What STS would tell.
fn far(look: &Look<'_>, asked: &Asked<'_>, now: Timestamp) -> Vec<ReadingView> {
    let source = "sts:GetCallerIdentity";
    let agrees = "this computer's clock agrees with AWS";
    let clock = RowText::new(Tone::Passing, agrees, "the Date of STS").expecting("at most 60 s apart");
    let mend = "Sign in with `aws sso login --profile tis-prod`";
    let ended = Session::Expired { at: after(now, -60) };
    let ends = Session::Ends { at: after(now, 120) };
    let (who, session) = match (asked.signed_in, asked.closed) {
        (false, _) => (
            RowText::new(
                Tone::Failing,
                "The sign-in of the AWS profile tis-prod has ended.",
                source,
            )
            .mend(format!("{mend}, then repeat.")),
            RowText::new(
                Tone::Failing,
                session_words(ended, ProfileKind::SsoSession, now),
                "the token file of the AWS CLI",
            )
            .mend(format!("{mend}.")),
        ),
        (true, true) => (
            RowText::new(Tone::Passing, "account …9012, role operator", source),
            RowText::new(
                Tone::NotApplicable,
                "the rehearsal's key does not end",
                "the closed world",
            ),
        ),
        (true, false) => (
            RowText::new(Tone::Passing, "account …9012, role operator", source)
                .expecting("account …9012, role operator"),
            RowText::new(
                Tone::Passing,
                session_words(ends, ProfileKind::SsoSession, now),
                "the token file of the AWS CLI",
            ),
        ),
    };
    vec![
        look.row("clock", "Clock", clock),
        look.row("sts", "Who you are", who),
        look.row("session", "Session", session),
    ]
}

/// What the plan asks of AWS, of which nothing is tried here: the first one changes something.
async fn may(look: &Look<'_>, asked: &Asked<'_>) -> Vec<ReadingView> {
    let aws = Aws::connect(&AwsOptions {
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        only_aws: false,
        profile: None,
        region: asked.region.to_owned(),
        rehearsal_credentials: Some(("made-up".to_owned(), "made-up".to_owned())),
        clock: None,
    });
    let rows = permissions::rows(look, &aws.unwrap(), false).await;
    if !asked.signed_in {
        return rows;
    }
    let tried = |row: ReadingView| match row.id.starts_with("Change") {
        true => ReadingView {
            tone: Tone::Waiting,
            observed: "assumed: it is proven by the first change".to_owned(),
            source: "this run's journal".to_owned(),
            mend: Some("A write is never made to try it out.".to_owned()),
            ..row
        },
        false => ReadingView {
            tone: Tone::Passing,
            observed: "allowed: exercised now".to_owned(),
            ..row
        },
    };
    rows.into_iter().map(tried).collect()
}
