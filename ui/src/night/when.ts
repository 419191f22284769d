// When each thing of the night was, is or will be: from the snapshot alone. What has happened has its times; what is ahead is laid
// one after the other from now, by the times that the plan gives, and is called about.
import { gateKind, shapeOf, stateWords } from "../components/LeftRail";
import type { Kind } from "../components/State";
import type { PhaseView, StepView } from "../ipc";
import { isFinished } from "../state/readings";
import type { Place } from "../state/router";

/** One thing on the line of a phase. Times in milliseconds since 1970. */
export type Mark = {
  id: string;
  /** What it is: a decision, a step, a wait that time alone ends, or a try of a step that is not what counts of it now: taken back, or done once more. */
  is: "gate" | "step" | "wait" | "try";
  title: string;
  state: string;
  kind: Kind;
  from: number;
  to: number;
  /** It has not begun: its place is where the plan would put it. */
  ahead: boolean;
  /** People do it, not the console. */
  byHand: boolean;
  place: Place;
};

/** A phase with its marks in order; `planned` is what the plan gives it from its beginning on. */
export type Line = { id: string; title: string; done: number; of: number; finished: boolean; marks: Mark[]; planned: { from: number; to: number } | null };

export type Night = {
  lines: Line[];
  now: number;
  /** The phase in which the run is, with its estimated end; null where it can't be told, or all is over. */
  current: { title: string; ends: number | null; behindS: number | null } | null;
};

const MINUTE = 60_000;
/** What a step takes of which the plan says nothing: as much as can be seen, and no promise. */
const UNSAID = MINUTE;

const at = (time: string | null): number | null => (time === null ? null : Date.parse(time));

/** When the wait of a step that time alone ends is over; null where it has none. */
function waitsUntil(step: StepView): number | null {
  const ends = step.before.flatMap((r) => (r.until === null ? [] : [Date.parse(r.until)]));
  return ends.length === 0 ? null : Math.max(...ends);
}

function markOf(step: StepView, from: number, to: number, ahead: boolean): Mark {
  return {
    id: step.id,
    is: "step",
    title: step.title,
    state: stateWords(step),
    kind: shapeOf(step),
    from,
    to,
    ahead,
    byHand: step.kind !== "action" && step.kind !== "check",
    place: { name: "step", step: step.id },
  };
}

const TRIES: Record<string, string> = { undo: "Taken back", publish: "Made seen once more" };

/** What was tried outside the time that counts for the step now: the try before it was done once more, and what took it back. */
function triesOf(step: StepView, from: number | null, to: number | null): Mark[] {
  const counts = (moment: number) => from !== null && moment >= from - 1000 && moment <= (to ?? Number.POSITIVE_INFINITY) + 1000;
  return step.attempts.flatMap((attempt, i): Mark[] => {
    const moment = Date.parse(attempt.started_at);
    if (counts(moment)) return [];
    const of = TRIES[attempt.way];
    const undone = of === undefined && step.attempts.slice(i + 1).some((later) => later.way === "undo");
    return [
      {
        id: `try-${attempt.id}`,
        is: "try",
        title: of === undefined ? `${step.title}, an earlier try` : `${of}: ${step.title}`,
        state: undone ? "Taken back since" : attempt.outcome,
        kind: of === undefined ? "record" : "undone",
        from: moment,
        to: moment,
        ahead: false,
        byHand: false,
        place: { name: "step", step: step.id },
      },
    ];
  });
}

function gateMark(phase: PhaseView, moment: number, ahead: boolean): Mark[] {
  const gate = phase.gate;
  if (gate === null) return [];
  return [
    {
      id: `gate-${phase.id}`,
      is: "gate",
      title: gate.title,
      state: gate.state_words,
      kind: gateKind(gate),
      from: moment,
      to: moment,
      ahead,
      byHand: true,
      place: { name: "gate", phase: phase.id },
    },
  ];
}

/** What people decided before at a gate, and what does not hold any more of the last time: when it was, and what it was. */
function decidedBefore(phase: PhaseView): Mark[] {
  const gate = phase.gate;
  if (gate === null) return [];
  const last = gate.decision !== null && (!gate.decision.go || gate.decision.void !== null) ? [gate.decision] : [];
  return [...(gate.earlier ?? []), ...last].map(({ at, go }, i) => ({
    id: `gate-${phase.id}-${i + 1}`,
    is: "gate",
    title: "An earlier go or no-go",
    state: go ? "Go, not in force now" : "No-go",
    kind: "undone",
    from: Date.parse(at),
    to: Date.parse(at),
    ahead: false,
    byHand: true,
    place: { name: "gate", phase: phase.id },
  }));
}

function lineOf(phase: PhaseView, start: number, now: number): { line: Line; end: number } {
  let cursor = start;
  const marks: Mark[] = [];
  const decided = phase.gate?.state === "go" ? at(phase.gate.decision?.at ?? null) : null;
  marks.push(...decidedBefore(phase), ...gateMark(phase, decided ?? Math.max(cursor, now), decided === null));
  cursor = Math.max(cursor, decided ?? 0);
  for (const step of phase.steps) {
    const began = at(step.times.started_at);
    // What was taken back before it had been seen to hold was under way until then.
    const ended = at(step.times.ended_at) ?? (step.state === "undone" ? at(step.changed_at) : null);
    marks.push(...triesOf(step, began, ended));
    const until = waitsUntil(step);
    const began_ = began ?? Math.max(cursor, now);
    // What it waited for, or waits for still, from when the one before it was through.
    if (until !== null && step.state !== "skipped" && step.state !== "undone") {
      const waited = { from: cursor, to: Math.min(until, began ?? until) };
      if (waited.to - waited.from >= MINUTE / 2) {
        marks.push({
          id: `wait-${step.id}`,
          is: "wait",
          title: `Wait before ${step.title}`,
          state: until > now ? "Waiting" : "Over",
          kind: "waiting",
          ...waited,
          ahead: waited.from > now,
          byHand: false,
          place: { name: "step", step: step.id },
        });
        cursor = Math.max(cursor, waited.to);
      }
    }
    const comes = (other: Partial<Mark> = {}) => {
      const from = Math.max(began_, cursor, now);
      const takes = (step.times.planned_s ?? step.expected_s ?? 0) * 1000;
      const to = from + (takes === 0 ? UNSAID : takes);
      marks.push({ ...markOf(step, from, to, true), ...other });
      cursor = to;
    };
    if (began !== null) {
      const planned = (step.times.planned_s ?? step.expected_s ?? 0) * 1000;
      // One that runs is drawn to its planned end, or to now where it is late.
      const to = ended ?? Math.max(now, began + planned);
      marks.push(markOf(step, began, to, false));
      cursor = Math.max(cursor, to);
      // What was taken back comes once more before what follows it.
      if (step.state === "undone") comes({ id: `again-${step.id}`, title: `${step.title}, once more`, state: "To do", kind: "todo" });
    } else if (step.state === "skipped") {
      // It was not done, so it took no time.
    } else if (isFinished(step)) {
      const moment = at(step.changed_at) ?? cursor;
      marks.push(markOf(step, moment, moment, false));
      cursor = Math.max(cursor, moment);
    } else {
      comes();
    }
  }
  // Steps are not always done in their order: one that was done once more comes late.
  const begun = marks.filter((m) => !m.ahead && m.is === "step").map((m) => m.from);
  const first = begun.length > 0 ? Math.min(...begun) : (marks.find((m) => m.is === "step")?.from ?? start);
  const planned = phase.times.planned_s === null ? null : { from: first, to: first + phase.times.planned_s * 1000 };
  return {
    line: { id: phase.id, title: phase.title, done: phase.done, of: phase.of, finished: phase.done === phase.of, marks, planned },
    end: cursor,
  };
}

/** When people decided at a gate. */
const decisionsOf = ({ gate }: PhaseView): number[] =>
  gate === null ? [] : [...(gate.earlier ?? []), ...(gate.decision === null ? [] : [gate.decision])].map((d) => Date.parse(d.at));

/** The last moment at which something happened. */
function lastOf(phases: readonly PhaseView[]): number {
  const times = phases.flatMap((p) => [
    ...decisionsOf(p),
    ...p.steps.flatMap((s) => [
      at(s.times.started_at),
      at(s.times.ended_at),
      isFinished(s) ? at(s.changed_at) : null,
      ...s.attempts.map((a) => at(a.started_at)),
    ]),
  ]);
  return Math.max(...times.map((t) => t ?? Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY);
}

/** The whole night, phase by phase. The clock of the picture goes in steps: it is never behind what has happened. */
export function nightOf(phases: readonly PhaseView[], clock: number): Night {
  const now = Math.max(clock, lastOf(phases));
  const started = phases.flatMap((p) => [...decisionsOf(p), ...p.steps.map((s) => at(s.times.started_at))]).filter((t): t is number => t !== null);
  let cursor = Math.min(...started, started.length === 0 ? now : Number.POSITIVE_INFINITY);
  const lines: Line[] = [];
  let current: Night["current"] = null;
  for (const phase of phases) {
    const { line, end } = lineOf(phase, cursor, now);
    if (current === null && !line.finished) {
      const unsaid = phase.steps.some((s) => !isFinished(s) && s.times.planned_s === null && s.expected_s === null);
      const ends = unsaid ? null : end;
      // A phase that nobody has begun is behind nothing.
      const begun = line.marks.some((m) => m.is === "step" && !m.ahead);
      current = { title: phase.title, ends, behindS: ends === null || line.planned === null || !begun ? null : Math.round((ends - line.planned.to) / 1000) };
    }
    lines.push(line);
    cursor = Math.max(cursor, end);
  }
  return { lines, now, current };
}
