//! What the faults in force do to a request, whatever its service.

use std::io;

use super::Core;
use crate::faults::Fault;

/// Why a request is stopped before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The credentials have expired.
    Expired,
    /// Too many requests.
    Throttled,
    /// The role is not allowed the operation.
    Denied,
    /// An error with this code.
    Failing(String),
}

/// What becomes of a request that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum After {
    /// It is answered with an error of this code.
    Failing(String),
    /// It is carried out once more, and the answer to that comes.
    Repeated,
    /// A part of the answer comes.
    Cut,
    /// The answer comes, and goes on without end.
    Endless,
}

impl Core {
    /// A fault that stands before the operation, if any: expired credentials, the rate limit, a denial,
    /// `Throttle` or `ErrorBefore`.
    /// Credentials stop nothing that needs none.
    pub(crate) fn stops(&self, account: &str, operation: &str, signed: bool) -> io::Result<Option<Stop>> {
        let mut inner = self.lock();
        if signed && inner.state.faults.contains(&Fault::ExpiredCredentials) {
            return Ok(Some(Stop::Expired));
        }
        let limit = inner.state.faults.iter().find_map(|f| match f {
            Fault::RateLimit { per_second } => Some(*per_second),
            _ => None,
        });
        if let Some(limit) = limit {
            let now = self.now_ms();
            inner.recent.retain(|(_, at)| now - at < 1_000);
            let mine = inner.recent.iter().filter(|(a, _)| a == account);
            if mine.count() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                return Ok(Some(Stop::Throttled));
            }
            inner.recent.push_back((account.to_owned(), now));
        }
        let denied = |f: &Fault| matches!(f, Fault::Denied { operation: of } if applies(of, operation));
        if inner.state.faults.iter().any(denied) {
            return Ok(Some(Stop::Denied));
        }
        drop(inner);
        self.take(|fault| match fault {
            Fault::Throttle { operation: of, .. } if applies(of, operation) => Some(Stop::Throttled),
            Fault::ErrorBefore {
                operation: of, code, ..
            } if applies(of, operation) => Some(Stop::Failing(code.clone())),
            _ => None,
        })
    }

    /// Real milliseconds to wait before the operation is carried out.
    pub(crate) fn lands_late_ms(&self, operation: &str) -> io::Result<Option<u64>> {
        self.take(|fault| match fault {
            Fault::LandsLate {
                operation: of, ms, ..
            } if applies(of, operation) => Some(*ms),
            _ => None,
        })
    }

    /// What becomes of an operation that was carried out, taken once.
    pub(crate) fn fault_after(&self, operation: &str) -> io::Result<Option<After>> {
        self.take(|fault| match fault {
            Fault::ErrorAfter {
                operation: of, code, ..
            } if applies(of, operation) => Some(After::Failing(code.clone())),
            Fault::Repeated { operation: of, .. } if applies(of, operation) => Some(After::Repeated),
            Fault::AnswerCut { operation: of, .. } if applies(of, operation) => Some(After::Cut),
            Fault::AnswerEndless { operation: of, .. } if applies(of, operation) => Some(After::Endless),
            _ => None,
        })
    }

    /// Whether the answer of a read must be lost.
    pub(crate) fn loses_answer(&self, operation: &str) -> io::Result<bool> {
        let lost = self.take(|fault| loses(fault, operation).then_some(()))?;
        Ok(lost.is_some())
    }

    /// Real milliseconds by which the operation is answered late.
    pub(crate) fn delay_ms(&self, operation: &str) -> Option<u64> {
        self.read(|state| {
            state.faults.iter().find_map(|f| match f {
                Fault::Delay { operation: of, ms } if applies(of, operation) => Some(*ms),
                _ => None,
            })
        })
    }

    /// Takes one of the times of the first fault of which `wanted` makes something, and gives that.
    fn take<R>(&self, wanted: impl Fn(&Fault) -> Option<R>) -> io::Result<Option<R>> {
        let mut inner = self.lock();
        if !inner.state.faults.iter().any(|fault| wanted(fault).is_some()) {
            return Ok(None);
        }
        let taken = self.swap(&mut inner, |state| {
            state.take_fault(|fault| wanted(fault).is_some())
        })?;
        Ok(taken.as_ref().and_then(wanted))
    }

    /// Puts a fault in force, in the place of an earlier one of its name and subject.
    pub(crate) fn put_in_force(&self, fault: Fault) -> io::Result<()> {
        self.change(|state| {
            if fault.voids_caches() {
                state.generation += 1;
            }
            state
                .faults
                .retain(|f| (f.name(), f.subject()) != (fault.name(), fault.subject()));
            state.faults.push(fault);
        })
    }

    /// Lifts the faults that `wanted` names and says how many there were.
    pub(crate) fn lift(&self, wanted: &str) -> io::Result<usize> {
        self.change(|state| {
            let before = state.faults.len();
            let named = |f: &Fault| f.is_named(wanted);
            if state.faults.iter().any(|f| named(f) && f.voids_caches()) {
                state.generation += 1;
            }
            state.faults.retain(|f| !named(f));
            before - state.faults.len()
        })
    }
}

fn applies(of: &str, operation: &str) -> bool {
    of == "*" || of == operation
}

/// Whether the fault loses the answer to the operation.
pub(super) fn loses(fault: &Fault, operation: &str) -> bool {
    matches!(fault, Fault::LostResponse { operation: of, .. } if applies(of, operation))
}
