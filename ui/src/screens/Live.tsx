import { Fragment } from "react";
import { Breakable } from "../components/Breakable";
import { DnsTruth } from "../components/DnsTruth";
import { Block, PageHead } from "../components/PageHead";
import { newestFirst, Reading } from "../components/Reading";
import { ToneState, toneKind } from "../components/State";
import { Sparkline } from "../components/Sparkline";
import { age, fullTime, shortTime } from "../format/time";
import { DataTable } from "../kit";
import { liveness, useWorldNow } from "../state/hooks";
import { isQuiet, lastRead, monitorsNow, type Shown, shownNow, usersNow, failingFirst } from "../state/readings";
import { href } from "../state/router";
import type { Seen } from "../state/session";
import type { State } from "../state/store";
import { Ways } from "../way/Way";

function Card({ m, seen }: { m: Shown; seen: readonly Seen[] }) {
  const latest = [...seen].reverse().slice(0, 6);
  const observed = newestFirst(m.observed, seen);
  return (
    <article className={`monitor k-${toneKind(m.tone).kind}`} aria-label={m.title} data-testid={`card-${m.id}`}>
      <div className="monitor-head">
        <h3>
          <Breakable text={m.title} />
        </h3>
        <span className="monitor-state">
          <ToneState tone={m.tone} last={m.last} />
          <span className="live-age">{m.age === null ? "–" : age(m.age)}</span>
        </span>
      </div>
      <div className="monitor-observed">
        <Reading text={m.age === null ? lastRead(m) : m.tone === "unknown" ? `${lastRead(m)}: ${observed}` : observed} />
      </div>
      <Sparkline seen={seen} title={m.title} believable_s={m.believable_s} />
      <dl className="monitor-facts">
        {[
          ["Expected", m.expected],
          ["Source", m.source],
          ["Believed for", age(m.believable_s)],
        ].map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <Breakable text={value === undefined || value === "" ? "–" : value} />
            </dd>
          </Fragment>
        ))}
      </dl>
      {m.mend !== null && !isQuiet(m.tone) && <p className="monitor-mend">{m.mend}</p>}
      <details className="calls">
        <summary>Last readings</summary>
        <DataTable
          caption={`Last readings of ${m.title}, newest first`}
          kind="small"
          columns={[{ title: "At" }, { title: "State then" }, { title: "Observed" }]}
          rows={latest.map((s) => ({ id: s.at, cells: [shortTime(s.at), <ToneState tone={s.tone} />, <Reading text={s.observed} />] }))}
          name={-1}
        />
      </details>
    </article>
  );
}

/** What the page says at this moment. */
function liveNow(now: number, state: State) {
  const { snapshot, history } = state;
  if (snapshot === null) return null;
  const list = failingFirst(monitorsNow(snapshot, now)).map((m) => shownNow(m, now));
  return { users: usersNow(snapshot, now, liveness(state).live), list, history, at: fullTime(now) };
}

/** Every monitor with its age, its history in this window and how to mend it; worst first. */
export function LiveScreen() {
  const at = useWorldNow(liveNow);
  if (at === null) return null;
  const { users, list, history } = at;
  return (
    <div className="page">
      <PageHead title="Live" id="live" />
      <p className="why">
        <strong>{users.headline}.</strong> {users.note}. What fails comes first, then what can’t be told: Unknown is never all right.
      </p>
      <Block id="monitors" title="Monitors" note={`as of ${at.at}`} side={<a href={href({ name: "war-room" })}>War room</a>}>
        {list.length === 0 && (
          <p className="empty">
            This runbook has no monitor, so nothing can be told about users here. A monitor in the runbook appears here with its last ten minutes.
          </p>
        )}
        <div className="monitors">
          {list.map((m) => (
            <Card key={m.id} m={m} seen={history[m.id] ?? []} />
          ))}
        </div>
      </Block>
      <Ways />
      <DnsTruth />
    </div>
  );
}
