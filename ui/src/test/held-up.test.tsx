// What held up somebody at their first night: what a stop means, what Escape throws away, too many ways at once, and one price in three places.
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { spokenTime } from "../format/time";
import type { ReadingView, RunSnapshot, StepView } from "../ipc";
import { failingFirst, freshen, worstFirst } from "../state/readings";
import type { Fake } from "./host";
import { hasPlan, snapshotOf } from "./made-up";
import { open, settle } from "./open";

const NOTE =
  "ECS took the new deployment back by itself, as its circuit breaker does when new tasks do not start. It is not known what programs have read. Do it once more, or go back.";
/** A reading of the made-up world under another name. */
function reading(id: string, tone: ReadingView["tone"], now: number): ReadingView {
  const first = snapshotOf("waiting", now).monitors[0];
  if (first === undefined) throw new Error("the scene has monitors");
  return { ...first, id, tone, observed_at: new Date(now - 5_000).toISOString() };
}
const off = (id: string) => screen.getByTestId(id).getAttribute("aria-disabled") === "true";

/** The run with other parts. */
const edited = (change: (s: RunSnapshot) => RunSnapshot) => (fake: Fake) => {
  fake.edit = change;
};
const step = (id: string, change: (s: StepView) => StepView) => (s: RunSnapshot) => ({
  ...s,
  phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === id ? change(x) : x)) })),
});
const offer = (command: string, label: string) => ({ command, label, primary: false, needs_reason: command !== "inspect", refused: null });

describe("a step that ECS took back", () => {
  const taken = step("mid.3", (x) => ({
    ...x,
    state: "foreign",
    note: NOTE,
    offers: [
      offer("inspect", "Look again"),
      offer("accept", "Accept as it is"),
      offer("resolve-keep", "Keep what is there"),
      offer("reopen", "Do this step again"),
    ],
    ways_back: [
      { rule: "R5", title: "Take it back" },
      { rule: "R4", title: "Reval as well" },
    ],
  }));
  const quiet = (s: RunSnapshot) => ({ ...taken(s), users: { ...s.users, tone: "passing" as const } });

  it("has two ways in sight, the recommended one in blue, and the rest folded with what each comes to", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3", "silent,unverified", edited(quiet));
    const bar = screen.getByRole("region", { name: "What you can do" });
    await screen.findByTestId("action-more");
    const shown = [...bar.querySelectorAll(".button")].map((b) => b.getAttribute("data-testid"));
    expect(shown).toEqual(["offer-reopen", "way-back-R5", "action-more", "run-stop"]);
    expect([...bar.querySelectorAll(".button.w-main")].map((b) => b.textContent)).toEqual(["Do this step again…"]);
    await user.click(screen.getByTestId("action-more"));
    const rest = (await screen.findAllByRole("menuitem")).map((e) => e.textContent);
    for (const words of [
      "Look againReads what is there. Nothing is changed.",
      "Accept as it is…It counts as done then, on your word. Nothing is changed.",
      "Keep what is there…What is there now stays, and the step counts as done. Nothing is changed.",
    ])
      expect(rest).toContain(words);
    expect(rest.some((words) => words?.startsWith("Undo this step…"))).toBe(true);
  });

  it("says in each form what it comes to", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3", "silent,unverified", edited(quiet));
    await user.click(screen.getByTestId("offer-reopen"));
    expect(screen.getByTestId("reason-note").textContent).toBe("It begins anew with its checks. Nothing is changed by that alone.");
  });

  it("is looked at first where its notice recommends nothing, and while users are affected", async () => {
    const main = () => [...document.querySelectorAll(".action-bar .button.w-main")].map((b) => b.getAttribute("data-testid"));
    const { fake } = await open(
      "#/run/mid.3",
      "silent,unverified",
      edited((s) => step("mid.3", (x) => ({ ...x, note: "Somebody changed it." }))(quiet(s))),
    );
    expect(main()).toEqual(["offer-inspect"]);
    fake.edit = (s) => ({ ...taken(s), users: { ...s.users, tone: "failing" } });
    act(() => fake.push());
    expect(main()).toEqual(["offer-inspect"]);
  });
});

describe("a run that was stopped", () => {
  const stopped = (s: RunSnapshot) => ({ ...s, state: "stopped" });

  it("says so on every page, with what may still be done", async () => {
    await open("#/run/mid.3", "silent,ready", edited(stopped));
    for (const page of ["#/run/mid.3", "#/live", "#/gate/post", "#/rollback"]) {
      act(() => {
        window.location.hash = page;
      });
      await settle();
      const bar = screen.getByTestId("stands-still").textContent;
      expect(bar, page).toContain("This run is stopped. Resume to go on.");
      expect(bar, page).toContain("write down what was done by hand, and roll back");
    }
  });

  it("has no button that would be refused only once it is pressed", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/mid.3", "silent,ready", edited(stopped));
    expect(off("action-primary")).toBe(true);
    expect(screen.getByTestId("why-not").textContent).toBe("This run is stopped. Resume to go on.");
    act(() => {
      window.location.hash = "#/run/mid.3/confirm";
    });
    await settle();
    expect(off("confirm-primary")).toBe(true);
    await user.click(screen.getByTestId("confirm-primary"));
    expect(fake.asked).toEqual([]);
  });

  it("lets people write down what they did, and is quiet once it goes on", async () => {
    const { fake } = await open("#/run/post.2", "silent,go", edited(stopped));
    expect(off("action-primary")).toBe(false);
    fake.edit = (s) => s;
    act(() => fake.push());
    expect(screen.queryByTestId("stands-still")).toBeNull();
  });
});

describe("Escape", () => {
  it("keeps what was typed, and says how it is thrown away", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3");
    await user.click(screen.getByTestId("run-hold"));
    await user.type(screen.getByTestId("reason-input"), "the vendor is on the call");
    await user.keyboard("{Escape}");
    expect((screen.getByTestId("reason-input") as HTMLTextAreaElement).value).toBe("the vendor is on the call");
    expect(screen.getByTestId("reason-kept").textContent).toBe("What you wrote is kept. Cancel throws it away.");
    await user.click(screen.getByTestId("reason-cancel"));
    expect(screen.queryByTestId("reason-form")).toBeNull();
  });

  it("closes a form in which nothing was typed", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3");
    await user.click(screen.getByTestId("run-hold"));
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("reason-form")).toBeNull();
  });

  it("on a confirm goes back and changes nothing; the palette that is open over it closes alone", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/mid.3/confirm", "silent,ready");
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByTestId("palette-input");
    await user.keyboard("{Escape}");
    expect(window.location.hash).toBe("#/run/mid.3/confirm");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(window.location.hash).toBe("#/run/mid.3"));
    expect(fake.asked).toEqual([]);
  });
});

it("a look-up of nothing says what to write", async () => {
  const user = userEvent.setup();
  await open("#/users");
  await user.click(screen.getByTestId("lookup"));
  expect(screen.getByTestId("lookup-blank").textContent).toBe("Write an e-mail address, a name or an id.");
  await user.type(screen.getByTestId("lookup-query"), "b");
  expect(screen.getByTestId("lookup-blank").textContent).toBe("");
});

it.each([
  ["11:58pm on 30 November 2026", "future"],
  ["5:10pm on 30 November 2026", "past"],
  ["17.10, 30 Nov", "past"],
  ["5:30pm on 30 November", "future"],
  ["11:58pm on 31 December", "future"],
  ["11:58pm", null],
  ["on 30 November", null],
  ["9:00am on 31 November", null],
])("the time of a notice, %s, is told by its day", (words, stands) => {
  expect(spokenTime(words, Date.parse("2026-11-30T17:19:00Z"))).toBe(stands);
});

it("a day without a year is the last one", () => {
  expect(spokenTime("11:58pm on 31 December", Date.parse("2027-01-01T00:10:00Z"))).toBe("past");
});

describe("the right rail", () => {
  it("has the deadline with the clocks, which stay in sight, before it has passed", async () => {
    await open("#/run", "silent,waiting");
    const due = screen.getByTestId("decision-due");
    expect(due.textContent).toContain("Decision due");
    expect(due.closest(".rail-middle > .clocks")).not.toBeNull();
  });

  it("has Unknown above what fails: nobody knows how bad it is", () => {
    const now = Date.parse("2026-11-30T17:19:00Z");
    const failing = reading("reval", "failing", now);
    const unknown = reading("writes", "unknown", now);
    expect(worstFirst([freshen(unknown, now), freshen(failing, now)]).map((m) => m.id)).toEqual(["writes", "reval"]);
    // Monitors have one order on every screen: what fails is never pushed out of sight.
    expect(failingFirst([freshen(unknown, now), freshen(failing, now)]).map((m) => m.id)).toEqual(["reval", "writes"]);
  });
});

describe("the price of the way back", () => {
  it.each(["waiting", "failing", "done", "gate_closed", "gate_ready"])("is the core's, in its words: %s", async (story) => {
    const snapshot = snapshotOf(story);
    const { proposal, price } = snapshot.way_back;
    if (proposal === null || proposal === "all") throw new Error("nothing is proposed");
    expect(hasPlan(`${story} ${"rule" in proposal ? `rule:${proposal.rule}` : `step:${proposal.step}`}`)).toBe(true);
    await open("#/run", `silent,${story}`);
    expect(screen.getByTestId("night-price").textContent).toContain(`${price}, loses`);
    expect(screen.getByTestId("night-price").textContent).not.toContain("1 click");
  });
});

describe("a rehearsal", () => {
  it("that is open is ended only after it was asked", async () => {
    const user = userEvent.setup();
    const begun: string[] = [];
    await open("#/start", "silent,ready", (fake) => {
      const submit = fake.submitRehearsal;
      fake.submitRehearsal = (what) => {
        begun.push(what.do);
        return submit(what);
      };
    });
    await user.click(screen.getByTestId("start-rehearse"));
    expect(screen.getByTestId("rehearse-again").textContent).toContain("This ends the rehearsal that is open.");
    await user.click(screen.getByTestId("rehearse-again-no"));
    expect(begun).toEqual([]);
    await user.click(screen.getByTestId("start-rehearse-switch"));
    await user.click(screen.getByTestId("rehearse-again-yes"));
    await settle();
    expect(begun).toEqual(["start"]);
  });

  it("has drills whose fold is named for what it holds: how the failure looks", async () => {
    await open("#/rehearsal");
    const drill = within(screen.getByTestId("drill-switch-answer-lost"));
    expect(drill.getByText("What you will see")).toBeTruthy();
    expect(drill.queryByText("When it goes well")).toBeNull();
  });
});
