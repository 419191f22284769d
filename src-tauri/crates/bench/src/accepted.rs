//! From the start of the process to the server's acceptance: `switchback step apply`, `octodns-sync
//! --doit`, `aws route53 change-resource-record-sets` and the bare AWS SDK make the same change of the same record
//! on the same ministack, in turns.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use crate::Outcome;
use crate::emulator::{Emulator, end};
use crate::report::{Required, Section, Table};
use crate::sandbox::{Sandbox, done, said, test_target, text};
use crate::stats::{Sample, between, ms, now};

mod breakdown;

use breakdown::Breakdown;

/// Measured turns; one more before them warms the caches and is not counted.
const ROUNDS: usize = 20;
/// How many times faster than octoDNS the change must have been accepted.
const FASTER: f64 = 5.0;
/// How many times as long as the same requests by the bare SDK it may take at most.
const BESIDE_SDK: f64 = 1.3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Switchback,
    Octodns,
    Aws,
    BareSdk,
}

const TOOLS: [Tool; 4] = [Tool::Switchback, Tool::BareSdk, Tool::Octodns, Tool::Aws];

/// What the turns left, in milliseconds.
#[derive(Default)]
struct Times {
    ours: Vec<Breakdown>,
    preview: Vec<f64>,
    octodns: Vec<f64>,
    aws: Vec<f64>,
    sdk: Vec<f64>,
}

pub(crate) fn measure(place: &Sandbox) -> Outcome<Section> {
    let emulator = Emulator::start(place)?;
    let mut zone = Zone::create(place, &emulator.endpoint)?;
    let bench = Bench::new(place, &emulator.endpoint, &zone)?;
    let mut times = Times::default();
    for round in 0..=ROUNDS {
        for turn in 0..TOOLS.len() {
            let tool = TOOLS[(round + turn) % TOOLS.len()];
            zone.set_ttl(300)?;
            let counts = round > 0;
            match tool {
                Tool::Switchback => {
                    let (run, digest, preview) = bench.prepare()?;
                    let parts = bench.apply(&run, &digest)?;
                    if counts {
                        times.preview.push(preview);
                        times.ours.push(parts);
                    }
                }
                Tool::Octodns => kept(&mut times.octodns, timed(&mut bench.octodns())?, counts),
                Tool::Aws => kept(&mut times.aws, timed(&mut bench.aws())?, counts),
                Tool::BareSdk => kept(&mut times.sdk, timed(&mut bench.bare_sdk()?)?, counts),
            }
            let ttl = zone.ttl()?;
            if ttl != 60 {
                return Err(format!("{tool:?} left a TTL of {ttl} s, not 60 s").into());
            }
        }
    }
    Ok(section(&times))
}

fn section(times: &Times) -> Section {
    let accepted: Sample = times.ours.iter().map(Breakdown::accepted).collect();
    let ended: Sample = times.ours.iter().map(|it| it.ended).collect();
    let both: Sample = times
        .ours
        .iter()
        .zip(&times.preview)
        .map(|(it, preview)| it.ended + preview)
        .collect();
    let octodns: Sample = times.octodns.iter().copied().collect();
    let aws: Sample = times.aws.iter().copied().collect();
    let sdk: Sample = times.sdk.iter().copied().collect();
    let mut table = Table::new(&[
        "",
        "median",
        "least",
        "most",
        "octoDNS takes",
        "the AWS CLI takes",
        "beside the bare SDK",
    ]);
    let mut row = |name: &str, sample: &Sample| {
        table.row([
            name.to_owned(),
            format!("{:.1} ms", sample.median()),
            format!("{:.1} ms", sample.min()),
            format!("{:.1} ms", sample.max()),
            format!("{:.1} x", octodns.median() / sample.median()),
            format!("{:.1} x", aws.median() / sample.median()),
            format!("{:.2} x", sample.median() / sdk.median()),
        ]);
    };
    row("`switchback step apply`, to the journalled answer", &accepted);
    row(
        "`switchback step apply`, to the end of the process (INSYNC, verified)",
        &ended,
    );
    row(
        "`switchback step preview` and `step apply`, both processes",
        &both,
    );
    row("`octodns-sync --doit`, whole process", &octodns);
    row("`aws route53 change-resource-record-sets`, whole process", &aws);
    row(
        "the same requests by the bare AWS SDK for Rust, whole process",
        &sdk,
    );
    let ratio = octodns.median() / accepted.median();
    let beside = accepted.median() / sdk.median();
    Section {
        title: "A change accepted by the server".to_owned(),
        how: format!(
            "The same change (the TTL of one A record, 300 s to 60 s) of the same zone on one ministack, {} turns \
             each, in rotating order, after one turn that is not counted; boto3 sets the record back before each \
             turn and reads it after. Ours is accepted when the event `answered` is in the journal and synced, \
             counted from the start of the process: the STS guard, a fresh read, the digest's comparison and every \
             fsync are in it. octoDNS and the AWS CLI do not say when; they are counted to the end of their \
             process. Neither guards the account, writes ahead or waits for INSYNC; octoDNS reads the whole zone \
             and plans in the same process, which is the third line's counterpart. The bare SDK is a process of \
             the same build with the same SDK that makes the same four requests (GetCallerIdentity, GetHostedZone, \
             ListResourceRecordSets, ChangeResourceRecordSets), one after the other, and ends with the answer: \
             what of our time is not ours.",
            accepted.len()
        ),
        tables: vec![table, breakdown::table(&times.ours)],
        required: vec![
            Required {
                what: "change accepted, against `octodns-sync --doit`".to_owned(),
                limit: format!("at least {FASTER:.0} x faster"),
                found: format!("{ratio:.1} x"),
                holds: ratio >= FASTER,
            },
            Required {
                what: "change accepted, against the same requests by the bare AWS SDK".to_owned(),
                limit: format!("at most {BESIDE_SDK:.1} x"),
                found: format!("{beside:.2} x"),
                holds: beside <= BESIDE_SDK,
            },
        ],
    }
}

fn kept(times: &mut Vec<f64>, took: f64, counts: bool) {
    if counts {
        times.push(took);
    }
}

/// The whole process, in milliseconds.
fn timed(command: &mut Command) -> Outcome<f64> {
    let start = Instant::now();
    done(command)?;
    Ok(ms(start.elapsed()))
}

/// The tools, ready to start.
struct Bench<'a> {
    place: &'a Sandbox,
    endpoint: &'a str,
    zone_id: String,
    target: String,
}

impl<'a> Bench<'a> {
    fn new(place: &'a Sandbox, endpoint: &'a str, zone: &Zone) -> Outcome<Self> {
        let target = test_target(&[
            ("Z0REPLACETHIS", &zone.id),
            (
                "account = \"123456789012\"",
                &format!("account = \"{}\"", zone.account),
            ),
        ])?;
        fs::write(place.path("target.toml"), target)?;
        fs::create_dir_all(place.path("zones"))?;
        fs::write(place.path("octodns.yaml"), include_str!("peers/octodns.yaml"))?;
        let records = include_str!("peers/example.nhs.test.yaml");
        fs::write(place.path("zones/example.nhs.test.yaml"), records)?;
        fs::write(place.path("batch.json"), include_str!("peers/batch.json"))?;
        Ok(Self {
            place,
            endpoint,
            zone_id: zone.id.clone(),
            target: place.path("target.toml").display().to_string(),
        })
    }

    fn ours(&self) -> Command {
        let mut command = self.place.switchback(&self.place.path("home"));
        command.args(["--aws-endpoint", self.endpoint]);
        command
    }

    /// A new run whose first step was looked at: its id, the digest of the preview and how long the
    /// process took that made it.
    fn prepare(&self) -> Outcome<(String, String, f64)> {
        let opened = said(
            self.ours()
                .args(["run", "new", "dns-switch", "--target", &self.target]),
        )?;
        let run = text(&opened, "run")?.to_owned();
        let start = Instant::now();
        let preview = said(self.ours().args(["step", "preview", &run, "lower-ttl"]))?;
        let took = ms(start.elapsed());
        // As on the night: a person has looked at the preview meanwhile. Our own share of Route 53's
        // requests (3/s, burst 5) has filled up again; each process has its own bucket anyway.
        Ok((run, text(&preview, "digest")?.to_owned(), took))
    }

    fn apply(&self, run: &str, digest: &str) -> Outcome<Breakdown> {
        let mut command = self.ours();
        command.args(["step", "apply", run, "lower-ttl", "--confirm", "test"]);
        command.args(["--preview", digest]);
        let start = now();
        let clock = Instant::now();
        done(&mut command)?;
        let ended = ms(clock.elapsed());
        Breakdown::read(&self.place.path("home"), run, start, ended)
    }

    fn octodns(&self) -> Command {
        let mut command = self.place.python("octodns-sync");
        command
            .env("AWS_ENDPOINT_URL", self.endpoint)
            .args(["--config-file", "octodns.yaml", "--doit"]);
        command
    }

    fn bare_sdk(&self) -> Outcome<Command> {
        let mut command = self.place.bare_sdk()?;
        command
            .env("AWS_ENDPOINT_URL", self.endpoint)
            .args([&self.zone_id, "apps.example.nhs.test.", "60"]);
        Ok(command)
    }

    fn aws(&self) -> Command {
        let mut command = self.place.python("aws");
        command
            .env("AWS_ENDPOINT_URL", self.endpoint)
            .args([
                "route53",
                "change-resource-record-sets",
                "--hosted-zone-id",
                &self.zone_id,
            ])
            .args(["--change-batch", "file://batch.json"]);
        command
    }
}

/// The zone, in the hands of boto3.
struct Zone {
    helper: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    id: String,
    account: String,
}

impl Zone {
    fn create(place: &Sandbox, endpoint: &str) -> Outcome<Self> {
        fs::write(place.path("zone.py"), include_str!("peers/zone.py"))?;
        let mut helper = place
            .python("python")
            .arg("zone.py")
            .env("AWS_ENDPOINT_URL", endpoint)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (to, from) = (helper.stdin.take(), helper.stdout.take());
        let mut zone = Self {
            helper,
            to: to.ok_or("the helper has no input")?,
            from: BufReader::new(from.ok_or("the helper has no output")?),
            id: String::new(),
            account: String::new(),
        };
        let made = zone.ask("create")?;
        text(&made, "zone_id")?.clone_into(&mut zone.id);
        text(&made, "account")?.clone_into(&mut zone.account);
        Ok(zone)
    }

    fn ask(&mut self, words: &str) -> Outcome<Value> {
        writeln!(self.to, "{words}")?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        if line.is_empty() {
            return Err(format!("boto3 gave no answer to `{words}`").into());
        }
        Ok(serde_json::from_str(&line)?)
    }

    fn set_ttl(&mut self, ttl: u32) -> Outcome<()> {
        self.ask(&format!("set {ttl}")).map(drop)
    }

    fn ttl(&mut self) -> Outcome<u64> {
        let look = self.ask("look")?;
        look["ttl"].as_u64().ok_or_else(|| "the record has no TTL".into())
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        end(&mut self.helper);
    }
}

/// A line of our log: when, and what it says.
pub(crate) struct Line {
    at: Timestamp,
    pub(crate) said: Value,
}

/// The lines of a home's log from a moment on.
pub(crate) fn log(home: &Path, since: Timestamp) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(home.join("logs"))? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            let line: Value = serde_json::from_str(line)?;
            let at: Timestamp = text(&line, "timestamp")?.parse()?;
            if at >= since {
                lines.push(Line {
                    at,
                    said: line["fields"].clone(),
                });
            }
        }
    }
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}

/// Milliseconds since the start.
fn since(start: Timestamp, line: &Line) -> f64 {
    between(start, line.at)
}
