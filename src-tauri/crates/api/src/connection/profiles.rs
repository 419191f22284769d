//! Profiles and the environment, as they cross the boundary.

use jiff::Timestamp;
use switchback_aws::profiles::{EnvironmentSetting, ProfileInfo, ProfileKind, Profiles};
use switchback_aws::{Session, masked};

use super::span;
use crate::wire::{ProfileView, ProfilesView, SCHEMA_VERSION, SessionState, SettingView};

pub(super) fn view(known: Profiles, now: Timestamp) -> ProfilesView {
    let (problem, mend) = known.problem.unzip();
    let notes = known
        .notes
        .iter()
        .map(|note| format!("{}. {}", note.words(), note.mend))
        .collect();
    ProfilesView {
        schema_version: SCHEMA_VERSION,
        profiles: known.list.into_iter().map(|profile| one(profile, now)).collect(),
        selected: known.selected,
        environment: settings(&known.environment),
        problem,
        mend,
        notes,
    }
}

pub(super) fn settings(environment: &[EnvironmentSetting]) -> Vec<SettingView> {
    environment
        .iter()
        .map(|setting| SettingView {
            variable: setting.variable.clone(),
            value: setting.value.clone(),
            effect: setting.effect.clone(),
            overrides: setting.overrides,
        })
        .collect()
}

fn one(profile: ProfileInfo, now: Timestamp) -> ProfileView {
    let (problem, mend) = profile.problem.unzip();
    let (session, session_at) = match profile.session {
        Session::NotNeeded => (SessionState::NotNeeded, None),
        Session::SignedOut => (SessionState::SignedOut, None),
        Session::Expired { at } => (SessionState::Expired, Some(at)),
        Session::Ends { at } => (SessionState::Ends, Some(at)),
        Session::Renews { at } => (SessionState::Renews, Some(at)),
    };
    ProfileView {
        kind: code(profile.kind).to_owned(),
        kind_words: profile.kind.words().to_owned(),
        name: profile.name,
        source: profile.source,
        role: profile.role,
        account_tail: profile
            .account
            .map(|account| masked(&account).trim_start_matches('…').to_owned()),
        region: profile.region,
        sso_session: profile.sso_session,
        session,
        session_at,
        session_words: match (profile.session, &problem, profile.kind) {
            (Session::NotNeeded, Some(_), ProfileKind::SsoSession | ProfileKind::SsoLegacy) => {
                "no sign-in".to_owned()
            }
            _ => session_words(profile.session, profile.kind, now),
        },
        sign_in: profile.sign_in,
        problem,
        mend,
    }
}

fn code(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Keys => "keys",
        ProfileKind::SessionKeys => "session_keys",
        ProfileKind::SsoSession => "sso_session",
        ProfileKind::SsoLegacy => "sso_legacy",
        ProfileKind::AssumeRole => "assume_role",
        ProfileKind::Process => "process",
        ProfileKind::WebIdentity => "web_identity",
        ProfileKind::Login => "login",
        ProfileKind::Nothing => "nothing",
    }
}

/// How a session stands, in words.
pub(super) fn session_words(session: Session, kind: ProfileKind, now: Timestamp) -> String {
    match (session, kind) {
        (Session::SignedOut, _) => "not signed in".to_owned(),
        (Session::Expired { at }, _) => format!("ended {} ago", span(at, now)),
        (Session::Ends { at }, _) => format!("ends in {}", span(now, at)),
        (Session::Renews { .. }, _) => {
            "renewed without you, for as long as your organisation lets it; no file says how long".to_owned()
        }
        (Session::NotNeeded, ProfileKind::Nothing) => "no sign-in".to_owned(),
        (Session::NotNeeded, ProfileKind::Keys) => "does not end".to_owned(),
        (Session::NotNeeded, ProfileKind::SessionKeys) => "ends, and no file says when".to_owned(),
        (Session::NotNeeded, ProfileKind::Process) => "its program decides".to_owned(),
        (Session::NotNeeded, _) => "renewed without you".to_owned(),
    }
}
