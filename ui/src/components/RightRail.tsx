import { type ReactNode, useRef } from "react";
import { age, duration, elapsedWords, minutesSince, shortTime } from "../format/time";
import type { Answer, Deadline, RunSnapshot } from "../ipc";
import { liveness, useApp, useSnapshot, useWorldNow } from "../state/hooks";
import {
  failingFirst,
  type Fresh,
  isQuiet,
  lastFailing,
  lastRead,
  monitorsNow,
  nextWait,
  onward,
  running,
  shownNow,
  usersNow,
  wayBackNow,
} from "../state/readings";
import { go, href, type Place } from "../state/router";
import { Breakable } from "./Breakable";
import { Nets } from "./Nets";
import { newestFirst, partsOf, Reading } from "./Reading";
import { relative } from "./Notices";
import { type Group, Menu } from "../kit";
import { useScrolls } from "../kit/scrolls";
import { gateKind, screens, shapeOf, stateWords } from "./LeftRail";
import { type Kind, Shape, ToneState, toneKind } from "./State";
import { driverWords } from "./Watching";

function answerKind(answer: Answer): Kind {
  // "Can go back: 2 things not proven" is amber, not an hourglass: no time mends it.
  return answer.tone === "waiting" ? "blocked" : toneKind(answer.tone).kind;
}

export function AnswerBox({
  answer,
  title,
  testId,
  note = true,
  children,
}: {
  answer: Answer;
  title: string;
  testId: string;
  note?: boolean;
  children?: ReactNode;
}) {
  const kind = answerKind(answer);
  return (
    <section className={`answer k-${kind}`} data-kind={kind} aria-label={title} data-testid={testId}>
      <Shape kind={kind} size="l" />
      <div>
        <p className="answer-head">{answer.headline}</p>
        {note && <p className="answer-note">{answer.note}</p>}
        {children}
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

/** The two answers at this moment; without a run there is nothing to answer. */
function Users({ note = true }: { note?: boolean }) {
  const answer = useWorldNow((now, state) => state.snapshot && usersNow(state.snapshot, now, liveness(state).live));
  return answer && <AnswerBox answer={answer} title="Are users all right?" testId="answer-users" note={note} />;
}

function WayBack({ note, children }: { note: boolean; children?: ReactNode }) {
  const answer = useWorldNow((_, state) => state.snapshot && wayBackNow(state.snapshot, liveness(state).live));
  return (
    answer && (
      <AnswerBox answer={answer} title="Can we go back?" testId="answer-way-back" note={note}>
        {children}
      </AnswerBox>
    )
  );
}

/** The way back. There is one whenever there is something to undo: blindness never takes it away. */
export function RollbackButton({ place, narrow = false }: { place: Place; narrow?: boolean }) {
  const snapshot = useSnapshot("rollback", "way_back");
  const state = snapshot.rollback?.state;
  // Where something was made and is not proven, nothing has failed: a person looks.
  const mine = snapshot.rollback?.your_turn === true || (state === "halted" && snapshot.rollback?.items.find((i) => i.state !== "done")?.state === "unproven");
  if (place.name === "rollback" && (snapshot.way_back.something_to_undo || state === "running" || state === "halted")) {
    return (
      <p className="rollback-open is-open" data-testid="rollback-is-open">
        <UndoMark />
        {state === "running"
          ? "Rollback is running"
          : mine
            ? "Rollback: your turn"
            : state === "halted"
              ? "Rollback stopped"
              : narrow
                ? "Page is open"
                : `Roll back: ${state === undefined ? "plan" : "page"} is open`}
      </p>
    );
  }
  const words = state === "running" ? "Show the rollback…" : mine ? "Rollback: your turn…" : state === "halted" ? "Rollback stopped…" : "Roll back…";
  if (!snapshot.way_back.something_to_undo && state !== "running" && state !== "halted") return null;
  return (
    <a className="rollback-open" href={href({ name: "rollback", scope: null })} data-testid="rollback-open">
      <UndoMark />
      {words}
    </a>
  );
}

/** Decision due, the next deadline, or none. A deadline never acts. */
export function DecisionDue({ deadlines, monitors, now, small = false }: { deadlines: Deadline[]; monitors: readonly Fresh[]; now: number; small?: boolean }) {
  const clocks = running(deadlines);
  // A clock goes on though nobody can tell whether what it hangs on still fails: that is said, not hidden.
  const untold = (d: Deadline | undefined) => {
    const m = monitors.find((one) => one.id === d?.monitor && one.tone === "unknown");
    return m === undefined ? null : `Can't tell now whether it still fails, ${lastFailing(m, now) ?? lastRead(m)}`;
  };
  const first = clocks.find((d) => d.due || Date.parse(d.at) <= now);
  if (first !== undefined) {
    const more = clocks.filter((d) => d.due).length - 1;
    return (
      <a className={`decision-due${small ? " small" : ""}`} href={href({ name: "decisions" })} data-testid="decision-due">
        <span className="decision-head">Decision due</span>
        {/* In the strip there is room for the time; the page behind the link says the rest. */}
        <span title={first.title}>
          {small
            ? `${age((now - Date.parse(first.at)) / 1000)} ago`
            : `${first.title}. The limit passed ${relative(Date.parse(first.at) - now)}. Nothing happens by itself.${more > 0 ? ` ${more} more.` : ""}`}
        </span>
        {!small && untold(first) !== null && <span data-testid="decision-untold">{untold(first)}.</span>}
      </a>
    );
  }
  const next = clocks[0];
  return (
    <dl className="clock" data-testid="decision-due">
      <dt>Decision due</dt>
      <dd title={next?.title}>{next === undefined ? "none" : relative(Date.parse(next.at) - now)}</dd>
      {!small && untold(next) !== null && (
        <dd className="clock-note" data-testid="decision-untold">
          {untold(next)}
        </dd>
      )}
    </dl>
  );
}

/** Names up to this length stand beside their state. */
const SHORT = 17;

/** What was read, with the first thing that is wrong; where there is more, all of it stands on one page. */
function Observed({ text }: { text: string }) {
  const parts = partsOf(text);
  return (
    <>
      <Reading text={parts.slice(0, 2).join("; ")} />
      {parts.length > 2 && " "}
      {parts.length > 2 && <a href={href({ name: "live" })}>All that was read</a>}
    </>
  );
}

/** The age is all that is seen; a reader is told what it means. */
function Untold({ read, age }: { read: string; age: string | null }) {
  const [before, after] = age === null ? [`${read} `, ""] : read.split(age);
  return (
    <>
      <span className="hidden">{before}</span>
      {age ?? <span aria-hidden="true">–</span>}
      <span className="hidden">{after}</span>
    </>
  );
}

function Monitors() {
  const { list, history } = useWorldNow((now, s) => ({
    list: s.snapshot === null ? [] : failingFirst(monitorsNow(s.snapshot, now)).map((m) => shownNow(m, now)),
    history: s.history,
  }));
  return (
    <section className="live-list" aria-labelledby="rail-live">
      <p className="live-head">
        <strong id="rail-live">Live</strong> <span>worst first</span>
      </p>
      <ul>
        {list.map((m) => {
          // What can't be told is one line: why stands on the page of all that was read, and what fails is in sight.
          const untold = m.tone === "unknown";
          const quiet = isQuiet(m.tone) || untold;
          const read = lastRead(m);
          return (
            <li
              key={m.id}
              className={`live-row k-${toneKind(m.tone).kind}${untold && m.last === null ? " one-line" : m.title.length > SHORT ? " long" : ""}`}
              data-testid={`monitor-${m.id}`}
              data-tone={m.tone}
            >
              <span className="live-name" title={untold ? `${m.title}, ${read}` : undefined}>
                <Breakable text={m.title} />
              </span>
              <span className="live-state">
                <ToneState tone={m.tone} last={m.last} />
                <span className="live-age">{untold ? <Untold read={read} age={m.age === null ? null : age(m.age)} /> : m.age === null ? "–" : age(m.age)}</span>
              </span>
              {!quiet && <div className="live-note">{m.age === null ? read : <Observed text={newestFirst(m.observed, history[m.id] ?? [])} />}</div>}
            </li>
          );
        })}
        {list.length === 0 && <li className="live-row">This runbook has no monitor.</li>}
      </ul>
    </section>
  );
}

/** Whether a limit has passed. */
const isDue = (deadlines: readonly Deadline[], now: number): boolean => running(deadlines).some((d) => d.due || Date.parse(d.at) <= now);

/** A limit that has passed stands outside what scrolls: it is never cut. */
function PassedLimit() {
  const snapshot = useSnapshot("deadlines", "monitors", "phases");
  const now = useWorldNow();
  return isDue(snapshot.deadlines, now) && <DecisionDue deadlines={snapshot.deadlines} monitors={monitorsNow(snapshot, now)} now={now} />;
}

/** The clocks, from the lower end up: a row that grows pushes nothing that a hand is on its way to. */
function Clocks() {
  const snapshot = useSnapshot("times", "phases", "deadlines", "monitors", "t0", "driver", "watching");
  const now = useWorldNow();
  const planned = snapshot.times.planned_s;
  const wait = nextWait(snapshot, now);
  const hasT0 = snapshot.phases.some((p) => p.t0);
  return (
    <section className="clocks" aria-label="Clocks">
      {!isDue(snapshot.deadlines, now) && <DecisionDue deadlines={snapshot.deadlines} monitors={monitorsNow(snapshot, now)} now={now} />}
      <dl className={`clock wait${wait === undefined ? "" : " big"}`} data-testid="wait-left">
        <dt>
          {wait === undefined ? (
            "Wait left"
          ) : (
            <a href={href({ name: "step", step: wait.step })} title={wait.title}>
              Wait left
            </a>
          )}
        </dt>
        <dd>{wait === undefined ? "none" : duration((wait.at - now) / 1000)}</dd>
      </dl>
      {hasT0 && (
        <dl className="clock" data-testid="t0">
          <dt>Since T0</dt>
          <dd>
            {snapshot.t0 === null ? "not yet" : minutesSince(snapshot.t0.at, now)} <small>{snapshot.t0 !== null && shortTime(snapshot.t0.at)}</small>
          </dd>
        </dl>
      )}
      <dl className="clock">
        <dt>Elapsed</dt>
        <dd>
          {elapsedWords(snapshot.times, now)} {planned !== null && <small>planned {duration(planned)}</small>}
        </dd>
      </dl>
      <dl className="clock" data-testid="driver">
        <dt>Driven by</dt>
        <dd>{driverWords(snapshot)}</dd>
      </dl>
    </section>
  );
}

export function RightRail({ place }: { place: Place }) {
  const { missing } = useSnapshot("way_back").way_back;
  const middle = useRef<HTMLDivElement>(null);
  const more = useScrolls(middle, "height");
  return (
    <aside className="rail" aria-label="Live status and the way back">
      <Users />
      <PassedLimit />
      <div ref={middle} className="rail-middle" {...(more ? { tabIndex: 0, role: "group", "aria-label": "Monitors and clocks, scrolls" } : {})}>
        <Monitors />
        <Clocks />
      </div>
      <div className="rail-end">
        <WayBack note={missing.length < 2}>
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
        </WayBack>
        <Nets />
        <RollbackButton place={place} />
      </div>
    </aside>
  );
}

/** All that the menu shows of a run. */
const menuOf = (snapshot: RunSnapshot | null) => ({
  screens: screens(snapshot),
  now: snapshot === null ? undefined : onward(snapshot)?.id,
  phases: (snapshot?.phases ?? []).map((p) => ({
    id: p.id,
    title: `${p.title}, ${p.done} of ${p.of}`,
    gate: p.gate && { title: p.gate.title, kind: gateKind(p.gate), note: p.gate.state_words },
    steps: p.steps.map((s) => ({ id: s.id, title: s.title, kind: shapeOf(s), note: stateWords(s) })),
  })),
});

/** Every screen, and the checklist with its states. */
function menuGroups({ screens: places, now, phases }: ReturnType<typeof menuOf>, onPalette: () => void): Group[] {
  return [
    { id: "find", entries: [{ id: "find", words: "Find by a few letters…", note: "Ctrl K", work: onPalette }] },
    { id: "screens", title: "Screens", entries: places.map(({ place: to, title }) => ({ id: to.name, words: title, work: () => go(to) })) },
    ...phases.map((p) => ({
      id: p.id,
      title: p.title,
      entries: [
        ...(p.gate === null
          ? []
          : [
              {
                id: `gate-${p.id}`,
                words: p.gate.title,
                mark: <Shape kind={p.gate.kind} />,
                note: p.gate.note,
                current: now === `gate-${p.id}`,
                work: () => go({ name: "gate" as const, phase: p.id }),
              },
            ]),
        ...p.steps.map((s) => ({
          id: s.id,
          words: s.title,
          mark: <Shape kind={s.kind} />,
          note: s.note,
          current: now === s.id,
          work: () => go({ name: "step" as const, step: s.id }),
        })),
      ],
    })),
  ];
}

/** The same in one strip for a narrow window or 200 % zoom. */
export function Strip({ place, onPalette }: { place: Place; onPalette: () => void }) {
  const { has, menu } = useApp(({ snapshot }) => ({ has: snapshot !== null, menu: menuOf(snapshot) }));
  const goTo = (
    <Menu label="Menu: screens and steps" className="goto" groups={menuGroups(menu, onPalette)} testId="menu">
      Menu
    </Menu>
  );
  // It is the only way to the other screens and the checklist that is always seen.
  return has ? (
    <RunStrip place={place} goTo={goTo} />
  ) : (
    <aside className="strip" aria-label="Go to">
      {goTo}
    </aside>
  );
}

function Due() {
  const snapshot = useSnapshot("deadlines", "monitors", "phases");
  const now = useWorldNow();
  return <DecisionDue deadlines={snapshot.deadlines} monitors={monitorsNow(snapshot, now)} now={now} small />;
}

function RunStrip({ place, goTo }: { place: Place; goTo: ReactNode }) {
  return (
    <aside className="strip" aria-label="Live status and the way back">
      {goTo}
      <Users note={false} />
      <WayBack note={false} />
      <Due />
      <RollbackButton place={place} narrow />
    </aside>
  );
}
