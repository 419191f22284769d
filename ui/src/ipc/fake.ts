// The fake twin of the core: enough of a world to press every button in a plain browser, and a record
// of what was asked for tests.
import { longNames, planOf, type Scene, snapshotOf } from "./fake-data";
import { byHandOf, newerOf, unvouchedOf } from "./fake-edges";
import { eventsOf, rehearsalOf } from "./fake-world";
import { amendmentOf, dnsTruthOf, fieldPlanOf, runbookOf, runbooksOf } from "./fake-plans";
import { detailOf, lookupOf, placeOf, placesOf, revealOf } from "./fake-users";
import type { ConnectionAsk, DetailAsk, EventView, LookupAsk, RehearsalCommand, RevealAsk, RunSnapshot, ScopeView, SourceListView, StepView, Update } from "./generated/wire";
import { connectionOf, profilesOf, reportOf } from "./fake-account";
import { Failure, type Ipc, type Submission } from "./port";

export type Fake = Ipc & {
  scene: Scene;
  /** What was submitted, oldest first. */
  asked: Submission[];
  /** Who took the run over, and why. */
  taken: { by: string; reason: string | null }[];
  /** Whether the rollback plan has something unproven. */
  unproven: boolean;
  /** Plans put in the place of the run's. */
  amended: { runbook: string; basis: string; by: string; reason: string }[];
  /** Runs opened of a runbook. */
  opened: { runbook: string; target: string; by: string }[];
  /** Things opened in the AWS console. */
  links: string[];
  /** What the connection was checked for. */
  checked: ConnectionAsk[];
  zoom: number;
  /** What was asked about people, oldest first. */
  lookups: LookupAsk[];
  reveals: RevealAsk[];
  details: DetailAsk[];
  /** How often the core was told to forget. */
  forgotten: number;
  /** What the file dialog answers. */
  chosen: string | null;
  /** What choosing a source list answers. */
  chosenList: SourceListView | Error | null;
  listsForgotten: number;
  /** The next submission is refused with this. */
  refuse: { code: string; message: string; hint: string; where: string } | null;
  /** Last touch on every snapshot. */
  edit: (snapshot: RunSnapshot) => RunSnapshot;
  /** Sends a snapshot to whoever listens. */
  push: () => void;
  end: (why: string) => void;
  ready: number;
};

export function sceneOf(words: string): Scene {
  const has = (w: string) => words.split(",").includes(w);
  return {
    kind: has("production") ? "production" : has("preproduction") ? "preproduction" : has("test") ? "test" : "rehearsal",
    at: has("ready") ? "ready" : has("failing") ? "failing" : has("in_doubt") ? "in_doubt" : has("foreign") ? "foreign" : has("undone") ? "undone" : "waiting",
    rollback: has("running") ? "running" : has("halted") ? "halted" : has("turn") ? "turn" : has("completed") ? "completed" : "none",
    silent: has("silent"),
    start: has("start"),
    seat: has("other") ? "other" : has("frozen") ? "frozen" : has("gone") ? "gone" : has("nobody") ? "nobody" : has("lost") ? "lost" : "ours",
    endpoint: has("endpoint"),
    gate: has("gate_ready") ? "ready" : has("no_go") ? "no_go" : has("go") ? "go" : "closed",
    extended: has("extended"),
    sheet: has("sheet"),
  };
}

export function fakeIpc(words = ""): Fake {
  const openedAt = Date.now() - 4_320_000;
  const on = new Set<string>();
  const events: EventView[] = eventsOf(Date.now());
  const patches = new Map<string, Partial<StepView>>();
  let state = "open";
  let decided: string | null = null;
  let listener: ((update: Update) => void) | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  function snapshot(): RunSnapshot {
    const s = snapshotOf(Date.now(), fake.scene, openedAt, events.length);
    s.state = state;
    for (const phase of s.phases) {
      phase.steps = phase.steps.map((step) => ({ ...step, ...patches.get(step.id) }));
      phase.done = phase.steps.filter((step) => step.state === "done" || step.state === "skipped").length;
    }
    s.decisions = s.decisions.map((d) => (d.id === "keep-low-ttl" && decided !== null ? { ...d, value: decided, by: "m.example" } : d));
    return fake.edit(s);
  }

  function tell(kind: string, step: string | null, actor: string | null, sentence: string): void {
    events.push({ seq: events.length + 1, at: new Date().toISOString(), kind, step, actor, sentence });
    fake.push();
  }

  function later(ms: number, work: () => void): void {
    setTimeout(work, ms);
  }

  function applyStep(step: string): void {
    const call = { id: `${step}/1/apply/1`, way: "apply", started_at: new Date().toISOString(), outcome: "In flight", request_id: null, finding: null, problem: null, proven: [] };
    patches.set(step, { state: "applying", state_words: "Running", note: "The call is in flight.", attempts: [call], offers: [] });
    tell("intended", step, null, "Apply 1 begins");
    later(3000, () => {
      patches.set(step, { state: "verifying", state_words: "Verifying", note: "Accepted. Waiting until every server has it.", attempts: [{ ...call, outcome: "Applied", request_id: "req-5e1f90aa" }], offers: [] });
      tell("answered", step, null, "Apply accepted by AWS, request req-5e1f90aa");
    });
    later(7000, () => {
      patches.set(step, { state: "done", state_words: "Done", note: "", changed_at: new Date().toISOString(), attempts: [{ ...call, outcome: "Applied, in sync", request_id: "req-5e1f90aa" }], offers: [] });
      tell("verified", step, null, "Apply verified from outside by 2 checks");
    });
  }

  function obey(submission: Submission): void {
    const c = submission.command;
    const by = submission.by;
    switch (c.do) {
      case "hold":
        state = "held";
        return tell("held", null, by, `On hold: ${submission.reason ?? ""}`);
      case "stop":
        state = "stopped";
        return tell("stopped", null, by, `Stopping: ${submission.reason ?? ""}`);
      case "resume":
        state = "open";
        return tell("released", null, by, `Goes on: ${submission.reason ?? ""}`);
      case "apply":
        return applyStep(c.step);
      case "skip":
        patches.set(c.step, { state: "skipped", state_words: "Skipped", note: submission.reason ?? "", offers: [] });
        return tell("skipped", c.step, by, `Skipped: ${submission.reason ?? ""}`);
      case "attest":
        patches.set(c.step, { state: "done", state_words: "Done", note: submission.reason ?? "", offers: [] });
        return tell("attested", c.step, by, `Done by a person: ${submission.reason ?? ""}`);
      case "decide":
        decided = c.value;
        return tell("decided", null, by, `Decided ${c.decision} = ${c.value}: ${submission.reason ?? ""}`);
      case "check_gate":
        fake.scene = { ...fake.scene, gate: "ready" };
        return tell("gate_checked", null, by, "Gate read: 2 of 2 checks pass");
      case "gate":
        fake.scene = { ...fake.scene, gate: c.go ? "go" : "no_go" };
        return tell("gate_decided", null, by, `${c.go ? "Go" : "No-go"}: ${submission.reason ?? ""}`);
      case "extend_deadline":
        fake.scene = { ...fake.scene, extended: true };
        return tell("deadline_extended", null, by, `Deadline of ${c.rule} moved by ${c.minutes} min: ${submission.reason ?? ""}`);
      case "resolve_fields":
        patches.set(c.step, { state: "undoing", state_words: "Undoing", note: "", offers: [] });
        return tell("fields_chosen", c.step, by, "Decided field by field");
      case "adopt":
        patches.set(c.step, { state: "done", state_words: "Adopted", note: submission.reason ?? "", offers: [] });
        return tell("adopted_by_hand", c.step, by, `Taken over: ${submission.reason ?? ""}`);
      case "rollback":
      case "rollback_retry":
        fake.scene = { ...fake.scene, rollback: "running" };
        tell("rollback_confirmed", null, by, "Rollback confirmed, 2 items");
        return later(4000, () => {
          fake.scene = { ...fake.scene, rollback: "completed", at: "ready" };
          patches.set("mid.3", { state: "undone", state_words: "Undone", note: "", offers: [] });
          tell("rollback_completed", null, null, "Rollback complete");
        });
      case "rollback_done":
        fake.scene = { ...fake.scene, rollback: "completed" };
        return tell("rollback_item_done", null, by, `Rollback item ${c.item} done by hand`);
      case "rollback_abandon":
        fake.scene = { ...fake.scene, rollback: "none" };
        return tell("rollback_abandoned", null, by, `Rollback given up: ${submission.reason ?? ""}`);
      default:
        return tell(c.do, "step" in c ? c.step : null, by, "Looked again");
    }
  }

  const rows = [{ run: "run-7", title: "TIS to Cognito", target: "rehearsal", kind: "rehearsal", opened_at: new Date(openedAt).toISOString() }];

  const fake: Fake = {
    scene: sceneOf(words),
    asked: [],
    lookups: [],
    reveals: [],
    details: [],
    forgotten: 0,
    chosenList: { name: "people.csv", rows: 120, fault_count: 2, lines: [4, 9], faults: ["line 4, column email: the cell begins like a formula; the row is left out", "line 9 has 2 cells, the first line has 4; the row is left out"] },
    listsForgotten: 0,
    taken: [],
    unproven: words.split(",").includes("unproven"),
    amended: [],
    opened: [],
    links: [],
    checked: [],
    zoom: 100,
    chosen: "/home/m.example/runbooks/night-2/runbook.toml",
    refuse: null,
    edit: words.split(",").includes("long") ? longNames : words.split(",").includes("newer") ? newerOf : (s) => s,
    ready: 0,
    push: () => listener?.({ type: "snapshot", snapshot: snapshot() }),
    end: (why) => listener?.({ type: "ended", why }),
    // Unlike the real core the fake one is told by its address: nothing is behind it.
    windowInfo: async () => ({ window: words.split(",").includes("support") ? "support" : "console", version: "0.1.0", operator: "m.example" }),
    appInfo: async () => ({ version: "0.1.0", operator: "m.example", run: fake.scene.start ? null : "run-7", runs: rows }),
    runList: async () => rows,
    runSnapshot: async () => snapshot(),
    journalPage: async (_run, afterSeq, limit) => ({
      events: events.filter((e) => e.seq > afterSeq).slice(0, limit),
      head: events.length,
    }),
    rollbackPlan: async (_run: string, scope: ScopeView) => {
      const plan = { ...planOf(Date.now(), fake.scene, fake.unproven), scope };
      const said = words.split(",");
      return said.includes("by_hand") ? byHandOf(plan) : said.includes("unvouched") ? unvouchedOf(plan, Date.now()) : plan;
    },
    rehearsalView: async () => rehearsalOf(on),
    runbooks: async () => runbooksOf,
    runbookView: async (runbook) => {
      if (runbook.includes("missing")) {
        throw new Failure({ code: "bad_input", message: `There is no runbook "${runbook}".`, hint: "Give a runbook.toml, a folder that holds one, or a built-in name: tis-cognito.", where: runbook });
      }
      return runbookOf(runbook);
    },
    chooseRunbook: async () => fake.chosen,
    openRunbook: async (runbook, target, by) => {
      fake.opened.push({ runbook, target, by });
      return "run-7";
    },
    amendment: async (_run, runbook) => amendmentOf(runbook),
    amendRun: async (_run, runbook, basis, by, reason) => {
      fake.amended.push({ runbook, basis, by, reason });
      tell("amended", null, by, `Plan amended: ${reason}`);
      return { seq: events.length };
    },
    fieldPlan: async (_run, step, choices) => fieldPlanOf(step, choices),
    dnsTruth: async () => dnsTruthOf(Date.now(), fake.scene.at === "failing"),
    openResource: async (_run, id) => {
      fake.links.push(id);
    },
    profileList: async () => profilesOf(Date.now()),
    connectionCheck: async (ask) => {
      fake.checked.push(ask);
      return connectionOf(Date.now(), ask, fake.scene.at === "failing");
    },
    reportView: async () => reportOf(events),
    exportReport: async () => ({ file: "/home/m.example/reports/run-7.html", to_seq: events.length }),
    setZoom: async (percent) => {
      fake.zoom = percent;
    },
    subscribe: async (_run, _from, tellUpdate) => {
      listener = tellUpdate;
      if (!fake.scene.silent) timer = setInterval(fake.push, 2000);
      return () => {
        clearInterval(timer);
        listener = null;
      };
    },
    submitRun: async (_run, submission) => {
      fake.asked.push(submission);
      if (fake.refuse !== null) {
        const refusal = fake.refuse;
        fake.refuse = null;
        throw new Failure(refusal);
      }
      obey(submission);
      return { seq: events.length };
    },
    takeRun: async (_run, by, reason) => {
      fake.taken.push({ by, reason });
      if (fake.refuse !== null) {
        const refusal = fake.refuse;
        fake.refuse = null;
        throw new Failure(refusal);
      }
      fake.scene = { ...fake.scene, seat: "ours" };
      tell("driver_started", null, by, `Took the run over on desk-1${reason === null ? "" : `: ${reason}`}`);
    },
    exportSheet: async () => {
      fake.scene = { ...fake.scene, sheet: true };
      fake.push();
      return { file: "/home/m.example/sheets/run-7.sh", in_mirror: false, seq: events.length, text: "# BREAK-GLASS SHEET\naws sts get-caller-identity\n" };
    },
    submitRehearsal: async (command: RehearsalCommand) => {
      if (command.do === "inject") on.add(command.fault);
      if (command.do === "lift") on.delete(command.fault);
      return { run: command.do === "start" ? "run-7" : null };
    },
    usersPlaces: async () => placesOf(words.split(",")),
    usersPlace: async (at) => placeOf(at),
    usersFind: async (ask) => {
      fake.lookups.push(ask);
      return lookupOf(ask);
    },
    usersDetail: async (ask) => {
      fake.details.push(ask);
      return detailOf(ask);
    },
    chooseSource: async () => {
      if (fake.chosenList instanceof Error) throw fake.chosenList;
      return fake.chosenList;
    },
    forgetSource: async () => {
      fake.listsForgotten += 1;
    },
    usersForget: async () => {
      fake.forgotten += 1;
    },
    usersReveal: async (ask) => {
      fake.reveals.push(ask);
      return revealOf(ask);
    },
    uiReady: async () => {
      fake.ready += 1;
    },
  };
  return fake;
}
