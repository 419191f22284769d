// How long going back takes: as measured, or that it never was. Never a guess dressed up as a number.
import type { UndoTimeView } from "../ipc";
import { count, duration } from "./time";

/** Rounded up: rather too long than too short. */
const rounded = (s: number): string => `about ${duration(s <= 60 ? Math.max(5, Math.ceil(s / 5) * 5) : Math.ceil(s / 60) * 60)}`;

/** "about 3 min". Null where it was never measured. */
export function aboutWords(takes: UndoTimeView): string | null {
  if (takes.slowest_s === null) return null;
  return rounded(Math.max(takes.slowest_s, takes.caches_s ?? 0) + (takes.by_hand_s ?? 0));
}

/**
 * How long a whole way back takes, in which so many parts are taken back by hand: their time is part of it. It is the one figure for it, wherever the
 * way back is spoken of.
 */
export function planWords(takes: UndoTimeView, byHand: number): string {
  if (byHand > 0 && takes.by_hand_s === null) return "as long as the work by hand";
  const s = Math.max(takes.slowest_s ?? takes.planned_s ?? 0, takes.caches_s ?? 0);
  if (byHand > 0) return rounded(s + (takes.by_hand_s ?? 0));
  if (takes.slowest_s === null && takes.planned_s !== undefined) return `${rounded(Math.max(takes.planned_s, takes.caches_s ?? 0))} by the plan`;
  return aboutWords(takes) ?? (s === 0 ? "never timed here" : `up to ${duration(s)}`);
}

/** What is known of that time: what was measured, and what is planned for people. */
export function planNote(takes: UndoTimeView, byHand: number, onlyByHand = false): string {
  if (byHand === 0) return undoNote(takes);
  const hand =
    takes.by_hand_s === null ? `${byHand} by hand, with no time planned` : `${byHand} by hand: ${duration(takes.by_hand_s)}, as planned for doing it`;
  // Nothing of it could ever be measured here.
  return onlyByHand ? hand : `${undoNote(takes)}; ${hand}`;
}

/** Where the number comes from: "3 rehearsals", "4 tries, 1 of them rehearsed". */
function tries(takes: UndoTimeView): string {
  if (takes.rehearsals === takes.tries) return count(takes.tries, "rehearsal");
  return `${count(takes.tries, "try", "tries")}${takes.rehearsals > 0 ? `, ${takes.rehearsals} rehearsed` : ""}`;
}

/** As name and value, for a row of facts. */
export function undoFacts(takes: UndoTimeView): [string, string][] {
  const facts: [string, string][] = [["Takes", aboutWords(takes) ?? "never timed here"]];
  if (takes.slowest_s !== null) facts.push([takes.tries === 1 ? `In ${tries(takes)}` : `Slowest of ${tries(takes)}`, duration(takes.slowest_s)]);
  if (takes.caches_s !== null && takes.caches_s > 0) facts.push(["Caches follow within", duration(takes.caches_s)]);
  return facts;
}

/** The same in one line, without the first fact. */
export function undoNote(takes: UndoTimeView): string {
  if (takes.slowest_s === null)
    return takes.caches_s === null || takes.caches_s === 0 ? "Never timed here" : "After the calls, until caches follow; never timed here";
  const words = undoFacts(takes)
    .slice(1)
    .map(([name, value]) => `${name} ${value}`);
  return words.map((w, i) => (i === 0 ? w : w.charAt(0).toLowerCase() + w.slice(1))).join("; ");
}

/** What is lost, in one line; sentences stay sentences. */
export const lossWords = (list: readonly string[]): string => (list.length === 0 ? "nothing" : list.map((words) => words.replace(/[.;]$/, "")).join("; "));
