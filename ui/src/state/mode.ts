// Light or dark: the system's choice unless a person chose. Kept in memory only.
import { useSyncExternalStore } from "react";

export type Choice = "system" | "light" | "dark";

const dark = typeof window.matchMedia === "function" ? window.matchMedia("(prefers-color-scheme: dark)") : null;
const listeners = new Set<() => void>();
let choice: Choice = "system";

export function isDark(): boolean {
  return choice === "system" ? (dark?.matches ?? false) : choice === "dark";
}

function apply(): void {
  document.documentElement.dataset["mode"] = isDark() ? "dark" : "light";
  for (const tell of listeners) tell();
}

export function choose(next: Choice): void {
  choice = next;
  apply();
}

/** Tells when the colours changed; the returned function ends that. */
export function onMode(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Sets the colours once, before the first paint. */
export function startMode(): void {
  const asked = new URLSearchParams(window.location.search).get("mode");
  if (asked === "dark" || asked === "light") choice = asked;
  apply();
  dark?.addEventListener("change", apply);
}

export function useChoice(): Choice {
  return useSyncExternalStore(onMode, () => choice);
}
