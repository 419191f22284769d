// What the clock's beat and a new reading draw again: what shows them, and nothing else.
import { act, render, screen } from "@testing-library/react";
import { type ComponentType, createElement, Profiler } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { App } from "../App";
import { fetchLists } from "../kit";
import { fetchScreens } from "../screens/later";
import { type Fake, fakeIpc } from "./host";
import type { RunSnapshot } from "../ipc";
import { seen } from "../state/seen";
import { Store } from "../state/store";

const { draws, counted } = vi.hoisted(() => {
  // The set-up of the tests has fetched the screens as they are: here they are read again, with what is counted in them.
  vi.resetModules();
  const draws = new Map<string, number>();
  /** The module with these components counted: how often they, or anything in them, are drawn. */
  const counted = async (original: () => Promise<unknown>, ...names: string[]): Promise<Record<string, unknown>> => {
    const all = (await original()) as Record<string, ComponentType<object>>;
    const wrapped = names.map((name) => {
      const inner = all[name];
      if (inner === undefined) throw new Error(`there is no component ${name}`);
      const onRender = () => draws.set(name, (draws.get(name) ?? 0) + 1);
      return [name, (props: object) => createElement(Profiler, { id: name, onRender }, createElement(inner, props))] as const;
    });
    return { ...all, ...Object.fromEntries(wrapped) };
  };
  return { draws, counted };
});

vi.mock("../components/LeftRail", (original) => counted(original, "LeftRail"));
vi.mock("../components/Banner", (original) => counted(original, "Banner"));
vi.mock("../components/RightRail", (original) => counted(original, "RightRail"));
vi.mock("../components/Notices", (original) => counted(original, "Notices"));
vi.mock("../components/ActionBar", (original) => counted(original, "ActionBar"));
vi.mock("../screens/step/Head", (original) => counted(original, "StepHead", "Guide"));
vi.mock("../screens/step/Checks", (original) => counted(original, "Before"));

const STILL = ["LeftRail", "Banner", "Notices", "StepHead", "Guide"];

/** How often each was drawn while this happened. */
async function drawn(work: () => unknown): Promise<(name: string) => number> {
  draws.clear();
  await act(async () => {
    await work();
  });
  const then = new Map(draws);
  return (name) => then.get(name) ?? 0;
}

async function start(): Promise<Fake> {
  seen.deadMs = 0;
  const fake = fakeIpc("silent,production,ready");
  // The banner counts the minutes of the sign-in.
  fake.edit = (s) => ({ ...s, sign_in_until: new Date(Date.now() + 54.5 * 60_000).toISOString() });
  await Promise.all([fetchScreens(), fetchLists()]);
  const store = new Store(fake);
  window.location.hash = "#/run/mid.3";
  await act(() => store.start());
  render(<App store={store} />);
  for (const name of [...STILL, "RightRail", "ActionBar", "Before"]) expect(draws.get(name), name).toBeGreaterThan(0);
  // From here on the core sends the same, but for the time.
  const first = store.get().snapshot;
  fake.edit = () => ({ ...(structuredClone(first) as RunSnapshot), now: new Date().toISOString() });
  return fake;
}

beforeEach(() => {
  draws.clear();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "Date", "performance"] });
  // Twenty seconds before the minute is over: the banner's clock shows minutes.
  vi.setSystemTime(new Date("2026-11-29T23:40:40Z"));
});
afterEach(() => {
  vi.useRealTimers();
});

it("ten beats of the clock draw what shows an age, and nothing else", async () => {
  await start();
  const times = await drawn(() => vi.advanceTimersByTimeAsync(10_000));
  expect(times("RightRail")).toBeGreaterThanOrEqual(10);
  expect(Object.fromEntries(STILL.map((name) => [name, times(name)]))).toEqual(Object.fromEntries(STILL.map((name) => [name, 0])));
  expect(times("ActionBar")).toBe(0);
});

it("a snapshot that says the same draws nothing but what shows an age", async () => {
  const fake = await start();
  const times = await drawn(() => fake.push());
  for (const name of [...STILL, "ActionBar", "Before"]) expect(times(name), name).toBe(0);
});

it("a monitor's new reading draws the rail that shows it", async () => {
  const fake = await start();
  const same = fake.edit;
  fake.edit = (s) => {
    const next = same(s);
    return { ...next, monitors: next.monitors.map((m, i) => (i === 0 ? { ...m, observed_at: next.now } : m)) };
  };
  const times = await drawn(() => fake.push());
  expect(times("RightRail")).toBeGreaterThan(0);
  for (const name of [...STILL, "ActionBar", "Before"]) expect(times(name), name).toBe(0);
});

it("a check's new reading draws the step's checks, and neither its head nor the way through the run", async () => {
  const fake = await start();
  const same = fake.edit;
  fake.edit = (s) => {
    const next = same(s);
    return {
      ...next,
      phases: next.phases.map((p) => ({
        ...p,
        steps: p.steps.map((x) => (x.id === "mid.3" ? { ...x, before: x.before.map((r) => ({ ...r, observed_at: next.now })) } : x)),
      })),
    };
  };
  const times = await drawn(() => fake.push());
  expect(times("Before")).toBeGreaterThan(0);
  for (const name of STILL) expect(times(name), name).toBe(0);
});

it("what a component shows and what changed is drawn", async () => {
  const fake = await start();
  const same = fake.edit;
  fake.edit = (s) => {
    const next = same(s);
    return {
      ...next,
      title: "Another night",
      phases: next.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === "mid.3" ? { ...x, title: "Switch it", look_at: ["the graph"] } : x)) })),
    };
  };
  const times = await drawn(() => fake.push());
  for (const name of ["LeftRail", "Banner", "StepHead", "Guide", "ActionBar"]) expect(times(name), name).toBeGreaterThan(0);
  expect(screen.getByTestId("banner").textContent).toContain("Another night");
  expect(screen.getByTestId("step-mid.3").textContent).toContain("Switch it");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Switch it");
  // A minute later its clock is another one.
  const later = await drawn(() => vi.advanceTimersByTimeAsync(21_000));
  expect(later("Banner")).toBe(1);
});
