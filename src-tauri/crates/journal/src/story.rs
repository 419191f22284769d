//! The story that a copy tells, folded before anything of it is taken: a copy of which the links hold but
//! which no driver could go on from is refused while nothing has been written.

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;
use switchback_engine::evolve::{IllegalEvent, evolve};
use switchback_engine::ports::JournalError;
use switchback_engine::run::Run;
use switchback_model::event::Vouched;
use switchback_model::{Event, EventKind};

use crate::chain::Link;
use crate::copy::{Copied, Scan};
use crate::import::Takeover;
use crate::read::event;

/// No event of ours is older, and none is later: within these bounds every span that is added to a time
/// stays a time.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// No number of ours is larger: seconds, minutes, sequence numbers, milliseconds of a gap. It is also the
/// largest that every reader of JSON keeps exactly.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// The fold of a copy as it is read.
pub(crate) struct Story<'a> {
    path: &'a Path,
    opened: Option<(Timestamp, EventKind)>,
    run: Option<Run>,
}

impl<'a> Story<'a> {
    pub fn new(path: &'a Path) -> Self {
        Self {
            path,
            opened: None,
            run: None,
        }
    }

    /// Takes the next event: it is known, within bounds, and follows from what came before it.
    pub fn take(&mut self, copied: &Copied<'_>) -> Result<(), JournalError> {
        let line = copied.line;
        let link = Link {
            run: copied.run.as_str(),
            seq: line.seq,
            at: &line.at,
            fence: line.fence,
            body: line.body.as_bytes(),
        };
        // A kind that this program does not know is found before anything is taken over.
        let event = event(self.path, &link)?;
        within_bounds(&event, &line.body).map_err(|why| refused(self.path, line.seq, &why))?;
        if let EventKind::DriverStarted { fence, .. } = &event.kind
            && *fence != line.fence
        {
            let why = "it names another fence than the lease that it was written under";
            return Err(refused(self.path, line.seq, why));
        }
        match &mut self.run {
            None => {
                self.run = Some(Run::open(&event).map_err(|illegal| self.illegal(&illegal))?);
                self.opened = Some((event.at, event.kind));
            }
            Some(run) => evolve(run, &event).map_err(|illegal| self.illegal(&illegal))?,
        }
        Ok(())
    }

    /// Ends the story with the takeover; gives its first event.
    pub fn ended(
        self,
        copy: &Scan,
        at: Timestamp,
        takeover: &Takeover,
        vouched: Vouched,
    ) -> Result<(Timestamp, EventKind), JournalError> {
        let path = self.path;
        let (Some(mut run), Some(opened)) = (self.run, self.opened) else {
            return Err(JournalError::NotRead(format!(
                "{}: the copy holds no event. Give a copy that does",
                path.display()
            )));
        };
        let taken = Event {
            seq: copy.seq + 1,
            at,
            kind: EventKind::TakenOver {
                by: takeover.by.clone(),
                reason: takeover.reason.clone(),
                from_seq: copy.seq,
                vouched: Some(vouched),
            },
        };
        evolve(&mut run, &taken).map_err(|illegal| untold(path, &illegal))?;
        Ok(opened)
    }

    fn illegal(&self, illegal: &IllegalEvent) -> JournalError {
        untold(self.path, illegal)
    }
}

fn untold(path: &Path, illegal: &IllegalEvent) -> JournalError {
    let why = format!("it can't follow what came before it ({})", illegal.why);
    refused(path, illegal.seq, &why)
}

fn refused(path: &Path, seq: u64, why: &str) -> JournalError {
    JournalError::NotRead(format!(
        "{}: event {seq} is none that a driver wrote: {why}. Nothing was taken over or marked: give another copy, or \
         open a new run and adopt what is done",
        path.display()
    ))
}

/// Every time and every number of an event is one that a program of ours could have written.
fn within_bounds(event: &Event, body: &str) -> Result<(), String> {
    if !is_of_our_time(event.at) {
        return Err(format!("its time, {}, is out of range", event.at));
    }
    let body: Value = serde_json::from_str(body).map_err(|_| "it is no JSON".to_owned())?;
    bounded(&body, &mut Vec::new())
}

fn is_of_our_time(at: Timestamp) -> bool {
    YEARS.contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year())
}

fn bounded<'a>(value: &'a Value, place: &mut Vec<&'a str>) -> Result<(), String> {
    let refused = |place: &[&str], what: &str| Err(format!("{what} at {} is out of range", place.join(".")));
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(n) if n.abs() <= LARGEST => Ok(()),
            _ => refused(place, "the number"),
        },
        // Only what is written like one of our times is taken for one.
        Value::String(text) if text.len() >= 20 && text.ends_with('Z') && text.contains("T") => {
            match text.parse::<Timestamp>() {
                Ok(at) if !is_of_our_time(at) => refused(place, "the time"),
                _ => Ok(()),
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Array(items) => items.iter().try_for_each(|item| bounded(item, place)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, item)| {
            place.push(name);
            let within = bounded(item, place);
            place.pop();
            within
        }),
    }
}
