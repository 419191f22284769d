import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { newestFirst } from "../components/Reading";
import { DecisionDue } from "../components/RightRail";
import { ToneState } from "../components/State";
import { undoFacts, undoNote } from "../format/undo";
import type { ReadingView, RollbackPlanView, RunSnapshot } from "../ipc";
import type { Fake } from "./host";
import { planOf, snapshotOf } from "./made-up";
import { freshen, lastFailing, lastRead, onward, usersNow, worstFirst } from "../state/readings";
import { open } from "./open";

const now = Date.parse("2026-11-29T00:10:00Z");
/** A reading of the core with another name and age. */
function reading(id: string, title: string, at: number, { ageS = 9, ...part }: Partial<ReadingView> & { ageS?: number } = {}): ReadingView {
  const [any] = snapshotOf("waiting", at).monitors;
  if (any === undefined) throw new Error("the night has monitors");
  return { ...any, id, title, observed_at: new Date(at - ageS * 1000).toISOString(), age_s: ageS, ...part };
}
const failed = (ageS: number, part: Partial<ReadingView> = {}) => reading("site", "The site", now, { tone: "failing", observed: "HTTP 503", ageS, ...part });

describe("what the journal alone tells after a restart", () => {
  it("has no age: nobody knows when it was last read", () => {
    const kept = freshen(reading("site", "The site", now, { ageS: 18_000, tone: "unknown", before_opening: true }), now);
    expect([kept.tone, kept.age, lastRead(kept)]).toEqual(["unknown", null, "not read since this window opened"]);
    expect(lastRead(freshen(reading("site", "The site", now, { ageS: 18_000 }), now))).toBe("last read 5 h ago");
  });
});

it("a step that can't be taken back alone leads to what can, by its title", async () => {
  const other = snapshotOf("foreign", now).phases.flatMap((p) => p.steps)[0];
  if (other === undefined) throw new Error("the night has steps");
  const undone_with = [other.id];
  await open("#/run/mid.3", "silent,foreign", (fake) => {
    fake.edit = (s) => ({ ...s, phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === "mid.3" ? { ...x, undone_with } : x)) })) });
  });
  expect((await screen.findByTestId(`rollback-${other.id}`)).textContent).toBe(`Take back “${other.title}”…`);
  expect(screen.queryByTestId("rollback-step")).toBeNull();
});

describe("a failure that ages", () => {
  it("can't be told any more, is never red or green, and says when it was last failing", () => {
    const fresh = freshen(failed(30), now);
    expect([fresh.tone, lastFailing(fresh, now)]).toEqual(["failing", null]);
    const stale = freshen(failed(120), now);
    expect([stale.tone, lastFailing(stale, now)]).toEqual(["unknown", "last failing 2 min ago"]);
    const { container } = render(<ToneState tone={stale.tone} last={lastFailing(stale, now)} />);
    expect(container.textContent).toBe("Can't tell · last failing 2 min ago");
    expect(container.querySelector("[data-kind]")?.getAttribute("data-kind")).toBe("unknown");
  });

  it("keeps its story through looks that could not tell, and loses it once it passes", () => {
    const untold = freshen(failed(5, { tone: "unknown", last_failing: "2026-11-29T00:07:00Z" }), now);
    expect(lastFailing(untold, now)).toBe("last failing 3 min ago");
    expect(lastFailing(freshen(reading("site", "The site", now, { ageS: 5 }), now), now)).toBeNull();
    // A good reading that is too old was not failing.
    expect(lastFailing(freshen(reading("site", "The site", now, { ageS: 500 }), now), now)).toBeNull();
  });

  it("is named first of what can't be told, and in the answer", () => {
    const old = reading("dns", "DNS", now, { ageS: 500 });
    const list = worstFirst([freshen(old, now), freshen(failed(120), now)]);
    expect(list.map((m) => m.id)).toEqual(["site", "dns"]);
    const snapshot: RunSnapshot = { ...snapshotOf("waiting", now), monitors: [old, failed(120)] };
    expect(usersNow(snapshot, now, true)).toEqual({ tone: "unknown", headline: "Can't tell", note: "The site last failing 2 min ago, 1 more" });
  });

  it("does not take its clock away: the clock says that nobody can tell", () => {
    const at = (ms: number) => new Date(now + ms).toISOString();
    const clock = (ms: number) => ({
      id: "R3",
      kind: "rule" as const,
      rule: "R3",
      title: "Switch back",
      monitor: "site",
      since: at(-120_000),
      at: at(ms),
      due: ms < 0,
      open_decision: null,
      note: "",
      extended: [],
      extendable: true,
    });
    for (const ms of [600_000, -60_000]) {
      const { unmount } = render(<DecisionDue deadlines={[clock(ms)]} monitors={[freshen(failed(120), now)]} now={now} />);
      expect(screen.getByTestId("decision-due").textContent).toContain(ms < 0 ? "Decision due" : "in 10 min");
      expect(screen.getByTestId("decision-untold").textContent?.toLowerCase()).toContain("can't tell now whether it still fails, last failing 2 min ago");
      unmount();
    }
    render(<DecisionDue deadlines={[clock(600_000)]} monitors={[freshen(failed(10), now)]} now={now} />);
    expect(screen.queryByTestId("decision-untold")).toBeNull();
  });
});

it("routes that leak stand newest first, each once", () => {
  const leak = (route: string) => `leak: ${route} answered 401 by the application, at https://apps.example.nhs.test/um, and in 3 other ways`;
  const text = (...routes: string[]) => ["10 of 14 writes closed", ...routes.map(leak)].join("; ");
  const [a, b, c] = ["POST /a", "PUT /b", "DELETE /c"] as const;
  const seen = [text(), text(a), text(a, b)].map((observed) => ({ observed }));
  expect(newestFirst(text(a, b, c), seen)).toBe(text(c, b, a));
  // Of those that came together the order is the core's.
  expect(newestFirst(text(a, b), [{ observed: text() }])).toBe(text(a, b));
  expect(newestFirst(text(a), seen)).toBe(text(a));
});

/** A rollback that was seen under way, and is complete now. */
async function completed(prepare: (fake: Fake) => void = () => undefined) {
  const { fake } = await open("#/rollback", "silent,running", prepare);
  fake.scene = { ...fake.scene, story: "completed" };
  act(() => fake.push());
}

describe("the end of a rollback", () => {
  it("says what is still restricted, by whom it is seen and when, and what comes next", async () => {
    await completed();
    const still = await screen.findByTestId("rollback-still");
    expect(still.textContent).toMatch(
      /Still restricted, on purpose: every write is refused by the restriction, every read is answered \(read \d+ s ago\)\. By Restrict UserManagement\./,
    );
    expect(still.textContent).toContain("Left in place, by the journal: Lower the TTL · Restrict UserManagement");
    expect(screen.getByTestId("to-current").textContent).toMatch(/^Next: /);
    await userEvent.setup().click(screen.getByTestId("to-current"));
    await waitFor(() => expect(window.location.hash).not.toBe("#/rollback"));
  });

  it("never says that it is restricted where the reading is too old", async () => {
    await completed((fake) => {
      fake.edit = (s) => ({
        ...s,
        monitors: s.monitors.map((m) => (m.id === "restriction" ? { ...m, observed_at: new Date(Date.now() - 330_000).toISOString() } : m)),
      });
    });
    const still = await screen.findByTestId("rollback-still");
    expect(still.textContent).toContain("Can’t tell whether it is still restricted");
    expect(still.textContent).toContain("last read 5 min ago");
    expect(still.textContent).not.toContain("Still restricted, on purpose");
  });

  it("says what was read and not what should be, where it can't be told", async () => {
    await completed((fake) => {
      fake.edit = (s) => ({
        ...s,
        monitors: s.monitors.map((m) =>
          m.id === "restriction" ? { ...m, tone: "unknown" as const, verdict: "unknown", observed: "246 of 323 writes refused; 77 not asked; more" } : m,
        ),
      });
    });
    const still = await screen.findByTestId("rollback-still");
    expect(still.textContent).toContain("Can’t tell whether it is still restricted: 246 of 323 writes refused; 77 not asked (");
    expect(still.textContent).not.toContain("every write is refused");
  });
});

it("a step that did not come off offers its ready-made way back by name", async () => {
  await open("#/run/mid.3", "silent,foreign", (fake) => {
    fake.edit = (s) => ({
      ...s,
      phases: s.phases.map((p) => ({
        ...p,
        steps: p.steps.map((x) => (x.id === "mid.3" ? { ...x, ways_back: [{ rule: "R5", title: "Take it back to Keycloak" }] } : x)),
      })),
    });
  });
  const way = await screen.findByTestId("way-back-R5");
  expect(way.textContent).toBe("R5: Take it back to Keycloak…");
  expect(way.getAttribute("href")).toContain("R5");
});

it("a gate after a rollback says what was brought back", async () => {
  await open("#/gate/post", "silent,gate_closed", (fake) => {
    fake.edit = (s) => ({
      ...s,
      phases: s.phases.map((p) =>
        p.gate === null
          ? p
          : { ...p, gate: { ...p.gate, title: "Start again after R5?", again: "R5 (“Back to Keycloak”), confirmed by n.lead, took back “Append cognito”." } },
      ),
    });
  });
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Start again after R5?");
  expect(within(screen.getByTestId("gate-again")).getByText(/took back “Append cognito”/)).toBeTruthy();
});

it("a plan is not called by hand beside an item that the console carries out", async () => {
  const plan = planOf("failing rule:R3");
  const [undo] = plan.items;
  if (undo === undefined) throw new Error("a plan has items");
  const hand = {
    ...undo,
    id: "a",
    step: "mid.4",
    kind: "manual",
    title: "Undo: Switch Reval",
    restores: ["Release it."],
    preview: null,
    preconditions: [],
    loses: [],
  };
  const again = { ...hand, id: "b", step: "mid.5", kind: "publish", title: "Publish: start it again" };
  const mixed: RollbackPlanView = { ...plan, items: [hand, again] };
  await open("#/rollback?scope=all", "silent,failing", (fake) => {
    fake.rollbackPlan = async () => mixed;
  });
  expect((await screen.findByTestId("rollback-confirm")).textContent).toContain("Roll back 1 change on");
  expect(screen.getByTestId("rollback-proof").textContent).toBe("1 of 2 proven in this run, 1 by hand");
  expect(document.body.textContent).not.toContain("nothing is sent from here");
});

it("what was never measured is said in plain words", () => {
  const takes = { slowest_s: null, tries: 0, rehearsals: 0, caches_s: null, by_hand_s: null };
  expect(undoNote(takes)).toBe("Never timed here");
  expect(undoFacts(takes)).toEqual([["Takes", "never timed here"]]);
});

it("after a rollback the gate that it made void comes before the step that it took back", () => {
  const of = (state: "void" | "go" | "closed") => {
    const s = snapshotOf("undone", now);
    const phases = s.phases.map((p) => {
      const gate = s.phases.find((one) => one.gate !== null)?.gate;
      return p.steps.some((x) => x.id === "mid.3") && gate != null ? { ...p, gate: { ...gate, title: "Start again after R3?", state } } : p;
    });
    return onward({ ...s, phases })?.title;
  };
  expect(of("void")).toBe("Start again after R3?");
  expect(of("go")).not.toBe("Start again after R3?");
  expect(of("closed")).not.toBe("Start again after R3?");
});
