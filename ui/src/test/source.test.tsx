import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import { listWords } from "../components/SourceList";
import { Failure } from "../ipc";
import { go } from "../state/router";
import { open, settle } from "./open";

const words = () => screen.getByTestId("source-words").textContent ?? "";

async function chosen() {
  const opened = await open("#/users");
  const user = userEvent.setup();
  await user.click(screen.getByTestId("source-choose"));
  return { ...opened, user };
}

describe("the source list", () => {
  it("is told by its name, its rows and the lines of its faults", async () => {
    const { user } = await chosen();
    expect(words()).toContain("Source list: people.csv, 120 rows, 2 faults (lines 4, 9).");
    await user.click(screen.getByText("What is wrong with it"));
    expect(screen.getByTestId("source-list").textContent).toContain("line 9 has 2 cells");
    const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((v) => v.id)).toEqual([]);
  });

  it("counts in words", () => {
    const of = (rows: number, fault_count: number, lines: number[]) => listWords({ name: "a.csv", rows, fault_count, lines, faults: [] });
    expect(of(1, 0, [])).toBe("Source list: a.csv, 1 row, no faults");
    expect(of(3, 1, [4])).toBe("Source list: a.csv, 3 rows, 1 fault (line 4)");
    expect(of(3, 2, [4])).toBe("Source list: a.csv, 3 rows, 2 faults (line 4)");
    expect(of(9, 8, [1, 2, 3, 4, 5, 6, 7, 8])).toBe("Source list: a.csv, 9 rows, 8 faults (lines 1, 2, 3, 4, 5 and others)");
    expect(of(9, 300, [1, 2])).toBe("Source list: a.csv, 9 rows, 300 faults (lines 1, 2 and others)");
  });

  it("is joined only into look-ups that are asked after it was chosen", async () => {
    const { fake, user } = await chosen();
    await user.type(screen.getByTestId("lookup-query"), "bloggs{Enter}");
    expect(screen.getByTestId("lookup-answer")).toBeTruthy();
    await user.click(screen.getByTestId("source-remove"));
    // An answer with the list does not stay where there is none.
    expect(screen.queryByTestId("lookup-answer")).toBeNull();
    expect(fake.listsForgotten).toBe(1);
    await user.type(screen.getByTestId("lookup-query"), "{Enter}");
    expect(fake.lookups.map((ask) => ask.source)).toEqual([true, false]);
  });

  it("is forgotten when the screen is left", async () => {
    const { fake } = await chosen();
    act(() => go({ name: "live" }));
    await settle();
    expect(fake.listsForgotten).toBe(1);
    act(() => go({ name: "users" }));
    await settle();
    expect(words()).toContain("No source list");
  });

  it("says why a file can't be used, and keeps the one before", async () => {
    const { fake, user } = await chosen();
    fake.chosenList = new Failure({
      code: "bad_input",
      message: 'Line 1 has no column "email" or "name".',
      hint: "The first line must name the columns.",
      where: "x.csv",
    });
    await user.click(screen.getByTestId("source-choose"));
    expect(screen.getByTestId("source-refused").textContent).toContain("The first line must name the columns.");
    expect(words()).toContain("people.csv");
    fake.chosenList = null;
    await user.click(screen.getByTestId("source-choose"));
    expect(words()).toContain("people.csv");
  });

  it("is not offered by the support window, which has no file dialog", async () => {
    await open("", "silent,support");
    expect(screen.getByTestId("lookup-query")).toBeTruthy();
    expect(screen.queryByTestId("source-list")).toBeNull();
  });
});
