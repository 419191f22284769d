import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "./kit";
import { Announcer } from "./components/Announcer";
import { Banner } from "./components/Banner";
import { DockContext } from "./components/Dock";
import { Help } from "./components/Help";
import { HELP, KEYS } from "./components/help-text";
import { LeftRail } from "./components/LeftRail";
import { CopyLink, CopyStatus } from "./components/Links";
import { ErrorRegion, Notices } from "./components/Notices";
import { RightRail, Strip } from "./components/RightRail";
import { PageHead } from "./components/PageHead";
import { AmendScreen } from "./screens/Amend";
import { ConnectionScreen } from "./screens/Connection";
import { ConfirmScreen } from "./screens/Confirm";
import { DecisionsScreen } from "./screens/Decisions";
import { FieldsScreen } from "./screens/Fields";
import { GateScreen } from "./screens/Gate";
import { LiveScreen } from "./screens/Live";
import { RehearsalScreen } from "./screens/Rehearsal";
import { ReportScreen } from "./screens/Report";
import { RollbackScreen } from "./screens/Rollback";
import { RunbookScreen } from "./screens/Runbook";
import { StartScreen } from "./screens/Start";
import { StepScreen } from "./screens/Step";
import { UsersScreen } from "./screens/Users";
import { TimelineScreen } from "./screens/Timeline";
import { WarRoomScreen } from "./screens/WarRoom";
import { NightBlock } from "./night/Night";
import { StoreContext, useApp, useNarrow, useSnapshot, useStore, useWorldNow } from "./state/hooks";
import { currentGate, currentStep } from "./state/readings";
import type { RunSnapshot } from "./ipc";
import { type Place, go, parse, routes, useHash } from "./state/router";
import { useLeads } from "./state/leads";
import { useKeys } from "./state/keys";
import type { Store } from "./state/store";
import { Opening, SupportWindow } from "./SupportWindow";

const Palette = lazy(() => import("./components/Palette"));

/** Where the run stands: its gate that waits, else its step. */
function standing(snapshot: RunSnapshot): { gate?: string; step?: string } {
  const gate = currentGate(snapshot);
  if (gate !== undefined) return { gate: gate.id };
  const step = currentStep(snapshot);
  return step === undefined ? {} : { step: step.id };
}

/** The run's page opens with it. */
function TheNight() {
  return (
    <>
      <NightBlock snapshot={useSnapshot()} now={useWorldNow()} />
      <div className="run-tools">
        <CopyLink place={{ name: "run" }} label="Copy link to the run" />
        <CopyStatus />
      </div>
    </>
  );
}

function RunScreen() {
  const snapshot = useSnapshot();
  // Nothing moves on under the cursor: what was shown stays with its result, and "Next: …" leads on.
  const [shown, show] = useState(() => standing(snapshot));
  const latest = useRef(snapshot);
  latest.current = snapshot;
  useEffect(() => {
    const again = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest('a[href="#/run"]') !== null) show(standing(latest.current));
    };
    window.addEventListener("click", again);
    return () => window.removeEventListener("click", again);
  }, []);
  const known = snapshot.phases.some((p) => p.id === shown.gate || p.steps.some((s) => s.id === shown.step));
  const { gate, step } = known ? shown : standing(snapshot);
  const above = <TheNight />;
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

function Screen({ place }: { place: Place }) {
  const { run } = useApp();
  switch (place.name) {
    case "start":
      return <StartScreen />;
    case "run":
      return <RunScreen key={run} />;
    case "step":
      return <StepScreen id={place.step} key={place.step} />;
    case "runbook":
      return <RunbookScreen />;
    case "fields":
      return <FieldsScreen id={place.step} key={place.step} />;
    case "gate":
      return <GateScreen id={place.phase} key={place.phase} />;
    case "decisions":
      return <DecisionsScreen />;
    case "amend":
      return <AmendScreen />;
    case "war-room":
      return <WarRoomScreen />;
    case "confirm":
      return <ConfirmScreen id={place.step} key={place.step} />;
    case "rollback":
      return <RollbackScreen scope={place.scope} />;
    case "live":
      return <LiveScreen />;
    case "users":
      return <UsersScreen />;
    case "timeline":
      return <TimelineScreen />;
    case "report":
      return <ReportScreen />;
    case "connection":
      return <ConnectionScreen />;
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

function Console() {
  const store = useStore();
  const { snapshot, info, failure } = useApp();
  const place = usePlace();
  const narrow = useNarrow();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [dock, setDock] = useState<HTMLElement | null>(null);
  useTitle();
  useLeads();
  const flipPalette = useCallback(() => setPalette((open) => !open), []);
  const flipHelp = useCallback(() => setHelp((open) => !open), []);
  useKeys(flipHelp, flipPalette);
  const skip = () => document.getElementById("middle")?.querySelector<HTMLElement>("h1")?.focus();
  // Seen by everybody in the room: without rails and buttons.
  const wall = place.name === "war-room";
  return (
    <div
      className={`window${narrow ? " narrow" : ""}${snapshot === null ? " no-run" : ""}${wall ? " wall" : ""}`}
      data-env={snapshot?.banner.kind ?? "none"}
      data-routes={routes.map((r) => r.path).join(" ")}
      data-route-names={routes.map((r) => r.name).join(" ")}
      data-route={place.name}
      data-testid="window"
    >
      <button type="button" className="skip" onClick={skip}>
        Skip to the step
      </button>
      <Banner masked={wall} />
      {!wall && !narrow && <LeftRail place={place} onPalette={flipPalette} onHelp={flipHelp} />}
      {!wall && narrow && <Strip place={place} onPalette={flipPalette} />}
      <main className="middle" id="middle" aria-label="Main">
        <DockContext value={dock}>
          {help && <Help title={routes.find((r) => r.name === place.name)?.title ?? "Switchback"} text={HELP[place.name]} keys={KEYS} onClose={() => setHelp(false)} />}
          {info === null && snapshot === null ? (
            <div className="page">
              <PageHead title="Switchback" id="opening" />
              {failure === null ? <p role="status">Opening…</p> : <Button onPress={() => void store.start()}>Try again</Button>}
            </div>
          ) : (
            // The dock first: a screen's buttons have their place when the screen comes.
            dock !== null && <Screen place={place} />
          )}
          {!wall && <Notices />}
        </DockContext>
        <div className="dock" ref={setDock} />
      </main>
      {!wall && !narrow && snapshot !== null && <RightRail place={place} />}
      <Announcer />
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />
        </Suspense>
      )}
    </div>
  );
}

/** Which window it is, the core says. */
function Window() {
  const store = useStore();
  const { window, failure } = useApp();
  if (window?.window === "support") return <SupportWindow />;
  if (window?.window === "console") return <Console />;
  return (
    <Opening>
      <div className="page">
        <PageHead title="Switchback" id="opening" />
        {failure === null ? <p role="status">Opening…</p> : <Button onPress={() => void store.start()}>Try again</Button>}
      </div>
      <section className="notices" aria-label="Notices">
        <ErrorRegion />
      </section>
    </Opening>
  );
}

export function App({ store }: { store: Store }) {
  return (
    <StoreContext value={store}>
      <Window />
    </StoreContext>
  );
}
