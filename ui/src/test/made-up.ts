// The made-up world as the core says it: read from `world/*.json`, which a test of the core writes (`cargo xtask types`).
// Nothing here is a value of its own: a scene is put together from what is in the files, and moved to another time.
import { type Operation, applyPatch } from "rfc6902";
import type { ConnectionView, EventView, RollbackPlanView, RunSnapshot } from "../ipc/generated/wire";
import desk from "./world/desk.json";
import plans from "./world/plans.json";
import scenes from "./world/scenes.json";
import seats from "./world/seats.json";

/** A value, or what differs from an earlier one of the same file. */
type Grown = { whole: unknown } | { from: string; patch: Operation[] };
type Entry = Grown & { kept: number; events: EventView[] };

/** How a file is believed to be: the core's types wrote it, and `world.test.ts` checks it against the window's. */
const as = <T>(file: unknown): T => file as T;

const SCENES = as<Record<string, Entry>>(scenes);
const SEATS = as<{ now: string; seats: Record<string, Pick<RunSnapshot, "driver" | "watching" | "lost">> }>(seats);
const ROLLBACKS = as<Record<string, Grown & { now: string }>>(plans.rollbacks);
const CONNECTIONS = as<Record<string, Grown>>(desk.connections);

function entry<E>(file: Record<string, E>, name: string): E {
  const found = file[name];
  if (found === undefined) throw new Error(`the made-up world has no “${name}”; it has ${Object.keys(file).join(", ")}`);
  return found;
}

/** A value in full; a new one at each call, so that a test may change it. */
function whole<T>(file: Record<string, Grown>, name: string): T {
  const one = entry(file, name);
  if ("whole" in one) return structuredClone(one.whole) as T;
  const value = whole<T>(file, one.from);
  const problems = applyPatch(value, structuredClone(one.patch)).filter((problem) => problem !== null);
  if (problems.length > 0) throw new Error(`“${name}” does not grow out of “${one.from}”: ${problems.join("; ")}`);
  return value;
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** The same with every time in it moved by so many milliseconds. */
export function moved<T>(value: T, ms: number): T {
  if (typeof value === "string") return (TIME.test(value) ? new Date(Date.parse(value) + ms).toISOString() : value) as T;
  if (Array.isArray(value)) return value.map((part: unknown) => moved(part, ms)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, moved(part as unknown, ms)])) as T;
}

/** The same as if its clock, which says `then`, said `now`. */
export const movedTo = <T>(value: T, then: string, now: number): T => moved(value, now - Date.parse(then));

const targets = ["rehearsal", "test", "preproduction", "production"] as const;
const seatNames = ["ours", ...Object.keys(SEATS.seats)];

export type Scene = {
  /** What happens: a scene of the file, such as `waiting`, `failing` or `turn`. */
  story: string;
  /** Where. The test and the preproduction target are reached by a custom endpoint. */
  target: (typeof targets)[number];
  /** Who drives the run. */
  seat: string;
  /** The stream sends nothing after the first snapshot. */
  silent: boolean;
  /** No run is open at the start. */
  start: boolean;
};

const stories = Object.keys(SCENES).filter((name) => !name.includes("@"));

/** What is said of a scene beside its story, target and seat; the support window, and what is known there, are the host's. */
const FLAGS = ["silent", "start", "support", "rehearse", "nowhere", "unvouched"];

/** A scene by its words, in any order: `silent,failing,production,other`. What is not said is the usual. */
export function sceneOf(words: string): Scene {
  const said = words.split(",").filter((word) => word !== "");
  const of = <W extends string>(known: readonly W[], usual: W): W => known.find((word) => said.includes(word)) ?? usual;
  for (const word of said) {
    if (![...stories, ...targets, ...seatNames, ...FLAGS].includes(word)) throw new Error(`the made-up world knows no “${word}”`);
  }
  return {
    story: of(stories, "waiting"),
    target: of(targets, "rehearsal"),
    seat: of(seatNames, "ours"),
    silent: said.includes("silent"),
    start: said.includes("start"),
  };
}

/** The name of a scene in the files. */
export const nameOf = (scene: Scene): string => (scene.target === "rehearsal" ? scene.story : `${scene.story}@${scene.target}`);

/** Whether the files tell of it. */
export const hasScene = (scene: Scene): boolean => nameOf(scene) in SCENES;

/** What a seat changes of a snapshot; the core's own test holds it to be all. */
function seated(snapshot: RunSnapshot, seat: string): RunSnapshot {
  if (seat === "ours") return snapshot;
  const at = movedTo(entry(SEATS.seats, seat), SEATS.now, Date.parse(snapshot.now));
  const refuse = <O extends { refused: string | null }>(offers: O[]): O[] => offers.map((offer) => ({ ...offer, refused: at.watching }));
  const phases = snapshot.phases.map((phase) => ({
    ...phase,
    gate: phase.gate === null ? null : { ...phase.gate, offers: refuse(phase.gate.offers) },
    steps: phase.steps.map((step) => ({ ...step, offers: refuse(step.offers) })),
  }));
  return { ...snapshot, ...at, phases };
}

/** What the window is sent in a scene. */
export function snapshotOf(scene: Scene | string, now = Date.now()): RunSnapshot {
  const of = typeof scene === "string" ? sceneOf(scene) : scene;
  const snapshot = whole<RunSnapshot>(SCENES, nameOf(of));
  return seated(movedTo(snapshot, snapshot.now, now), of.seat);
}

/** The journal of a scene, from its first event. */
export function eventsOf(scene: Scene, now = Date.now()): EventView[] {
  const all = (name: string): EventView[] => {
    const one = entry(SCENES, name);
    return [...("from" in one ? all(one.from).slice(0, one.kept) : []), ...one.events];
  };
  return movedTo(all(nameOf(scene)), whole<RunSnapshot>(SCENES, nameOf(scene)).now, now);
}

/** The plan of a rollback by its name in the file: its scene and its scope, such as `failing rule:R3`. */
export function planOf(name: string, now = Date.now()): RollbackPlanView {
  return movedTo(whole<RollbackPlanView>(ROLLBACKS, name), entry(ROLLBACKS, name).now, now);
}

/** Whether there is such a plan. */
export const hasPlan = (name: string): boolean => name in ROLLBACKS;

/** A connection by what it is asked for. */
export const connectionOf = (name: string, now = Date.now()): ConnectionView => movedTo(whole<ConnectionView>(CONNECTIONS, name), desk.now, now);
