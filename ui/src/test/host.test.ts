// The real host over a shell that only notes what it was asked.
import { beforeEach, expect, it, vi } from "vitest";
import { commands } from "../ipc/generated/commands";
import samples from "../ipc/generated/samples.json";
import type { RunSnapshot, Update } from "../ipc";
import { Failure } from "../ipc/port";
import { tauri } from "../ipc/tauri";

const shell = vi.hoisted(() => ({ asked: [] as unknown[][], answer: null as unknown, channel: null as { onmessage: (message: unknown) => void } | null }));

vi.mock("@tauri-apps/api/core", () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined;
    constructor() {
      shell.channel = this;
    }
  },
  invoke: async (name: string, args: unknown) => {
    shell.asked.push([name, args]);
    if (shell.answer instanceof Error) throw shell.answer.cause;
    return shell.answer;
  },
}));

beforeEach(() => {
  shell.asked = [];
  shell.answer = null;
});

it("calls a command by its name, with its arguments by theirs", async () => {
  shell.answer = { events: [], head: 0 };
  await tauri.journalPage("run-7", 12, 50);
  shell.answer = { seq: 13 };
  await tauri.amendRun("run-7", "night-2", "sha256:amend", "m.example", "t.example takes over", null);
  shell.answer = { field: "email", value: "p@example.nhs.test" };
  await tauri.usersReveal({ lookup: "l-1", index: 0, field: "email", purpose: "4711" });
  shell.answer = samples.ConnectionView[0];
  await tauri.connectionCheck({ run: null, profile: "tis-prod", region: "eu-west-2" });
  expect(shell.asked).toEqual([
    ["journal_page", { run: "run-7", afterSeq: 12, limit: 50 }],
    ["amend_run", { run: "run-7", runbook: "night-2", target: null, basis: "sha256:amend", by: "m.example", reason: "t.example takes over" }],
    ["submit_support", { command: { do: "reveal", lookup: "l-1", index: 0, field: "email", purpose: "4711" } }],
    ["connection_check", { run: null, profile: "tis-prod", region: "eu-west-2" }],
  ]);
});

it("has every command, under its own name or a handier one", () => {
  const own = Object.keys(commands).filter((method) => method !== "submitSupport");
  expect(Object.keys(tauri).sort()).toEqual([...own, "usersReveal"].sort());
});

it("gives the checked answer, and refuses another one", async () => {
  shell.answer = samples.RunSnapshot[0];
  expect(await tauri.runSnapshot("run-7")).toEqual(samples.RunSnapshot[0]);
  expect(await tauri.uiReady().then((nothing) => [nothing])).toEqual([undefined]);
  shell.answer = { seq: "13" };
  await expect(tauri.submitRun("run-7", { command: { do: "hold" }, basis: null, by: "m.example", reason: "r" })).rejects.toThrow(/not as agreed: seq/);
});

it("a refusal of the core is one that a person can read", async () => {
  const refusal = { code: "guard", message: "Not here.", hint: "Elsewhere.", where: "the look-up" };
  shell.answer = new Error("refused", { cause: refusal });
  const thrown = await tauri.runList().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Failure);
  expect((thrown as Failure).api).toEqual(refusal);
});

it("a stream brings what passes, ends at what does not, and is silent after its end", async () => {
  const came: Update[] = [];
  const end = await tauri.subscribe("run-7", 3, (update) => came.push(update));
  const channel = shell.channel!;
  expect(shell.asked).toEqual([["subscribe", { run: "run-7", fromSeq: 3, channel }]]);
  const snapshot = samples.RunSnapshot[1] as RunSnapshot;
  channel.onmessage({ type: "snapshot", snapshot });
  channel.onmessage({ type: "snapshot", snapshot: { ...snapshot, seq: "x" } });
  expect(came).toEqual([
    { type: "snapshot", snapshot },
    { type: "ended", why: expect.stringMatching(/not as agreed: snapshot\.seq /) },
  ]);
  end();
  channel.onmessage({ type: "snapshot", snapshot });
  expect(came).toHaveLength(2);
});
