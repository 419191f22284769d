// Checks in a row: one click, each shown as it comes, and the first that does not pass.
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { RunSnapshot, StepView } from "../ipc";
import type { Fake } from "./host";
import { open, settle } from "./open";

const ROW = ["look-1", "look-2", "look-3"];

/** The scene with three checks in the place of its first step; `states` as they stand. */
function looks(states: readonly Partial<StepView>[], seq: number, together: readonly string[] = ROW): (snapshot: RunSnapshot) => RunSnapshot {
  return (snapshot) => {
    const [first, ...phases] = snapshot.phases;
    const model = first?.steps.find((s) => s.kind === "check");
    if (first === undefined || model === undefined) throw new Error("the scene has no check");
    const steps = ROW.map((id, i) => ({
      ...structuredClone(model),
      id,
      title: `Look ${i + 1}`,
      state: "ready",
      state_words: "Ready",
      offers: [],
      ...(i === 0 && together.length > 0 ? { together: [...together] } : {}),
      ...states[i],
    }));
    return { ...snapshot, seq, phases: [{ ...first, gate: null, steps }, ...phases] };
  };
}

async function show(fake: Fake, edit: (snapshot: RunSnapshot) => RunSnapshot): Promise<void> {
  fake.edit = edit;
  act(() => fake.push());
  await settle();
}

const DONE = { state: "done", state_words: "Done" };
const CHECKING = { state: "checking", state_words: "Checking" };
const TODO = { state: "to_do", state_words: "To do" };

it("lists each check, and records all with one click", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/look-1", "silent", (f) => (f.edit = looks([], 100)));
  expect(
    within(screen.getByTestId("together"))
      .getAllByRole("listitem")
      .map((li) => li.textContent),
  ).toEqual(["Look 1 Ready", "Look 2 Ready", "Look 3 Ready"]);
  await user.click(screen.getByRole("button", { name: "Read and record 3 checks" }));
  await settle();
  expect(fake.asked.map((s) => s.command)).toEqual([{ do: "record_checks", steps: ROW }]);
  // Nothing is called stopped before the first word of it has come.
  expect(screen.queryByTestId("together-stopped")).toBeNull();
  expect(screen.queryByTestId("record-checks")).toBeNull();

  await show(fake, looks([DONE, CHECKING, TODO], 103, []));
  expect(screen.getByText("1 of 3 recorded")).toBeTruthy();
  expect(screen.queryByTestId("together-stopped")).toBeNull();
  await show(fake, looks([DONE, DONE, DONE], 109, []));
  expect(screen.getByTestId("together-recorded").textContent).toBe("All 3 were read and recorded.");
  expect(window.location.hash).toBe("#/run/look-1");
});

it("stops at the first that does not pass, and shows what was found", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/look-1", "silent", (f) => (f.edit = looks([], 100)));
  await user.click(screen.getByTestId("record-checks"));
  await settle();
  const found = (snapshot: RunSnapshot): RunSnapshot => {
    const seen = looks([DONE, { state: "blocked", state_words: "Blocked" }, TODO], 105, [])(snapshot);
    const second = seen.phases[0]?.steps[1];
    const reading = second?.before[0];
    if (second === undefined || reading === undefined) throw new Error("the check reads nothing");
    second.before = [
      { ...reading, title: "The old side answers", tone: "failing", observed: "build 8f2c", expected: "build 7d19", observed_at: seen.now, age_s: 0 },
    ];
    return seen;
  };
  await show(fake, found);
  const stopped = screen.getByTestId("together-stopped");
  expect(stopped.textContent).toContain("Stopped at “Look 2”: Blocked");
  expect(stopped.textContent).toContain("The old side answers: build 8f2c, expected build 7d19");
  expect(within(stopped).getByRole("link", { name: "Show it" }).getAttribute("href")).toBe("#/run/look-2");
});

it("a run that was put on hold in between stops there, without a check that failed", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/look-1", "silent", (f) => (f.edit = looks([], 100)));
  await user.click(screen.getByTestId("record-checks"));
  await settle();
  const ready = looks([DONE, { state: "ready", state_words: "Ready" }, TODO], 106, []);
  await show(fake, (s) => ({ ...ready(s), state: "held" }));
  expect(screen.getByTestId("together-stopped").textContent).toContain("It was not recorded. The run is on hold, and a row ends there.");
  expect(screen.getByTestId("together-stopped").textContent).toContain("Those behind it were not read.");
  // Released since: it is said that the row had ended, and that nothing else is wrong.
  await show(fake, ready);
  expect(screen.getByTestId("together-stopped").textContent).toContain("It passes, but the row had ended");
  await show(fake, (s) => ({ ...ready(s), state: "stopped" }));
  expect(screen.getByTestId("together-stopped").textContent).toContain("The run was stopped");
});

it("what the core refuses is said, and can be asked for again", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/look-1", "silent", (f) => (f.edit = looks([], 100)));
  fake.refuse = { code: "rejected", message: "The run is on hold: apply is not possible now.", hint: "", where: "" };
  await user.click(screen.getByTestId("record-checks"));
  await settle();
  expect(screen.getByTestId("error-region").textContent).toContain("on hold");
  expect(screen.getByTestId("record-checks")).toBeTruthy();
});

it.each([[[]], [["look-1"]]])("%j is no row", async (together) => {
  await open("#/run/look-1", "silent", (f) => (f.edit = looks([], 100, together)));
  expect(screen.queryByTestId("together")).toBeNull();
  expect(screen.queryByTestId("record-checks")).toBeNull();
});
