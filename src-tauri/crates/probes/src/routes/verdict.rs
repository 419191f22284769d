//! Who answered, and what that says of one probe.

use std::collections::HashMap;

use switchback_model::{Mark, RoutesCheck};

use super::asked::{Ask, BaseRef, Probe, Rule};

/// What came of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An answer.
    Answer(Answer),
    /// No answer, or no request; why, in our own words.
    Nothing(String),
}

/// What counts of an answer. Nothing else of it is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Whether it bears a mark of the restriction.
    pub(crate) closed: bool,
    /// Whether it bears a mark of the application.
    pub(crate) open: bool,
    /// Whether API Gateway says so that it has no such method or resource.
    pub(crate) no_route: bool,
}

/// The error of API Gateway for a method or a resource that it does not have (API Gateway developer guide, "Gateway
/// response types", MISSING_AUTHENTICATION_TOKEN).
const NO_ROUTE: (u16, &str, &str) = (403, "x-amzn-errortype", "MissingAuthenticationTokenException");

impl Answer {
    /// `values` gives every value of a header, by its name in small letters.
    pub(crate) fn of<'a>(check: &RoutesCheck, status: u16, values: impl Fn(&str) -> Vec<&'a str>) -> Self {
        let borne = |marks: &[Mark]| {
            marks.iter().any(|mark| {
                let wanted = mark.header.as_ref().map(|(_, value)| value.as_str());
                // A header that comes several times has the mark's value if one of them has.
                let has = |value: &&str| wanted == Some(value.trim());
                mark.is_on(status, |name| values(name).into_iter().find(has))
            })
        };
        let (of, header, error) = NO_ROUTE;
        Self {
            status,
            closed: borne(&check.closed),
            open: borne(&check.open),
            no_route: status == of && values(header).iter().any(|value| value.trim() == error),
        }
    }

    /// Whether the application answered, as far as the status and its marks say so.
    pub(crate) fn is_open(&self) -> bool {
        self.open || (200..300).contains(&self.status)
    }
}

/// What an answer says of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProbeVerdict {
    /// The restriction answered.
    Closed(Answer),
    /// The application answered.
    Open(Answer),
    /// The request led nowhere: the spelling or the header means nothing there.
    Nowhere,
    /// It can't be told; what was seen instead.
    Unknown(String),
}

/// Every answer of a check.
pub(crate) type Outcomes = HashMap<Ask, Outcome>;

/// What became of a probe.
pub(crate) fn verdict(probe: &Probe, heard: &Outcomes) -> ProbeVerdict {
    let answer = match answer(&probe.ask, heard) {
        Ok(answer) => answer,
        Err(why) => return ProbeVerdict::Unknown(why),
    };
    let plain = plain(answer);
    match (&probe.rule, &plain) {
        (Rule::Write | Rule::Read, _) => plain,
        (Rule::Other, _) => other(answer),
        (Rule::ByPost, ProbeVerdict::Unknown(_)) if no_such_method(answer) => ProbeVerdict::Nowhere,
        (Rule::ByPost, _) => plain,
        (Rule::Spelt { control, .. }, ProbeVerdict::Unknown(_)) if !both(answer) => {
            match control.as_ref().map_or(Leads::Unknown, |asks| leads(asks, heard)) {
                // It leads nowhere if it is answered as the read in the same spelling is, or as what is not there.
                Leads::Nowhere(control) if control.status == answer.status || no_such_method(answer) => {
                    ProbeVerdict::Nowhere
                }
                Leads::Nowhere(_) | Leads::ToTheRoute | Leads::Unknown => plain,
            }
        }
        (Rule::Spelt { .. }, _) => plain,
        (Rule::ByGet { control }, _) => by_get(plain, answer, control, heard),
    }
}

fn answer(ask: &Ask, heard: &Outcomes) -> Result<Answer, String> {
    match heard.get(ask) {
        Some(Outcome::Answer(answer)) => Ok(*answer),
        Some(Outcome::Nothing(why)) => Err(why.clone()),
        None => Err("not asked".to_owned()),
    }
}

/// Bears the marks of both, which says nothing.
fn both(answer: Answer) -> bool {
    answer.closed && answer.is_open()
}

fn plain(answer: Answer) -> ProbeVerdict {
    match (answer.closed, answer.is_open()) {
        (true, false) => ProbeVerdict::Closed(answer),
        (false, true) => ProbeVerdict::Open(answer),
        (true, true) => ProbeVerdict::Unknown(format!("HTTP {} with the marks of both", answer.status)),
        (false, false) => ProbeVerdict::Unknown(format!("HTTP {}", answer.status)),
    }
}

/// Another application may answer as it likes, but for the restriction and for faults.
fn other(answer: Answer) -> ProbeVerdict {
    match answer.closed {
        true => ProbeVerdict::Closed(answer),
        // A bare refusal may be anybody's.
        false if answer.status < 500 && !matches!(answer.status, 403 | 429) => ProbeVerdict::Open(answer),
        false => ProbeVerdict::Unknown(format!("HTTP {}", answer.status)),
    }
}

/// The answers for a method or a path that is not there (RFC 9110, sections 15.5.5 and 15.5.6).
fn no_such_method(answer: Answer) -> bool {
    matches!(answer.status, 404 | 405) || answer.no_route
}

fn by_get(plain: ProbeVerdict, seen: Answer, control: &Ask, heard: &Outcomes) -> ProbeVerdict {
    let without = answer(control, heard);
    match (plain, without) {
        (ProbeVerdict::Closed(seen), _) => ProbeVerdict::Closed(seen),
        // Who asks for credentials first says nothing of the header, unless it is overlooked elsewhere at the same place.
        (_, Ok(without))
            if without.status == seen.status && without.open && !is_overlooked(control.place, heard) =>
        {
            ProbeVerdict::Unknown(format!(
                "HTTP {}, as without the header: who asks for credentials first does not tell whether it counts",
                seen.status
            ))
        }
        (_, Ok(without)) if without.status == seen.status => ProbeVerdict::Nowhere,
        (plain, Ok(_)) => plain,
        (_, Err(why)) => ProbeVerdict::Unknown(format!(
            "HTTP {}, and a GET without the header: {why}",
            seen.status
        )),
    }
}

/// Whether the header that names another method changes nothing at a place: a GET that has an answer of its own there has
/// the same one with it. Who answers for what the gateway does not have may be the gateway.
fn is_overlooked(place: BaseRef, heard: &Outcomes) -> bool {
    let answered = |ask: &Ask| answer(ask, heard).ok();
    heard.keys().any(|ask| {
        let without = Ask {
            instead: None,
            ..ask.clone()
        };
        let is_such = ask.place == place && ask.method == "GET" && ask.instead.is_some();
        let alike = |seen: Answer, without: Answer| {
            let own = (200..300).contains(&without.status) || matches!(without.status, 404 | 405);
            seen.status == without.status && own && !without.open && !without.closed && !seen.closed
        };
        is_such
            && answered(ask)
                .zip(answered(&without))
                .is_some_and(|(seen, without)| alike(seen, without))
    })
}

/// Where a spelling leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leads {
    ToTheRoute,
    /// What the read in that spelling was answered.
    Nowhere(Answer),
    Unknown,
}

fn leads([plain, spelt]: &[Ask; 2], heard: &Outcomes) -> Leads {
    let (Ok(plain), Ok(spelt)) = (answer(plain, heard), answer(spelt, heard)) else {
        return Leads::Unknown;
    };
    // The restriction, and who only says that nobody can answer now, say nothing of what the router forgives (RFC 6585,
    // section 4; RFC 9110, sections 15.6.3 to 15.6.5). A bare 500 is how some routers refuse a spelling.
    let silent = |answer: Answer| answer.closed || matches!(answer.status, 429 | 502..=504);
    if !plain.is_open() || silent(plain) || silent(spelt) {
        return Leads::Unknown;
    }
    match plain.status == spelt.status && spelt.is_open() {
        true => Leads::ToTheRoute,
        false => Leads::Nowhere(spelt),
    }
}
