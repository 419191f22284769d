import { useEffect, useMemo, useRef, useState } from "react";
import { Block, PageHead } from "../components/PageHead";
import { date, duration, fullTime, shortTime } from "../format/time";
import { type Kind, Shape } from "../components/State";
import type { EventView, JournalPage, TimesView } from "../ipc";
import { Button, DataTable, Select, cell } from "../kit";
import { useAttempt } from "../state/attempt";
import { useApp, useSnapshot, useStore, useWorldNow } from "../state/hooks";
import { allSteps } from "../state/readings";
import { href } from "../state/router";

const PAGE = 500;
const SHOWN = 200;

/** The journal as far as it is written, read page by page and carried on as the run goes on. */
function useJournal(): EventView[] {
  const store = useStore();
  const { run, seq } = useSnapshot("run", "seq");
  const [events, setEvents] = useState<EventView[]>([]);
  const have = useRef(0);
  const { attempt } = useAttempt();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is carried on with every event
  useEffect(() => {
    const read = () => void attempt(() => store.ipc.journalPage(run, have.current, PAGE), add, { failed: store.fail, again: run });
    const add = (page: JournalPage) => {
      // A page may have been asked for twice.
      const fresh = page.events.filter((e) => e.seq > have.current);
      const last = fresh.at(-1);
      if (last === undefined) return;
      have.current = last.seq;
      setEvents((old) => [...old, ...fresh]);
      if (last.seq < page.head) read();
    };
    read();
  }, [store, run, seq, attempt]);
  return events;
}

/** Monitor readings, and checks that came out as the time before: they would bury the story. */
function routineOf(events: readonly EventView[]): ReadonlySet<number> {
  const routine = new Set<number>();
  const last = new Map<string | null, string>();
  for (const e of events) {
    if (e.kind === "monitor_read" || e.kind === "checks_started") routine.add(e.seq);
    if (e.kind !== "checks_finished") continue;
    if (last.get(e.step) === e.sentence) routine.add(e.seq);
    last.set(e.step, e.sentence);
  }
  return routine;
}

const kindWords = (kind: string): string => {
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function Filter({
  label,
  value,
  all,
  options,
  onPick,
}: {
  label: string;
  value: string;
  all: string;
  options: readonly (readonly [string, string])[];
  onPick: (value: string) => void;
}) {
  return (
    <div className="filter">
      <Select label={label} value={value} choices={[["", all], ...options]} onPick={onPick} testId={`filter-${label.toLowerCase()}`} />
    </div>
  );
}

/** Seconds from start to end, or until now while it runs; null where nothing began. */
function took(times: TimesView, now: number): number | null {
  if (times.started_at === null) return null;
  return Math.max(0, ((times.ended_at === null ? now : Date.parse(times.ended_at)) - Date.parse(times.started_at)) / 1000);
}

/** Two bars on one scale: planned hollow, actual filled; the words beside them say the same. */
function Bars({ planned, actual, longest }: { planned: number | null; actual: number | null; longest: number }) {
  const width = (s: number | null) => (s === null || longest === 0 ? 0 : Math.max(1, (100 * s) / longest));
  const over = planned !== null && actual !== null && actual > planned;
  return (
    <svg className="bars" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className="bar-planned" x="0" y="1" width={width(planned)} height="5" />
      <rect className={over ? "bar-actual over" : "bar-actual"} x="0" y="8" width={width(actual)} height="5" />
    </svg>
  );
}

type TimeRow = { id: string; title: string; phase: boolean; times: TimesView; planned: number | null; href?: string };

function differWords(planned: number | null, actual: number | null, ended: boolean): string {
  if (planned === null || actual === null) return "–";
  const over = Math.round(actual - planned);
  if (Math.abs(over) < 1) return "as planned";
  return over > 0 ? `${duration(over)} over` : ended ? `${duration(-over)} less` : `${duration(-over)} left`;
}

/** Planned time against actual of each phase and of each step that began. */
function Planned() {
  const { phases } = useSnapshot("phases");
  const now = useWorldNow();
  const rows: TimeRow[] = phases.flatMap((p) => [
    { id: `phase-${p.id}`, title: p.title, phase: true, times: p.times, planned: p.times.planned_s },
    ...p.steps
      .filter((s) => s.times.started_at !== null)
      .map((s) => ({
        id: s.id,
        title: s.title,
        phase: false,
        times: s.times,
        planned: s.times.planned_s ?? s.expected_s,
        href: href({ name: "step", step: s.id }),
      })),
  ]);
  const longest = Math.max(0, ...rows.map((r) => Math.max(r.planned ?? 0, took(r.times, now) ?? 0)));
  return (
    <Block id="planned" title="Planned against actual" note="hollow as planned, filled as it was">
      <DataTable
        caption="Planned and actual time of each phase and step"
        kind="planned"
        columns={[
          { title: "Phase or step" },
          { title: "Planned", end: true },
          { title: "Actual", end: true },
          { title: "Both as bars", hidden: true },
          { title: "Difference" },
        ]}
        rows={rows.map((r) => {
          const actual = took(r.times, now);
          return {
            id: r.id,
            testId: `times-${r.id}`,
            className: r.phase ? "phase-row" : undefined,
            cells: [
              r.href === undefined ? r.title : <a href={r.href}>{r.title}</a>,
              r.planned === null ? "–" : duration(r.planned),
              `${actual === null ? "not begun" : duration(actual)}${actual !== null && r.times.ended_at === null ? " so far" : ""}`,
              cell(<Bars planned={r.planned} actual={actual} longest={longest} />, { className: "bars-cell" }),
              differWords(r.planned, actual, r.times.ended_at !== null),
            ],
          };
        })}
        name={0}
      />
    </Block>
  );
}

/** What an event is about, for the mark on the line of time. */
function markOf(kind: string): Kind {
  if (/reject|fail|halt|unclear|lost/.test(kind)) return "fail";
  if (/doubt|drift|foreign|due/.test(kind)) return "blocked";
  if (/verified|attested|completed|accepted|gate_decided|settled/.test(kind)) return "pass";
  if (/rollback|undo/.test(kind)) return "undone";
  if (/intended|answered|prepared|sync/.test(kind)) return "running";
  return "todo";
}

/** The journal as a story, newest first. */
export function TimelineScreen() {
  const snapshot = useSnapshot("opened_at", "t0");
  const steps = useApp((s) => (s.snapshot === null ? [] : allSteps(s.snapshot).map(({ id, title }) => [id, title] as const)));
  const titles = new Map(steps);
  const events = useJournal();
  const [actor, setActor] = useState("");
  const [step, setStep] = useState("");
  const [kind, setKind] = useState("");
  const [all, setAll] = useState(false);
  const routine = useMemo(() => routineOf(events), [events]);
  const [limit, setLimit] = useState(SHOWN);
  const { actors, kinds } = useMemo(
    () => ({
      actors: [...new Set(events.flatMap((e) => (e.actor === null ? [] : [e.actor])))].sort(),
      kinds: [...new Set(events.map((e) => e.kind))].sort(),
    }),
    [events],
  );
  const chosen = events.filter(
    (e) =>
      (actor === "" || e.actor === actor) &&
      (step === "" || e.step === step) &&
      (kind === "" || e.kind === kind) &&
      (all || kind !== "" || !routine.has(e.seq)),
  );
  const shown = [...chosen].reverse().slice(0, limit);
  return (
    <div className="page">
      <PageHead title="Timeline" id="timeline" />
      <p className="why">
        What the journal says, newest first. Opened {date(snapshot.opened_at)} at {fullTime(snapshot.opened_at)}
        {snapshot.t0 !== null && `; T0 at ${fullTime(snapshot.t0.at)}`}.
      </p>
      <Planned />
      <Block id="story" title="What happened" note={`${chosen.length} of ${events.length} events`}>
        <div className="filters" role="search" aria-label="Filter the timeline">
          <Filter label="Actor" value={actor} all="Everybody" options={actors.map((a) => [a, a])} onPick={setActor} />
          <Filter label="Step" value={step} all="Every step" options={steps.map(([id, title]) => [id, `${id} ${title}`])} onPick={setStep} />
          <Filter label="Kind" value={kind} all="Every kind" options={kinds.map((k) => [k, kindWords(k)])} onPick={setKind} />
          <label className="tick">
            <input type="checkbox" checked={all} onChange={(e) => setAll(e.target.checked)} />
            <span>Monitor readings and unchanged checks too</span>
          </label>
        </div>
        {shown.length === 0 && (
          <p className="empty">
            {events.length === 0 ? (
              "The journal is being read."
            ) : (
              <>
                No event is like that.{" "}
                <button
                  type="button"
                  className="quiet-button"
                  onClick={() => {
                    setActor("");
                    setStep("");
                    setKind("");
                  }}
                >
                  Show all
                </button>
              </>
            )}
          </p>
        )}
        <ol className="story" data-testid="timeline" reversed>
          {shown.map((e) => (
            <li key={e.seq} data-testid={`event-${e.seq}`} data-kind={e.kind} className={snapshot.t0?.at === e.at ? "t0" : undefined}>
              <Shape kind={markOf(e.kind)} />
              <time dateTime={e.at} title={fullTime(e.at)}>
                {shortTime(e.at)}
              </time>
              <div>
                {snapshot.t0?.at === e.at && <p className="t0-mark">T0</p>}
                <p>{e.sentence}</p>
                <p className="meta">
                  {e.step !== null && <a href={href({ name: "step", step: e.step })}>{titles.get(e.step) ?? e.step}</a>}
                  {e.step !== null && " · "}
                  {e.actor ?? "the console"} · {kindWords(e.kind)} · {e.seq}
                </p>
              </div>
            </li>
          ))}
        </ol>
        {chosen.length > limit && <Button onPress={() => setLimit(limit + SHOWN)}>Show {Math.min(SHOWN, chosen.length - limit)} earlier events</Button>}
      </Block>
    </div>
  );
}
