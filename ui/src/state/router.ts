// One typed table of screens; the address after # is the only state of the router.
import { useSyncExternalStore } from "react";
import type { ScopeView } from "../ipc";

/** The step that a place is about, where it is about one. */
export const stepOf = (place: Place): string | undefined => ("step" in place ? place.step : undefined);

/** Every screen: its name, its pattern and whether it needs an open run. */
export const routes = [
  { name: "start", path: "/start", title: "Start", run: false },
  { name: "runbook", path: "/runbook", title: "Open a runbook", run: false },
  { name: "run", path: "/run", title: "Run", run: true },
  { name: "step", path: "/run/:step", title: "Step", run: true },
  { name: "confirm", path: "/run/:step/confirm", title: "Confirm", run: true },
  { name: "fields", path: "/run/:step/fields", title: "Field by field", run: true },
  { name: "gate", path: "/gate/:phase", title: "Go or no-go", run: true },
  { name: "rollback", path: "/rollback", title: "Roll back", run: true },
  { name: "live", path: "/live", title: "Live", run: true },
  { name: "decisions", path: "/decisions", title: "Decisions", run: true },
  { name: "amend", path: "/amend", title: "Amend the plan", run: true },
  { name: "war-room", path: "/war-room", title: "War room", run: true },
  { name: "timeline", path: "/timeline", title: "Timeline", run: true },
  { name: "users", path: "/users", title: "Look up a user", run: false },
  { name: "report", path: "/report", title: "Report", run: true },
  { name: "connection", path: "/connection", title: "Connection", run: false },
  { name: "rehearsal", path: "/rehearsal", title: "Rehearsal", run: true },
] as const;

export type RouteName = (typeof routes)[number]["name"];

/** Where the window is. */
export type Place =
  | { name: Exclude<RouteName, "step" | "confirm" | "fields" | "gate" | "rollback"> }
  | { name: "step" | "confirm" | "fields"; step: string }
  | { name: "gate"; phase: string }
  | { name: "rollback"; scope: ScopeView | null };

export function scopeText(scope: ScopeView): string {
  if (scope === "all") return "all";
  return "step" in scope ? `step:${scope.step}` : `rule:${scope.rule}`;
}

function scopeOf(text: string | null): ScopeView | null {
  if (text === null) return null;
  if (text === "all") return "all";
  const [kind, ...rest] = text.split(":");
  const id = rest.join(":");
  if (id === "") return null;
  return kind === "step" ? { step: id } : kind === "rule" ? { rule: id } : null;
}

export function href(place: Place): string {
  switch (place.name) {
    case "step":
      return `#/run/${encodeURIComponent(place.step)}`;
    case "confirm":
      return `#/run/${encodeURIComponent(place.step)}/confirm`;
    case "fields":
      return `#/run/${encodeURIComponent(place.step)}/fields`;
    case "gate":
      return `#/gate/${encodeURIComponent(place.phase)}`;
    case "rollback":
      return place.scope === null ? "#/rollback" : `#/rollback?scope=${encodeURIComponent(scopeText(place.scope))}`;
    default:
      return `#/${place.name}`;
  }
}

/** Reads an address; what is not in the table is the start. */
export function parse(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const have = path
    .split("/")
    .filter((s) => s !== "")
    .map(safeDecode);
  for (const route of routes) {
    const want = route.path.split("/").filter((s) => s !== "");
    if (want.length !== have.length) continue;
    if (!want.every((w, i) => w.startsWith(":") || w === have[i])) continue;
    if (route.name === "gate") return { name: route.name, phase: have[1] ?? "" };
    if (route.name === "step" || route.name === "confirm" || route.name === "fields") return { name: route.name, step: have[1] ?? "" };
    if (route.name === "rollback") {
      return { name: "rollback", scope: scopeOf(new URLSearchParams(query).get("scope")) };
    }
    return { name: route.name };
  }
  return { name: "start" };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function go(place: Place): void {
  window.location.hash = href(place);
}

function listen(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

/** The address, as text: stable between renders. */
export function useHash(): string {
  return useSyncExternalStore(listen, () => window.location.hash);
}
