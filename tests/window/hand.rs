//! A hand on the mouse and on the keyboard that is quicker, or less sure, than the page: clicks at a spot whatever
//! stands there by then, and keys that are held.

use std::time::{Duration, Instant};

use fantoccini::actions::{Actions, InputSource, KeyAction, KeyActions, MouseActions, PointerAction};
use serde_json::{Value, json};

use crate::app::{App, Outcome, SOON, selector};

/// The left button.
const LEFT: u64 = 0;

/// A place in the window, in pixels of the page.
pub type Spot = (f64, f64);

/// Notes each press in the page with what lay under it, and how long that had been painted: in milliseconds.
const WATCH: &str = "if (window.presses !== undefined) return;
    window.presses = [];
    let shown = new Map();
    const look = () => {
      const now = new Map();
      for (const e of document.querySelectorAll('button[data-testid]')) {
        const name = `${e.dataset.testid} ${location.hash}`;
        now.set(name, shown.get(name) ?? null);
      }
      shown = now;
      for (const [name, at] of now) {
        if (at !== null) continue;
        requestAnimationFrame(() => requestAnimationFrame(() => { if (shown.get(name) === null) shown.set(name, performance.now()); }));
      }
    };
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
    window.addEventListener('hashchange', look);
    const press = (on) => {
      const name = on?.closest?.('[data-testid]:not([data-testid=window])')?.dataset.testid ?? '';
      const at = shown.get(`${name} ${location.hash}`) ?? null;
      window.presses.push([name, at === null ? null : performance.now() - at]);
    };
    window.addEventListener('pointerdown', (e) => press(e.target), true);
    window.addEventListener('keydown', (e) => { if (['Enter', ' '].includes(e.key)) press(document.activeElement); }, true);";

/// One press: what lay under it, and for how many milliseconds that had been painted.
#[derive(Debug)]
pub struct Press {
    /// The test id; empty where nothing with one lay there.
    pub on: String,
    /// None where it is no button, or had not been painted at all.
    pub seen_ms: Option<f64>,
}

impl App {
    /// Begins to note presses; once is enough for a page.
    pub async fn watch_presses(&self) -> Outcome {
        self.script(WATCH, Vec::new()).await?;
        Ok(())
    }

    /// The presses since the last time that this was asked.
    pub async fn presses(&self) -> Outcome<Vec<Press>> {
        let noted = self
            .script("return window.presses.splice(0);", Vec::new())
            .await?;
        let press = |one: &Value| Press {
            on: one[0].as_str().unwrap_or_default().to_owned(),
            seen_ms: one[1].as_f64(),
        };
        Ok(noted.as_array().into_iter().flatten().map(press).collect())
    }

    /// Where the middle of a button is, as soon as it can be clicked.
    pub async fn spot(&self, id: &str) -> Outcome<Spot> {
        let end = Instant::now() + SOON;
        loop {
            let why = self.why_not(id).await?;
            if why.is_empty() {
                break;
            }
            if Instant::now() > end {
                return Err(format!("{id} could not be clicked: {why}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let middle = "const b = document.querySelector(arguments[0]).getBoundingClientRect(); \
            return [Math.round(b.left + b.width / 2), Math.round(b.top + b.height / 2)];";
        let spot = self.script(middle, vec![json!(selector(id))]).await?;
        match (spot[0].as_f64(), spot[1].as_f64()) {
            (Some(x), Some(y)) => Ok((x, y)),
            _ => Err(format!("{id} is nowhere: {spot}").into()),
        }
    }

    /// Clicks at the spots one after the other, each after its pause in milliseconds.
    pub async fn clicks(&self, at: &[(u64, Spot)]) -> Outcome {
        let mut mouse = MouseActions::new("hand".to_owned());
        for (pause, (x, y)) in at {
            let there = PointerAction::MoveTo {
                duration: None,
                x: *x,
                y: *y,
            };
            if *pause > 0 {
                mouse = mouse.pause(Duration::from_millis(*pause));
            }
            mouse = mouse
                .then(there)
                .then(PointerAction::Down { button: LEFT })
                .then(PointerAction::Up { button: LEFT });
        }
        self.act(mouse).await
    }

    /// Presses a key, and again after so many milliseconds.
    pub async fn again(&self, key: char, pause: u64) -> Outcome {
        let keys = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .pause(Duration::from_millis(pause))
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.act(keys).await
    }

    /// Holds a key below others that are held, so that it comes so many times, with that pause between in
    /// milliseconds. To the driver a key that is down stays as it is, so each time is another keyboard's.
    pub async fn held(&self, below: &[char], key: char, times: usize, pause: u64) -> Outcome {
        let mut held = Actions::default();
        for time in 0..times {
            let mut keys = KeyActions::new(format!("keyboard-{time}"));
            for value in below.iter().filter(|_| time == 0) {
                keys = keys.then(KeyAction::Down { value: *value });
            }
            for tick in 0..times {
                keys = match tick == time {
                    true => keys.then(KeyAction::Down { value: key }),
                    false => keys.pause(Duration::from_millis(if time == 0 { pause } else { 0 })),
                };
            }
            held = held.and(keys.then(KeyAction::Up { value: key }));
        }
        self.act(held).await?;
        self.release().await
    }
}
