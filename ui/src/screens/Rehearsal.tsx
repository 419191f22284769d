import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { CopyButton } from "../components/CopyButton";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import { State } from "../components/State";
import type { FaultView, RehearsalView } from "../ipc";
import { Failure, asFailure } from "../ipc/port";
import { useEvery, useSnapshot, useStore } from "../state/hooks";
import { href } from "../state/router";
import { TableWrap } from "../components/TableWrap";

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
            onClick={onFlip}
            loading={busy}
            wrapText={false}
            ariaLabel={`${fault.on ? "Lift" : "Inject"} ${fault.name}`}
            data-testid={`fault-${fault.name}`}
            nativeButtonAttributes={{ "aria-pressed": fault.on }}
          >
            {fault.on ? "Lift" : "Inject"}
          </Button>
        </td>
      </tr>
    </tbody>
  );
}

const PLACES: Record<string, string> = { aws: "Asked by the console", name_server: "Name servers", resolver: "Caching resolvers", site: "Sites" };

/** The way of an answer: from Route 53 over name servers and resolvers to the side that users reach. */
function WorldMap({ parts }: { parts: RehearsalView["parts"] }) {
  const places = [...new Set(parts.map((p) => p.kind))].sort((a, b) => Object.keys(PLACES).indexOf(a) - Object.keys(PLACES).indexOf(b));
  return (
    <ol className="map">
      {places.map((place) => (
        <li key={place}>
          <p className="map-head">{PLACES[place] ?? place}</p>
          <ul>
            {parts
              .filter((p) => p.kind === place)
              .map((p) => (
                <li key={p.name} data-testid={`part-${p.name}`}>
                  <p className="map-name">{p.name}</p>
                  {place !== "name_server" && place !== "resolver" && <p>{p.state}</p>}
                  {/* The endpoint stands above the map, whole. */}
                  {place !== "aws" && <code>{p.address}</code>}
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

/** The closed world: its parts, what they serve now, and the switches that make things go wrong. */
export function RehearsalScreen() {
  const store = useStore();
  const snapshot = useSnapshot();
  const [view, setView] = useState<RehearsalView | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const here = snapshot.banner.kind === "rehearsal";
  const read = () => {
    if (!here) return;
    store.ipc.rehearsalView().then(
      (next) => {
        setView(next);
        setProblem(null);
      },
      (thrown: unknown) => setProblem(asFailure(thrown)),
    );
  };
  useEvery(2, read, String(snapshot.seq));
  const flip = async (fault: FaultView) => {
    setBusy(fault.name);
    try {
      await store.ipc.submitRehearsal(fault.on ? { do: "lift", fault: fault.name } : { do: "inject", fault: fault.name });
    } catch (thrown) {
      store.fail(thrown);
    }
    setBusy(null);
    read();
  };
  if (!here) {
    return (
      <div className="page">
        <PageHead title="Rehearsal" id="rehearsal" />
        <p>
          This run is on {snapshot.banner.word}, which is no rehearsal. Nothing can be made to go wrong here.{" "}
          <a href={href({ name: "run" })}>Go to the run</a>
        </p>
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead title="Rehearsal" id="rehearsal" />
      <p className="why">A closed world on this machine: no real users, no real systems, no account.</p>
      {problem !== null && (
        <Notice kind="fail" title="The world can’t be seen" role="alert">
          {problem.api.message} {problem.api.hint}
        </Notice>
      )}
      {view === null && problem === null && <p role="status">Looking at the world…</p>}
      {view !== null && (
        <>
          <Block id="world" title="The world" side={<CopyButton text={view.endpoint} label="Copy the endpoint" />}>
            <Facts
              list={[
                ["AWS endpoint", <code key="e">{view.endpoint}</code>],
                ["Speed", view.speed === 1 ? "as in real life" : `${view.speed} times real life`],
              ]}
            />
            <WorldMap parts={view.parts} />
          </Block>
          <Block id="faults" title="Make something go wrong" note={`${view.faults.filter((f) => f.on).length} of ${view.faults.length} on`}>
            <TableWrap label="Faults">
              <table className="checks faults">
                <caption className="hidden">Faults of the rehearsal world</caption>
                <thead>
                  <tr>
                    <th scope="col">State</th>
                    <th scope="col">Fault</th>
                    <th scope="col">What it does</th>
                    <th scope="col" className="end">
                      Switch
                    </th>
                  </tr>
                </thead>
                {view.faults.map((f) => (
                  <Fault key={f.name} fault={f} busy={busy === f.name} onFlip={() => void flip(f)} />
                ))}
              </table>
            </TableWrap>
          </Block>
        </>
      )}
    </div>
  );
}
