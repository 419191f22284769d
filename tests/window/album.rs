//! Pictures of the window in every size and both modes, and the sheets that are made of them.

use png::Compression;
use serde_json::json;

use crate::app::{App, Outcome, SOON, selector, shots};
use crate::sheet::{Picture, sheet};

/// A laptop, a window beside another, and the narrowest: width, height, and how many stand in a row of a sheet.
const SIZES: [(u32, u32, usize); 3] = [(1280, 800, 3), (900, 700, 4), (480, 900, 6)];
/// Both modes of colours.
const MODES: [&str; 2] = ["light", "dark"];
/// From this width on a picture stands half as large on its sheet.
const WIDE: usize = 900;

/// The colours of the page, without loading it anew: what was opened on it stays open.
const MODE: &str = "document.documentElement.dataset.mode = arguments[0];";

/// What was taken so far.
#[derive(Debug, Default)]
pub struct Album {
    names: Vec<String>,
}

fn file(number: usize, name: &str, width: u32, mode: &str) -> String {
    format!("sheet-{number:02}-{name}-{width}-{mode}")
}

impl Album {
    /// Takes what is shown now, in each size and mode, and leaves the window as it was.
    pub async fn take(&mut self, app: &App, name: &str) -> Outcome {
        self.names.push(name.to_owned());
        let number = self.names.len();
        for (width, height, _) in SIZES {
            app.size(width, height).await?;
            for mode in MODES {
                app.script(MODE, vec![json!(mode)]).await?;
                app.shot(&file(number, name, width, mode)).await?;
            }
            app.script(MODE, vec![json!("light")]).await?;
        }
        app.size(1280, 800).await
    }

    /// Goes to a page, waits for it, and takes it.
    pub async fn visit(&mut self, app: &App, name: &str, page: &str, route: &str) -> Outcome {
        app.go(page).await?;
        app.see(&format!("[data-route={route}]")).await?;
        let still = "return document.querySelector('[data-route] [aria-busy=true]') === null;";
        app.until_true(&format!("all of {page}"), still, SOON).await?;
        self.take(app, name).await
    }

    /// One sheet a size and mode, each with every picture that was taken: `contact-WIDTH-MODE.png`.
    pub fn sheets(&self) -> Outcome<usize> {
        for (width, _, columns) in SIZES {
            for mode in MODES {
                let mut pictures = Vec::new();
                for (at, name) in self.names.iter().enumerate() {
                    let path = shots().join(format!("{}.png", file(at + 1, name, width, mode)));
                    let picture = Picture::read(&path)?;
                    let small = if picture.width < WIDE {
                        picture
                    } else {
                        picture.half()
                    };
                    pictures.push((format!("{} {name}", at + 1), small));
                }
                sheet(&pictures, columns).write(
                    &shots().join(format!("contact-{width}-{mode}.png")),
                    Compression::Fast,
                )?;
            }
        }
        Ok(self.names.len())
    }
}

/// Around a part that is cut out, in pixels.
const EDGE: f64 = 6.0;

/// Where some elements stand in the window, together, brought to its middle.
const BOX: &str = "const all = arguments[0].map((one) => document.querySelector(one));
    if (all.includes(null)) return null;
    all[0].scrollIntoView({block: 'center'});
    const boxes = all.map((e) => e.getBoundingClientRect());
    const left = Math.min(...boxes.map((b) => b.left)), top = Math.min(...boxes.map((b) => b.top));
    return [left, top, Math.max(...boxes.map((b) => b.right)) - left, Math.max(...boxes.map((b) => b.bottom)) - top];";

/// Saves a picture of a part of the page alone, under that name: from the first to the last of those elements.
pub async fn cut(app: &App, name: &str, ids: &[&str]) -> Outcome {
    let all: Vec<String> = ids.iter().map(|id| selector(id)).collect();
    let stands = app.script(BOX, vec![json!(all)]).await?;
    let mut sides = stands
        .as_array()
        .into_iter()
        .flatten()
        .map(|side| side.as_f64().unwrap_or_default());
    let (Some(left), Some(top), Some(width), Some(height)) =
        (sides.next(), sides.next(), sides.next(), sides.next())
    else {
        return Err(format!("{ids:?} are not all there").into());
    };
    app.shot(name).await?;
    let path = shots().join(format!("{name}.png"));
    let whole = Picture::read(&path)?;
    let from = |side: f64| (side - EDGE).max(0.0).round() as usize;
    let long = |side: f64| (side + 2.0 * EDGE).round() as usize;
    whole
        .part(from(left), from(top), long(width), long(height))
        .write(&path, Compression::High)
}
