// The support window: the look-up and nothing else. It has no routes, no palette and no key to anything of
// a run; that it could not call any of it either is its capability file's work.
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Colours } from "./components/Colours";
import { Help } from "./components/Help";
import { SUPPORT_HELP, SUPPORT_KEYS } from "./components/help-text";
import { ErrorRegion } from "./components/Notices";
import { fullTime } from "./format/time";
import type { LookupPlace } from "./ipc";
import { UsersScreen } from "./screens/Users";
import { useApp, useComputerNow } from "./state/hooks";
import { useKeys } from "./state/keys";
import { nameOf } from "./state/place";

/** Which environment is asked, over the whole width: text first. */
function PlaceBanner({ place }: { place: LookupPlace | null }) {
  const operator = useApp((s) => s.window?.operator);
  const time = useComputerNow(fullTime);
  const facts: string[] = [];
  if (place !== null) {
    const name = nameOf(place);
    if (name.toUpperCase() !== place.banner) facts.push(place.account_tail === null ? name : `${name} (…${place.account_tail})`);
    facts.push(...place.regions);
    if (place.profile !== null) facts.push(`profile ${place.profile}`);
  }
  return (
    <header className="banner" data-env={place === null || place.kind === "" ? "none" : place.kind} data-testid="banner">
      <span className="banner-word">{place === null || place.banner === "" ? "Look-up" : place.banner}</span>
      {place?.kind === "rehearsal" && <span className="banner-aside">no real users or systems</span>}
      {place?.test_endpoint === true && <span className="banner-endpoint">TEST ENDPOINT</span>}
      <span className="banner-facts">
        <span>{place === null ? "No place is chosen yet" : "Look-up only"}</span>
        {facts.map((fact) => (
          <span key={fact} className="banner-more">
            {fact}
          </span>
        ))}
      </span>
      <span className="banner-end">
        <span>{time}</span>
        <span>{operator}</span>
      </span>
    </header>
  );
}

function Tools({ onHelp }: { onHelp: () => void }): ReactNode {
  return (
    <div className="support-tools">
      <Colours />
      <button type="button" className="help-open" onClick={onHelp} aria-keyshortcuts="F1" data-testid="help-open">
        Help
      </button>
    </div>
  );
}

export function SupportWindow() {
  const version = useApp((s) => s.window?.version);
  const [place, setPlace] = useState<LookupPlace | null>(null);
  const [help, setHelp] = useState(false);
  const flipHelp = useCallback(() => setHelp((open) => !open), []);
  useKeys(flipHelp);
  // Where it looks, never at whom.
  const title = [place?.banner, place?.test_endpoint === true ? "TEST ENDPOINT" : "", place === null ? "" : nameOf(place), "Look-up", "Switchback"];
  const words = title.filter((word) => word !== undefined && word !== "").join(" · ");
  useEffect(() => {
    document.title = words;
  }, [words]);
  const skip = () => document.querySelector<HTMLElement>("[data-testid=lookup-query]")?.focus();
  return (
    <div className="window support" data-env={place?.kind === undefined || place.kind === "" ? "none" : place.kind} data-window="support" data-testid="window">
      <button type="button" className="skip" onClick={skip}>
        Skip to the question
      </button>
      <PlaceBanner place={place} />
      <main className="middle" id="middle" aria-label="Look-up">
        {help && <Help title="Look up a user" text={SUPPORT_HELP} keys={SUPPORT_KEYS} onClose={() => setHelp(false)} />}
        <UsersScreen desk={{ onPlace: setPlace, tools: <Tools onHelp={flipHelp} /> }} />
        <section className="notices" aria-label="Notices">
          <ErrorRegion />
        </section>
        <footer className="support-foot">Switchback {version} · reads only: nothing here can change an account or a run</footer>
      </main>
    </div>
  );
}
