import { Fragment, useState } from "react";
import type { FaultView } from "../ipc";
import { Button, type Column, DataTable, type Row } from "../kit";
import { State } from "./State";

const COLUMNS: readonly Column[] = [
  { title: "State", width: "fault-state" },
  { title: "Fault", width: "fault-name" },
  { title: "What it does" },
  { title: "Switch", width: "fault-switch", end: true },
];

function rowOf(fault: FaultView, busy: boolean, onFlip: () => void): Row {
  return {
    id: fault.name,
    className: fault.on ? "open k-blocked" : undefined,
    cells: [
      fault.on ? <State kind="blocked" word="On" /> : <State kind="todo" word="Off" />,
      <code>{fault.name}</code>,
      fault.sentence,
      <Button onPress={onFlip} loading={busy} label={`${fault.on ? "Lift" : "Inject"} ${fault.name}`} testId={`fault-${fault.name}`} pressed={fault.on}>
        {fault.on ? "Lift" : "Inject"}
      </Button>,
    ],
  };
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
            {/* The same heads in every table: for readers only. */}
            <DataTable
              caption={`Faults: ${part}`}
              kind="faults"
              columns={COLUMNS}
              bare
              rows={list.filter((f) => f.part === part).map((f) => rowOf(f, busy === f.name, () => onFlip(f)))}
            />
          </Fragment>
        ))}
      </details>
    </section>
  );
}
