// One step of the run, for those parts of its page that use it.
import type { PhaseView, RunSnapshot, StepView } from "../../ipc";
import { useApp } from "../../state/hooks";

/** A step, with its phase, its place in that, counted from 1 (none where people did not choose it), and how many steps that has. */
export type Found = { step: StepView; phase: PhaseView; number: number | null; of: number };

function stepIn(snapshot: RunSnapshot, id: string): Found | null {
  for (const phase of snapshot.phases) {
    const step = phase.steps.find((s) => s.id === id);
    if (step === undefined) continue;
    const number = step.left_out === true ? null : phase.steps.filter((s) => s.left_out !== true).indexOf(step) + 1;
    return { step, phase, number, of: phase.of };
  }
  return null;
}

/** What a component uses of a step: it is drawn again only when that says something else. Null where the run has no such step. */
export function useStepPart<T>(id: string, pick: (found: Found, snapshot: RunSnapshot) => T): T | null {
  return useApp(({ snapshot }) => {
    const found = snapshot === null ? null : stepIn(snapshot, id);
    return snapshot === null || found === null ? null : pick(found, snapshot);
  });
}

/** Where a step is: its phase's title and its place in it. */
export function useStep(id: string): { step: StepView; phase: string; number: number | null; of: number } | null {
  return useStepPart(id, (found) => ({ ...found, phase: found.phase.title }));
}

/** Where a step is in its phase. */
export const placeWords = (number: number | null, of: number): string => (number === null ? "Not chosen" : `Step ${number} of ${of}`);

const HAPPENED = new Set(["applying", "verifying", "unverified", "in_doubt", "foreign", "adopted"]);

/** Whether it has begun to change anything, or has been taken back. */
export const after = (step: Pick<StepView, "state">): boolean => HAPPENED.has(step.state) || step.state === "done" || step.state.startsWith("und");

/** Whether nothing has been seen from outside yet, nor is looked for. */
export const isAhead = (step: Pick<StepView, "state" | "verify">): boolean =>
  !after(step) || (step.verify.every((v) => v.observed_at === null) && (step.state === "applying" || step.state === "in_doubt"));

/** Whether it changes nothing by itself, and makes seen what others changed. */
export const publishes = (step: Pick<StepView, "publishes">): boolean => (step.publishes ?? []).length > 0;

/** How it is taken back; where it is not known, never by this program. */
export const undoWords = (step: Pick<StepView, "not_known" | "reversibility">): string =>
  step.not_known === undefined ? step.reversibility : "by the newer Switchback, or by hand";
