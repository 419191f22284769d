import { fullTime } from "../format/time";
import type { AttemptView } from "../ipc";
import { DataTable } from "../kit";
import { Block } from "./PageHead";
import { type Kind, State } from "./State";

/** An attempt's shape by its outcome's words; what is not known is never green. */
export function outcomeKind(attempt: AttemptView): Kind {
  const o = attempt.outcome.toLowerCase();
  if (o.startsWith("in flight")) return "running";
  if (o.startsWith("no answer")) return "unknown";
  if (o.startsWith("not applied, will")) return "waiting";
  if (o.startsWith("not applied") || o.startsWith("found not")) return "fail";
  // Carried out, and yet not what was meant: a roll that was given up, a field that somebody else wrote.
  if (attempt.finding === "partial" || attempt.finding === "other") return "blocked";
  if (o.startsWith("applied") || o.startsWith("found applied")) return "pass";
  return "unknown";
}

const WAYS: Record<string, string> = { apply: "Apply", undo: "Undo", publish: "Publish" };

function Proven({ list }: { list: readonly string[] }) {
  return (
    <>
      Proven on the way:
      <ul>
        {list.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </>
  );
}

/** Every API call of the step with its state and request id. */
export function Attempts({ list }: { list: readonly AttemptView[] }) {
  if (list.length === 0) return null;
  const inspected = list.some((a) => a.finding !== null);
  // Counted through, also where the step was begun anew in between: the second try is no "Apply 1".
  const number = (a: AttemptView) => list.filter((b) => b.way === a.way).indexOf(a) + 1;
  return (
    <Block id="attempts" title="Progress" note="each numbered try, newest last">
      <DataTable
        caption="Tries of this step"
        kind="attempts"
        columns={[{ title: "Outcome" }, { title: "Try" }, { title: "Started" }, ...(inspected ? [{ title: "Found" }] : []), { title: "Request id" }]}
        rows={list.map((a) => ({
          id: a.id,
          testId: `attempt-${a.id}`,
          cells: [
            <State kind={outcomeKind(a)} word={a.outcome} />,
            `${WAYS[a.way] ?? a.way} ${number(a)}`,
            fullTime(a.started_at),
            ...(inspected ? [a.finding ?? "–"] : []),
            <code>{a.request_id ?? "none yet"}</code>,
          ],
          below: [
            ...(a.proven.length > 0 ? [{ key: "proven", content: <Proven list={a.proven} /> }] : []),
            ...(a.problem !== null ? [{ key: "problem", content: a.problem }] : []),
          ],
        }))}
      />
    </Block>
  );
}
