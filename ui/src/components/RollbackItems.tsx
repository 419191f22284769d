import type { RollbackItemView } from "../ipc";
import { Calls } from "./Change";
import { CheckTable } from "./CheckTable";
import { type Kind, State } from "./State";
import { TableWrap } from "./TableWrap";

const STATES: Record<string, { kind: Kind; word: string }> = {
  to_do: { kind: "todo", word: "To do" },
  running: { kind: "running", word: "Running" },
  done: { kind: "pass", word: "Done" },
  stopped: { kind: "fail", word: "Stopped" },
};

const KINDS: Record<string, string> = { undo: "by the console", manual: "by hand", notice: "a notice" };

/** The items in order: what happens, what is there now and what will be. */
export function RollbackItems({ items }: { items: readonly RollbackItemView[] }) {
  return (
    <TableWrap label="The order">
      <table className="checks order">
        <caption className="hidden">What happens, in this order</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" className="end">
              #
            </th>
            <th scope="col">What happens</th>
            <th scope="col">Now</th>
            <th scope="col">Restored to</th>
          </tr>
        </thead>
        {items.map((item, i) => {
          const { kind, word } = STATES[item.state] ?? { kind: "unknown" as const, word: item.state };
          return (
            <tbody key={item.id} data-testid={`rollback-item-${item.id}`} data-state={item.state}>
              <tr>
                <td>
                  <State kind={kind} word={word} />
                </td>
                <td className="end">
                  <strong>{i + 1}</strong>
                </td>
                <th scope="row">
                  <strong>{item.title}</strong>
                  <span className="under">
                    {KINDS[item.kind] ?? item.kind} · {item.because}
                  </span>
                </th>
                <td className="lines">{item.now.length === 0 ? "–" : item.now.map((l) => <span key={l}>{l}</span>)}</td>
                <td className="lines">{item.restores.length === 0 ? "–" : item.restores.map((l) => <span key={l}>{l}</span>)}</td>
              </tr>
              {item.preview !== null && item.preview.calls.length > 0 && (
                <tr className="mend">
                  <td />
                  <td />
                  <td colSpan={3}>
                    <Calls preview={item.preview} />
                  </td>
                </tr>
              )}
              {item.state === "stopped" && item.preconditions.length > 0 && (
                <tr className="mend">
                  <td colSpan={5}>
                    <CheckTable list={item.preconditions} caption={`What ${item.title} needs`} />
                  </td>
                </tr>
              )}
            </tbody>
          );
        })}
      </table>
    </TableWrap>
  );
}
