// A made-up run for tests and for a plain browser. All names, addresses and numbers are fakes.
import type {
  DriverView,
  Offer,
  PreviewView,
  ReadingView,
  RollbackPlanView,
  RunSnapshot,
  StepView,
  UndoTimeView,
} from "./generated/wire";
import { type GateScene, deadlinesOf, gateOf, noTimes } from "./fake-plans";

export type Scene = {
  kind: "rehearsal" | "test" | "preproduction" | "production";
  /** What step 3 is at. */
  at: "waiting" | "ready" | "failing" | "in_doubt" | "foreign" | "undone";
  /** The state of the last rollback. */
  rollback: "none" | "running" | "halted" | "turn" | "completed";
  /** The stream sends nothing after the first snapshot. */
  silent: boolean;
  /** No run is open at the start. */
  start: boolean;
  /** Who drives the run. */
  seat: "ours" | "other" | "frozen" | "gone" | "nobody" | "lost";
  /** A custom endpoint is in use. */
  endpoint: boolean;
  /** Where the gate before the last phase stands. */
  gate: GateScene;
  /** The deadline of R3 was moved. */
  extended: boolean;
  /** The break-glass sheet is as new as the last change. */
  sheet: boolean;
};

export const iso = (ms: number): string => new Date(ms).toISOString();

export function reading(id: string, title: string, now: number, part: Partial<ReadingView> & { ageS?: number } = {}): ReadingView {
  const { ageS = 9, ...rest } = part;
  return {
    id,
    title,
    tone: "passing",
    observed: "as expected",
    expected: "as expected",
    source: "rehearsal",
    observed_at: iso(now - ageS * 1000),
    age_s: ageS,
    believable_s: 60,
    until: null,
    mend: null,
    ...rest,
  };
}

const offer = (command: string, label: string, part: Partial<Offer> = {}): Offer => ({
  command,
  label,
  primary: false,
  needs_reason: true,
  refused: null,
  ...part,
});

const switchPreview: PreviewView = {
  digest: "sha256:8f2c41d09be7",
  changes: [
    {
      object: "apps.example.nhs.test A",
      before: ["A apps.example.nhs.test", "192.0.2.10", "TTL 60 s"],
      after: ["A apps.example.nhs.test", "198.51.100.20", "TTL 60 s"],
      asked: [], caution: null,
    },
  ],
  calls: [
    {
      service: "route53",
      operation: "ChangeResourceRecordSets",
      parameters: { HostedZoneId: "Z0FAKEEXAMPLE", ChangeBatch: { Changes: ["DELETE A", "CREATE A"] } },
      cli: "aws route53 change-resource-record-sets --hosted-zone-id Z0FAKEEXAMPLE --change-batch file://change.json",
    },
  ],
};

const undoPreview: PreviewView = {
  digest: "sha256:1b77aa02c3f4",
  changes: [{ object: "apps.example.nhs.test A", before: switchPreview.changes[0]?.after ?? [], after: switchPreview.changes[0]?.before ?? [], asked: [], caution: null }],
  calls: switchPreview.calls,
};

function step(id: string, title: string, part: Partial<StepView>): StepView {
  return {
    id,
    title,
    plan_ref: id,
    kind: "action",
    why_not_automated: null,
    state: "to_do",
    state_words: "To do",
    note: "",
    ways_back: [],
    generation: 1,
    why: "",
    look_at: [],
    risks: [],
    times: noTimes,
    owner: null,
    affects: null,
    expected_s: 240,
    reversibility: "Reversible by the console",
    needs: [],
    after: [],
    changed_at: null,
    before: [],
    preview: null,
    preview_at: null,
    undo: null,
    undo_before: [],
    undo_loses: [],
    undo_takes: { slowest_s: null, tries: 0, rehearsals: 0, caches_s: null, by_hand_s: null },
    verify: [],
    attempts: [],
    drifted: null,
    resources: [],
    offers: [],
    ...part,
  };
}

function beforeChecks(now: number, waiting: boolean): ReadingView[] {
  const wait = waiting
    ? reading("ttl-wait", "Old TTL has run out", now, {
        tone: "waiting",
        observed: "3 min 12 s left",
        expected: "0 s left",
        until: iso(now + 192_000),
        mend: "Nothing to mend: the old answer may be cached until then.",
        ageS: 1,
      })
    : reading("ttl-wait", "Old TTL has run out", now, { observed: "0 s left", expected: "0 s left", ageS: 1 });
  return [
    wait,
    reading("routes", "Required paths have a route", now, { observed: "5 of 5 paths", expected: "5 of 5 paths", ageS: 41 }),
    reading("certificate", "Certificate covers the host", now, {
      observed: "name match, 211 days",
      expected: "name match, 30 days",
      ageS: 130,
      believable_s: 600,
    }),
    reading("new-build", "New side serves pinned build", now, { observed: "build 8f2c", expected: "build 8f2c", ageS: 14 }),
    reading("captured", "Record is as captured", now, {
      observed: "A 192.0.2.10, TTL 60 s",
      expected: "A 192.0.2.10, TTL 60 s",
      ageS: 14,
    }),
    reading("frozen", "UserManagement writes denied", now, { observed: "9 of 9 routes", expected: "9 of 9 routes", ageS: 12 }),
  ];
}

const measured: UndoTimeView = { slowest_s: 131, tries: 3, rehearsals: 3, caches_s: 60, by_hand_s: null };

/** Who drives the run, as this window sees it. */
function seatOf(now: number, scene: Scene): Pick<RunSnapshot, "driver" | "watching" | "lost"> {
  const ours = { by: "m.example", host: "desk-1", pid: 4242, ours: true, since: iso(now - 4_310_000), reason: null, life: "at_work", silent_s: null } as const;
  const other: DriverView = { ...ours, by: "n.night", host: "desk-2", pid: 77, ours: false, since: iso(now - 95_000) };
  const held = "n.night on desk-2 drives this run. Take it over to act here.";
  switch (scene.seat) {
    case "ours":
      return { driver: ours, watching: null, lost: null };
    case "other":
      return { driver: other, watching: held, lost: null };
    case "frozen":
      return { driver: { ...other, life: "silent", silent_s: 42 }, watching: held, lost: null };
    case "gone":
      return {
        driver: { ...other, life: "ended" },
        watching: "n.night on desk-2 drove this run, and that program has ended. Take the run over to act here.",
        lost: null,
      };
    case "nobody":
      return { driver: null, watching: "Nobody drives this run. Drive it from here to act.", lost: null };
    case "lost":
      return { driver: { ...other, since: iso(now - 8_000), reason: "m.example left the call" }, watching: held, lost: { at: iso(now - 7_000), sentence: null } };
  }
}

function stepThree(now: number, scene: Scene): StepView {
  const done = scene.at === "failing";
  const doubt = scene.at === "in_doubt";
  const base = step("mid.3", "Switch Admins-UI DNS", {
    why: "Sends apps.example.nhs.test to the new Admins-UI, so that admins sign in with Cognito.",
    look_at: ["The build at the foot of the sign-in page: 8f2c on the new side", "4xx and 5xx on the CloudFront dashboard, first 10 minutes"],
    risks: ["A path that only the old side serves answers 404", "Somebody’s resolver keeps the old answer for longer than its TTL"],
    owner: "m.example",
    affects: "all admins",
    needs: ["pre.9"],
    after: ["mid.2"],
    before: beforeChecks(now, scene.at === "waiting"),
    preview: switchPreview,
    resources: [
      {
        id: "record:Z0FAKEEXAMPLE/apps.example.nhs.test",
        title: "Records of apps.example.nhs.test",
        cli: "aws route53 list-resource-record-sets --hosted-zone-id Z0FAKEEXAMPLE --start-record-name apps.example.nhs.test",
        in_console: scene.kind === "production" || scene.kind === "preproduction",
      },
    ],
    preview_at: iso(now - 14_000),
    undo: undoPreview,
    undo_takes: measured,
    undo_before: [
      reading("old-side", "Old side answers", now, { observed: "200, build 7d19", expected: "200, build 7d19", ageS: 8 }),
      reading("undo-right", "The record may be changed back", now, { observed: "allowed", expected: "allowed", ageS: 22 }),
    ],
    verify: [
      reading("ns-truth", "All name servers have it", now, { observed: "not read yet", observed_at: null, age_s: null, tone: "unknown", expected: "4 of 4" }),
      reading("canary", "Admins can sign in", now, { observed: "not read yet", observed_at: null, age_s: null, tone: "unknown", expected: "signed in" }),
    ],
  });
  if (doubt) {
    return {
      ...base,
      state: "in_doubt",
      state_words: "In doubt",
      note: "No answer came within 15 s. Checking what really happened: the call is not repeated.",
      changed_at: iso(now - 20_000),
      attempts: [
        { id: "mid.3/1/apply/1", way: "apply", started_at: iso(now - 36_000), outcome: "No answer: being inspected", request_id: null, finding: "unclear", problem: "The connection closed before an answer came.", proven: [] },
      ],
      offers: [
        offer("inspect", "Look again", { needs_reason: false }),
        offer("resolve-after", "Record that it was applied"),
        offer("resolve-before", "Record that it was not applied"),
      ],
    };
  }
  if (scene.at === "foreign") {
    return {
      ...base,
      state: "foreign",
      state_words: "Changed by somebody else",
      note: "The record is not as this step left it: somebody else changed it 3 min ago.",
      changed_at: iso(now - 180_000),
      drifted: "A is 198.51.100.99, TTL 300 s; this step left 198.51.100.20, TTL 60 s.",
      attempts: [
        { id: "mid.3/1/apply/1", way: "apply", started_at: iso(now - 940_000), outcome: "Applied, in sync", request_id: "req-0a1b2c3d", finding: "other", problem: null, proven: [] },
      ],
      offers: [
        offer("fields", "Decide field by field", { primary: true, needs_reason: false }),
        offer("inspect", "Look again", { needs_reason: false }),
        offer("resolve-keep", "Keep what is there"),
      ],
    };
  }
  if (done) {
    return {
      ...base,
      state: "unverified",
      state_words: "Not verified",
      note: "Applied, but an after-check did not pass in time. Decide: accept, look again or roll back.",
      changed_at: iso(now - 880_000),
      verify: [
        reading("canary", "Admins can sign in", now, { tone: "failing", observed: "503 after sign-in", expected: "signed in", ageS: 6, mend: "Look at the new side's log, or roll back." }),
        reading("ns-truth", "All name servers have it", now, { observed: "4 of 4", expected: "4 of 4" }),
      ],
      attempts: [
        { id: "mid.3/1/apply/1", way: "apply", started_at: iso(now - 940_000), outcome: "Applied, in sync", request_id: "req-0a1b2c3d", finding: "after", problem: null, proven: [] },
      ],
      offers: [offer("inspect", "Look again", { needs_reason: false }), offer("accept", "Accept as it is")],
    };
  }
  if (scene.at === "undone") {
    return { ...base, state: "undone", state_words: "Undone", changed_at: iso(now - 60_000), offers: [offer("reopen", "Do this step again")] };
  }
  const waiting = scene.at === "waiting";
  return {
    ...base,
    state: waiting ? "blocked" : "ready",
    state_words: waiting ? "Blocked" : "Ready",
    changed_at: iso(now - 60_000),
    offers: [
      offer("apply", "Switch Admins-UI DNS", {
        primary: true,
        needs_reason: false,
        refused: waiting ? "A before-check stands in the way: Old TTL has run out." : null,
      }),
      offer("check", "Check again", { needs_reason: false }),
      offer("skip", "Skip this step"),
    ],
  };
}

function doneStep(id: string, title: string, now: number, ageS: number, part: Partial<StepView> = {}): StepView {
  return step(id, title, {
    state: "done",
    state_words: "Done",
    owner: "s.example",
    changed_at: iso(now - ageS * 1000),
    times: { planned_s: 240, started_at: iso(now - (ageS + 300) * 1000), ended_at: iso(now - ageS * 1000), actual_s: 300 },
    why: "So that the next steps find what they need.",
    offers: [offer("reopen", "Do this step again", { refused: null })],
    ...part,
  });
}

function rollbackItems(now: number, scene: Scene): RollbackPlanView["items"] {
  const state = { none: "to_do", running: "running", halted: "stopped", turn: "done", completed: "done" }[scene.rollback];
  return [
    {
      id: "undo-mid.3",
      step: "mid.3",
      title: "Put back the DNS record",
      kind: "undo",
      restores: ["A apps.example.nhs.test → 192.0.2.10, TTL 60 s"],
      now: ["A apps.example.nhs.test → 198.51.100.20, TTL 60 s"],
      changed_outside: null,
      loses: ["3 sign-ins on the new side: 3 people sign in again"],
      because: "named",
      preconditions: [
        reading("old-side", "Old side answers", now, { observed: "200, build 7d19", expected: "200, build 7d19", ageS: 8 }),
        reading("permission", "The record may be changed", now, { observed: "allowed, exercised in this run", expected: "allowed", ageS: 30 }),
      ],
      preview: undoPreview,
      state,
    },
    {
      id: "notice-r3",
      step: null,
      title: "Draft “We rolled back” opens for s.example",
      kind: "notice",
      restores: ["Tell users that they sign in the old way again. It is not sent by itself."],
      now: [],
      changed_outside: null,
      loses: [],
      because: "rule R3",
      preconditions: [],
      preview: null,
      state: scene.rollback === "completed" ? "done" : scene.rollback === "turn" ? "your_turn" : "to_do",
    },
  ];
}

export function planOf(now: number, scene: Scene, unproven: boolean): RollbackPlanView {
  const items = rollbackItems(now, { ...scene, rollback: "none" });
  const first = items[0]?.preconditions[0];
  if (unproven && first !== undefined) {
    first.tone = "failing";
    first.observed = "503 from 192.0.2.10";
    first.mend = "Start the old side again, or go back all the same if the new side is worse.";
    items[0]!.changed_outside = ["A apps.example.nhs.test → 198.51.100.99, TTL 60 s"];
  }
  return {
    digest: unproven ? "sha256:77aaplanunproven" : "sha256:77aaplan",
    scope: { rule: "R3" },
    title: "Switch Admins-UI back if it can’t be reached",
    items,
    breaches: unproven
      ? [{ id: "reval-without-admins", because: "Reval would sign in at the new pool while Admins-UI signs in at the old one.", repair: ["mid.4"] }]
      : [],
    unproven: unproven ? ["old-side"] : [],
    open_decision: unproven ? "window" : null,
    stays: ["Restrict UserManagement", "Lower the TTL"],
    in_flight: [],
    caches_s: 60,
    takes: measured,
  };
}

export function snapshotOf(now: number, scene: Scene, openedAt: number, seq: number): RunSnapshot {
  const failing = scene.at === "failing" && scene.rollback !== "completed";
  const mid = [
    doneStep("mid.1", "Tell users it starts", now, 2520, { kind: "attest", why_not_automated: "Mail is sent by the service owner.", reversibility: "Corrected by a notice" }),
    doneStep("mid.2", "Restrict UserManagement", now, 1740, { owner: "m.example" }),
    stepThree(now, scene),
    step("mid.4", "Switch Reval to new pool", { needs: ["mid.3"], owner: "r.example", expected_s: 720, why: "Reval then signs in at the new pool.", offers: [offer("apply", "Switch Reval to new pool", { primary: true, needs_reason: false, refused: "Step mid.3 must be done first." }), offer("skip", "Skip this step")] }),
    step("mid.5", "Switch UserManagement", { owner: "r.example", expected_s: 900, why: "Writes go to the new pool.", offers: [offer("apply", "Switch UserManagement", { primary: true, needs_reason: false, refused: "Step mid.4 must be done first." })] }),
  ];
  const read = (id: string, title: string, part: Partial<ReadingView> & { ageS?: number }) => reading(id, title, now, part);
  const word = { rehearsal: "REHEARSAL", test: "TEST", preproduction: "PREPROD", production: "PRODUCTION" }[scene.kind];
  const rehearsal = scene.kind === "rehearsal";
  const seat = seatOf(now, scene);
  const why = seat.watching;
  if (why !== null) for (const s of mid) s.offers = s.offers.map((o) => ({ ...o, refused: why }));
  return {
    schema_version: 1,
    run: "run-7",
    title: "TIS to Cognito",
    state: "open",
    plan_digest: "sha256:4f2a90c1d7be8855",
    seq,
    now: iso(now),
    opened_at: iso(openedAt),
    banner: {
      kind: scene.kind,
      word,
      target: rehearsal ? "rehearsal" : `tis-${scene.kind === "production" ? "prod" : scene.kind}`,
      account_tail: "9012",
      region: "eu-west-2",
      role: "operator",
      test_endpoint: scene.endpoint,
      speed: 1,
    },
    ...seat,
    t0: { at: iso(now - 1_740_000), step: "mid.2", phase: "mid" },
    times: { planned_s: 3360, started_at: iso(now - 5_700_000), ended_at: null, actual_s: 5700 },
    sign_in_until: rehearsal || scene.kind === "test" ? null : iso(now + 54 * 60_000),
    phases: [
      {
        id: "pre",
        title: "Pre migration",
        t0: false,
        gate: null,
        times: { planned_s: 480, started_at: iso(now - 5_700_000), ended_at: iso(now - 4_200_000), actual_s: 1500 },
        done: 2,
        steps: [
          doneStep("pre.1", "Lower the TTL", now, 5400, { owner: "m.example" }),
          doneStep("pre.9", "Record the way back", now, 4200, { kind: "check", reversibility: "Nothing to undo" }),
        ],
      },
      {
        id: "mid",
        title: "Mid migration",
        t0: true,
        gate: gateOf(now, "go", "Go or no-go: the night begins", read),
        times: { planned_s: 2340, started_at: iso(now - 2_820_000), ended_at: null, actual_s: 2820 },
        done: 2,
        steps: mid,
      },
      {
        id: "post",
        title: "Post migration",
        t0: false,
        gate: gateOf(now, scene.gate, "Go or no-go: leave the night behind", read),
        times: { ...noTimes, planned_s: 540 },
        done: 0,
        steps: [
          step("post.1", "Put the TTL back", {
            look_at: ["The TTL that the name servers answer"], owner: "m.example", why: "The long TTL saves queries." }),
          step("post.3", "Tell the desk it is done", { kind: "notice", why_not_automated: "Mail is sent by the service owner.", notice: "The move is done. Sign in as you did on Monday.", owner: "s.example", reversibility: "Corrected by a notice", offers: [offer("attest", "Record what was told", { primary: true })] }),
          step("post.2", "Tell users it is done", { kind: "attest", why_not_automated: "Mail is sent by the service owner.", owner: "s.example", expected_s: 300, reversibility: "Corrected by a notice", offers: [offer("attest", "Record that it is done", { primary: true })] }),
        ],
      },
    ],
    monitors: [
      reading("admins-ui", "Admins-UI", now, failing ? { tone: "failing", observed: "503, 44 of 44 probes", expected: "200", ageS: 6 } : { observed: "200, build 7d19", expected: "200", ageS: 6 }),
      reading("canary", "Sign-in canary", now, failing ? { tone: "failing", observed: "no page after sign-in", expected: "signed in", ageS: 21 } : { observed: "signed in", expected: "signed in", ageS: 21 }),
      reading("dns", "DNS", now, { observed: failing ? "4 of 4 name servers say new" : "4 of 4 name servers say old", expected: "one answer", ageS: 14 }),
      reading("reval", "Reval", now, { observed: "200", expected: "200", ageS: 9 }),
    ],
    users: failing
      ? { tone: "failing", headline: "Users affected", note: "Admins-UI, Sign-in canary failing" }
      : { tone: "passing", headline: "Users all right", note: "By 4 of 4 monitors, all fresh" },
    way_back: {
      answer: { tone: "passing", headline: "Can go back", note: "Every condition proven. Rule R3: 2 items" },
      missing: [],
      something_to_undo: true,
      proposal: { rule: "R3" },
      order: ["Put back the DNS record"],
      undoes: ["mid.3"],
      loses: [],
      takes: measured,
      sheet: scene.sheet
        ? { exported_at: iso(now - 300_000), seq, file: "/home/m.example/sheets/run-7.sh", stale: null }
        : { exported_at: iso(now - 5_000_000), seq: 12, file: "/home/m.example/sheets/run-7.sh", stale: "it is older than the last change" },
    },
    rollback:
      scene.rollback === "none"
        ? null
        : {
            state: scene.rollback === "turn" ? "halted" : scene.rollback,
            asked_seq: seq,
            scope: { rule: "R3" },
            title: "Switch Admins-UI back if it can’t be reached",
            items: rollbackItems(now, scene),
            why: scene.rollback === "halted" ? "Route 53 refused the change: the record is not as captured." : scene.rollback === "turn" ? "Send this notice: users sign in the old way again." : null,
            your_turn: scene.rollback === "turn",
            seen:
              scene.rollback === "turn" || scene.rollback === "completed"
                ? [{ step: "mid.3", title: "Switch Admins-UI DNS", sentence: "4 of 4 servers since 12:02am, 3 of 3 resolvers, the old site answers; others by 12:03am." }]
                : [],
            left: scene.rollback === "completed" ? [] : ["Tell people"],
            restricted: scene.rollback === "completed" ? [{ by: ["Restrict UserManagement"], monitor: "reval", sentence: "Every write is refused by the restriction, every read is answered" }] : [],
            stays: scene.rollback === "completed" ? ["Restrict UserManagement", "Lower the TTL"] : [],
          },
    decisions: [
      { id: "window", question: "How many minutes may Admins-UI fail before a decision is due?", kind: "minutes", choices: [], value: "12", by: null, blocks: [] },
      { id: "keep-low-ttl", question: "Keep the low TTL for a day after the switch?", kind: "yes_no", choices: ["yes", "no"], value: null, by: null, blocks: ["post.1"] },
    ],
    deadlines: deadlinesOf(now, failing, scene.extended),
    breaches: [],
    stopped_by: null,
  };
}

/** The same run with names as long as real ones, to see how the window breaks them. */
export function longNames(s: RunSnapshot): RunSnapshot {
  const names = ["apps.example.nhs.test as users see it", "The name servers' answers for apps.example.nhs.test"];
  return {
    ...s,
    title: "Switch apps.example.nhs.test to the new side",
    banner: { ...s.banner, speed: 20 },
    monitors: s.monitors.map((m, i) => ({ ...m, title: names[i] ?? m.title })),
    phases: s.phases.map((p) => ({
      ...p,
      steps: p.steps.map((x) => ({
        ...x,
        title: x.id === "mid.3" ? "Switch apps.example.nhs.test to the new side" : x.title,
        owner: x.owner === null ? null : "Platform team",
        offers: x.offers.map((o) => (x.id === "mid.3" && o.primary ? { ...o, label: "Switch apps.example.nhs.test to the new side" } : o)),
      })),
    })),
  };
}
