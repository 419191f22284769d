import { shortTime } from "../format/time";
import type { Seen } from "../state/store";

const STEP = 5;
// Height says the state as well as colour: low = passing, full = failing, hollow = unknown.
const HEIGHTS: Record<string, number> = { passing: 5, not_applicable: 5, waiting: 11, running: 11, failing: 20, unknown: 20 };

/** The readings that this window has seen, oldest first. The table beside it says the same in words. */
export function Sparkline({ seen, title }: { seen: readonly Seen[]; title: string }) {
  const first = seen[0];
  if (first === undefined) return <p className="meta">No reading has been seen by this window yet.</p>;
  const bad = seen.filter((s) => s.tone === "failing" || s.tone === "unknown").length;
  const words = `${title}: ${seen.length} readings since ${shortTime(first.at)}, ${bad} of them failing or unknown`;
  return (
    <div className="spark">
      <svg role="img" aria-label={words} viewBox={`0 0 ${60 * STEP} 20`} preserveAspectRatio="xMinYMax meet">
        {seen.map((s, i) => {
          const h = HEIGHTS[s.tone] ?? 20;
          return <rect key={s.at} className={`bar t-${s.tone}`} x={i * STEP + 0.5} y={20 - h + 0.5} width={STEP - 2} height={h - 1} />;
        })}
      </svg>
      <p className="meta">
        Since {shortTime(first.at)}: {bad === 0 ? "nothing failing or unknown" : `${bad} of ${seen.length} failing or unknown`}
      </p>
    </div>
  );
}
