import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from "react";
import { Button } from "./kit";
import { Announcer } from "./components/Announcer";
import { Banner } from "./components/Banner";
import { DockContext } from "./components/Dock";
import { Help } from "./components/Help";
import { HELP, KEYS } from "./components/help-text";
import { LeftRail } from "./components/LeftRail";
import { RunTools } from "./components/Links";
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
import { TheNight } from "./night/Night";
import { StoreContext, useApp, useNarrow, useStore } from "./state/hooks";
import { currentGate, currentStep } from "./state/readings";
import type { RunSnapshot } from "./ipc";
import { type Place, go, parse, routes, useHash } from "./state/router";
import { useKeys } from "./state/keys";
import { useLeads } from "./state/leads";
import type { Store } from "./state/store";
import { Opening, SupportWindow } from "./SupportWindow";

const Palette = lazy(() => import("./components/Palette"));

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

function RunScreen() {
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

function Screen({ place }: { place: Place }) {
  switch (place.name) {
    case "start":
      return <StartScreen />;
    case "run":
      return <RunScreen />;
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
  const title = useApp(({ snapshot }) =>
    snapshot === null
      ? "Switchback"
      : `${snapshot.banner.word}${snapshot.banner.test_endpoint ? " · TEST ENDPOINT" : ""} · ${snapshot.banner.target} · ${snapshot.title} · Switchback`,
  );
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Whether a page is about the run that is shown. */
const ofRun = (place: Place): boolean => routes.find((r) => r.name === place.name)?.run === true;

/** Without a run there is only the start; with one the window opens on it. */
function usePlace(): Place {
  const has = useApp((s) => s.snapshot !== null);
  const hash = useHash();
  const place = useMemo(() => parse(hash), [hash]);
  useEffect(() => {
    if (has && (hash === "" || hash === "#" || hash === "#/")) go({ name: "run" });
  }, [hash, has]);
  return ofRun(place) && !has ? { name: "start" } : place;
}

function Console() {
  const store = useStore();
  // Its parts draw themselves: here is only what decides which of them there are.
  const { kind, session, opening, failed } = useApp((s) => ({
    kind: s.snapshot?.banner.kind ?? null,
    session: s.session,
    opening: s.info === null && s.snapshot === null,
    failed: s.failure !== null,
  }));
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
      className={`window${narrow ? " narrow" : ""}${kind === null ? " no-run" : ""}${wall ? " wall" : ""}`}
      data-env={kind ?? "none"}
      data-routes={routes.map((r) => r.path).join(" ")}
      data-route-names={routes.map((r) => r.name).join(" ")}
      data-route={place.name}
      data-testid="window"
    >
      <button type="button" className="skip" onClick={skip}>
        Skip to the step
      </button>
      <Banner masked={wall} />
      {!wall && !narrow && <LeftRail key={session} place={place} onPalette={flipPalette} onHelp={flipHelp} />}
      {!wall && narrow && <Strip place={place} onPalette={flipPalette} />}
      <main className="middle" id="middle" aria-label="Main">
        <DockContext value={dock}>
          {help && (
            <Help title={routes.find((r) => r.name === place.name)?.title ?? "Switchback"} text={HELP[place.name]} keys={KEYS} onClose={() => setHelp(false)} />
          )}
          {opening ? (
            <div className="page">
              <PageHead title="Switchback" id="opening" />
              {failed ? <Button onPress={() => void store.start()}>Try again</Button> : <p role="status">Opening…</p>}
            </div>
          ) : (
            // The dock first: a screen's buttons have their place when the screen comes.
            // What was read, ticked or written of one run is never on the page of another.
            dock !== null && <Screen place={place} key={ofRun(place) ? session : 0} />
          )}
          {!wall && <Notices />}
        </DockContext>
        <div className="dock" ref={setDock} />
      </main>
      {!wall && !narrow && kind !== null && <RightRail place={place} />}
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
  const { which, failed } = useApp((s) => ({ which: s.window?.window, failed: s.failure !== null }));
  if (which === "support") return <SupportWindow />;
  if (which === "console") return <Console />;
  return (
    <Opening>
      <div className="page">
        <PageHead title="Switchback" id="opening" />
        {failed ? <Button onPress={() => void store.start()}>Try again</Button> : <p role="status">Opening…</p>}
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
