// What is asked before an offer is taken: a reason, what proves it, or what was told to whom.
import { useState } from "react";
import type { Offer, StepView } from "../ipc";
import type { RunCommand } from "../ipc/port";
import { useApp, useStore, useTitles } from "../state/hooks";
import { ReasonForm } from "./ReasonForm";
import { TellForm } from "./TellForm";
import { comesTo, commandOf } from "./ways";

/** Whether the step is that people are told something: then it takes what was told. */
export const tells = (step: StepView): boolean => step.kind === "notice" || step.notice !== undefined;

const noted = (command: string): { note?: string } => {
  const note = comesTo(command);
  return note === undefined ? {} : { note };
};

/** A person says that something is so: who, and what proves it. */
export function OfferForm({ step, offer, onDone }: { step: StepView; offer: Offer; onDone: () => void }) {
  const store = useStore();
  const { busy, operator } = useApp((s) => ({ busy: s.busy, operator: s.operator }));
  const attests = offer.command === "attest";
  const proof = attests || offer.command === "adopt" || offer.command.startsWith("resolve");
  const [named, setNamed] = useState<ReadonlySet<string>>(new Set());
  const titles = useTitles();
  // A publication that is due: what then stays unseen is accepted by its name.
  const unseen = offer.command === "skip" ? (step.unseen ?? []) : [];
  const send = (reason: string, person: string) => {
    const command: RunCommand | null = unseen.length > 0 ? { do: "skip_unseen", step: step.id, unseen } : commandOf(offer.command, step.id);
    if (command === null) return Promise.resolve(false);
    // The journal names who did it; who wrote it down is said beside the evidence.
    const words = attests && person !== operator ? `${reason} (written down by ${operator})` : reason;
    return store.submit(offer.command, command, { reason: words, ...(attests ? { by: person } : {}) }).then((done) => {
      if (done) onDone();
      return done;
    });
  };
  const draft = `${offer.command} ${step.id}`;
  if (attests && tells(step)) {
    return (
      <TellForm
        draft={draft}
        title={`${offer.label}: ${step.title}`}
        submit={offer.label}
        text={step.notice}
        person={{ label: "Told by", name: operator }}
        busy={busy !== null}
        onCancel={onDone}
        onSubmit={send}
      />
    );
  }
  return (
    <ReasonForm
      draft={draft}
      title={`${offer.label}: ${step.title}`}
      submit={offer.label}
      {...noted(offer.command)}
      label={proof ? "Evidence" : "Reason"}
      hint={
        attests
          ? "What was done, and how you know that it is so. Both are written to the journal. No personal data of users."
          : "It is written to the journal with your name. No personal data."
      }
      busy={busy !== null}
      blocked={unseen.every((id) => named.has(id)) ? null : "Tick what stays unseen to go on."}
      {...(attests ? { person: { label: "Done by", name: operator } } : {})}
      onCancel={onDone}
      onSubmit={send}
    >
      {unseen.length > 0
        ? unseen.map((id) => (
            <label className="tick" key={id}>
              <input type="checkbox" checked={named.has(id)} onChange={() => setNamed(toggled(named, id))} data-testid={`unseen-${id}`} />
              <span>
                Programs may go on without what was changed by <strong>{titles[id] ?? id}</strong>
              </span>
            </label>
          ))
        : undefined}
    </ReasonForm>
  );
}

/** A set with one of its words put in or taken out. */
function toggled(set: ReadonlySet<string>, word: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(word)) next.add(word);
  return next;
}
