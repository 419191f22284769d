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
    /// The names and texts of its notices.
    notices: &'static [(&'static str, &'static str)],
}

macro_rules! part {
    ($runbook:literal, $folder:literal, $name:literal, $ending:literal) => {
        (
            $name,
            include_str!(concat!(
                "../../../runbooks/",
                $runbook,
                "/",
                $folder,
                "/",
                $name,
                $ending
            )),
        )
    };
}

macro_rules! runbook {
    ($name:literal, targets $targets:tt, notices $notices:tt) => {
        Bundled {
            name: $name,
            text: include_str!(concat!("../../../runbooks/", $name, "/runbook.toml")),
            targets: runbook!(@parts $name "targets" ".toml" $targets),
            notices: runbook!(@parts $name "notices" ".txt" $notices),
        }
    };
    (@parts $runbook:literal $folder:literal $ending:literal [$($name:literal),*]) => {
        &[$(part!($runbook, $folder, $name, $ending)),*]
    };
}

/// Every built-in runbook.
pub const ALL: &[Bundled] = &[
    runbook!("dns-switch", targets ["rehearsal", "preprod.example", "prod.example", "test"], notices []),
    runbook!(
        "tis-cognito",
        targets ["rehearsal", "preprod.example", "prod.example", "test"],
        notices ["in-advance", "start", "cancelled", "rolled-back", "sign-in-back", "user-management-back"]
    ),
];

/// The built-in runbook of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Bundled> {
    ALL.iter().find(|bundled| bundled.name == name)
}

impl Bundled {
    /// The runbook's text.
    #[must_use]
    pub fn source(&self) -> Source {
        let notices = self.notices.iter();
        Source::new(format!("built-in:{}/runbook.toml", self.name), self.text)
            .with_notices(notices.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
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
