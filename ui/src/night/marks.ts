// What a mark is, in words: for a tooltip, for a reader and for the table.
import { count, shortTime } from "../format/time";
import { LONG } from "./axis";
import type { Line, Mark } from "./when";

const span = (m: Mark): string => (m.from === m.to ? shortTime(m.from) : `${shortTime(m.from)} to ${shortTime(m.to)}`);
export const about = (m: Mark): string => (m.ahead ? (m.is === "gate" ? "not decided" : `about ${span(m)}`) : span(m));
/** What a mark is, for a tooltip and for a reader. */
export const markWords = (m: Mark): string => `${m.title}: ${m.state}, ${about(m)}${m.byHand && m.is === "step" ? ", by hand" : ""}`;

/** Steps that followed one another: no time is left out between them, and nobody decided or tried anything else there. */
function runsOf(steps: readonly Mark[], between: readonly number[]): Mark[][] {
  const runs: { marks: Mark[]; to: number }[] = [];
  for (const step of [...steps].sort((a, b) => a.from - b.from)) {
    const last = runs.at(-1);
    const parted = last === undefined || step.from - last.to > LONG || between.some((moment) => moment >= last.to && moment <= step.from);
    if (parted) runs.push({ marks: [step], to: step.to });
    else {
      last.marks.push(step);
      last.to = Math.max(last.to, step.to);
    }
  }
  return runs.map((run) => run.marks);
}

/** A phase that is through is one bar with the number of its steps, and more than one where it was parted; its gate and what was tried besides stay. */
export function folded(line: Line): Line {
  const steps = line.marks.filter((m) => m.is === "step" && m.to >= m.from);
  if (!line.finished || steps.length < 2) return line;
  const beside = line.marks.filter((m) => m.is === "gate" || m.is === "try");
  const runs = runsOf(
    steps,
    beside.map((m) => m.from),
  );
  const bars = runs.flatMap((marks, i): Mark[] => {
    const first = marks[0];
    if (first === undefined) return [];
    const worst = marks.find((m) => m.kind === "fail" || m.kind === "blocked" || m.kind === "unknown") ?? first;
    // One step alone goes by its own name.
    if (marks.length === 1) return [first];
    const state = worst === first ? "Done" : worst.state;
    const span = { from: Math.min(...marks.map((m) => m.from)), to: Math.max(...marks.map((m) => m.to)) };
    return [{ ...worst, id: i === 0 ? `phase-${line.id}` : `phase-${line.id}-${i + 1}`, title: count(marks.length, "step"), state, ...span, byHand: false }];
  });
  return { ...line, marks: [...beside, ...bars] };
}
