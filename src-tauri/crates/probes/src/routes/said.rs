//! What is said of a probe that is not as it should be. Of what the network sent only statuses are shown.

use switchback_model::{Base, RoutesCheck};

use super::asked::{BaseRef, Probe, Rule};
use super::spelling::Spelling;
use super::verdict::Answer;

/// What is wrong with a probe; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The application answered a write.
    Leak,
    /// The restriction answered a write that is open again.
    StillClosed,
    /// The restriction answered a read.
    ReadClosed,
    /// The restriction answered for another application.
    OtherClosed,
    /// Nobody can tell from what came who answered.
    NotTold,
}

impl Fault {
    const fn words(self) -> &'static str {
        match self {
            Self::Leak => "leak",
            Self::StillClosed => "still closed",
            Self::ReadClosed => "what reads is closed too",
            Self::OtherClosed => "another application is closed too",
            Self::NotTold => "not told",
        }
    }

    /// What to do about it.
    pub(crate) const fn mend(self) -> &'static str {
        match self {
            Self::Leak => "Close this route too before anybody goes on; the restriction leaks.",
            Self::StillClosed => "Lift the restriction here too, then look again.",
            Self::ReadClosed => "Narrow the restriction to the routes that write; what reads stays open.",
            Self::OtherClosed => {
                "Narrow the restriction to this application; nobody else is meant to meet it."
            }
            Self::NotTold => {
                "Whoever answered is neither the restriction nor the application: look at what stands in between, \
                 or declare how it answers."
            }
        }
    }
}

/// `leak: POST /x answered 401 by the application, escaped, at https://apps.example.nhs.test/um`; `with /%75m before it`
/// where the base is spelt.
pub(crate) fn fault(check: &RoutesCheck, probe: &Probe, fault: Fault, what: &str) -> String {
    let place = probe.ask.place;
    let site = place.of(check).map(site).unwrap_or_default();
    let (name, at) = match place {
        BaseRef::Base(_) => (probe.route.to_string(), format!(", at {site}")),
        BaseRef::Other(_) => (format!("GET {site}"), String::new()),
    };
    // The very spelling of a base, so that anybody can ask the same.
    let spelt = |spelling: Spelling| spelling.of_last(&place.of(check)?.url);
    let how = match &probe.rule {
        Rule::Write | Rule::Read | Rule::Other => String::new(),
        Rule::Spelt { spelling, .. } if probe.ask.base.is_some() => {
            format!(", with {} before it", spelt(*spelling).unwrap_or_default())
        }
        Rule::Spelt { spelling, .. } => format!(", {}", spelling.words()),
        Rule::ByGet { .. } | Rule::ByPost => {
            format!(", as a {} with X-HTTP-Method-Override", probe.ask.method)
        }
    };
    let between = match fault {
        Fault::NotTold => ", ",
        Fault::Leak | Fault::StillClosed | Fault::ReadClosed | Fault::OtherClosed => " ",
    };
    format!("{}: {name}{between}{what}{how}{at}", fault.words())
}

fn site(base: &Base) -> String {
    match base.address {
        Some(address) => format!("{} ({address})", base.url),
        None => base.url.clone(),
    }
}

/// `answered 401 by the application`; of a status alone nobody says who gave it.
pub(crate) fn by_application(answer: Answer) -> String {
    match answer.open {
        true => format!("answered {} by the application", answer.status),
        false => format!("answered {}", answer.status),
    }
}

/// `answered 503 by the restriction`.
pub(crate) fn by_restriction(answer: Answer) -> String {
    format!("answered {} by the restriction", answer.status)
}
