// Readings as they are now: the core sends when each was made and how long it may be believed; its
// age, and whether it has become Unknown, is worked out here on every tick.
import { age, shownAge } from "../format/time";
import type { Answer, BreachView, Deadline, PhaseView, ReadingView, RollbackProgress, RunSnapshot, StepView, Tone } from "../ipc";
import type { Place } from "./router";

/** The parts of a run that most of these look at. */
type Steps = Pick<RunSnapshot, "phases">;
type Monitors = Pick<RunSnapshot, "phases" | "monitors">;

/** A reading with its age at this moment, in seconds as far as they are shown; `failed` = when it was last read failing, where nobody can tell now. */
export type Fresh = ReadingView & { age: number | null; stale: boolean; failed: number | null };

const RANK: Record<Tone, number> = {
  passing: 0,
  not_applicable: 1,
  switching: 2,
  waiting: 3,
  running: 4,
  failing: 5,
  unknown: 6,
};

export function freshen(reading: ReadingView, now: number): Fresh {
  if (reading.observed_at === null) {
    const tone: Tone = reading.tone === "running" ? "running" : "unknown";
    return { ...reading, tone, age: null, stale: false, failed: failedOf(reading.last_failing) };
  }
  // Its age is that of the last change that was written down, not of the last look.
  if (reading.before_opening === true) return { ...reading, tone: "unknown", age: null, stale: false, failed: failedOf(reading.last_failing) };
  const seconds = Math.max(0, (now - Date.parse(reading.observed_at)) / 1000);
  const stale = seconds > reading.believable_s;
  const tone: Tone = stale ? "unknown" : reading.tone;
  // What was red and is too old is not red any more, and not forgotten either.
  const failed = stale && reading.tone === "failing" ? reading.observed_at : reading.last_failing;
  return { ...reading, tone, age: shownAge(seconds), stale, failed: tone === "unknown" ? failedOf(failed) : null };
}

const failedOf = (at: string | undefined): number | null => (at === undefined ? null : Date.parse(at));

/** "last failing 2 min ago"; null where it can be told, or was not failing. */
export const lastFailing = (m: Fresh, now: number): string | null => (m.failed === null ? null : `last failing ${age(Math.max(0, now - m.failed) / 1000)} ago`);

/** A reading as a row shows it: with what it was last, in words. */
export type Shown = Fresh & { last: string | null };
export const shownNow = (m: Fresh, now: number): Shown => ({ ...m, last: lastFailing(m, now) });

/** Worst first, Unknown worst of all; equals keep their order. */
export function worstFirst<T extends { tone: Tone; failed?: number | null }>(list: readonly T[]): T[] {
  // Of what can't be told, first what was failing.
  const was = (m: { failed?: number | null }) => (m.failed == null ? 0 : 1);
  return [...list].sort((a, b) => RANK[b.tone] - RANK[a.tone] || was(b) - was(a));
}

/** Monitors, in the same order on every screen: what fails stands above what can't be told, or a rail that has no room for all would push it out of sight. */
export function failingFirst<T extends { tone: Tone; failed?: number | null }>(list: readonly T[]): T[] {
  const worst = worstFirst(list);
  return [...worst.filter((m) => m.tone === "failing"), ...worst.filter((m) => m.tone !== "failing")];
}

export const letsThrough = (tone: Tone): boolean => tone === "passing" || tone === "not_applicable";

/** Nothing is asked of anybody: as expected, or on its way there. */
export const isQuiet = (tone: Tone): boolean => letsThrough(tone) || tone === "switching";

/** "last read 6 min ago" or "never read". */
export function lastRead(reading: Fresh): string {
  if (reading.before_opening === true) return "not read since this window opened";
  return reading.age === null ? "not read yet" : `last read ${age(reading.age)} ago`;
}

/** Whether a change is on its way, or looked at whether it has arrived. */
const isMoving = (snapshot: Steps): boolean => allSteps(snapshot).some((s) => IN_FLIGHT.has(s.state) || s.state.endsWith("verifying"));

/**
 * The monitors at this moment. One that nobody has read yet because a change on its way has only now made it matter is
 * being read for the first time: no alarm.
 */
export function monitorsNow(snapshot: Monitors, now: number): Fresh[] {
  const moving = isMoving(snapshot);
  return snapshot.monitors.map((m) => freshen(m, now)).map((m) => (moving && m.age === null && m.before_opening !== true ? { ...m, tone: "running" } : m));
}

/** Are users all right, by what may still be believed? */
export function usersNow(snapshot: Monitors & Pick<RunSnapshot, "users">, now: number, live: boolean): Answer {
  const monitors = monitorsNow(snapshot, now);
  if (!live) {
    return { tone: "unknown", headline: "Can't tell", note: "Status is not live" };
  }
  // A fresh failure is a fact: it is said even where another reading is unknown.
  if (snapshot.users.tone === "failing" && monitors.some((m) => m.tone === "failing")) return snapshot.users;
  const unknown = worstFirst(monitors.filter((m) => m.tone === "unknown"));
  const first = unknown[0];
  if (first !== undefined) {
    const more = unknown.length > 1 ? `, ${unknown.length - 1} more` : "";
    const said = lastFailing(first, now) ?? (first.stale || first.age === null ? lastRead(first) : "can't be told");
    return { tone: "unknown", headline: "Can't tell", note: `${first.title} ${said}${more}` };
  }
  const coming = monitors.find((m) => m.age === null && m.tone === "running");
  if (coming !== undefined && snapshot.users.tone === "unknown")
    return { tone: "switching", headline: "Switching", note: `${coming.title}: being read for the first time` };
  return snapshot.users;
}

/** Can we go back? The headline stays the core's; what can't be believed loses its green. */
export function wayBackNow(snapshot: Pick<RunSnapshot, "way_back">, live: boolean): Answer {
  const { answer } = snapshot.way_back;
  if (live || !snapshot.way_back.something_to_undo) return answer;
  return { tone: "unknown", headline: answer.headline, note: "As last known: status is not live" };
}

export const allSteps = (snapshot: Steps): StepView[] => snapshot.phases.flatMap((p) => p.steps);

const IN_FLIGHT = new Set(["applying", "in_doubt", "undoing", "undo_in_doubt"]);
// What was taken back is not finished: it is done again, or the run stays where it is.
const FINISHED = new Set(["done", "skipped"]);

export const inFlight = (snapshot: Steps): StepView[] => allSteps(snapshot).filter((s) => IN_FLIGHT.has(s.state));

export const isFinished = (step: Pick<StepView, "state">): boolean => FINISHED.has(step.state);

const QUIET = new Set(["to_do", "done", "skipped", "undone"]);

/** Whether something is still to be done with a step: of a notice that people were told the contrary of since, to tell it again. */
export const isOpen = (step: Pick<StepView, "state" | "tell_again">): boolean => !isFinished(step) || step.tell_again === true;

/** The step that needs a person's eyes: one under way or in trouble, else the first to do. */
export function currentStep(snapshot: Steps): StepView | undefined {
  const steps = allSteps(snapshot);
  return steps.find((s) => !QUIET.has(s.state) && s.state !== "blocked" && s.state !== "ready") ?? steps.find(isOpen) ?? steps.at(-1);
}

/** The phase that waits for go, where that is what the run waits for. */
export function currentGate(snapshot: Steps): PhaseView | undefined {
  const step = currentStep(snapshot);
  if (step === undefined || !isOpen(step)) return undefined;
  if (step.tell_again !== true && !["to_do", "blocked", "ready", "checking", "undone"].includes(step.state)) return undefined;
  const phase = snapshot.phases.find((p) => p.steps.some((s) => s.id === step.id));
  // What was taken back, and what is told again, is begun by itself where its gate stands; behind one that is void people decide first.
  if ((step.state === "undone" || step.tell_again === true) && phase?.gate?.state !== "void") return undefined;
  return phase?.gate != null && phase.gate.state !== "go" ? phase : undefined;
}

/** Where the run goes on: the gate or the step that waits for a person. */
export type Onward = { place: Place; id: string; title: string };

/** What the run waits for now; undefined where all is done. */
export function onward(snapshot: Steps): Onward | undefined {
  const gate = currentGate(snapshot);
  if (gate?.gate != null) return { place: { name: "gate", phase: gate.id }, id: `gate-${gate.id}`, title: gate.gate.title };
  const step = currentStep(snapshot);
  return step === undefined || !isOpen(step) ? undefined : { place: { name: "step", step: step.id }, id: step.id, title: step.title };
}

/** What the main button of a page that is over leads to, with its words. */
export type Main = Onward & { words: string };

/** What the plan forbids and is there now: a step that was changed and not made seen yet is how a plan goes on. */
export const forbidden = (snapshot: Steps & Pick<RunSnapshot, "breaches">): BreachView[] =>
  snapshot.breaches.filter((b) => publisherOf(b, snapshot) === undefined);

/** The step that shall publish, of a breach that is only that it has not. */
export function publisherOf(breach: BreachView, snapshot: Steps): StepView | undefined {
  const id = breach.id.startsWith("unpublished-") ? breach.id.slice("unpublished-".length) : null;
  return allSteps(snapshot).find((s) => s.id === id && (s.unseen ?? []).length > 0);
}

const WITHOUT_EFFECT = new Set(["to_do", "checking", "blocked", "ready", "failed", "skipped", "undone"]);

/** What has an effect in the world, as text: it changes with every step that is carried out or taken back. */
export const effectsOf = (snapshot: Steps): string =>
  allSteps(snapshot)
    .filter((s) => !WITHOUT_EFFECT.has(s.state))
    .map((s) => s.id)
    .join(" ");

/** Whether a rollback is not over. */
export const underWay = ({ state }: Pick<RollbackProgress, "state">): boolean => state === "running" || state === "halted";

const BACK: Main = { place: { name: "rollback", scope: null }, id: "rollback", title: "the rollback", words: "Go to the rollback" };

const REPORT: Main = { place: { name: "report" }, id: "report", title: "the report", words: "All is done: open the report" };

/**
 * The main way from here. Nothing goes forward over what the plan forbids: what mends it comes first, and where nothing is
 * named that does, what is seen of it. What mends one breach is taken back from its first step on: what needs that goes with it.
 */
export function mainWay(snapshot: Steps & Pick<RunSnapshot, "breaches"> & Partial<Pick<RunSnapshot, "rollback">>): Main | undefined {
  // A rollback that is not over comes before everything: nothing else goes on while it waits.
  if (snapshot.rollback != null && underWay(snapshot.rollback)) return BACK;
  const breach = forbidden(snapshot)[0];
  if (breach === undefined) {
    const next = onward(snapshot);
    if (next !== undefined) return { ...next, words: `Next: ${next.title}` };
    // Whatever is left then is to be told: what was done, when and by whom.
    return allSteps(snapshot).length > 0 && allSteps(snapshot).every(isFinished) ? REPORT : undefined;
  }
  const step = allSteps(snapshot).find((s) => breach.repair.includes(s.id) && !WITHOUT_EFFECT.has(s.state));
  return step === undefined
    ? { place: { name: "live" }, id: `read-${breach.id}`, title: "what is seen live", words: "Look at what is seen live" }
    : { place: { name: "rollback", scope: { step: step.id } }, id: `mend-${breach.id}`, title: step.title, words: `Take back: ${step.title}…` };
}

/** Decisions that nobody has taken, gates that wait included. */
export const openDecisions = (snapshot: Pick<RunSnapshot, "decisions">): number => snapshot.decisions.filter((d) => d.value === null).length;

/** Deadlines whose clock runs, soonest first. */
export const running = (deadlines: readonly Deadline[]): (Deadline & { at: string })[] =>
  deadlines.filter((d): d is Deadline & { at: string } => d.at !== null).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

/** The soonest end of a wait that time alone mends, with its check's title. */
export function nextWait(snapshot: Steps, now: number): { title: string; step: string; at: number } | undefined {
  const waits = allSteps(snapshot)
    .filter((s) => !isFinished(s) && s.state !== "undone")
    .flatMap((s) => [...s.before, ...s.verify].map((r) => ({ ...r, step: s.id })))
    .filter((r) => r.tone === "waiting" && r.until !== null)
    .map((r) => ({ title: r.title, step: r.step, at: Date.parse(r.until ?? "") }))
    .filter((w) => w.at > now)
    .sort((a, b) => a.at - b.at);
  return waits[0];
}
