import { useState } from "react";
import { CopyButton } from "../components/CopyButton";
import { Drills } from "../components/Drills";
import { Faults } from "../components/Faults";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import type { RehearsalView, RequestWay } from "../ipc";
import { useAttempt } from "../state/attempt";
import { useEvery, useSnapshot, useStore } from "../state/hooks";
import { href } from "../state/router";
import { Ways } from "../way/Way";

const PLACES: Record<string, string> = { aws: "Asked by the console", name_server: "Name servers", resolver: "Caching resolvers", site: "Sites" };

const asked = (way: RequestWay): boolean => way.servers.length > 0;

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

/** The closed world: the drills of the team, the parts and what they serve now, and every switch that makes something go wrong. */
export function RehearsalScreen() {
  const store = useStore();
  const snapshot = useSnapshot("seq", "banner");
  const { failure: problem, attempt } = useAttempt();
  const [view, setView] = useState<RehearsalView | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const here = snapshot.banner.kind === "rehearsal";
  const read = (): Promise<unknown> | undefined => {
    return here ? attempt(() => store.ipc.rehearsalView(), setView, { again: "world" }) : undefined;
  };
  useEvery(2, () => void read(), String(snapshot.seq));
  /** Whether it came to be. */
  const flip = async (fault: string, on: boolean): Promise<boolean> => {
    setBusy(fault);
    const done = await store.flip(fault, on);
    // Until the world is seen as it is then: the same press once more would take it back at once.
    await read();
    setBusy(null);
    return done;
  };
  if (!here) {
    return (
      <div className="page">
        <PageHead title="Rehearsal" id="rehearsal" />
        <p>
          This run is on {snapshot.banner.word}, which is no rehearsal. Nothing can be made to go wrong here. <a href={href({ name: "run" })}>Go to the run</a>
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
      <Ways of={asked} />
      {view === null && problem === null && <p role="status">Looking at the world…</p>}
      {view !== null && (
        <>
          <Block id="drills" title="Drills" note={`${view.drills.filter((d) => d.on).length} of ${view.drills.length} on`}>
            <p className="why">
              Begin one at its step, a step of the runbook <code>tis-cognito</code>, and compare with what it looks like when it goes well. What happens at once
              stays until a new rehearsal begins.
            </p>
            <Drills list={view.drills} busy={busy} onFlip={(d) => flip(d.fault, d.on)} />
          </Block>
          <Block id="world" title="The world" side={<CopyButton text={view.endpoint} label="Copy the endpoint" />}>
            <Facts
              list={[
                ["AWS endpoint", <code key="e">{view.endpoint}</code>],
                ["Speed", view.speed === 1 ? "as in real life" : `${view.speed} times real life`],
              ]}
            />
            <WorldMap parts={view.parts} />
          </Block>
          <Faults list={view.faults} busy={busy} onFlip={(f) => void flip(f.name, f.on)} />
        </>
      )}
    </div>
  );
}
