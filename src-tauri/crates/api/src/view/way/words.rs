//! The way of a request in words: what was asked says what it says, and of what nobody asked nothing is said.

use jiff::Timestamp;

use crate::view::spread::{by, clock};
use crate::wire::{WayPlace, WayShare, WaySide, WayState};

/// Whether anybody asks the servers of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The target has no DNS observer.
    NoObserver,
    /// No check of the plan asks DNS for it.
    NoCheck,
    /// They are asked.
    ByChecks,
}

/// What the sentence is made of.
pub(super) struct SentenceParts<'a> {
    pub name: &'a str,
    pub state: WayState,
    pub resolvers: WayShare,
    pub name_servers: WayShare,
    /// When the servers were asked; absent = not yet.
    pub observed_at: Option<Timestamp>,
    pub asked: Asked,
    /// By when no cache that keeps to its time gives the side that is left; absent where nothing is on its way.
    pub gone_by: Option<Timestamp>,
    pub now: Timestamp,
}

/// "3 of 4 name servers".
fn part(count: u32, asked: u32, what: &str) -> String {
    let plural = if asked == 1 { "" } else { "s" };
    format!("{count} of {asked} {what}{plural}")
}

/// "2 name servers".
fn some(count: u32, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// Which side the name leads to, or is on its way to.
fn side(state: WayState) -> (WaySide, &'static str, &'static str) {
    match state {
        WayState::Before | WayState::SwitchingBack => (WaySide::Old, "old", "new"),
        WayState::Switching | WayState::After => (WaySide::New, "new", "old"),
    }
}

fn of(share: WayShare, side: WaySide) -> u32 {
    match side {
        WaySide::Old => share.old,
        WaySide::New => share.new,
    }
}

const fn other(side: WaySide) -> WaySide {
    match side {
        WaySide::Old => WaySide::New,
        WaySide::New => WaySide::Old,
    }
}

/// Whether every server that was asked gives this side, and at least one was.
pub(super) fn gives_alone(said: &SentenceParts<'_>, wanted: WaySide) -> bool {
    let shares = [said.resolvers, said.name_servers];
    let asked: u32 = shares.iter().map(|share| share.asked).sum();
    let right: u32 = shares.iter().map(|share| of(*share, wanted)).sum();
    asked > 0 && asked == right
}

/// "1 name server and 2 resolvers"; none where nobody is counted.
fn both(said: &SentenceParts<'_>, count: impl Fn(WayShare) -> u32) -> Option<(u32, String)> {
    let kinds = [(said.name_servers, "name server"), (said.resolvers, "resolver")];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(share, _)| count(*share) > 0)
        .map(|(share, what)| some(count(*share), what))
        .collect();
    let sum = kinds.iter().map(|(share, _)| count(*share)).sum();
    (!parts.is_empty()).then(|| (sum, parts.join(" and ")))
}

/// What is said once the answers are too old, or where there are none.
pub(super) fn once_stale(said: &SentenceParts<'_>) -> String {
    match (said.asked, said.observed_at) {
        (Asked::NoObserver, _) => format!(
            "This target has no DNS observer, so nothing is said of the servers of {}.",
            said.name
        ),
        (Asked::NoCheck, _) => format!(
            "No check of this plan asks DNS for {}, so nothing is said of its servers.",
            said.name
        ),
        (Asked::ByChecks, None) => format!("The servers of {} have not been asked yet.", said.name),
        (Asked::ByChecks, Some(at)) => format!(
            "Which side is given can't be told: the servers were last asked at {}.",
            clock(at)
        ),
    }
}

/// What the servers give, and by when the rest does.
pub(super) fn sentence(said: &SentenceParts<'_>) -> String {
    if said.asked != Asked::ByChecks || said.observed_at.is_none() {
        return once_stale(said);
    }
    let (goal, name, left) = side(said.state);
    let kinds = [
        (WayPlace::NameServer, said.name_servers),
        (WayPlace::Resolver, said.resolvers),
    ];
    let counted: Vec<String> = kinds
        .iter()
        .filter(|(_, share)| share.asked > 0)
        .map(|(place, share)| {
            let what = match place {
                WayPlace::NameServer => "name server",
                WayPlace::Resolver => "resolver",
            };
            part(of(*share, goal), share.asked, what)
        })
        .collect();
    if counted.is_empty() {
        return format!("No server of {} is known, so nothing is said of them.", said.name);
    }
    let right: u32 = kinds.iter().map(|(_, share)| of(*share, goal)).sum();
    let verb = if counted.len() == 1 && right == 1 {
        "gives"
    } else {
        "give"
    };
    let mut sentences = vec![format!("{} {verb} the {name} side.", counted.join(" and "))];
    let verb = |count: u32, one: &str, many: &str| {
        if count == 1 {
            one.to_owned()
        } else {
            many.to_owned()
        }
    };
    if let Some((count, who)) = both(said, |share| share.neither) {
        sentences.push(format!("{who} {} neither.", verb(count, "gives", "give")));
    }
    if let Some((count, who)) = both(said, |share| share.both) {
        sentences.push(format!(
            "{who} {} something of both.",
            verb(count, "gives", "give")
        ));
    }
    if let Some((_, who)) = both(said, |share| share.unknown) {
        sentences.push(format!("Of {who} it can't be told."));
    }
    sentences.extend(rest(said, other(goal), left));
    sentences.join(" ")
}

/// What becomes of those that still give the side that is left.
fn rest(said: &SentenceParts<'_>, leaving: WaySide, left: &str) -> Option<String> {
    let gone_by = said.gone_by?;
    if gone_by > said.now {
        let when = by(gone_by);
        return Some(format!(
            "By {when} none that keeps to its time gives the {left} one."
        ));
    }
    let (count, who) = both(said, |share| of(share, leaving))?;
    let gives = if count == 1 { "gives" } else { "give" };
    Some(format!(
        "{who} still {gives} the {left} one, for longer than its time."
    ))
}
