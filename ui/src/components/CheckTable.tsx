import { age, duration, fullTime } from "../format/time";
import type { ReadingView } from "../ipc";
import { useWorldNow } from "../state/hooks";
import { type Fresh, freshen, lastRead, worstFirst } from "../state/readings";
import { Breakable } from "./Breakable";
import { State, ToneState, toneKind } from "./State";
import { TableWrap } from "./TableWrap";

function mendOf(r: Fresh): string | null {
  if (r.stale) return `Unknown: ${lastRead(r)}, and believed for ${age(r.believable_s)} only.`;
  if (r.tone === "waiting" && r.until !== null) {
    const ends = `Ends ${fullTime(r.until)}.`;
    return r.mend === null ? ends : `${r.mend} ${ends}`;
  }
  return r.tone === "passing" ? null : r.mend;
}

/** A wait is counted down here; everything else is shown as it was read. */
function observed(r: Fresh, now: number): string {
  if (r.tone !== "waiting" || r.until === null) return r.observed;
  const left = (Date.parse(r.until) - now) / 1000;
  return left > 0 ? `${duration(left)} left` : "over: read again in a moment";
}

/**
 * Checks with what was observed beside what was expected. With `pending`, a change is on its way: what
 * is not as expected yet is no failure before its time is over. With `record`, readings of a finished step
 * that are too old to be believed are shown as a record of then, which says nothing about now.
 */
export function CheckTable({ list, caption, record = false, pending = false }: { list: readonly ReadingView[]; caption: string; record?: boolean; pending?: boolean }) {
  const now = useWorldNow();
  const rows = worstFirst(list.map((r) => freshen(r, now)));
  return (
    <TableWrap label={caption}>
      <table className="checks readings">
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Check</th>
            <th scope="col">Observed</th>
            <th scope="col">Expected</th>
            <th scope="col" className="end">
              Age
            </th>
          </tr>
        </thead>
        {rows.map((r) => {
          const past = record && r.age !== null && r.tone === "unknown";
          const notYet = pending && r.tone === "failing";
          const mend = past || notYet ? null : mendOf(r);
          const open = !past && !notYet && r.tone !== "passing" && r.tone !== "not_applicable";
          return (
            <tbody key={r.id} className={open ? `open k-${toneKind(r.tone).kind}` : undefined} data-testid={`check-${r.id}`} data-tone={past ? "record" : r.tone}>
              <tr>
                <td>{past ? <State kind="record" word="As read then" /> : notYet ? <State kind="running" word="Not yet" /> : <ToneState tone={r.tone} />}</td>
                <th scope="row" title={r.source}>
                  <Breakable text={r.title} />
                </th>
                <td className="observed">
                  <Breakable text={past ? r.observed : observed(r, now)} />
                </td>
                <td className="expected">
                  <Breakable text={r.expected} />
                </td>
                <td className="end age">{r.age === null ? "–" : age(r.age)}</td>
              </tr>
              {mend !== null && (
                <tr className="mend">
                  <td />
                  <td colSpan={4}>{mend}</td>
                </tr>
              )}
            </tbody>
          );
        })}
      </table>
    </TableWrap>
  );
}
