import { Fragment, useState } from "react";
import type { FaultView } from "../ipc";
import { Button } from "../kit";
import { State } from "./State";
import { TableWrap } from "./TableWrap";

function Fault({ fault, busy, onFlip }: { fault: FaultView; busy: boolean; onFlip: () => void }) {
  return (
    <tbody className={fault.on ? "open k-blocked" : undefined}>
      <tr>
        <td>{fault.on ? <State kind="blocked" word="On" /> : <State kind="todo" word="Off" />}</td>
        <th scope="row">
          <code>{fault.name}</code>
        </th>
        <td>{fault.sentence}</td>
        <td className="end">
          <Button
            onPress={onFlip}
            loading={busy}
            label={`${fault.on ? "Lift" : "Inject"} ${fault.name}`}
            testId={`fault-${fault.name}`}
            pressed={fault.on}
          >
            {fault.on ? "Lift" : "Inject"}
          </Button>
        </td>
      </tr>
    </tbody>
  );
}

/** Every fault, by its part. Folded, because drills are what a team begins with; a fault that is on is never hidden at first. */
export function Faults({ list, busy, onFlip }: { list: FaultView[]; busy: string | null; onFlip: (fault: FaultView) => void }) {
  const on = list.filter((f) => f.on).length;
  const [open, setOpen] = useState(on > 0);
  const [was, setWas] = useState(on > 0);
  // It opens when the first one comes on, from wherever, and stays as a person leaves it.
  if (on > 0 !== was) {
    setWas(on > 0);
    if (on > 0) setOpen(true);
  }
  return (
    <section className="block">
      <details className="folded" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary data-testid="faults-fold">
          <h2>Everything that can go wrong</h2>
          <span className="block-note">
            {on} of {list.length} on
          </span>
        </summary>
        {[...new Set(list.map((f) => f.part))].map((part) => (
          <Fragment key={part}>
            <h3 className="fault-part">{part}</h3>
            <TableWrap label={`Faults: ${part}`}>
              <table className="checks faults">
                <caption className="hidden">{`Faults: ${part}`}</caption>
                <colgroup>
                  <col className="fault-state" />
                  <col className="fault-name" />
                  <col />
                  <col className="fault-switch" />
                </colgroup>
                {/* The same in every table: for readers only. */}
                <thead className="hidden">
                  <tr>
                    <th scope="col">State</th>
                    <th scope="col">Fault</th>
                    <th scope="col">What it does</th>
                    <th scope="col">Switch</th>
                  </tr>
                </thead>
                {list
                  .filter((f) => f.part === part)
                  .map((f) => (
                    <Fault key={f.name} fault={f} busy={busy === f.name} onFlip={() => onFlip(f)} />
                  ))}
              </table>
            </TableWrap>
          </Fragment>
        ))}
      </details>
    </section>
  );
}
