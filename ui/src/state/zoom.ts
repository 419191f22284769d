// The size of everything, as in a browser: Ctrl/Cmd and +, − or 0. The core sets it, so that the layout
// follows as it does for a smaller window.
import type { Ipc } from "../ipc/port";

const STEPS = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400];
let percent = 100;

/** The percentage after one step up or down. */
export function nextZoom(from: number, way: -1 | 1): number {
  const next = way === 1 ? STEPS.find((s) => s > from) : STEPS.findLast((s) => s < from);
  return next ?? from;
}

export function zoom(ipc: Ipc, way: -1 | 0 | 1, fail: (thrown: unknown) => void): void {
  percent = way === 0 ? 100 : nextZoom(percent, way);
  ipc.setZoom(percent).catch(fail);
}

/** Which way the pressed keys zoom; undefined = they mean something else. */
export function zoomKey(event: KeyboardEvent): -1 | 0 | 1 | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  return { "+": 1, "=": 1, "-": -1, "0": 0 }[event.key] as -1 | 0 | 1 | undefined;
}
