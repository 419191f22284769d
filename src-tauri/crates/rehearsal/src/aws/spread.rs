//! What is set at once and reaches everywhere in time: the places that serve requests take a new value up one after
//! the other, so for a while some requests meet the old one (WAF API reference, UpdateWebACL: "changes … can take
//! anywhere from a few seconds to a number of minutes to propagate").

use serde::{Deserialize, Serialize};

/// A value, and those before it that may still be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spread<T> {
    latest: T,
    /// World time from which every request meets the latest.
    everywhere_ms: i64,
    /// Oldest first.
    earlier: Vec<Earlier<T>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Earlier<T> {
    everywhere_ms: i64,
    value: T,
}

impl<T> Spread<T> {
    /// A value that has long been everywhere.
    pub(super) fn settled(value: T) -> Self {
        Self {
            latest: value,
            everywhere_ms: i64::MIN,
            earlier: Vec::new(),
        }
    }

    /// As it was set last, wherever it is by now: what the service itself says.
    pub(super) fn latest(&self) -> &T {
        &self.latest
    }

    /// Sets it: everywhere after so many world milliseconds.
    pub(super) fn set(&mut self, value: T, now_ms: i64, takes_ms: i64) {
        let before = Earlier {
            everywhere_ms: self.everywhere_ms,
            value: std::mem::replace(&mut self.latest, value),
        };
        self.everywhere_ms = now_ms.saturating_add(takes_ms);
        self.earlier.push(before);
        // What nobody can meet any more is forgotten.
        let oldest = self.oldest(now_ms);
        self.earlier.drain(..oldest);
    }

    /// What the request of this number meets: all that are about, in turn.
    pub(super) fn met(&self, number: usize, now_ms: i64) -> &T {
        if self.everywhere_ms <= now_ms {
            return &self.latest;
        }
        let about = self.earlier.get(self.oldest(now_ms)..).unwrap_or_default();
        about
            .get(number % (about.len() + 1))
            .map_or(&self.latest, |earlier| &earlier.value)
    }

    /// Where the oldest is that is still about: the last that was everywhere.
    fn oldest(&self, now_ms: i64) -> usize {
        let settled = |earlier: &Earlier<T>| earlier.everywhere_ms <= now_ms;
        self.earlier.iter().rposition(settled).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_are_met_in_turn_until_the_new_is_everywhere() {
        let mut one = Spread::settled('a');
        let met = |one: &Spread<char>, now| (0..4).map(|number| *one.met(number, now)).collect::<String>();
        assert_eq!(met(&one, 0), "aaaa");
        one.set('b', 1_000, 3_000);
        assert_eq!((*one.latest(), met(&one, 1_000)), ('b', "abab".to_owned()));
        // One more while the first is still on its way.
        one.set('c', 2_000, 3_000);
        assert_eq!(met(&one, 3_999), "abca");
        assert_eq!(met(&one, 4_000), "bcbc");
        assert_eq!(met(&one, 5_000), "cccc");
        one.set('d', 6_000, 1);
        assert_eq!(one.earlier.len(), 1);
        assert_eq!(met(&one, 6_001), "dddd");
    }
}
