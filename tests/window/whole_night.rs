//! The whole night as its runbook has it, in the real window: every step of the three phases, an outage at each line, the
//! rule that takes that line back, forward again, and at last everything back. A film of minutes, so a campaign:
//! `cargo xtask prove --only window`. Pictures `night-NN-WHAT-WIDTH`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::accessible::looked;
use crate::album::Album;
use crate::app::{App, GONE, Outcome, SOON, with_console};
use crate::film::red;
use crate::journey::WORLD;
use crate::night::flip;
use crate::outage::shown;

const RUNBOOK: &str = include_str!("../../src-tauri/runbooks/tis-cognito/runbook.toml");
/// The widest and the narrowest window.
const BOTH: [u32; 2] = [1280, 480];
/// How long a step may take whatever it waits for: a TTL, an invalidation, a roll, and people's reading of it.
const STEP: Duration = Duration::from_secs(150);

#[tokio::test]
async fn the_whole_night_with_an_outage_at_each_line() -> Outcome {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return Ok(());
    }
    let home = tempfile::tempdir()?;
    with_console("whole-night", home.path(), &[], async |app| {
        app.see("start-rehearse").await?;
        app.click("start-rehearse", SOON).await?;
        app.see("[data-route=run]").await?;
        app.until("banner", &["REHEARSAL"], SOON).await?;
        let world = home.path().join("rehearsal");
        let start = shown(&world).await?;
        let mut night = Night::new(app);
        night.pass().await?;
        assert_eq!(
            shown(&world).await?.objects(),
            start.objects(),
            "the world ends as it began"
        );
        if night.broken.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = night.broken.into_iter().collect();
        Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
    })
    .await
}

/// The steps of a phase, in the runbook's order.
fn steps(phase: &str) -> Vec<&'static str> {
    let of = |text: &'static str| text.split('"').next().unwrap_or_default();
    let mut phases = RUNBOOK.split("\n[[phase]]\nid = \"").skip(1);
    let found = phases.find(|text| of(text) == phase);
    let steps = found
        .unwrap_or_default()
        .split("\n[[phase.step]]\nid = \"")
        .skip(1);
    steps.map(of).collect()
}

/// A night in the window, step by step, as its page offers it.
pub struct Night<'a> {
    app: &'a App,
    broken: BTreeSet<String>,
    picture: u32,
    /// Where pictures go instead, and which pages of steps are taken.
    album: Option<(Album, &'static [&'static str])>,
}

impl<'a> Night<'a> {
    /// Of the rehearsal of the whole plan that the window shows.
    pub fn new(app: &'a App) -> Self {
        Self {
            app,
            broken: BTreeSet::new(),
            picture: 0,
            album: None,
        }
    }

    /// Takes pictures for an album from now on: of the pages of steps only those.
    pub fn album(&mut self, album: Album, steps: &'static [&'static str]) {
        self.album = Some((album, steps));
    }

    /// What was taken.
    pub fn into_album(self) -> Album {
        self.album.map(|(album, _)| album).unwrap_or_default()
    }

    async fn pass(&mut self) -> Outcome {
        self.go("pre", 1).await?;
        self.steps("pre", None).await?;
        self.picture("prepared", "#/run").await?;

        self.go("mid", 3).await?;
        self.steps("mid", Some("switch-dns")).await?;
        self.leak().await?;
        self.site_down().await?;

        self.go("mid", 3).await?;
        self.steps("mid", Some("reval-invalidate")).await?;
        self.reval_down().await?;

        self.go("mid", 3).await?;
        self.roll_fails().await?;

        self.go("mid", 3).await?;
        self.steps("mid", None).await?;
        self.picture("switched", "#/live").await?;
        self.go("post", 2).await?;
        self.steps("post", None).await?;
        self.picture("finished", "#/run").await?;
        assert_eq!(red(self.app).await?, Vec::<String>::new(), "the night went well");
        self.back("all", "everything").await?;
        self.picture("as-before", "#/timeline").await
    }

    /// A leak of the freeze: named where users are looked after, within one interval.
    async fn leak(&mut self) -> Outcome {
        flip(self.app, "inject", "leak:route").await?;
        self.app.go("#/live").await?;
        self.app
            .until("[data-route=live]", &["leak", "/mfa/reset"], WORLD)
            .await?;
        self.picture("leak", "#/live").await?;
        flip(self.app, "lift", "leak").await
    }

    /// The new side fails: R3.
    async fn site_down(&mut self) -> Outcome {
        flip(self.app, "inject", "site-down").await?;
        self.app.go("#/live").await?;
        self.app.until("answer-users", &["Users affected"], WORLD).await?;
        self.picture("site-down", "#/live").await?;
        self.back("rule:R3", "r3").await?;
        flip(self.app, "lift", "site-down").await
    }

    /// Reval fails: R4, with one item that a person does.
    async fn reval_down(&mut self) -> Outcome {
        flip(self.app, "inject", "site-down:reval").await?;
        self.app.go("#/live").await?;
        self.app.until("answer-users", &["Users affected"], WORLD).await?;
        self.picture("reval-down", "#/live").await?;
        flip(self.app, "lift", "site-down:reval").await?;
        self.back("rule:R4", "r4").await?;
        // The deployment of before holds what was taken back since: a new one is taken, and the page of the stage says so.
        self.app.go("#/run/reval-snapshot").await?;
        self.again().await
    }

    /// No task of UserManagement starts, and ECS takes the roll back: R5.
    async fn roll_fails(&mut self) -> Outcome {
        self.steps("mid", Some("user-management-profiles")).await?;
        flip(self.app, "inject", "roll-fails").await?;
        self.app.go("#/run/switch-user-management").await?;
        self.ready().await?;
        self.app.lead("action-primary", "confirm-primary", WORLD).await?;
        self.glance("roll-confirm").await?;
        self.app
            .lead("confirm-primary", "[data-route=step]", WORLD)
            .await?;
        self.app
            .until("step-state", &["Taken back by ECS itself"], STEP)
            .await?;
        self.picture("roll-taken-back", "#/run/switch-user-management")
            .await?;
        self.back("rule:R5", "r5").await
    }

    /// Go for a phase, by everybody who must say it.
    pub async fn go(&mut self, phase: &str, people: usize) -> Outcome {
        self.app.go(&format!("#/gate/{phase}")).await?;
        // A press that came too soon after the page does not count: it is pressed until go can be said.
        self.app.lead("gate-check", "action-primary", WORLD).await?;
        for person in 0..people {
            let field = format!("person-{person}");
            // Who said it last stands there already.
            let named = format!("return document.querySelector('[data-testid={field}]')?.value ?? '';");
            self.app.see(&field).await?;
            if self.app.script(&named, Vec::new()).await? == "" {
                self.app.write(&field, "n.lead").await?;
            }
        }
        self.app
            .lead(
                "action-primary",
                "[data-testid=gate-state][data-kind=pass]",
                WORLD,
            )
            .await?;
        self.app.until("gate-state", &["Go"], SOON).await?;
        self.picture(&format!("go-{phase}"), &format!("#/gate/{phase}"))
            .await
    }

    /// Carries out the steps of a phase up to one, whatever was taken back before.
    pub async fn steps(&mut self, phase: &str, last: Option<&str>) -> Outcome {
        let steps = steps(phase);
        assert!(
            last.is_none_or(|last| steps.contains(&last)),
            "{last:?} is no step of {phase}: {steps:?}"
        );
        for step in steps {
            self.step(step)
                .await
                .map_err(|error| format!("step {step}: {error}"))?;
            if last == Some(step) {
                break;
            }
        }
        Ok(())
    }

    /// One step, by what its page offers.
    async fn step(&mut self, step: &str) -> Outcome {
        let app = self.app;
        app.go("#/run").await?;
        app.see("[data-route=run]").await?;
        app.go(&format!("#/run/{step}")).await?;
        // The page before shows a step too: its state is none of this one's.
        app.see("[data-route=step]").await?;
        let end = Instant::now() + STEP;
        let mut seen = false;
        loop {
            let state = app.until("step-state", &[""], SOON).await?;
            let state = state.trim();
            if ["Done", "Not chosen"].iter().any(|over| state.starts_with(over)) {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("it is {state:?} still").into());
            }
            match state {
                "Undone" | "Not applied" => self.again().await?,
                _ if app.why_not("action-primary").await?.is_empty() => {
                    if !seen {
                        seen = true;
                        self.glance(step).await?;
                    }
                    self.press(step).await?;
                }
                _ if app.why_not("offer-check").await?.is_empty() => app.click("offer-check", SOON).await?,
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// Begins the step that is shown anew.
    async fn again(&self) -> Outcome {
        if self.app.why_not("offer-reopen").await?.is_empty() {
            self.app.click("offer-reopen", SOON).await?;
        } else {
            // In trouble two ways are in sight, and this is none of them.
            let menu = "menu-offer-reopen";
            self.app.lead("action-more", menu, SOON).await?;
            self.app.click(menu, SOON).await?;
        }
        self.app.write("reason-input", "once more, it is mended").await?;
        self.app.click("reason-submit", SOON).await?;
        let begun = ["To do", "Blocked", "Waiting", "Ready", "Checking"];
        self.app.until("step-state", &begun, SOON).await.map(drop)
    }

    /// The main button, with the page that it leads to or the words that it asks for.
    async fn press(&mut self, step: &str) -> Outcome {
        let app = self.app;
        app.click("action-primary", SOON).await?;
        app.painted().await?;
        if app.why_not("confirm-primary").await? != GONE {
            self.glance(&format!("{step}-confirm")).await?;
            app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
            app.until(
                "step-state",
                &["Done", "Verifying", "Not verified", "Failed"],
                STEP,
            )
            .await?;
        } else if app.why_not("reason-submit").await? != GONE {
            self.say("done, and seen by two of us").await?;
            app.until("step-state", &["Done"], SOON).await?;
        } else {
            // A look that is taken for done; its button stays for a moment. On a busy machine a press may come too soon to
            // count: then the step offers its button still, and whoever drives it presses again until its time is over.
            if let Err(late) = app.until("step-state", &["Done"], SOON).await {
                eprintln!("{step}: {late}");
            }
        }
        Ok(())
    }

    /// What proves that something was done; of a notice also where and to how many it went.
    async fn say(&self, proof: &str) -> Outcome {
        if self.app.why_not("tell-where").await? != GONE {
            self.app
                .write("tell-where", "e-mail to all administrators")
                .await?;
            self.app.write("tell-many", "44").await?;
        }
        self.app.write("reason-input", proof).await?;
        self.app.click("reason-submit", SOON).await
    }

    async fn ready(&self) -> Outcome {
        self.app.until("step-state", &["Ready"], WORLD).await.map(drop)
    }

    /// Takes a scope back: what is lost is accepted by name, and what a person does is said.
    pub async fn back(&mut self, scope: &str, name: &str) -> Outcome {
        let app = self.app;
        app.go(&format!("#/rollback?scope={scope}")).await?;
        app.see("rollback-confirm").await?;
        app.painted().await?;
        self.picture(&format!("{name}-plan"), "").await?;
        let losses = "const all = [...document.querySelectorAll('[data-testid^=\"breach-loses-\"]')]; \
            return all.map((e) => e.dataset.testid);";
        let losses = app.script(losses, Vec::new()).await?;
        for loss in losses
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|loss| loss.as_str())
        {
            app.click(loss, SOON).await?;
        }
        if app.why_not("rollback-reason").await? != GONE {
            app.write("rollback-reason", "it can't be mended tonight").await?;
        }
        app.lead("rollback-confirm", "rollback-state", WORLD).await?;
        if self.album.is_some() {
            app.until("rollback-state", &["Running"], SOON).await?;
            self.picture(&format!("{name}-running"), "").await?;
        }
        let end = Instant::now() + STEP * 4;
        let mut turns = 0;
        loop {
            let state = app.until("rollback-state", &[""], SOON).await?;
            if state.contains("Complete") {
                break;
            }
            if Instant::now() > end {
                return Err(format!("rollback {scope} is {state:?} still").into());
            }
            if app.why_not("rollback-done").await?.is_empty() {
                if turns == 0 {
                    self.picture(&format!("{name}-your-turn"), "").await?;
                }
                turns += 1;
                app.lead("rollback-done", "reason-input", SOON).await?;
                let turn = app.text("your-turn").await?;
                self.say("done by hand, as it says").await?;
                // Its button stays for a moment after its end.
                while app.text("your-turn").await? == turn {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.picture(&format!("{name}-back"), "").await
    }

    /// A picture of the page that is shown, wide.
    async fn glance(&mut self, what: &str) -> Outcome {
        if let Some((album, steps)) = &mut self.album {
            return match steps.contains(&what) {
                true => album.take(self.app, what).await,
                false => Ok(()),
            };
        }
        self.picture += 1;
        let name = format!("night-{:03}-{what}", self.picture);
        looked(self.app, &name, &[1280], &mut self.broken).await
    }

    /// A picture of a page, or of the one that is shown, wide and narrow.
    pub async fn picture(&mut self, what: &str, page: &str) -> Outcome {
        if !page.is_empty() {
            self.app.go(page).await?;
        }
        if let Some((album, _)) = &mut self.album {
            self.app.painted().await?;
            return album.take(self.app, what).await;
        }
        self.picture += 1;
        let name = format!("night-{:03}-{what}", self.picture);
        looked(self.app, &name, &BOTH, &mut self.broken).await
    }
}
