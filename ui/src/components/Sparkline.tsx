import { useEffect, useRef } from "react";
import { shortTime } from "../format/time";
import type { Seen } from "../state/session";
import { useWorldNow } from "../state/hooks";
import { isDark, onMode } from "../state/mode";

/** How far back a chart reaches, in seconds of the run's clock. */
export const SPAN_S = 600;

const COLOURS: Record<string, string> = {
  passing: "--pass",
  not_applicable: "--pass",
  switching: "--run",
  waiting: "--warn",
  running: "--warn",
  failing: "--fail",
  unknown: "--unknown",
};
// Height says the state as well as colour: low = passing, half = on its way, full = failing.
const LEVELS: Record<string, number> = { passing: 0.3, not_applicable: 0.3, switching: 0.45, waiting: 0.6, running: 0.6, failing: 1, unknown: 1 };

/** One stretch of time with one state; `believed` = no reading vouches for the rest. */
export type Stretch = { from: number; to: number; tone: string };

/**
 * What was known at each moment: a reading holds until the next one, but no longer than it may be
 * believed. What nothing vouches for is Unknown, not the last state.
 */
export function stretches(seen: readonly Seen[], believable_s: number, now: number): Stretch[] {
  const out: Stretch[] = [];
  seen.forEach((s, i) => {
    const from = Date.parse(s.at) / 1000;
    const next = seen[i + 1];
    const to = next === undefined ? now : Date.parse(next.at) / 1000;
    const held = Math.min(to, from + believable_s);
    if (held > from) out.push({ from, to: held, tone: s.tone });
    if (to > held) out.push({ from: held, to, tone: "unknown" });
  });
  return out.filter((s) => s.to > now - SPAN_S);
}

type Chart = { draw: (list: Stretch[], now: number) => void; end: () => void };

/** uPlot asks for numbers in the language of the system as it loads, and "C" (LANG=C) is none. */
function tameLanguage(): void {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en-GB", configurable: true });
  }
}

/** The chart on a canvas; null where there is no canvas to draw on: the table says the same in words. */
async function chartOn(box: HTMLElement): Promise<Chart | null> {
  if (typeof window.matchMedia !== "function" || document.createElement("canvas").getContext("2d") === null) return null;
  tameLanguage();
  const { default: UPlot } = await import("uplot");
  let list: Stretch[] = [];
  const colour = (name: string) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const paint = (u: InstanceType<typeof UPlot>) => {
    const { ctx, bbox } = u;
    ctx.save();
    for (const s of list) {
      const x = Math.max(bbox.left, u.valToPos(s.from, "x", true));
      const width = Math.max(1, Math.min(bbox.left + bbox.width, u.valToPos(s.to, "x", true)) - x - 1);
      const height = bbox.height * (LEVELS[s.tone] ?? 1);
      ctx.fillStyle = ctx.strokeStyle = colour(COLOURS[s.tone] ?? "--unknown");
      // Unknown is hollow: nothing is known of that time.
      if (s.tone === "unknown") ctx.strokeRect(x + 0.5, bbox.top + bbox.height - height + 0.5, Math.max(1, width - 1), height - 1);
      else ctx.fillRect(x, bbox.top + bbox.height - height, width, height);
    }
    ctx.restore();
  };
  const plot = new UPlot(
    {
      width: Math.max(60, box.clientWidth),
      height: 34,
      legend: { show: false },
      cursor: { show: false },
      padding: [2, 0, 2, 0],
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: true, auto: false }, y: { range: [0, 1] } },
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      hooks: { draw: [paint] },
    },
    [
      [0, 1],
      [0, 0],
    ],
    box,
  );
  const sized = new ResizeObserver(() => box.clientWidth > 0 && plot.setSize({ width: box.clientWidth, height: 34 }));
  sized.observe(box);
  return {
    draw: (next, now) => {
      list = next;
      plot.setScale("x", { min: now - SPAN_S, max: now });
      plot.redraw(false);
    },
    end: () => {
      sized.disconnect();
      plot.destroy();
    },
  };
}

/** The last ten minutes as this window saw them. The table beside it says the same in words. */
export function Sparkline({ seen, title, believable_s }: { seen: readonly Seen[]; title: string; believable_s: number }) {
  const now = useWorldNow();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const list = stretches(seen, believable_s, now / 1000);
  const draw = useRef<() => void>(() => undefined);
  draw.current = () => chart.current?.draw(list, now / 1000);
  useEffect(() => {
    let gone = false;
    if (box.current !== null) {
      chartOn(box.current).then(
        (made) => {
          if (gone) return made?.end();
          chart.current = made;
          draw.current();
        },
        // Without a picture the words below it are left: they say the same.
        () => undefined,
      );
    }
    const off = onMode(() => draw.current());
    return () => {
      gone = true;
      off();
      chart.current?.end();
      chart.current = null;
    };
  }, []);
  useEffect(() => draw.current());
  const first = seen[0];
  const bad = seen.filter((s) => s.tone === "failing" || s.tone === "unknown").length;
  const since =
    first === undefined
      ? "No reading has been seen by this window yet"
      : `${bad === 0 ? "Nothing" : `${bad} of ${seen.length}`} failing or unknown since ${shortTime(first.at)}`;
  return (
    <figure className="spark" data-dark={isDark()}>
      <div ref={box} className="spark-chart" role="img" aria-label={`${title}, last 10 minutes. ${since}`} />
      <figcaption className="meta">
        <span>10 min ago</span> <span>{since}</span> <span>now</span>
      </figcaption>
    </figure>
  );
}
