import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { open } from "./open";

const confirm = () => screen.getByTestId("rollback-confirm") as HTMLButtonElement;
/** Refused, but where it was: the focus stays, and the words beside it say why. */
const refused = () => confirm().getAttribute("aria-disabled") === "true";

it("is one click and one confirm when all is proven", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run", "silent,failing");
  await user.click(screen.getByTestId("rollback-open"));
  await waitFor(() => expect(refused()).toBe(false));
  // While the plan is open the rail has no second button.
  expect(screen.queryByTestId("rollback-open")).toBeNull();
  expect(screen.getByTestId("rollback-is-open").textContent).toContain("plan is open");
  expect(confirm().textContent).toContain("on REHEARSAL");
  await user.click(confirm());
  expect(fake.asked).toEqual([
    {
      command: { do: "rollback", scope: { rule: "R3" }, overrides: [], accept_breaches: [] },
      basis: "sha256:77aaplan",
      by: "m.example",
      reason: null,
    },
  ]);
  expect((await screen.findByTestId("rollback-state")).textContent).toBe("Running");
});

it("what is not proven is overridden by name, with a reason", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing,unproven");
  expect(screen.getByTestId("outside-undo-mid.3").textContent).toContain("had left A apps.example.nhs.test → 198.51.100.99");
  expect(refused()).toBe(true);
  expect(screen.getByTestId("why-not").textContent).toContain("1 thing not proven");
  await user.click(screen.getByTestId("override-old-side"));
  expect(screen.getByTestId("why-not").textContent).toContain("1 breach to accept by name");
  await user.click(screen.getByTestId("breach-reval-without-admins"));
  expect(screen.getByTestId("why-not").textContent).toContain("Write a reason");
  expect(refused()).toBe(true);
  await user.type(screen.getByTestId("rollback-reason"), "the new side is worse");
  expect(refused()).toBe(false);
  await user.click(confirm());
  expect(fake.asked[0]).toEqual({
    command: { do: "rollback", scope: { rule: "R3" }, overrides: ["old-side"], accept_breaches: ["reval-without-admins"] },
    basis: "sha256:77aaplanunproven",
    by: "m.example",
    reason: "the new side is worse",
  });
});

it("another plan is offered, not slipped in", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing");
  await waitFor(() => expect(refused()).toBe(false));
  fake.unproven = true;
  fake.edit = (s) => ({ ...s, phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === "mid.3" ? { ...x, state: "done", state_words: "Done" } : x)) })) });
  act(() => fake.push());
  await screen.findByText("Show the new plan");
  expect(refused()).toBe(true);
  await user.click(screen.getByText("Show the new plan"));
  expect(screen.getByTestId("override-old-side")).toBeTruthy();
});

it("where it stopped: again, by hand with evidence, or give up with a reason", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing,halted");
  expect(screen.getByTestId("rollback-retry")).toBeTruthy();
  await user.click(screen.getByTestId("rollback-abandon"));
  await user.click(screen.getByTestId("reason-cancel"));
  await user.click(screen.getByTestId("rollback-done"));
  await user.type(screen.getByTestId("reason-input"), "changed in the AWS console, dig agrees");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked[0]).toEqual({
    command: { do: "rollback_done", item: "undo-mid.3" },
    basis: null,
    by: "m.example",
    reason: "changed in the AWS console, dig agrees",
  });
});

it("an override that is no longer asked for is not sent", async () => {
  const user = userEvent.setup();
  await open("#/rollback", "silent,failing,unproven");
  const box = screen.getByTestId("override-old-side") as HTMLInputElement;
  await user.click(box);
  await user.click(box);
  expect(box.checked).toBe(false);
  expect(refused()).toBe(true);
});
