// The picture of the night: one row a phase, x = time, the plan as a ghost behind, and the rope back.
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { shortTime } from "../format/time";
import { Tooltip } from "../kit";
import { useWidth } from "../kit/scrolls";
import { href } from "../state/router";
import { type Axis, axisOf, xOf } from "./axis";
import { BAR, type Geometry, geometryOf, nameLines, TOP } from "./geometry";
import { type Band, CLOCK, type Head, around, headsOf } from "./heads";
import { type Label, labelsOf } from "./labels";
import { folded, markWords } from "./marks";
import { type Placed, placed } from "./place";
import type { Rope } from "./rope";
import type { Line, Night } from "./when";

function Diamond({ x, y }: { x: number; y: number }) {
  return <path d={`M${x} ${y - 10}l10 10-10 10-10-10z`} />;
}

/** What the marks of a picture share: where each is drawn, which one the keyboard comes to, and which one says more. */
type Marks = {
  geo: Geometry;
  at: (id: string) => (el: HTMLAnchorElement | null) => void;
  stop: string;
  bare: boolean;
  tell: (mark: { words: string; at: Element } | null) => void;
};

function MarkShape({ placed: { mark, x, width }, y, marks }: { placed: Placed; y: number; marks: Marks }) {
  const className = `night-mark is-${mark.is} k-${mark.kind}${mark.ahead ? " ahead" : ""}${mark.byHand && mark.is === "step" ? " by-hand" : ""}`;
  const shape =
    mark.is === "gate" ? (
      <Diamond x={marks.geo.left + x} y={y + BAR / 2} />
    ) : (
      <rect x={marks.geo.left + x} y={y} width={Math.max(4, width)} height={BAR} rx={3} />
    );
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

/** What a phase is called and how far it is: beside its bars, or above them where there is no room beside. */
function Name({ line, y, narrow }: { line: Line; y: number; narrow: boolean }) {
  const far = `${line.done} of ${line.of}`;
  if (narrow) {
    return (
      <text className="night-phase" x={0} y={y - 22}>
        {line.title}
        <tspan className="night-meta" dx={8}>
          {far}
        </tspan>
      </text>
    );
  }
  const lines = nameLines(line.title);
  const from = y + (lines.length === 1 ? 14 : 7);
  return (
    <>
      <text className="night-phase" y={from}>
        {lines.map((words, i) => (
          <tspan key={words} x={0} dy={i === 0 ? 0 : 16}>
            {words}
          </tspan>
        ))}
        <title>{line.title}</title>
      </text>
      <text className="night-meta" x={0} y={from + lines.length * 16 - 1}>
        {far}
      </text>
    </>
  );
}

type Row = { line: Line; y: number; marks: Placed[]; labels: Label[] };

/** About how wide a letter is of a phase's name, and of what stands beside it. Too wide rather than too narrow. */
const NAME_LETTER = 8.4;
const META_LETTER = 6.6;

/** The names above the marks of a phase. */
const labelled = (marks: readonly Placed[], width: number): Label[] =>
  labelsOf(
    marks
      .filter((p) => p.mark.is !== "gate" && p.mark.is !== "try")
      .map(({ mark, x, width: wide }) => ({
        id: mark.id,
        title: mark.is === "wait" ? "wait" : mark.title,
        x,
        width: wide,
        first: mark.kind === "running" || mark.kind === "fail" || mark.kind === "unknown",
      })),
    width,
  );

/** Where the words of a phase stand across the picture. */
function wordsOf({ line, y, labels }: Row, geo: Geometry): Band[] {
  const above = labels.map((l) => ({ left: geo.left + l.x, right: geo.left + l.x + l.text.length * META_LETTER, top: y - 17, bottom: y - 1 }));
  if (!geo.narrow) return above;
  const name = line.title.length * NAME_LETTER + 8 + `${line.done} of ${line.of}`.length * META_LETTER;
  return [...above, { left: 0, right: name, top: y - 36, bottom: y - 18 }];
}

/** The plan's ghost and the marks of a phase. */
function Phase({ row: { line, y, marks }, axis, shared }: { row: Row; axis: Axis; shared: Marks }) {
  return (
    <g>
      {line.planned !== null && (
        <rect
          className="night-plan"
          x={shared.geo.left + xOf(axis, line.planned.from)}
          y={y + BAR + 3}
          width={Math.max(2, xOf(axis, line.planned.to) - xOf(axis, line.planned.from))}
          height={3}
          rx={1.5}
        />
      )}
      {/* What people decided is drawn over the bars that it opened. */}
      {[...marks.filter((p) => p.mark.is !== "gate"), ...marks.filter((p) => p.mark.is === "gate")].map((p) => (
        <MarkShape key={p.mark.id} placed={p} y={y} marks={shared} />
      ))}
    </g>
  );
}

/** What stands above and beside the marks: over the line of now, which passes behind words. */
function Words({ row: { line, y, marks, labels }, geo }: { row: Row; geo: Geometry }) {
  return (
    <g>
      <Name line={line} y={y} narrow={geo.narrow} />
      {labels.map((l) => (
        <text
          key={l.id}
          className={`night-label${marks.some((p) => p.mark.id === l.id && p.mark.kind === "running") ? " is-now" : ""}`}
          x={geo.left + l.x}
          y={y - 5}
          aria-hidden="true"
        >
          {l.text}
        </text>
      ))}
    </g>
  );
}

function Cuts({ cuts, bottom, left }: { cuts: readonly Head[]; bottom: number; left: number }) {
  return cuts.map((cut) => {
    const x = left + cut.x;
    return (
      <g key={cut.at} className="night-cut">
        <path d={`M${x} ${TOP}v${(bottom - TOP) / 2 - 12}l-4 6 8 8-4 6v${(bottom - TOP) / 2 - 8}`} />
        {cut.words !== "" && (
          <text x={x} y={14} textAnchor="middle">
            {cut.words}
          </text>
        )}
      </g>
    );
  });
}

function RopeShape({ rope, axis, now, y, left }: { rope: Rope | null; axis: Axis; now: number; y: number; left: number }) {
  const x = left + xOf(axis, now);
  if (rope === null) return null;
  const to = left + xOf(axis, rope.to);
  const whole = rope.whole === null ? null : left + xOf(axis, rope.whole.to);
  const far = x - to > 14;
  return (
    <g className="night-rope" aria-hidden="true">
      {whole !== null && <path className="night-all" d={`M${to - 10} ${y}H${whole}`} />}
      <path className="night-one" d={far ? `M${x} ${y - 26}v16q0 10 -10 10H${to + 8}` : `M${x} ${y - 26}v18`} />
      <path className="night-tip" d={far ? `M${to} ${y}l11 -6v12z` : `M${x} ${y}l-6 -10h12z`} />
    </g>
  );
}

/** From here on users are affected. Its line is not drawn through words. */
function T0({ x, bottom, words }: { x: number; bottom: number; words: readonly Band[] }) {
  const line = around(x, 22, bottom - 4, words);
  return (
    <g className="night-t0" data-testid="night-t0">
      <path d={line.map(([from, to]) => `M${x} ${from}V${to}`).join("")} />
      <text x={x + 4} y={TOP - 2}>
        T0
        <title>T0: the moment of the switch</title>
      </text>
    </g>
  );
}

/** The picture; `bare` is to be looked at alone. One stop for the keyboard; the arrows go from mark to mark, Enter opens. */
export function Picture({ night, rope, t0, name, bare }: { night: Night; rope: Rope | null; t0: number | null; name: string; bare: boolean }) {
  const marks = useMemo(() => night.lines.flatMap((l) => folded(l).marks), [night]);
  const here = marks.find((m) => !m.ahead && m.kind === "running") ?? marks.find((m) => m.ahead) ?? marks.at(-1);
  const [stop, setStop] = useState<string | null>(null);
  const [told, tell] = useState<{ words: string; at: Element } | null>(null);
  const links = useRef(new Map<string, HTMLAnchorElement>());
  const current = stop !== null && marks.some((m) => m.id === stop) ? stop : (here?.id ?? "");
  const box = useRef<HTMLDivElement>(null);
  const geo = geometryOf(useWidth(box));
  const { left, width } = geo;
  const axis = axisOf([night.now, ...night.lines.flatMap((l) => l.marks.flatMap((m) => [m.from, m.to]))], width - left - 12);
  const bottom = TOP + night.lines.length * geo.row;
  const rows = night.lines.map((line, i): Row => {
    const of = placed(folded(line), axis, night.now);
    return { line, y: TOP + geo.down + i * geo.row, marks: of, labels: labelled(of, axis.width) };
  });
  const x = left + xOf(axis, night.now);
  // Its clock stays in the picture, also where the line is at an edge.
  const clock = Math.max(CLOCK, Math.min(width - CLOCK, x));
  const heads = headsOf(axis, clock - left);
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
    <div ref={box}>
      <svg
        className="night"
        preserveAspectRatio="xMinYMin meet"
        viewBox={`0 0 ${width} ${rope === null ? bottom : bottom + 34}`}
        role={bare ? "img" : "group"}
        aria-label={name}
        {...(bare ? {} : { onKeyDown: keys })}
        data-testid="night"
      >
        {heads.ticks.map((tick) => (
          <g key={tick.at} className="night-tick" aria-hidden="true">
            <path d={`M${left + tick.x} ${TOP - 8}V${bottom - 6}`} />
            {tick.words !== "" && (
              <text x={left + tick.x} y={14} textAnchor="middle">
                {tick.words}
              </text>
            )}
          </g>
        ))}
        <Cuts cuts={heads.cuts} bottom={bottom} left={left} />
        {t0 !== null && <T0 x={left + xOf(axis, t0)} bottom={bottom} words={rows.flatMap((row) => wordsOf(row, geo))} />}
        {rows.map((row) => (
          <Phase key={row.line.id} row={row} axis={axis} shared={{ geo, at: register, stop: current, bare, tell }} />
        ))}
        <g className="night-now" aria-hidden="true">
          <path d={`M${x} 20V${bottom - 4}`} />
        </g>
        {rows.map((row) => (
          <Words key={row.line.id} row={row} geo={geo} />
        ))}
        <g className="night-now" aria-hidden="true">
          <rect x={clock - CLOCK} y={1} width={2 * CLOCK} height={19} rx={9.5} />
          <text x={clock} y={15} textAnchor="middle">
            {shortTime(night.now)}
          </text>
        </g>
        {/* Where there is no room for it, the sentence below begins with the same words. */}
        {rope !== null && !geo.narrow && (
          <text className="night-phase" x={0} y={bottom + 20} aria-hidden="true">
            Way back
          </text>
        )}
        <RopeShape rope={rope} axis={axis} now={night.now} y={bottom + 16} left={left} />
      </svg>
      <Tooltip words={told?.words ?? ""} at={told?.at ?? null} />
    </div>
  );
}
