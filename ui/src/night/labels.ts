// Which marks bear their name: above the bar, never over another name. What needs eyes comes first, then the shorter one; the rest says its name on hover, on focus and in the table.

/** About how wide a letter of 12 px is. Too wide rather than too narrow. */
const LETTER = 6.4;
/** A longer name is cut. */
const MOST = 22;

export type Named = { id: string; title: string; x: number; width: number; first: boolean };
export type Label = { id: string; text: string; x: number };

export const shortened = (title: string): string => (title.length <= MOST ? title : `${title.slice(0, MOST - 1).trimEnd()}…`);

/** The labels that find room on a line of `width` pixels. */
export function labelsOf(marks: readonly Named[], width: number): Label[] {
  const taken: [number, number][] = [];
  const labels: Label[] = [];
  const order = [...marks].sort((a, b) => Number(b.first) - Number(a.first) || a.title.length - b.title.length || a.x - b.x);
  for (const mark of order) {
    const text = shortened(mark.title);
    const wide = text.length * LETTER;
    const x = Math.max(0, Math.min(width - wide, mark.x));
    // A name that would stand beside its mark instead of above it says nothing.
    if (!mark.first && x + wide < mark.x) continue;
    if (taken.some(([from, to]) => x < to + 8 && x + wide + 8 > from)) continue;
    taken.push([x, x + wide]);
    labels.push({ id: mark.id, text, x });
  }
  return labels.sort((a, b) => a.x - b.x);
}
