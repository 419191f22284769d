// What was told, to whom and how: a notice is done only with that, because nobody can see it from outside.
import { useId, useState } from "react";
import { shortTime } from "../format/time";
import { useWorldNow } from "../state/hooks";
import { CopyButton } from "./CopyButton";
import { ReasonForm } from "./ReasonForm";

/** Everything that was told in one sentence, as the journal and the report keep it. */
export function toldWords(where: string, many: string, when: string, proof: string): string {
  return `Told ${many} by ${where} at ${when}. ${proof}`;
}

/** Asks what was told; with the words to copy, where the runbook holds them. */
export function TellForm({
  title,
  submit,
  text,
  person,
  busy,
  onSubmit,
  onCancel,
}: {
  title: string;
  submit: string;
  /** The notice; nothing where the runbook holds no words. */
  text: string | undefined;
  person?: { label: string; name: string };
  busy: boolean;
  onSubmit: (words: string, person: string) => void;
  onCancel: () => void;
}) {
  const id = useId();
  const now = useWorldNow();
  const [where, setWhere] = useState("");
  const [many, setMany] = useState("");
  const [when, setWhen] = useState(() => shortTime(now));
  const blocked =
    where.trim() === "" ? "Write where and how it was told to go on." : many.trim() === "" ? "Write how many people were told to go on." : when.trim() === "" ? "Write when it was told to go on." : null;
  return (
    <ReasonForm
      title={title}
      submit={submit}
      label="Evidence"
      hint="How you know that it went out, such as the sent folder or a ticket. It is in the journal and the report. No personal data of users."
      busy={busy}
      blocked={blocked}
      {...(person === undefined ? {} : { person })}
      onCancel={onCancel}
      onSubmit={(proof, by) => onSubmit(toldWords(where.trim(), many.trim(), when.trim(), proof), by)}
    >
      <p className="tell-first">
        Tell them first: nothing is sent from here. {text !== undefined && <CopyButton text={text} label="Copy the notice" />}
      </p>
      <div className="tell">
        <div className="tell-wide">
          <label htmlFor={`${id}-where`}>Where and how</label>
          <input id={`${id}-where`} value={where} onChange={(e) => setWhere(e.target.value)} placeholder="e-mail to all trust admins" autoComplete="off" data-testid="tell-where" />
        </div>
        <div>
          <label htmlFor={`${id}-many`}>How many people</label>
          <input id={`${id}-many`} value={many} onChange={(e) => setMany(e.target.value)} autoComplete="off" data-testid="tell-many" />
        </div>
        <div>
          <label htmlFor={`${id}-when`}>When</label>
          <input id={`${id}-when`} value={when} onChange={(e) => setWhen(e.target.value)} autoComplete="off" data-testid="tell-when" />
        </div>
      </div>
    </ReasonForm>
  );
}
