//! One console in a real window, with the few words that the tests speak: see, click, read, shoot.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, actions::Actions, error::CmdError};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::driver::Driver;

/// What a test returns.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// World seconds per real second: five minutes of TTL pass in fifteen seconds.
pub const SPEED: u32 = 20;

/// How long anything that a person would wait for may take.
pub const SOON: Duration = Duration::from_secs(20);

/// Two windows at a time would be slow, and would take the keyboard from each other.
pub static ONE_WINDOW: Mutex<()> = Mutex::const_new(());

/// Opens a rehearsal of the one line, which is short: most stories need no more.
pub const LINE: [&str; 3] = ["--rehearse", "--runbook", "dns-switch"];

/// Right after the window was made another size, the driver's press may come down where the element was before. What was
/// aimed at is told to the page, and a press of anything else stops here, before the page acts on it.
const AIM: &str = "const to = arguments[0];
    const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
    window.aimed?.end();
    const aimed = {beside: false, end: () => kinds.forEach((kind) => window.removeEventListener(kind, stop, true))};
    const stop = (event) => {
      if (event.target instanceof Element && event.target.closest(to) !== null) return;
      aimed.beside = true;
      event.stopImmediatePropagation();
      event.preventDefault();
    };
    kinds.forEach((kind) => window.addEventListener(kind, stop, true));
    window.aimed = aimed;";

/// Whether the press came down beside what it was aimed at. A document that came since knows of none.
const BESIDE: &str = "const aimed = window.aimed;
    aimed?.end();
    window.aimed = undefined;
    return aimed?.beside === true;";

/// What [`App::why_not`] says of what is not on the page.
pub const GONE: &str = "is not there";

/// One console in a window.
pub struct App {
    client: Client,
    driver: Driver,
}

/// Opens a console on `home`, hands it to the test, and closes it. If the test fails, a screenshot
/// and the page's text tell what was to be seen.
pub async fn with_console(
    name: &str,
    home: &Path,
    arguments: &[&str],
    test: impl AsyncFnOnce(&App) -> Outcome,
) -> Outcome {
    let _turn = ONE_WINDOW.lock().await;
    let app = App::open(home, arguments).await?;
    let result = test(&app).await;
    if let Err(error) = result {
        let mut told = format!("{name}: {error}");
        if app.shot(&format!("failed-{name}")).await.is_ok() {
            let _ = write!(told, "\nscreenshot: {}/failed-{name}.png", shots().display());
        }
        if let Ok(text) = app.page_text().await {
            let _ = write!(told, "\nthe page said:\n{text}");
        }
        app.close().await;
        return Err(told.into());
    }
    app.close().await;
    Ok(())
}

/// The folder of the screenshots.
pub fn shots() -> PathBuf {
    std::env::var_os("SWITCHBACK_SHOTS").map_or_else(|| PathBuf::from("target/shots"), PathBuf::from)
}

/// The console that was built, or the installed one that the suite `bundle` names.
fn console() -> String {
    std::env::var("SWITCHBACK_CONSOLE")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_switchback-console").to_owned())
}

impl App {
    async fn open(home: &Path, arguments: &[&str]) -> Outcome<Self> {
        let driver = Driver::start(home, SPEED)?;
        let wanted = json!({
            "webkitgtk:browserOptions": {
                "binary": console(),
                "args": arguments,
            }
        });
        let Value::Object(wanted) = wanted else {
            return Err("capabilities are an object".into());
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&driver.address())
            .await?;
        client.set_window_size(1280, 800).await?;
        Ok(Self { client, driver })
    }

    async fn close(self) {
        // A console that was killed can't be closed; its driver's end is enough.
        let _ = tokio::time::timeout(Duration::from_secs(10), self.client.close()).await;
    }

    /// The console's process.
    pub fn pid(&self) -> Outcome<u32> {
        self.driver
            .console()
            .ok_or_else(|| "the console does not run".into())
    }

    /// Waits until the element with that test id, or of that selector, is there.
    pub async fn see(&self, id: &str) -> Outcome {
        let end = Instant::now() + SOON;
        loop {
            match self.client.find(Locator::Css(&selector(id))).await {
                Ok(_) => return Ok(()),
                Err(error) if !error.is_no_such_element() => return Err(error.into()),
                Err(_) if Instant::now() > end => return Err(format!("{id} did not appear").into()),
                Err(_) => pause().await,
            }
        }
    }

    /// Takes one of the choices of a field with a list, as a person does: it opens the list first.
    pub async fn choose(&self, id: &str, value: &str) -> Outcome {
        let choice = format!("{id}-{value}");
        let end = Instant::now() + SOON;
        // The list comes with the press and lies over the field then, so the rest of the click is none of the field's.
        while self.client.find(Locator::Css(&selector(&choice))).await.is_err() {
            if Instant::now() > end {
                return Err(format!("{choice} was not offered").into());
            }
            if self.why_not(id).await?.is_empty() {
                let _led_elsewhere = self.pressed(id).await;
            }
            pause().await;
        }
        self.click(&choice, SOON).await
    }

    /// The text of the element, now; empty where there is none.
    pub async fn text(&self, id: &str) -> Outcome<String> {
        let read = "const e = document.querySelector(arguments[0]); return e === null ? '' : e.innerText;";
        let text = self.client.execute(read, vec![json!(selector(id))]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the element's text holds one of the words.
    pub async fn until(&self, id: &str, words: &[&str], within: Duration) -> Outcome<String> {
        let end = Instant::now() + within;
        loop {
            let text = self.text(id).await?;
            if words.iter().any(|word| text.contains(word)) {
                return Ok(text);
            }
            if Instant::now() > end {
                return Err(format!("{id} never said {words:?}; it said `{text}`").into());
            }
            pause().await;
        }
    }

    /// Why a button can't be clicked now; empty where it can, and then it is in view.
    pub async fn why_not(&self, id: &str) -> Outcome<String> {
        let ready = "const e = document.querySelector(arguments[0]); \
            if (e === null) return 'is not there'; \
            const b = e.matches('button,a,input') ? e : e.querySelector('button,a,input') ?? e; \
            if (b.disabled || b.getAttribute('aria-disabled') === 'true') return 'is disabled'; \
            b.scrollIntoView({block: 'center'}); return '';";
        let why = self.client.execute(ready, vec![json!(selector(id))]).await?;
        Ok(why.as_str().unwrap_or("is not readable").to_owned())
    }

    /// Clicks a button as soon as it can be clicked.
    pub async fn click(&self, id: &str, within: Duration) -> Outcome {
        let end = Instant::now() + within;
        let mut pressed = false;
        loop {
            let why = self.why_not(id).await?;
            // Where a press takes away what was pressed, a busy driver may find it gone before it has answered.
            if pressed && why == GONE {
                return Ok(());
            }
            let refused = if why.is_empty() {
                pressed = true;
                self.pressed(id).await
            } else {
                Some(why)
            };
            match refused {
                None => return Ok(()),
                Some(why) if Instant::now() > end => {
                    return Err(format!("{id} could not be clicked: {why}").into());
                }
                Some(_) => pause().await,
            }
        }
    }

    /// One press of the driver's hand; why it came to nothing.
    async fn pressed(&self, id: &str) -> Option<String> {
        if let Err(error) = self.client.execute(AIM, vec![json!(selector(id))]).await {
            return Some(error.to_string());
        }
        // The page may have been drawn anew in between: then it is tried again.
        let refused = match self.client.find(Locator::Css(&selector(id))).await {
            Ok(button) => button.click().await.err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        // Where the press led to another document, nobody can be asked, and it did come down.
        match self.client.execute(BESIDE, Vec::new()).await {
            Ok(Value::Bool(true)) => Some("the press came down beside it".to_owned()),
            _ => refused,
        }
    }

    /// Clicks a control that leads to another page, until that is there: a button that was not painted long enough takes
    /// no press.
    pub async fn lead(&self, id: &str, to: &str, within: Duration) -> Outcome {
        let end = Instant::now() + within;
        loop {
            // Not for long: what was pressed may have led on late, and is not there to be pressed once more.
            let pressed = self.click(id, Duration::from_secs(2)).await;
            let soon = Instant::now() + Duration::from_secs(2);
            while Instant::now() < soon {
                if self.client.find(Locator::Css(&selector(to))).await.is_ok() {
                    return Ok(());
                }
                pause().await;
            }
            if Instant::now() > end {
                pressed?;
                return self.see(to).await;
            }
        }
    }

    /// Has the driver carry out a sequence of a person's hand.
    pub async fn act(&self, actions: impl Into<Actions>) -> Outcome {
        Ok(self.client.perform_actions(actions).await?)
    }

    /// Lets go of every key and button.
    pub async fn release(&self) -> Outcome {
        Ok(self.client.release_actions().await?)
    }

    /// Makes the window that large.
    pub async fn size(&self, width: u32, height: u32) -> Outcome {
        self.client.set_window_size(width, height).await?;
        let there =
            format!("return Math.abs(innerWidth - {width}) < 2 && Math.abs(innerHeight - {height}) < 2;");
        self.until_true(&format!("a window of {width} by {height}"), &there, SOON)
            .await?;
        self.painted().await
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: &str) -> Outcome {
        let focused = self.client.active_element().await?;
        Ok(focused.send_keys(keys).await?)
    }

    /// Writes into a field as a person would.
    pub async fn write(&self, id: &str, text: &str) -> Outcome {
        self.see(id).await?;
        let field = self.client.find(Locator::Css(&selector(id))).await?;
        Ok(field.send_keys(text).await?)
    }

    /// Goes to a screen by its address.
    pub async fn go(&self, hash: &str) -> Outcome {
        self.script("window.location.hash = arguments[0];", vec![json!(hash)])
            .await?;
        Ok(())
    }

    /// Goes to a step's page anew. Checks that pass by the time somebody comes are folded; what was open before a person's
    /// eyes stays open.
    pub async fn come_back(&self, step: &str) -> Outcome {
        self.go("#/run").await?;
        self.see("[data-route=run]").await?;
        self.go(&format!("#/run/{step}")).await?;
        self.see("[data-route=step]").await
    }

    /// Opens the page anew with that query, and waits until the new document stands instead of the old.
    pub async fn load(&self, query: &str) -> Outcome {
        // Left only once the script has answered: to the driver, a script whose document goes is an error.
        let leave = "const to = arguments[0]; window.leaving = true; \
            setTimeout(() => { window.location.search = to; });";
        self.script(leave, vec![json!(query)]).await?;
        let arrived = "return window.leaving === undefined && window.location.search === arguments[0] \
            && document.readyState === 'complete';";
        let end = Instant::now() + SOON;
        loop {
            let said = match self.client.execute(arrived, vec![json!(query)]).await {
                Ok(Value::Bool(true)) => return Ok(()),
                // The same error again: this very question was asked of a document that went.
                Err(CmdError::Standard(error)) => error.to_string(),
                Err(error) => return Err(error.into()),
                Ok(_) => "the old page stands".to_owned(),
            };
            if Instant::now() > end {
                return Err(format!("{query} was not loaded: {said}").into());
            }
            pause().await;
        }
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script in the page that answers through its last argument.
    pub async fn script_async(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    /// Waits until a script answers true.
    pub async fn until_true(&self, what: &str, script: &str, within: Duration) -> Outcome {
        let end = Instant::now() + within;
        while self.client.execute(script, Vec::new()).await? != json!(true) {
            if Instant::now() > end {
                return Err(format!("{what} did not come true").into());
            }
            pause().await;
        }
        Ok(())
    }

    /// Waits until what the page says now has been painted.
    pub async fn painted(&self) -> Outcome {
        let painted = "const done = arguments[arguments.length - 1]; \
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));";
        self.client.execute_async(painted, Vec::new()).await?;
        Ok(())
    }

    /// Saves a screenshot under that name, once what the page says now has been painted.
    pub async fn shot(&self, name: &str) -> Outcome {
        self.painted().await?;
        let picture = tokio::time::timeout(SOON, self.client.screenshot())
            .await
            .map_err(|_| "the screenshot hangs: is a WEBKIT_DISABLE_… variable set?")??;
        fs::create_dir_all(shots())?;
        fs::write(shots().join(format!("{name}.png")), picture)?;
        Ok(())
    }

    /// All text of the page.
    pub async fn page_text(&self) -> Outcome<String> {
        let text = self
            .client
            .execute("return document.body.innerText;", Vec::new())
            .await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }
}

/// A test id names an element; anything with a sign of CSS in it is a selector already.
pub fn selector(id: &str) -> String {
    if id.contains(['[', '.', '#', ' ']) {
        id.to_owned()
    } else {
        format!("[data-testid=\"{id}\"]")
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
