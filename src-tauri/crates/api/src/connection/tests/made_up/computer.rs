//! The AWS profiles and the environment of a made-up computer.

use jiff::{SignedDuration, Timestamp};
use switchback_aws::profiles::{EnvironmentSetting, ProfileInfo, ProfileKind};
use switchback_aws::{Profiles, Session};

use super::super::super::profiles;
use crate::wire::ProfilesView;

pub(super) fn after(now: Timestamp, minutes: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

fn profile(name: &str, kind: ProfileKind, session: Session) -> ProfileInfo {
    let sso = matches!(kind, ProfileKind::SsoSession);
    ProfileInfo {
        name: name.to_owned(),
        kind,
        source: None,
        role: sso.then(|| "operator".to_owned()),
        account: sso.then(|| "123456789012".to_owned()),
        region: Some("eu-west-2".to_owned()),
        sso_session: sso.then(|| "tis".to_owned()),
        session,
        sign_in: sso.then(|| format!("aws sso login --profile {name}")),
        problem: None,
    }
}

/// `signed_in`: whether anybody is, by the profile of production.
pub(super) fn known(now: Timestamp, selected: Option<&str>, signed_in: bool) -> Profiles {
    let setting = |variable: &str, value: &str, effect: &str, overrides| EnvironmentSetting {
        variable: variable.to_owned(),
        value: Some(value.to_owned()),
        effect: effect.to_owned(),
        overrides,
    };
    let words = |problem: &str, mend: &str| Some((problem.to_owned(), mend.to_owned()));
    Profiles {
        list: vec![
            ProfileInfo {
                role: Some("operator".to_owned()),
                source: Some("keys".to_owned()),
                account: Some("123456789012".to_owned()),
                problem: words(
                    "It needs a code from an MFA device (profile break-glass).",
                    "Switchback can't ask for it, the AWS CLI can.",
                ),
                ..profile("break-glass", ProfileKind::AssumeRole, Session::NotNeeded)
            },
            profile("keys", ProfileKind::Keys, Session::NotNeeded),
            profile(
                "tis-preprod",
                ProfileKind::SsoSession,
                Session::Ends { at: after(now, 120) },
            ),
            match signed_in {
                true => profile(
                    "tis-prod",
                    ProfileKind::SsoSession,
                    Session::Ends { at: after(now, 120) },
                ),
                false => ProfileInfo {
                    problem: words(
                        "The sign-in of the AWS profile tis-prod has ended.",
                        "Sign in with `aws sso login --profile tis-prod`, then repeat.",
                    ),
                    ..profile(
                        "tis-prod",
                        ProfileKind::SsoSession,
                        Session::Expired { at: after(now, -60) },
                    )
                },
            },
        ],
        selected: selected.map(str::to_owned),
        environment: vec![
            setting(
                "AWS_PROFILE",
                "tis-preprod",
                "the profile that is used where a target names none",
                true,
            ),
            setting(
                "AWS_REGION",
                "us-east-1",
                "not used: the target names the region",
                false,
            ),
        ],
        problem: None,
        notes: Vec::new(),
    }
}

/// The profiles of the made-up computer.
pub(crate) fn of_computer(now: Timestamp) -> ProfilesView {
    profiles::view(known(now, Some("tis-preprod"), false), now)
}
