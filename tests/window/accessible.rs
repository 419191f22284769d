//! Every screen, in light and dark, in every size of the window: against axe's rules, and nothing
//! wider than the window. Pictures `look-MODE-SIZE-ROUTE.png`.

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};

use crate::app::{App, Outcome, SOON, with_console};
use crate::journey::do_step;

/// From the package that the interface's own tests use too.
const AXE: &str = "ui/node_modules/axe-core/axe.min.js";

/// Runs axe on the whole document; answers one line per element that breaks a rule.
const LOOK: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations']}).then(
      (found) => done(found.passes.length < 10 ? ['axe saw next to nothing: ' + found.passes.length] :
        found.violations.flatMap((rule) => rule.nodes.map(
          (node) => `${rule.id}: ${node.html.slice(0, 200)} (${node.failureSummary})`))),
      (error) => done(['axe itself failed: ' + error]));";

/// Name, width and height. 200 % zoom of 1280 × 800 is a page of 640 × 400, which is what CSS sees.
const SIZES: [(&str, u32, u32); 4] = [
    ("1280", 1280, 800),
    ("1024", 1024, 768),
    ("720", 720, 900),
    ("zoom200", 640, 400),
];

/// What sticks out of the window to the side; a table in its own scroller does not.
const TOO_WIDE: &str = "const out = [];
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth + 1) out.push(`the page is ${page.scrollWidth} wide`);
    for (const box of document.querySelectorAll('main, aside, nav, header')) {
      if (box.scrollWidth > box.clientWidth + 1) out.push(`${box.tagName} ${box.className}: ${box.scrollWidth} in ${box.clientWidth}`);
    }
    return out;";

#[tokio::test]
async fn every_screen_is_accessible_in_light_and_dark() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("accessible", home.path(), &["--rehearse"], screens).await
}

async fn screens(app: &App) -> Outcome {
    let axe = fs::read_to_string(AXE).map_err(|error| format!("{AXE}: {error}"))?;
    app.until("banner", &["REHEARSAL"], SOON).await?;
    // So that there is something to undo: the way back is a screen too.
    do_step(app, "lower-ttl", "20-before-axe").await?;
    let mut broken = BTreeSet::new();
    for mode in ["light", "dark"] {
        app.script(
            "window.location.search = '?mode=' + arguments[0];",
            vec![json!(mode)],
        )
        .await?;
        let in_mode = format!(
            "return document.documentElement.dataset.mode === '{mode}' \
             && document.querySelector('[data-testid=banner]') !== null;"
        );
        app.until_true(&format!("the {mode} mode"), &in_mode, SOON)
            .await?;
        app.script(&axe, Vec::new()).await?;
        for route in routes(app).await? {
            let hash = format!("#{}", route.replace(":step", "switch"));
            let name = match route.as_str() {
                "/run/:step" => "step",
                "/run/:step/confirm" => "confirm",
                other => other.trim_start_matches('/'),
            };
            app.go(&hash).await?;
            for (size, width, height) in SIZES {
                app.size(width, height).await?;
                let there = format!(
                    "const root = document.querySelector('[data-route]'); \
                 return root.dataset.route === '{name}' && root.querySelector('h1') !== null \
                 && root.querySelector('[aria-busy=true]') === null;"
                );
                // A screen that can't be reached has not been looked at: that fails too.
                app.until_true(&format!("the screen {route}"), &there, SOON)
                    .await?;
                // Painted first: what has just been resized is still finding its size.
                app.shot(&format!("look-{mode}-{size}{}", route.replace(['/', ':'], "-")))
                    .await?;
                let found = app.script_async(LOOK, Vec::new()).await?;
                let wide = app.script(TOO_WIDE, Vec::new()).await?;
                for line in wide.as_array().into_iter().flatten() {
                    broken.insert(format!(
                        "{mode} {size} {route}: {}",
                        line.as_str().unwrap_or_default()
                    ));
                }
                let Value::Array(found) = found else {
                    return Err(format!("axe answered {found}").into());
                };
                for line in found {
                    broken.insert(format!(
                        "{mode} {size} {route}: {}",
                        line.as_str().unwrap_or_default()
                    ));
                }
            }
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = broken.into_iter().collect();
    Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
}

/// The routes that the page itself lists.
async fn routes(app: &App) -> Outcome<Vec<String>> {
    let list = app
        .script(
            "return document.querySelector('[data-routes]')?.dataset.routes ?? '';",
            Vec::new(),
        )
        .await?;
    let routes: Vec<String> = list
        .as_str()
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    if routes.is_empty() {
        return Err("the page lists no routes".into());
    }
    Ok(routes)
}
