// Where the parts of the night's picture stand. One unit is one pixel wherever the picture is not drawn larger: its letters stay as
// large as those around them, however narrow the window is.

/** The width of the middle column's text at 1280 px: drawn for it, and larger where there is more room. */
const WIDTH = 712;
/** Narrower than this the names of the phases stand above their bars, not beside them. */
const NARROW = 560;
/** The room for the names of the phases beside the bars. */
const BESIDE = 136;
/** Where the first row begins, below the clock. */
export const TOP = 34;
/** The height of a bar. */
export const BAR = 22;
/** Half of a gate's diamond: what stands at the edge needs as much room. */
const GATE = 12;

export type Geometry = {
  width: number;
  /** Where the line begins. */
  left: number;
  /** From one phase to the next. */
  row: number;
  /** From the top of a row to its bars. */
  down: number;
  narrow: boolean;
};

/** The geometry for so many pixels; 0 = not measured yet. */
export function geometryOf(measured: number): Geometry {
  const width = measured === 0 ? WIDTH : Math.min(WIDTH, measured);
  return width < NARROW ? { width, left: GATE, row: 70, down: 36, narrow: true } : { width, left: BESIDE, row: 56, down: 16, narrow: false };
}

/** Letters of a phase's name that have room in a line beside the bars. */
const MOST = 17;

/** A phase's name beside its bars: in one line or two; what has no room in two is cut. */
export function nameLines(title: string): string[] {
  if (title.length <= MOST) return [title];
  const at = title.lastIndexOf(" ", MOST);
  const [first, rest] = at > 0 ? [title.slice(0, at), title.slice(at + 1)] : [title.slice(0, MOST), title.slice(MOST)];
  return [first, rest.length <= MOST ? rest : `${rest.slice(0, MOST - 1).trimEnd()}…`];
}
