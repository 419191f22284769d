import type { Ipc } from "./port";

/** The host: the fake one only when the page is opened with ?fake, never by itself. */
export async function host(): Promise<Ipc> {
  if (new URLSearchParams(window.location.search).has("fake")) {
    const { fakeIpc } = await import("./fake");
    return fakeIpc(new URLSearchParams(window.location.search).get("fake") ?? "");
  }
  const { tauri } = await import("./tauri");
  return tauri;
}

export * from "./port";
export type * from "./generated/wire";
