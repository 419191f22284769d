// One mark for every state: shape + word + colour, never colour alone. See docs of the table in
// `SHAPES`: two kinds never share a shape.
import type { ReactNode } from "react";
import type { Tone } from "../ipc";

export type Kind = "pass" | "fail" | "unknown" | "blocked" | "waiting" | "running" | "todo" | "ready" | "absent" | "skipped" | "undone" | "record";

// 16 × 16, drawn with currentColor; the inner mark takes the colour of the paper.
const SHAPES: Record<Kind, ReactNode> = {
  pass: (
    <>
      <circle cx="8" cy="8" r="7.5" className="fill" />
      <path d="M4.6 8.3 7 10.7l4.5-5" className="mark" />
    </>
  ),
  fail: (
    <>
      <path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" className="fill" />
      <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" className="mark" />
    </>
  ),
  unknown: (
    <>
      <path d="M8 .2 15.8 8 8 15.8.2 8z" className="fill" />
      <path d="M6.2 6.4c.1-1.2.8-1.8 1.9-1.8s1.8.6 1.8 1.6c0 1.4-1.8 1.4-1.8 2.9" className="mark thin" />
      <circle cx="8.1" cy="11.4" r=".9" className="dot" />
    </>
  ),
  blocked: (
    <>
      <path d="M8 .8 15.6 14.6H.4z" className="fill" />
      <path d="M8 5.6v4.2" className="mark" />
      <circle cx="8" cy="12.2" r="1" className="dot" />
    </>
  ),
  waiting: <path d="M3.2 1.2h9.6M3.2 14.8h9.6M4.4 1.4c0 3.6 3.6 4.4 3.6 6.6s-3.6 3-3.6 6.6M11.6 1.4c0 3.6-3.6 4.4-3.6 6.6s3.6 3 3.6 6.6" className="line" />,
  running: (
    <>
      <circle cx="8" cy="8" r="6.8" className="line" />
      <path d="M8 3.4a4.6 4.6 0 0 1 0 9.2z" className="fill" />
    </>
  ),
  todo: <circle cx="8" cy="8" r="6.8" className="line" />,
  // Not the tick of what is done: nothing has happened yet.
  ready: (
    <>
      <circle cx="8" cy="8" r="6.8" className="line" />
      <path d="M6.2 4.6 11.6 8l-5.4 3.4z" className="fill" />
    </>
  ),
  absent: (
    <>
      <circle cx="8" cy="8" r="6.8" className="line" />
      <path d="M5 8h6" className="line" />
    </>
  ),
  skipped: (
    <>
      <circle cx="8" cy="8" r="6.8" className="line" />
      <path d="m3.4 12.6 9.2-9.2" className="line" />
    </>
  ),
  undone: (
    <>
      <path d="M4.6 3.2A6.4 6.4 0 1 1 1.8 9" className="line" />
      <path d="M5.4.6 4 3.8l3.4 1" className="line" />
    </>
  ),
  record: (
    <>
      <circle cx="8" cy="8" r="6.8" className="line" />
      <path d="M8 4.2V8l2.6 1.8" className="line" />
    </>
  ),
};

/** Only the shape, for places where the word stands elsewhere. */
export function Shape({ kind, size = "s" }: { kind: Kind; size?: "s" | "l" }) {
  return (
    <svg className={`shape shape-${size} k-${kind}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[kind]}
    </svg>
  );
}

/** More letters than this may take more than one line in a table. */
const LONG = 16;

/** Shape and word. */
export function State({ kind, word, testId, pill = false }: { kind: Kind; word: string; testId?: string; pill?: boolean }) {
  return (
    <span className={`state k-${kind}${pill ? " pill" : ""}${word.length > LONG ? " is-long" : ""}`} data-kind={kind} data-testid={testId}>
      <Shape kind={kind} />
      <span className="word">{word}</span>
    </span>
  );
}

const TONES: Record<Tone, { kind: Kind; word: string }> = {
  passing: { kind: "pass", word: "Passing" },
  not_applicable: { kind: "absent", word: "Not applicable" },
  switching: { kind: "running", word: "Switching" },
  waiting: { kind: "waiting", word: "Waiting" },
  running: { kind: "running", word: "Checking" },
  failing: { kind: "fail", word: "Failing" },
  unknown: { kind: "unknown", word: "Unknown" },
};

export function toneKind(tone: Tone): { kind: Kind; word: string } {
  return TONES[tone];
}

/** A tone; of one that can't be told any more with what it was last: "Can't tell · last failing 2 min ago". */
export function ToneState({ tone, last = null }: { tone: Tone; last?: string | null }) {
  const { kind, word } = TONES[tone];
  return <State kind={kind} word={tone === "unknown" && last !== null ? `Can't tell · ${last}` : word} />;
}

const STEPS: Record<string, Kind> = {
  to_do: "todo",
  checking: "running",
  blocked: "blocked",
  ready: "ready",
  applying: "running",
  verifying: "running",
  done: "pass",
  unverified: "unknown",
  failed: "fail",
  in_doubt: "unknown",
  foreign: "blocked",
  adopted: "running",
  undoing: "running",
  undo_verifying: "running",
  undone: "undone",
  undo_failed: "fail",
  undo_unverified: "unknown",
  undo_in_doubt: "unknown",
  undo_foreign: "blocked",
  skipped: "skipped",
};

/** A step's shape; a state that this window does not know is Unknown, never green. */
export function stepKind(state: string): Kind {
  return STEPS[state] ?? "unknown";
}
