// The night on one line: what was done, what is under way, what is ahead, and how far back one click leads.
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Block } from "../components/PageHead";
import { State } from "../components/State";
import { count, duration, shortTime } from "../format/time";
import { Button, DataTable, Tooltip } from "../kit";
import { useSnapshot, useWorldNow } from "../state/hooks";
import { href } from "../state/router";
import { type Axis, axisOf, ticksOf, xOf } from "./axis";
import { labelsOf } from "./labels";
import { type Rope, ropeOf } from "./rope";
import { useFold } from "./fold";
import { type Line, type Mark, type Night, nightOf } from "./when";

/** The width of the middle column's text, and the room for the names of the phases. */
const WIDTH = 712;
const LEFT = 136;
/** Letters of a phase’s name that have room there. */
const MOST = 17;
const TOP = 34;
const ROW = 56;
const BAR = 22;

/** How the night stands, in one sentence: it is the picture's name for readers, and stands beside it. */
export function nightWords({ current }: Night): string {
  if (current === null) return "every phase is through";
  const late =
    current.behindS === null || Math.abs(current.behindS) < 60
      ? null
      : `${duration(Math.round(Math.abs(current.behindS) / 60) * 60)} ${current.behindS > 0 ? "behind" : "ahead of"} the plan`;
  const ends =
    current.ends === null
      ? `when “${current.title}” ends can't be told: a step has no planned time`
      : `“${current.title}” ends about ${shortTime(current.ends)}`;
  return late === null ? ends : `${late}, ${ends}`;
}

const span = (m: Mark): string => (m.from === m.to ? shortTime(m.from) : `${shortTime(m.from)} to ${shortTime(m.to)}`);
const about = (m: Mark): string => (m.ahead ? (m.is === "gate" ? "not decided" : `about ${span(m)}`) : span(m));
/** What a mark is, for a tooltip and for a reader. */
const markWords = (m: Mark): string => `${m.title}: ${m.state}, ${about(m)}${m.byHand && m.is === "step" ? ", by hand" : ""}`;

type Placed = { mark: Mark; x: number; width: number };

/** Marks side by side: one that would be too narrow to be seen is drawn as wide as can be seen, and pushes the next. */
function placed(line: Line, axis: Axis): Placed[] {
  let free = 0;
  return line.marks.map((mark) => {
    if (mark.is === "gate") {
      const x = Math.max(free, xOf(axis, mark.from));
      free = x + 10;
      return { mark, x, width: 0 };
    }
    const from = Math.max(free, xOf(axis, mark.from));
    const to = Math.max(from + 5, xOf(axis, mark.to));
    free = to + 1;
    return { mark, x: from, width: to - from };
  });
}

function Diamond({ x, y }: { x: number; y: number }) {
  return <path d={`M${x} ${y - 10}l10 10-10 10-10-10z`} />;
}

/** What the marks of a picture share: where each is drawn, which one the keyboard comes to, and which one says more. */
type Marks = {
  at: (id: string) => (el: HTMLAnchorElement | null) => void;
  stop: string;
  bare: boolean;
  tell: (mark: { words: string; at: Element } | null) => void;
};

function MarkShape({ placed: { mark, x, width }, y, marks }: { placed: Placed; y: number; marks: Marks }) {
  const className = `night-mark is-${mark.is} k-${mark.kind}${mark.ahead ? " ahead" : ""}${mark.byHand && mark.is === "step" ? " by-hand" : ""}`;
  const shape = mark.is === "gate" ? <Diamond x={LEFT + x} y={y + BAR / 2} /> : <rect x={LEFT + x} y={y} width={Math.max(4, width)} height={BAR} rx={3} />;
  if (marks.bare) return <g className={className}>{shape}</g>;
  const words = markWords(mark);
  const told = (event: { currentTarget: Element }) => marks.tell({ words, at: event.currentTarget });
  const untold = () => marks.tell(null);
  return (
    <a
      href={href(mark.place)}
      ref={marks.at(mark.id)}
      tabIndex={marks.stop === mark.id ? 0 : -1}
      aria-label={words}
      className={className}
      onFocus={told}
      onBlur={untold}
      onMouseEnter={told}
      onMouseLeave={untold}
      data-testid={`night-${mark.id}`}
    >
      {shape}
    </a>
  );
}

/** A phase that is through is one bar with the number of its steps; its gate stays. */
function folded(line: Line): Line {
  const steps = line.marks.filter((m) => m.is === "step" && m.to >= m.from);
  const first = steps[0];
  if (!line.finished || steps.length < 2 || first === undefined) return line;
  const from = Math.min(...steps.map((m) => m.from));
  const to = Math.max(...steps.map((m) => m.to));
  const worst = steps.find((m) => m.kind === "fail" || m.kind === "blocked" || m.kind === "unknown") ?? first;
  return {
    ...line,
    marks: [
      ...line.marks.filter((m) => m.is === "gate"),
      { ...worst, id: `phase-${line.id}`, title: count(steps.length, "step"), state: worst === first ? "Done" : worst.state, from, to, byHand: false },
    ],
  };
}

function Phase({ line, axis, y, marks: shared }: { line: Line; axis: Axis; y: number; marks: Marks }) {
  const marks = placed(folded(line), axis);
  const labels = labelsOf(
    marks
      .filter((p) => p.mark.is !== "gate")
      .map(({ mark, x, width }) => ({
        id: mark.id,
        title: mark.is === "wait" ? "wait" : mark.title,
        x,
        width,
        first: mark.kind === "running" || mark.kind === "fail" || mark.kind === "unknown",
      })),
    axis.width,
  );
  return (
    <g>
      <text className="night-phase" x={0} y={y + 14}>
        {line.title.length > MOST ? `${line.title.slice(0, MOST - 1).trimEnd()}…` : line.title}
        <title>{line.title}</title>
      </text>
      <text className="night-meta" x={0} y={y + 29}>
        {line.done} of {line.of}
      </text>
      {labels.map((l) => (
        <text
          key={l.id}
          className={`night-label${marks.some((p) => p.mark.id === l.id && p.mark.kind === "running") ? " is-now" : ""}`}
          x={LEFT + l.x}
          y={y - 5}
          aria-hidden="true"
        >
          {l.text}
        </text>
      ))}
      {line.planned !== null && (
        <rect
          className="night-plan"
          x={LEFT + xOf(axis, line.planned.from)}
          y={y + BAR + 3}
          width={Math.max(2, xOf(axis, line.planned.to) - xOf(axis, line.planned.from))}
          height={3}
          rx={1.5}
        />
      )}
      {marks.map((p) => (
        <MarkShape key={p.mark.id} placed={p} y={y} marks={shared} />
      ))}
    </g>
  );
}

function Cuts({ axis, bottom }: { axis: Axis; bottom: number }) {
  return axis.pieces
    .filter((p) => p.cut)
    .map((p) => {
      const x = LEFT + p.x + p.width / 2;
      return (
        <g key={p.from} className="night-cut">
          <path d={`M${x} ${TOP}v${(bottom - TOP) / 2 - 12}l-4 6 8 8-4 6v${(bottom - TOP) / 2 - 8}`} />
          <text x={x} y={14} textAnchor="middle">
            + {duration((p.to - p.from) / 1000)}
          </text>
        </g>
      );
    });
}

function RopeShape({ rope, axis, now, y }: { rope: Rope | null; axis: Axis; now: number; y: number }) {
  const x = LEFT + xOf(axis, now);
  if (rope === null) return null;
  const to = LEFT + xOf(axis, rope.to);
  const whole = rope.whole === null ? null : LEFT + xOf(axis, rope.whole.to);
  const far = x - to > 14;
  return (
    <g className="night-rope" aria-hidden="true">
      {whole !== null && <path className="night-all" d={`M${to - 10} ${y}H${whole}`} />}
      <path className="night-one" d={far ? `M${x} ${y - 26}v16q0 10 -10 10H${to + 8}` : `M${x} ${y - 26}v18`} />
      <path className="night-tip" d={far ? `M${to} ${y}l11 -6v12z` : `M${x} ${y}l-6 -10h12z`} />
    </g>
  );
}

/** The moment of the switch: from here on users meet the new side. */
function T0({ x, bottom }: { x: number; bottom: number }) {
  return (
    <g className="night-t0" data-testid="night-t0">
      <path d={`M${x} 22V${bottom - 4}`} />
      <text x={x + 4} y={TOP - 2}>
        T0
        <title>T0: the moment of the switch</title>
      </text>
    </g>
  );
}

/** The picture; `bare` is to be looked at alone. One stop for the keyboard; the arrows go from mark to mark, Enter opens. */
function Picture({ night, rope, t0, name, bare }: { night: Night; rope: Rope | null; t0: number | null; name: string; bare: boolean }) {
  const marks = useMemo(() => night.lines.flatMap((l) => folded(l).marks), [night]);
  const here = marks.find((m) => !m.ahead && m.kind === "running") ?? marks.find((m) => m.ahead) ?? marks.at(-1);
  const [stop, setStop] = useState<string | null>(null);
  const [told, tell] = useState<{ words: string; at: Element } | null>(null);
  const links = useRef(new Map<string, HTMLAnchorElement>());
  const current = stop !== null && marks.some((m) => m.id === stop) ? stop : (here?.id ?? "");
  const axis = axisOf([night.now, ...night.lines.flatMap((l) => l.marks.flatMap((m) => [m.from, m.to]))], WIDTH - LEFT - 12);
  const bottom = TOP + night.lines.length * ROW;
  const x = LEFT + xOf(axis, night.now);
  const register = (id: string) => (el: HTMLAnchorElement | null) => {
    if (el === null) links.current.delete(id);
    else links.current.set(id, el);
  };
  const keys = (event: KeyboardEvent) => {
    const at = marks.findIndex((m) => m.id === current);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    const next = to === undefined ? undefined : marks[Math.min(marks.length - 1, Math.max(0, to))];
    if (next === undefined) return;
    event.preventDefault();
    setStop(next.id);
    links.current.get(next.id)?.focus();
  };
  return (
    <>
      <svg
        className="night"
        preserveAspectRatio="xMinYMin meet"
        viewBox={`0 0 ${WIDTH} ${rope === null ? bottom : bottom + 34}`}
        role={bare ? "img" : "group"}
        aria-label={name}
        {...(bare ? {} : { onKeyDown: keys })}
        data-testid="night"
      >
        {ticksOf(axis, 64).map((t) => {
          const tick = LEFT + xOf(axis, t);
          return (
            <g key={t} className="night-tick" aria-hidden="true">
              <path d={`M${tick} ${TOP - 8}V${bottom - 6}`} />
              {Math.abs(tick - x) > 54 && (
                <text x={tick} y={14} textAnchor="middle">
                  {shortTime(t).replace(":00", "")}
                </text>
              )}
            </g>
          );
        })}
        <Cuts axis={axis} bottom={bottom} />
        {night.lines.map((line, i) => (
          <Phase key={line.id} line={line} axis={axis} y={TOP + 16 + i * ROW} marks={{ at: register, stop: current, bare, tell }} />
        ))}
        {t0 !== null && <T0 x={LEFT + xOf(axis, t0)} bottom={bottom} />}
        <g className="night-now" aria-hidden="true">
          <path d={`M${x} 20V${bottom - 4}`} />
          <rect x={x - 30} y={1} width={60} height={19} rx={9.5} />
          <text x={x} y={15} textAnchor="middle">
            {shortTime(night.now)}
          </text>
        </g>
        {rope !== null && (
          <text className="night-phase" x={0} y={bottom + 20} aria-hidden="true">
            Way back
          </text>
        )}
        <RopeShape rope={rope} axis={axis} now={night.now} y={bottom + 16} />
      </svg>
      <Tooltip words={told?.words ?? ""} at={told?.at ?? null} />
    </>
  );
}

function Same({ night, t0 }: { night: Night; t0: number | null }) {
  const rows = night.lines.flatMap((l) => l.marks.map((m) => ({ line: l, m })));
  return (
    <details className="calls">
      <summary>The same as a table</summary>
      <DataTable
        caption="The night: each decision, step and wait with its time"
        columns={[{ title: "State" }, { title: "What" }, { title: "Phase" }, { title: "When" }]}
        rows={[
          ...(t0 === null
            ? []
            : [{ id: "t0", cells: [<State kind="record" word="T0" />, "The switch: users meet the new side from here on", "–", shortTime(t0)] }]),
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
