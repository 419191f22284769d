// What was told, to whom and how: a notice is done only with that, because nobody can see it from outside.
import { useId, useState } from "react";
import { date, shortTime, spokenTime } from "../format/time";
import { useDraft } from "../state/drafts";
import { useWorldNow } from "../state/hooks";
import { CopyButton } from "./CopyButton";
import { ReasonForm } from "./ReasonForm";

/** Everything that was told in one sentence, as the journal and the report keep it. */
export function toldWords(where: string, many: string, when: string, proof: string): string {
  // Who is asked how it was told writes "by mail".
  return `Told ${many} by ${where.replace(/^by\s+/i, "")} at ${when}. ${proof}`;
}

/** Whether words name at least one person in figures. */
export function namesMany(words: string): boolean {
  return /(^|[^-\d.,])[\d., ]*[1-9]/.test(words);
}

/** Whether words hold a time of day, as "23:58" or "11:58pm". */
export function namesTime(words: string): boolean {
  const found = /(?:^|\D)(\d{1,2})[:.](\d{2})(?!\d)\s*([ap]m)?/i.exec(words);
  if (found === null) return false;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  return minute < 60 && (found[3] === undefined ? hour < 24 : hour >= 1 && hour <= 12);
}

/** Asks what was told; with the words to copy, where the runbook holds them. */
export function TellForm({
  draft,
  title,
  submit,
  text,
  person,
  busy,
  onSubmit,
  onCancel,
}: {
  /** As that of a `ReasonForm`. */
  draft: string;
  title: string;
  submit: string;
  /** The notice; nothing where the runbook holds no words. */
  text: string | undefined;
  person?: { label: string; name: string };
  busy: boolean;
  onSubmit: (words: string, person: string) => Promise<boolean>;
  onCancel: () => void;
}) {
  const id = useId();
  const now = useWorldNow();
  const [where, setWhere] = useDraft(draft, "where", "");
  const [many, setMany] = useDraft(draft, "many", "");
  const [opened] = useState(() => `${shortTime(now)} on ${date(now)}`);
  const [when, setWhen] = useDraft(draft, "when", opened);
  const told = spokenTime(when, now);
  const blocked =
    where.trim() === ""
      ? "Write where and how it was told to go on."
      : many.trim() === ""
        ? "Write how many people were told to go on."
        : !namesMany(many)
          ? "Write how many people in figures, such as 1,240."
          : when.trim() === ""
            ? "Write when it was told to go on."
            : !namesTime(when)
              ? "Write a time of day, such as 11:58pm."
              : told === null
                ? `Write the date as well, such as 11:58pm on ${date(now)}.`
                : told === "future"
                  ? "That is still to come: write when it was told."
                  : null;
  return (
    <ReasonForm
      draft={draft}
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
      <p className="tell-first">Tell them first: nothing is sent from here. {text !== undefined && <CopyButton text={text} label="Copy the notice" />}</p>
      <div className="tell">
        <div className="tell-wide">
          <label htmlFor={`${id}-where`}>Where and how</label>
          <input
            id={`${id}-where`}
            value={where}
            onChange={(e) => setWhere(e.target.value)}
            placeholder="e-mail to all trust admins"
            autoComplete="off"
            data-testid="tell-where"
          />
        </div>
        <div>
          <label htmlFor={`${id}-many`}>How many people</label>
          <input id={`${id}-many`} value={many} onChange={(e) => setMany(e.target.value)} autoComplete="off" data-testid="tell-many" />
        </div>
        <div className="tell-when">
          <label htmlFor={`${id}-when`}>When</label>
          <input id={`${id}-when`} value={when} onChange={(e) => setWhen(e.target.value)} autoComplete="off" data-testid="tell-when" />
        </div>
      </div>
    </ReasonForm>
  );
}
