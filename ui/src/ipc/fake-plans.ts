// The made-up run's gates, deadlines, runbooks, amendment, fields and DNS answers. Fakes all.
import type { Deadline, DnsTruth, FieldPlanView, GateView, RunbookView, AmendmentView, Offer, ReadingView, TimesView } from "./generated/wire";
import type { FieldChoices } from "./port";

const iso = (ms: number): string => new Date(ms).toISOString();

export const noTimes: TimesView = { planned_s: null, started_at: null, ended_at: null, actual_s: null };

export type GateScene = "closed" | "ready" | "go" | "no_go";

const WORDS = { closed: "Closed", ready: "Ready for go", go: "Go", no_go: "No-go", checking: "Checking", void: "Go is void" } as const;

function gateOffers(state: GateScene): Offer[] {
  const offer = (command: string, label: string, primary: boolean, needs_reason: boolean, refused: string | null): Offer => ({ command, label, primary, needs_reason, refused });
  const said = state === "go" ? "It is go already." : null;
  return [
    offer("gate-check", "Read the checks", false, false, said),
    offer("gate-go", "Say go", true, true, said ?? (state === "ready" ? null : "The check “Sign-in canary passes” does not pass.")),
    offer("gate-no-go", "Say no-go", false, true, said),
  ];
}

/** A gate before a phase, with two checks and three roles. */
export function gateOf(now: number, state: GateScene, title: string, reading: (id: string, title: string, part: Partial<ReadingView> & { ageS?: number }) => ReadingView): GateView {
  const bad = state === "closed" || state === "no_go";
  return {
    title,
    state,
    state_words: WORDS[state],
    fresh_s: 900,
    checks: [
      reading("gate-sites", "Both sides answer", { observed: "2 of 2 answer", expected: "2 of 2 answer", ageS: 40, believable_s: 900 }),
      reading(
        "gate-canary",
        "Sign-in canary passes",
        bad
          ? { tone: "failing", observed: "no page after sign-in", expected: "signed in", ageS: 40, believable_s: 900, mend: "Look at the new side’s log; then read the checks again." }
          : { observed: "signed in", expected: "signed in", ageS: 40, believable_s: 900 },
      ),
    ],
    open: bad ? ["Step “Put the TTL back” is not settled: To do.", "The decision “Keep the low TTL for a day after the switch?” is open."] : [],
    people: ["Incident lead", "Service owner", "Support desk"].map((role, i) => ({ role, name: state === "go" ? ["m.example", "s.example", "d.example"][i] ?? null : null })),
    decision:
      state === "go" || state === "no_go"
        ? { go: state === "go", by: "m.example", reason: state === "go" ? "all three on the call, checks read together" : "the canary fails", at: iso(now - 2_700_000), void: null }
        : null,
    basis: `sha256:gate-${state}`,
    offers: gateOffers(state),
  };
}

/** The rules' and monitors' deadlines. */
export function deadlinesOf(now: number, failing: boolean, extended: boolean): Deadline[] {
  const moved = extended ? [{ minutes: 10, by: "m.example", reason: "the vendor is on the call", at: iso(now - 60_000) }] : [];
  const due = now - 160_000 + (extended ? 600_000 : 0);
  return [
    {
      id: "R3",
      kind: "rule",
      rule: "R3",
      title: "Switch Admins-UI back if it can’t be reached",
      since: failing ? iso(now - 880_000) : null,
      at: failing ? iso(due) : null,
      due: failing && due <= now,
      open_decision: null,
      note: failing ? "Admins-UI is failing; 12 min were decided." : "Admins-UI passes, so no clock runs. 12 min were decided.",
      extended: moved,
      extendable: failing,
    },
    {
      id: "R4",
      kind: "rule",
      rule: "R4",
      title: "Switch Reval back if it can’t be reached",
      since: null,
      at: null,
      due: false,
      open_decision: "reval-window",
      note: "No deadline: the decision “How many minutes may Reval fail?” is open.",
      extended: [],
      extendable: false,
    },
  ];
}

export const runbooksOf: RunbookView[] = [
  {
    runbook: "tis-cognito",
    built_in: true,
    title: "TIS to Cognito",
    targets: [
      { name: "rehearsal", kind: "rehearsal", steps: 22, problems: [] },
      { name: "preprod.example", kind: "preproduction", steps: 22, problems: [] },
      { name: "prod.example", kind: "production", steps: 22, problems: [] },
    ],
    problems: [],
  },
  { runbook: "dns-switch", built_in: true, title: "Switch apps.example.nhs.test to the new side", targets: [{ name: "rehearsal", kind: "rehearsal", steps: 3, problems: [] }], problems: [] },
];

export function runbookOf(runbook: string): RunbookView {
  const known = runbooksOf.find((r) => r.runbook === runbook);
  if (known !== undefined) return known;
  return {
    runbook,
    built_in: false,
    title: "TIS to Cognito, second night",
    targets: [
      { name: "rehearsal", kind: "rehearsal", steps: 22, problems: [] },
      {
        name: "prod",
        kind: "",
        steps: 0,
        problems: [{ stops: true, code: "missing", message: "The value “zone_id” is missing.", place: "targets/prod.toml:4:1", fix: "Add zone_id = \"Z…\" under [values]." }],
      },
    ],
    problems: [
      { stops: false, code: "rule-undecided", message: "Rule R4 waits for a decision that nobody has taken.", place: "runbook.toml:212:1", fix: "Decide “reval-window” in the target, or on the night." },
    ],
  };
}

export function amendmentOf(runbook: string): AmendmentView {
  const refused = runbook.includes("refused");
  return {
    digest: "sha256:amend",
    from: "sha256:plan",
    to: "sha256:plan-2",
    changes: runbook.includes("same")
      ? []
      : [
          { subject: "step mid.4", kind: "changed", field: "owner", before: "r.example", after: "t.example", refused: null },
          { subject: "step mid.4", kind: "changed", field: "expected", before: "12 min", after: "20 min", refused: null },
          { subject: "step post.3", kind: "added", field: null, before: null, after: "Lift the restriction of UserManagement", refused: null },
          ...(refused
            ? [{ subject: "step mid.2", kind: "changed", field: "action", before: "deny 9 routes", after: "deny 8 routes", refused: "Step mid.2 has an effect: its action stays as it is." }]
            : []),
        ],
    anew: ["mid.4"],
    not_now: runbook.includes("not-now") ? "A call is in flight. Wait until it is resolved." : null,
  };
}

const FIELDS = [
  { field: "A", before: "192.0.2.10", ours: "198.51.100.20", found: "198.51.100.99" },
  { field: "ttl", before: "60 s", ours: "60 s", found: "300 s" },
  { field: "AAAA", before: "none", ours: "none", found: "none" },
];

export function fieldPlanOf(step: string, choices: FieldChoices): FieldPlanView {
  const rows = FIELDS.map((f) => ({ ...f, differs: f.before !== f.found, choice: choices[f.field] ?? null }));
  const differing = rows.filter((r) => r.differs);
  const undecided = differing.filter((r) => r.choice === null).map((r) => r.field);
  const open = undecided.length > 0;
  const then = rows.map((r) => `${r.field} ${r.choice === "restore" ? r.before : r.found}`);
  const kept = differing.filter((r) => r.choice === "keep").map((r) => r.field);
  return {
    step,
    rows,
    undecided,
    kept,
    then: open ? [] : then,
    ends: open ? null : kept.length === differing.length ? "The step is done, with what somebody else left." : "The step is undone; kept fields stay as somebody else left them.",
    preview: open
      ? null
      : {
          digest: `sha256:fields-${Object.values(choices).join("-")}`,
          changes: [{ object: "apps.example.nhs.test A", before: rows.map((r) => `${r.field} ${r.found}`), after: then, asked: [], caution: null }],
          calls: [{ service: "route53", operation: "ChangeResourceRecordSets", parameters: {}, cli: "aws route53 change-resource-record-sets --hosted-zone-id Z0FAKEEXAMPLE" }],
        },
    preconditions: [],
    unproven: [],
  };
}

export function dnsTruthOf(now: number, failing: boolean): DnsTruth {
  const old = ["192.0.2.10"];
  const next = ["198.51.100.20"];
  const server = (name: string, place: string, values: string[], ttl_s: number | null, problem: string | null = null) => ({ server: name, place, values, ttl_s, problem });
  return {
    observed_at: iso(now),
    names: [
      {
        name: "apps.example.nhs.test",
        record: "A",
        servers: [
          ...[1, 2, 3, 4].map((n) => server(`ns-${n}.example.nhs.test`, "name_server", failing ? next : old, 60)),
          server("office", "resolver", old, 41),
          server("public-1", "resolver", failing ? next : old, 12),
          server("vpn", "resolver", [], null, "no answer within 3 s"),
        ],
      },
    ],
  };
}
