// The night on one line: what was done, what is under way, what is ahead, and how far back one click leads.
import { useMemo } from "react";
import { Block } from "../components/PageHead";
import { State } from "../components/State";
import { dayTime, duration, shortTime } from "../format/time";
import { Button, DataTable } from "../kit";
import { useSnapshot, useWorldNow } from "../state/hooks";
import { href } from "../state/router";
import { useFold } from "./fold";
import { about } from "./marks";
import { Picture } from "./Picture";
import { ropeOf } from "./rope";
import { type Night, nightOf } from "./when";

/** How the night stands, in one sentence: it is the picture's name for readers, and stands beside it. */
export function nightWords({ current, now }: Night): string {
  if (current === null) return "every phase is through";
  const late =
    current.behindS === null || Math.abs(current.behindS) < 60
      ? null
      : `${duration(Math.round(Math.abs(current.behindS) / 60) * 60)} ${current.behindS > 0 ? "behind" : "ahead of"} the plan`;
  const ends =
    current.ends === null
      ? `when “${current.title}” ends can't be told: a step has no planned time`
      : `“${current.title}” ends about ${dayTime(current.ends, now)}`;
  return late === null ? ends : `${late}, ${ends}`;
}

function Same({ night, t0 }: { night: Night; t0: number | null }) {
  // Phase by phase, and in each in the order in which it happened.
  const rows = night.lines.flatMap((line) => [...line.marks].sort((a, b) => a.from - b.from).map((m) => ({ line, m })));
  return (
    <details className="calls">
      <summary>The same as a table</summary>
      <DataTable
        caption="The night: each decision, step and wait with its time"
        columns={[{ title: "State" }, { title: "What" }, { title: "Phase" }, { title: "When" }]}
        rows={[
          ...(t0 === null ? [] : [{ id: "t0", cells: [<State kind="record" word="T0" />, "From here on users are affected", "–", shortTime(t0)] }]),
          ...rows.map(({ line, m }) => ({
            id: m.id,
            cells: [<State kind={m.kind} word={m.state} />, <a href={href(m.place)}>{m.title}</a>, line.title, about(m)],
          })),
        ]}
      />
    </details>
  );
}

/** Often enough: a picture that moves each second is looked at, and says no more. In milliseconds of the run's clock. */
const STEP_MS = 15_000;

/** The block that the run's page, the war room and the report open with. `bare` is for a wall: to be looked at alone. */
export function TheNight({ bare = false }: { bare?: boolean }) {
  const { phases, way_back, t0 } = useSnapshot("phases", "way_back", "t0");
  const [folded, fold] = useFold();
  const now = useWorldNow((ms) => Math.floor(ms / STEP_MS) * STEP_MS);
  const night = useMemo(() => nightOf(phases, now), [phases, now]);
  const rope = useMemo(() => ropeOf(phases, way_back), [phases, way_back]);
  const words = nightWords(night);
  if (!bare && folded) {
    return (
      <div className="night-folded" data-testid="night-folded">
        <p>
          <strong>The night:</strong> {words}.
        </p>
        <Button weight="inline" expanded={false} onPress={() => fold(false)} testId="night-fold">
          Show the picture
        </Button>
      </div>
    );
  }
  return (
    <Block
      id="night"
      title="The night"
      note={words}
      side={
        !bare && (
          <Button weight="inline" expanded onPress={() => fold(true)} testId="night-fold">
            Hide the picture
          </Button>
        )
      }
    >
      <Picture night={night} rope={rope} t0={t0 === null ? null : Date.parse(t0.at)} name={`The night: ${words}`} bare={bare} />
      <p className="night-price" data-testid="night-price">
        {rope === null ? (
          // Nothing is said of the way back before somebody looked at it.
          way_back.something_to_undo ? (
            "The way back has not been looked at yet."
          ) : (
            "There is nothing to take back yet."
          )
        ) : (
          <>
            Way back <strong>{rope.words}</strong>: {rope.price}.{rope.whole !== null && <span className="meta"> {rope.whole.words}.</span>}
          </>
        )}
      </p>
      {!bare && <Same night={night} t0={t0 === null ? null : Date.parse(t0.at)} />}
    </Block>
  );
}
