// What a page holds of one run is not on the page of another.
import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { open, settle } from "./open";

it("a plan that was read and ticked of one run is gone when another is shown", async () => {
  const { fake, store } = await open("#/rollback", "silent,unproven", (core) => {
    const plan = core.rollbackPlan;
    core.rollbackPlan = async (run, scope) => ({ ...(await plan(run, scope)), digest: `sha256:${run}`, title: `Back in ${run}` });
  });
  const user = userEvent.setup();
  expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("run-7");
  const ticks = () => screen.getAllByRole<HTMLInputElement>("checkbox").filter((box) => box.checked).length;
  const before = ticks();
  for (const box of screen.getAllByRole<HTMLInputElement>("checkbox")) if (!box.checked) await user.click(box);
  expect(ticks()).toBeGreaterThan(before);

  fake.edit = (s) => ({ ...s, run: "run-8" });
  await act(() => store.open("run-8"));
  await settle();
  expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("run-8");
  expect(screen.queryByText("The world changed since you looked")).toBeNull();
  expect(ticks()).toBe(before);
});

it("a rehearsal that begins is shown, unless another run was opened since", async () => {
  let begun: (answer: { run: string | null }) => void = () => undefined;
  const { fake, store } = await open("#/start", "silent,start", (core) => {
    core.submitRehearsal = () => new Promise((answer) => (begun = answer));
  });
  const user = userEvent.setup();
  await user.click(screen.getByTestId("start-rehearse"));
  fake.edit = (s) => ({ ...s, run: "run-8" });
  await act(() => store.open("run-8"));
  await act(async () => begun({ run: "run-9" }));
  await settle();
  expect(store.get().run).toBe("run-8");
});
