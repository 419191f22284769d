import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { planNote, planWords } from "../format/undo";
import type { RollbackItemView, RollbackPlanView } from "../ipc";
import { planOf } from "./made-up";
import { Failure } from "../ipc/port";
import { seen } from "../state/seen";
import { open, settle } from "./open";

afterEach(() => {
  seen.deadMs = 0;
});

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
      basis: planOf("failing rule:R3").digest,
      by: "m.example",
      reason: null,
    },
  ]);
  expect((await screen.findByTestId("rollback-state")).textContent).toBe("Running");
});

it("one that is over before it was seen under way shows its end, and no new plan", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing", (fake) => {
    fake.edit = (s) =>
      s.rollback?.state === "running"
        ? { ...s, rollback: { ...s.rollback, state: "completed" }, way_back: { ...s.way_back, something_to_undo: false, proposal: null } }
        : s;
  });
  await waitFor(() => expect(refused()).toBe(false));
  await user.click(confirm());
  expect(fake.asked).toHaveLength(1);
  expect((await screen.findByTestId("rollback-state")).textContent).toContain("Complete");
});

it("the end of the one before it is not shown as its end, whatever else is journalled meanwhile", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing", (fake) => {
    // What was confirmed has not come to the screen yet; a monitor's reading has.
    fake.edit = (s) => ({
      ...s,
      rollback: {
        state: "completed",
        asked_seq: 3,
        scope: { rule: "R3" },
        title: "The one before",
        items: [],
        why: null,
        your_turn: false,
        seen: [],
        left: [],
        restricted: [],
        stays: [],
      },
    });
  });
  await waitFor(() => expect(refused()).toBe(false));
  await user.click(confirm());
  expect(fake.asked).toHaveLength(1);
  await act(() => new Promise((done) => setTimeout(done, 300)));
  expect(screen.queryByTestId("rollback-state")).toBeNull();
});

it("what is not proven is overridden by name, with a reason", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,unproven");
  expect(screen.getByTestId("outside-mid.3").textContent).toContain(
    "had left A apps.example.nhs.test 198.51.100.20 TTL 60 s. There is now A apps.example.nhs.test 198.51.100.99 TTL 60 s.",
  );
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
    basis: planOf("unproven rule:R3").digest,
    by: "m.example",
    reason: "the new side is worse",
  });
});

it("another plan is offered, not slipped in", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing");
  await waitFor(() => expect(refused()).toBe(false));
  fake.scene = { ...fake.scene, story: "unproven" };
  act(() => fake.push());
  await screen.findByText("Show the new plan");
  expect(refused()).toBe(true);
  await user.click(screen.getByText("Show the new plan"));
  expect(screen.getByTestId("override-old-side")).toBeTruthy();
});

it("where it stopped: again, by hand with evidence, or give up with a reason", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,halted");
  expect(screen.getByTestId("rollback-retry")).toBeTruthy();
  await user.click(screen.getByTestId("rollback-abandon"));
  await user.click(screen.getByTestId("reason-cancel"));
  await user.click(screen.getByTestId("rollback-done"));
  await user.type(screen.getByTestId("reason-input"), "changed in the AWS console, dig agrees");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked[0]).toEqual({
    command: { do: "rollback_done", item: "mid.3" },
    basis: null,
    by: "m.example",
    reason: "changed in the AWS console, dig agrees",
  });
});

it("an override that is no longer asked for is not sent", async () => {
  const user = userEvent.setup();
  await open("#/rollback", "silent,unproven");
  const box = screen.getByTestId("override-old-side") as HTMLInputElement;
  await user.click(box);
  await user.click(box);
  expect(box.checked).toBe(false);
  expect(refused()).toBe(true);
});

it("another proposal that takes the place of the plan by itself is not confirmed before it was seen", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing");
  await waitFor(() => expect(refused()).toBe(false));
  seen.deadMs = 60_000;
  fake.edit = (s) => ({ ...s, way_back: { ...s.way_back, proposal: "all" as const } });
  act(() => fake.push());
  await screen.findByRole("heading", { level: 1, name: "Roll back everything" });
  await waitFor(() => expect(screen.getByTestId("rollback-proof")).toBeTruthy());
  await user.click(confirm());
  expect(refused()).toBe(true);
  expect(fake.asked).toEqual([]);
});

it("the way back that a person has asked for is never dead", async () => {
  seen.deadMs = 60_000;
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing");
  await waitFor(() => expect(refused()).toBe(false));
  await user.click(confirm());
  expect(fake.asked).toHaveLength(1);
});

describe("a journal that nobody vouches for", () => {
  it("is one override that is ticked, with its reason: the way back stays two clicks", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run", "silent,failing,production,unvouched");
    await user.click(screen.getByTestId("rollback-open"));
    const notice = await screen.findByTestId("not-vouched");
    expect(notice.textContent).toContain("The run continues from a copy that nobody vouches for. Compare what would be restored");
    expect((screen.getByTestId("override-journal") as HTMLInputElement).checked).toBe(true);
    expect((screen.getByTestId("rollback-reason") as HTMLTextAreaElement).value).toBe("The run continues from a copy that nobody vouches for");
    expect(screen.getByTestId("rollback-proof").textContent).toBe("Nobody vouches for it");
    // Said once, in amber: nothing has failed, and all else is proven.
    expect(screen.getByRole("main").querySelector(".k-fail")).toBeNull();
    expect(screen.queryByTestId("check-journal")).toBeNull();
    await user.click(confirm());
    expect(fake.asked).toHaveLength(1);
    expect(fake.asked[0]).toMatchObject({
      command: { do: "rollback", overrides: ["journal"], accept_breaches: [] },
      reason: "The run continues from a copy that nobody vouches for",
    });
  });

  it("is not gone back to by whoever takes the tick away, or the reason", async () => {
    const user = userEvent.setup();
    await open("#/rollback", "silent,failing,production,unvouched");
    await user.click(await screen.findByTestId("override-journal"));
    expect(refused()).toBe(true);
    expect(screen.getByTestId("why-not").textContent).toContain("1 thing not proven");
    await user.click(screen.getByTestId("override-journal"));
    await user.clear(screen.getByTestId("rollback-reason"));
    expect(screen.getByTestId("why-not").textContent).toContain("Write a reason");
  });

  it("gives no reason for what else is not proven", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/rollback", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => planOf("unproven@unvouched rule:R3");
    });
    expect(((await screen.findByTestId("override-old-side")) as HTMLInputElement).checked).toBe(false);
    expect((screen.getByTestId("rollback-reason") as HTMLTextAreaElement).value).toBe("");
    expect(screen.getByTestId("why-not").textContent).toContain("1 thing not proven");
    await user.click(screen.getByTestId("override-old-side"));
    await user.type(screen.getByTestId("rollback-reason"), "the new side is worse");
    await user.click(confirm());
    expect(fake.asked[0]).toMatchObject({ command: { overrides: ["journal", "old-side"] }, reason: "the new side is worse" });
  });
});

describe("where there is nothing to undo", () => {
  it("a plan says so as a fact, and nothing is red", async () => {
    await open("#/rollback?scope=step:pre.1", "silent", (fake) => {
      fake.rollbackPlan = async () => {
        throw new Failure({ code: "nothing_to_undo", message: "There is nothing to undo.", hint: "No step of that set has an effect.", where: "the run" });
      };
    });
    const fact = await screen.findByTestId("nothing-to-undo");
    expect(fact.textContent).toMatch(/^Nothing to undoNo step of that set has an effect. As read at \d+:\d\d[ap]m\./);
    expect(fact.getAttribute("role")).toBe("status");
    expect(screen.getByRole("main").querySelector(".k-fail")).toBeNull();
    expect(screen.queryByTestId("rollback-confirm")).toBeNull();
  });

  it("the page names what was taken back, and since when it is as before", async () => {
    await open("#/rollback", "silent,undone", (fake) => {
      fake.edit = (s) => ({
        ...s,
        way_back: {
          ...s.way_back,
          answer: { tone: "passing", headline: "Nothing to undo", note: "Every change was taken back" },
          something_to_undo: false,
          proposal: null,
          missing: [],
        },
      });
    });
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Nothing to undo");
    expect(screen.getByRole("main").textContent).toContain("Every change was taken back.");
    expect(screen.getByTestId("taken-back").textContent).toMatch(/Switch Admins-UI DNS: as it was before since \d+:\d\d[ap]m/);
  });
});

/** Rule R4: two changes by hand, one by the console, and a notice. */
const R4: RollbackPlanView = (() => {
  const plan = planOf("failing rule:R3");
  const [undo, notice] = plan.items as [RollbackItemView, RollbackItemView];
  const hand = (id: string, title: string): RollbackItemView => ({
    ...undo,
    id,
    step: id,
    title,
    kind: "manual",
    restores: ["Release the previous build."],
    preview: null,
    preconditions: [],
    loses: [],
  });
  return {
    ...plan,
    scope: { rule: "R4" },
    title: "Reval can’t be reached: roll Reval back, then switch DNS back",
    items: [hand("reval-ui", "Undo: Switch the Reval UI"), hand("reval-api", "Undo: Let the Reval API accept the new pool"), undo, notice],
    takes: { slowest_s: 48, tries: 2, rehearsals: 2, caches_s: 60, by_hand_s: 1800 },
  };
})();

describe("a plan that people carry out in part", () => {
  it("has the title of its rule, counts what is proven, and the time that people take", async () => {
    await open("#/rollback?scope=rule:R4", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => R4;
    });
    expect((await screen.findByTestId("rollback-proof")).textContent).toBe("1 of 3 proven in this run, 2 by hand");
    expect(screen.getByTestId("rollback-proof").dataset["kind"]).not.toBe("pass");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Reval can’t be reached: roll Reval back, then switch DNS back");
    expect(screen.getByText("Roll back by rule R4")).toBeTruthy();
    expect(screen.getByText("About 31 min")).toBeTruthy();
    expect(screen.getByText("Slowest of 2 rehearsals 48 s; caches follow within 1 min; 2 by hand: 30 min, as planned for doing it")).toBeTruthy();
  });

  it("claims no time that nobody has planned or measured", () => {
    const takes = { slowest_s: null, tries: 0, rehearsals: 0, caches_s: 60, by_hand_s: null };
    expect(planWords(takes, 0)).toBe("up to 1 min");
    expect(planWords(takes, 1)).toBe("as long as the work by hand");
    expect(planNote(takes, 1)).toContain("1 by hand, with no time planned");
    expect(planWords({ ...takes, by_hand_s: 600 }, 1)).toBe("about 11 min");
    expect(planWords({ ...takes, caches_s: null }, 0)).toBe("never timed here");
    // A restart takes its time, measured or not.
    expect(planWords({ ...takes, planned_s: 720 }, 0)).toBe("about 12 min by the plan");
    expect(planWords({ ...takes, planned_s: 720, by_hand_s: 600 }, 1)).toBe("about 22 min");
  });

  it("by hand alone says so, and that nothing is sent; it has not failed to prove anything", async () => {
    await open("#/rollback?scope=rule:R5", "silent,failing");
    expect((await screen.findByTestId("rollback-proof")).textContent).toBe("All 2 parts by hand");
    const main = screen.getByRole("main");
    expect(main.textContent).toContain("2 parts");
    expect(main.textContent).toContain("nothing is sent from here");
    expect(main.textContent).not.toContain("0 of");
    expect(main.textContent).not.toContain("Not measured");
    expect(
      within(main)
        .getAllByRole("columnheader")
        .map((h) => h.textContent),
    ).toEqual(["State", "#", "What happens", "What to do"]);
    expect(confirm().textContent).toBe("Roll back by hand on REHEARSAL");
    // What to do is words for a person: it stands under no image's heading.
    expect(screen.getByTestId("rollback-item-mid.2").querySelector("td.words")?.textContent).toBe("To do: Take the restriction off at the load balancer.");
    expect(main.querySelector(".k-fail")).toBeNull();
  });

  it("says what is there now beside what was there before", async () => {
    await open("#/rollback?scope=rule:R4", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => R4;
    });
    await screen.findByTestId("rollback-proof");
    const order = screen.getByRole("table", { name: "What happens, in this order" });
    expect(
      within(order)
        .getAllByRole("columnheader")
        .map((h) => h.textContent),
    ).toEqual(["State", "#", "What happens", "Now", "As it was before"]);
  });

  it("with people to tell alone proves nothing", async () => {
    await open("#/rollback?scope=rule:R4", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => ({ ...R4, items: R4.items.filter((i) => i.kind === "notice") });
    });
    expect((await screen.findByTestId("rollback-proof")).textContent).toBe("Only people to tell");
  });

  for (const [tone, word, kind] of [
    ["passing", "Complete", "pass"],
    ["failing", "Complete, not all right", "blocked"],
    ["unknown", "Complete, can’t tell yet", "unknown"],
    ["not_applicable", "Complete, by what people said", "record"],
  ] as const) {
    it(`ends ${kind} while the monitors say ${tone}`, async () => {
      await open("#/rollback", "silent,running", (fake) => {
        const running = fake.edit;
        fake.edit = (s) => {
          const x = running(s);
          return {
            ...x,
            rollback:
              x.rollback === null
                ? null
                : { ...x.rollback, state: fake.scene.story, scope: R4.scope, title: R4.title, items: R4.items.map((i) => ({ ...i, state: "done" })) },
            monitors: x.monitors.map((m) => ({ ...m, tone })),
          };
        };
      }).then(({ fake }) => {
        fake.scene = { ...fake.scene, story: "completed" };
        act(() => fake.push());
      });
      expect(screen.getByTestId("rollback-state").textContent).toBe(word);
      expect(screen.getByTestId("rollback-state").dataset["kind"]).toBe(kind);
      expect(screen.getByRole("heading", { level: 1 }).textContent).toBe(R4.title);
    });
  }
});

it("beside the proposal every other rule can be chosen on the same page", async () => {
  const user = userEvent.setup();
  await open("#/rollback", "silent,failing", (fake) => {
    fake.edit = (s) => ({
      ...s,
      way_back: {
        ...s.way_back,
        rules: [
          { rule: "R3", title: "Switch Admins-UI back" },
          { rule: "R4", title: "Reval can't be reached" },
        ],
      },
    });
  });
  const ways = within(screen.getByTestId("instead"))
    .getAllByRole("link")
    .map((a) => a.textContent);
  expect(ways).toEqual(["R4: Reval can't be reached", "Roll back everything instead"]);
  await user.click(screen.getByTestId("instead-R4"));
  await settle();
  expect(window.location.hash).toBe("#/rollback?scope=rule%3AR4");
  expect(screen.getByTestId("instead-R3")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Back to what the console proposes" })).toBeTruthy();
});
