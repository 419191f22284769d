import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "../kit";
import { useDraft, useKept } from "../state/drafts";
import { useSeen } from "../state/seen";
import { typedWords } from "../state/typed";
import { Submit } from "./Primary";

/** Gives the focus back to where the person was; the button may be gone with what was decided. */
export function useFocusBack(first: () => HTMLElement | null): void {
  const find = useRef(first);
  useEffect(() => {
    const before = document.activeElement;
    find.current()?.focus();
    return () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      const there = before instanceof HTMLElement && before.isConnected && before !== document.body;
      if (lost) (there ? before : document.querySelector<HTMLElement>("#middle h1"))?.focus();
    };
  }, []);
}

/**
 * A reason in words, asked for in the page; with `person`, also who it was. The focus begins at what is to be
 * written, never behind a name that is there already: what is typed blindly must not become a name.
 */
export function ReasonForm({
  draft,
  title,
  label = "Reason",
  hint = "It is written to the journal with your name. No personal data.",
  note,
  submit,
  busy,
  person,
  children,
  blocked = null,
  never = false,
  onSubmit,
  onCancel,
}: {
  /** Under which name what is typed here is kept until it is sent or thrown away: what the form is about. */
  draft: string;
  title: string;
  label?: string;
  hint?: string;
  /** What it comes to, in a sentence. */
  note?: string;
  submit: string;
  busy: boolean;
  /** Asks for a name, beginning with this one. */
  person?: { label: string; name: string };
  /** More fields, above the reason. */
  children?: ReactNode;
  /** Why it can't be sent yet, apart from what this form asks. */
  blocked?: string | null;
  /** Never dead for a moment: what stops the run. */
  never?: boolean;
  /** Sends it; once that was accepted, what was typed is not kept any more. */
  onSubmit: (reason: string, person: string) => Promise<boolean>;
  onCancel: () => void;
}) {
  const id = useId();
  const [reason, setReason] = useDraft(draft, "reason", "");
  const [name, setName] = useDraft(draft, "person", person?.name ?? "");
  const drafts = useKept(draft);
  const [again] = useState(drafts.has);
  const [kept, setKept] = useState(false);
  const [early, setEarly] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useFocusBack(() => form.current?.querySelector<HTMLElement>(".reason-more input, textarea") ?? null);
  const { dead, counts } = useSeen(`${title}/${submit}`, never);
  const nameless = person !== undefined && name.trim() === "";
  const wordless = reason.trim() === "";
  const why = blocked ?? (nameless ? "Write who did it to go on." : wordless ? `Write ${label === "Reason" ? "a reason" : "what proves it"} to go on.` : null);
  const send = () => {
    const counted = counts();
    // A press that does not count says so: whoever typed quickly would take it for sent.
    setEarly(why === null && !busy && !counted);
    if (why === null && !busy && counted) void onSubmit(reason.trim(), name.trim()).then((done) => done && drafts.drop());
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      // A key that is hit by the way throws no words away.
      event.preventDefault();
      if (drafts.has() || typedWords(form.current)) setKept(true);
      else onCancel();
    }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      ref={form}
      className="reason"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      aria-label={title}
      data-testid="reason-form"
      onKeyDown={keys}
    >
      <p className="reason-title">{title}</p>
      {note !== undefined && <p data-testid="reason-note">{note}</p>}
      {children !== undefined && <div className="reason-more">{children}</div>}
      {person !== undefined && (
        <div className="reason-person">
          <label htmlFor={`${id}-name`}>{person.label}</label>
          <input id={`${id}-name`} value={name} onChange={(e) => setName(e.target.value)} autoComplete="off" spellCheck={false} data-testid="reason-person" />
        </div>
      )}
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={2} value={reason} onChange={(e) => setReason(e.target.value)} aria-describedby={`${id}-hint`} data-testid="reason-input" />
      <p className="meta" id={`${id}-hint`}>
        {hint}
      </p>
      <div className="reason-buttons">
        <Submit refused={why !== null} dead={dead} loading={busy} why={`${id}-why`} testId="reason-submit">
          {submit}
        </Submit>
        <Button
          weight="quiet"
          onPress={() => {
            drafts.drop();
            onCancel();
          }}
          testId="reason-cancel"
        >
          Cancel
        </Button>
        <span className="meta" id={`${id}-why`}>
          {why}
        </span>
        <span role="status" data-testid="reason-kept">
          {early
            ? "Not sent: this had only just opened. Press again."
            : kept
              ? "What you wrote is kept. Cancel throws it away."
              : again && "This is what you wrote before. Cancel throws it away."}
        </span>
      </div>
    </form>
  );
}
