import { useEffect, useId, useRef, useState } from "react";
import { Colours } from "../components/Colours";
import { Block, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { runWords } from "../components/Banner";
import { useFocusBack } from "../components/ReasonForm";
import { count, date, fullTime } from "../format/time";
import type { RehearsedRunbook, RunSnapshot, RunStanding } from "../ipc/generated/wire";
import { Button, LinkButton } from "../kit";
import { useApp, useStore } from "../state/hooks";
import { allSteps, isFinished } from "../state/readings";
import { go, href, parse } from "../state/router";

/** Shows the run that was opened, unless the person went somewhere else in the meantime. */
function showRun(): void {
  if (parse(window.location.hash).name === "start") go({ name: "run" });
}

/** What a new rehearsal would take the place of: a rehearsal that is not through loses its world, any other run stays where it is. */
function openRun(snapshot: RunSnapshot | null): "rehearsal" | "run" | null {
  if (snapshot === null || allSteps(snapshot).every(isFinished)) return null;
  return snapshot.banner.kind === "rehearsal" ? "rehearsal" : "run";
}

/** Asked before the run that is open gives way to a new rehearsal. Escape goes on with the open one. */
function Instead({ open, onYes, onNo }: { open: "rehearsal" | "run"; onYes: () => void; onNo: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useFocusBack(() => box.current?.querySelector<HTMLElement>("[data-testid=rehearse-again-no]") ?? null);
  return (
    <div
      ref={box}
      role="group"
      aria-labelledby="rehearse-again-title"
      className="rehearse-again"
      data-testid="rehearse-again"
      onKeyDown={(e) => e.key === "Escape" && onNo()}
    >
      <p id="rehearse-again-title">
        <strong>{open === "rehearsal" ? "This ends the rehearsal that is open." : "This leaves the run that is open."}</strong>
      </p>
      <p>
        {open === "rehearsal"
          ? "It loses its world: its journal can be read, but it can’t go on."
          : "Nothing of it is changed: it stays in the list below and goes on where it was left."}
      </p>
      <div className="choice-actions">
        <Button onPress={onNo} testId="rehearse-again-no">
          Keep the open one
        </Button>
        <Primary basis="rehearse-again" plain onPress={onYes} testId="rehearse-again-yes">
          {open === "rehearsal" ? "End it and start anew" : "Leave it and rehearse"}
        </Primary>
      </div>
    </div>
  );
}

function Rehearse() {
  const store = useStore();
  const open = useApp(({ snapshot }) => openRun(snapshot));
  const [asked, ask] = useState<RehearsedRunbook | null>(null);
  const want = (runbook: RehearsedRunbook) => (open === null ? void start(runbook) : ask(runbook));
  const [busy, setBusy] = useState<RehearsedRunbook | null>(null);
  const start = async (runbook: RehearsedRunbook) => {
    setBusy(runbook);
    if (await store.rehearse(runbook)) showRun();
    setBusy(null);
    void store.refreshRuns();
  };
  return (
    <div className="card choice first">
      <p className="card-title">Recommended</p>
      <h2>Rehearse</h2>
      <p>The whole plan in a closed world on this machine. No account is needed, no user is touched, and things can be made to go wrong. Each begins afresh.</p>
      {asked !== null && open !== null ? (
        <Instead
          open={open}
          onNo={() => ask(null)}
          onYes={() => {
            ask(null);
            void start(asked);
          }}
        />
      ) : (
        <div className="choice-actions">
          <Primary
            basis="rehearse"
            loading={busy === "tis-cognito"}
            refused={busy === "dns-switch"}
            onPress={() => want("tis-cognito")}
            testId="start-rehearse"
          >
            Start a rehearsal
          </Primary>
          <Button
            weight="inline"
            loading={busy === "dns-switch"}
            refused={busy === "tis-cognito"}
            onPress={() => want("dns-switch")}
            testId="start-rehearse-switch"
          >
            DNS switch only
          </Button>
        </div>
      )}
    </div>
  );
}

function OpenRunbook() {
  return (
    <div className="card choice">
      <p className="card-title">For a real target</p>
      <h2>Open a runbook</h2>
      <p>Yours or a built-in one. It is read and checked first; opening a run of it changes nothing, and every step is started by a person.</p>
      <LinkButton href={href({ name: "runbook" })} testId="start-runbook">
        Choose a runbook…
      </LinkButton>
    </div>
  );
}

function LookUp() {
  return (
    <div className="card choice">
      <p className="card-title">For support</p>
      <h2>Look up a user</h2>
      <p>Where a person stands: moved, not moved yet, or in need of help, with the next step. Read-only, masked, and every look-up is recorded.</p>
      <LinkButton href={href({ name: "users" })} testId="start-users">
        Look up a user…
      </LinkButton>
    </div>
  );
}

/** What needs somebody stands first, what is finished last; each newest first, as the core lists them. */
const RANK: Record<RunStanding, number> = { interrupted: 0, open: 1, unknown: 2, finished: 3 };

const WORDS: Record<RunStanding, string> = { interrupted: "Left in the middle", open: "Open", unknown: "Can’t be read", finished: "Finished" };

function Runs() {
  const store = useStore();
  const { runs, run, still } = useApp((s) => ({
    runs: [...(s.info?.runs ?? [])].sort((a, b) => RANK[a.standing] - RANK[b.standing]),
    run: s.run,
    // Of the run that is shown it is known that it stands still.
    still: s.snapshot === null || s.snapshot.state === "open" ? null : runWords(s.snapshot),
  }));
  const open = async (id: string) => {
    if (await store.open(id)) showRun();
  };
  return (
    <Block id="runs" title="Runs on this machine" note={runs.length === 0 ? "none yet" : count(runs.length, "run")}>
      {runs.length === 0 ? (
        <p className="empty">
          Every run that is opened here is listed here, and goes on where it was left: what was in flight is looked at before anything else.
        </p>
      ) : (
        <p>A run goes on where it was left: what was in flight is looked at before anything else.</p>
      )}
      <ul className="run-list">
        {runs.map((r) => (
          <li key={r.run} data-env={r.kind} data-standing={r.standing}>
            <span className="run-word">{r.kind}</span>
            <span>
              <strong>{r.title}</strong>
              <span className="under">
                {r.run === run && r.standing === "open" && still !== null ? still : WORDS[r.standing]} · {r.target} · opened {date(r.opened_at)},{" "}
                {fullTime(r.opened_at)}
              </span>
            </span>
            <Button
              onPress={() => void open(r.run)}
              label={`${r.run === run ? "Show" : "Open"} ${r.title} on ${r.target}, ${r.run}`}
              testId={`open-run-${r.run}`}
            >
              {r.run === run ? "Show" : "Open"}
            </Button>
          </li>
        ))}
      </ul>
    </Block>
  );
}

/** The first screen: three ways to begin, the runs that are there; who you are; light or dark. */
export function StartScreen() {
  const store = useStore();
  const { version, operator } = useApp((s) => ({ version: s.info?.version, operator: s.operator }));
  const name = useId();
  useEffect(() => {
    void store.refreshRuns();
  }, [store]);
  return (
    <div className="page">
      <PageHead title="Start" id="start" />
      <p className="why">
        Switchback moves applications’ sign-in to AWS Cognito, one step at a time. It does not cross a line that it has not proven it can come back over.
      </p>
      <div className="choices">
        <Rehearse />
        <OpenRunbook />
        <LookUp />
      </div>
      <Runs />
      <Block id="you" title="You and this window" note="kept until the window closes">
        <div className="settings">
          <div>
            <label htmlFor={name}>Your name in the journal</label>
            <input
              id={name}
              value={operator}
              onChange={(e) => store.setOperator(e.target.value)}
              autoComplete="off"
              spellCheck={false}
              data-testid="operator"
            />
            {operator.trim() === "" && <p className="meta">Without a name nothing can be submitted.</p>}
          </div>
          <div>
            <Colours />
          </div>
          {version !== undefined && <p className="meta version">Switchback {version}</p>}
        </div>
      </Block>
    </div>
  );
}
