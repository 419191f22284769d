import { Fragment } from "react";
import { shortened } from "../format/lines";
import type { RollbackItemView } from "../ipc";
import { useSnapshot } from "../state/hooks";
import { allSteps } from "../state/readings";
import { Breakable } from "./Breakable";
import { Calls, Rest, unnamed } from "./Change";
import { CheckTable } from "./CheckTable";
import { type Kind, State } from "./State";
import { TableWrap } from "./TableWrap";

const STATES: Record<string, { kind: Kind; word: string }> = {
  to_do: { kind: "todo", word: "To do" },
  running: { kind: "running", word: "Running" },
  done: { kind: "pass", word: "Done" },
  stopped: { kind: "fail", word: "Stopped" },
  your_turn: { kind: "running", word: "Your turn" },
};

const KINDS: Record<string, string> = { undo: "Done by the console", publish: "Done once more by the console", manual: "Done by hand", notice: "A notice to people" };

/** Why an item is in the plan, in words; nothing where the person named it. */
export function becauseWords(because: string, titleOf: (step: string) => string): string {
  const [word = "", ...rest] = because.split(" ");
  const of = rest.join(" ");
  switch (word) {
    case "":
    case "named":
      return "";
    case "needs":
      return `because it needs “${titleOf(of)}”`;
    case "publishes": {
      const [step = "", ...more] = rest.join(" ").split(", ");
      return [`because it makes “${titleOf(step)}” seen`, ...more].join(", ");
    }
    case "repairs":
      return `because it repairs ${of}`;
    case "rule":
      return `because rule ${of} says so`;
    default:
      return `because: ${because}`;
  }
}

/** What the item is about, where its lines do not name it. */
const About = ({ object }: { object: string | null }) =>
  object !== null && (
    <p className="diff-object">
      <Breakable text={object} />
    </p>
  );

const Lines = ({ list }: { list: readonly string[] }) =>
  list.length === 0
    ? "–"
    : list.map((l) => (
        <span key={l}>
          <Breakable text={l} />
        </span>
      ));

/** The items in order: what happens, what is there now and what was there before. `begun`: what was there then is not there now any more. */
export function RollbackItems({ items, begun = false }: { items: readonly RollbackItemView[]; begun?: boolean }) {
  const steps = allSteps(useSnapshot());
  const titleOf = (id: string) => steps.find((s) => s.id === id)?.title ?? id;
  return (
    <TableWrap label="The order">
      <table className="checks order" role="table">
        <caption className="hidden">What happens, in this order</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">State</th>
            <th scope="col" role="columnheader" className="end">
              #
            </th>
            <th scope="col" role="columnheader">What happens</th>
            {items.some((i) => i.kind === "undo") ? (
              <>
                <th scope="col" role="columnheader">{begun ? "When it began" : "Now"}</th>
                <th scope="col" role="columnheader">As it was before</th>
              </>
            ) : (
              <th scope="col" role="columnheader" colSpan={2}>
                {items.some((i) => i.kind === "publish") ? "What it does" : "What to do"}
              </th>
            )}
          </tr>
        </thead>
        {items.map((item, i) => {
          const { kind, word } = STATES[item.state] ?? { kind: "unknown" as const, word: item.state };
          const { before: now, after: restores, rest } = shortened(item.now, item.restores);
          return (
            <tbody role="rowgroup" key={item.id} data-testid={`rollback-item-${item.id}`} data-state={item.state}>
              <tr role="row">
                <td role="cell">
                  <State kind={kind} word={word} />
                </td>
                <td role="cell" className="end">
                  <strong>{i + 1}</strong>
                </td>
                <th scope="row" role="rowheader">
                  <strong>{item.title}</strong>
                  <span className="under">
                    {[KINDS[item.kind] ?? item.kind, becauseWords(item.because, titleOf)].filter((x) => x !== "").join(", ")}
                  </span>
                </th>
                {item.kind === "publish" ? (
                  // It restores nothing, so it has no image of before; what it starts anew stays as it is.
                  <td role="cell" className="lines words" colSpan={2}>
                    <Lines list={item.restores} />
                    {item.now.length > 0 && (
                      <span className="meta">
                        <Breakable text={`Stays as it is: ${item.now.join("; ")}`} />
                      </span>
                    )}
                  </td>
                ) : item.kind === "undo" ? (
                  <>
                    <td role="cell" className="lines" data-head={begun ? "When it began" : "Now"}>
                      <Lines list={now} />
                    </td>
                    <td role="cell" className="lines" data-head="As it was before">
                      <Lines list={restores} />
                    </td>
                  </>
                ) : (
                  // Words for people, and no image of anything: they take the place of both.
                  <td role="cell" className="lines words" colSpan={2}>
                    <strong>{item.kind === "notice" ? "To tell:" : "To do:"}</strong> {item.restores.join(" ")}
                  </td>
                )}
              </tr>
              {item.preview !== null && item.preview.calls.length > 0 && (
                <tr className="mend" role="row">
                  <td role="cell" />
                  <td role="cell" />
                  <td role="cell" colSpan={3}>
                    {item.kind === "undo" && <Rest words={rest} />}
                    {item.preview.changes.map((c) => (
                      <Fragment key={c.object}>
                        <About object={unnamed(c.object, [...c.before, ...c.after])} />
                        {!begun && c.caution && <p className="meta">{c.caution}</p>}
                      </Fragment>
                    ))}
                    <Calls preview={item.preview} />
                  </td>
                </tr>
              )}
              {item.state === "stopped" && item.preconditions.length > 0 && (
                <tr className="mend" role="row">
                  <td role="cell" colSpan={5}>
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
