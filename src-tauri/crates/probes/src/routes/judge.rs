//! The verdict on all that was heard.

use switchback_model::{Route, RoutesCheck, RoutesExpected, Verdict};

use super::asked::{BaseRef, Probe, Rule};
use super::said::{Fault, by_application, by_restriction, fault};
use super::verdict::{Outcome, Outcomes, ProbeVerdict, verdict};

/// So many routes that are not as they should be are named.
const NAMED: usize = 12;

const NOTHING_HEARD: &str = "Look at the network and at these addresses; what nobody answered is not proven.";

/// What a check has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) observed: String,
    pub(crate) mend: Option<&'static str>,
}

/// Probes that are as they should be, of those that count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    right: usize,
    all: usize,
}

impl Count {
    fn words(self, what: &str) -> String {
        format!("{} of {} {what}", self.right, self.all)
    }
}

/// Fails on anything that is as it must not be, and can't tell where anything can't be told.
pub(crate) fn judge(check: &RoutesCheck, probes: &[Probe], heard: &Outcomes) -> Judgement {
    let [mut writes, mut reads, mut others] = [Count::default(); 3];
    let mut faults: Vec<Faulty<'_>> = Vec::new();
    for probe in probes {
        let count = match &probe.rule {
            Rule::Write | Rule::Spelt { .. } | Rule::ByGet { .. } | Rule::ByPost => &mut writes,
            Rule::Read => &mut reads,
            Rule::Other => &mut others,
        };
        match found(check, probe, verdict(probe, heard)) {
            Found::Nowhere => continue,
            Found::Right => count.right += 1,
            Found::Wrong(kind, what) => note(&mut faults, check, probe, kind, &what),
        }
        count.all += 1;
    }
    // In the order of the probes among those of one kind.
    faults.sort_by_key(|one| one.kind);
    let worst = faults.first().map(|one| one.kind);
    let verdict = match worst {
        None => Verdict::Pass,
        Some(Fault::NotTold) => Verdict::Error,
        Some(Fault::Leak | Fault::StillClosed | Fault::ReadClosed | Fault::OtherClosed) => Verdict::Fail,
    };
    let mend = match worst {
        Some(Fault::NotTold) if !answered_at_all(probes, heard) => Some(NOTHING_HEARD),
        worst => worst.map(Fault::mend),
    };
    let state = match check.expected {
        RoutesExpected::Closed => "writes closed",
        RoutesExpected::Open => "writes open",
    };
    let mut observed = format!("{}, {}", writes.words(state), reads.words("reads open"));
    if others.all > 0 {
        observed.push_str(&format!(", {}", others.words("other URLs answered")));
    }
    if check.expected == RoutesExpected::Open && verdict == Verdict::Pass {
        observed.push_str("; this shows the way, not that writes work");
    }
    for one in faults.iter().take(NAMED) {
        observed.push_str("; ");
        observed.push_str(&one.words);
        observed.push_str(&one.others());
    }
    if faults.len() > NAMED {
        observed.push_str(&format!("; and {} more routes", faults.len() - NAMED));
    }
    Judgement {
        verdict,
        observed,
        mend,
    }
}

/// A route that is not as it should be: in one way that is shown, and in others that are counted. Twenty ways of one
/// route would hide the next one, and it is routes that people close.
struct Faulty<'a> {
    kind: Fault,
    /// The route; of another application its place, because each is asked by its own URL.
    of: (&'a Route, Option<BaseRef>),
    words: String,
    others: usize,
    places: Vec<BaseRef>,
}

impl Faulty<'_> {
    /// ", and in 23 other ways, at 4 addresses in all".
    fn others(&self) -> String {
        let ways = match self.others {
            0 => return String::new(),
            1 => ", and in 1 other way".to_owned(),
            n => format!(", and in {n} other ways"),
        };
        match self.places.len() {
            1 => ways,
            n => format!("{ways}, at {n} addresses in all"),
        }
    }
}

fn note<'a>(faults: &mut Vec<Faulty<'a>>, check: &RoutesCheck, probe: &'a Probe, kind: Fault, what: &str) {
    let place = matches!(probe.rule, Rule::Other).then_some(probe.ask.place);
    let of = (&probe.route, place);
    match faults.iter_mut().find(|one| one.kind == kind && one.of == of) {
        Some(known) => {
            known.others += 1;
            if !known.places.contains(&probe.ask.place) {
                known.places.push(probe.ask.place);
            }
        }
        None => faults.push(Faulty {
            kind,
            of,
            words: fault(check, probe, kind, what),
            others: 0,
            places: vec![probe.ask.place],
        }),
    }
}

/// Whether anybody answered one of the probes that can't be told.
fn answered_at_all(probes: &[Probe], heard: &Outcomes) -> bool {
    let untold = probes
        .iter()
        .filter(|probe| matches!(verdict(probe, heard), ProbeVerdict::Unknown(_)));
    untold
        .into_iter()
        .any(|probe| matches!(heard.get(&probe.ask), Some(Outcome::Answer(_))))
}

enum Found {
    Right,
    /// It says nothing for or against.
    Nowhere,
    Wrong(Fault, String),
}

/// What was told against what is expected.
fn found(check: &RoutesCheck, probe: &Probe, told: ProbeVerdict) -> Found {
    let answer = match told {
        ProbeVerdict::Nowhere => return Found::Nowhere,
        ProbeVerdict::Unknown(why) => return Found::Wrong(Fault::NotTold, why),
        ProbeVerdict::Closed(answer) => Err(answer),
        ProbeVerdict::Open(answer) => Ok(answer),
    };
    let closed = match &probe.rule {
        Rule::Read => Fault::ReadClosed,
        Rule::Other => Fault::OtherClosed,
        Rule::Write | Rule::Spelt { .. } | Rule::ByGet { .. } | Rule::ByPost => match check.expected {
            RoutesExpected::Open => Fault::StillClosed,
            RoutesExpected::Closed => {
                return match answer {
                    Ok(open) => Found::Wrong(Fault::Leak, by_application(open)),
                    Err(_) => Found::Right,
                };
            }
        },
    };
    match answer {
        Ok(_) => Found::Right,
        Err(answer) => Found::Wrong(closed, by_restriction(answer)),
    }
}
