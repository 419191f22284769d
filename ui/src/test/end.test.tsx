// What is told to people, how a rollback ends, what is expected in flight, and where a run goes on.
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { RunSnapshot } from "../ipc";
import { snapshotOf } from "./made-up";
import { answerKind } from "../screens/Users";
import { currentStep, onward } from "../state/readings";
import { lookupOf } from "./host";
import { open } from "./open";

const kindOf = (id: string) => screen.getByTestId(id).dataset["kind"];

describe("a notice", () => {
  it("is done only with what was told: where, to how many, when, and what proves it", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/post.3", "silent,go");
    expect(screen.getByTestId("notice").textContent).toContain("The move is done.");
    expect(within(screen.getByTestId("notice")).getByText("Copy the notice")).toBeTruthy();
    await user.click(screen.getByTestId("action-primary"));
    expect(document.activeElement).toBe(screen.getByTestId("tell-where"));
    const submit = () => user.click(screen.getByTestId("reason-submit"));
    await submit();
    await user.type(screen.getByTestId("tell-where"), "e-mail to all trust admins");
    await submit();
    await user.type(screen.getByTestId("tell-many"), "1,240 people");
    await submit();
    expect(fake.asked).toEqual([]);
    await user.clear(screen.getByTestId("tell-when"));
    await user.type(screen.getByTestId("tell-when"), "11:58pm");
    expect(screen.getByTestId("reason-form").textContent).toContain("Write the date as well, such as 11:58pm on ");
    await user.type(screen.getByTestId("tell-when"), " on 1 November 2020");
    await user.type(screen.getByTestId("reason-input"), "Sent folder, ticket 4711.");
    await submit();
    expect(fake.asked).toEqual([
      {
        command: { do: "attest", step: "post.3" },
        basis: null,
        by: "m.example",
        reason: "Told 1,240 people by e-mail to all trust admins at 11:58pm on 1 November 2020. Sent folder, ticket 4711.",
      },
    ]);
  });

  it("of a rollback is a person's turn, in blue, with its words to copy; trying it again is not offered", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/rollback", "silent,turn");
    expect(screen.getByTestId("rollback-state").textContent).toBe("Your turn");
    expect(kindOf("rollback-state")).toBe("running");
    expect(screen.getByTestId("your-turn").textContent).toContain("Copy the notice");
    expect(screen.queryByTestId("rollback-retry")).toBeNull();
    await user.click(screen.getByTestId("rollback-done"));
    // As people answer who are asked how: the sentence has one "by" all the same.
    await user.type(screen.getByTestId("tell-where"), "by the intranet");
    await user.type(screen.getByTestId("tell-many"), "all 1,240");
    await user.type(screen.getByTestId("reason-input"), "It can be seen there.");
    await user.click(screen.getByTestId("reason-submit"));
    expect(fake.asked).toHaveLength(1);
    expect(fake.asked[0]?.command).toEqual({ do: "rollback_done", item: "notice-1" });
    expect(fake.asked[0]?.reason).toMatch(/^Told all 1,240 by the intranet at \d+:\d\d[ap]m on \d+ \w+ \d{4}\. It can be seen there\.$/);
  });
});

describe("the end of a rollback", () => {
  it("says what was seen from outside, and what is left for whom; nothing is red", async () => {
    await open("#/rollback", "silent,turn");
    const seen = screen.getByTestId("rollback-seen").textContent ?? "";
    expect(seen).toContain("4 of 4 servers since 12:18am, 3 of 3 resolvers, the old site answers; others since 12:20am.");
    expect(seen).toContain("Left for you: Tell people.");
    const main = screen.getByRole("main");
    expect(main.querySelector(".k-fail")).toBeNull();
    expect(main.textContent).not.toContain("Stopped");
    expect(screen.getByTestId("rollback-is-open").textContent).toBe("Rollback: your turn");
  });

  it("that failed is red, and tried again", async () => {
    await open("#/rollback", "silent,halted");
    expect(kindOf("rollback-state")).toBe("fail");
    expect(screen.getByTestId("rollback-retry")).toBeTruthy();
  });

  it("is not green while something that people see still fails", async () => {
    const { fake } = await open("#/rollback", "silent,running");
    fake.scene = { ...fake.scene, story: "completed" };
    fake.edit = (s) => ({ ...s, monitors: s.monitors.map((m) => (m.id === "reval" ? { ...m, tone: "failing" as const } : m)) });
    act(() => fake.push());
    expect(kindOf("rollback-state")).toBe("blocked");
    expect(screen.getByTestId("rollback-still-failing").textContent).toContain("Failing now: Reval.");
    fake.edit = (s) => s;
    act(() => fake.push());
    expect(screen.getByTestId("rollback-state").textContent).toBe("Complete");
  });
});

/** As the core tells it while name servers follow one by one. */
const spreading = (s: RunSnapshot): RunSnapshot => ({
  ...s,
  users: { tone: "switching", headline: "Switching: 3 of 4 servers", note: "3 of 4 servers since 12:01am, 3 of 3 resolvers; others by 12:03am" },
  monitors: s.monitors.map((m) => (m.id === "dns" ? { ...m, tone: "switching" as const, observed: "3 of 4 servers answer 198.51.100.20" } : m)),
});

describe("a change in flight", () => {
  for (const hash of ["#/run/mid.3", "#/live", "#/war-room"]) {
    it(`is calm blue on ${hash}`, async () => {
      await open(hash, "silent", (fake) => {
        fake.edit = spreading;
      });
      const answer = screen.getByTestId("answer-users");
      expect(answer.textContent).toContain("Switching: 3 of 4 servers");
      expect(answer.textContent).toContain("others by 12:03am");
      expect(answer.dataset["kind"]).toBe("running");
      expect(document.querySelector(".k-fail")).toBeNull();
    });
  }

  it("is red at once where something is down", async () => {
    await open("#/live", "silent", (fake) => {
      fake.edit = (s) => ({
        ...spreading(s),
        users: { tone: "failing", headline: "Users affected", note: "Failing: Admins-UI" },
        monitors: spreading(s).monitors.map((m) => (m.id === "admins-ui" ? { ...m, tone: "failing" as const } : m)),
      });
    });
    expect(kindOf("answer-users")).toBe("fail");
  });
});

describe("where a run goes on", () => {
  it("a step that was taken back is not finished: it is offered anew by its name, and nothing leads round in a circle", async () => {
    expect(currentStep(snapshotOf("again"))?.id).toBe("mid.3");
    expect(onward(snapshotOf("again"))?.id).toBe("mid.3");
    const user = userEvent.setup();
    await open("#/run/post.1", "silent,again");
    // A step that needs step 3 waits for it, and leads there.
    await user.click(within(screen.getByTestId("why-not")).getByRole("link", { name: "Switch Admins-UI DNS" }));
    await waitFor(() => expect(window.location.hash).toBe("#/run/mid.3"));
    expect((await screen.findByTestId("offer-reopen")).textContent).toBe("Do this step again…");
    expect(screen.queryByTestId("to-current")).toBeNull();
  });

  it("nothing moves on by itself: the page stays on its result, and Next leads on by name", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run", "silent,ready");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Switch Admins-UI DNS");
    fake.edit = (s) => ({
      ...s,
      phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === "mid.3" ? { ...x, state: "done", state_words: "Done", offers: [] } : x)) })),
    });
    act(() => fake.push());
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Switch Admins-UI DNS");
    expect(screen.getByTestId("step-state").textContent).toBe("Done");
    expect(screen.getByTestId("to-current").textContent).toBe("Next: Switch Reval to new pool");
    await user.click(screen.getByTestId("to-current"));
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Switch Reval to new pool"));
    expect(document.activeElement?.tagName).toBe("H1");
  });
});

describe("a look-up", () => {
  it("has the colour of what it means, whatever the number of matches", () => {
    expect(
      ["jo.bloggs@example.nhs.test", "unverified", "disabled", "several", "silent@example.nhs.test", "nobody@example.nhs.test"].map((q) =>
        answerKind(lookupOf(q)),
      ),
    ).toEqual(["pass", "blocked", "fail", "unknown", "unknown", "todo"]);
    expect(answerKind({ ...lookupOf("bloggs"), matches: 2 })).toBe("pass");
    expect(answerKind({ ...lookupOf("disabled"), matches: 1 })).toBe("fail");
    expect(answerKind({ ...lookupOf("bloggs"), clear: false })).toBe("unknown");
    expect(answerKind({ ...lookupOf("bloggs"), meaning: "something_new" as unknown as "can_but" })).toBe("unknown");
  });
});

it("what changed breaks no rule of accessibility", async () => {
  await open("#/rollback", "silent,turn");
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map((v) => v.id)).toEqual([]);
});
