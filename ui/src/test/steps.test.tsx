import { act, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { StepView } from "../ipc";
import { snapshotOf } from "./made-up";
import { monitorsNow, usersNow } from "../state/readings";
import { open } from "./open";

const now = Date.now();
const snapshot = (state: string, edit: Partial<StepView> = {}) => {
  const whole = snapshotOf("ready", now);
  const phases = whole.phases.map((p) => ({ ...p, steps: p.steps.map((s) => (s.id === "mid.3" ? { ...s, state, ...edit } : s)) }));
  // What the change has only now made matter was never read.
  const monitors = whole.monitors.map((m, i) => (i === 0 ? { ...m, tone: "unknown" as const, observed_at: null } : m));
  return { ...whole, phases, monitors, users: { tone: "unknown" as const, headline: "Can't tell", note: "" } };
};

describe("a monitor that was never read", () => {
  it("is no alarm while the change is on its way that made it matter", () => {
    expect(monitorsNow(snapshot("verifying"), now)[0]?.tone).toBe("running");
    expect(usersNow(snapshot("verifying"), now, true).headline).toBe("Switching");
  });
  it("can't be told else", () => {
    expect(monitorsNow(snapshot("done"), now)[0]?.tone).toBe("unknown");
    expect(usersNow(snapshot("done"), now, true).headline).toBe("Can't tell");
  });
});

async function shown(edit: (step: StepView) => StepView) {
  const { fake } = await open("#/run/mid.3", "silent,ready");
  fake.edit = (s) => ({ ...s, phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === "mid.3" ? edit(x) : x)) })) });
  act(() => fake.push());
}

it("what somebody changed since is no tick, and nothing leads on from it", async () => {
  await shown((s) => ({ ...s, state: "done", state_words: "Done", offers: [], drifted: "Changed outside the console. Found something else: Allow." }));
  expect(screen.getByTestId("step-state").textContent).toBe("Done, look again");
  expect(screen.getByTestId("drifted").textContent).toBe("Found something else: Allow.");
  expect(screen.queryByTestId("to-current")).toBeNull();
});

it("why a step can't go on is said once", async () => {
  const why = "Decision how is “rule”, and this is for “throttle”.";
  await shown((s) => ({
    ...s,
    state: "skipped",
    state_words: "Not chosen",
    note: why,
    offers: s.offers.map((o) => (o.primary ? { ...o, refused: `It was not chosen. ${why} Nothing waits for it.` } : o)),
  }));
  expect(screen.getByTestId("why-not").textContent).toContain("Nothing waits for it.");
  expect(document.body.textContent?.split(why)).toHaveLength(2);
});
