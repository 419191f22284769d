//! `apigateway.authorizer`, `.snapshot`, `.stage` and `.flush`, and `cloudfront.invalidate`, there and back by our binary
//! on other people's emulators, read by boto3. Where an emulator is not as AWS, its lie is named with the document that
//! decides.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::sandbox::{Emulator, Sandbox, venv};

const RUNBOOK: &str = include_str!("gateway.toml");
const BY_THE_BOOK_PY: &str = include_str!("by_the_book.py");

/// A run of these steps of the runbook on what was made.
fn opened(place: &Sandbox, made: &Value, steps: &[&str]) -> String {
    let target = place.target_of_caller(made);
    let values = ["api", "authorizer", "old_pool", "new_pool", "distribution"]
        .map(|name| format!("{name} = {}\n", made[name]))
        .concat();
    let text = std::fs::read_to_string(&target).unwrap();
    std::fs::write(&target, format!("{text}\n[values]\n{values}")).unwrap();
    let runbook = place.path("gateway.toml");
    let mut parts = RUNBOOK.split("\n[[phase.step]]\n");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let is_of = |step: &&str| part.starts_with(&format!("id = \"{step}\"\n"));
        if steps.iter().any(is_of) {
            text += "\n[[phase.step]]\n";
            text += part;
        }
    }
    std::fs::write(&runbook, text).unwrap();
    let runbook = runbook.display().to_string();
    let opened = place.switchback(0, &["run", "new", &runbook, "--target", &target]);
    opened["run"].as_str().unwrap().to_owned()
}

/// A run of its own, beside others of this emulator, in which this step does not come to its end. What its attempt came
/// to, and how it stands.
fn ends_open(venv: &Path, at: &Sandbox, made: &Value, step: &str) -> (Sandbox, String, Value) {
    let mut place = Sandbox::new(venv);
    place.answers_at(at.endpoint());
    // What publishes a change comes after it.
    let publishes = step != "authorizer";
    let steps: &[&str] = match publishes {
        true => &["snapshot", "stage", step],
        false => &[step],
    };
    let run = opened(&place, made, steps);
    if publishes {
        place.switchback(0, &["step", "skip", &run, "stage", "--reason", "not here"]);
    }
    let digest = place.preview(&run, step);
    let words = [
        "step",
        "apply",
        &run,
        step,
        "--confirm",
        "test",
        "--preview",
        &digest,
        "--timeout",
        "1",
    ];
    let did = place.attempt(&words);
    // Not known when the time to wait was over.
    assert_eq!(did.status.code(), Some(4), "{step}: {did:?}");
    let shown = place.switchback(0, &["run", "show", &run]);
    let steps = shown["steps"].as_array().unwrap();
    let stands = steps.iter().find(|one| one["id"] == step).unwrap().clone();
    let attempts = stands["attempts"].as_array().unwrap().len();
    // A flush shows nowhere: it is made again by itself.
    assert!(attempts == 1 || step == "flush", "{stands:#}");
    (place, run, stands)
}

/// What a failure leaves open is watched; of a flush that may have been carried out nothing can be seen, and it is made
/// again.
#[track_caller]
fn is_open(step: &str, stands: &Value) {
    let again = step == "flush" && stands["state"] == "applying";
    assert!(again || stands["state"] == "in_doubt", "{stands:#}");
}

#[track_caller]
fn done(place: &Sandbox, run: &str, step: &str) {
    let digest = place.preview(run, step);
    let did = place.apply(0, run, step, &digest);
    assert_eq!(did["state"], "done", "{did:#}");
}

/// The deployments that carry a token of ours.
fn ours(dump: &Value) -> Vec<&str> {
    let all = dump["deployments"].as_object().unwrap();
    let ours = all
        .iter()
        .filter(|(_, said)| said.as_str().unwrap().starts_with("switchback "));
    ours.map(|(id, _)| id.as_str()).collect()
}

/// Stands before the emulator; ends with the test.
struct ByTheBook(Child);

impl ByTheBook {
    fn before(place: &mut Sandbox) -> Self {
        let script = place.path("by_the_book.py");
        std::fs::write(&script, BY_THE_BOOK_PY).unwrap();
        let child = place
            .python()
            .arg(&script)
            .arg(place.endpoint())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut stands = Self(child.unwrap());
        let mut endpoint = String::new();
        let said = stands.0.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut endpoint).unwrap();
        place.answers_at(endpoint.trim());
        stands
    }
}

impl Drop for ByTheBook {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// ministack's gateway verifies tokens of user pools: their signature, their time and whether their pool is one of the
/// authoriser's. So our patch of the pools is proven by what a token of each gets, once the patch is carried out as the
/// API reference says.
#[test]
fn ministack_lets_tokens_of_both_pools_in_and_then_of_one() {
    let Some(venv) = venv("ministack moves an API") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    let _by_the_book = ByTheBook::before(&mut place);
    let made = place.gateway(&["create"]);
    let run = opened(&place, &made, &["authorizer", "snapshot", "stage", "invalidate"]);
    let start = place.gateway(&["ask"]);
    assert_eq!(start["tokens"], json!({"none": 401, "old": 200, "new": 401}));

    done(&place, &run, "authorizer");
    let pools = json!([made["old_pool"], made["new_pool"]]);
    // Somebody's unfinished work comes meanwhile.
    let accepts = place.gateway(&["add"]);
    assert_eq!(accepts["pools"], pools);
    assert_eq!(accepts["authorizer"], start["authorizer"], "nothing else of it");
    assert_eq!(accepts["stage"], start["stage"]);
    // A change of an API is met once it is deployed (API Gateway developer guide, "Deploy REST APIs in API Gateway");
    // ministack's gateway asks the authoriser as it is now.
    let both = json!({"none": 401, "old": 200, "new": 200});
    assert_eq!(accepts["tokens"], both);

    done(&place, &run, "snapshot");
    // `authorizationType` tells what a method asks for (API reference, MethodSnapshot); ministack leaves it out. The method
    // asks user pools, and must not be called open.
    let preview = place.switchback(0, &["step", "preview", &run, "stage"]);
    let caution = preview["changes"][0]["caution"].as_str().unwrap();
    assert!(
        caution.contains("POST /userinfo comes: it asks for what AWS does not say."),
        "{caution}"
    );
    place.apply(0, &run, "stage", preview["digest"].as_str().unwrap());
    done(&place, &run, "invalidate");
    let far = place.gateway(&["ask"]);
    assert_eq!(ours(&far), [far["stage"].as_str().unwrap()]);
    assert_ne!(far["stage"], start["stage"]);
    assert_eq!(far["tokens"], both);
    // It begins as `InProgress` (CloudFront API reference, CreateInvalidation); ministack has it completed at once.
    let invalidation = &far["invalidations"][0];
    assert_eq!(invalidation[0], "Completed");
    assert_eq!(invalidation[1], json!(["/*", "/index.html"]));

    let back = place.switchback(
        7,
        &["rollback", &run, "--all", "--confirm", "test", "--timeout", "60"],
    );
    assert_eq!(back["state"], "completed", "{back:#}");
    let end = place.gateway(&["ask"]);
    for what in ["tokens", "pools", "authorizer", "stage", "enabled"] {
        assert_eq!(end[what], start[what], "{what}");
    }
    // What was made stays, on no stage; the copies of the way there are dropped, too.
    assert_eq!(end["deployments"], far["deployments"]);
    let references: Vec<&Value> = end["invalidations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one[2])
        .collect();
    assert_eq!(references.len(), 2, "{end:#}");
    assert_ne!(references[0], references[1], "each has its own");
    place.switchback(0, &["journal", "verify", "--allow-unproven", &run]);
    println!(
        "ministack, by the book: tokens {} there {} back {}; 1 deployment, 2 invalidations",
        start["tokens"], far["tokens"], end["tokens"]
    );
}

/// What ministack gets wrong is not taken for done.
#[test]
fn ministack_puts_a_pool_in_the_place_of_the_list() {
    let Some(venv) = venv("ministack puts a pool") else {
        return;
    };
    let mut emulated = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut emulated, "ministack");
    let made = emulated.gateway(&["create"]);
    // 202 (API Gateway API reference, FlushStageAuthorizersCache); ministack knows no such path. That AWS says 404 of a
    // stage that is there explains nothing: it is watched until nothing can still land.
    let (_, _, stands) = ends_open(&venv, &emulated, &made, "flush");
    is_open("flush", &stands);
    println!("ministack, flush: {}", stands["attempts"][0]["problem"]);

    // `add` puts one ARN to the list of pools (API reference, "Patch operations", Authorizer); ministack has it in the
    // place of the list, a text, and its gateway has no pool then.
    let (place, run, stands) = ends_open(&venv, &emulated, &made, "authorizer");
    assert_eq!(stands["state"], "verifying", "{stands:#}");
    let lost = place.gateway(&["ask"]);
    assert_eq!(lost["tokens"], json!({"none": 500, "old": 500, "new": 500}));
    // boto3 makes letters of it.
    assert_eq!(lost["pools"][0], "a");
    // Nor is the way back gone blindly.
    let back = place.attempt(&["rollback", &run, "--all", "--confirm", "test", "--timeout", "60"]);
    assert_eq!(back.status.code(), Some(3), "{back:?}");
    let said = String::from_utf8(back.stderr).unwrap();
    assert!(
        said.contains("The answer of AWS holds no list of pools"),
        "{said}"
    );
    println!("ministack, a pool of an authoriser: {said}");
}

#[test]
fn moto_points_a_stage_there_and_back() {
    let Some(venv) = venv("moto points a stage") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    let made = place.gateway(&["create"]);
    let run = opened(&place, &made, &["snapshot", "stage"]);
    let start = place.gateway(&["dump"]);
    done(&place, &run, "snapshot");
    // `apiSummary` tells the methods where it is asked for (API reference, GetDeployment); moto has none, and we say so.
    let preview = place.switchback(0, &["step", "preview", &run, "stage"]);
    let said = preview.to_string();
    assert!(
        said.contains("AWS does not say which methods the two have"),
        "{preview:#}"
    );
    place.apply(0, &run, "stage", preview["digest"].as_str().unwrap());
    let far = place.gateway(&["dump"]);
    assert_eq!(ours(&far), [far["stage"].as_str().unwrap()]);
    let back = place.switchback(
        7,
        &["rollback", &run, "--all", "--confirm", "test", "--timeout", "60"],
    );
    assert_eq!(back["state"], "completed", "{back:#}");
    let end = place.gateway(&["dump"]);
    assert_eq!(end["stage"], start["stage"]);
    assert_eq!(end["deployments"], far["deployments"]);
    place.switchback(0, &["journal", "verify", "--allow-unproven", &run]);

    // moto has no patch of the pools and fails (API reference, "Patch operations", Authorizer: add and remove), and no
    // path for a flush (as above). A failure of AWS may come after the change.
    for step in ["authorizer", "flush"] {
        let (_, _, stands) = ends_open(&venv, &place, &made, step);
        is_open(step, &stands);
        println!("moto, {step}: {}", stands["attempts"][0]["problem"]);
    }
    // `Completed` says that it is (CloudFront API reference, Invalidation); moto says `COMPLETED`, for which boto3 would
    // wait for ever, too.
    let (place, _, stands) = ends_open(&venv, &place, &made, "invalidate");
    assert_eq!(stands["state"], "verifying", "{stands:#}");
    let sent = place.gateway(&["dump"]);
    assert_eq!(sent["invalidations"].as_array().unwrap().len(), 1, "sent once");
    assert_eq!(sent["invalidations"][0][0], "COMPLETED");
    assert_eq!(sent["pools"], start["pools"]);
    println!(
        "moto: a stage there and back; invalidation {}",
        sent["invalidations"][0]
    );
}
