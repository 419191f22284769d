import Button from "@cloudscape-design/components/button";
import { useEffect, useMemo, useState } from "react";
import { Announcer } from "./components/Announcer";
import { Banner } from "./components/Banner";
import { LeftRail } from "./components/LeftRail";
import { Notices } from "./components/Notices";
import { Palette } from "./components/Palette";
import { RightRail, Strip } from "./components/RightRail";
import { PageHead } from "./components/PageHead";
import { ConfirmScreen } from "./screens/Confirm";
import { LiveScreen } from "./screens/Live";
import { RehearsalScreen } from "./screens/Rehearsal";
import { RollbackScreen } from "./screens/Rollback";
import { StartScreen } from "./screens/Start";
import { StepScreen } from "./screens/Step";
import { TimelineScreen } from "./screens/Timeline";
import { StoreContext, useApp, useNarrow, useSnapshot, useStore } from "./state/hooks";
import { currentStep } from "./state/readings";
import { type Place, go, parse, routes, useHash } from "./state/router";
import type { Store } from "./state/store";

function RunScreen() {
  const step = currentStep(useSnapshot());
  // The address stays #/run: it follows the run from step to step.
  return step === undefined ? (
    <div className="page">
      <PageHead title="Run" id="run-empty" />
      <p>This runbook has no step.</p>
    </div>
  ) : (
    <StepScreen id={step.id} key={step.id} />
  );
}

function Screen({ place }: { place: Place }) {
  switch (place.name) {
    case "start":
      return <StartScreen />;
    case "run":
      return <RunScreen />;
    case "step":
      return <StepScreen id={place.step} key={place.step} />;
    case "confirm":
      return <ConfirmScreen id={place.step} key={place.step} />;
    case "rollback":
      return <RollbackScreen scope={place.scope} />;
    case "live":
      return <LiveScreen />;
    case "timeline":
      return <TimelineScreen />;
    case "rehearsal":
      return <RehearsalScreen />;
  }
}

function useTitle(): void {
  const { snapshot } = useApp();
  const title = snapshot === null ? "Switchback" : `${snapshot.banner.word}${snapshot.banner.test_endpoint ? " · TEST ENDPOINT" : ""} · ${snapshot.banner.target} · ${snapshot.title} · Switchback`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Without a run there is only the start; with one the window opens on it. */
function usePlace(): Place {
  const { snapshot, run } = useApp();
  const hash = useHash();
  const place = useMemo(() => parse(hash), [hash]);
  const needsRun = routes.find((r) => r.name === place.name)?.run === true;
  useEffect(() => {
    if (snapshot !== null && (hash === "" || hash === "#" || hash === "#/")) go({ name: "run" });
  }, [hash, snapshot]);
  return needsRun && (snapshot === null || run === null) ? { name: "start" } : place;
}

function Window() {
  const store = useStore();
  const { snapshot, info, failure } = useApp();
  const place = usePlace();
  const narrow = useNarrow();
  const [palette, setPalette] = useState(false);
  useTitle();
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette((open) => !open);
      }
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);
  const paletteOpen = () => setPalette(true);
  const skip = () => document.getElementById("middle")?.querySelector<HTMLElement>("h1")?.focus();
  return (
    <div
      className={`window${narrow ? " narrow" : ""}${snapshot === null ? " no-run" : ""}`}
      data-env={snapshot?.banner.kind ?? "none"}
      data-routes={routes.map((r) => r.path).join(" ")}
      data-route={place.name}
      data-testid="window"
    >
      <button type="button" className="skip" onClick={skip}>
        Skip to the step
      </button>
      <Banner />
      {!narrow && <LeftRail place={place} onPalette={paletteOpen} />}
      {narrow && snapshot !== null && <Strip place={place} onPalette={paletteOpen} />}
      <main className="middle" id="middle" aria-label="Main">
        <Notices />
        {info === null && snapshot === null ? (
          <div className="page">
            <PageHead title="Switchback" id="opening" />
            {failure === null ? <p role="status">Opening…</p> : <Button onClick={() => void store.start()}>Try again</Button>}
          </div>
        ) : (
          <Screen place={place} />
        )}
      </main>
      {!narrow && snapshot !== null && <RightRail place={place} />}
      <Announcer />
      {palette && <Palette open onClose={() => setPalette(false)} />}
    </div>
  );
}

export function App({ store }: { store: Store }) {
  return (
    <StoreContext value={store}>
      <Window />
    </StoreContext>
  );
}
