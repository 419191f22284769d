import { act, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../App";
import { fakeIpc } from "./host";
import { open } from "./open";
import { Store } from "../state/store";

describe("status never lies", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function start(scene: string) {
    const fake = fakeIpc(scene);
    const store = new Store(fake);
    window.location.hash = "#/run/mid.3";
    await act(() => store.start());
    render(<App store={store} />);
    return { fake, store };
  }
  const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

  it("a reading that is too old becomes Unknown with its age, and users become “Can't tell”", async () => {
    await start("silent");
    const row = () => screen.getByTestId("monitor-admins-ui");
    expect(within(row()).getByText("Passing")).toBeTruthy();
    expect(screen.getByTestId("answer-users").textContent).toContain("Users all right");
    await pass(360);
    expect(within(row()).getByText("Unknown")).toBeTruthy();
    expect(row().textContent).toContain("last read 6 min ago");
    expect(row().querySelector(".shape.k-unknown")).toBeTruthy();
    expect(screen.getByTestId("answer-users").textContent).toContain("Can't tell");
    expect(screen.getByTestId("check-routes").dataset["tone"]).toBe("unknown");
    expect(screen.getByTestId("check-routes").textContent).toMatch(/^Unknown.*last read 6 min ago$/);
  });

  it("one stale monitor is enough for “Can't tell”, while updates still come", async () => {
    const { fake } = await start("silent");
    fake.edit = (s) => ({
      ...s,
      monitors: s.monitors.map((m) => (m.id === "dns" ? { ...m, observed_at: new Date(Date.now() - 90_000).toISOString() } : m)),
    });
    act(() => fake.push());
    expect(screen.queryByText("Status is not live")).toBeNull();
    expect(screen.getByTestId("answer-users").textContent).toContain("Can't tell");
    expect(screen.getByTestId("answer-users").textContent).toContain("DNS last read 1 min ago");
  });

  it("ages run at the rehearsal's speed", async () => {
    const { fake } = await start("silent");
    fake.edit = (s) => ({ ...s, banner: { ...s.banner, speed: 10 } });
    act(() => fake.push());
    await pass(7);
    expect(screen.getByTestId("monitor-admins-ui").dataset["tone"]).toBe("unknown");
  });

  it("silence for 15 s is said as an alert, and the way back stays", async () => {
    await start("silent");
    await pass(14);
    expect(screen.queryByText("Status is not live")).toBeNull();
    await pass(3);
    expect(within(screen.getByTestId("not-live")).getByText("Status is not live")).toBeTruthy();
    expect(screen.getByTestId("not-live").getAttribute("role")).toBe("alert");
    expect(screen.getByTestId("rollback-open").getAttribute("href")).toBe("#/rollback");
    expect(screen.getByTestId("answer-way-back").textContent).toContain("status is not live");
  });

  it("an ended stream is not trusted, and can be connected again", async () => {
    const { fake } = await start("silent");
    act(() => fake.end("The lease was taken by another desk."));
    expect(screen.getByTestId("not-live").textContent).toContain("The lease was taken by another desk.");
    await act(async () => screen.getByText("Connect again").click());
    await pass(0);
    expect(screen.queryByText("Status is not live")).toBeNull();
  });

  it("blindness never takes the way back away; nothing to undo does", async () => {
    const { fake } = await start("silent");
    fake.edit = (s) => ({
      ...s,
      users: { tone: "unknown", headline: "Can't tell", note: "" },
      way_back: { ...s.way_back, answer: { tone: "waiting", headline: "Can go back: 2 things not proven", note: "a" }, missing: ["a", "b"] },
    });
    act(() => fake.push());
    expect(screen.getByTestId("rollback-open")).toBeTruthy();
    expect(screen.getByTestId("answer-way-back").dataset["kind"]).toBe("blocked");
    fake.edit = (s) => ({ ...s, way_back: { ...s.way_back, something_to_undo: false, proposal: null } });
    act(() => fake.push());
    expect(screen.queryByTestId("rollback-open")).toBeNull();
  });
});

it("a limit that has passed stands outside what scrolls, so that its words are never cut", async () => {
  await open("#/live", "silent,failing");
  const due = screen.getByTestId("decision-due");
  expect(due.textContent).toContain("Nothing happens by itself");
  expect(due.closest(".rail-middle")).toBeNull();
  expect(due.closest(".rail")).not.toBeNull();
});
