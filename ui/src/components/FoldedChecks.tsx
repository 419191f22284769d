// Checks before a change or a decision: loud what does not pass, one line for what passes, one for what nobody has read yet.
import { useState } from "react";
import { age, count } from "../format/time";
import type { ReadingView } from "../ipc";
import { useWorldNow } from "../state/hooks";
import { freshen, letsThrough } from "../state/readings";
import { CheckTable } from "./CheckTable";

/** Fewer than this many unread checks are no list of nothing: they are shown. */
const MANY = 2;

/** Whether nobody has read it yet. */
export const isUnread = (r: ReadingView): boolean => r.observed_at === null && r.tone === "unknown";

type Folds = { passing: readonly string[]; unread: readonly string[] };

/** What is folded of checks as they are now. */
function foldsOf(list: readonly ReadingView[], passing: readonly string[]): Folds {
  const unread = list.filter(isUnread).map((r) => r.id);
  return { passing, unread: unread.length < MANY ? [] : unread };
}

/** How long ago the oldest of them was read. */
function Oldest({ list }: { list: readonly ReadingView[] }) {
  return useWorldNow((now) => age(Math.max(...list.map((r) => freshen(r, now).age ?? 0))));
}

/** How many of them nobody has read yet; the rest was read since they were folded, and the fold stands open. */
function unreadWords(list: readonly ReadingView[]): string {
  const left = list.filter(isUnread).length;
  if (left === list.length) return `${count(left, "check")} not read yet`;
  return left === 0 ? count(list.length, "check") : `${count(list.length, "check")}, ${left} not read yet`;
}

/**
 * Dense where all is well: checks that pass are one line, which opens, and so are checks that nobody has read; what does not pass
 * stands above them with its mend. Which ones are folded is settled when the page is opened, and anew when a person had them read:
 * nothing moves by itself under a person's eyes, and one that no longer passes opens the fold where it stands. What was read in a fold
 * that nobody opened was never seen there: it stands where a new page would have it.
 * Without `quiet` what passes stays in sight: a decision is made on it.
 */
export function FoldedChecks({ list, reading, of, quiet = true }: { list: readonly ReadingView[]; reading: boolean; of: string; quiet?: boolean }) {
  const passing = useWorldNow((now) => (quiet ? list.flatMap((r) => (letsThrough(freshen(r, now).tone) ? [r.id] : [])) : []));
  const [folds, fold] = useState(() => foldsOf(list, passing));
  const [was, set] = useState(reading);
  const [open, setOpen] = useState(false);
  const [openUnread, setOpenUnread] = useState(false);
  if (was !== reading) {
    set(reading);
    if (!reading) {
      fold(foldsOf(list, passing));
      setOpen(false);
      setOpenUnread(false);
    }
  }
  const through = list.filter((r) => folds.passing.includes(r.id));
  const unread = list.filter((r) => folds.unread.includes(r.id));
  const loud = list.filter((r) => !folds.passing.includes(r.id) && !folds.unread.includes(r.id));
  if (!open && through.some((r) => !passing.includes(r.id))) setOpen(true);
  if (!openUnread && unread.some((r) => !isUnread(r))) fold(foldsOf(list, passing));
  return (
    <>
      {loud.length > 0 && <CheckTable list={loud} caption={through.length > 0 ? `${of} that did not pass` : of} ahead />}
      {unread.length > 0 && (
        <details className="folded-checks" open={openUnread} onToggle={(e) => setOpenUnread(e.currentTarget.open)}>
          <summary data-testid="show-unread">{unreadWords(unread)}</summary>
          <CheckTable list={unread} caption={`${of} that nobody has read yet`} ahead />
        </details>
      )}
      {through.length > 0 && (
        <details className="folded-checks" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
          <summary data-testid="show-checks">
            {loud.length + unread.length > 0 ? `${count(through.length, "check")} that passed` : count(through.length, "check")}, the oldest read{" "}
            <Oldest list={through} /> ago
          </summary>
          <CheckTable list={through} caption={`${of} that pass`} ahead />
        </details>
      )}
    </>
  );
}
