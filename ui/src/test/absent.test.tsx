// A step that people did not choose counts as absent: in no number, no share, and nothing waits for it. One that waits by its
// order names what it waits for.
import { act, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { RunSnapshot, StepView } from "../ipc";
import { open } from "./open";

const edit =
  (id: string, change: Partial<StepView>, of?: number) =>
  (s: RunSnapshot): RunSnapshot => ({
    ...s,
    phases: s.phases.map((p) =>
      p.steps.some((step) => step.id === id) ? { ...p, of: of ?? p.of, steps: p.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) } : p,
    ),
  });

it("is in no number and no share", async () => {
  await open("#/run/mid.3", "silent", (fake) => {
    fake.edit = edit("mid.1", { state: "skipped", state_words: "Not chosen", left_out: true }, 4);
  });
  expect(screen.getByTestId("phase-mid").textContent).toContain("2 of 4");
  expect(screen.getByTestId("step-mid.3").textContent).toMatch(/^2 /);
  expect(screen.getByTestId("step-mid.1").textContent).not.toMatch(/^\d/);
  expect(within(screen.getByRole("main")).getByText("Step 2 of 4")).toBeTruthy();
});

it("a step that waits by its order names what it waits for, as links, and asks for no checks that it has not", async () => {
  await open("#/run/post.3", "silent,go", (fake) => {
    fake.edit = edit("post.3", {
      after: ["post.1", "post.2"],
      needs: [],
      before: [],
      offers: [{ command: "attest", label: "Record what was told", primary: true, needs_reason: true, refused: "Steps post.1, post.2 are not finished." }],
    });
  });
  const main = screen.getByRole("main");
  expect(within(main).getByText("Comes after")).toBeTruthy();
  const why = screen.getByTestId("why-not");
  const names = within(why)
    .getAllByRole("link")
    .map((a) => a.getAttribute("href"));
  expect(names).toEqual(["#/run/post.1", "#/run/post.2"]);
});

it("a step that was not chosen offers nothing that can't be done: its notice says how it could, and the way on is there", async () => {
  const { fake } = await open("#/run/mid.4", "silent");
  const offered = screen.getAllByTestId(/^(action-primary|offer-)/).length;
  expect(offered).toBeGreaterThan(0);
  fake.edit = edit(
    "mid.4",
    { state: "skipped", state_words: "Not chosen", left_out: true, note: "It was not chosen. To carry it out, decide otherwise first." },
    4,
  );
  act(() => fake.push());
  expect(screen.queryAllByTestId(/^(action-primary|offer-)/)).toEqual([]);
  expect(screen.getByTestId("step-note").textContent).toContain("decide otherwise first");
  expect(screen.getByTestId("to-current")).toBeTruthy();
});
