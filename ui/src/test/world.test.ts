// The made-up world itself: it is as the window agreed with the core, it moves in time, and nothing of it ships.
import { build } from "vite";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { nothingMadeUp } from "../../vite.made-up";
import { host } from "../ipc";
import { type Ipc, checked } from "../ipc/port";
import * as checks from "../ipc/generated/checks";
import { tauri } from "../ipc/tauri";
import { fakeIpc } from "./host";
import { connectionOf, eventsOf, moved, planOf, sceneOf, snapshotOf } from "./made-up";
import desk from "./world/desk.json";
import plans from "./world/plans.json";
import scenes from "./world/scenes.json";
import seats from "./world/seats.json";

const named = (file: object): string[] => Object.keys(file);
const words = (name: string): string => name.replace("@", ",");

describe("what the core wrote", () => {
  it.each(named(scenes))("the scene %s is as agreed, with a journal up to its last event", (name) => {
    const snapshot = snapshotOf(words(name));
    expect(checked(checks.RunSnapshot, snapshot, name)).toEqual(snapshot);
    const events = eventsOf(sceneOf(words(name)));
    expect(checked(checks.JournalPage, { events, head: events.length }, name).events).toEqual(events);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
    expect(events).toHaveLength(snapshot.seq);
  });

  it.each(named(plans.rollbacks))("the plan of %s is as agreed", (name) => {
    const plan = planOf(name);
    expect(checked(checks.RollbackPlanView, plan, name)).toEqual(plan);
  });

  it.each(named(seats.seats))("the seat %s leaves a run that can't be driven from here", (seat) => {
    const snapshot = snapshotOf(`gate_ready,${seat}`);
    expect(checked(checks.RunSnapshot, snapshot, seat).watching).not.toBeNull();
    const offers = snapshot.phases.flatMap((phase) => [...(phase.gate?.offers ?? []), ...phase.steps.flatMap((step) => step.offers)]);
    expect(offers.length).toBeGreaterThan(3);
    for (const offer of offers) expect(offer.refused).toBe(snapshot.watching);
  });

  it.each(named(desk.connections))("the connection of %s is as agreed", (name) => {
    const connection = connectionOf(name);
    expect(checked(checks.ConnectionView, connection, name)).toEqual(connection);
  });

  it("the host's other answers are as agreed", async () => {
    const host = fakeIpc("silent,foreign");
    const answers = [
      [checks.WindowInfo, await host.windowInfo()],
      [checks.AppInfo, await host.appInfo()],
      [z.array(checks.RunbookView), await host.runbooks()],
      [checks.RehearsalView, await host.rehearsalView()],
      [checks.AmendmentView, await host.amendment("run-7", "other", null)],
      [checks.FieldPlanView, await host.fieldPlan("run-7", "mid.3", { A: "restore", ttl: "keep" })],
      [checks.ProfilesView, await host.profileList()],
      [checks.ReportView, await host.reportView("run-7")],
      [checks.LookupPlaces, await host.usersPlaces()],
      [checks.LookupView, await host.usersFind({ query: "bloggs", purpose: null, run: null, target: null, pools: [], source: false })],
      [checks.DetailView, await host.usersDetail({ lookup: "lookup-1", index: 0, purpose: "" })],
      [checks.SourceListView, await host.chooseSource()],
    ] as const;
    for (const [check, answer] of answers) expect(check.parse(answer)).toEqual(answer);
  });
});

it("moves every time of a scene, and no other word of it", () => {
  const told = { at: "2026-11-29T00:00:00.5Z", note: "since 12:00am on 2026-11-29", list: [{ until: "2026-11-29T00:01:00Z" }, null, 7] };
  expect(moved(told, 3_600_000)).toEqual({
    at: "2026-11-29T01:00:00.500Z",
    note: "since 12:00am on 2026-11-29",
    list: [{ until: "2026-11-29T01:01:00.000Z" }, null, 7],
  });
  const now = Date.parse("2030-01-01T00:00:00Z");
  expect(snapshotOf("failing", now).now).toBe("2030-01-01T00:00:00.000Z");
});

it("knows no scene that the core did not write", () => {
  expect(() => sceneOf("wating")).toThrow("knows no “wating”");
  expect(() => snapshotOf("turn,production")).toThrow("has no “turn@production”");
});

describe("in development", () => {
  afterEach(() => {
    delete (window as { __TAURI_INTERNALS__?: unknown }).__TAURI_INTERNALS__;
    window.history.replaceState(null, "", "/");
  });
  const state = async (ipc: Ipc): Promise<string | undefined> =>
    (await ipc.runSnapshot("run-7")).phases.flatMap((phase) => phase.steps).find((step) => step.id === "mid.3")?.state;

  it("a plain browser is shown the scene that its address names", async () => {
    window.history.replaceState(null, "", "/?fake=failing,production");
    const ipc = await host();
    expect(await state(ipc)).toBe("unverified");
    expect((await ipc.runSnapshot("run-7")).banner.word).toBe("PRODUCTION");
  });

  it("the console is not, whatever its address says", async () => {
    window.history.replaceState(null, "", "/?fake=failing");
    (window as { __TAURI_INTERNALS__?: unknown }).__TAURI_INTERNALS__ = {};
    expect(await host()).toBe(tauri);
  });

  it("a command leads on to what the core would say next", async () => {
    const ipc = fakeIpc("silent,ready");
    const apply = { command: { do: "apply", step: "mid.3" }, basis: null, by: "m.example", reason: null } as const;
    const { seq } = await ipc.submitRun("run-7", apply);
    expect(await state(ipc)).toBe("applying");
    expect(seq).toBe((await ipc.runSnapshot("run-7")).seq);
    // What no scene tells of changes nothing.
    await ipc.submitRun("run-7", { ...apply, command: { do: "skip", step: "mid.4" } });
    expect(await state(ipc)).toBe("applying");
  });
});

describe("a build", () => {
  afterEach(() => vi.unstubAllEnvs());

  /** The scripts of a build from this file, as they would ship. */
  async function built(entry: string): Promise<string> {
    vi.stubEnv("NODE_ENV", "production");
    const out = await build({
      configFile: false,
      logLevel: "silent",
      mode: "production",
      plugins: [nothingMadeUp()],
      build: { write: false, minify: false, lib: { entry, formats: ["es"], fileName: "built" } },
    });
    const outputs = (Array.isArray(out) ? out : [out]).flatMap((one) => ("output" in one ? one.output : []));
    return outputs.map((part) => (part.type === "chunk" ? part.code : "")).join("\n");
  }
  const file = (name: string): string => new URL(name, import.meta.url).pathname;

  it("of the window's way to the core has nothing of the made-up world", async () => {
    const code = await built(file("../ipc/index.ts"));
    expect(code).toContain("__TAURI_INTERNALS__");
    expect(code).not.toContain("fakeIpc");
  });

  it("that holds something of it fails", async () => {
    await expect(built(file("./host.ts"))).rejects.toThrow("which is for tests alone");
  });
});
