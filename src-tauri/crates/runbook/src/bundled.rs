//! The runbooks that are built into the program, so that it can rehearse without any file.

use crate::source::Source;

/// A runbook that is built in.
#[derive(Debug)]
pub struct Bundled {
    /// The name to give on a command line.
    pub name: &'static str,
    text: &'static str,
    /// The names and texts of its targets.
    pub targets: &'static [(&'static str, &'static str)],
}

/// Every built-in runbook.
pub const ALL: &[Bundled] = &[Bundled {
    name: "dns-switch",
    text: include_str!("../../../runbooks/dns-switch/runbook.toml"),
    targets: &[
        (
            "rehearsal",
            include_str!("../../../runbooks/dns-switch/targets/rehearsal.toml"),
        ),
        (
            "prod.example",
            include_str!("../../../runbooks/dns-switch/targets/prod.example.toml"),
        ),
        (
            "test",
            include_str!("../../../runbooks/dns-switch/targets/test.toml"),
        ),
    ],
}];

/// The built-in runbook of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Bundled> {
    ALL.iter().find(|bundled| bundled.name == name)
}

impl Bundled {
    /// The runbook's text.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::new(format!("built-in:{}/runbook.toml", self.name), self.text)
    }

    /// One target's text.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<Source> {
        let (name, text) = self.targets.iter().find(|(target, _)| *target == name)?;
        Some(Source::new(
            format!("built-in:{}/targets/{name}.toml", self.name),
            *text,
        ))
    }
}
