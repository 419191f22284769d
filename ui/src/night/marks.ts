// What a mark is, in words: for a tooltip, for a reader and for the table.
import { count, shortTime } from "../format/time";
import type { Line, Mark } from "./when";

const span = (m: Mark): string => (m.from === m.to ? shortTime(m.from) : `${shortTime(m.from)} to ${shortTime(m.to)}`);
export const about = (m: Mark): string => (m.ahead ? (m.is === "gate" ? "not decided" : `about ${span(m)}`) : span(m));
/** What a mark is, for a tooltip and for a reader. */
export const markWords = (m: Mark): string => `${m.title}: ${m.state}, ${about(m)}${m.byHand && m.is === "step" ? ", by hand" : ""}`;

/** A phase that is through is one bar with the number of its steps; its gate stays. */
export function folded(line: Line): Line {
  const steps = line.marks.filter((m) => m.is === "step" && m.to >= m.from);
  const first = steps[0];
  if (!line.finished || steps.length < 2 || first === undefined) return line;
  const from = Math.min(...steps.map((m) => m.from));
  const to = Math.max(...steps.map((m) => m.to));
  const worst = steps.find((m) => m.kind === "fail" || m.kind === "blocked" || m.kind === "unknown") ?? first;
  return {
    ...line,
    marks: [
      ...line.marks.filter((m) => m.is === "gate"),
      { ...worst, id: `phase-${line.id}`, title: count(steps.length, "step"), state: worst === first ? "Done" : worst.state, from, to, byHand: false },
    ],
  };
}
