// What a tired user met who walked the whole plan in the real window.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Attempts } from "../components/Attempts";
import type { AttemptView, RollbackItemView, RunSnapshot, StepView } from "../ipc";
import { layWide, reachOf } from "../way/lay";
import { wayNow } from "../way/now";
import { planOf, snapshotOf } from "./made-up";
import { open, settle } from "./open";

const step = (snapshot: RunSnapshot, id: string, edit: (s: StepView) => StepView): RunSnapshot => ({
  ...snapshot,
  phases: snapshot.phases.map((p) => ({ ...p, steps: p.steps.map((s) => (s.id === id ? edit(s) : s)) })),
});

const old = (ms: number) => new Date(Date.now() - ms).toISOString();

describe("the right rail", () => {
  it("has what fails above what can't be told, and of that one line", async () => {
    await open("#/run", "silent,waiting", (fake) => {
      fake.edit = (s) => ({
        ...s,
        monitors: s.monitors.map((m, i) =>
          i === 0
            ? { ...m, tone: "unknown" as const, observed: "can't be told: https://apps.example.nhs.test/ gave no answer" }
            : i === 1
              ? { ...m, tone: "failing" as const, observed: "HTTP 500" }
              : m,
        ),
      });
    });
    const rows = [...document.querySelectorAll<HTMLElement>(".rail .live-row")];
    expect(rows.slice(0, 2).map((r) => r.dataset["tone"])).toEqual(["failing", "unknown"]);
    expect(rows[0]?.textContent).toContain("HTTP 500");
    expect(rows[1]?.className).toContain("one-line");
    expect(rows[1]?.textContent).not.toContain("https://");
    expect(rows[1]?.textContent).toMatch(/Unknownlast read \d+ \S+ ago$/);
  });
});

describe("“check again” is said where that button is, and nowhere else", () => {
  const aged = (s: RunSnapshot, id: string, offers: boolean) =>
    step(s, id, (of) => ({
      ...of,
      state: "foreign",
      verify: of.verify.map((r) => ({ ...r, observed_at: old(3_600_000) })),
      offers: offers ? [{ command: "inspect", label: "Look again", primary: false, needs_reason: false, refused: null }] : [],
    }));

  it("after a step that stands still", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/mid.3", "silent,foreign", (fake) => {
      fake.edit = (s) => aged(s, "mid.3", true);
    });
    const block = () => screen.getByRole("heading", { name: "After" }).closest("section") as HTMLElement;
    expect(block().textContent).toContain("too old to be believed: read again");
    await user.click(within(block()).getByTestId("read-after"));
    expect(fake.asked.at(-1)?.command).toEqual({ do: "inspect", step: "mid.3" });
    fake.edit = (s) => aged(s, "mid.3", false);
    act(() => fake.push());
    expect(block().textContent).toContain("too old to be believed");
    expect(block().textContent).not.toMatch(/again/);
  });
});

describe("a run that stands still", () => {
  it.each(["#/live", "#/users", "#/timeline", "#/report", "#/decisions", "#/rehearsal", "#/connection", "#/start", "#/run"])(
    "can be resumed on %s",
    async (page) => {
      const user = userEvent.setup();
      const { fake } = await open(page, "silent,held");
      await user.click(screen.getByTestId("still-resume"));
      await user.type(screen.getByTestId("reason-input"), "the vendor is back");
      await user.click(screen.getByTestId("reason-submit"));
      await settle();
      expect(fake.asked.map((a) => [a.command.do, a.reason])).toEqual([["resume", "the vendor is back"]]);
      expect(screen.queryByTestId("stands-still")).toBeNull();
      expect(screen.queryByTestId("reason-form")).toBeNull();
    },
  );

  it("is called so on the start's page as well", async () => {
    const { store } = await open("#/start", "silent,stopped");
    const row = screen.getByTestId(`open-run-${store.get().run}`).closest("li");
    expect(row?.textContent).toContain("Stopped · ");
    expect(row?.textContent).not.toContain("Open · ");
  });

  it("that is still stopping has no such button yet", async () => {
    await open("#/live", "silent,waiting", (fake) => {
      fake.edit = (s) => ({ ...s, state: "stopping" });
    });
    expect(screen.getByTestId("stands-still")).toBeTruthy();
    expect(screen.queryByTestId("still-resume")).toBeNull();
  });
});

describe("the focus", () => {
  const onHead = () => waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));

  it("is on the page's heading after go", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/gate/post", "silent,gate_ready");
    for (const field of await screen.findAllByRole("combobox")) if ((field as HTMLInputElement).value === "") await user.type(field, "n.lead");
    await user.click(screen.getByTestId("action-primary"));
    expect(fake.asked).toHaveLength(1);
    await onHead();
  });

  it("is on the page's heading after a record, also where the form's own button goes with it", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/post.2", "silent,go");
    await user.click(screen.getByTestId("action-primary"));
    await user.type(screen.getByTestId("reason-input"), "seen");
    await user.click(screen.getByTestId("reason-submit"));
    fake.edit = (s) => step(s, "post.2", (of) => ({ ...of, state: "done", state_words: "Done", offers: [] }));
    act(() => fake.push());
    await onHead();
  });

  it("is on the page's heading after a confirm", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3/confirm", "silent,ready");
    await user.click(screen.getByTestId("confirm-primary"));
    await waitFor(() => expect(window.location.hash).toBe("#/run/mid.3"));
    await onHead();
  });

  it("stays nowhere where a person put it nowhere", async () => {
    const { fake } = await open("#/run/mid.3", "silent,ready");
    act(() => screen.getByTestId("action-primary").focus());
    act(() => screen.getByTestId("action-primary").blur());
    await act(() => new Promise((done) => setTimeout(done, 20)));
    fake.edit = (s) => step(s, "mid.3", (of) => ({ ...of, state: "done", offers: [] }));
    act(() => fake.push());
    await act(() => new Promise((done) => setTimeout(done, 100)));
    expect(document.activeElement).toBe(document.body);
  });

  it("is in the field of a look-up that was empty", async () => {
    const user = userEvent.setup();
    await open("#/users");
    await user.click(screen.getByTestId("lookup"));
    expect(document.activeElement).toBe(screen.getByTestId("lookup-query"));
  });
});

it("further lines of what was observed stand below it, not below what is checked", async () => {
  await open("#/run/mid.3", "silent,ready", (fake) => {
    fake.edit = (s) =>
      step(s, "mid.3", (of) => ({
        ...of,
        before: of.before.map((r, i) =>
          i === 0 ? { ...r, tone: "failing" as const, observed: `2 routes leak; leak: POST /createUser answers 200; leak: POST /deleteUser answers 200` } : r,
        ),
      }));
  });
  const parts = document.querySelector(".readings .reading-parts")?.closest("td");
  expect(parts?.cellIndex).toBe(2);
});

it("a second try is counted through, also where the step was begun anew in between", () => {
  const attempt = (id: string): AttemptView => ({
    id,
    way: id.split("/")[2] ?? "",
    started_at: "2026-11-29T23:00:00Z",
    outcome: "Applied, in sync",
    request_id: null,
    finding: null,
    problem: null,
    proven: [],
  });
  render(<Attempts list={["a/1/apply/1", "a/1/undo/1", "a/2/apply/1"].map(attempt)} />);
  const words = ["a/1/apply/1", "a/1/undo/1", "a/2/apply/1"].map((id) => screen.getByTestId(`attempt-${id}`).querySelector("th")?.textContent);
  expect(words).toEqual(["Apply 1", "Undo 1", "Apply 2"]);
});

it("what is done has the tick of what is done, also where people recorded it", async () => {
  await open("#/run/post.2", "silent,go", (fake) => {
    fake.edit = (s) => step(s, "post.2", (of) => ({ ...of, state: "done", state_words: "Done", note: "m.example said so.", offers: [] }));
  });
  expect(screen.getByTestId("step-note").className).toContain("k-pass");
});

describe("the plan of a rollback", () => {
  const plan = planOf("failing rule:R3");
  const notice = (state: string): RollbackItemView[] =>
    plan.items.slice(0, 1).map((i) => ({
      ...i,
      id: "notice-9",
      kind: "notice",
      title: "Tell users",
      state,
      preview: null,
      preconditions: [],
      restores: ["The sign-in that you know", "We have stopped the move."],
    }));

  it.each([
    ["to_do", "To tell:"],
    ["done", "Told:"],
  ])("has what a notice is about and what it says apart, and what was told (%s) is not still to tell", async (state, word) => {
    await open("#/rollback", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => ({ ...plan, items: [...plan.items, ...notice(state)] });
    });
    const cell = screen.getByTestId("rollback-item-notice-9").querySelector(".words");
    expect([...(cell?.querySelectorAll(":scope > span") ?? [])].map((s) => s.textContent)).toEqual(["The sign-in that you know", "We have stopped the move."]);
    expect(cell?.querySelector("strong")?.textContent).toBe(word);
  });

  it("is left by Escape, as a confirm is, and keeps what was written", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/rollback", "silent,failing,production,unvouched");
    await user.type(screen.getByTestId("rollback-reason"), " and the lead agrees");
    const written = screen.getByTestId<HTMLTextAreaElement>("rollback-reason").value;
    const back = screen.getByRole("link", { name: "Back to the step, change nothing" }).getAttribute("href");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(window.location.hash).toBe(back));
    await settle();
    act(() => {
      window.location.hash = "#/rollback";
    });
    await settle();
    expect(screen.getByTestId<HTMLTextAreaElement>("rollback-reason").value).toBe(written);
    expect(fake.asked).toEqual([]);
  });

  it("stands below what it takes back, or below the run: never below the step that would come next", async () => {
    await open("#/rollback?scope=all", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => ({ ...plan, scope: "all" });
    });
    const crumbs = () => screen.getByRole("navigation", { name: /where|crumb|place/i });
    expect(within(crumbs()).getByRole("link").getAttribute("href")).toBe("#/run");
    act(() => {
      window.location.hash = "#/rollback?scope=step:mid.3";
    });
    await settle();
    expect(within(crumbs()).getByRole("link").getAttribute("href")).toBe("#/run/mid.3");
  });

  it("names what would mend what it leaves by its title", async () => {
    await open("#/rollback", "silent,failing", (fake) => {
      fake.rollbackPlan = async () => ({ ...plan, breaches: [{ id: "open-writes", because: "Writes stay open.", repair: ["mid.3"] }] });
    });
    expect(screen.getByTestId("breach-open-writes").closest("label")?.textContent).toContain("Undoing “Switch Admins-UI DNS” as well would mend it.");
  });
});

it("in trouble the main button and Stop share a row, and the way back has the next", async () => {
  await open("#/run/mid.3", "silent,unverified");
  const row = document.querySelector(".action-row.in-trouble");
  expect(row?.querySelector(".action-main .w-main")).not.toBeNull();
  expect(row?.querySelector(".action-ways a")).not.toBeNull();
  expect(row?.querySelector(".action-ways [data-testid=run-stop]")).toBeNull();
});

it("the ways from the resolvers begin behind their words", () => {
  const snapshot = snapshotOf("ready");
  const found = snapshot.ways.find((w) => w.servers.some((s) => s.place === "resolver"));
  if (found === undefined) throw new Error("no way has a resolver");
  const way = wayNow(
    { ...found, servers: found.servers.map((s) => (s.place === "resolver" ? { ...s, gives: "old" as const, ttl_s: 78 } : s)) },
    Date.parse(snapshot.now),
  );
  const lay = layWide(way);
  expect(way.servers.some((s) => s.ttl_s === 78)).toBe(true);
  expect(lay.asks).toBeGreaterThanOrEqual(reachOf(lay.resolvers));
  expect(lay.asks).toBeLessThan(lay.meet?.x ?? 0);
});

it("a step that is still ahead has no time of a clock in the rail, and one that is done has", async () => {
  await open("#/run", "silent,ready");
  expect(screen.getByTestId("step-mid.3").textContent).toMatch(/Ready · .*4 min$/);
  expect(screen.getByTestId("step-mid.3").textContent).not.toMatch(/\d[ap]m/);
  expect(screen.getByTestId("step-mid.1").textContent).toMatch(/\d[ap]m$/);
});

it("a step that waits has no length beside that word: it would be taken for the wait's", async () => {
  await open("#/run", "silent,waiting");
  expect(screen.getByTestId("step-mid.3").textContent).toMatch(/Waiting$/);
});

it("a report that was exported has the tick of what is done", async () => {
  await open("#/report");
  await userEvent.setup().click(screen.getByTestId("report-export"));
  await screen.findByText("Report exported");
  expect(screen.getByTestId("report-written").querySelector(".notice")?.className).toContain("k-pass");
});
