//! Everything without a mouse: the order of the focus, that it is always seen, and Escape.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use fantoccini::key::Key;
use serde_json::json;

use crate::accessible::routes;
use crate::app::{App, LINE, Outcome, SOON, with_console};
use crate::gated;
use crate::journey::do_step;

/// How long the page may take to show what the focus came to.
const FRAMES: Duration = Duration::from_secs(2);

/// What has the focus, and whether a person can see that: an outline or a ring, inside the window and
/// not under a bar that sticks.
const FOCUS: &str = "const e = document.activeElement;
    if (e === null || e === document.body) return ['', true, ''];
    const named = e.closest('[data-testid]:not([data-testid=window])');
    const name = named?.dataset.testid ?? `${e.tagName} ${e.textContent.slice(0, 30)}`;
    const ring = [e, e.parentElement].some((x) => [null, '::before', '::after'].some((part) => {
      const style = getComputedStyle(x, part);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    }));
    const box = e.getBoundingClientRect();
    const x = box.left + Math.min(box.width, 8) / 2, y = box.top + box.height / 2;
    const top = document.elementFromPoint(x, y);
    const seen = top !== null && (e.contains(top) || top.contains(e));
    return [name, ring && seen, `${e.outerHTML.slice(0, 120)} ring ${ring} seen ${seen}`];";

#[tokio::test]
async fn everything_is_reached_and_seen_without_a_mouse() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("keyboard", home.path(), &LINE, keyboard).await
}

/// Every screen is walked once round with Tab: each stop is seen, and its heading has the focus first.
#[tokio::test]
async fn every_screen_is_walked_without_a_mouse() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = gated::write(files.path(), "night", |text| text)?;
    with_console("walked", home.path(), &[], async |app| {
        gated::open(app, &runbook).await?;
        do_step(app, "lower-ttl", "55-walked").await?;
        for (route, name) in routes(app).await? {
            app.go(&format!(
                "#{}",
                route.replace(":step", "switch").replace(":phase", "mid")
            ))
            .await?;
            app.see(&format!("[data-route=\"{name}\"]")).await?;
            let headed = "const e = document.activeElement; return e?.tagName === 'H1';";
            // The war room's heading is for readers only: nobody tabs there.
            if name != "war-room" {
                app.until_true(&format!("the focus on the heading of {route}"), headed, SOON)
                    .await?;
            }
            let order = round(app).await.map_err(|error| format!("{route}: {error}"))?;
            let least = if name == "war-room" { 1 } else { 8 };
            assert!(order.len() >= least, "{route} has next to no stops: {order:?}");
        }
        Ok(())
    })
    .await
}

async fn keyboard(app: &App) -> Outcome {
    do_step(app, "lower-ttl", "50-keyboard").await?;
    // Every control of the page, in the order in which it is read: rails left to right.
    app.go("#/run/switch").await?;
    app.until("answer-way-back", &["Every condition proven"], SOON)
        .await?;
    app.script("document.activeElement?.blur(); scrollTo(0, 0);", Vec::new())
        .await?;
    let order = round(app).await?;
    let at = |id: &str| {
        let found = order.iter().position(|name| name == id);
        found.ok_or_else(|| format!("Tab never came to {id}: {order:?}"))
    };
    let expected = [
        "nav-run",
        "step-lower-ttl",
        "step-switch",
        "step-restore-ttl",
        "run-hold",
        "run-stop",
        "sheet-export",
        "rollback-open",
    ];
    let places: Vec<usize> = expected.into_iter().map(at).collect::<Result<_, _>>()?;
    assert!(
        places.is_sorted(),
        "{expected:?} are not reached in that order: {order:?}"
    );

    // The picture of the night is one stop; the arrows go from mark to mark, Enter opens.
    app.go("#/run").await?;
    app.see("night").await?;
    let stop = "const e = document.querySelector('[data-testid=night] a[tabindex=\"0\"]'); e?.focus(); \
        return document.activeElement === e;";
    app.until_true("a stop in the picture", stop, SOON).await?;
    app.press(&Key::End.to_string()).await?;
    app.press(&Key::Enter.to_string()).await?;
    app.see("[data-route=step]").await?;

    // A new screen puts the focus on its heading.
    app.go("#/timeline").await?;
    heading(app, "Timeline").await?;
    // Help opens above the page, Escape closes it and gives the focus back.
    app.press(&Key::F1.to_string()).await?;
    app.see("help").await?;
    app.shot("52-help").await?;
    app.press(&Key::Escape.to_string()).await?;
    gone(app, "help").await?;
    heading(app, "Timeline").await?;
    // The palette opens, goes somewhere, and Escape closes it where it was opened.
    app.press(&format!("{}k", Key::Control)).await?;
    app.see("palette-input").await?;
    app.shot("51-palette").await?;
    app.press(&Key::Escape.to_string()).await?;
    gone(app, "palette-input").await?;
    heading(app, "Timeline").await?;
    app.press(&format!("{}k", Key::Control)).await?;
    app.see("palette-input").await?;
    app.write("palette-input", "roll back").await?;
    app.press(&Key::Enter.to_string()).await?;
    app.see("[data-route=rollback]").await?;
    // A form in the page: Escape closes it and gives the focus back.
    app.go("#/run/switch").await?;
    app.click("run-hold", SOON).await?;
    app.see("reason-input").await?;
    app.press(&Key::Escape.to_string()).await?;
    gone(app, "reason-input").await?;
    app.until_true(
        "the focus back on the button",
        "return document.activeElement?.closest('[data-testid=run-hold]') !== null;",
        SOON,
    )
    .await
}

/// Goes once round with Tab; the names in order. Every stop must be seen.
pub async fn round(app: &App) -> Outcome<Vec<String>> {
    let mut order = Vec::new();
    let mut unseen = BTreeSet::new();
    for _ in 0..80 {
        app.press(&Key::Tab.to_string()).await?;
        // What stands below the fold is scrolled to with the next frame.
        let end = Instant::now() + FRAMES;
        let mut focus = app.script(FOCUS, Vec::new()).await?;
        while focus[1] != json!(true) && Instant::now() < end {
            app.painted().await?;
            focus = app.script(FOCUS, Vec::new()).await?;
        }
        let name = focus[0].as_str().unwrap_or_default().to_owned();
        if focus[1] != json!(true) {
            unseen.insert(focus[2].to_string());
        }
        if name.is_empty() || order.first() == Some(&name) {
            break;
        }
        order.push(name);
    }
    if unseen.is_empty() {
        Ok(order)
    } else {
        Err(format!("the focus is not seen on {unseen:#?}").into())
    }
}

async fn heading(app: &App, words: &str) -> Outcome {
    let there = format!(
        "const e = document.activeElement; return e?.tagName === 'H1' && e.textContent.includes('{words}');"
    );
    app.until_true(&format!("the focus on the heading {words}"), &there, SOON)
        .await
}

async fn gone(app: &App, id: &str) -> Outcome {
    let there = format!("return document.querySelector('[data-testid=\"{id}\"]') === null;");
    app.until_true(&format!("the end of {id}"), &there, SOON).await
}
