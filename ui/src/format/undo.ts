// How long going back takes: as measured, or that it never was. Never a guess dressed up as a number.
import type { UndoTimeView } from "../ipc";
import { count, duration } from "./time";

/** "about 2 min", rounded up so that it is rather too long than too short; null where nothing is known. */
export function aboutWords(takes: UndoTimeView): string | null {
  if (takes.slowest_s === null) return null;
  const s = Math.max(takes.slowest_s, takes.caches_s ?? 0);
  return `about ${duration(s <= 60 ? Math.max(5, Math.ceil(s / 5) * 5) : Math.ceil(s / 60) * 60)}`;
}

/** Where the number comes from: "slowest of 3 rehearsals 2 min 11 s". */
export function measuredWords(takes: UndoTimeView): string {
  if (takes.slowest_s === null) return "never measured here";
  const tries =
    takes.rehearsals === takes.tries
      ? count(takes.tries, "rehearsal")
      : `${count(takes.tries, "try", "tries")}${takes.rehearsals > 0 ? `, ${takes.rehearsals} rehearsed` : ""}`;
  return takes.tries === 1 ? `${tries}: ${duration(takes.slowest_s)}` : `slowest of ${tries} ${duration(takes.slowest_s)}`;
}

/** "up to 1 min until caches have the old answer"; null where no cache is known to keep anything. */
export function cachesWords(takes: UndoTimeView): string | null {
  return takes.caches_s === null || takes.caches_s === 0 ? null : `caches keep the answer for up to ${duration(takes.caches_s)}`;
}

/** All of it in one line. */
export function takesWords(takes: UndoTimeView): string {
  return [aboutWords(takes), takes.slowest_s === null ? measuredWords(takes) : null, cachesWords(takes)].filter((w) => w !== null).join("; ");
}
