// The screens besides the first one are fetched later: until then they are awaited, and they are asked for where the window opens on one.
import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { fakeIpc } from "./host";
import { turns } from "./turns";

/** The window as it is before anything was fetched. */
async function anew(scene: string, hash: string, run = true) {
  const [{ App }, { Store }, later] = await Promise.all([import("../App"), import("../state/store"), import("../screens/later")]);
  const fake = fakeIpc(scene);
  const info = await fake.appInfo();
  if (!run) fake.appInfo = () => Promise.resolve({ ...info, run: null });
  const store = new Store(fake);
  window.location.hash = hash;
  await act(() => store.start());
  return { App, store, later };
}

let fetched = 0;

beforeEach(() => {
  vi.resetModules();
  fetched = 0;
  vi.doMock("../screens/all", async (original) => {
    fetched += 1;
    return await original();
  });
});

it("a screen that is not here yet is drawn once it is", async () => {
  const { App, store } = await anew("silent", "#/connection");
  expect(fetched).toBe(0);
  render(<App store={store} />);
  expect(screen.queryByRole("heading", { level: 1 })).toBeNull();
  expect(await screen.findByRole("heading", { level: 1, name: /connection/i })).toBeTruthy();
  await act(turns);
  expect(fetched).toBe(1);
});

it.each([
  ["a run", "silent", "", 1, true],
  ["the support window", "silent,support", "", 1, true],
  ["the start screen", "silent", "", 0, false],
  ["a page that was loaded again", "silent", "#/connection", 1, false],
])("opening on %s fetches what that needs, and no more", async (_, scene, hash, times, run) => {
  const { store, later } = await anew(scene, hash, run);
  await later.fetchWhatOpens(store);
  expect(fetched).toBe(times);
});
