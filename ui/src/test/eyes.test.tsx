// What a pair of eyes saw at the window: marks that looked broken, lines of nothing, words that differed, bars that took the page.
import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { partsOfWord } from "../components/Breakable";
import { CheckTable } from "../components/CheckTable";
import { type Kind, Shape } from "../components/State";
import type { ReadingView, RunSnapshot } from "../ipc";
import { geometryOf, nameLines } from "../night/geometry";
import { poolState } from "../screens/Users";
import { StoreContext } from "../state/hooks";
import { snapshotOf } from "./made-up";
import { open, settle } from "./open";

afterEach(() => vi.unstubAllGlobals());

/** A window of that size, as far as its style rules ask. */
function sized(width: number, height: number): void {
  const fits = (query: string) =>
    query.split(",").some((one) => {
      const [, side, most] = /max-(width|height): (\d+)px/.exec(one) ?? [];
      return side !== undefined && (side === "width" ? width : height) <= Number(most);
    });
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: fits(query), addEventListener: () => undefined, removeEventListener: () => undefined }));
}

/** The step that waits in the scene of that name. */
function waitingStep(snapshot: RunSnapshot) {
  const step = snapshot.phases.flatMap((p) => p.steps).find((s) => s.state === "blocked");
  if (step === undefined) throw new Error("nothing waits");
  return step;
}

describe("the mark of Unknown", () => {
  const outline = (kind: Kind) => render(<Shape kind={kind} />).container.querySelector("path, circle")?.outerHTML ?? "";

  it("is no lozenge, which with a question mark is the sign for a lost letter, and shares its outline with no other mark", () => {
    const kinds: Kind[] = ["pass", "fail", "unknown", "blocked", "waiting"];
    const outlines = kinds.map(outline);
    expect(new Set(outlines).size).toBe(kinds.length);
    const corners = /d="([^"]+)"/.exec(outline("unknown"))?.[1]?.match(/[\d.]+/g) ?? [];
    // Four corners are four pairs; this one has six.
    expect(outline("unknown").match(/[MLHVlhv ]/g)?.length).toBeGreaterThan(4);
    expect(corners.length).toBeGreaterThan(8);
  });

  it("is drawn, and no letter, in the way of a request too", async () => {
    await open("#/run/mid.3", "silent,failing");
    const servers = [...document.querySelectorAll("[data-gives=unknown]")];
    expect(servers.length).toBeGreaterThan(0);
    for (const server of servers) {
      expect(server.querySelector(".k-unknown path.fill")).not.toBeNull();
      expect([...server.querySelectorAll("text")].map((t) => t.textContent)).not.toContain("?");
    }
  });
});

it("a step that only time bars waits, in the same word wherever it is named", async () => {
  const user = userEvent.setup();
  const { id } = waitingStep(snapshotOf("waiting"));
  await open("#/run", "silent,waiting");
  expect(screen.getByTestId("step-state").textContent).toBe("Waiting");
  expect(screen.getByTestId(`step-${id}`).textContent).toContain("Waiting");
  expect(screen.getByTestId(`night-${id}`).getAttribute("aria-label")).toContain(": Waiting, ");
  await user.keyboard("{Control>}k{/Control}");
  expect((await screen.findByTestId(`go-${id}`)).textContent).toContain("Waiting");
  await user.keyboard("{Escape}");
  act(() => {
    window.location.hash = "#/war-room";
  });
  await settle();
  expect(screen.getByTestId("window").textContent).toContain("Waiting");
  expect(screen.getByTestId("window").textContent).not.toContain("Blocked");
});

describe("checks that nobody has read yet", () => {
  const unread = (id: string) => (s: RunSnapshot) => ({
    ...s,
    phases: s.phases.map((p) => ({
      ...p,
      steps: p.steps.map((step) =>
        step.id === id ? { ...step, state: "to_do", before: step.before.map((r) => ({ ...r, observed_at: null, tone: "unknown" as const })) } : step,
      ),
    })),
  });

  it("are one line that opens by key, and stay open where one was read", async () => {
    const user = userEvent.setup();
    const snapshot = snapshotOf("waiting");
    const { id, before } = waitingStep(snapshot);
    const { fake } = await open(`#/run/${id}`, "silent,waiting", (fake) => {
      fake.edit = unread(id);
    });
    const line = screen.getByTestId("show-unread");
    const fold = line.closest("details") as HTMLDetailsElement;
    expect(line.textContent).toBe(`${before.length} checks not read yet`);
    expect(fold.open).toBe(false);
    expect(fold.querySelectorAll("tbody")).toHaveLength(before.length);
    // A summary is a button of its own to the keyboard.
    expect(line.tagName).toBe("SUMMARY");
    await user.click(line);
    expect(fold.open).toBe(true);
    // One that was read meanwhile stays where it was seen, and is not hidden.
    fake.edit = (s) => {
      const edited = unread(id)(s);
      const first = edited.phases.flatMap((p) => p.steps).find((step) => step.id === id)?.before[0];
      if (first !== undefined) Object.assign(first, { observed_at: s.now, tone: "failing" });
      return edited;
    };
    act(() => fake.push());
    expect(fold.open).toBe(true);
    expect(line.textContent).toBe(`${before.length} checks, ${before.length - 1} not read yet`);
  });

  it("that are read while their line was never opened stand where a new page would have them", async () => {
    const snapshot = snapshotOf("waiting");
    const { id, before } = waitingStep(snapshot);
    const { fake } = await open(`#/run/${id}`, "silent,waiting", (fake) => {
      fake.edit = unread(id);
    });
    fake.edit = (s) => s;
    act(() => fake.push());
    expect(screen.queryByTestId("show-unread")).toBeNull();
    const waits = before.filter((r) => r.tone === "waiting");
    expect(screen.getByTestId("show-checks").textContent).toMatch(new RegExp(`^${before.length - waits.length} checks that passed`));
    for (const r of waits) expect(screen.getByTestId(`check-${r.id}`).closest("details")).toBeNull();
  });

  it("one alone is shown: a line for it would be no shorter", async () => {
    const { id } = waitingStep(snapshotOf("waiting"));
    await open(`#/run/${id}`, "silent,waiting", (fake) => {
      fake.edit = (s) => {
        const edited = unread(id)(s);
        const step = edited.phases.flatMap((p) => p.steps).find((one) => one.id === id);
        if (step !== undefined) step.before = step.before.slice(0, 1);
        return edited;
      };
    });
    expect(screen.queryByTestId("show-unread")).toBeNull();
    expect(screen.getByText("Not read")).toBeTruthy();
  });

  it("of a gate are one line too, and what was read stays in sight", async () => {
    await open("#/gate/post", "silent,gate_closed", (fake) => {
      fake.edit = (s) => ({
        ...s,
        phases: s.phases.map((p) =>
          p.gate === null ? p : { ...p, gate: { ...p.gate, checks: p.gate.checks.map((r) => ({ ...r, observed_at: null, tone: "unknown" as const })) } },
        ),
      });
    });
    const many = snapshotOf("gate_closed").phases.at(-1)?.gate?.checks.length ?? 0;
    expect(screen.getByTestId("show-unread").textContent).toBe(`${many} checks not read yet`);
    expect(screen.queryByTestId("show-checks")).toBeNull();
  });
});

describe("what is expected", () => {
  const reading = (part: Partial<ReadingView>): ReadingView => ({ ...(waitingStep(snapshotOf("waiting")).before[0] as ReadingView), ...part });

  it("has no label without a value: no column where no check says it, and an empty cell where one does not", async () => {
    const { store } = await open("#/run", "silent,waiting");
    const table = (list: ReadingView[]) =>
      within(
        render(
          <StoreContext value={store}>
            <CheckTable list={list} caption="Some checks" />
          </StoreContext>,
        ).container,
      );
    const none = table([reading({ id: "a", expected: "" })]);
    expect(none.getAllByRole("columnheader").map((h) => h.textContent)).toEqual(["State", "Check", "Observed", "Age"]);
    expect(none.getAllByRole("row")[1]?.querySelectorAll("td, th")).toHaveLength(4);
    const some = table([reading({ id: "a", expected: "" }), reading({ id: "b", expected: "200" })]);
    expect(some.getAllByRole("columnheader").map((h) => h.textContent)).toContain("Expected");
    // Nothing is in it: the sheet that lays a narrow table out anew can tell.
    expect(some.getAllByRole("row")[1]?.querySelector(".expected")?.childNodes).toHaveLength(0);
  });
});

describe("the night", () => {
  it("has letters of the size of those around it, however narrow its place is", async () => {
    const width = vi.spyOn(HTMLElement.prototype, "clientWidth", "get");
    for (const [pixels, units] of [
      [440, 440],
      [600, 600],
      [712, 712],
      [1000, 712],
      [0, 712],
    ] as const) {
      width.mockReturnValue(pixels);
      expect(geometryOf(pixels).width).toBe(units);
    }
    width.mockReturnValue(440);
    await open("#/run", "silent,waiting");
    const picture = screen.getByTestId("night");
    expect(picture.getAttribute("viewBox")).toMatch(/^0 0 440 /);
    // The names stand above the bars, whole.
    for (const phase of snapshotOf("waiting").phases) expect(picture.textContent).toContain(phase.title);
    for (const bar of picture.querySelectorAll("rect, text")) expect(Number(bar.getAttribute("x") ?? 0)).toBeLessThanOrEqual(440);
  });

  it("breaks a phase's long name in two before it cuts it", () => {
    expect(nameLines("Mid migration")).toEqual(["Mid migration"]);
    expect(nameLines("Prepare the new sign-in")).toEqual(["Prepare the new", "sign-in"]);
    expect(nameLines("Prepare everything for the new sign-in service")).toEqual(["Prepare", "everything for t…"]);
    expect(nameLines("Donaudampfschifffahrt")).toEqual(["Donaudampfschifff", "ahrt"]);
  });
});

describe("a bar that has no room for every button", () => {
  it("keeps the main one and Stop, and has the rest in a menu, by keyboard alone", async () => {
    sized(480, 900);
    const user = userEvent.setup();
    await open("#/run/mid.3", "silent,foreign");
    const bar = within(screen.getByRole("region", { name: "What you can do" }));
    expect(bar.getByTestId("action-primary")).toBeTruthy();
    expect(bar.getByTestId("run-stop")).toBeTruthy();
    expect(bar.queryByTestId("rollback-step")).toBeNull();
    expect(bar.queryByTestId("run-hold")).toBeNull();
    (await bar.findByTestId("action-more")).focus();
    await user.keyboard("{Enter}");
    const entries = (await screen.findAllByRole("menuitem")).map((e) => e.textContent);
    expect(entries).toEqual([expect.stringMatching(/^R3: .+…$/), expect.stringMatching(/^R4: .+…$/), "Undo this step…", "Put on hold…"]);
    await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(window.location.hash).toBe("#/rollback?scope=step%3Amid.3");
  });

  it("has the way back in the menu while nothing is asked of anybody", async () => {
    sized(480, 900);
    await open("#/run/mid.3", "silent,verifying");
    const bar = within(screen.getByRole("region", { name: "What you can do" }));
    expect(await bar.findByTestId("action-more")).toBeTruthy();
    expect(bar.queryByTestId("rollback-step")).toBeNull();
    expect(bar.getByTestId("run-stop")).toBeTruthy();
  });

  it("has no menu where there is nothing to put in it", async () => {
    sized(480, 900);
    await open("#/run/mid.3", "silent,ready");
    expect(screen.queryByTestId("action-more")).toBeNull();
    expect(screen.getByTestId("run-hold")).toBeTruthy();
  });

  it("leaves what happened to the page where the window is low, and to the bar where it is not", async () => {
    sized(640, 400);
    await open("#/run/mid.3", "silent,foreign");
    const bar = screen.getByRole("region", { name: "What you can do" });
    expect(bar.contains(screen.getByTestId("step-note"))).toBe(false);
    expect(screen.getByTestId("step-note").closest(".page")).not.toBeNull();
  });

  it("in a window of the usual size has all of them", async () => {
    sized(1280, 800);
    await open("#/run/mid.3", "silent,foreign");
    const bar = screen.getByRole("region", { name: "What you can do" });
    expect(bar.contains(screen.getByTestId("step-note"))).toBe(true);
    for (const id of ["rollback-step", "run-hold", "run-stop"]) expect(bar.contains(screen.getByTestId(id)), id).toBe(true);
    expect(screen.queryByTestId("action-more")).toBeNull();
  });
});

it("a long name of a call breaks where its parts meet, and never in the middle of a word", () => {
  expect(partsOfWord("route53:ListResourceRecordSets")).toEqual(["route53:", "ListResourceRecordSets"]);
  expect(partsOfWord("cognito-idp:DescribeUserPoolClientAndItsDomain")).toEqual(["cognito-idp:", "Describe", "User", "Pool", "Client", "And", "Its", "Domain"]);
  expect(partsOfWord("apps.example.nhs.test/profile")).toEqual(["apps.", "example.", "nhs.", "test/", "profile"]);
});

it("how many accounts match is no verdict: the mark says neither good nor bad", () => {
  const pool = { id: "p", title: "Pool", role: "new", state: "whole" as const, says: "", mend: null };
  for (const matches of [1, 2]) expect(poolState({ ...pool, matches } as Parameters<typeof poolState>[0]).kind).toBe("found");
  expect(poolState({ ...pool, matches: 0 } as Parameters<typeof poolState>[0]).kind).toBe("absent");
});

it("a way back whose proof was read too long ago is not called proven", async () => {
  await open("#/rollback?scope=rule:R3", "silent,failing", (fake) => {
    const read = fake.rollbackPlan;
    fake.rollbackPlan = async (run, scope) => {
      const plan = await read(run, scope);
      const old = new Date(Date.now() - 86_400_000).toISOString();
      return { ...plan, items: plan.items.map((i) => ({ ...i, preconditions: i.preconditions.map((p) => ({ ...p, observed_at: old })) })) };
    };
  });
  await screen.findByTestId("rollback-confirm");
  const proof = screen.getByTestId("rollback-proof");
  expect(proof.dataset["kind"]).toBe("unknown");
  expect(proof.textContent).toMatch(/^\d+ proofs? too old$/);
  // It holds nothing up.
  expect(screen.getByTestId("rollback-confirm").getAttribute("aria-disabled")).not.toBe("true");
});
