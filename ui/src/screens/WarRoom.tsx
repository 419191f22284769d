import { useEffect } from "react";
import { AnswerBox, DecisionDue } from "../components/RightRail";
import { shapeOf, stateWords } from "../components/LeftRail";
import { Shape, ToneState, toneKind } from "../components/State";
import { age, duration, elapsedWords, minutesSince } from "../format/time";
import { TheNight } from "../night/Night";
import { useLive, useSnapshot, useWorldNow } from "../state/hooks";
import { currentGate, currentStep, isQuiet, lastFailing, monitorsNow, nextWait, usersNow, wayBackNow, failingFirst } from "../state/readings";
import { go, href } from "../state/router";
import { runWords } from "../components/Banner";

function Clock({ name, value, loud = false }: { name: string; value: string; loud?: boolean }) {
  return (
    <div className={loud ? "loud" : undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** For the screen that everybody in the room sees: large, nothing personal, nothing to press. */
export function WarRoomScreen() {
  const snapshot = useSnapshot("phases", "monitors", "users", "way_back", "state", "t0", "times", "deadlines");
  const now = useWorldNow();
  const live = useLive();
  useEffect(() => {
    const leave = (event: KeyboardEvent) => event.key === "Escape" && !event.defaultPrevented && go({ name: "live" });
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, []);
  const users = usersNow(snapshot, now, live);
  const back = wayBackNow(snapshot, live);
  const step = currentStep(snapshot);
  const gate = currentGate(snapshot);
  const wait = nextWait(snapshot, now);
  const monitors = failingFirst(monitorsNow(snapshot, now));
  const bad = monitors.filter((m) => !isQuiet(m.tone)).length;
  return (
    <div className="page wall-page">
      <h1 className="hidden">War room</h1>
      <div className="wall-answers">
        <AnswerBox
          answer={{
            ...users,
            note:
              users.tone === "switching"
                ? users.note
                : bad === 0
                  ? `${monitors.length} of ${monitors.length} monitors pass`
                  : `${bad} of ${monitors.length} monitors not passing`,
          }}
          title="Are users all right?"
          testId="answer-users"
        />
        <AnswerBox answer={back} title="Can we go back?" testId="answer-way-back" />
      </div>
      <section className="wall-now" aria-label="Now">
        <p className="wall-label">Now: {runWords(snapshot)}</p>
        {gate?.gate != null ? (
          <p className="wall-step">
            Go or no-go: {gate.gate.title} <span className="wall-state">{gate.gate.state_words}</span>
          </p>
        ) : (
          step !== undefined && (
            <p className="wall-step" data-testid="wall-step">
              <Shape kind={shapeOf(step)} size="l" /> {step.title} <span className="wall-state">{stateWords(step)}</span>
            </p>
          )
        )}
      </section>
      <DecisionDue deadlines={snapshot.deadlines} monitors={monitors} now={now} />
      <dl className="wall-clocks">
        {snapshot.t0 !== null && <Clock name="Since T0" value={minutesSince(snapshot.t0.at, now)} />}
        <Clock name="Elapsed" value={elapsedWords(snapshot.times, now)} />
        <Clock name="Wait left" value={wait === undefined ? "none" : duration((wait.at - now) / 1000)} loud={wait !== undefined} />
      </dl>
      <ul className="wall-monitors" aria-label="Monitors, worst first">
        {monitors.map((m) => (
          <li key={m.id} className={`k-${toneKind(m.tone).kind}`} data-testid={`wall-${m.id}`}>
            <span className="wall-monitor">{m.title}</span>
            <ToneState tone={m.tone} last={lastFailing(m, now)} />
            <span className="live-age">{m.age === null ? "–" : age(m.age)}</span>
          </li>
        ))}
      </ul>
      <TheNight bare />
      <p className="wall-leave">
        <a href={href({ name: "live" })}>Leave the war room</a> <span className="meta">or press Escape. Names, accounts and readings are not shown here.</span>
      </p>
    </div>
  );
}
