//! What the window's commands share: the host, the run to show first, the stream and the watchdog.

use std::{
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use switchback_api::host::{Host, HostOptions};
use switchback_api::telemetry::{self, Telemetry};
use switchback_api::wire::{
    ApiError, Lead, LookupWhere, RehearsalCommand, RehearsedRunbook, RunPage, WindowKind,
};
use switchback_model::{PhaseId, RunId, StepId};

use crate::leads::Leads;
use crate::stream::Streams;
use crate::watchdog::Watchdog;

/// What the program understands.
pub(crate) const USAGE: &str = "\
usage: switchback-console [--run ID [--step STEP | --gate PHASE]] [--home DIR] [--new-mirror]
       switchback-console --rehearse [--runbook tis-cognito|dns-switch] [--home DIR] [--fault NAME]...
       switchback-console --support [--rehearse] [--target NAME|FILE] [--pool ID]... [--home DIR] [--fault NAME]...
       switchback-console --help | --version

--run opens that run, at the page of a step or of the gate before a phase where one is named; the window copies such
a line. Where a console is open already, it comes to the front and is led there.
--new-mirror makes every run's copy anew in the folder that SWITCHBACK_MIRROR names.
--rehearse opens a rehearsal of the whole plan, tis-cognito, or of the switch of one DNS name, dns-switch.
--support opens the window that only looks people up: in the pools of a target, of single pools, or of the
targets that this home knows from its runs; with --rehearse, among the rehearsal's made-up people.";

/// What a person asks for instead of a window: the first `--help`, `-h`, `--version` or `-V` among the
/// arguments, whatever stands beside it.
pub(crate) fn asked(arguments: &[OsString]) -> Option<String> {
    arguments.iter().find_map(|argument| match argument.to_str() {
        Some("--help" | "-h") => Some(USAGE.to_owned()),
        Some("--version" | "-V") => Some(format!("switchback-console {}", env!("CARGO_PKG_VERSION"))),
        _ => None,
    })
}

/// What the console was started with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Open the window that looks people up, and no other.
    pub(crate) support: bool,
    /// Open a rehearsal run at once; with `support`, look only among the rehearsal's people.
    pub(crate) rehearse: bool,
    /// What is rehearsed; absent = the whole plan.
    pub(crate) runbook: Option<RehearsedRunbook>,
    /// The run to show first.
    pub(crate) run: Option<RunId>,
    /// The step of it whose page is shown first.
    pub(crate) step: Option<StepId>,
    /// The phase of it whose gate is shown first.
    pub(crate) gate: Option<PhaseId>,
    /// The home folder; absent = `SWITCHBACK_HOME` or the platform's.
    pub(crate) home: Option<PathBuf>,
    /// The mirror folder is a new one: the copies are made there anew.
    pub(crate) new_mirror: bool,
    /// Faults of the rehearsal world that are on from the start.
    pub(crate) faults: Vec<String>,
    /// The target to look people up in: its name or its file.
    pub(crate) target: Option<String>,
    /// The pools to look people up in.
    pub(crate) pools: Vec<String>,
}

impl Options {
    /// Reads the arguments after the program's name; the error is one sentence.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let mut value = |name: &str| rest.next().ok_or_else(|| format!("{name} needs a value"));
            match argument.to_str() {
                Some("--rehearse") => options.rehearse = true,
                Some("--support") => options.support = true,
                Some("--new-mirror") => options.new_mirror = true,
                Some("--target") => {
                    options.target = Some(value("--target")?.to_string_lossy().into_owned());
                }
                Some("--pool") => options
                    .pools
                    .push(value("--pool")?.to_string_lossy().into_owned()),
                Some("--run") => {
                    let text = value("--run")?;
                    let run = RunId::new(text.to_string_lossy()).map_err(|error| error.to_string())?;
                    options.run = Some(run);
                }
                Some("--step") => {
                    let text = value("--step")?;
                    let step = StepId::new(text.to_string_lossy()).map_err(|error| error.to_string())?;
                    options.step = Some(step);
                }
                Some("--gate") => {
                    let text = value("--gate")?;
                    let phase = PhaseId::new(text.to_string_lossy()).map_err(|error| error.to_string())?;
                    options.gate = Some(phase);
                }
                Some("--runbook") => {
                    let name = value("--runbook")?;
                    let known = RehearsedRunbook::ALL
                        .into_iter()
                        .find(|runbook| name == runbook.name());
                    let known = known.ok_or_else(|| {
                        let names = RehearsedRunbook::ALL.map(RehearsedRunbook::name).join(" or ");
                        format!("--runbook is {names}: other runbooks are opened in the window")
                    })?;
                    options.runbook = Some(known);
                }
                Some("--home") => options.home = Some(value("--home")?.into()),
                Some("--fault") => options
                    .faults
                    .push(value("--fault")?.to_string_lossy().into_owned()),
                _ => return Err(format!("unknown argument `{}`", argument.to_string_lossy())),
            }
        }
        if options.rehearse && options.run.is_some() {
            return Err("--rehearse opens a new run, --run an old one: give only one of them".to_owned());
        }
        if options.run.is_none() && (options.step.is_some() || options.gate.is_some()) {
            return Err("--step and --gate name a page of a run: give the run with --run".to_owned());
        }
        if options.step.is_some() && options.gate.is_some() {
            return Err("--step and --gate are two pages: give only one of them".to_owned());
        }
        if !options.rehearse && !options.faults.is_empty() {
            return Err("--fault goes with --rehearse".to_owned());
        }
        if options.runbook.is_some() && (!options.rehearse || options.support) {
            return Err("--runbook goes with --rehearse, in the operator's window".to_owned());
        }
        let named = options.target.is_some() || !options.pools.is_empty();
        if options.support && options.run.is_some() {
            return Err("--support drives no run: name its target with --target instead of --run".to_owned());
        }
        if !options.support && named {
            return Err("--target and --pool go with --support".to_owned());
        }
        if options.rehearse && named {
            return Err("--rehearse has its own target: leave --target and --pool out".to_owned());
        }
        Ok(options)
    }

    /// Where the window is led from the start, if the arguments name a run.
    pub(crate) fn lead(&self) -> Option<Lead> {
        let run = self.run.as_ref()?.to_string();
        let to = match (&self.step, &self.gate) {
            (Some(step), _) => RunPage::Step {
                step: step.to_string(),
            },
            (None, Some(phase)) => RunPage::Gate {
                phase: phase.to_string(),
            },
            (None, None) => RunPage::Run,
        };
        Some(Lead {
            run,
            to,
            problem: None,
        })
    }

    /// The window that is opened.
    pub(crate) fn window(&self) -> WindowKind {
        if self.support {
            WindowKind::Support
        } else {
            WindowKind::Console
        }
    }

    /// Where people are looked up from the start, if the arguments say so.
    fn place(&self) -> Option<LookupWhere> {
        if self.rehearse && self.support {
            return Some(LookupWhere::rehearsal());
        }
        (self.target.is_some() || !self.pools.is_empty()).then(|| LookupWhere {
            run: None,
            target: self.target.clone(),
            pools: self.pools.clone(),
        })
    }

    /// Whether the home is the platform's, which all instances of one person share.
    pub(crate) fn is_the_usual_home(&self) -> bool {
        self.home.is_none() && variable("SWITCHBACK_HOME").is_none()
    }

    /// What the host needs to know. The environment may say more:
    ///
    /// - `AWS_ENDPOINT_URL`: a custom endpoint, as for every AWS program; never with production.
    /// - `SWITCHBACK_MIRROR`: a folder on another disk or share that gets every event too.
    /// - `SWITCHBACK_REHEARSAL_SPEED`: world seconds per real second in a new rehearsal world.
    fn host_options(&self) -> HostOptions {
        let mut options = HostOptions::new(switchback_api::operator_name());
        options.home.clone_from(&self.home);
        options.endpoint = variable("AWS_ENDPOINT_URL");
        options.mirror = std::env::var_os("SWITCHBACK_MIRROR").map(PathBuf::from);
        options.new_mirror = self.new_mirror;
        options.only_looks = self.support;
        if let Some(speed) = variable("SWITCHBACK_REHEARSAL_SPEED").and_then(|text| text.parse().ok()) {
            options.rehearsal_scale = speed;
        }
        options
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The state behind the window's commands.
pub(crate) struct Shell {
    /// The one window of this program.
    window: WindowKind,
    /// Where people are looked up from the start.
    place: Option<LookupWhere>,
    /// The host, or why the home can't be used: the window shows that instead of a run.
    host: Result<Arc<Host>, ApiError>,
    /// The run that the window shows, or shall show first: a page that is loaded again opens it again.
    run: Mutex<Option<RunId>>,
    /// The page that was asked for at the start.
    lead: Option<Lead>,
    /// Where later starts lead the window.
    pub(crate) leads: Leads,
    /// The one stream that the window listens to.
    pub(crate) streams: Streams,
    /// Knows whether the window ever came.
    pub(crate) watchdog: Watchdog,
    /// Writes the log until the program ends.
    _telemetry: Option<Telemetry>,
}

impl Shell {
    /// Opens the home, and with `--rehearse` a rehearsal run. It never fails: the window says what
    /// went wrong.
    pub(crate) async fn open(options: Options) -> Self {
        let host = Host::start(options.host_options());
        let telemetry = host.as_ref().ok().and_then(|host| telemetry::start(&host.home));
        let mut run = options.run.clone();
        match &host {
            Ok(host) if options.support => {
                if let Err(error) = inject(host, &options.faults).await {
                    report(&error);
                }
            }
            Ok(host) if options.rehearse => match rehearse(host, &options).await {
                Ok(started) => run = started,
                // The start screen offers the rehearsal again and shows the same error there.
                Err(error) => report(&error),
            },
            Ok(_) => {}
            Err(error) => report(error),
        }
        Self {
            window: options.window(),
            place: options.place(),
            host,
            run: Mutex::new(run),
            lead: options.lead(),
            leads: Leads::default(),
            streams: Streams::default(),
            watchdog: Watchdog::default(),
            _telemetry: telemetry,
        }
    }

    /// The host, or why there is none.
    pub(crate) fn host(&self) -> Result<&Arc<Host>, ApiError> {
        self.host.as_ref().map_err(Clone::clone)
    }

    /// The one window of this program.
    pub(crate) fn window(&self) -> WindowKind {
        self.window
    }

    /// Where people are looked up from the start.
    pub(crate) fn place(&self) -> Option<&LookupWhere> {
        self.place.as_ref()
    }

    /// Whether only the rehearsal's people may be looked up: nothing real is asked by a slip.
    pub(crate) fn only_rehearsal(&self) -> bool {
        self.window == WindowKind::Support && self.place.as_ref() == Some(&LookupWhere::rehearsal())
    }

    /// The run that the window shows, or shall show first.
    pub(crate) fn run(&self) -> Option<RunId> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The page that was asked for at the start, while the window shows its run.
    pub(crate) fn lead(&self) -> Option<Lead> {
        let shown = self.run();
        let lead = self.lead.as_ref();
        lead.filter(|lead| shown.is_some_and(|run| run.as_str() == lead.run))
            .cloned()
    }

    /// The window shows this run now.
    pub(crate) fn shows(&self, run: RunId) {
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = Some(run);
    }

    /// Gives every run's lock back and ends the rehearsal world that this program serves.
    pub(crate) async fn close(&self) {
        if let Ok(host) = &self.host {
            host.release_all().await;
            host.stop_closed_world().await;
        }
    }
}

async fn rehearse(host: &Host, options: &Options) -> Result<Option<RunId>, ApiError> {
    let runbook = options.runbook.unwrap_or_default();
    let run = host.submit_rehearsal(RehearsalCommand::Start { runbook }).await?;
    inject(host, &options.faults).await?;
    Ok(run)
}

async fn inject(host: &Host, faults: &[String]) -> Result<(), ApiError> {
    for fault in faults {
        let fault = fault.clone();
        host.submit_rehearsal(RehearsalCommand::Inject { fault }).await?;
    }
    Ok(())
}

fn report(error: &ApiError) {
    eprintln!("switchback-console: {error}\n{}", error.hint);
}

#[cfg(test)]
mod tests;
