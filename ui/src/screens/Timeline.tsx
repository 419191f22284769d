import Button from "@cloudscape-design/components/button";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Decisions } from "../components/Decisions";
import { Block, PageHead } from "../components/PageHead";
import { date, duration, fullTime, shortTime } from "../format/time";
import type { EventView, StepView } from "../ipc";
import { useApp, useSnapshot, useStore } from "../state/hooks";
import { allSteps } from "../state/readings";
import { href } from "../state/router";
import { TableWrap } from "../components/TableWrap";

const PAGE = 500;
const SHOWN = 200;

/** The journal as far as it is written, read page by page and carried on as the run goes on. */
function useJournal(): EventView[] {
  const store = useStore();
  const { run } = useApp();
  const { seq } = useSnapshot();
  const [events, setEvents] = useState<EventView[]>([]);
  const have = useRef(0);
  const reading = useRef(false);
  useEffect(() => {
    let gone = false;
    async function read(): Promise<void> {
      if (run === null || reading.current) return;
      reading.current = true;
      try {
        for (;;) {
          const page = await store.ipc.journalPage(run, have.current, PAGE);
          const fresh = page.events.filter((e) => e.seq > have.current);
          const last = fresh.at(-1);
          if (gone || last === undefined) break;
          have.current = last.seq;
          setEvents((old) => [...old, ...fresh]);
          if (last.seq >= page.head) break;
        }
      } catch (thrown) {
        if (!gone) store.fail(thrown);
      } finally {
        reading.current = false;
      }
    }
    void read();
    return () => {
      gone = true;
      reading.current = false;
    };
  }, [store, run, seq]);
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

function Filter({ label, value, all, options, onPick }: { label: string; value: string; all: string; options: readonly (readonly [string, string])[]; onPick: (value: string) => void }) {
  const id = useId();
  return (
    <div className="filter">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onPick(e.target.value)} data-testid={`filter-${label.toLowerCase()}`}>
        <option value="">{all}</option>
        {options.map(([v, words]) => (
          <option key={v} value={v}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

function took(step: StepView): number | null {
  const first = step.attempts[0];
  if (first === undefined || step.changed_at === null || step.state !== "done") return null;
  return (Date.parse(step.changed_at) - Date.parse(first.started_at)) / 1000;
}

function Planned({ steps }: { steps: StepView[] }) {
  const rows = steps.filter((s) => took(s) !== null);
  return (
    <Block id="planned" title="Planned against actual" note={rows.length === 0 ? "Each finished change appears here with its time" : undefined}>
      {rows.length > 0 && (
        <TableWrap label="Planned against actual">
          <table className="checks">
            <caption className="hidden">Planned and actual time of each finished step</caption>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Planned</th>
                <th scope="col">Took</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((s) => (
                <tr key={s.id}>
                  <th scope="row">{s.title}</th>
                  <td>{s.expected_s === null ? "not planned" : duration(s.expected_s)}</td>
                  <td>{duration(took(s) ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
    </Block>
  );
}

/** The journal as a story, newest first. */
export function TimelineScreen() {
  const snapshot = useSnapshot();
  const events = useJournal();
  const [actor, setActor] = useState("");
  const [step, setStep] = useState("");
  const [kind, setKind] = useState("");
  const [all, setAll] = useState(false);
  const routine = useMemo(() => routineOf(events), [events]);
  const [limit, setLimit] = useState(SHOWN);
  const steps = allSteps(snapshot);
  const titles = new Map(steps.map((s) => [s.id, s.title]));
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
        What the journal says, newest first. Opened {date(snapshot.opened_at)} at {fullTime(snapshot.opened_at)}.
      </p>
      <Decisions />
      <Planned steps={steps} />
      <Block id="story" title="What happened" note={`${chosen.length} of ${events.length} events`}>
        <div className="filters" role="search" aria-label="Filter the timeline">
          <Filter label="Actor" value={actor} all="Everybody" options={actors.map((a) => [a, a])} onPick={setActor} />
          <Filter label="Step" value={step} all="Every step" options={steps.map((s) => [s.id, `${s.id} ${s.title}`])} onPick={setStep} />
          <Filter label="Kind" value={kind} all="Every kind" options={kinds.map((k) => [k, kindWords(k)])} onPick={setKind} />
          <label className="tick">
            <input type="checkbox" checked={all} onChange={(e) => setAll(e.target.checked)} />
            <span>Monitor readings and unchanged checks too</span>
          </label>
        </div>
        {shown.length === 0 && <p>{events.length === 0 ? "The journal is being read." : "No event is like that."}</p>}
        <ol className="story" data-testid="timeline" reversed>
          {shown.map((e) => (
            <li key={e.seq} data-testid={`event-${e.seq}`} data-kind={e.kind}>
              <time dateTime={e.at} title={fullTime(e.at)}>
                {shortTime(e.at)}
              </time>
              <div>
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
        {chosen.length > limit && <Button onClick={() => setLimit(limit + SHOWN)}>Show {Math.min(SHOWN, chosen.length - limit)} earlier events</Button>}
      </Block>
    </div>
  );
}
