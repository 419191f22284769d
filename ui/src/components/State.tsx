// One mark for every state: shape + word + colour, never colour alone. See docs of the table in
// `SHAPES`: two kinds never share a shape.
import type { ReactNode } from "react";
import type { Tone } from "../ipc";

export type Kind = "pass" | "fail" | "unknown" | "blocked" | "waiting" | "running" | "todo" | "ready" | "absent" | "skipped" | "undone" | "record" | "found";

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
  // A hexagon, and no lozenge: with a "?" that is the sign for a letter that was lost (U+FFFD), and looks like a fault of the window.
  unknown: (
    <>
      <path d="M8 .3 14.9 4.2v7.7L8 15.8 1.1 11.9V4.2z" className="fill" />
      <path d="M5.9 6.2a2.1 2.1 0 1 1 3.3 1.7C8.4 8.5 8 8.8 8 9.6" className="mark" />
      <circle cx="8" cy="12" r="1.05" className="dot" />
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
  // Something is there, and that alone says neither good nor bad.
  found: (
    <>
      <circle cx="8" cy="8" r="6.8" className="line" />
      <circle cx="8" cy="8" r="3" className="fill" />
    </>
  ),
};

/** A mark inside another drawing, about its middle; `size` in the units of that drawing. */
export function Drawn({ kind, x, y, size }: { kind: Kind; x: number; y: number; size: number }) {
  return (
    <g className={`shape k-${kind}`} transform={`translate(${x - size / 2} ${y - size / 2}) scale(${size / 16})`}>
      {SHAPES[kind]}
    </g>
  );
}

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
