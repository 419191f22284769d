import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import type { RunSnapshot } from "../ipc";
import { SILENCE_S, type State, type Store } from "./store";

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("the store is provided by App");
  return store;
}

export function useApp(): State {
  const store = useStore();
  return useSyncExternalStore(store.listen, store.get);
}

// One clock for the whole window: every age changes in the same second.
const tellers = new Set<() => void>();
let beat = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function onTick(tell: () => void): () => void {
  tellers.add(tell);
  timer ??= setInterval(() => {
    beat = performance.now();
    for (const t of tellers) t();
  }, 1000);
  return () => {
    tellers.delete(tell);
    if (tellers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The run's clock now, in milliseconds since 1970: the core's time carried on by our own clock. */
export function useWorldNow(): number {
  const state = useApp();
  useSyncExternalStore(onTick, () => beat);
  return worldNow(state, performance.now());
}

/** This computer's clock now: what is not about a run is not on a run's clock. */
export function useComputerNow(): number {
  useSyncExternalStore(onTick, () => beat);
  return Date.now();
}

export function worldNow(state: State, at: number): number {
  if (state.snapshot === null) return Date.now();
  const speed = Math.max(1, state.snapshot.banner.speed);
  return Date.parse(state.snapshot.now) + Math.max(0, at - state.receivedAt) * speed;
}

/** Whether what is shown is live; why not and since when if it is not. */
export function useLive(): { live: boolean; why: string; silentS: number } {
  const state = useApp();
  useSyncExternalStore(onTick, () => beat);
  if (state.snapshot === null) return { live: true, why: "", silentS: 0 };
  const silentS = Math.max(0, (performance.now() - state.receivedAt) / 1000);
  if (state.ended !== null) return { live: false, why: state.ended, silentS };
  if (silentS > SILENCE_S) return { live: false, why: "", silentS };
  return { live: true, why: "", silentS };
}

/** The open run; screens that need one are not shown without it. */
export function useSnapshot(): RunSnapshot {
  const { snapshot } = useApp();
  if (snapshot === null) throw new Error("a run screen is shown only with a run");
  return snapshot;
}

function mediaListen(query: string): (tell: () => void) => () => void {
  return (tell) => {
    if (typeof window.matchMedia !== "function") return () => undefined;
    const media = window.matchMedia(query);
    media.addEventListener("change", tell);
    return () => media.removeEventListener("change", tell);
  };
}

const narrowQuery = "(max-width: 999px)";
const listenNarrow = mediaListen(narrowQuery);

/** Below 1000 px both rails give way to one strip. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    listenNarrow,
    () => typeof window.matchMedia === "function" && window.matchMedia(narrowQuery).matches,
  );
}

/** Runs `work` every `seconds` while the screen is shown, and once at the start. */
export function useEvery(seconds: number, work: () => void, key: string): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    latest.current();
    const id = setInterval(() => latest.current(), seconds * 1000);
    return () => clearInterval(id);
  }, [seconds, key]);
}
