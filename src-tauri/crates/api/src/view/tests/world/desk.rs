//! What belongs to no scene of a run: the program, the rehearsal's panel, runbooks, a report. What asks
//! somebody is said here as the wire's own values.

use serde_json::{Value, json};
use switchback_journal::Verification;
use switchback_model::event::Vouched;

use super::night::{Night, OPERATOR, RUN};
use super::written::named;
use super::{courses, json as wire, plan};
use crate::closed_world::{drills, faults};
use crate::host::runbooks;
use crate::report;
use crate::wire::{
    AppInfo, RehearsalPart, RehearsalView, ReportExported, RunRow, RunStanding, SheetExported, WindowInfo,
    WindowKind,
};

const VERSION: &str = "0.1.0";

/// Where made-up files lie.
const HOME: &str = "/home/m.example";

/// The program, its run and its windows.
pub(super) fn program(night: &Night) -> Value {
    let run = RunRow {
        run: RUN.to_owned(),
        title: night.run().plan.title.clone(),
        target: night.run().plan.target.name.to_string(),
        kind: "rehearsal".to_owned(),
        opened_at: night.run().opened_at,
        standing: RunStanding::Open,
    };
    let window = |window| WindowInfo {
        window,
        version: VERSION.to_owned(),
        operator: OPERATOR.to_owned(),
    };
    json!({
        "app": wire(&AppInfo {
            version: VERSION.to_owned(),
            operator: OPERATOR.to_owned(),
            run: Some(RUN.to_owned()),
            lead: None,
            interrupted: None,
            runs: vec![run],
        }),
        "console": wire(&window(WindowKind::Console)),
        "support": wire(&window(WindowKind::Support)),
        "sheet": wire(&SheetExported {
            file: format!("{HOME}/sheets/{RUN}.sh"),
            in_mirror: false,
            seq: night.run().seq,
            text: "# BREAK-GLASS SHEET: TIS to Cognito on rehearsal (REHEARSAL)\naws sts get-caller-identity\n".to_owned(),
        }),
        "written": wire(&ReportExported {
            file: format!("{HOME}/reports/{RUN}.html"),
            to_seq: night.run().seq,
        }),
    })
}

/// The closed world with its drills and faults, none of which is on.
pub(super) fn rehearsal() -> Value {
    let part = |kind: &str, name: &str, address: &str, state: &str| RehearsalPart {
        kind: kind.to_owned(),
        name: name.to_owned(),
        address: address.to_owned(),
        state: state.to_owned(),
    };
    wire(&RehearsalView {
        endpoint: "http://127.0.0.1:4566".to_owned(),
        speed: 1,
        parts: vec![
            part(
                "aws",
                "AWS (Route 53, Cognito, Parameter Store, STS)",
                "http://127.0.0.1:4566",
                "7 record sets in example.nhs.test.",
            ),
            part("site", "Old site", "192.0.2.10", "build 7d19"),
            part("site", "New site", "198.51.100.20", "build 8f2c"),
            part(
                "name_server",
                "ns1.example.nhs.test",
                "127.0.0.1:5301",
                "name server",
            ),
            part("resolver", "office", "127.0.0.1:5311", "caching resolver"),
        ],
        drills: drills(&[]),
        faults: faults(&[]),
    })
}

/// The built-in runbooks, one in a folder with a target that can't be used, and none.
pub(super) fn of_runbooks() -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    };
    write(
        "runbook.toml",
        &plan::runbook().replacen("TIS to Cognito", "TIS to Cognito, second night", 1),
    );
    write("targets/rehearsal.toml", &plan::target(plan::REHEARSAL));
    let broken = plan::target(plan::PRODUCTION).replace("zone_id = \"Z0FAKEEXAMPLE\"\n", "");
    write("targets/prod.toml", &broken);
    let file = folder.path().join("runbook.toml");
    let seen = runbooks::view(file.to_str().expect("a path")).expect("a runbook");
    let none = runbooks::view("no-such-night").expect_err("there is none");
    // Where it lies on this computer is nobody's business.
    let elsewhere = |value: Value| -> Value {
        let text = value.to_string();
        let here = folder.path().to_str().expect("a path");
        let there = format!("{HOME}/runbooks/night-2");
        serde_json::from_str(&text.replace(here, &there)).expect("JSON")
    };
    json!({
        "built_in": wire(&runbooks::built_in()),
        "chosen": elsewhere(wire(&seen)),
        "none": wire(&none),
    })
}

/// The report of a night with a rollback.
pub(super) async fn of_run() -> Value {
    let night = courses::completed().await;
    let chain = Verification {
        to_seq: night.run().seq,
        complete: true,
        sentence: format!("complete to event {}", night.run().seq),
        vouched: Vouched::Keychain,
        reason: "this home's key".to_owned(),
        missing: None,
        contradicted: false,
        rehearsal: true,
        digest: "ab".repeat(32),
    };
    let view = report::view(night.run(), &night.events(), &chain, night.now());
    named([("now", wire(&night.now())), ("view", wire(&view))])
}
