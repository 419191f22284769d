import type { Ipc } from "./port";
import { tauri } from "./tauri";

/** The host: the fake one only in a plain browser opened with ?fake, never inside the console. */
export async function host(): Promise<Ipc> {
  const scene = new URLSearchParams(window.location.search).get("fake");
  if (scene !== null && !("__TAURI_INTERNALS__" in window)) {
    const { fakeIpc } = await import("./fake");
    return fakeIpc(scene);
  }
  return tauri;
}

export * from "./port";
export type * from "./generated/wire";
