import type { Ipc } from "./port";
import { tauri } from "./tauri";

/** The host. In development alone, a plain browser that opens `?fake=SCENE` gets the made-up world of the tests. */
export async function host(): Promise<Ipc> {
  // A constant in a build: nothing of what stands in here is part of the program.
  if (import.meta.env.DEV) {
    const scene = new URLSearchParams(window.location.search).get("fake");
    if (scene !== null && !("__TAURI_INTERNALS__" in window)) {
      const { fakeIpc } = await import("../test/host");
      return fakeIpc(scene);
    }
  }
  return tauri;
}

export * from "./port";
export type * from "./generated/wire";
