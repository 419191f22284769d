import { fullTime } from "../format/time";
import type { AttemptView } from "../ipc";
import { Block } from "./PageHead";
import { type Kind, State } from "./State";
import { TableWrap } from "./TableWrap";

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

/** Every API call of the step with its state and request id. */
export function Attempts({ list }: { list: readonly AttemptView[] }) {
  if (list.length === 0) return null;
  const inspected = list.some((a) => a.finding !== null);
  return (
    <Block id="attempts" title="Progress" note="each numbered try, newest last">
      <TableWrap label="Tries of this step">
        <table className="checks attempts">
          <caption className="hidden">Tries of this step</caption>
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col">Try</th>
              <th scope="col">Started</th>
              {inspected && <th scope="col">Found</th>}
              <th scope="col">Request id</th>
            </tr>
          </thead>
          {list.map((a) => (
            <tbody key={a.id} data-testid={`attempt-${a.id}`}>
              <tr>
                <td>
                  <State kind={outcomeKind(a)} word={a.outcome} />
                </td>
                <th scope="row">
                  {WAYS[a.way] ?? a.way} {a.id.split("/").at(-1)}
                </th>
                <td>{fullTime(a.started_at)}</td>
                {inspected && <td>{a.finding ?? "–"}</td>}
                <td>
                  <code>{a.request_id ?? "none yet"}</code>
                </td>
              </tr>
              {a.proven.length > 0 && (
                <tr className="mend">
                  <td />
                  <td colSpan={inspected ? 4 : 3}>
                    Proven on the way:
                    <ul>
                      {a.proven.map((words) => (
                        <li key={words}>{words}</li>
                      ))}
                    </ul>
                  </td>
                </tr>
              )}
              {a.problem !== null && (
                <tr className="mend">
                  <td />
                  <td colSpan={inspected ? 4 : 3}>{a.problem}</td>
                </tr>
              )}
            </tbody>
          ))}
        </table>
      </TableWrap>
    </Block>
  );
}
