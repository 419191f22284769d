//! A person's hand that is counted: what it presses is noted by the page itself, in the order in which it came, with the
//! words on it and the page on which they stood. It never tries twice: a press that came to nothing would be counted too.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::app::{App, Outcome, SOON};

/// Longer than a main button is dead from its first paint, as a person who reads it takes.
pub const READ: Duration = Duration::from_millis(900);

/// Notes every press of a pointer and every key that a person makes; what a script sends is not trusted by the page.
const COUNT: &str = "if (window.counted !== undefined) return;
    window.counted = [];
    const page = () => (document.querySelector('#middle h1')?.textContent ?? '').trim();
    const words = (e) => {
      const on = e?.closest?.('button, a, input, [role=option], summary, label');
      if (on == null) return '';
      const named = on instanceof HTMLInputElement ? on.labels?.[0]?.innerText : on.getAttribute('aria-label') ?? on.innerText;
      return (named ?? on.dataset.testid ?? on.tagName).trim();
    };
    window.addEventListener('pointerdown', (e) => { if (e.isTrusted) window.counted.push(['click', words(e.target), page(), performance.now()]); }, true);
    window.addEventListener('keydown', (e) => { if (e.isTrusted) window.counted.push(['key', `${e.key} in ${words(document.activeElement)}`, page(), performance.now()]); }, true);";

/// What was pressed: a pointer or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The pointer's button.
    Click,
    /// A key.
    Key,
}

/// One press.
#[derive(Debug, Clone)]
pub struct Counted {
    pub by: By,
    /// The words on what was pressed; of a key, which one, and where.
    pub on: String,
    /// The heading of the page on which it stood.
    pub page: String,
    /// When, in milliseconds of the page's clock.
    pub at_ms: f64,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            By::Click => "click",
            By::Key => "key",
        };
        write!(f, "{by:5}  {}  [{}]", self.on, self.page)
    }
}

impl App {
    /// Begins to count; to be called again after the page was loaded anew.
    pub async fn count(&self) -> Outcome {
        self.script(COUNT, Vec::new()).await?;
        Ok(())
    }

    /// Everything that was pressed since, in order.
    pub async fn counted(&self) -> Outcome<Vec<Counted>> {
        let noted = self.script("return window.counted;", Vec::new()).await?;
        let noted = noted.as_array().ok_or("nothing is counted on this page")?;
        let word = |one: &Value, at: usize| one[at].as_str().unwrap_or_default().to_owned();
        Ok(noted
            .iter()
            .map(|one| Counted {
                by: if one[0] == "key" { By::Key } else { By::Click },
                on: word(one, 1),
                page: word(one, 2),
                at_ms: one[3].as_f64().unwrap_or_default(),
            })
            .collect())
    }

    /// Reads what stands there, and clicks it once, with the pointer, where it is then.
    pub async fn hand(&self, id: &str) -> Outcome {
        self.spot(id).await?;
        tokio::time::sleep(READ).await;
        // It may have moved while it was read; a person looks where it is.
        let spot = self.spot(id).await?;
        self.clicks(&[(0, spot)]).await
    }

    /// Clicks once, and waits for what comes of it.
    pub async fn hand_until(
        &self,
        id: &str,
        seen: &str,
        words: &[&str],
        within: Duration,
    ) -> Outcome<String> {
        self.hand(id).await?;
        self.until(seen, words, within)
            .await
            .map_err(|error| format!("one click on {id} was not enough: {error}").into())
    }

    /// Waits until the heading of the page says that.
    pub async fn headed(&self, words: &str) -> Outcome {
        self.until("#middle h1", &[words], SOON).await.map(drop)
    }
}

/// The list, numbered, with the seconds since the first press, as a person would read it.
pub fn list(what: &str, presses: &[Counted], since: Instant) -> String {
    let clicks = presses.iter().filter(|press| press.by == By::Click).count();
    let begun = presses.first().map_or(0.0, |press| press.at_ms);
    let rows: Vec<String> = presses
        .iter()
        .enumerate()
        .map(|(at, press)| format!("{:3}  {:5.1} s  {press}", at + 1, (press.at_ms - begun) / 1000.0))
        .collect();
    format!(
        "{what}: {clicks} clicks and {} keys in {:.1} s\n{}",
        presses.len() - clicks,
        since.elapsed().as_secs_f64(),
        rows.join("\n")
    )
}
