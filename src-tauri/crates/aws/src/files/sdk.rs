//! The files as the SDK gets them: the same sections and keys, under names that it takes.

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Files, Section};

/// The `credential_source` under which the SDK is given the credentials that a role begins with, where
/// Switchback gets those itself.
pub(crate) const BASE: &str = "SwitchbackBase";

/// What the SDK takes in a name as it is.
const TAKEN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'-')
    .remove(b'/')
    .remove(b'.')
    .remove(b'@')
    .remove(b':')
    .remove(b'+');

/// A name with nothing in it but what the SDK takes (aws-runtime, `env_config/normalize.rs`). Two names
/// never become one.
pub(crate) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, TAKEN).to_string()
}

impl Files {
    /// What the SDK reads. `based`: the profile whose role begins with [`BASE`]. `plain`: without
    /// endpoints of the files, which the person wants ignored.
    pub(crate) fn for_sdk(&self, based: Option<&str>, plain: bool) -> EnvConfigFiles {
        let mut text = String::new();
        let kinds = [
            ("profile", &self.profiles),
            ("sso-session", &self.sessions),
            ("services", &self.services),
        ];
        for (kind, sections) in kinds {
            for (name, section) in sections {
                text.push_str(&format!("[{kind} {}]\n", encoded(name)));
                let based = kind == "profile" && based == Some(name);
                if based {
                    text.push_str(&format!("credential_source = {BASE}\n"));
                }
                section.write(&mut text, based, plain);
            }
        }
        EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, text)
            .build()
    }
}

impl Section {
    fn write(&self, text: &mut String, based: bool, plain: bool) {
        for (key, value) in &self.keys {
            // The SDK drops any other key by itself.
            let known = key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&b));
            let sources = ["source_profile", "credential_source", "credential_process"];
            let left_out = (based && sources.contains(&key.as_str()))
                || (plain && matches!(key.as_str(), "endpoint_url" | "services"));
            if !known || left_out {
                continue;
            }
            let value = match key.as_str() {
                "source_profile" | "sso_session" | "services" => encoded(&value.text),
                _ => value.text.replace('\n', "\n  "),
            };
            text.push_str(&format!("{key} = {value}\n"));
        }
    }
}
