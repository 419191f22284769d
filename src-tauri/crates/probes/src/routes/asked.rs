//! What a check asks: every probe, and the requests that it needs, of which some serve several probes.

use std::collections::HashSet;

use switchback_model::{Base, Route, RoutesCheck, RoutesExpected};

use super::spelling::Spelling;

/// One of the places of a check, by its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum BaseRef {
    /// One of the application's bases.
    Base(usize),
    /// A URL of another application.
    Other(usize),
}

impl BaseRef {
    pub(crate) fn of(self, check: &RoutesCheck) -> Option<&Base> {
        match self {
            Self::Base(number) => check.bases.get(number),
            Self::Other(number) => check.others.get(number),
        }
    }
}

/// One request. Two probes with the same one are answered by one answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Ask {
    pub(crate) place: BaseRef,
    pub(crate) method: String,
    /// Behind the base, as it is asked, but for who is nowhere.
    pub(crate) path: String,
    /// The method that the request names instead of its own, in `X-HTTP-Method-Override`.
    pub(crate) instead: Option<String>,
    /// How the last segment of the base is spelt; as it is declared where nothing is said.
    pub(crate) base: Option<Spelling>,
}

impl Ask {
    fn new(place: BaseRef, method: &str, path: &str) -> Self {
        Self {
            place,
            method: method.to_owned(),
            path: path.to_owned(),
            instead: None,
            base: None,
        }
    }

    fn at_base(self, spelling: Spelling) -> Self {
        Self {
            base: Some(spelling),
            ..self
        }
    }

    fn instead(self, method: &str) -> Self {
        Self {
            instead: Some(method.to_owned()),
            ..self
        }
    }
}

/// How the answer to a probe is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A write as it is declared.
    Write,
    /// A write in a spelling; whether it leads anywhere shows a read, plain and in the same spelling.
    Spelt {
        spelling: Spelling,
        control: Option<[Ask; 2]>,
    },
    /// A GET that names the write's method; what a GET without that is answered is its control.
    ByGet { control: Ask },
    /// A POST that names the write's method.
    ByPost,
    /// A read.
    Read,
    /// A URL of another application.
    Other,
}

/// One request and what it shall show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) ask: Ask,
    /// The route as it is declared: that is what is shown.
    pub(crate) route: Route,
    pub(crate) rule: Rule,
}

impl Probe {
    /// The requests that it needs, its controls first.
    fn asks(&self) -> Vec<&Ask> {
        let mut asks: Vec<&Ask> = match &self.rule {
            Rule::Spelt { control, .. } => control.iter().flatten().collect(),
            Rule::ByGet { control } => vec![control],
            Rule::Write | Rule::ByPost | Rule::Read | Rule::Other => Vec::new(),
        };
        asks.push(&self.ask);
        asks
    }
}

/// Every probe, those first whose answers say most: where the time is over, the others are missing.
pub(crate) fn probes(check: &RoutesCheck) -> Vec<Probe> {
    let bases = || (0..check.bases.len()).map(BaseRef::Base);
    let at_each = |routes: &[Route], rule: &Rule| {
        let of = |route: &Route| {
            let (route, rule) = (route.clone(), rule.clone());
            bases().map(move |place| Probe {
                ask: Ask::new(place, &route.method, &route.path),
                route: route.clone(),
                rule: rule.clone(),
            })
        };
        routes.iter().flat_map(of).collect::<Vec<_>>()
    };
    let mut probes = at_each(&check.writes, &Rule::Write);
    probes.extend(at_each(&check.reads, &Rule::Read));
    probes.extend((0..check.others.len()).map(|number| Probe {
        ask: Ask::new(BaseRef::Other(number), "GET", ""),
        route: Route {
            method: "GET".to_owned(),
            path: String::new(),
        },
        rule: Rule::Other,
    }));
    match check.expected {
        RoutesExpected::Open => {}
        RoutesExpected::Closed => {
            for spelling in Spelling::ALL {
                for write in &check.writes {
                    probes.extend(bases().filter_map(|place| spelt(check, place, write, spelling)));
                }
            }
            for spelling in Spelling::OF_A_BASE {
                for write in first_and_last(&check.writes) {
                    probes.extend(bases().filter_map(|place| spelt_before(check, place, write, spelling)));
                }
            }
            for write in &check.writes {
                probes.extend(bases().flat_map(|place| overridden(place, write)));
            }
        }
    }
    probes
}

/// The requests of these probes, each once, in their order.
pub(crate) fn each_once(probes: &[Probe]) -> Vec<Ask> {
    let mut known = HashSet::new();
    let all = probes.iter().flat_map(Probe::asks);
    all.filter(|ask| known.insert(*ask)).cloned().collect()
}

fn spelt(check: &RoutesCheck, place: BaseRef, write: &Route, spelling: Spelling) -> Option<Probe> {
    let path = spelling.of(&write.path)?;
    // The first read that can be spelt so: one of the root alone can't.
    let control = check.reads.iter().find_map(|read| {
        let path = spelling.of(&read.path)?;
        let ask = |path: &str| Ask::new(place, &read.method, path);
        Some([ask(&read.path), ask(&path)])
    });
    Some(Probe {
        ask: Ask::new(place, &write.method, &path),
        route: write.clone(),
        rule: Rule::Spelt { spelling, control },
    })
}

/// Of each method the first route and the last. A restriction names a base for all routes of a method alike; where it
/// does so in several rules, as for what is old and what is new, the ends of a list are seldom in the same one.
fn first_and_last(routes: &[Route]) -> impl Iterator<Item = &Route> {
    let of_method = |route: &Route, others: &[Route]| others.iter().any(|other| other.method == route.method);
    let numbered = routes.iter().enumerate();
    numbered.filter_map(move |(at, route)| {
        let is_between = of_method(route, &routes[..at]) && of_method(route, &routes[at + 1..]);
        (!is_between).then_some(route)
    })
}

/// A write as it is declared, behind a base that is spelt.
fn spelt_before(check: &RoutesCheck, place: BaseRef, write: &Route, spelling: Spelling) -> Option<Probe> {
    spelling.of_base(&place.of(check)?.url)?;
    let control = check.reads.first().map(|read| {
        let plain = Ask::new(place, &read.method, &read.path);
        [plain.clone(), plain.at_base(spelling)]
    });
    Some(Probe {
        ask: Ask::new(place, &write.method, &write.path).at_base(spelling),
        route: write.clone(),
        rule: Rule::Spelt { spelling, control },
    })
}

fn overridden(place: BaseRef, write: &Route) -> Vec<Probe> {
    let probe = |ask: Ask, rule| Probe {
        ask: ask.instead(&write.method),
        route: write.clone(),
        rule,
    };
    let get = Ask::new(place, "GET", &write.path);
    let mut probes = Vec::new();
    // A GET that names itself says nothing.
    if write.method != "GET" {
        probes.push(probe(get.clone(), Rule::ByGet { control: get }));
    }
    if matches!(write.method.as_str(), "PUT" | "DELETE" | "PATCH") {
        let post = Ask::new(place, "POST", &write.path);
        probes.push(probe(post, Rule::ByPost));
    }
    probes
}
