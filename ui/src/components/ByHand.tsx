// A step that people do: what to do, what proves it, who, and how it is taken back. In one block, without a heading that says that there is nothing.
import type { StepView } from "../ipc";
import { duration, fullTime } from "../format/time";
import { CopyButton } from "./CopyButton";
import { Block, Facts } from "./PageHead";

/** Whether people do it, and not the console. */
export const isByHand = (step: StepView): boolean => step.kind === "attest" || step.kind === "notice";

/** What there is to do, line by line, each to be copied for whoever does it. */
function Lines({ list, id }: { list: readonly string[]; id: string }) {
  return (
    <ol className="by-hand" aria-labelledby={id}>
      {list.map((words) => (
        <li key={words}>
          <span>{words}</span>
          <CopyButton text={words} label="Copy" name={`Copy: ${words}`} />
        </li>
      ))}
    </ol>
  );
}

/** How it is known to be done: a reading where there is one, else a person's words. */
function proofWords(step: StepView): string {
  if (step.state === "done") return "it was recorded with its proof; see the timeline";
  if (step.verify.length > 0) return `${step.verify.length === 1 ? "a check" : `${step.verify.length} checks`} from outside, read once it is recorded`;
  return step.kind === "notice" ? "where and how many were told, in your words" : "what you saw, in your words: they are written to the journal with your name";
}

export function ByHand({ step }: { step: StepView }) {
  return (
    <Block id="by-hand" title="To do by hand" {...(step.why_not_automated === null ? {} : { note: step.why_not_automated })}>
      <div className={step.notice === undefined ? undefined : "by-hand-beside"}>
        {step.notice !== undefined && (
          <section className="by-hand-notice" aria-labelledby="guide-notice" data-testid="notice">
            <h3 id="guide-notice">What it says</h3>
            <pre>{step.notice}</pre>
            <CopyButton text={step.notice} label="Copy the notice" />
          </section>
        )}
        {(step.look_at.length > 0 || step.risks.length > 0) && (
          <div className="by-hand-lists">
            {step.look_at.length > 0 && (
              <section data-testid="look-at">
                <h3 id="guide-look-at">{step.kind === "notice" ? "Look at" : "Do, and look at"}</h3>
                <Lines list={step.look_at} id="guide-look-at" />
              </section>
            )}
            {step.risks.length > 0 && (
              <section data-testid="risks">
                <h3 id="guide-risks">Can go wrong</h3>
                <ul className="by-hand-risks" aria-labelledby="guide-risks">
                  {step.risks.map((words) => (
                    <li key={words}>{words}</li>
                  ))}
                </ul>
              </section>
            )}
          </div>
        )}
      </div>
      <Facts
        list={[
          ["What proves it", proofWords(step)],
          step.owner === null ? null : ["Who", step.owner],
          step.expected_s === null ? null : ["Takes about", duration(step.expected_s)],
          step.changed_at === null || step.state !== "done" ? null : ["Recorded", fullTime(step.changed_at)],
          ["Taken back", step.not_known === undefined ? step.reversibility : "by the newer Switchback, or by hand"],
        ]}
      />
    </Block>
  );
}
