// What this program does not know, because a newer one wrote it; and what this computer lacks, said once.
import { act, screen, within } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import { open } from "./open";

const show = (hash: string) => open(hash, "silent,newer");

describe("a run that a newer Switchback wrote in", () => {
  it("says so on every page, by the names of what is not known", async () => {
    await show("#/run");
    const notice = screen.getByTestId("not-known");
    expect(notice.textContent).toContain("A newer Switchback wrote in this run");
    expect(within(notice).getByText("2 things not known here")).toBeTruthy();
    expect(notice.textContent).toContain("the kind of check waf.rules of step mid.5 (closed)");
    expect(notice.className).toContain("k-blocked");
  });

  it("marks the step, in the rail and on its page, and begins nothing", async () => {
    await show("#/run/mid.4");
    expect(screen.getByTestId("step-mid.4").textContent).toContain("Not known here");
    expect(screen.getByTestId("step-mid.5").textContent).not.toContain("Not known here");
    expect(screen.getByTestId("step-not-known").textContent).toContain("This program does not know the kind of action apigw.throttle of step mid.4.");
    expect(screen.getByTestId("step-state").textContent).toBe("Not known here");
    expect(screen.getByRole("main").textContent).not.toContain("Reversible by the console");
    expect(screen.getByTestId("action-primary").getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByTestId("why-not").textContent).toContain("newer Switchback");
    expect(screen.getByRole("main").textContent).not.toContain("once the checks have run");
    const found = await axe.run(screen.getByRole("main"), { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations.map((v) => v.id)).toEqual([]);
  });

  it("says of a done step that it is done, and not known here", async () => {
    const { fake } = await show("#/run/mid.4");
    fake.edit = (s) => ({
      ...s,
      phases: s.phases.map((p) => ({ ...p, steps: p.steps.map((y) => (y.id === "mid.4" ? { ...y, state: "done", state_words: "Done" } : y)) })),
    });
    act(() => fake.push());
    const row = screen.getByTestId("step-mid.4");
    expect(row.textContent).toContain("Done, not known here");
    expect(row.querySelector(".k-pass")).toBeTruthy();
  });

  it("keeps the way back of the other steps: one click and one confirm", async () => {
    await show("#/rollback");
    expect(screen.getByTestId("rollback-item-mid.3")).toBeTruthy();
    expect(screen.getByTestId("rollback-confirm").getAttribute("aria-disabled")).toBe("false");
  });

  it("is known wholly where nothing is said", async () => {
    await open("#/run/mid.4");
    expect(screen.queryByTestId("not-known")).toBeNull();
    expect(screen.queryByTestId("step-not-known")).toBeNull();
  });
});

describe("a computer without a keychain", () => {
  it("is told once, under Connection, with what it means and how to mend it", async () => {
    await open("#/connection", "silent,failing,production");
    const notice = await screen.findByTestId("keychain");
    expect(notice.textContent).toContain("This home has never had a keychain");
    expect(notice.textContent).toContain("taken back as ever");
    expect(notice.textContent).toContain("gnome-keyring");
    expect(notice.className).toContain("k-blocked");
    expect(document.body.textContent?.match(/keychain: this computer has none/g)).toHaveLength(1);
  });

  for (const hash of ["#/run", "#/run/mid.3", "#/rollback", "#/live"]) {
    it(`is not told on ${hash}`, async () => {
      await open(hash, "silent,failing,production");
      expect(document.body.textContent).not.toContain("keychain");
    });
  }

  it("is not told where it works", async () => {
    await open("#/connection", "silent,production");
    expect((await screen.findByTestId("keychain-state")).textContent).toBe("Keychain answers");
    expect(screen.queryByTestId("keychain")).toBeNull();
  });
});
