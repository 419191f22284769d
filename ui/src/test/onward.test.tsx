// Where the main way leads: to a rollback that is not over before everything else, to a notice that is to be told again
// before what comes after it, and to the report at the end.
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { runWords } from "../components/Banner";
import { shapeOf } from "../components/LeftRail";
import type { RunSnapshot, StepView } from "../ipc";
import { currentGate, mainWay, onward, wayBackNow } from "../state/readings";
import { snapshotOf } from "./made-up";
import { open } from "./open";

const each = (s: RunSnapshot, change: (step: StepView) => StepView): RunSnapshot => ({
  ...s,
  phases: s.phases.map((p) => ({ ...p, steps: p.steps.map(change) })),
});

it("a rollback that is not over comes first", () => {
  const running = snapshotOf("running");
  expect(running.rollback?.state).toBe("running");
  expect(mainWay(running)).toMatchObject({ place: { name: "rollback", scope: null }, words: "Go to the rollback" });
  const rollback = running.rollback === null ? null : { ...running.rollback, state: "halted" as const };
  expect(mainWay({ ...running, rollback })?.id).toBe("rollback");
  expect(mainWay(snapshotOf("completed"))?.id).not.toBe("rollback");
});

it("a gate is not decided while a rollback waits for a person", async () => {
  const user = userEvent.setup();
  await open("#/gate/mid", "silent,running");
  expect(screen.queryByTestId("gate-check")).toBeNull();
  const main = screen.getByTestId("action-primary");
  expect(main.textContent).toBe("Go to the rollback");
  expect(screen.getByTestId("why-not").textContent).toBe("A rollback is not over. It comes first: people decide here when it is.");
  await user.click(main);
  await waitFor(() => expect(window.location.hash).toBe("#/rollback"));
});

it("what is to be told again comes before the step after it, once its gate stands", () => {
  const seen = snapshotOf("completed");
  const phase = seen.phases.find((p) => p.steps.some((s) => s.state === "undone"));
  const first = phase?.steps[0];
  if (phase === undefined || first === undefined) throw new Error("nothing was taken back");
  const told = each(seen, (s) => (s.id === first.id ? { ...s, kind: "notice", state: "done", state_words: "To tell again", tell_again: true } : s));
  const gated = (state: "go" | "void"): RunSnapshot => ({
    ...told,
    phases: told.phases.map((p) => (p.id === phase.id && p.gate !== null ? { ...p, gate: { ...p.gate, state } } : p)),
  });
  expect(onward(gated("go"))).toMatchObject({ id: first.id });
  expect(mainWay(gated("go"))?.words).toBe(`Next: ${first.title}`);
  expect(currentGate(gated("void"))?.id).toBe(phase.id);
});

it("where all is done the report is what is left", () => {
  const all = each(snapshotOf("completed"), (s) => ({ ...s, state: "done", state_words: "Done" }));
  expect(onward(all)).toBeUndefined();
  expect(mainWay(all)).toMatchObject({ place: { name: "report" }, words: "All is done: open the report" });
  expect([runWords(all), runWords(snapshotOf("completed")), runWords({ ...all, state: "held" })]).toEqual(["All done", "Running", "On hold"]);
});

it("a step behind a closed gate, and a notice to be told again, are drawn as what they are", () => {
  const step = snapshotOf("completed").phases.flatMap((p) => p.steps)[0];
  if (step === undefined) throw new Error("no step");
  const at = (state: string, more: Partial<StepView>) => shapeOf({ ...step, drifted: null, state, ...more });
  expect(at("ready", {})).toBe("ready");
  expect(at("ready", { waits: true })).toBe("todo");
  expect(at("done", {})).toBe("pass");
  expect(at("done", { tell_again: true })).toBe("blocked");
});

it("the rail says how long the way back takes once, in the core's words", () => {
  const { way_back } = snapshotOf("completed");
  const answer = { tone: "passing" as const, headline: "Can go back", note: "Every condition proven. Newest step: 1 item, about 2 min" };
  const takes = { ...way_back.takes, slowest_s: 77, tries: 1, rehearsals: 1 };
  expect(wayBackNow({ way_back: { ...way_back, answer, takes, missing: [], something_to_undo: true } }, true)).toEqual(answer);
});
