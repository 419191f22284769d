//! `rehearse`: serve the closed world, or let the scripted operator rehearse in it.

use serde_json::json;
use switchback_api::rehearse::{Audience, Line, Outcome, Script, Stage, auto};
use switchback_api::wire::ApiError;

use crate::args::Rehearse;
use crate::exit;
use crate::host::Cx;
use crate::print::Out;
use crate::signals::{Asked, Signals};

pub async fn run(cx: &Cx<'_>, command: Rehearse) -> Result<u8, ApiError> {
    match command.auto {
        true => scripted(cx, &command).await,
        false => serve(cx, &command).await,
    }
}

async fn serve(cx: &Cx<'_>, command: &Rehearse) -> Result<u8, ApiError> {
    let host = cx.host_at(command.speed)?;
    let mut signals = Signals::listen();
    let handle = host.closed_world().await?;
    if handle.pid != std::process::id() {
        return Err(ApiError::new(
            "locked",
            format!(
                "Process {} serves the rehearsal world of this home already.",
                handle.pid
            ),
            "Use that one, or give another --home.",
            host.home.rehearsal().display().to_string(),
        ));
    }
    if command.reset {
        host.world_at_its_beginning().await?;
    }
    let servers = |list: &[switchback_rehearsal::NameServer]| {
        list.iter()
            .map(|s| json!({ "name": s.name, "address": s.addr, "port": s.addr.port() }))
            .collect::<Vec<_>>()
    };
    let document = json!({
        "endpoint": handle.endpoint,
        "home": host.home.path().display().to_string(),
        "handle": switchback_rehearsal::Handle::path(&host.home.rehearsal()).display().to_string(),
        "pid": handle.pid,
        "speed": handle.clock.scale,
        "runbook": "dns-switch",
        "target": "rehearsal",
        "account": handle.account,
        "access_key_id": switchback_rehearsal::ACCESS_KEY,
        "zone_id": handle.zone_id,
        "zone_name": handle.zone_name,
        "name_servers": servers(&handle.name_servers),
        "resolvers": servers(&handle.resolvers),
        "dial": handle.dial,
        "ca_pem": handle.ca_pem,
    });
    cx.out.answer(document, || {
        let mut text = format!(
            "AWS endpoint  {}\naccount       {}\nzone          {} ({})\nspeed         {} world seconds a second\n",
            handle.endpoint, handle.account, handle.zone_name, handle.zone_id, handle.clock.scale
        );
        for server in handle.name_servers.iter().chain(&handle.resolvers) {
            text.push_str(&format!("DNS           {} {}\n", server.addr, server.name));
        }
        for (address, stand_in) in &handle.dial {
            text.push_str(&format!("site          {stand_in} stands in for {address}\n"));
        }
        text.push_str(&format!(
            "AWS CLI       AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=rehearsal AWS_DEFAULT_REGION=eu-west-2 \\\n              \
             aws --endpoint-url {} route53 list-resource-record-sets --hosted-zone-id {}\n",
            switchback_rehearsal::ACCESS_KEY,
            handle.endpoint,
            handle.zone_id
        ));
        text.push_str("target        rehearsal (switchback run new dns-switch --target rehearsal)\n");
        text
    });
    cx.out
        .say("Serving until Ctrl-C. The world's state stays in the home.");
    signals.next().await;
    host.stop_closed_world().await;
    Ok(exit::OK)
}

/// Says each line as it comes; JSON readers get them all in the one document at the end.
struct Lines<'a> {
    out: &'a Out,
    observer: Option<std::path::PathBuf>,
    lines: Vec<Line>,
    signals: Signals,
}

#[async_trait::async_trait]
impl Audience for Lines<'_> {
    fn hear(&mut self, line: Line) {
        if !self.out.json {
            let step = line
                .step
                .as_deref()
                .map(|step| format!("{step}  "))
                .unwrap_or_default();
            self.out.data(&format!("{step}{}  {}", line.what, line.text));
        }
        self.lines.push(line);
    }

    fn ends(&self) -> Option<&'static str> {
        self.signals.asked().map(Asked::reason)
    }

    async fn until_ends(&mut self) {
        self.signals.first().await;
    }

    async fn look(&mut self, stage: Stage, endpoint: &str) -> Result<(), ApiError> {
        tracing::info!(stage = stage.word(), "rehearsal");
        let Some(program) = &self.observer else {
            return Ok(());
        };
        // A program, not a shell line; what it prints is a message, so it goes to stderr.
        let ended = tokio::process::Command::new(program)
            .arg(stage.word())
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal")
            .env("AWS_DEFAULT_REGION", "eu-west-2")
            .stdin(std::process::Stdio::null())
            .stdout(std::io::stderr())
            .status()
            .await;
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(ApiError::new(
                "failed",
                format!("The observer ended with {status} at {}.", stage.word()),
                "Look at what it printed.",
                program.display().to_string(),
            )),
            Err(error) => Err(ApiError::new(
                "usage",
                format!("The observer could not be started: {}.", error.kind()),
                "Give the path of an executable file.",
                program.display().to_string(),
            )),
        }
    }
}

/// World seconds per real second of the scripted operator, who does not need to read.
const SCRIPTED_SPEED: u32 = 20;

async fn scripted(cx: &Cx<'_>, command: &Rehearse) -> Result<u8, ApiError> {
    let speed = command
        .speed
        .or(cx.global.rehearsal_speed)
        .or(Some(SCRIPTED_SPEED));
    let host = cx.host_at(speed)?;
    let mut told = Lines {
        out: cx.out,
        observer: command.observe.clone(),
        lines: Vec::new(),
        signals: Signals::listen(),
    };
    let script = Script {
        runbook: command.runbook.as_deref(),
        fault: command.fault.as_deref(),
    };
    let outcome = auto(&host, &script, &mut told).await;
    host.stop_closed_world().await;
    let outcome = outcome?;
    let as_it_began = outcome.end_difference.is_empty();
    let document = json!({
        "run": outcome.run,
        "lines": told.lines,
        "outcome": outcome,
        "as_it_began": as_it_began,
    });
    cx.out.answer(document, || {
        let end = if as_it_began {
            "The world ends as it began."
        } else {
            "The world does not end as it began."
        };
        let far = if outcome.went_all_the_way {
            ""
        } else {
            " It did not go all the way."
        };
        let why = outcome
            .difference
            .as_deref()
            .map(|why| format!(" {}.", why.trim_end_matches('.')))
            .unwrap_or_default();
        let list = |sets: &[String]| sets.iter().map(|set| format!("  {set}\n")).collect::<String>();
        format!(
            "{}{}At the far point differ from the start:\n{}{end}{far}{why} Rollback in {} world seconds.\n{}",
            tried(&outcome),
            said(&outcome),
            list(&outcome.far_difference),
            outcome.rollback_s,
            list(&outcome.end_difference)
        )
    });
    if outcome.is_clean() {
        return Ok(exit::OK);
    }
    Err(ApiError::new(
        "failed",
        outcome
            .difference
            .unwrap_or_else(|| "The world does not end as it began.".to_owned()),
        "`switchback journal show` tells what happened.",
        format!("run {}", outcome.run),
    ))
}

/// The rules that were tried on the way, a line each.
fn tried(outcome: &Outcome) -> String {
    let rules = outcome.rules.iter();
    rules
        .map(|tried| {
            format!(
                "Rule {} after {}: {} items in {} world seconds.\n",
                tried.rule, tried.after, tried.items, tried.rollback_s
            )
        })
        .collect()
}

/// What people do on the night, counted and listed.
fn said(outcome: &Outcome) -> String {
    let (steps, total) = (
        outcome.by_hand.len(),
        outcome.by_hand.iter().map(|one| one.attested).sum::<u32>(),
    );
    if steps == 0 {
        return String::new();
    }
    let mut text = format!(
        "People carry out {steps} of the parts; the operator said {total} times that one was done:\n"
    );
    for one in &outcome.by_hand {
        let plan_ref = match one.plan_ref.as_str() {
            "" => "rule",
            item => item,
        };
        text.push_str(&format!(
            "  {plan_ref:<7} {:<24} {:<7} done {}, taken back {}\n",
            one.step, one.kind, one.attested, one.taken_back
        ));
    }
    text
}
