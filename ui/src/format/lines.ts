// The lines of a change, as they are read: what many of them say in the same words is said once.

/** Fewer words in common than these are no burden. */
const MANY = 3;

/** "POST /x: rate 0, burst 0, …": what it is about, and its settings. */
function settings(line: string): { head: string; list: string[] } | null {
  const at = line.indexOf(": ");
  const list = at < 0 ? [] : line.slice(at + 2).split(", ");
  return list.length > MANY ? { head: line.slice(0, at + 2), list } : null;
}

/** How many settings all of them end in alike; of each at least one is left. */
function alike(lists: readonly string[][]): number {
  const [first = [], ...more] = lists;
  const most = Math.min(...lists.map((list) => list.length)) - 1;
  let n = 0;
  while (n < most && more.every((list) => list.at(-1 - n) === first.at(-1 - n))) n += 1;
  return n;
}

/** Before and after with "…" for the settings that all lines with many of them end in; `rest` is what that stands for. */
export function shortened(before: readonly string[], after: readonly string[]): { before: string[]; after: string[]; rest: string | null } {
  const long = [...before, ...after].map(settings).filter((s) => s !== null);
  const n = long.length < MANY ? 0 : alike(long.map((s) => s.list));
  const rest = n < MANY ? null : (long[0]?.list.slice(-n).join(", ") ?? null);
  const short = (line: string): string => {
    const s = rest === null ? null : settings(line);
    return s === null ? line : `${s.head}${s.list.slice(0, -n).join(", ")}, …`;
  };
  return { before: before.map(short), after: after.map(short), rest };
}
