//! What a person sees second by second while the world changes: a picture each second, wide and narrow in turn, and
//! whether anything in it is in the tone of what fails.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::app::{App, Outcome};

/// Everything that can be seen and is red: by its own mark, by its colour, or by a point of a chart.
const RED: &str = "const probe = document.body.appendChild(document.createElement('span'));
    const colour = (token) => { probe.style.color = `var(${token})`; return getComputedStyle(probe).color; };
    const red = new Set(['--fail', '--fail-tint', '--fail-solid'].map(colour));
    probe.remove();
    if (red.size < 3) return ['the tokens of what fails are not there'];
    const place = (e) => e.closest('#middle') === null ? 'rail' : e.closest('[data-site]') === null ? 'page' : `${e.closest('[data-site]').dataset.site} site`;
    const found = [];
    for (const e of document.querySelectorAll('body *')) {
      const box = e.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const style = getComputedStyle(e);
      if (style.visibility !== 'visible' || style.opacity === '0') continue;
      const worn = [style.backgroundColor];
      if ([...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim() !== '')) worn.push(style.color);
      if (e instanceof SVGElement) worn.push(style.fill, style.stroke);
      for (const side of ['Top', 'Right', 'Bottom', 'Left']) if (parseFloat(style[`border${side}Width`]) > 0) worn.push(style[`border${side}Color`]);
      const marked = e.dataset.tone === 'failing' || e.dataset.kind === 'fail' || e.classList.contains('k-fail');
      if (marked || worn.some((c) => red.has(c))) found.push(`${place(e)}: ${e.tagName} ${e.dataset.testid ?? ''} ${e.textContent.slice(0, 60)}`);
      if (e instanceof HTMLCanvasElement) {
        const {data} = e.getContext('2d').getImageData(0, 0, e.width, e.height);
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && red.has(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`)) { found.push('page: a point of a chart'); break; }
      }
    }
    return found;";

/// One moment of a film.
#[derive(Debug)]
pub struct Frame {
    /// Whether users are all right, in the words of the rail.
    pub users: String,
    /// What is red in it: `page: …`, `old site: …` or `new site: …` in the picture of the way, or `rail: …` for all around it.
    pub red: Vec<String>,
}

/// What is red on the screen now.
pub async fn red(app: &App) -> Outcome<Vec<String>> {
    match app.script(RED, Vec::new()).await? {
        Value::Array(found) => Ok(found
            .iter()
            .map(|line| line.as_str().unwrap_or_default().to_owned())
            .collect()),
        other => Err(format!("the colours are {other}").into()),
    }
}

/// Films until the element says one of the words: `NAME-01-1280.png`, `NAME-02-960.png`, …
pub async fn film(app: &App, name: &str, id: &str, words: &[&str], within: Duration) -> Outcome<Vec<Frame>> {
    let begun = Instant::now();
    let mut frames = Vec::new();
    loop {
        let number = frames.len() + 1;
        let width = if number % 2 == 1 { 1280 } else { 960 };
        app.size(width, 800).await?;
        // Colours and words of one moment, and its picture right after.
        frames.push(Frame {
            red: red(app).await?,
            users: app.text("[data-testid=answer-users] .answer-head").await?,
        });
        app.shot(&format!("{name}-{number:02}-{width}")).await?;
        let said = app.text(id).await?;
        if words.iter().any(|word| said.contains(word)) {
            app.size(1280, 800).await?;
            return Ok(frames);
        }
        if begun.elapsed() > within {
            return Err(format!("{id} never said {words:?}; it said `{said}`").into());
        }
        let next = Duration::from_secs(number as u64);
        tokio::time::sleep(next.saturating_sub(begun.elapsed())).await;
    }
}
