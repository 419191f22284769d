// What happened to a step, in words: where the buttons are that follow from it, or at the head of its page.
import type { Offer, StepView } from "../ipc";
import { shapeOf, stateWords } from "./LeftRail";
import { Notice } from "./Notices";

/** What somebody changed, below the title that says already that somebody did. */
const driftWords = (drifted: string): string => {
  const words = drifted.replace(/^Changed outside the console[.:] /, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Whether why the step can't go on says what is noted of it as well: then it is said once, in the notice. */
export const isNoted = (step: StepView, primary: Offer | undefined): primary is Offer & { refused: string } => {
  const bare = (words: string) => words.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  return step.note !== "" && primary?.refused != null && bare(primary.refused).includes(bare(step.note));
};

/** What happened to the step, in words, where the buttons are that follow from it; in a short window at the head of its page. */
export function StepNotes({ step }: { step: StepView }) {
  const primary = step.offers.find((o) => o.primary);
  const kind = shapeOf(step);
  const noted = isNoted(step, primary) ? (
    <p id="why-not" data-testid="why-not">
      {primary.refused}
    </p>
  ) : (
    step.note !== "" && <p>{step.note}</p>
  );
  return (
    <div className="bar-notes" role="status">
      {(step.note !== "" || step.drifted !== null) && (
        <Notice kind={kind} title={step.drifted !== null ? "Changed outside the console" : stateWords(step)} testId="step-note">
          {noted}
          {step.drifted !== null && <p data-testid="drifted">{driftWords(step.drifted)}</p>}
        </Notice>
      )}
    </div>
  );
}
