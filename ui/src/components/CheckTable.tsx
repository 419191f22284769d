import { useRef } from "react";
import { age, count, duration, fullTime, shortTime } from "../format/time";
import type { ReadingView } from "../ipc";
import { type Below, type Column, DataTable, type Row, cell } from "../kit";
import { useComputerNow, useWorldNow } from "../state/hooks";
import { type Fresh, freshen, lastRead, letsThrough, type Shown, shownNow, worstFirst } from "../state/readings";
import { Breakable } from "./Breakable";
import { CopyButton } from "./CopyButton";
import { Parts, partsOf } from "./Reading";
import { State, ToneState, toneKind } from "./State";

function mendOf(r: Fresh): string | null {
  if (r.tone === "waiting" && r.until !== null) {
    const ends = `Ends ${fullTime(r.until)}.`;
    return r.mend === null ? ends : `${r.mend} ${ends}`;
  }
  // That it is too old is said by its state and age; what was wrong with it then mends nothing now.
  return r.tone === "passing" || r.stale ? null : r.mend;
}

/** A mend of several lines is Terraform, for an editor. */
function Lines({ text }: { text: string }) {
  return (
    <div className="terraform">
      <pre>{text}</pre>
      <CopyButton text={text} label="Copy the Terraform" />
    </div>
  );
}

/** A wait is counted down here; everything else is shown as it was read. */
function observed(r: Fresh, now: number): string {
  if (r.tone !== "waiting" || r.until === null) return r.observed;
  const left = (Date.parse(r.until) - now) / 1000;
  return left > 0 ? `${duration(left)} left` : "over: read again in a moment";
}

/** The age is all that is seen; a reader is told what it means. */
function Stale({ seconds }: { seconds: number }) {
  return (
    <>
      <span className="hidden">last read </span>
      {age(seconds)}
      <span className="hidden"> ago</span>
    </>
  );
}

/** A reading as its row shows it now. */
type Read = Shown & { says: string };

const readAt = (reading: ReadingView, now: number): Read => {
  const fresh = freshen(reading, now);
  return { ...shownNow(fresh, now), says: observed(fresh, now) };
};

/** Worst first as they were read; growing older alone moves no row. */
function useOrder(rows: Read[]): Read[] {
  const kept = useRef<{ read: string; ids: string[] }>({ read: "", ids: [] });
  const read = rows.map((r) => `${r.id} ${r.observed_at}`).join();
  if (kept.current.read !== read) kept.current = { read, ids: worstFirst(rows).map((r) => r.id) };
  const { ids } = kept.current;
  return [...rows].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** Rows that have had a second line since the table is shown: it stays, so that what is below stays too. */
function useSecondLines(rows: Fresh[]): ReadonlySet<string> {
  const had = useRef<Set<string>>(new Set());
  for (const r of rows) if (mendOf(r) !== null) had.current.add(r.id);
  return had.current;
}

/** How many can't be believed any more, for a block's note; null where all can. */
export function staleWords(list: readonly ReadingView[], now: number): string | null {
  const stale = list.map((r) => freshen(r, now)).filter((r) => r.stale).length;
  return stale === 0 ? null : `${count(stale, "reading")} too old to be believed`;
}

const COLUMNS: readonly Column[] = [{ title: "State" }, { title: "Check" }, { title: "Observed" }, { title: "Expected" }, { title: "Age", end: true }];
/** The same of checks of which none says what it expects. */
const WITHOUT: readonly Column[] = COLUMNS.filter((c) => c.title !== "Expected");

/**
 * Checks with what was observed beside what was expected. With `pending`, a change is on its way: what
 * is not as expected yet is no failure before its time is over. With `record`, readings of a finished step
 * that are too old to be believed are shown as a record of then, which says nothing about now. With `ahead`,
 * what nobody has read yet is work to do, no alarm.
 */
export function CheckTable({
  list,
  caption,
  record = false,
  pending = false,
  inOrder = false,
  clock = "run",
  ahead = false,
}: {
  list: readonly ReadingView[];
  caption: string;
  record?: boolean;
  pending?: boolean;
  inOrder?: boolean;
  clock?: "run" | "computer";
  ahead?: boolean;
}) {
  const ofRun = useWorldNow((now) => (clock === "run" ? list.map((r) => readAt(r, now)) : []));
  const ofComputer = useComputerNow((now) => (clock === "computer" ? list.map((r) => readAt(r, now)) : []));
  const fresh = clock === "run" ? ofRun : ofComputer;
  const ordered = useOrder(fresh);
  const rows = inOrder ? fresh : ordered;
  const second = useSecondLines(rows);
  const expects = list.some((r) => r.expected !== "");
  const drawn = rows.map((r): Row => {
    const past = record && r.age !== null && r.tone === "unknown";
    const notYet = pending && (r.tone === "failing" || r.observed_at === null);
    const unread = ahead && r.observed_at === null && r.tone === "unknown";
    const mend = past || notYet ? null : mendOf(r);
    const [first = "", ...found] = partsOf(past ? r.observed : r.says);
    const open = !past && !notYet && !unread && !letsThrough(r.tone);
    const passed = letsThrough(r.tone) && r.observed_at !== null ? `Passed, read at ${fullTime(r.observed_at)}.` : "";
    const below: Below[] = [];
    if (found.length > 0) below.push({ key: "parts", from: 2, content: <Parts list={found} /> });
    if (mend !== null || (second.has(r.id) && !record))
      below.push({ key: "mend", content: mend?.includes("\n") === true ? <Lines text={mend} /> : (mend ?? passed) });
    return {
      id: r.id,
      testId: `check-${r.id}`,
      data: { "data-tone": past ? "record" : notYet ? "switching" : r.tone },
      className: open ? `open k-${toneKind(r.tone).kind}` : undefined,
      cells: [
        past ? (
          <State kind="record" word={`Read at ${shortTime(r.observed_at ?? 0)}`} />
        ) : notYet ? (
          <State kind="running" word="Not yet" />
        ) : unread ? (
          <State kind="todo" word="Not read" />
        ) : (
          <ToneState tone={r.tone} last={r.last} />
        ),
        cell(<Breakable text={r.title} />, { title: r.source }),
        cell(<Breakable text={first} />, { className: "observed" }),
        // Nothing is said of what nothing is expected of: no label without a value where the table is laid out anew.
        ...(expects ? [cell(r.expected === "" ? null : <Breakable text={r.expected} />, { className: "expected" })] : []),
        cell(r.age === null ? "–" : r.stale ? <Stale seconds={r.age} /> : age(r.age), {
          className: `age${r.stale && !past ? " old" : ""}`,
          title: r.stale ? `${lastRead(r)}; believed for ${age(r.believable_s)}` : undefined,
        }),
      ],
      below,
    };
  });
  return <DataTable caption={caption} kind="readings" columns={expects ? COLUMNS : WITHOUT} rows={drawn} />;
}
