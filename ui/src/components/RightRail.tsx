import { age, duration } from "../format/time";
import type { Answer, Deadline, RunSnapshot } from "../ipc";
import { useLive, useSnapshot, useWorldNow } from "../state/hooks";
import { allSteps, freshen, lastRead, nextWait, usersNow, wayBackNow, worstFirst } from "../state/readings";
import { href, type Place } from "../state/router";
import { Breakable } from "./Breakable";
import { Nets } from "./Nets";
import { relative } from "./Notices";
import { type Kind, Shape, ToneState, toneKind } from "./State";
import { driverWords } from "./Watching";

function answerKind(answer: Answer): Kind {
  // "Can go back: 2 things not proven" is amber, not an hourglass: no time mends it.
  return answer.tone === "waiting" ? "blocked" : toneKind(answer.tone).kind;
}

export function AnswerBox({ answer, title, testId, note = true }: { answer: Answer; title: string; testId: string; note?: boolean }) {
  const kind = answerKind(answer);
  return (
    <section className={`answer k-${kind}`} data-kind={kind} aria-label={title} data-testid={testId}>
      <Shape kind={kind} size="l" />
      <div>
        <p className="answer-head">{answer.headline}</p>
        {note && <p className="answer-note">{answer.note}</p>}
      </div>
    </section>
  );
}

export function UndoMark() {
  return (
    <svg className="undo-mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d="M5.6 2.2 2 5.6l3.6 3.4M2.4 5.6h7.4a4 4 0 0 1 0 8H6" />
    </svg>
  );
}

/** The way back. There is one whenever there is something to undo: blindness never takes it away. */
export function RollbackButton({ snapshot, place, narrow = false }: { snapshot: RunSnapshot; place: Place; narrow?: boolean }) {
  const state = snapshot.rollback?.state;
  if (place.name === "rollback" && (snapshot.way_back.something_to_undo || state === "running" || state === "halted")) {
    return (
      <p className="rollback-open is-open" data-testid="rollback-is-open">
        <UndoMark />
        {state === "running" ? "Rollback is running" : state === "halted" ? "Rollback stopped" : narrow ? "Page is open" : `Roll back: ${state === undefined ? "plan" : "page"} is open`}
      </p>
    );
  }
  const words =
    state === "running" ? "Show the rollback…" : state === "halted" ? "Rollback stopped…" : "Roll back…";
  if (!snapshot.way_back.something_to_undo && state !== "running" && state !== "halted") return null;
  return (
    <a className="rollback-open" href={href({ name: "rollback", scope: null })} data-testid="rollback-open">
      <UndoMark />
      {words}
    </a>
  );
}

/** Decision due, the next deadline, or none. A deadline never acts. */
export function DecisionDue({ deadlines, now, small = false }: { deadlines: Deadline[]; now: number; small?: boolean }) {
  const running = deadlines.flatMap((d) => (d.at === null ? [] : [{ ...d, at: Date.parse(d.at) }]));
  const first = running.find((d) => d.due || d.at <= now);
  if (first !== undefined) {
    return (
      <div className={`decision-due${small ? " small" : ""}`} data-testid="decision-due">
        <p className="decision-head">Decision due</p>
        <p>
          {first.title}. The limit passed {relative(first.at - now)}.{!small && " Nothing happens by itself."}
        </p>
      </div>
    );
  }
  const next = running[0];
  return (
    <dl className="clock" data-testid="decision-due">
      <dt>Decision due</dt>
      <dd>{next === undefined ? "none" : relative(next.at - now)}</dd>
      {next !== undefined && !small && <dd className="clock-note">{next.title}</dd>}
    </dl>
  );
}

/** Names up to this length stand beside their state. */
const SHORT = 17;

function Monitors({ snapshot, now }: { snapshot: RunSnapshot; now: number }) {
  const list = worstFirst(snapshot.monitors.map((m) => freshen(m, now)));
  return (
    <section className="live-list" aria-labelledby="rail-live">
      <p className="live-head">
        <strong id="rail-live">Live</strong> <span>worst first</span>
      </p>
      <ul>
        {list.map((m) => {
          const quiet = m.tone === "passing" || m.tone === "not_applicable";
          return (
            <li key={m.id} className={`live-row k-${toneKind(m.tone).kind}${m.title.length > SHORT ? " long" : ""}`} data-testid={`monitor-${m.id}`} data-tone={m.tone}>
              <span className="live-name">
                <Breakable text={m.title} />
              </span>
              <span className="live-state">
                <ToneState tone={m.tone} />
                <span className="live-age">{m.age === null ? "–" : age(m.age)}</span>
              </span>
              {!quiet && <span className="live-note">{m.tone === "unknown" ? lastRead(m) : m.observed}</span>}
            </li>
          );
        })}
        {list.length === 0 && <li className="live-row">This runbook has no monitor.</li>}
      </ul>
    </section>
  );
}

function Clocks({ snapshot, now }: { snapshot: RunSnapshot; now: number }) {
  const planned = allSteps(snapshot).reduce((sum, s) => sum + (s.expected_s ?? 0), 0);
  const wait = nextWait(snapshot, now);
  return (
    <section className="clocks" aria-label="Clocks">
      <dl className="clock">
        <dt>Elapsed</dt>
        <dd>
          {duration(Math.floor((now - Date.parse(snapshot.opened_at)) / 60_000) * 60)} <small>planned {duration(planned)}</small>
        </dd>
      </dl>
      {wait !== undefined && (
        <dl className="clock big">
          <dt>Wait left</dt>
          <dd>{duration((wait.at - now) / 1000)}</dd>
          <dd className="clock-note">{wait.title}</dd>
        </dl>
      )}
      <DecisionDue deadlines={snapshot.deadlines} now={now} />
      <dl className="clock" data-testid="driver">
        <dt>Driven by</dt>
        <dd>{driverWords(snapshot)}</dd>
      </dl>
    </section>
  );
}

export function RightRail({ place }: { place: Place }) {
  const snapshot = useSnapshot();
  const now = useWorldNow();
  const { live } = useLive();
  const missing = snapshot.way_back.missing;
  return (
    <aside className="rail" aria-label="Live status and the way back">
      <AnswerBox answer={usersNow(snapshot, now, live)} title="Are users all right?" testId="answer-users" />
      <div className="rail-middle">
        <Monitors snapshot={snapshot} now={now} />
        <Clocks snapshot={snapshot} now={now} />
      </div>
      <div className="rail-end">
        <AnswerBox answer={wayBackNow(snapshot, live)} title="Can we go back?" testId="answer-way-back" note={missing.length < 2} />
        {missing.length > 1 && (
          <details className="missing">
            <summary>What is not proven</summary>
            <ul>
              {missing.map((m) => (
                <li key={m}>{m}</li>
              ))}
            </ul>
          </details>
        )}
        <Nets />
        <RollbackButton snapshot={snapshot} place={place} />
      </div>
    </aside>
  );
}

/** The same in one strip for a narrow window or 200 % zoom. */
export function Strip({ place, onPalette }: { place: Place; onPalette: () => void }) {
  const snapshot = useSnapshot();
  const now = useWorldNow();
  const { live } = useLive();
  return (
    <aside className="strip" aria-label="Live status and the way back">
      <button type="button" className="goto" onClick={onPalette} aria-keyshortcuts="Control+K Meta+K">
        Go to…
      </button>
      <AnswerBox answer={usersNow(snapshot, now, live)} title="Are users all right?" testId="answer-users" note={false} />
      <AnswerBox answer={wayBackNow(snapshot, live)} title="Can we go back?" testId="answer-way-back" note={false} />
      <DecisionDue deadlines={snapshot.deadlines} now={now} small />
      <RollbackButton snapshot={snapshot} place={place} narrow />
    </aside>
  );
}
