import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { lossWords } from "../format/undo";
import type { RollbackItemView, RollbackPlanView, RunSnapshot, StepView } from "../ipc";
import { planOf } from "./made-up";
import { open } from "./open";

const undo: RollbackItemView = {
  id: "mid.4",
  step: "mid.4",
  title: "Undo: Append cognito",
  kind: "undo",
  restores: ["prod"],
  now: ["prod,cognito"],
  changed_outside: null,
  loses: ["Users created since.", "Passwords that were chosen."],
  because: "",
  preconditions: [],
  preview: null,
  state: "to_do",
};

const roll: RollbackItemView = {
  ...undo,
  id: "mid.5",
  step: "mid.5",
  title: "Publish: Start it anew",
  kind: "publish",
  restores: [
    "Restores nothing by itself: only now do programs read what was taken back before it",
    "It also shows what “The flag” changed, which nobody has published yet",
  ],
  now: ["task definition usermanagement:7"],
  loses: [],
  because: "publishes mid.4",
};

const changed = (s: RunSnapshot, part: Partial<StepView>): RunSnapshot => ({
  ...s,
  phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === "mid.5" ? { ...x, publishes: ["mid.4"], ...part } : x)) })),
});

const plan = (items: RollbackItemView[]): RollbackPlanView => ({
  ...planOf("failing rule:R3"),
  items,
  breaches: items.some((i) => i.loses.length > 0) ? [{ id: "loses-mid.4", because: "Taking mid.4 back loses: Users created since.", repair: [] }] : [],
});

it("a publication restores nothing: it has no image of before, and counts as no change", async () => {
  await open("#/rollback", "silent,failing", (fake) => {
    fake.rollbackPlan = async () => plan([undo, roll]);
  });
  const row = within(screen.getByTestId("rollback-item-mid.5"));
  const cells = row.getAllByRole("cell");
  const words = cells.find((c) => c.getAttribute("colspan") === "2");
  expect(words?.textContent).toContain("Restores nothing by itself");
  expect(words?.textContent).toContain("It also shows what “The flag” changed");
  expect(words?.textContent).toContain("Stays as it is: task definition usermanagement:7");
  expect(row.getByRole("rowheader").textContent).toContain("Done once more by the console, because it makes “Switch Reval to new pool” seen");
  expect(screen.getByTestId("rollback-confirm").textContent).toContain("Roll back 1 change on");
  // The column of images is there for the one that has them.
  expect(screen.getByText("As it was before")).toBeTruthy();
});

it("a publication that is owed alone is no rollback of anything", async () => {
  await open("#/rollback", "silent,failing", (fake) => {
    fake.rollbackPlan = async () => plan([roll]);
  });
  expect(screen.queryByText("As it was before")).toBeNull();
  expect(screen.getByText("What it does")).toBeTruthy();
  expect(screen.getByTestId("rollback-confirm").textContent).toContain("Make it seen on");
});

it("a loss is accepted by its step's name, and is no breach that would be left", async () => {
  const user = userEvent.setup();
  await open("#/rollback", "silent,failing", (fake) => {
    fake.rollbackPlan = async () => plan([undo, roll]);
  });
  expect(screen.queryByText("It would leave")).toBeNull();
  expect(screen.getByTestId("why-not").textContent).toBe("1 loss to accept by name.");
  const tick = screen.getByTestId("breach-loses-mid.4");
  expect(tick.closest("label")?.textContent).toContain("taking back Switch Reval to new pool loses:Users created since.");
  await user.click(tick);
  expect(screen.getByTestId("why-not").textContent).toBe("Write a reason to go on.");
});

it("losses are one line of words", () => {
  expect(lossWords([])).toBe("nothing");
  expect(lossWords(["Users created since.", "Passwords"])).toBe("Users created since; Passwords");
});

it("a step that publishes says what nobody sees yet, once it was done or left out", async () => {
  const { fake } = await open("#/run/mid.5", "silent", (fake) => {
    fake.edit = (s) => changed(s, { unseen: ["mid.4"] });
  });
  // Before it was ever done that is the plan's own course.
  expect(screen.queryByTestId("step-unseen")).toBeNull();
  for (const state of ["done", "skipped", "undone", "foreign"]) {
    fake.edit = (s) => ({
      ...changed(s, { unseen: ["mid.4"], state }),
      breaches: [{ id: "unpublished-mid.5", because: "What mid.4 changed is not seen", repair: [] }],
    });
    act(() => fake.push());
    expect(screen.getByTestId("step-unseen").textContent, state).toContain("Not seen yetSwitch Reval to new pool: changed since");
    // It is said once, and not in the words of what the plan forbids.
    expect(screen.queryByTestId("unpublished-mid.5"), state).toBeNull();
    expect(screen.queryByText("The plan forbids what is there now"), state).toBeNull();
  }
  window.location.hash = "#/run/mid.3";
  const notice = await screen.findByTestId("unpublished-mid.5");
  expect(notice.textContent).toContain(
    "Programs may still have what they read before “Switch Reval to new pool”, until Switch UserManagement is done once more.",
  );
  expect(notice.className).toContain("k-blocked");
  fake.edit = (s) => changed(s, { unseen: [], state: "done" });
  act(() => fake.push());
  await waitFor(() => expect(screen.queryByTestId("unpublished-mid.5")).toBeNull());
});

it("a publication that is due is left out by the name of what stays unseen", async () => {
  const user = userEvent.setup();
  const skip = { command: "skip", label: "Skip, and leave it unseen", primary: false, needs_reason: true, refused: null };
  const { fake } = await open("#/run/mid.5", "silent", (fake) => {
    fake.edit = (s) => changed(s, { unseen: ["mid.4"], offers: [skip] });
  });
  await user.click(screen.getByTestId("offer-skip"));
  await user.type(screen.getByTestId("reason-input"), "the roll of tomorrow shows it");
  expect(screen.getByText("Tick what stays unseen to go on.")).toBeTruthy();
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked).toEqual([]);
  const tick = screen.getByTestId("unseen-mid.4");
  expect(tick.closest("label")?.textContent).toContain("Switch Reval to new pool");
  await user.click(tick);
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked).toEqual([
    { command: { do: "skip_unseen", step: "mid.5", unseen: ["mid.4"] }, basis: null, by: "m.example", reason: "the roll of tomorrow shows it" },
  ]);
});

it("a publication's way back restores nothing by itself", async () => {
  const preview = {
    digest: "sha256:undo",
    changes: [{ object: "service of cluster", before: ["same"], after: ["same"], asked: [], caution: null }],
    calls: [],
  };
  const edit = (s: RunSnapshot) => changed(s, { kind: "action", undo: preview, preview });
  await open("#/run/mid.5", "silent", (fake) => {
    fake.edit = edit;
  });
  const back = () => document.querySelector("#middle")?.textContent ?? "";
  expect(back()).toContain("nothing by itself: it is done once more after what it makes seen was taken back");
  window.location.hash = "#/run/mid.5/confirm";
  await screen.findByTestId("confirm-primary");
  expect(screen.queryByText("As it was before")).toBeNull();
});
