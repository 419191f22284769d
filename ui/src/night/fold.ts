// Whether the picture of the night is folded to its sentence: as a person left it, for as long as the window is open.
import { useSyncExternalStore } from "react";

/** Lower than this the picture would push the step off the page, in pixels: 200 % zoom of a small window. */
const LOW = 520;

let chosen: boolean | null = null;
const hear = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  hear.add(listener);
  window.addEventListener("resize", listener);
  return () => {
    hear.delete(listener);
    window.removeEventListener("resize", listener);
  };
}

const folded = (): boolean => chosen ?? window.innerHeight < LOW;

/** Folds it, or shows it; null = as the window's height says. */
export function fold(next: boolean | null): void {
  chosen = next;
  for (const listener of hear) listener();
}

/** Where it stands, and how to change that. */
export const useFold = (): [boolean, (next: boolean) => void] => [useSyncExternalStore(subscribe, folded), fold];
