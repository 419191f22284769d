// The rope: from now back to the furthest point that one click leads to, with its price; and how far back there is anything to take back at all.
import { lossWords } from "../format/undo";
import { count, shortTime } from "../format/time";
import type { PhaseView, StepView, WayBack } from "../ipc";

export type Rope = {
  /** The moment that one click leads back to. */
  to: number;
  /** Where one is then. */
  words: string;
  /** What it costs: work and time in the words of the core, loss, proof. */
  price: string;
  /** The moment before the first thing that was done, where that lies further back; null else. */
  whole: { to: number; words: string } | null;
};

const EFFECT = new Set([
  "done",
  "unverified",
  "foreign",
  "adopted",
  "applying",
  "verifying",
  "in_doubt",
  "undo_failed",
  "undo_unverified",
  "undo_in_doubt",
  "undo_foreign",
]);

const began = (step: StepView): number | null => {
  const time = step.times.started_at ?? step.changed_at;
  return time === null ? null : Date.parse(time);
};

/** The earliest of the steps, by when it began. */
function earliest(steps: readonly StepView[]): { step: StepView; at: number } | null {
  return steps.reduce<{ step: StepView; at: number } | null>((first, step) => {
    const at = began(step);
    return at === null || (first !== null && first.at <= at) ? first : { step, at };
  }, null);
}

/** Null where there is nothing to take back. */
export function ropeOf(phases: readonly PhaseView[], way_back: WayBack): Rope | null {
  const { something_to_undo, undoes, loses, price, proof, further_back = [] } = way_back;
  const steps = phases.flatMap((p) => p.steps);
  const first = earliest(steps.filter((s) => undoes.includes(s.id)));
  if (!something_to_undo || first === null) return null;
  const further = further_back.length === 0 ? "" : `further back ${count(further_back.length, "loss", "losses")}`;
  const cost = [price, `loses ${lossWords(loses)}`, proof, further].filter((w) => w !== "").join(", ");
  const all = earliest(steps.filter((s) => s.kind === "action" && EFFECT.has(s.state)));
  return {
    to: first.at,
    words: `to before “${first.step.title}”`,
    price: cost,
    whole: all !== null && all.at < first.at - 1000 ? { to: all.at, words: `all the way: to before “${all.step.title}”, ${shortTime(all.at)}` } : null,
  };
}
