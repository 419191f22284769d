// Pages whose answers come late, or in another order than they were asked for.
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { AmendmentView, ConnectionView, JournalPage } from "../ipc";
import { failureOf } from "./by-hand";
import { open, settle } from "./open";

/** Questions to be answered by hand, by their names. */
function byName<T>() {
  const waiting = new Map<string, { answer: (value: T) => void; fail: (thrown: unknown) => void }>();
  return {
    ask: (name: string) => new Promise<T>((answer, fail) => waiting.set(name, { answer, fail })),
    asked: () => [...waiting.keys()],
    answer: (name: string, value: T) => act(async () => waiting.get(name)?.answer(value)),
    fail: (name: string) => act(async () => waiting.get(name)?.fail(failureOf("internal", `${name} failed`))),
  };
}

it("the connection that was checked last is shown, whichever answer comes last", async () => {
  const checks = byName<ConnectionView>();
  const views: ConnectionView[] = [];
  await open("#/connection", "silent", (fake) => {
    const check = fake.connectionCheck;
    fake.connectionCheck = async (ask) => {
      if (ask.run !== null) views.push(await check(ask));
      return checks.ask(ask.profile ?? "the run");
    };
  });
  const user = userEvent.setup();
  await checks.answer("the run", views[0] as ConnectionView);
  const buttons = screen.getAllByTestId(/^check-with-/).slice(0, 2);
  const names = buttons.map((button) => (button.dataset["testid"] ?? "").replace("check-with-", ""));
  for (const button of buttons) await user.click(button);
  expect(checks.asked()).toEqual(["the run", ...names]);
  for (const name of names.toReversed()) await checks.answer(name, { ...(views[0] as ConnectionView), about: `profile ${name}` });
  await settle();
  expect(screen.getByTestId("connection-about").textContent).toContain(`profile ${names[1]}`);
});

it("a plan is amended from the runbook that is shown, whichever answer comes last", async () => {
  const compared = byName<AmendmentView>();
  const views: AmendmentView[] = [];
  const { fake } = await open("#/amend", "silent", (core) => {
    const amendment = core.amendment;
    core.amendment = async (run, runbook, target) => {
      views.push({ ...(await amendment(run, "night-2", target)), digest: `sha256:${runbook}` });
      return compared.ask(runbook);
    };
  });
  const user = userEvent.setup();
  for (const path of ["/one", "/two"]) {
    fake.chosen = path;
    await user.click(screen.getByTestId("file-choose"));
  }
  await compared.answer("/two", views[1] as AmendmentView);
  await compared.answer("/one", views[0] as AmendmentView);
  await settle();
  await user.type(screen.getByTestId("amend-reason"), "more time");
  await user.click(screen.getByTestId("amend-confirm"));
  expect(fake.amended).toMatchObject([{ runbook: "/two", basis: "sha256:/two" }]);
});

it("the timeline is read though the journal goes on faster than it answers", async () => {
  const pages = byName<JournalPage>();
  let asked = 0;
  const { fake } = await open("#/timeline", "silent", (core) => {
    core.journalPage = () => {
      asked += 1;
      return pages.ask(`page ${asked}`);
    };
  });
  const event = (seq: number): JournalPage["events"][number] => ({
    seq,
    at: "2026-11-29T23:40:00Z",
    kind: "held",
    step: null,
    actor: "m.example",
    sentence: `Event ${seq}`,
  });
  const rows = () =>
    within(screen.getByTestId("timeline"))
      .getAllByTestId(/^event-/)
      .map((li) => li.dataset["testid"]);
  for (const seq of [50, 60]) {
    fake.edit = (s) => ({ ...s, seq });
    act(() => fake.push());
    await settle();
  }
  expect(asked).toBe(3);
  await pages.answer("page 1", { events: [event(1), event(2)], head: 2 });
  expect(rows()).toEqual(["event-2", "event-1"]);
  // What was asked for twice is shown once, and the rest is carried on with.
  await pages.answer("page 3", { events: [event(1), event(2), event(3)], head: 4 });
  expect(asked).toBe(4);
  await pages.answer("page 2", { events: [event(1)], head: 4 });
  await pages.answer("page 4", { events: [event(4)], head: 4 });
  expect(rows()).toEqual(["event-4", "event-3", "event-2", "event-1"]);
});

it("a source list that is chosen after the screen was left is not held", async () => {
  const lists = byName<null>();
  const { fake } = await open("#/users", "silent", (core) => {
    core.chooseSource = () => lists.ask("list");
  });
  const user = userEvent.setup();
  await user.click(screen.getByTestId("source-choose"));
  act(() => {
    window.location.hash = "#/live";
  });
  await settle();
  expect(fake.listsForgotten).toBe(0);
  await lists.answer("list", null);
  await settle();
  expect(fake.listsForgotten).toBe(1);
});

it("a fault that could not be switched is told in its own run, and not in another", async () => {
  const flips = byName<{ run: string | null }>();
  const { fake, store } = await open("#/rehearsal", "silent", (core) => {
    core.submitRehearsal = (command) => flips.ask("fault" in command ? command.fault : command.do);
  });
  const user = userEvent.setup();
  const [one = "", two = ""] = (await fake.rehearsalView()).faults.map((f) => f.name);
  await user.click(screen.getByTestId("faults-fold"));
  await user.click(screen.getByTestId(`fault-${one}`));
  await user.click(screen.getByTestId(`fault-${two}`));
  await flips.fail(one);
  await settle();
  expect(screen.getByTestId("error-region").textContent).toContain(`${one} failed`);
  fake.edit = (s) => ({ ...s, run: "run-8" });
  await act(() => store.open("run-8"));
  await settle();
  expect(screen.getByTestId("error-region").textContent).toBe("");
  await flips.fail(two);
  await settle();
  expect(screen.getByTestId("error-region").textContent).toBe("");
});
