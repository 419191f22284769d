// Time as a line: to one scale where something happens, cut where nothing does for long. The night must not be crushed by what lies days away.

/** Nothing begins or ends for longer than this: the line is cut there. In milliseconds. */
export const LONG = 45 * 60_000;
/** Room for a cut, in pixels: a zigzag and its length in words. */
export const CUT = 56;

export type Piece = { from: number; to: number; x: number; width: number; cut: boolean };
export type Axis = { pieces: Piece[]; width: number; perMs: number };

/** Lays the moments on `width` pixels. Fewer than two different moments get an hour around them. */
export function axisOf(moments: readonly number[], width: number): Axis {
  const times = [...new Set(moments)].sort((a, b) => a - b);
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? first;
  if (last - first < 60_000) return axisOf([first - 30 * 60_000, last + 30 * 60_000], width);
  const spans: { from: number; to: number; cut: boolean }[] = [];
  for (let i = 1; i < times.length; i += 1) {
    const [from = 0, to = 0] = times.slice(i - 1, i + 1);
    const cut = to - from > LONG && times.length > 2;
    const before = spans.at(-1);
    if (before !== undefined && !cut && !before.cut) before.to = to;
    else spans.push({ from, to, cut });
  }
  const cuts = spans.filter((s) => s.cut).length;
  const counted = spans.filter((s) => !s.cut).reduce((sum, s) => sum + s.to - s.from, 0);
  const room = Math.max(0, width - cuts * CUT);
  const perMs = counted === 0 ? 0 : room / counted;
  let x = 0;
  const pieces = spans.map((s) => {
    const piece = { ...s, x, width: s.cut ? CUT : (s.to - s.from) * perMs };
    x += piece.width;
    return piece;
  });
  return { pieces, width, perMs };
}

/** Where a moment stands, in pixels from the beginning. */
export function xOf(axis: Axis, time: number): number {
  const first = axis.pieces[0];
  if (first === undefined) return 0;
  if (time <= first.from) return 0;
  const piece = axis.pieces.find((p) => time <= p.to);
  if (piece === undefined) return axis.width;
  return piece.x + (piece.width * (time - piece.from)) / (piece.to - piece.from);
}

const STEPS = [5, 10, 15, 30, 60].map((m) => m * 60_000);

/** Round times along the line, at least `apart` pixels from each other. */
export function ticksOf(axis: Axis, apart: number): number[] {
  const every = STEPS.find((s) => s * axis.perMs >= apart) ?? 120 * 60_000;
  const ticks: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const p of axis.pieces.filter((piece) => !piece.cut)) {
    for (let t = Math.ceil(p.from / every) * every; t <= p.to; t += every) {
      const x = xOf(axis, t);
      if (x - last < apart) continue;
      ticks.push(t);
      last = x;
    }
  }
  return ticks;
}
