//! What AWS says it refused, through the real command line: something on the way repeats the POST, a refusal
//! comes after a commit, an answer is cut; an apply without a change; a rollback that was cut short; a digest
//! from elsewhere.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use switchback_rehearsal::{Handle, Outcome};
use tempfile::TempDir;

use crate::shared::{Did, Served, program, until};

/// World seconds per real second: the 18 s in which a request may land pass in 0.3 s.
const SPEED: &str = "60";

struct World {
    home: TempDir,
    served: Served,
}

impl World {
    fn serve() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut serving = program(home.path());
        serving.env("SWITCHBACK_REHEARSAL_SPEED", SPEED);
        let served = Served::by(serving);
        Self { home, served }
    }

    /// The same with something in between: what the program finds as AWS is this.
    fn behind(&self, between: &Between) {
        let file = std::path::PathBuf::from(self.served.document["handle"].as_str().unwrap());
        let mut handle: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        handle["aws_port"] = between.at.port().into();
        handle["endpoint"] = format!("http://{}", between.at).into();
        std::fs::write(&file, serde_json::to_vec(&handle).unwrap()).unwrap();
        assert_eq!(
            Handle::read(file.parent().unwrap()).unwrap().aws_addr(),
            between.at
        );
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = program(self.home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", SPEED)
            .args(words)
            .arg("--json");
        command
    }

    fn say(&self, words: &[&str]) -> Did {
        Did::of(self.command(words).output().unwrap())
    }

    fn new_run(&self) -> String {
        let did = self.say(&["run", "new", "dns-switch", "--target", "rehearsal"]);
        did.code(0).json()["run"].as_str().unwrap().to_owned()
    }

    fn preview(&self, run: &str, step: &str) -> String {
        until("the step is ready", || {
            (self.say(&["step", "check", run, step]).code == 0).then_some(())
        });
        let preview = self.say(&["step", "preview", run, step]).code(0).json();
        preview["digest"].as_str().unwrap().to_owned()
    }

    fn apply(&self, run: &str, step: &str, digest: &str) -> Did {
        let words = [
            "step",
            "apply",
            run,
            step,
            "--confirm",
            "rehearsal",
            "--preview",
            digest,
        ];
        self.say(&words)
    }

    fn roll_back(&self, run: &str) -> Did {
        self.say(&["rollback", run, "--all", "--confirm", "rehearsal"])
    }

    fn apps(&self) -> String {
        let records = self
            .served
            .control(async |client| client.state().await.unwrap())
            .records;
        let apps = records.iter().filter(|set| set.name.starts_with("apps."));
        apps.map(|set| serde_json::to_string(set).unwrap()).collect()
    }

    fn changes(&self) -> usize {
        let log = self.served.control(async |client| client.log(0).await.unwrap());
        log.iter()
            .filter(|entry| entry.operation == "ChangeResourceRecordSets")
            .filter(|entry| matches!(entry.outcome, Outcome::Committed | Outcome::Lost))
            .count()
    }
}

/// What something between the program and AWS does to the next POST.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    /// The answer of the first is lost to it, so it asks again and hands on what it hears then.
    Repeats,
    /// It hands on a part of the answer, and ends.
    Cuts,
    /// It says by itself, without a request id, that nobody may do this.
    Forbids,
}

/// A proxy on this machine.
struct Between {
    at: SocketAddr,
    armed: Arc<Mutex<Option<Does>>>,
    fired: Arc<AtomicUsize>,
}

impl Between {
    fn start(world: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let (armed, fired) = (
            Arc::<Mutex<Option<Does>>>::default(),
            Arc::<AtomicUsize>::default(),
        );
        let (ours, count) = (armed.clone(), fired.clone());
        // Ends with the test program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (ours, count) = (ours.clone(), count.clone());
                std::thread::spawn(move || exchange(client, world, &ours, &count));
            }
        });
        Self { at, armed, fired }
    }

    fn next(&self, does: Does) {
        *self.armed.lock().unwrap() = Some(does);
    }

    fn fired(&self) -> usize {
        self.fired.load(Ordering::SeqCst)
    }
}

/// One request and its answer; then the connection ends.
fn exchange(
    mut client: TcpStream,
    world: SocketAddr,
    armed: &Mutex<Option<Does>>,
    fired: &AtomicUsize,
) -> Option<()> {
    let request = read_request(&mut client)?;
    let posts = request.starts_with(b"POST /2013-04-01/hostedzone/");
    let does = match posts {
        true => armed.lock().unwrap().take(),
        false => None,
    };
    fired.fetch_add(usize::from(does.is_some()), Ordering::SeqCst);
    let answer = ask(world, &request)?;
    let answer = match does {
        None => answer,
        Some(Does::Repeats) => ask(world, &request)?,
        Some(Does::Cuts) => answer[..answer.len() - 60].to_vec(),
        Some(Does::Forbids) => {
            let body = "<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                        <Message>No.</Message></Error></ErrorResponse>";
            format!(
                "HTTP/1.1 403 Forbidden\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        }
    };
    client.write_all(&answer).ok()
}

fn ask(world: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut to = TcpStream::connect(world).ok()?;
    to.write_all(request).ok()?;
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).ok()?;
    Some(answer)
}

/// A request, whole, with the wish that its connection ends with the answer.
fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = client.read(&mut part).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(end) = text.find("\r\n\r\n") else {
            continue;
        };
        let head = &text[..end];
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if bytes.len() < end + 4 + length.unwrap_or(0) {
            continue;
        }
        let line = head.find("\r\n")?;
        let mut request = bytes[..line].to_vec();
        request.extend_from_slice(b"\r\nconnection: close");
        request.extend_from_slice(&bytes[line..]);
        return Some(request);
    }
}

#[test]
fn something_that_repeats_the_post_is_found_out_and_the_way_back_is_kept() {
    let world = World::serve();
    let between = Between::start(world.served.handle.aws_addr());
    world.behind(&between);
    let before = world.apps();
    for does in [Does::Repeats, Does::Cuts, Does::Forbids] {
        let run = world.new_run();
        let digest = world.preview(&run, "lower-ttl");
        let (sent, fired) = (world.changes(), between.fired());
        between.next(does);
        let did = world.apply(&run, "lower-ttl", &digest).code(0).json();
        assert_eq!(did["state"], "done", "{did}");
        assert_eq!(between.fired(), fired + 1);
        assert_eq!(world.changes(), sent + 1, "made once");
        assert_ne!(world.apps(), before);
        // The way back, too.
        between.next(does);
        world.roll_back(&run).code(7);
        assert_eq!(between.fired(), fired + 2);
        assert_eq!(world.changes(), sent + 2);
        assert_eq!(world.apps(), before);
    }
}

#[test]
fn no_refusal_after_a_commit_is_believed() {
    let world = World::serve();
    let before = world.apps();
    for fault in [
        "error-after:ChangeResourceRecordSets:InvalidChangeBatch",
        "error-after:ChangeResourceRecordSets:Throttling",
        "error-after:ChangeResourceRecordSets:PriorRequestNotComplete",
        "error-after:ChangeResourceRecordSets:AccessDenied",
        "error-after:ChangeResourceRecordSets:ExpiredToken",
        "error-after:ChangeResourceRecordSets:InvalidInput",
        "error-after:ChangeResourceRecordSets:NoSuchHostedZone",
        "error-after:ChangeResourceRecordSets:ServiceUnavailable",
        "repeated",
        "answer-cut",
        "answer-endless",
    ] {
        let run = world.new_run();
        let digest = world.preview(&run, "lower-ttl");
        let sent = world.changes();
        world.served.inject(fault);
        let did = world.apply(&run, "lower-ttl", &digest);
        assert_eq!(did.code, 0, "{fault}: {} {}", did.out, did.err);
        assert_eq!(did.json()["state"], "done", "{fault}");
        assert_eq!(world.changes(), sent + 1, "{fault}: made once");
        world.served.inject(fault);
        let back = world.roll_back(&run);
        assert_eq!(back.code, 7, "{fault}: {} {}", back.out, back.err);
        assert_eq!(world.changes(), sent + 2, "{fault}: taken back once");
        assert_eq!(world.apps(), before, "{fault}");
    }
}

#[test]
fn what_was_refused_is_said_of_a_look_and_so_is_that_there_is_nothing_to_undo() {
    let world = World::serve();
    for (fault, code, said) in [
        (
            "error-before:ChangeResourceRecordSets:AccessDenied",
            1,
            "not allowed",
        ),
        // Sign in first.
        ("error-before:ChangeResourceRecordSets:ExpiredToken", 6, "expired"),
        (
            "error-before:ChangeResourceRecordSets:InvalidChangeBatch",
            1,
            "refused",
        ),
    ] {
        let run = world.new_run();
        let digest = world.preview(&run, "lower-ttl");
        world.served.inject(fault);
        let failed = world.apply(&run, "lower-ttl", &digest).code(code).error();
        let words = failed["message"].as_str().unwrap().to_owned();
        assert!(
            words.starts_with("Nothing was changed.") && words.contains(said),
            "{words}"
        );
        // Not by memory: where it can't be read, that is said.
        world.served.inject("denied:ListResourceRecordSets");
        let blind = world.say(&["rollback", &run, "--all"]).code(4).error();
        let words = blind["message"].as_str().unwrap().to_owned();
        assert!(words.contains("can't be told"), "{words}");
        world
            .served
            .control(async |client| client.lift("denied:ListResourceRecordSets").await.unwrap());
        let nothing = world.say(&["rollback", &run, "--all"]).code(5).error();
        assert_eq!(nothing["message"], "There is nothing to undo.");
    }
}

#[test]
fn an_apply_without_a_change_is_no_less_of_an_apply() {
    let world = World::serve();
    let lowered = world.new_run();
    let digest = world.preview(&lowered, "lower-ttl");
    world.apply(&lowered, "lower-ttl", &digest).code(0);
    let other = world.new_run();
    let empty = world.preview(&other, "lower-ttl");
    // It can't be read: it is not done.
    world.served.inject("denied:ListResourceRecordSets");
    let unread = world.apply(&other, "lower-ttl", &empty);
    assert_eq!(unread.code, 4, "{} {}", unread.out, unread.err);
    world
        .served
        .control(async |client| client.lift("denied:ListResourceRecordSets").await.unwrap());
    world.served.inject("expired-credentials");
    let nobody = world.apply(&other, "lower-ttl", &empty);
    assert_eq!(nobody.code, 6, "{} {}", nobody.out, nobody.err);
    world
        .served
        .control(async |client| client.lift("expired-credentials").await.unwrap());
    // It is so: done, and nothing was sent.
    let empty = world.preview(&other, "lower-ttl");
    let sent = world.changes();
    let done = world.apply(&other, "lower-ttl", &empty).code(0).json();
    assert_eq!(done["state"], "done");
    assert_eq!(world.changes(), sent);
    // Somebody sets another TTL meanwhile: what was approved holds no longer.
    let third = world.new_run();
    let empty = world.preview(&third, "lower-ttl");
    world.roll_back(&lowered).code(7);
    let drifted = world.apply(&third, "lower-ttl", &empty).code(5).error();
    let words = drifted["message"].as_str().unwrap();
    // Where the checks had aged meanwhile they are read once more, and that shows it already.
    let seen = [
        "The record changed since you saw the preview",
        "The preview is not the one that you saw",
    ];
    assert!(seen.iter().any(|one| words.contains(one)), "{words}");
    assert_ne!(world.preview(&third, "lower-ttl"), empty);
}

#[test]
fn a_rollback_that_was_killed_goes_on_by_the_same_command() {
    let world = World::serve();
    let before = world.apps();
    let run = world.new_run();
    let digest = world.preview(&run, "lower-ttl");
    world.apply(&run, "lower-ttl", &digest).code(0);
    let plan = world.say(&["rollback", &run, "--all"]).code(0).json()["digest"]
        .as_str()
        .unwrap()
        .to_owned();
    let same = [
        "rollback",
        &run,
        "--all",
        "--confirm",
        "rehearsal",
        "--plan",
        &plan,
    ];
    // The change of the way back arrives late, so that the program is killed while it waits.
    world.served.inject("delay:ChangeResourceRecordSets:6000");
    let sent = world.changes();
    let mut child = world
        .command(&same)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the change is sent", || (world.changes() > sent).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    world
        .served
        .control(async |client| client.lift("delay:ChangeResourceRecordSets").await.unwrap());
    // Another one is not mixed up with it, and nobody is told to wait for what does not run.
    let other = world
        .say(&["rollback", &run, "--step", "lower-ttl", "--confirm", "rehearsal"])
        .code(5)
        .error();
    assert!(other["hint"].as_str().unwrap().contains("--retry"), "{other}");
    let mut words = program(world.home.path());
    let again = Did::of(
        words
            .env("SWITCHBACK_REHEARSAL_SPEED", SPEED)
            .args(same)
            .output()
            .unwrap(),
    );
    assert_eq!(again.code, 7, "{} {}", again.out, again.err);
    let said = format!("{}{}", again.out, again.err);
    assert!(said.contains("This rollback was confirmed already"), "{said}");
    assert_eq!(world.apps(), before);
    assert_eq!(world.changes(), sent + 1, "not repeated");
}

#[test]
fn a_digest_from_elsewhere_is_refused_by_name() {
    let world = World::serve();
    let run = world.new_run();
    let first = world.preview(&run, "lower-ttl");
    let refused = |run: &str, step: &str, digest: &str| {
        let error = world.apply(run, step, digest).code(5).error();
        assert_eq!(error["code"], "stale_screen");
        error["message"].as_str().unwrap().to_owned()
    };
    // Of another run of the same plan, with the very same preview.
    let other = world.new_run();
    world.preview(&other, "lower-ttl");
    let words = refused(&other, "lower-ttl", &first);
    assert!(words.contains("in this run"), "{words}");
    world.apply(&run, "lower-ttl", &first).code(0);
    world.roll_back(&run).code(7);
    world
        .say(&["step", "reopen", &run, "lower-ttl", "--reason", "once more"])
        .code(0);
    let again = world.preview(&run, "lower-ttl");
    assert_ne!(again, first);
    let words = refused(&run, "lower-ttl", &first);
    assert!(words.contains("before the step was reopened"), "{words}");
    world.apply(&run, "lower-ttl", &again).code(0);
    // Of another step.
    world.preview(&run, "switch");
    let words = refused(&run, "switch", &again);
    assert!(words.contains("step lower-ttl"), "{words}");
    world.roll_back(&run).code(7);
}
