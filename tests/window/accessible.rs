//! Every screen, in light and dark, in every size of the window: against axe's rules, and nothing
//! wider than the window. Pictures `look-MODE-SIZE-ROUTE.png`.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::app::{App, Outcome, SOON, with_console};
use crate::gated;
use crate::journey::do_step;

/// From the package that the interface's own tests use too.
pub const AXE: &str = "ui/node_modules/axe-core/axe.min.js";

/// Runs axe on the whole document; answers one line per element that breaks a rule.
const LOOK: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations']}).then(
      (found) => done(found.passes.length < 10 ? ['axe saw next to nothing: ' + found.passes.length] :
        found.violations.flatMap((rule) => rule.nodes.map(
          (node) => `${rule.id}: ${node.html.slice(0, 200)} (${node.failureSummary})`))),
      (error) => done(['axe itself failed: ' + error]));";

/// Name, width and height. 200 % zoom of 1280 × 800 is a page of 640 × 400, which is what CSS sees.
/// Dark differs in colours, so two sizes tell all.
const SIZES: [(&str, &str, u32, u32); 7] = [
    ("light", "1280", 1280, 800),
    ("light", "1024", 1024, 768),
    ("light", "720", 720, 900),
    ("light", "zoom200", 640, 400),
    ("light", "1920", 1920, 1080),
    ("dark", "1280", 1280, 800),
    ("dark", "720", 720, 900),
];

/// The widths in which a story's own screens are looked at: a laptop, a small window, a narrow one beside another.
pub const EVERY: [u32; 3] = [1280, 1024, 480];

/// What sticks out of the window to the side; a table in its own scroller does not.
const TOO_WIDE: &str = "const out = [];
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth + 1) out.push(`the page is ${page.scrollWidth} wide`);
    for (const box of document.querySelectorAll('main, aside, nav, header, .page, .dock, .notices, .action-bar')) {
      if (box.scrollWidth <= box.clientWidth + 1) continue;
      const edge = box.getBoundingClientRect().right;
      const over = [...box.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > edge && e.closest('.table-wrap') === null);
      const by = over.map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 30)}`).at(-1);
      out.push(`${box.tagName} ${box.className}: ${box.scrollWidth} in ${box.clientWidth} by ${by}`);
    }
    return out;";

/// The window zoomed by that many percent, as by Ctrl and +.
pub const ZOOM: &str = "const done = arguments[arguments.length - 1];
    window.__TAURI_INTERNALS__.invoke('set_zoom', {percent: arguments[0]}).then(() => done(''), (why) => done(JSON.stringify(why)));";

#[tokio::test]
async fn every_screen_is_accessible_in_light_and_dark() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = gated::write(files.path(), "night", |text| text)?;
    with_console("accessible", home.path(), &[], async |app| {
        screens(app, &runbook).await
    })
    .await
}

async fn screens(app: &App, runbook: &Path) -> Outcome {
    let axe = fs::read_to_string(AXE).map_err(|error| format!("{AXE}: {error}"))?;
    gated::open(app, runbook).await?;
    // So that there is something to undo: the way back is a screen too.
    do_step(app, "lower-ttl", "20-before-axe").await?;
    let mut broken = BTreeSet::new();
    for mode in ["light", "dark"] {
        app.load(&format!("?mode={mode}")).await?;
        let in_mode = format!(
            "return document.documentElement.dataset.mode === '{mode}' \
             && document.querySelector('[data-testid=banner]') !== null;"
        );
        app.until_true(&format!("the {mode} mode"), &in_mode, SOON)
            .await?;
        app.script(&axe, Vec::new()).await?;
        for (route, name) in routes(app).await? {
            show(app, &route, &name).await?;
            for (_, size, width, height) in SIZES.iter().filter(|size| size.0 == mode) {
                app.size(*width, *height).await?;
                // A screen that can't be reached has not been looked at: that fails too.
                there(app, &route, &name).await?;
                // Painted first: what has just been resized is still finding its size.
                app.shot(&format!("look-{mode}-{size}{}", route.replace(['/', ':'], "-")))
                    .await?;
                let place = format!("{mode} {size} {route}");
                look(app, &place, true, &mut broken).await?;
            }
        }
    }
    zoomed(app, &mut broken).await?;
    if broken.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = broken.into_iter().collect();
    Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
}

/// At 400 % of 1280 × 800 nothing is wider than the window either, and everything can be read.
async fn zoomed(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.size(1280, 800).await?;
    for (percent, sees) in [(400, 320), (100, 1280)] {
        let said = app.script_async(ZOOM, vec![json!(percent)]).await?;
        assert_eq!(said, json!(""), "the window could not be zoomed");
        let there = format!("return Math.abs(innerWidth - {sees}) < 3;");
        app.until_true(&format!("a zoom of {percent} %"), &there, SOON)
            .await?;
        if percent == 100 {
            break;
        }
        for (route, name) in routes(app).await? {
            show(app, &route, &name).await?;
            app.shot(&format!("look-light-zoom400{}", route.replace(['/', ':'], "-")))
                .await?;
            look(app, &format!("zoom400 {route}"), false, broken).await?;
        }
    }
    Ok(())
}

/// Goes to a screen and waits for it.
async fn show(app: &App, route: &str, name: &str) -> Outcome {
    app.go(&format!(
        "#{}",
        route.replace(":step", "switch").replace(":phase", "mid")
    ))
    .await?;
    there(app, route, name).await
}

async fn there(app: &App, route: &str, name: &str) -> Outcome {
    let there = format!(
        "const root = document.querySelector('[data-route]'); \
         return root.dataset.route === '{name}' && root.querySelector('h1') !== null \
         && root.querySelector('[aria-busy=true]') === null;"
    );
    app.until_true(&format!("the screen {route}"), &there, SOON).await
}

/// Notes what is wrong with what is shown: with its width, and by axe's rules.
pub async fn look(app: &App, place: &str, by_rules: bool, broken: &mut BTreeSet<String>) -> Outcome {
    let mut found = match app.script(TOO_WIDE, Vec::new()).await? {
        Value::Array(found) => found,
        other => return Err(format!("the widths are {other}").into()),
    };
    if by_rules {
        match app.script_async(LOOK, Vec::new()).await? {
            Value::Array(more) => found.extend(more),
            other => return Err(format!("axe answered {other}").into()),
        }
    }
    for line in found {
        broken.insert(format!("{place}: {}", line.as_str().unwrap_or_default()));
    }
    Ok(())
}

/// What is shown now, in some widths and the page's own mode: pictures `NAME-MODE-WIDTH`, and what is wrong with them.
pub async fn looked(app: &App, name: &str, widths: &[u32], broken: &mut BTreeSet<String>) -> Outcome {
    // Half a megabyte: once for a document.
    let there = app.script("return window.axe !== undefined;", Vec::new()).await?;
    if there != json!(true) {
        let axe = fs::read_to_string(AXE).map_err(|error| format!("{AXE}: {error}"))?;
        app.script(&axe, Vec::new()).await?;
    }
    let mode = app
        .script("return document.documentElement.dataset.mode;", Vec::new())
        .await?;
    let mode = mode.as_str().unwrap_or("no").to_owned();
    for width in widths {
        let height = match width {
            480 => 900,
            1024 => 768,
            _ => 800,
        };
        app.size(*width, height).await?;
        app.shot(&format!("{name}-{mode}-{width}")).await?;
        look(app, &format!("{name} {mode} {width}"), true, broken).await?;
    }
    app.size(1280, 800).await
}

/// The routes that the page itself lists, each with its name.
pub async fn routes(app: &App) -> Outcome<Vec<(String, String)>> {
    let list = app
        .script(
            "const of = (name) => (document.querySelector('[data-route]')?.getAttribute(name) ?? '').split(' '); \
             return [of('data-routes'), of('data-route-names')];",
            Vec::new(),
        )
        .await?;
    let words = |at: usize| -> Vec<String> {
        let list = list[at].as_array().cloned().unwrap_or_default();
        list.iter()
            .filter_map(|word| word.as_str().filter(|word| !word.is_empty()).map(str::to_owned))
            .collect()
    };
    let routes: Vec<(String, String)> = words(0).into_iter().zip(words(1)).collect();
    if routes.is_empty() {
        return Err("the page lists no routes".into());
    }
    Ok(routes)
}
