// The night and the page of what people do, from scenes that the core wrote.
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { RunSnapshot } from "../ipc";
import { nightWords } from "../night/Night";
import { fold } from "../night/fold";
import { ropeOf } from "../night/rope";
import { nightOf } from "../night/when";
import { allSteps } from "../state/readings";
import { snapshotOf } from "./made-up";
import { open } from "./open";

const NOW = Date.parse("2026-11-29T19:00:00Z");
const STORIES = [
  "waiting",
  "ready",
  "applying",
  "verifying",
  "done",
  "failing",
  "in_doubt",
  "foreign",
  "gate_closed",
  "no_go",
  "go",
  "running",
  "halted",
  "completed",
  "undone",
  "again",
  "stopped",
];
const night = (story: string) => {
  const snapshot = snapshotOf(story, NOW);
  return { snapshot, night: nightOf(snapshot.phases, Date.parse(snapshot.now)) };
};

describe("the night", () => {
  it("has every step that was not left out once, in its phase's order, and nothing begins before what stands before it ended", () => {
    for (const story of STORIES) {
      const { snapshot, night: laid } = night(story);
      const steps = laid.lines.flatMap((l) => l.marks.filter((m) => m.is === "step").map((m) => m.id));
      expect(steps, story).toEqual(
        allSteps(snapshot)
          .filter((s) => s.state !== "skipped")
          // What was taken back stands where it was, and once more ahead.
          .flatMap((s) => (s.state === "undone" && s.times.started_at !== null ? [s.id, `again-${s.id}`] : [s.id])),
      );
      for (const line of laid.lines) {
        for (const mark of line.marks) {
          expect(mark.to, `${story}: ${mark.id}`).toBeGreaterThanOrEqual(mark.from);
          // What is ahead is not drawn in the past, and what has happened not in the future.
          if (mark.ahead) expect(mark.from, `${story}: ${mark.id}`).toBeGreaterThanOrEqual(laid.now);
          else expect(mark.from, `${story}: ${mark.id}`).toBeLessThanOrEqual(laid.now);
        }
        const ahead = line.marks.filter((m) => m.ahead && m.is === "step");
        for (const [i, m] of ahead.entries()) expect(m.from, `${story}: ${m.id}`).toBeGreaterThanOrEqual(ahead[i - 1]?.to ?? 0);
      }
    }
  });

  it("says what happened with the times that the core gives, and what is ahead as about", () => {
    const { snapshot, night: laid } = night("done");
    const marks = laid.lines.flatMap((l) => l.marks);
    for (const step of allSteps(snapshot)) {
      const mark = marks.find((m) => m.id === step.id);
      if (step.times.started_at !== null) expect(mark?.from, step.id).toBe(Date.parse(step.times.started_at));
      if (step.times.ended_at !== null) expect(mark?.to, step.id).toBe(Date.parse(step.times.ended_at));
    }
  });

  it("draws a wait that time alone ends, to its end", () => {
    const { snapshot, night: laid } = night("waiting");
    const until = allSteps(snapshot).flatMap((s) => s.before.flatMap((r) => (r.until === null ? [] : [Date.parse(r.until)])));
    const wait = laid.lines.flatMap((l) => l.marks).find((m) => m.is === "wait" && m.state === "Waiting");
    expect(until).toContain(wait?.to);
    expect(wait?.kind).toBe("waiting");
  });

  it("can't tell when a phase ends in which a step has no planned time", () => {
    const snapshot = snapshotOf("waiting", NOW);
    const phases: RunSnapshot["phases"] = snapshot.phases.map((p) => ({
      ...p,
      steps: p.steps.map((s) => ({ ...s, expected_s: null, times: { ...s.times, planned_s: null } })),
    }));
    expect(nightWords(nightOf(phases, NOW))).toMatch(/ends can't be told: a step has no planned time$/);
    expect(nightWords(night("waiting").night)).toMatch(/“.+” ends about \d+:\d\d(am|pm)$/);
    // So far ahead a time of the day alone would be taken for today's.
    const far = { ...nightOf(snapshot.phases, NOW), current: { title: "Post", ends: NOW + 49 * 3_600_000, behindS: null } };
    expect(nightWords(far)).toMatch(/^“Post” ends about \d+:\d\d(am|pm) on \d+ \w+ \d{4}$/);
  });

  it("its rope leads to before what the button would take back, with the price that the core says", () => {
    const snapshot = snapshotOf("failing", NOW);
    const rope = ropeOf(snapshot.phases, snapshot.way_back);
    const first = allSteps(snapshot)
      .filter((s) => snapshot.way_back.undoes.includes(s.id))
      .map((s) => Date.parse(s.times.started_at ?? s.changed_at ?? ""))
      .sort((a, b) => a - b)[0];
    expect(rope?.to).toBe(first);
    expect(snapshot.way_back.price).toMatch(/^\d+ items?, .*about \d+ (s|min)/);
    expect(rope?.price.startsWith(`${snapshot.way_back.price}, `)).toBe(true);
    expect(rope?.price).not.toContain("click");
    expect(rope?.price).toContain(snapshot.way_back.loses.length === 0 ? "loses nothing" : snapshot.way_back.loses[0]?.replace(/\.$/, ""));
    const unproven = snapshotOf("unproven", NOW);
    expect(ropeOf(unproven.phases, unproven.way_back)?.price).toContain("not proven");
    expect(ropeOf(snapshot.phases, { ...snapshot.way_back, something_to_undo: false })).toBeNull();
  });

  it("is one stop for the keyboard: arrows go from mark to mark, each of which leads on", async () => {
    const user = userEvent.setup();
    await open("#/run", "silent,waiting");
    const picture = screen.getByTestId("night");
    const stops = () =>
      within(picture)
        .getAllByRole("link")
        .filter((l) => l.getAttribute("tabindex") === "0");
    expect(stops()).toHaveLength(1);
    stops()[0]?.focus();
    await user.keyboard("{Home}");
    const first = document.activeElement;
    await user.keyboard("{ArrowRight}");
    expect(document.activeElement).not.toBe(first);
    expect(stops()).toEqual([document.activeElement]);
    expect((await screen.findByRole("tooltip")).textContent).toBe(document.activeElement?.getAttribute("aria-label"));
    // Each says what it is, its state and its time.
    for (const mark of within(picture).getAllByRole("link")) expect(mark.getAttribute("aria-label")).toMatch(/^.+: .+, /);
    await user.keyboard("{End}");
    expect(document.activeElement?.getAttribute("href")).toMatch(/^#\/run\//);
  });

  it("says the same as a table, and on the wall bears nothing to press", async () => {
    const user = userEvent.setup();
    await open("#/run", "silent,waiting");
    await user.click(screen.getAllByText("The same as a table")[0] as HTMLElement);
    const table = screen.getByRole("table", { name: /^The night/ });
    for (const mark of within(screen.getByTestId("night")).getAllByRole("link")) {
      const id = mark.getAttribute("data-testid") ?? "";
      if (!id.startsWith("night-phase-"))
        expect(
          within(table)
            .getAllByRole("link")
            .some((l) => l.getAttribute("href") === mark.getAttribute("href")),
        ).toBe(true);
    }
    window.location.hash = "#/war-room";
    expect((await screen.findByRole("img", { name: /^The night/ })).querySelector("a, button")).toBeNull();
  });
});

describe("a step that people do", () => {
  it("is one block: what to do with a copy for each line, what proves it, who, and how it is taken back", async () => {
    const snapshot = snapshotOf("waiting", NOW);
    const plain = allSteps(snapshot).find((s) => s.kind === "attest");
    if (plain === undefined) throw new Error("no scene has a step by hand");
    const byHand = { ...plain, look_at: ["The pipelines stand still.", "Nobody is in the list of releases."], risks: ["A release of the night goes on."] };
    await open(`#/run/${byHand.id}`, "silent,waiting", (fake) => {
      fake.edit = (s) => ({
        ...s,
        phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((x) => (x.id === byHand.id ? { ...x, look_at: byHand.look_at, risks: byHand.risks } : x)) })),
      });
    });
    const lines = within(screen.getByTestId("look-at")).getAllByRole("listitem");
    expect(lines.map((l) => l.querySelector("span")?.textContent)).toEqual(byHand.look_at);
    for (const line of lines) expect(within(line).getByRole("button", { name: /^Copy: / })).toBeTruthy();
    expect(screen.getByText("What proves it")).toBeTruthy();
    expect(screen.getByText("Taken back").nextSibling?.textContent).toBe(byHand.reversibility);
    const heads = screen.getAllByRole("heading", { level: 2 }).map((h) => h.textContent);
    expect(heads).toContain("To do by hand");
    for (const empty of ["Change", "Way back"]) expect(heads).not.toContain(empty);
    if (byHand.before.length === 0) expect(heads).not.toContain("Before");
  });
});

describe("checks before a change", () => {
  it("that pass are one line; what does not pass stands above them with its mend", async () => {
    const snapshot = snapshotOf("waiting", NOW);
    const step = allSteps(snapshot).find((s) => s.before.some((r) => r.tone === "waiting"));
    if (step === undefined) throw new Error("no scene waits");
    await open(`#/run/${step.id}`, "silent,waiting");
    const fold = screen.getByTestId("show-checks");
    const passing = step.before.filter((r) => r.tone === "passing" || r.tone === "not_applicable");
    expect(fold.textContent).toContain(`${passing.length} checks that passed, the oldest read`);
    expect(fold.closest("details")?.open).toBe(false);
    const waiting = step.before.find((r) => r.tone === "waiting");
    const row = screen.getByTestId(`check-${waiting?.id}`);
    expect(row.compareDocumentPosition(fold) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    await userEvent.setup().click(fold);
    expect(fold.closest("details")?.open).toBe(true);
    for (const r of passing) expect(screen.getByTestId(`check-${r.id}`)).toBeTruthy();
  });
});

describe("the picture on the page", () => {
  it("shows the moment of the switch, and says it in the table", async () => {
    await open("#/run", "silent,done");
    expect(screen.getByTestId("night-t0").textContent).toContain("T0");
    expect(screen.getByText("From here on users are affected")).toBeTruthy();
  });

  it("has no such mark before the switch", async () => {
    await open("#/run", "silent,waiting", (fake) => {
      fake.edit = (s) => ({ ...s, t0: null });
    });
    expect(screen.queryByTestId("night-t0")).toBeNull();
  });

  it("is folded to one sentence by a person, and stays so for as long as the window is open", async () => {
    const user = userEvent.setup();
    const first = await open("#/run", "silent,done");
    await user.click(screen.getByTestId("night-fold"));
    expect(screen.queryByTestId("night")).toBeNull();
    expect(screen.getByTestId("night-folded").textContent).toContain("The night: ");
    act(() => first.fake.push());
    expect(screen.queryByTestId("night")).toBeNull();
    await user.click(screen.getByTestId("night-fold"));
    expect(screen.getByTestId("night")).toBeTruthy();
    act(() => fold(null));
  });

  it("is folded by itself in a window that is too low for it", async () => {
    const high = window.innerHeight;
    window.innerHeight = 400;
    await open("#/run", "silent,done");
    expect(screen.getByTestId("night-folded")).toBeTruthy();
    window.innerHeight = high;
  });
});

it("nothing is said of the way back before somebody looked at it", async () => {
  await open("#/run", "silent,done", (fake) => {
    fake.edit = (s) => ({ ...s, way_back: { ...s.way_back, undoes: [], something_to_undo: true } });
  });
  expect(screen.getByTestId("night-price").textContent).toBe("The way back has not been looked at yet.");
});

it("where nothing was done, the night says that there is nothing to take back", async () => {
  await open("#/run", "silent,done", (fake) => {
    fake.edit = (s) => ({ ...s, way_back: { ...s.way_back, undoes: [], something_to_undo: false } });
  });
  expect(screen.getByTestId("night-price").textContent).toBe("There is nothing to take back yet.");
});

it("a second Go draws nothing that is done to the right of now", async () => {
  await open("#/run", "silent,done", (fake) => {
    fake.edit = (s) => {
      const ago = (minutes: number) => new Date(Date.parse(s.now) - minutes * 60_000).toISOString();
      return {
        ...s,
        phases: s.phases.map((p) => ({
          ...p,
          gate: p.gate?.decision == null ? p.gate : { ...p.gate, state: "go", decision: { ...p.gate.decision, at: ago(4) } },
          steps: p.steps.map((x, i) =>
            x.times.started_at === null ? x : { ...x, times: { ...x.times, started_at: ago(300 - 20 * i), ended_at: x.times.ended_at && ago(298 - 20 * i) } },
          ),
        })),
      };
    };
  });
  const picture = screen.getByTestId("night");
  const now = Number(/^M([\d.]+)/.exec(picture.querySelector(".night-now path")?.getAttribute("d") ?? "")?.[1]);
  const done = [...picture.querySelectorAll(".night-mark.is-step.k-pass:not(.ahead) rect")];
  expect(done.length).toBeGreaterThan(0);
  for (const bar of done) expect(Number(bar.getAttribute("x")) + Number(bar.getAttribute("width"))).toBeLessThanOrEqual(now + 0.01);
});
