// Between the answer to a command and the snapshot that shows what came of it, the same button does nothing: a double press asks once.
import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunSnapshot } from "../ipc";
import { HELD_MS } from "../state/session";
import { Store } from "../state/store";
import { byHand, followed, of } from "./by-hand";
import { fakeIpc } from "./host";
import { open, settle } from "./open";

const check = (step: string) => ["check", { do: "check", step }] as const;

async function desk() {
  const base: RunSnapshot = await fakeIpc("silent").runSnapshot("run-a");
  const core = byHand();
  const store = new Store(core.ipc);
  void store.open("run-a");
  await core.next("runSnapshot").answer(of(base, "run-a", 4));
  await core.next("subscribe").answer();
  const sent = () => core.calls.filter((c) => c.name === "submitRun").length;
  const accept = async (seq: number) => {
    await core.next("submitRun").answer({ seq });
  };
  const send = (seq: number) => core.send({ type: "snapshot", snapshot: of(base, "run-a", seq) });
  return { core, store, sent, accept, send };
}

afterEach(() => vi.useRealTimers());

describe("what was accepted", () => {
  it("is not sent again until a snapshot shows it; something else is", async () => {
    const { store, sent, accept, send } = await desk();
    void store.submit(...check("mid.3"));
    await accept(6);
    expect(store.get()).toMatchObject({ busy: null, held: "check" });
    expect(await store.submit(...check("mid.3"))).toBe(false);
    // One that is older than the answer shows nothing of it.
    await send(5);
    expect(await store.submit(...check("mid.3"))).toBe(false);
    expect([sent(), store.get().failure, store.get().held]).toEqual([1, null, "check"]);
    const rollback = store.submit("rollback", { do: "rollback", scope: "all", overrides: [], accept_breaches: [] });
    expect(sent()).toBe(2);
    await accept(7);
    expect(await rollback).toBe(true);
    await send(7);
    expect(store.get().held).toBeNull();
    void store.submit(...check("mid.3"));
    await followed();
    expect(sent()).toBe(3);
  });

  it("is not held where the snapshot was there before the answer, nor where it was refused", async () => {
    const { core, store, sent, accept, send } = await desk();
    void store.submit(...check("mid.3"));
    await send(6);
    await accept(6);
    expect(store.get().held).toBeNull();
    void store.submit(...check("mid.3"));
    await core.next("submitRun").fail("rejected");
    expect(store.get()).toMatchObject({ busy: null, held: null });
    void store.submit(...check("mid.3"));
    expect(sent()).toBe(3);
  });

  it("is free again after a while, whatever comes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { store, sent, accept } = await desk();
    void store.submit(...check("mid.3"));
    await accept(6);
    vi.advanceTimersByTime(HELD_MS - 1);
    expect(store.get().held).toBe("check");
    vi.advanceTimersByTime(1);
    expect(store.get().held).toBeNull();
    void store.submit(...check("mid.3"));
    expect(sent()).toBe(2);
  });

  it("of a run that was left holds nothing", async () => {
    const { store, accept } = await desk();
    void store.submit(...check("mid.3"));
    await accept(6);
    void store.open("run-b");
    expect(store.get().held).toBeNull();
  });
});

it("a double press on go asks once, and its button shows that it waits", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/gate/post", "silent,gate_ready");
  for (const field of await screen.findAllByRole("combobox")) if ((field as HTMLInputElement).value === "") await user.type(field, "n.lead");
  const push = fake.push;
  fake.push = () => undefined;
  const submit = fake.submitRun;
  fake.submitRun = async (...asked) => ({ seq: (await submit(...asked)).seq + 1 });
  fake.edit = (s) => ({ ...s, seq: s.seq + 1 });
  await user.click(screen.getByTestId("action-primary"));
  await settle();
  expect(screen.getByTestId("action-primary").dataset["loading"]).toBe("true");
  await user.click(screen.getByTestId("action-primary"));
  await settle();
  expect(fake.asked).toHaveLength(1);
  act(push);
  expect(screen.getByTestId("gate-state").textContent).toContain("Go");
  expect(screen.getByTestId("error-region").textContent).toBe("");
});

it("the second press of a double click does not end the drill that the first began", async () => {
  const { seen } = await import("../state/seen");
  const user = userEvent.setup();
  const { fake } = await open("#/rehearsal");
  const told: string[] = [];
  const flip = fake.submitRehearsal;
  fake.submitRehearsal = async (command) => {
    told.push(command.do);
    return flip(command);
  };
  seen.deadMs = 600;
  try {
    const button = screen.getAllByTestId(/^begin-/)[0] as HTMLElement;
    // It was seen long enough before the first press.
    await act(() => new Promise((done) => setTimeout(done, 800)));
    await user.dblClick(button);
    await settle();
    await user.click(button);
    await settle();
    expect(told).toEqual(["inject"]);
  } finally {
    seen.deadMs = 0;
  }
});
