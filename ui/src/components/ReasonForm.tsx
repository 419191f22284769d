import Button from "@cloudscape-design/components/button";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

/** A reason in words, asked for in the page. */
export function ReasonForm({
  title,
  label = "Reason",
  hint = "It is written to the journal with your name. No personal data.",
  submit,
  busy,
  onSubmit,
  onCancel,
}: {
  title: string;
  label?: string;
  hint?: string;
  submit: string;
  busy: boolean;
  onSubmit: (reason: string) => void;
  onCancel: () => void;
}) {
  const id = useId();
  const [reason, setReason] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      // Back to where the person was; the button may be gone with what was decided.
      const lost = document.activeElement === null || document.activeElement === document.body;
      const there = before instanceof HTMLElement && before.isConnected && before !== document.body;
      if (lost) (there ? before : document.querySelector<HTMLElement>("#middle h1"))?.focus();
    };
  }, []);
  const empty = reason.trim() === "";
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!empty && !busy) onSubmit(reason.trim());
  };
  return (
    <form className="reason" onSubmit={send} aria-label={title} data-testid="reason-form" onKeyDown={(e) => e.key === "Escape" && onCancel()}>
      <p className="reason-title">{title}</p>
      <label htmlFor={id}>{label}</label>
      <textarea
        ref={field}
        id={id}
        rows={2}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
        aria-describedby={`${id}-hint`}
        data-testid="reason-input"
      />
      <p className="meta" id={`${id}-hint`}>
        {hint}
      </p>
      <div className="reason-buttons">
        <Button variant="primary" formAction="submit" disabled={empty} loading={busy} data-testid="reason-submit">
          {submit}
        </Button>
        <Button variant="link" formAction="none" onClick={onCancel} data-testid="reason-cancel">
          Cancel
        </Button>
        {empty && <span className="meta">Write {label.toLowerCase() === "reason" ? "a reason" : "what proves it"} to go on.</span>}
      </div>
    </form>
  );
}
