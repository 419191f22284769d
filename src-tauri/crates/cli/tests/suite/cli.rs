//! The command line as a script sees it: the real binary, exit codes, JSON.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::shared::{Did, Served, program, until};

/// World seconds per real second: 300 s of TTL pass in 5 s.
const SPEED: &str = "60";

/// A home of its own, and the commands that work in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self) -> Command {
        let mut command = program(self.path());
        command.env("SWITCHBACK_REHEARSAL_SPEED", SPEED);
        command
    }

    /// A world that this home's runs find.
    fn serve(&self) -> Served {
        let world = Served::by(self.command());
        assert_eq!(world.document["target"], "rehearsal");
        let endpoint = world.document["endpoint"].as_str().unwrap();
        assert!(endpoint.starts_with("http://127.0.0.1:"));
        assert_eq!(world.document["resolvers"].as_array().unwrap().len(), 2);
        world
    }

    fn run(&self, args: &[&str]) -> Did {
        Did::of(self.command().args(args).output().unwrap())
    }

    fn json(&self, args: &[&str]) -> Did {
        self.run(&[args, &["--json"]].concat())
    }

    fn spawn(&self, args: &[&str]) -> Child {
        self.command()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn new_run(&self, args: &[&str]) -> String {
        let id = self
            .run(&[&["run", "new", "dns-switch"], args].concat())
            .code(0)
            .out;
        id.trim().to_owned()
    }

    fn step<'a>(shown: &'a Value, id: &str) -> &'a Value {
        shown["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == id)
            .unwrap()
    }
}

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    let home = Home::new();
    home.run(&["--help"]).code(0);
    assert!(home.run(&["--version"]).code(0).out.starts_with("switchback "));
    home.run(&["run"]).code(2);
    home.run(&["rollback", "x", "--all", "--rule", "R3"]).code(2);
    home.run(&["journal", "import", "x", "--reason", "why"]).code(2);
    let error = home.json(&["run", "new"]).code(2).error();
    assert_eq!(error["code"], "usage");
    assert!(error["message"].as_str().unwrap().contains("--target"));
    assert_eq!(
        home.json(&["run", "show", "not an id"]).code(2).error()["code"],
        "usage"
    );
    assert_eq!(
        home.json(&["run", "show", "no-such-run"]).code(1).error()["code"],
        "not_found"
    );
    assert!(
        home.run(&["completions", "bash"])
            .code(0)
            .out
            .contains("_switchback")
    );
}

#[test]
fn a_broken_runbook_is_told_with_its_place_and_its_fix() {
    let home = Home::new();
    let file = home.path().join("runbook.toml");
    std::fs::write(&file, "id = \"broken\"\ntitle = \n").unwrap();
    let name = file.display().to_string();
    let did = home.json(&["runbook", "check", &name]).code(3);
    let first = did.json()["errors"][0].clone();
    assert_eq!(first["file"], name.as_str());
    assert_eq!(first["line"], 2);
    assert!(first["column"].is_u64() && first["fix"].is_string() && first["code"].is_string());
    assert_eq!(did.error()["code"], "bad_input");
    home.json(&["run", "new", &name, "--target", "rehearsal"]).code(3);
    home.json(&["plan", &name, "--target", "rehearsal"]).code(3);
    let good = home
        .json(&["runbook", "check", "dns-switch", "--target", "rehearsal"])
        .code(0)
        .json();
    assert_eq!(good["errors"].as_array().unwrap().len(), 0);
    let schema: Value = serde_json::from_str(&home.run(&["runbook", "schema"]).code(0).out).unwrap();
    assert!(schema["properties"]["phase"].is_object());
}

#[test]
fn a_plan_has_the_shape_that_checks_rely_on() {
    let home = Home::new();
    let plan = home
        .json(&["plan", "dns-switch", "--target", "rehearsal"])
        .code(0)
        .json();
    // In words it names as much: every check of a step with its time, and every decision.
    let words = home
        .run(&["plan", "dns-switch", "--target", "rehearsal"])
        .code(0)
        .out;
    let has_row = |cells: [&Value; 3]| {
        let row = cells.map(|cell| cell.as_str().unwrap()).join(" ");
        let rows = words
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(
            rows.into_iter().any(|line| line.starts_with(&row)),
            "{row}\n{words}"
        );
    };
    assert_eq!(plan["runbook"], "dns-switch");
    assert_eq!(plan["target"], "rehearsal");
    assert_eq!(plan["digest"].as_str().unwrap().len(), 64);
    let steps: Vec<&Value> = plan["phases"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|phase| phase["steps"].as_array().unwrap())
        .collect();
    assert!(!steps.is_empty());
    for step in steps {
        for text in ["id", "title", "plan_ref", "kind", "reversibility"] {
            assert!(step[text].is_string(), "{text} of {step}");
        }
        for list in ["needs", "after", "decisions", "checks", "actions"] {
            assert!(step[list].is_array(), "{list} of {step}");
        }
        assert!(step["automated"].is_boolean());
        let of_undo = step["undo"]["checks"].as_array().unwrap();
        for check in step["checks"].as_array().unwrap().iter().chain(of_undo) {
            has_row([&step["id"], &check["when"], &check["id"]]);
        }
        assert!(
            ["undo", "manual", "correct", "none needed", "point of no return"]
                .contains(&step["reversibility"].as_str().unwrap())
        );
        assert_eq!(step["actions"][0]["service"], "route53");
    }
    assert_eq!(plan["rules"][0]["plan_ref"], "rollback.3");
    assert!(plan["rules"][0]["undo"].is_array() && plan["rules"][0]["keep"].is_array());
    let decision = &plan["decisions"][0];
    has_row([&decision["id"], &decision["question"], &decision["decided"]]);
    // The same files give the same plan.
    assert_eq!(
        home.json(&["plan", "dns-switch", "--target", "rehearsal"]).json()["digest"],
        plan["digest"]
    );
}

#[test]
fn a_plan_prints_the_least_policy_of_either_part() {
    let home = Home::new();
    let document = |runbook: &str, part: &str| -> Value {
        let args = ["plan", runbook, "--target", "rehearsal", "--iam", part];
        serde_json::from_str(&home.run(&args).code(0).out).unwrap()
    };
    let actions = |document: &Value| -> Vec<String> {
        let statements = document["Statement"].as_array().unwrap().iter();
        let mut all: Vec<String> = statements
            .flat_map(|one| one["Action"].as_array().unwrap().clone())
            .map(|action| action.as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    };
    let switch = document("dns-switch", "operator");
    assert_eq!(switch["Version"], "2012-10-17");
    let switch = actions(&switch);
    assert!(switch.contains(&"route53:ChangeResourceRecordSets".to_owned()));
    assert!(
        switch.iter().all(|action| action.starts_with("route53:")),
        "{switch:?}"
    );
    // A plan with checks of a pool needs more, and still nobody is looked up by who drives it.
    let whole = actions(&document("tis-cognito", "operator"));
    assert!(
        whole.contains(&"cognito-idp:DescribeUserPool".to_owned()),
        "{whole:?}"
    );
    assert!(!whole.contains(&"cognito-idp:ListUsers".to_owned()), "{whole:?}");
    let support = actions(&document("tis-cognito", "support"));
    let reads = [
        "cognito-idp:AdminGetUser",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUsers",
    ];
    assert_eq!(support, reads);
    // The same document where a script asks for JSON.
    let args = ["plan", "dns-switch", "--target", "rehearsal", "--iam", "operator"];
    let same: Value = serde_json::from_str(&home.json(&args).code(0).out).unwrap();
    assert_eq!(actions(&same), switch);
    let args = ["plan", "dns-switch", "--target", "rehearsal", "--iam", "support"];
    let refused = home.json(&args).code(1).error();
    assert!(
        refused["message"].as_str().unwrap().contains("no user pools"),
        "{refused}"
    );
    home.run(&[
        "plan",
        "dns-switch",
        "--target",
        "rehearsal",
        "--iam",
        "everybody",
    ])
    .code(2);
}

#[test]
fn a_run_goes_forward_and_back_by_commands() {
    let home = Home::new();
    let world = home.serve();
    let run = home.new_run(&["--target", "rehearsal"]);
    let run = run.as_str();
    assert_eq!(home.json(&["run", "list"]).code(0).json()["runs"][0]["run"], run);

    let checked = home.json(&["step", "check", run, "lower-ttl"]).code(0).json();
    assert_eq!(checked["ready"], true);
    let preview = home.json(&["step", "preview", run, "lower-ttl"]).code(0).json();
    let digest = preview["digest"].as_str().unwrap().to_owned();
    assert_eq!(preview["calls"][0]["operation"], "ChangeResourceRecordSets");
    assert!(
        preview["changes"][0]["after"][0]
            .as_str()
            .unwrap()
            .contains("TTL 60 s")
    );
    assert!(
        preview["undo"]["changes"][0]["after"][0]
            .as_str()
            .unwrap()
            .contains("TTL 300 s")
    );

    // Nothing is applied without the target's name, a preview and the right digest.
    let apply = ["step", "apply", run, "lower-ttl"];
    let with = |more: &[&str]| home.json(&[&apply, more].concat());
    assert_eq!(with(&["--preview", &digest]).code(5).error()["code"], "guard");
    assert_eq!(
        with(&["--preview", &digest, "--confirm", "production"])
            .code(5)
            .error()["code"],
        "guard"
    );
    assert_eq!(
        with(&["--confirm", "rehearsal", "--no-input"]).code(2).error()["code"],
        "usage"
    );
    let other = "0".repeat(64);
    assert_eq!(
        with(&["--confirm", "rehearsal", "--preview", &other])
            .code(5)
            .error()["code"],
        "stale_screen"
    );
    let shown = home.json(&["run", "show", run]).code(0).json();
    assert_eq!(
        Home::step(&shown, "lower-ttl")["attempts"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    // A way back that nothing needs yet is not a failure.
    let rule = &shown["rollback"][0];
    assert_eq!(
        (&rule["ready"], &rule["something_to_undo"]),
        (&json!(false), &json!(false))
    );
    let words = home.run(&["run", "show", run]).code(0).out;
    assert!(words.contains("○ not needed") && !words.contains('✗'), "{words}");

    let done = with(&["--confirm", "rehearsal", "--preview", &digest])
        .code(0)
        .json();
    assert_eq!(done["state"], "done");
    assert_eq!(done["attempts"][0]["id"], "lower-ttl/1/apply/1");

    // The longer TTL must have run out first.
    let waiting = home.json(&["step", "check", run, "switch"]).code(3);
    let wait = waiting.json()["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["id"] == "ttl-wait")
        .unwrap()
        .clone();
    assert_eq!(wait["tone"], "waiting");
    until("the longer TTL has run out", || {
        let did = home.json(&["step", "check", run, "switch"]);
        (did.code == 0).then_some(())
    });
    let preview = home.json(&["step", "preview", run, "switch"]).code(0).json();
    let digest = preview["digest"].as_str().unwrap();
    let args = [
        "step",
        "apply",
        run,
        "switch",
        "--confirm",
        "rehearsal",
        "--preview",
        digest,
    ];
    assert_eq!(home.json(&args).code(0).json()["state"], "done");

    let sheet = home.path().join("sheet.sh");
    home.run(&["run", "sheet", run, "--out", sheet.to_str().unwrap()])
        .code(0);
    let sheet = std::fs::read_to_string(sheet).unwrap();
    assert!(sheet.contains("aws route53 change-resource-record-sets --cli-input-json"));
    assert!(sheet.contains("192.0.2.10") && sheet.contains("aws sts get-caller-identity"));

    let shown = home.json(&["run", "show", run]).code(0).json();
    assert_eq!(shown["state"], "open");
    assert!(shown["driver"].is_null());
    let rule = &shown["rollback"][0];
    assert_eq!(rule["rule"], "R3");
    assert_eq!(rule["ready"], true, "{rule}");
    assert_eq!(rule["something_to_undo"], true, "{rule}");
    assert_eq!(rule["order"][0], "switch");
    for monitor in shown["monitors"].as_array().unwrap() {
        assert!(
            monitor["value"].is_string() && monitor["age_s"].is_u64(),
            "{monitor}"
        );
    }

    // The way back: shown, refused with a wrong name or digest, then gone.
    let plan = home.json(&["rollback", run, "--rule", "R3"]).code(0).json();
    assert_eq!(plan["items"][0]["step"], "switch");
    assert_eq!(plan["items"][0]["kind"], "undo");
    assert!(plan["items"][0]["preconditions"].is_array() && plan["breaches"].is_array());
    home.json(&["rollback", run, "--rule", "R3", "--confirm", "production"])
        .code(5);
    home.json(&[
        "rollback",
        run,
        "--rule",
        "R3",
        "--confirm",
        "rehearsal",
        "--plan",
        &other,
    ])
    .code(5);
    let digest = plan["digest"].as_str().unwrap();
    let back = home
        .json(&[
            "rollback",
            run,
            "--rule",
            "R3",
            "--confirm",
            "rehearsal",
            "--plan",
            digest,
        ])
        .code(7)
        .json();
    assert_eq!(back["state"], "completed");
    home.json(&["rollback", run, "--all", "--confirm", "rehearsal"])
        .code(7);
    let shown = home.json(&["run", "show", run]).code(0).json();
    assert_eq!(Home::step(&shown, "lower-ttl")["state"], "undone");
    assert_eq!(Home::step(&shown, "switch")["state"], "undone");

    // The journal verifies here and as a file, and a change in the file is found.
    home.json(&["journal", "verify", run]).code(0);
    let file = home.path().join("run.jsonl");
    let name = file.to_str().unwrap();
    home.json(&["journal", "export", run, "--out", name]).code(0);
    assert_eq!(
        home.json(&["journal", "verify", name]).code(0).json()["valid"],
        true
    );
    let lines = std::fs::read_to_string(&file).unwrap();
    let changed = home.path().join("changed.jsonl");
    std::fs::write(&changed, lines.replace("198.51.100.20", "198.51.100.21")).unwrap();
    home.json(&["journal", "verify", changed.to_str().unwrap()])
        .code(3);
    let events = home.json(&["journal", "show", run]).code(0).json();
    assert_eq!(
        events["events"].as_array().unwrap().len() as u64,
        events["head"].as_u64().unwrap()
    );
    let watched = home.run(&["watch", run, "--json", "--count", "1"]).code(0);
    assert_eq!(watched.json()["run"], run);

    // Another workstation goes on from the file.
    let second = Home::new();
    let imported = second
        .json(&["journal", "import", name, "--takeover", "--reason", "laptop lost"])
        .code(0)
        .json();
    assert_eq!(imported["run"], run);
    drop(world);
}

#[test]
fn one_driver_at_a_time_and_an_honest_stop() {
    let home = Home::new();
    let world = home.serve();
    let run = home.new_run(&["--target", "rehearsal"]);
    let run = run.as_str();
    let preview = home.json(&["step", "preview", run, "lower-ttl"]).code(0).json();
    // The change takes 10 s of real time to be everywhere: the lease is held as long.
    world.inject("insync-slow:600");
    let digest = preview["digest"].as_str().unwrap();
    let driver = home.spawn(&[
        "step",
        "apply",
        run,
        "lower-ttl",
        "--confirm",
        "rehearsal",
        "--preview",
        digest,
        "--json",
    ]);
    until("the call is answered", || {
        let shown = home.json(&["run", "show", run, "--offline"]).json();
        (Home::step(&shown, "lower-ttl")["state"] == "verifying").then_some(())
    });
    let refused = home.json(&["run", "hold", run, "--reason", "me too"]).code(8);
    assert_eq!(refused.error()["code"], "locked");
    // Looking is never refused.
    home.json(&["run", "show", run]).code(0);
    home.json(&["step", "preview", run, "lower-ttl"]).code(0);
    home.json(&["rollback", run, "--all"]).code(0);
    #[cfg(unix)]
    {
        let pid = driver.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
    }
    let did = Did::of(driver.wait_with_output().unwrap()).code(0);
    assert_eq!(did.json()["state"], "done");
    #[cfg(unix)]
    {
        let shown = home.json(&["run", "show", run, "--offline"]).code(0).json();
        assert_eq!(shown["state"], "stopped");
        home.json(&["run", "resume", run, "--reason", "go on"]).code(0);
    }
    home.json(&["run", "hold", run, "--reason", "a pause"]).code(0);
    let decisions = home.json(&["decide", run, "--list"]).code(0).json();
    assert_eq!(decisions["decisions"][0]["id"], "rollback-after");
    home.json(&["decide", run, "rollback-after", "soon", "--reason", "x"])
        .code(2);
    let decided = home
        .json(&[
            "decide",
            run,
            "rollback-after",
            "20",
            "--reason",
            "agreed",
            "--by",
            "lead",
        ])
        .code(0);
    assert_eq!(decided.json()["decisions"][0]["value"], "20");
}

#[test]
fn a_target_without_endpoint_or_answer_says_how_to_mend_it() {
    let home = Home::new();
    let guard = home
        .json(&["run", "new", "dns-switch", "--target", "test"])
        .code(5)
        .error();
    assert!(guard["hint"].as_str().unwrap().contains("--aws-endpoint"));
    // A port that was free a moment ago: nobody answers.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let run = home.new_run(&["--target", "test", "--aws-endpoint", &endpoint]);
    // Another endpoint than the run was opened with is refused.
    home.json(&["step", "check", &run, "lower-ttl"]).code(5);
    let did = home.json(&["step", "check", &run, "lower-ttl", "--aws-endpoint", &endpoint]);
    assert!([4, 6].contains(&did.code), "{} {}", did.out, did.err);
    assert!(!did.error()["hint"].as_str().unwrap().is_empty());
    let shown = home
        .json(&["run", "show", &run, "--aws-endpoint", &endpoint])
        .code(0)
        .json();
    assert_eq!(shown["test_endpoint"], true);
    assert_eq!(shown["rollback"][0]["ready"], false);
}
