// Checks what crosses the boundary. Loose on purpose: an unknown field is kept, a missing or
// mistyped one is an error at the edge instead of a blank screen in the middle of a run.
import { z } from "zod";
import type * as wire from "./generated/wire";

// The content policy forbids eval; zod would try it once and leave a violation in the log.
z.config({ jitless: true });

const time = z.string().refine((s) => !Number.isNaN(Date.parse(s)), "not a time");
const words = z.array(z.string());
const maybe = z.string().nullable();

export const tone = z.enum(["passing", "not_applicable", "switching", "waiting", "running", "failing", "unknown"]);

export const reading = z.looseObject({
  id: z.string(),
  title: z.string(),
  tone,
  observed: z.string(),
  expected: z.string(),
  source: z.string(),
  observed_at: time.nullable(),
  age_s: z.number().nullable(),
  believable_s: z.number(),
  until: time.nullable(),
  mend: maybe,
  last_failing: time.optional(),
});

const change = z.looseObject({ object: z.string(), before: words, after: words, asked: words.default([]), caution: z.string().nullish() });
const call = z.looseObject({
  service: z.string(),
  operation: z.string(),
  parameters: z.unknown(),
  cli: z.string(),
});
const preview = z.looseObject({ digest: z.string(), changes: z.array(change), calls: z.array(call) });

const offer = z.looseObject({
  command: z.string(),
  label: z.string(),
  primary: z.boolean(),
  needs_reason: z.boolean(),
  refused: maybe,
});

const attempt = z.looseObject({
  id: z.string(),
  way: z.string(),
  started_at: time,
  outcome: z.string(),
  request_id: maybe,
  finding: maybe,
  problem: maybe,
  proven: z.array(z.string()),
});

const undoTime = z.looseObject({
  slowest_s: z.number().nullable(),
  tries: z.number(),
  rehearsals: z.number(),
  caches_s: z.number().nullable(),
  by_hand_s: z.number().nullable(),
});

const times = z.looseObject({
  planned_s: z.number().nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  actual_s: z.number().nullable(),
});

const gate = z.looseObject({
  title: z.string(),
  again: z.string().optional(),
  state: z.enum(["closed", "ready", "checking", "go", "no_go", "void"]),
  state_words: z.string(),
  fresh_s: z.number(),
  checks: z.array(reading),
  open: words,
  people: z.array(z.looseObject({ role: z.string(), name: maybe })),
  decision: z.looseObject({ go: z.boolean(), by: z.string(), reason: z.string(), at: time, void: maybe }).nullable(),
  basis: z.string(),
  offers: z.array(offer),
});

const deadline = z.looseObject({
  id: z.string(),
  kind: z.enum(["rule", "monitor", "step"]),
  rule: maybe,
  title: z.string(),
  monitor: z.string().optional(),
  since: time.nullable(),
  at: time.nullable(),
  due: z.boolean(),
  open_decision: maybe,
  note: z.string(),
  extended: z.array(z.looseObject({ minutes: z.number(), by: z.string(), reason: z.string(), at: time })),
  extendable: z.boolean(),
});

const step = z.looseObject({
  id: z.string(),
  title: z.string(),
  plan_ref: z.string(),
  kind: z.string(),
  why_not_automated: maybe,
  state: z.string(),
  state_words: z.string(),
  note: z.string(),
  ways_back: z.array(z.looseObject({ rule: z.string(), title: z.string() })),
  generation: z.number(),
  why: z.string(),
  notice: z.string().optional(),
  look_at: words,
  risks: words,
  owner: maybe,
  affects: maybe,
  expected_s: z.number().nullable(),
  times,
  reversibility: z.string(),
  needs: words,
  after: words,
  publishes: words.optional(),
  unseen: words.optional(),
  changed_at: time.nullable(),
  before: z.array(reading),
  preview: preview.nullable(),
  preview_at: time.nullable(),
  undo: preview.nullable(),
  undo_before: z.array(reading),
  undo_loses: words,
  undo_takes: undoTime,
  verify: z.array(reading),
  attempts: z.array(attempt),
  drifted: maybe,
  not_known: z.string().optional(),
  resources: z.array(z.looseObject({ id: z.string(), title: z.string(), cli: z.string(), in_console: z.boolean() })),
  offers: z.array(offer),
});

const answer = z.looseObject({ tone, headline: z.string(), note: z.string() });
const scope = z.union([z.literal("all"), z.looseObject({ step: z.string() }), z.looseObject({ rule: z.string() })]);

const rollbackItem = z.looseObject({
  id: z.string(),
  step: maybe,
  title: z.string(),
  kind: z.string(),
  restores: words,
  now: words,
  changed_outside: words.nullable(),
  loses: words,
  because: z.string(),
  preconditions: z.array(reading),
  preview: preview.nullable(),
  state: z.string(),
});

const runRow = z.looseObject({
  run: z.string(),
  title: z.string(),
  target: z.string(),
  kind: z.string(),
  opened_at: time,
});

const snapshot = z.looseObject({
  schema_version: z.literal(1),
  run: z.string(),
  title: z.string(),
  state: z.string(),
  plan_digest: z.string(),
  seq: z.number(),
  now: time,
  opened_at: time,
  banner: z.looseObject({
    kind: z.string(),
    word: z.string(),
    target: z.string(),
    account_tail: z.string(),
    region: z.string(),
    role: maybe,
    test_endpoint: z.boolean(),
    speed: z.number(),
  }),
  driver: z
    .looseObject({
      by: z.string(),
      host: z.string(),
      pid: z.number(),
      ours: z.boolean(),
      since: time.nullable(),
      reason: maybe,
      life: z.enum(["at_work", "silent", "ended", "unknown"]),
      silent_s: z.number().nullable(),
    })
    .nullable(),
  watching: maybe,
  lost: z.looseObject({ at: time, sentence: maybe }).nullable(),
  sign_in_until: time.nullable(),
  t0: z.looseObject({ at: time, step: z.string(), phase: z.string() }).nullable(),
  times,
  phases: z.array(
    z.looseObject({ id: z.string(), title: z.string(), t0: z.boolean(), gate: gate.nullable(), times, done: z.number(), steps: z.array(step) }),
  ),
  monitors: z.array(reading),
  users: answer,
  way_back: z.looseObject({
    answer,
    missing: words,
    something_to_undo: z.boolean(),
    proposal: scope.nullable(),
    order: words,
    takes: undoTime,
    sheet: z.looseObject({ exported_at: time.nullable(), seq: z.number().nullable(), file: maybe, stale: maybe }),
  }),
  rollback: z
    .looseObject({
      state: z.string(),
      asked_seq: z.number(),
      scope,
      title: z.string(),
      items: z.array(rollbackItem),
      why: maybe,
      your_turn: z.boolean(),
      seen: z.array(z.looseObject({ step: z.string(), title: z.string(), sentence: z.string() })),
      left: words,
      restricted: z.array(z.looseObject({ by: words, monitor: z.string(), sentence: z.string() })),
      stays: words,
    })
    .nullable(),
  decisions: z.array(
    z.looseObject({
      id: z.string(),
      question: z.string(),
      kind: z.string(),
      choices: words,
      value: maybe,
      by: maybe,
      blocks: words,
    }),
  ),
  deadlines: z.array(deadline),
  breaches: z.array(z.looseObject({ id: z.string(), because: z.string(), repair: words })),
  stopped_by: maybe,
  not_known: words.optional(),
});

const rollbackPlan = z.looseObject({
  digest: z.string(),
  scope,
  title: z.string(),
  items: z.array(rollbackItem),
  breaches: z.array(z.looseObject({ id: z.string(), because: z.string(), repair: words })),
  unproven: words,
  open_decision: maybe,
  stays: words,
  in_flight: words,
  caches_s: z.number(),
  takes: undoTime,
});

const journalPage = z.looseObject({
  events: z.array(
    z.looseObject({
      seq: z.number(),
      at: time,
      kind: z.string(),
      step: maybe,
      actor: maybe,
      sentence: z.string(),
    }),
  ),
  head: z.number(),
});

const rehearsalView = z.looseObject({
  endpoint: z.string(),
  speed: z.number(),
  parts: z.array(z.looseObject({ kind: z.string(), name: z.string(), address: z.string(), state: z.string() })),
  drills: z.array(
    z.looseObject({
      id: z.string(),
      part: z.string(),
      title: z.string(),
      when: z.string(),
      sentence: z.string(),
      says: z.string(),
      then: z.string(),
      fault: z.string(),
      at_once: z.boolean(),
      on: z.boolean(),
    }),
  ),
  faults: z.array(z.looseObject({ name: z.string(), part: z.string(), sentence: z.string(), on: z.boolean() })),
});

const problem = z.looseObject({ stops: z.boolean(), code: z.string(), message: z.string(), place: z.string(), fix: z.string() });
const runbook = z.looseObject({
  runbook: z.string(),
  built_in: z.boolean(),
  title: z.string(),
  targets: z.array(z.looseObject({ name: z.string(), kind: z.string(), steps: z.number(), problems: z.array(problem) })),
  problems: z.array(problem),
});

const amendment = z.looseObject({
  digest: z.string(),
  from: z.string(),
  to: z.string(),
  changes: z.array(z.looseObject({ subject: z.string(), kind: z.string(), field: maybe, before: maybe, after: maybe, refused: maybe })),
  anew: words,
  not_now: maybe,
});

const fieldPlan = z.looseObject({
  step: z.string(),
  rows: z.array(
    z.looseObject({ field: z.string(), before: z.string(), ours: z.string(), found: z.string(), differs: z.boolean(), choice: maybe }),
  ),
  undecided: words,
  kept: words,
  then: words,
  ends: maybe,
  preview: preview.nullable(),
  preconditions: z.array(reading),
  unproven: words,
});

const dnsTruth = z.looseObject({
  observed_at: time,
  names: z.array(
    z.looseObject({
      name: z.string(),
      record: z.string(),
      servers: z.array(z.looseObject({ server: z.string(), place: z.string(), values: words, ttl_s: z.number().nullable(), problem: maybe })),
    }),
  ),
});

const update = z.union([
  z.looseObject({ type: z.literal("snapshot"), snapshot }),
  z.looseObject({ type: z.literal("ended"), why: z.string() }),
]);

export const apiError = z.looseObject({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  where: z.string(),
});

const setting = z.looseObject({ variable: z.string(), value: maybe, effect: z.string(), overrides: z.boolean() });
const profile = z.looseObject({
  name: z.string(),
  kind: z.string(),
  kind_words: z.string(),
  source: maybe,
  role: maybe,
  account_tail: maybe,
  region: maybe,
  sso_session: maybe,
  session: z.enum(["not_needed", "signed_out", "expired", "ends", "renews"]),
  session_at: time.nullable(),
  session_words: z.string(),
  sign_in: maybe,
  problem: maybe,
  mend: maybe,
});
const line = z.looseObject({ seq: z.number(), at: z.string(), step: maybe, who: maybe, what: z.string() });

/** Each answer's check, typed as the generated wire type. */
const account = z.looseObject({
  index: z.number(),
  pool: z.string(),
  pool_title: z.string(),
  role: z.string(),
  status: z.string(),
  enabled: z.boolean().nullable(),
  email_verified: z.boolean().nullable(),
  created_at: time.nullable(),
  modified_at: time.nullable(),
  machine: z.boolean(),
  fields: z.array(z.looseObject({ field: z.string(), masked: z.string() })),
  mfa: words.nullable(),
});

const lookup = z.looseObject({
  lookup: z.string(),
  query: z.string(),
  matched_by: z.string(),
  verdict: z.string(),
  clear: z.boolean(),
  sentence: z.string(),
  next_step: z.string(),
  notes: words,
  pools: z.array(z.looseObject({ id: z.string(), title: z.string(), role: z.string(), state: z.string(), says: z.string(), mend: maybe, matches: z.number(), observed_at: time })),
  accounts: z.array(account),
  matches: z.number(),
});

export const checks = {
  windowInfo: z.looseObject({ window: z.enum(["console", "support"]), version: z.string(), operator: z.string() }) as z.ZodType<wire.WindowInfo>,
  lookupPlaces: z.looseObject({
    places: z.array(z.looseObject({ where: z.looseObject({ run: maybe, target: maybe, pools: words }), banner: z.string(), name: z.string() })),
    only: z.boolean(),
    unread: z.number(),
  }) as z.ZodType<wire.LookupPlaces>,
  lookupPlace: z.looseObject({
    banner: z.string(),
    kind: z.string(),
    target: z.string(),
    run: maybe,
    regions: words,
    account_tail: maybe,
    profile: maybe,
    test_endpoint: z.boolean(),
    pools: z.array(z.looseObject({ id: z.string(), title: z.string(), role: z.string() })),
    detail_cost: z.string(),
  }) as z.ZodType<wire.LookupPlace>,
  lookup: lookup as unknown as z.ZodType<wire.LookupView>,
  lookupDetail: z.looseObject({ account: account.nullable(), cost: z.string(), at: time }) as unknown as z.ZodType<wire.DetailView>,
  sourceList: z.looseObject({ name: z.string(), rows: z.number(), fault_count: z.number(), lines: z.array(z.number()), faults: words }).nullable() as z.ZodType<wire.SourceListView | null>,
  revealed: z.looseObject({ field: z.string(), value: z.string() }) as z.ZodType<wire.Revealed>,
  appInfo: z.looseObject({
    version: z.string(),
    operator: z.string(),
    run: maybe,
    runs: z.array(runRow),
  }) as z.ZodType<wire.AppInfo>,
  runList: z.array(runRow) as z.ZodType<wire.RunRow[]>,
  snapshot: snapshot as unknown as z.ZodType<wire.RunSnapshot>,
  journalPage: journalPage as z.ZodType<wire.JournalPage>,
  rollbackPlan: rollbackPlan as unknown as z.ZodType<wire.RollbackPlanView>,
  rehearsalView: rehearsalView as z.ZodType<wire.RehearsalView>,
  update: update as unknown as z.ZodType<wire.Update>,
  nothing: z.unknown().transform(() => undefined) as unknown as z.ZodType<void>,
  sheetExported: z.looseObject({ file: z.string(), in_mirror: z.boolean(), seq: z.number(), text: z.string() }) as z.ZodType<wire.SheetExported>,
  runbooks: z.array(runbook) as z.ZodType<wire.RunbookView[]>,
  runbook: runbook as z.ZodType<wire.RunbookView>,
  amendment: amendment as z.ZodType<wire.AmendmentView>,
  fieldPlan: fieldPlan as unknown as z.ZodType<wire.FieldPlanView>,
  dnsTruth: dnsTruth as z.ZodType<wire.DnsTruth>,
  path: maybe as z.ZodType<string | null>,
  id: z.string() as z.ZodType<string>,
  profiles: z.looseObject({
    schema_version: z.literal(1),
    profiles: z.array(profile),
    selected: maybe,
    environment: z.array(setting),
    problem: maybe,
    mend: maybe,
  }) as z.ZodType<wire.ProfilesView>,
  connection: z.looseObject({
    schema_version: z.literal(1),
    about: z.string(),
    target: maybe,
    profile: maybe,
    region: z.string(),
    checked_at: time,
    tone,
    sign_in_needed: z.boolean(),
    rows: z.array(reading),
    permissions: z.array(reading),
    keychain: z.looseObject({ works: z.boolean(), says: z.string(), means: z.string(), mend: maybe }).optional(),
    environment: z.array(setting),
  }) as z.ZodType<wire.ConnectionView>,
  report: z.looseObject({
    schema_version: z.literal(1),
    run: z.string(),
    title: z.string(),
    target: z.string(),
    word: z.string(),
    place: z.string(),
    summary: z.string(),
    opened: z.string(),
    t0: maybe,
    to_seq: z.number(),
    journal_sentence: z.string(),
    planned: z.string(),
    actual: z.string(),
    story: z.array(line),
    people: z.array(line),
    deadlines: z.array(z.unknown()),
    rollbacks: z.array(z.unknown()),
    timeline: z.array(line),
  }) as unknown as z.ZodType<wire.ReportView>,
  reportExported: z.looseObject({ file: z.string(), to_seq: z.number() }) as z.ZodType<wire.ReportExported>,
  accepted: z.looseObject({ seq: z.number() }) as z.ZodType<wire.Accepted>,
  rehearsalAccepted: z.looseObject({ run: maybe }) as z.ZodType<{ run: string | null }>,
};
