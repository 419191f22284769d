// The words above the picture: the clock first, then how much time is left out, then round times. None stands over another one.
import { type Axis, ticksOf, xOf } from "./axis";
import { shortTime } from "../format/time";

/** About how wide a letter of 12 px is. Too wide rather than too narrow. */
const LETTER = 6.4;
/** Half of the clock's own mark, in pixels. */
export const CLOCK = 30;

const MINUTE = 60_000;

/** How much time is left out: to the minute, the hour or the day. Nobody reads seconds there. */
export function leftOut(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 120) return `+ ${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `+ ${hours} h` : `+ ${Math.round(hours / 24)} days`;
}

/** Words in the middle of `x`; empty where there is no room for them. */
export type Head = { at: number; x: number; words: string };

/** What stands above the line, in pixels from its beginning: `ticks` by their time, `cuts` by where they begin. `clock` is where now stands. */
export function headsOf(axis: Axis, clock: number): { ticks: Head[]; cuts: Head[] } {
  const taken: [number, number][] = [[clock - CLOCK, clock + CLOCK]];
  const placed = (at: number, x: number, text: string): Head => {
    const half = (text.length * LETTER) / 2;
    const free = taken.every(([from, to]) => x + half + 1 <= from || x - half - 1 >= to);
    if (free) taken.push([x - half, x + half]);
    return { at, x, words: free ? text : "" };
  };
  const cuts = axis.pieces.filter((p) => p.cut).map((p) => placed(p.from, p.x + p.width / 2, leftOut(p.to - p.from)));
  const ticks = ticksOf(axis, 64).map((t) => placed(t, xOf(axis, t), shortTime(t).replace(":00", "")));
  return { ticks, cuts };
}

/** Where words stand across a line: from the left to the right and from above to below, in pixels. */
export type Band = { left: number; right: number; top: number; bottom: number };

/** A line from above to below, without the parts in which words stand: as pieces with their two ends. */
export function around(x: number, top: number, bottom: number, words: readonly Band[]): [number, number][] {
  const pieces: [number, number][] = [];
  let from = top;
  for (const band of [...words].sort((a, b) => a.top - b.top)) {
    if (x < band.left - 2 || x > band.right + 2 || band.bottom <= from) continue;
    if (band.top > from) pieces.push([from, band.top]);
    from = band.bottom;
  }
  if (from < bottom) pieces.push([from, bottom]);
  return pieces;
}
