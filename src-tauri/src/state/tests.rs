#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn parse(arguments: &[&str]) -> Result<Options, String> {
    Options::parse(arguments.iter().map(OsString::from))
}

#[test]
fn every_argument_is_understood() {
    let options = parse(&[
        "--rehearse",
        "--home",
        "/tmp/h",
        "--fault",
        "site-down",
        "--fault",
        "throttle",
    ])
    .unwrap();
    assert!(options.rehearse);
    assert_eq!(options.home, Some(PathBuf::from("/tmp/h")));
    assert_eq!(options.faults, ["site-down", "throttle"]);
    assert_eq!(
        parse(&["--run", "r-1"]).unwrap().run,
        Some(RunId::new("r-1").unwrap())
    );
    let led = |words: &[&str]| parse(words).unwrap().lead().unwrap();
    assert_eq!(led(&["--run", "r-1"]).to, RunPage::Run);
    let step = "mid.3".to_owned();
    let to_step = led(&["--run", "r-1", "--step", "mid.3"]);
    assert_eq!(
        (to_step.run.as_str(), to_step.to),
        ("r-1", RunPage::Step { step })
    );
    let phase = "mid".to_owned();
    assert_eq!(
        led(&["--gate", "mid", "--run", "r-1"]).to,
        RunPage::Gate { phase }
    );
    assert_eq!(parse(&[]).unwrap().lead(), None);
    assert_eq!(parse(&[]).unwrap(), Options::default());
    for runbook in RehearsedRunbook::ALL {
        let options = parse(&["--rehearse", "--runbook", runbook.name()]).unwrap();
        assert_eq!(options.runbook, Some(runbook));
    }
}

#[test]
fn the_support_window_is_told_where_to_look() {
    let plain = parse(&["--support"]).unwrap();
    assert_eq!((plain.window(), plain.place()), (WindowKind::Support, None));
    let named = parse(&["--support", "--target", "t.toml", "--pool", "admins"]).unwrap();
    let place = named.place().unwrap();
    assert_eq!(place.target.as_deref(), Some("t.toml"));
    assert_eq!(place.pools, ["admins"]);
    let rehearsal = parse(&["--support", "--rehearse", "--fault", "throttle:ListUsers:0"]).unwrap();
    assert_eq!(rehearsal.place(), Some(LookupWhere::rehearsal()));
    // A console's rehearsal is a run, and says nothing about look-ups.
    assert_eq!(parse(&["--rehearse"]).unwrap().place(), None);
}

#[test]
fn what_is_not_understood_is_refused() {
    for wrong in [
        &["--rehears"][..],
        &["--run"],
        &["--home"],
        &["--fault", "throttle"],
        &["--rehearse", "--run", "r-1"],
        &["--step", "mid.3"],
        &["--gate", "mid"],
        &["--run", "r-1", "--step"],
        &["--run", "r-1", "--step", "no such; step"],
        &["--run", "r-1", "--gate", "../mid"],
        &["--run", "r-1", "--step", "mid.3", "--gate", "mid"],
        &["--rehearse", "--step", "mid.3"],
        &["--support", "--step", "mid.3"],
        &["--runbook", "dns-switch"],
        &["--rehearse", "--runbook"],
        &["--rehearse", "--runbook", "my-switch"],
        &["--support", "--rehearse", "--runbook", "dns-switch"],
        &["--support", "--run", "r-1"],
        &["--target", "t.toml"],
        &["--pool", "eu-west-2_EXAMPLE1"],
        &["--support", "--rehearse", "--target", "t.toml"],
        &["--support", "--fault", "throttle"],
    ] {
        assert!(parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn help_and_version_are_no_wrong_arguments() {
    let said = |words: &[&str]| {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        asked(&words)
    };
    let version = concat!("switchback-console ", env!("CARGO_PKG_VERSION"));
    for help in ["--help", "-h"] {
        assert_eq!(said(&[help]).as_deref(), Some(USAGE));
        assert_eq!(said(&["--rehearse", help]).as_deref(), Some(USAGE));
    }
    for word in ["--version", "-V"] {
        assert_eq!(said(&[word]).as_deref(), Some(version));
    }
    assert_eq!(said(&["--rehearse"]), None);
}

#[test]
fn the_manual_page_names_every_option() {
    let page = include_str!("../../packaging/switchback-console.1").replace("\\-", "-");
    let options = USAGE
        .split(|c: char| !c.is_ascii_lowercase() && c != '-')
        .filter(|word| word.starts_with("--"));
    for option in options {
        assert!(page.contains(option), "{option}");
    }
}
