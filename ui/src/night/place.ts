// Where the marks of a phase are drawn: each at its own time. One that is too narrow to be seen is as wide as can be seen and moves the next
// one a little, but never over now: what has happened stands left of that line, what is ahead right of it.
import { type Axis, xOf } from "./axis";
import type { Line, Mark } from "./when";

/** A mark with where it begins and how wide it is, in pixels from the beginning of the line; a gate is as wide as a point. */
export type Placed = { mark: Mark; x: number; width: number };

/** As narrow as a bar may be to be seen, and what stands between two; both in pixels. */
const SEEN = 5;
const GAP = 1;
/** Half of a diamond, in pixels. */
const HALF = 10;

/** The room that a mark takes at least, to its right. */
const after = (mark: Mark): number => (mark.is === "gate" ? HALF : SEEN + GAP);
/** The room that it takes to its left, beside another one. */
const before = (mark: Mark): number => (mark.is === "gate" ? HALF : 0);

/** Marks by their time between two places, as near to their own as the others let them. Where there is no room they stand closer. */
function between(marks: readonly Mark[], axis: Axis, from: number, to: number): Placed[] {
  const list = [...marks].sort((a, b) => a.from - b.from);
  const apart = list.map((mark, i) => {
    const next = list[i + 1];
    return after(mark) + (next === undefined ? 0 : before(next));
  });
  const wanted = apart.reduce((sum, one) => sum + one, 0);
  const share = wanted === 0 ? 1 : Math.min(1, Math.max(0, to - from) / wanted);
  const room = apart.map((one) => one * share);
  const at: number[] = [];
  let free = from;
  for (const [i, mark] of list.entries()) {
    const x = Math.max(free, xOf(axis, mark.from));
    at.push(x);
    free = x + (room[i] ?? 0);
  }
  let end = to;
  for (let i = list.length - 1; i >= 0; i -= 1) {
    at[i] = Math.min(at[i] ?? from, end - (room[i] ?? 0));
    end = at[i] ?? from;
  }
  return list.map((mark, i) => {
    const x = at[i] ?? from;
    if (mark.is === "gate") return { mark, x, width: 0 };
    // A moment is no wider for having been moved.
    if (mark.is === "try") return { mark, x, width: Math.min(SEEN, SEEN * share) };
    // Two that went on at the same time lie one over the other, as they did.
    return { mark, x, width: Math.max(Math.min(SEEN, SEEN * share), Math.min(to, xOf(axis, mark.to)) - x) };
  });
}

/** Every mark of a phase: first what has happened, at its own time, then what goes on over now, then what is ahead. */
export function placed(line: Pick<Line, "marks">, axis: Axis, now: number): Placed[] {
  const clock = xOf(axis, now);
  const over = between(
    line.marks.filter((m) => !m.ahead),
    axis,
    0,
    clock,
  ).map((p) => (p.mark.to > now ? { ...p, width: Math.max(p.width, xOf(axis, p.mark.to) - p.x) } : p));
  const free = Math.max(clock, ...over.map((p) => (p.mark.to > now ? p.x + p.width + GAP : 0)));
  const ahead = line.marks.filter((m) => m.ahead);
  // A diamond that comes first has its own half as well.
  const from = ahead[0]?.is === "gate" ? free + HALF : free;
  return [...over, ...between(ahead, axis, Math.min(from, axis.width), axis.width)];
}
