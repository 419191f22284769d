import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from "react";
import { Button } from "./kit";
import { Announcer } from "./components/Announcer";
import { Banner } from "./components/Banner";
import { DockContext } from "./components/Dock";
import { Help } from "./components/Help";
import { HELP, KEYS } from "./components/help-text";
import { LeftRail } from "./components/LeftRail";
import { ErrorRegion, Notices } from "./components/Notices";
import { PageHead } from "./components/PageHead";
import { RightRail, Screen, Strip, SupportWindow } from "./screens/later";
import { StartScreen } from "./screens/Start";
import { StoreContext, useApp, useNarrow, useStore } from "./state/hooks";
import { type Place, go, parse, routes, useHash } from "./state/router";
import { useFocusKept } from "./state/focus";
import { useKeys } from "./state/keys";
import { useLeads } from "./state/leads";
import type { Store } from "./state/store";
import { Opening } from "./components/Opening";

const Palette = lazy(() => import("./components/Palette"));

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
            dock !== null && (place.name === "start" ? <StartScreen /> : <Screen place={place} key={ofRun(place) ? session : 0} />)
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
  useFocusKept();
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
