import { createContext, useCallback, useContext, useEffect, useEffectEvent, useRef, useSyncExternalStore } from "react";
import type { RunSnapshot } from "../ipc";
import { beat, onBeat } from "./clock";
import { keep } from "./keep";
import { allSteps } from "./readings";
import { SILENCE_S, type State, type Store } from "./store";

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("the store is provided by App");
  return store;
}

/** What `get` says, drawn again only when it says something else. */
function usePicked<T>(listen: (tell: () => void) => () => void, get: () => T): T {
  // Kept between draws: a pick that makes an object anew each time would else never be the same.
  const last = useRef<{ value: T } | null>(null);
  return useSyncExternalStore(listen, () => {
    const next = get();
    const value = last.current === null ? next : keep(last.current.value, next);
    last.current = { value };
    return value;
  });
}

/** What a component uses of all that the window knows: it is drawn again when that says something else, and only then. */
export function useApp<T>(pick: (state: State) => T): T {
  const store = useStore();
  return usePicked(store.listen, () => pick(store.get()));
}

/** The parts of the open run that a component uses; screens that need a run are not shown without one. */
export function useSnapshot<K extends keyof RunSnapshot>(first: K, ...more: K[]): Pick<RunSnapshot, K> {
  const parts = [first, ...more];
  return useApp(({ snapshot }) => {
    if (snapshot === null) throw new Error("a run screen is shown only with a run");
    return Object.fromEntries(parts.map((part) => [part, snapshot[part]])) as Pick<RunSnapshot, K>;
  });
}

/** The titles of the open run's steps, by their ids. */
export const useTitles = (): Readonly<Record<string, string>> =>
  useApp(({ snapshot }) => (snapshot === null ? {} : Object.fromEntries(allSteps(snapshot).map((s) => [s.id, s.title]))));

/** The run's clock, in milliseconds since 1970: the core's time carried on by our own clock; without a run this computer's. */
export function worldNow(state: State): number {
  const { at, date } = beat();
  if (state.snapshot === null) return date;
  const speed = Math.max(1, state.snapshot.banner.speed);
  return Date.parse(state.snapshot.now) + Math.max(0, at - state.receivedAt) * speed;
}

const itself = (now: number): number => now;

/** What a component makes of the run's clock, in milliseconds since 1970; drawn again when that says something else. Without `pick` at every beat. */
export function useWorldNow(): number;
export function useWorldNow<T>(pick: (now: number, state: State) => T): T;
export function useWorldNow<T>(pick: (now: number, state: State) => T | number = itself): T | number {
  const store = useStore();
  const listen = useCallback(
    (tell: () => void) => {
      const ends = [store.listen(tell), onBeat(tell)];
      return () => {
        for (const end of ends) end();
      };
    },
    [store],
  );
  return usePicked(listen, () => {
    const state = store.get();
    return pick(worldNow(state), state);
  });
}

/** The same of this computer's clock: what is not about a run is not on a run's clock. */
export function useComputerNow(): number;
export function useComputerNow<T>(pick: (now: number) => T): T;
export function useComputerNow<T>(pick: (now: number) => T | number = itself): T | number {
  return usePicked(onBeat, () => pick(beat().date));
}

/** Whether what is shown is live; why not and for how many real seconds nothing came if it is not. */
export function liveness(state: State): { live: boolean; why: string; silentS: number } {
  if (state.snapshot === null) return { live: true, why: "", silentS: 0 };
  const silentS = Math.max(0, (beat().at - state.receivedAt) / 1000);
  return { live: state.ended === null && silentS <= SILENCE_S, why: state.ended ?? "", silentS };
}

/** Whether what is shown is live. */
export const useLive = (): boolean => useWorldNow((_, state) => liveness(state).live);

function mediaListen(query: string): (tell: () => void) => () => void {
  return (tell) => {
    if (typeof window.matchMedia !== "function") return () => undefined;
    const media = window.matchMedia(query);
    media.addEventListener("change", tell);
    return () => media.removeEventListener("change", tell);
  };
}

/** Whether the window's size is of that kind, at any time. */
function sizeHook(query: string): () => boolean {
  const listen = mediaListen(query);
  const is = () => typeof window.matchMedia === "function" && window.matchMedia(query).matches;
  return () => useSyncExternalStore(listen, is);
}

/** Below 1000 px both rails give way to one strip. */
export const useNarrow = sizeHook("(max-width: 999px)");

/** Lower than this the page needs the room more than the bar below it: 200 % zoom of a small window. The same stands in short.css. */
const SHORT = "(max-height: 519px)";
export const useShort = sizeHook(SHORT);

/** Where not every button has room beside the main one. */
export const useTight = sizeHook(`${SHORT}, (max-width: 559px)`);

/** Runs `work` every `seconds` while the screen is shown, at once at the start, and whenever `key` changes. */
export function useEvery(seconds: number, work: () => void, key: string): void {
  const latest = useEffectEvent(work);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key asks at once
  useEffect(() => {
    latest();
    const id = setInterval(() => latest(), seconds * 1000);
    return () => clearInterval(id);
  }, [seconds, key]);
}
