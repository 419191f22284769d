// The host of tests, and of `npm run dev` in a plain browser: it answers from the made-up world, records what was asked,
// and goes on to the scene that a command leads to. What no scene tells of changes nothing.
import { Failure, type Ipc, type Submission } from "../ipc/port";
import type {
  AmendmentView,
  ApiError,
  AppInfo,
  ConnectionAsk,
  DetailAsk,
  DetailView,
  FieldPlanView,
  Lead,
  LookupAsk,
  LookupPlace,
  LookupPlaces,
  LookupView,
  LookupWhere,
  ProfilesView,
  RehearsalView,
  ReportExported,
  ReportView,
  RevealAsk,
  Revealed,
  RunSnapshot,
  RunbookView,
  ScopeView,
  SheetExported,
  SourceListView,
  Update,
  WindowInfo,
} from "../ipc/generated/wire";
import { type Scene, connectionOf, eventsOf, hasPlan, hasScene, movedTo, nameOf, planOf, sceneOf, snapshotOf } from "./made-up";
import desk from "./world/desk.json";
import people from "./world/people.json";
import plans from "./world/plans.json";

type Desk = {
  now: string;
  program: { app: AppInfo; console: WindowInfo; support: WindowInfo; sheet: SheetExported; written: ReportExported };
  profiles: ProfilesView;
  rehearsal: RehearsalView;
  runbooks: { built_in: RunbookView[]; chosen: RunbookView; none: ApiError };
  report: { now: string; view: ReportView };
};
type People = {
  now: string;
  found: Record<string, LookupView>;
  refused: ApiError;
  about: { revealed: Record<string, Revealed>; detail: DetailView };
  list: SourceListView;
  places: { known: LookupPlaces; rehearse: LookupPlaces; nowhere: LookupPlaces; production: LookupPlace; rehearsal: LookupPlace; pools: LookupPlace };
  elsewhere: ApiError;
};
const DESK = desk as unknown as Desk;
const PEOPLE = people as unknown as People;
const FIELDS = plans.fields as unknown as { now: string; plans: Record<string, FieldPlanView> };
const AMENDMENTS = plans.amendments as unknown as Record<string, AmendmentView>;

/** What the masked fields of the first account hide; tests look for it where it must not be. */
export const SECRETS = Object.fromEntries(Object.entries(PEOPLE.about.revealed).map(([field, told]) => [field, told.value]));

/** What is answered to this query. */
export function lookupOf(query: string): LookupView {
  const found = PEOPLE.found[query.toLowerCase()];
  if (found === undefined) throw new Failure(PEOPLE.refused);
  return movedTo(found, PEOPLE.now, Date.now());
}

export type Fake = Ipc & {
  scene: Scene;
  /** What was submitted, oldest first. */
  asked: Submission[];
  /** Who took the run over, and why. */
  taken: { by: string; reason: string | null }[];
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
  refuse: ApiError | null;
  /** Last touch on every snapshot. */
  edit: (snapshot: RunSnapshot) => RunSnapshot;
  /** Sends a snapshot to whoever listens. */
  push: () => void;
  end: (why: string) => void;
  /** The program is started a second time, with a link. */
  lead: (lead: Lead) => void;
  ready: number;
};

/** Where a command leads from a scene: at once, and by itself after so many milliseconds each. */
const LEADS: Record<string, Record<string, string | readonly [string, number, ...(string | number)[]]>> = {
  waiting: { hold: "held", stop: "stopped", decide: "decided" },
  held: { resume: "released" },
  ready: { apply: ["applying", 3000, "verifying", 4000, "done"] },
  failing: { extend_deadline: "extended", rollback: ["running", 4000, "turn"] },
  turn: { rollback_done: "completed" },
  foreign: { resolve_fields: "chosen" },
  gate_ready: { go: "go" },
  gate_closed: { no_go: "no_go" },
};

const scopeWord = (scope: ScopeView): string => (scope === "all" ? "all" : "rule" in scope ? `rule:${scope.rule}` : `step:${scope.step}`);

export function fakeIpc(words = ""): Fake {
  const said = words.split(",");
  const on = new Set<string>();
  let listener: ((update: Update) => void) | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  const desked = <T>(value: T): T => movedTo(value, DESK.now, Date.now());
  const snapshot = (): RunSnapshot => fake.edit(snapshotOf(fake.scene));

  function go(story: string): void {
    const scene = { ...fake.scene, story };
    if (hasScene(scene)) fake.scene = scene;
    fake.push();
  }

  function obey({ command }: Submission): void {
    const word = command.do === "gate" ? (command.go ? "go" : "no_go") : command.do;
    const leads = LEADS[fake.scene.story]?.[word];
    if (leads === undefined) {
      fake.push();
      return;
    }
    const [first, ...rest] = typeof leads === "string" ? [leads] : leads;
    go(first);
    let after = 0;
    for (let i = 0; i + 1 < rest.length; i += 2) {
      after += Number(rest[i]);
      setTimeout(() => go(String(rest[i + 1])), after);
    }
  }

  function refused(): void {
    const refusal = fake.refuse;
    fake.refuse = null;
    if (refusal !== null) throw new Failure(refusal);
  }

  const fake: Fake = {
    scene: sceneOf(words),
    asked: [],
    lookups: [],
    reveals: [],
    details: [],
    forgotten: 0,
    chosenList: PEOPLE.list,
    listsForgotten: 0,
    taken: [],
    amended: [],
    opened: [],
    links: [],
    checked: [],
    zoom: 100,
    chosen: DESK.runbooks.chosen.runbook,
    refuse: null,
    edit: (s) => s,
    ready: 0,
    push: () => listener?.({ type: "snapshot", snapshot: snapshot() }),
    lead: () => undefined,
    end: (why) => listener?.({ type: "ended", why }),
    // Unlike the real core this one is told by its address: nothing is behind it.
    windowInfo: async () => (said.includes("support") ? DESK.program.support : DESK.program.console),
    appInfo: async () => ({ ...desked(DESK.program.app), run: fake.scene.start ? null : DESK.program.app.run }),
    runList: async () => desked(DESK.program.app.runs),
    runSnapshot: async () => snapshot(),
    journalPage: async (_run, afterSeq, limit) => {
      const events = eventsOf(fake.scene);
      return { events: events.filter((e) => e.seq > afterSeq).slice(0, limit), head: events.length };
    },
    rollbackPlan: async (_run, scope) => {
      const scene = said.includes("unvouched") ? { ...fake.scene, story: "unvouched" } : fake.scene;
      const name = `${nameOf(scene)} ${scopeWord(scope)}`;
      if (!hasPlan(name))
        throw new Failure({ code: "nothing_to_undo", message: `The made-up world has no plan “${name}”.`, hint: "", where: "the made-up world" });
      return planOf(name);
    },
    rehearsalView: async () => {
      const lit = <F extends { on: boolean }>(of: F[], fault: (one: F) => string): F[] => of.map((one) => ({ ...one, on: on.has(fault(one)) }));
      return { ...DESK.rehearsal, drills: lit(DESK.rehearsal.drills, (d) => d.fault), faults: lit(DESK.rehearsal.faults, (f) => f.name) };
    },
    runbooks: async () => DESK.runbooks.built_in,
    runbookView: async (runbook) => {
      const known = [...DESK.runbooks.built_in, DESK.runbooks.chosen].find((one) => one.runbook === runbook);
      if (known === undefined) throw new Failure(DESK.runbooks.none);
      return known;
    },
    chooseRunbook: async () => fake.chosen,
    openRunbook: async (runbook, target, by) => {
      fake.opened.push({ runbook, target, by });
      return DESK.program.app.run ?? "";
    },
    amendment: async (_run, runbook) => {
      const found = Object.entries(AMENDMENTS).find(([name]) => runbook.includes(name));
      return structuredClone(found?.[1] ?? (AMENDMENTS["other"] as AmendmentView));
    },
    amendRun: async (_run, runbook, basis, by, reason) => {
      fake.amended.push({ runbook, basis, by, reason });
      return { seq: eventsOf(fake.scene).length };
    },
    fieldPlan: async (_run, _step, choices) => {
      const name = Object.keys(choices)
        .sort()
        .map((field) => `${field}=${choices[field]}`)
        .join(" ");
      const plan = FIELDS.plans[name];
      if (plan === undefined) throw new Error(`the made-up world has no choice “${name}”`);
      return movedTo(plan, FIELDS.now, Date.now());
    },
    openResource: async (_run, id) => {
      fake.links.push(id);
    },
    profileList: async () => desked(DESK.profiles),
    connectionCheck: async (ask) => {
      fake.checked.push(ask);
      const of =
        ask.run !== null
          ? `${fake.scene.target === "production" && fake.scene.story === "failing" ? "signed-out" : "run"}@${fake.scene.target}`
          : [ask.profile ?? "none", ask.region ?? ""].join(" ").trim();
      return connectionOf(of);
    },
    reportView: async () => movedTo(DESK.report.view, DESK.report.now, Date.now()),
    exportReport: async () => DESK.program.written,
    setZoom: async (percent) => {
      fake.zoom = percent;
    },
    followLeads: async (tell) => {
      fake.lead = (lead) => tell(lead);
      return () => {
        fake.lead = () => undefined;
      };
    },
    subscribe: async (_run, _from, tell) => {
      listener = tell;
      if (!fake.scene.silent) timer = setInterval(fake.push, 2000);
      return () => {
        clearInterval(timer);
        listener = null;
      };
    },
    submitRun: async (_run, submission) => {
      fake.asked.push(submission);
      refused();
      obey(submission);
      return { seq: eventsOf(fake.scene).length };
    },
    takeRun: async (_run, by, reason) => {
      fake.taken.push({ by, reason });
      refused();
      fake.scene = { ...fake.scene, seat: "ours" };
      fake.push();
    },
    exportSheet: async () => {
      if (fake.scene.story === "waiting") go("exported");
      return DESK.program.sheet;
    },
    submitRehearsal: async (command) => {
      if (command.do === "inject") on.add(command.fault);
      if (command.do === "lift") on.delete(command.fault);
      return { run: command.do === "start" ? DESK.program.app.run : null };
    },
    usersPlaces: async () => PEOPLE.places[said.includes("nowhere") ? "nowhere" : said.includes("rehearse") ? "rehearse" : "known"],
    usersPlace: async (at: LookupWhere) => {
      if (at.pools.length > 0) return PEOPLE.places.pools;
      if (at.target !== null && at.target !== PEOPLE.places.rehearsal.target) throw new Failure(PEOPLE.elsewhere);
      return at.run === PEOPLE.places.production.run ? PEOPLE.places.production : PEOPLE.places.rehearsal;
    },
    usersFind: async (ask) => {
      fake.lookups.push(ask);
      return lookupOf(ask.query);
    },
    usersDetail: async (ask) => {
      fake.details.push(ask);
      return movedTo(PEOPLE.about.detail, PEOPLE.now, Date.now());
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
      const told = PEOPLE.about.revealed[ask.field];
      if (told === undefined) throw new Error(`the made-up world has no field “${ask.field}”`);
      return told;
    },
    uiReady: async () => {
      fake.ready += 1;
    },
  };
  return fake;
}
