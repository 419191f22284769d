import Button from "@cloudscape-design/components/button";
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

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

/** A reason in words, asked for in the page; with `person`, also who it was. */
export function ReasonForm({
  title,
  label = "Reason",
  hint = "It is written to the journal with your name. No personal data.",
  submit,
  busy,
  person,
  children,
  blocked = null,
  onSubmit,
  onCancel,
}: {
  title: string;
  label?: string;
  hint?: string;
  submit: string;
  busy: boolean;
  /** Asks for a name, beginning with this one. */
  person?: { label: string; name: string };
  /** More fields, above the reason. */
  children?: ReactNode;
  /** Why it can't be sent yet, apart from what this form asks. */
  blocked?: string | null;
  onSubmit: (reason: string, person: string) => void;
  onCancel: () => void;
}) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [name, setName] = useState(person?.name ?? "");
  const form = useRef<HTMLFormElement>(null);
  useFocusBack(() => form.current?.querySelector<HTMLElement>("input, textarea") ?? null);
  const nameless = person !== undefined && name.trim() === "";
  const wordless = reason.trim() === "";
  const why = blocked ?? (nameless ? "Write who did it to go on." : wordless ? `Write ${label === "Reason" ? "a reason" : "what proves it"} to go on.` : null);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (why === null && !busy) onSubmit(reason.trim(), name.trim());
  };
  return (
    <form ref={form} className="reason" onSubmit={send} aria-label={title} data-testid="reason-form" onKeyDown={(e) => e.key === "Escape" && onCancel()}>
      <p className="reason-title">{title}</p>
      {children}
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
        <Button variant="primary" formAction="submit" disabled={why !== null} loading={busy} ariaDescribedby={`${id}-why`} data-testid="reason-submit">
          {submit}
        </Button>
        <Button variant="link" formAction="none" onClick={onCancel} data-testid="reason-cancel">
          Cancel
        </Button>
        <span className="meta" id={`${id}-why`}>
          {why}
        </span>
      </div>
    </form>
  );
}
