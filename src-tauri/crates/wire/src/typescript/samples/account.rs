//! Profiles and the connection.

use super::run::reading;
use super::{Samples, list, maybe, text, texts, time};
use crate::{
    ConnectionView, KeychainView, ProfileView, ProfilesView, SCHEMA_VERSION, SessionState, SettingView, Tone,
};

pub(super) fn add(samples: &mut Samples) {
    samples.each([
        SessionState::NotNeeded,
        SessionState::SignedOut,
        SessionState::Expired,
        SessionState::Ends,
        SessionState::Renews,
    ]);
    samples.both(profile);
    samples.both(setting);
    samples.both(keychain);
    samples.both(|full| ProfilesView {
        schema_version: SCHEMA_VERSION,
        profiles: list(full, || profile(full)),
        selected: maybe(full, text),
        environment: list(full, || setting(full)),
        problem: maybe(full, text),
        mend: maybe(full, text),
        notes: texts(full),
    });
    samples.both(|full| ConnectionView {
        schema_version: SCHEMA_VERSION,
        about: text(),
        target: maybe(full, text),
        profile: maybe(full, text),
        region: text(),
        checked_at: time(),
        tone: Tone::Passing,
        sign_in_needed: full,
        rows: list(full, || reading(full)),
        permissions: list(full, || reading(full)),
        keychain: maybe(full, || keychain(full)),
        environment: list(full, || setting(full)),
    });
}

fn profile(full: bool) -> ProfileView {
    ProfileView {
        name: text(),
        kind: text(),
        kind_words: text(),
        source: maybe(full, text),
        role: maybe(full, text),
        account_tail: maybe(full, text),
        region: maybe(full, text),
        sso_session: maybe(full, text),
        session: SessionState::Ends,
        session_at: maybe(full, time),
        session_words: text(),
        sign_in: maybe(full, text),
        problem: maybe(full, text),
        mend: maybe(full, text),
    }
}

fn setting(full: bool) -> SettingView {
    SettingView {
        variable: text(),
        value: maybe(full, text),
        effect: text(),
        overrides: full,
    }
}

fn keychain(full: bool) -> KeychainView {
    KeychainView {
        works: full,
        says: text(),
        means: text(),
        mend: maybe(full, text),
    }
}
