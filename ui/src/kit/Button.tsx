// Buttons. One that can't be pressed keeps its place, its name and the focus: it says so instead of going dead.
// Native ones, and not the component library's: what counts as a press is ruled by the page's own events (state/seen.ts),
// which the library takes away and sends anew.
import type { ReactNode } from "react";

/** How much weight a button has: one main button a page, others beside it, quiet ones in a line of text. */
export type Weight = "main" | "normal" | "quiet" | "inline";

type Look = {
  weight?: Weight;
  /** A mark before the words. */
  icon?: "refresh";
  testId?: string;
  children: ReactNode;
};

function Refresh() {
  return (
    <svg className="button-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9M13.5 1.5v3h-3" />
    </svg>
  );
}

/**
 * A button. `refused` and `loading` leave it where the focus is and take its effect away; `why` is the id of the element that says why.
 */
export function Button({
  weight = "normal",
  icon,
  submit = false,
  loading = false,
  refused = false,
  dead = false,
  label,
  why,
  expanded,
  pressed,
  onPress,
  testId,
  children,
}: Look & {
  /** Sends the form that it stands in, whose handler decides. */
  submit?: boolean;
  /** It was pressed and has no answer yet. */
  loading?: boolean;
  refused?: boolean;
  /** Said to be not pressable for a moment, without looking so; whether a press counts, its handler decides. */
  dead?: boolean;
  /** Its name for a reader, where its words alone don't tell. */
  label?: string;
  why?: string;
  expanded?: boolean;
  /** It is a switch, and this is where it stands. */
  pressed?: boolean;
  onPress?: () => void;
}) {
  const off = refused || loading || dead;
  return (
    <button
      type={submit ? "submit" : "button"}
      className={`button w-${weight}${refused ? " refused-button" : ""}`}
      aria-disabled={off ? true : undefined}
      aria-label={label}
      aria-describedby={why}
      aria-expanded={expanded}
      aria-pressed={pressed}
      data-loading={loading ? true : undefined}
      onClick={(event) => {
        // Neither may a form be sent by it, also where Enter in one of its fields does so.
        if (refused || loading) event.preventDefault();
        else onPress?.();
      }}
      data-testid={testId}
    >
      {loading ? <span className="button-wait" aria-hidden="true" /> : icon !== undefined && <Refresh />}
      {children}
    </button>
  );
}

/** A link that looks like a button: it leads to another page and changes nothing. */
export function LinkButton({ href, weight = "normal", icon, testId, children }: Look & { href: string }) {
  return (
    <a href={href} className={`button w-${weight}`} data-testid={testId}>
      {icon !== undefined && <Refresh />}
      {children}
    </a>
  );
}
