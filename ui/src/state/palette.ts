// Which entries of the palette fit what was typed, and which of them first.

/** One place to go or one thing to do. `also` are words by which people look for it that it does not show. */
export type Found = { words: string; also?: string };

const split = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize("NFC")
    .split(/[^\p{L}\p{N}.]+/u)
    .filter((w) => w !== "");

/**
 * How well an entry fits: every word that was typed begins one of its words, or, for a typed word of three letters and more, stands
 * inside one. Higher is better; null = it does not fit.
 */
export function fits(query: string, entry: Found): number | null {
  const shown = split(entry.words);
  const other = split(entry.also ?? "");
  let sum = 0;
  for (const word of split(query)) {
    const at = shown.findIndex((w) => w.startsWith(word));
    if (shown.includes(word)) sum += 8;
    else if (at >= 0) sum += at === 0 ? 6 : 5;
    else if (other.some((w) => w.startsWith(word))) sum += 3;
    else if (word.length >= 3 && [...shown, ...other].some((w) => w.includes(word))) sum += 1;
    else return null;
  }
  return sum;
}

/** Those that fit, the best first; equals keep their order. */
export function fitting<T extends Found>(query: string, entries: readonly T[]): T[] {
  return entries
    .map((entry) => ({ entry, score: fits(query, entry) }))
    .filter((e): e is { entry: T; score: number } => e.score !== null)
    .sort((a, b) => b.score - a.score)
    .map((e) => e.entry);
}
