// Where the run stands: its gate that waits, else its step, with the night above it.
import { useEffect, useState } from "react";
import { RunTools } from "../components/Links";
import { PageHead } from "../components/PageHead";
import type { RunSnapshot } from "../ipc";
import { TheNight } from "../night/Night";
import { useApp, useStore } from "../state/hooks";
import { currentGate, currentStep } from "../state/readings";
import { GateScreen } from "./Gate";
import { StepScreen } from "./Step";

type Standing = { gate?: string; step?: string };

/** Where the run stands: its gate that waits, else its step. */
function standing(snapshot: RunSnapshot | null): Standing {
  if (snapshot === null) return {};
  const gate = currentGate(snapshot);
  if (gate !== undefined) return { gate: gate.id };
  const step = currentStep(snapshot);
  return step === undefined ? {} : { step: step.id };
}

const isKnown = (at: Standing, snapshot: RunSnapshot | null): boolean =>
  snapshot?.phases.some((p) => p.id === at.gate || p.steps.some((s) => s.id === at.step)) === true;

export function RunScreen() {
  const store = useStore();
  // Nothing moves on under the cursor: what was shown stays with its result, and "Next: …" leads on.
  const [shown, show] = useState(() => standing(store.get().snapshot));
  useEffect(() => {
    const again = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest('a[href="#/run"]') !== null) show(standing(store.get().snapshot));
    };
    window.addEventListener("click", again);
    return () => window.removeEventListener("click", again);
  }, [store]);
  const { gate, step } = useApp(({ snapshot }) => (isKnown(shown, snapshot) ? shown : standing(snapshot)));
  const above = (
    <>
      <TheNight />
      <RunTools />
    </>
  );
  if (gate !== undefined) return <GateScreen id={gate} key={`gate-${gate}`} above={above} />;
  return step === undefined ? (
    <div className="page">
      <PageHead title="Run" id="run-empty" />
      <p>This runbook has no step.</p>
    </div>
  ) : (
    <StepScreen id={step} key={step} above={above} />
  );
}
