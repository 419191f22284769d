// One clock for the whole window: every age changes in the same second, and is the same all over the page.

/** How often it beats, in milliseconds. */
const PERIOD = 1000;

/** One moment: as `performance.now()`, for how long something is ago, and in milliseconds since 1970 by this computer. */
export type Moment = { at: number; date: number };

const look = (): Moment => ({ at: performance.now(), date: Date.now() });

const tellers = new Set<() => void>();
let last = look();
let timer: ReturnType<typeof setInterval> | undefined;

/** Tells at every beat; the returned function ends that. The clock stands while nobody listens. */
export function onBeat(tell: () => void): () => void {
  tellers.add(tell);
  if (timer === undefined) {
    last = look();
    timer = setInterval(() => {
      last = look();
      for (const t of tellers) t();
    }, PERIOD);
  }
  return () => {
    tellers.delete(tell);
    if (tellers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The last beat. Where the clock stood, or a web view in the background held it up, it is now. */
export function beat(): Moment {
  if (Math.abs(performance.now() - last.at) > PERIOD) last = look();
  return last;
}
