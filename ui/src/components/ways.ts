// What is offered with a step, as the bar below its page shows it: the words on the buttons, what each comes to, and where its ways back lead.
import type { Offer, RunSnapshot, StepView } from "../ipc";
import type { RunCommand } from "../ipc/port";
import type { Place } from "../state/router";

/** Why nothing that changes the world or the checklist is begun now; null where the run goes on. Whoever watches is told that instead. */
export function standsStill({ state, watching }: Pick<RunSnapshot, "state" | "watching">): string | null {
  if (watching !== null) return null;
  if (state === "stopped") return "This run is stopped. Resume to go on.";
  if (state === "stopping") return "This run is stopping. Resume to go on, once nothing is in flight.";
  if (state === "held") return "This run is on hold. Resume to go on.";
  return null;
}

/** What is offered; of a step that was not chosen nothing is: what can't be done is not there, and its notice says how it could. */
export function offersOf(step: StepView, still: string | null): Offer[] {
  if (step.left_out === true) return [];
  if (still === null) return step.offers;
  // It would be refused when it is pressed: that is said before. What people did by hand can be written down all the same.
  return step.offers.map((o) => (o.refused === null && o.command.startsWith("apply") ? { ...o, refused: still } : o));
}

/** The command behind an offer's word; null for a word that this window does not know. */
export function commandOf(word: string, step: string): RunCommand | null {
  switch (word) {
    case "check":
    case "apply":
    case "skip":
    case "accept":
    case "reopen":
    case "attest":
    case "inspect":
    case "adopt":
      return { do: word, step };
    case "resolve-before":
    case "resolve-after":
    case "resolve-keep":
    case "resolve-restore":
      return { do: "resolve", step, as_: word.slice("resolve-".length) as "before" | "after" | "keep" | "restore" };
    default:
      return null;
  }
}

/** All that may be done now beside the main button. */
export function otherOffers(step: StepView, still: string | null): Offer[] {
  return offersOf(step, still).filter((o) => !o.primary && o.command !== "check" && o.refused === null && commandOf(o.command, step.id) !== null);
}

/** What stands on the button of an offer. */
export const offerWords = (offer: Offer): string => (offer.needs_reason ? `${offer.label}…` : offer.label);

/** What an offer comes to, in one sentence; nothing where its button says all. */
export function comesTo(command: string): string | undefined {
  switch (command) {
    case "inspect":
      return "Reads what is there. Nothing is changed.";
    case "accept":
      return "It counts as done then, on your word. Nothing is changed.";
    case "resolve-keep":
      return "What is there now stays, and the step counts as done. Nothing is changed.";
    case "resolve-before":
      return "It counts as not applied then. Nothing is changed.";
    case "resolve-after":
      return "It counts as applied then. Nothing is changed.";
    case "reopen":
      return "It begins anew with its checks. Nothing is changed by that alone.";
    case "adopt":
      return "What was done by hand counts as this step’s change, where it is what the step would leave.";
    case "skip":
      return "It is left out. Nothing of it is done.";
    default:
      return undefined;
  }
}

/** The words by which the core recommends to do a step anew. */
const ONCE_MORE = /\bdo (it|this step) (once more|again)\b/i;

/** The offer that is the main thing to do with a step in trouble: what its notice recommends, else a look. Neither changes the world. */
export function mainOf(step: StepView, others: readonly Offer[], affected: boolean): Offer | undefined {
  const again = affected || !ONCE_MORE.test(step.note) ? undefined : others.find((o) => o.command === "reopen");
  return again ?? others.find((o) => o.command === "inspect");
}

const UNDOABLE = new Set(["done", "unverified", "foreign", "adopted", "verifying", "in_doubt"]);

/** A way back: `first` is the one that stands beside the main button. */
export type WayOut = { id: string; words: string; place: Place; first: boolean };

/** Where its ways back lead: each rule that fits, and the step alone. */
export function leadsOf(step: StepView, titles: Readonly<Record<string, string>>): WayOut[] {
  const rules = step.ways_back.map(
    (way, i): WayOut => ({
      id: `way-back-${way.rule}`,
      words: `${way.rule}: ${way.title}…`,
      place: { name: "rollback", scope: { rule: way.rule } },
      first: i === 0,
    }),
  );
  if (!UNDOABLE.has(step.state) || step.kind !== "action") return rules;
  // Alone it can't be taken back: what can be leads there.
  if (step.undone_with !== undefined)
    return [
      ...rules,
      ...step.undone_with.map(
        (id, i): WayOut => ({
          id: `rollback-${id}`,
          words: `Take back “${titles[id] ?? id}”…`,
          place: { name: "rollback", scope: { step: id } },
          first: rules.length === 0 && i === 0,
        }),
      ),
    ];
  return [...rules, { id: "rollback-step", words: "Undo this step…", place: { name: "rollback", scope: { step: step.id } }, first: rules.length === 0 }];
}
