// After a rollback that left something which the plan forbids, the main button mends or reads; it never goes forward.
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, it } from "vitest";
import type { RollbackItemView, RollbackProgress, RunSnapshot } from "../ipc";
import { mainWay } from "../state/readings";
import type { Fake } from "./host";
import { snapshotOf } from "./made-up";
import { open } from "./open";

const breach = (repair: string[]) => ({ id: "mixed", because: "The old Admins-UI would sign in at Keycloak while UserManagement writes to Cognito.", repair });
const breached =
  (repair: string[]) =>
  (s: RunSnapshot): RunSnapshot => ({
    ...s,
    breaches: [breach(repair)],
    phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((step) => (step.id === "post.1" ? { ...step, state: "done", state_words: "Done" } : step)) })),
  });

/** The rollback of a snapshot with other items, made of its first one and the rest. */
const withItems =
  (made: (first: RollbackItemView, rest: RollbackItemView[]) => Partial<RollbackProgress>) =>
  (s: RunSnapshot): RunSnapshot => {
    const [first, ...rest] = s.rollback?.items ?? [];
    if (s.rollback === null || first === undefined) throw new Error("this story has no rollback");
    return { ...s, rollback: { ...s.rollback, ...made(first, rest) } };
  };

it("after a breach the main button takes back what mends it, and leads to that plan", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,running");
  fake.scene = { ...fake.scene, story: "completed" };
  fake.edit = breached(["post.1"]);
  act(() => fake.push());
  const title = snapshotOf("completed")
    .phases.flatMap((p) => p.steps)
    .find((s) => s.id === "post.1")?.title;
  const main = screen.getByTestId("to-current");
  expect(main.textContent).toBe(`Take back: ${title}…`);
  expect(screen.getByTestId("breach-mixed").textContent).toContain("The plan forbids what is there now");
  await user.click(main);
  await waitFor(() => expect(window.location.hash).toBe("#/rollback?scope=step%3Apost.1"));
  // Another way back was asked for: its page is not the end of the one before it.
  await waitFor(() => expect(screen.queryByTestId("rollback-state")).toBeNull());
});

it("a breach without anything to take back is read first", () => {
  expect(mainWay(breached([])(snapshotOf("completed")))?.place).toEqual({ name: "live" });
  // What mends it has no effect: there is nothing to take back.
  expect(mainWay({ ...snapshotOf("completed"), breaches: [breach(["post.1"])] })?.place).toEqual({ name: "live" });
  expect(mainWay(snapshotOf("completed"))?.words).toMatch(/^Next: /);
});

it("nor does the page of a step or of a gate go forward over a breach", async () => {
  await open("#/run/mid.2", "silent,go", (fake) => {
    fake.edit = breached(["post.1"]);
  });
  expect(screen.getByTestId("to-current").textContent).toMatch(/^Take back: /);
  expect(screen.queryByText(/^Next: /)).toBeNull();
});

it("a rollback after which something still fails leads to what fails", async () => {
  const { fake } = await open("#/rollback", "silent,running");
  fake.scene = { ...fake.scene, story: "completed" };
  fake.edit = (s) => ({ ...s, monitors: s.monitors.map((m) => (m.id === "reval" ? { ...m, tone: "failing" as const } : m)) });
  act(() => fake.push());
  expect(screen.getByTestId("to-live").textContent).toBe("Look at what still fails");
  expect(screen.queryByTestId("to-current")).toBeNull();
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations.map((v) => v.id)).toEqual([]);
});

it("a rollback at something that was made and is not proven says whose turn it is and what is left; nothing is red", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,halted", (host) => {
    host.edit = withItems((first, rest) => {
      const more = { ...first, id: "aside", step: null, title: "Undo: aside", state: "done" };
      const later = { ...first, id: "later", step: null, title: "Undo: Lower the TTL", state: "to_do" };
      const why = 'The undo was made, but an after-check did not pass in time: "Reval answers" says HTTP 503.';
      return { why, items: [{ ...first, state: "unproven" }, more, later, ...rest.map((i) => ({ ...i, state: "to_do" }))] };
    });
  });
  expect(screen.getByTestId("rollback-state").textContent).toBe("Your turn: look");
  const look = screen.getByTestId("rollback-look").textContent ?? "";
  expect(look).toContain("says HTTP 503");
  expect(look).toContain("went on meanwhile: 1 item done");
  expect(look).toContain("The console goes on by itself once it holds, or once you say that you looked: Undo: Lower the TTL");
  expect(look).toContain("Then left for you: Tell people");
  const main = screen.getByRole("main");
  expect(main.textContent).not.toContain("Stopped");
  expect(screen.getByTestId("rollback-retry").textContent).toBe("Read it again");
  await user.click(screen.getByTestId("rollback-done"));
  await user.type(screen.getByTestId("reason-input"), "The old Reval was seen by the team; its load balancer is being mended.");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked.map((a) => a.command.do)).toEqual(["rollback_done"]);
});

it("what failed beside it stops the rollback: it is named and red, and what is said to be done is still the item whose turn it is", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,halted", (host) => {
    host.edit = withItems((first, rest) => {
      const failed = { ...first, id: "aside", step: null, title: "Undo: aside", state: "failed" };
      const why = "The undo was not applied. ChangeResourceRecordSets: not allowed. It went on beside top: The undo was made.";
      return { why, items: [{ ...first, state: "unproven" }, failed, ...rest.map((i) => ({ ...i, state: "to_do" }))] };
    });
  });
  expect(screen.getByTestId("rollback-state").textContent).toBe("Stopped");
  expect(screen.queryByTestId("rollback-look")).toBeNull();
  const main = screen.getByRole("main").textContent ?? "";
  expect(main).toContain("Stopped at: Undo: aside");
  expect(main).toContain("The undo was not applied.");
  expect(main).toContain("Failed");
  expect(screen.getByTestId("rollback-retry").textContent).toBe("Try this item again");
  const turn = (await fake.runSnapshot("")).rollback?.items[0]?.id;
  await user.click(screen.getByTestId("rollback-done"));
  await user.type(screen.getByTestId("reason-input"), "The old Reval was seen by the team; its load balancer is being mended.");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked.map((a) => a.command)).toEqual([{ do: "rollback_done", item: turn }]);
});

it("what a person kept says so, and is not counted as done", async () => {
  await open("#/rollback", "silent,halted", (host) => {
    host.edit = withItems((first, rest) => {
      const kept = { ...first, id: "kept", step: null, title: "Undo: kept", state: "kept" };
      return { items: [kept, { ...first, state: "done" }, ...rest.map((i) => ({ ...i, state: "stopped" }))] };
    });
  });
  const main = screen.getByRole("main").textContent ?? "";
  expect(main).toContain("Kept as it is");
  expect(main).toMatch(/1 of \d+ items done/);
});

it("while users are all right the way forward is the main button", async () => {
  await open("#/run/mid.3", "silent,done");
  expect(screen.getByTestId("to-current").className).toContain("main");
});

it("while users are affected the way forward is not the main button, and stays where it is", async () => {
  await open("#/run/mid.3", "silent,done", (fake) => {
    fake.edit = (s) => ({ ...s, users: { ...s.users, tone: "failing" } });
  });
  const on = screen.getByTestId("to-current");
  expect(on.textContent).toMatch(/^Next: /);
  expect(on.className).not.toContain("main");
});

const affected = (fake: Fake) => {
  fake.edit = (s) => ({ ...s, users: { ...s.users, tone: "failing" } });
};

it("while users are affected a step that is ready is not the main thing either", async () => {
  await open("#/run/mid.3", "silent,ready", affected);
  expect(screen.getByTestId("action-primary").className).not.toContain("main");
});

it("while users are affected the page that confirms a change says so", async () => {
  await open("#/run/mid.3/confirm", "silent,ready", affected);
  expect(screen.getByTestId("confirm-affected").textContent).toContain("Look at the way back");
  expect(screen.getByTestId("confirm-primary").className).not.toContain("w-main");
});

it("while users are all right a step that is ready is the main thing", async () => {
  await open("#/run/mid.3", "silent,ready");
  expect(screen.getByTestId("action-primary").className).toContain("main");
});

it("while users are all right the page that confirms a change speaks of nobody affected", async () => {
  await open("#/run/mid.3/confirm", "silent,ready");
  expect(screen.queryByTestId("confirm-affected")).toBeNull();
  expect(screen.getByTestId("confirm-primary").className).toContain("w-main");
});
