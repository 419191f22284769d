import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Button, ComboBox, DataTable, Menu, Select, Tooltip, cell } from "../kit";
import { fits, fitting } from "../state/palette";
import { settle } from "./open";

describe("what fits what was typed", () => {
  const screens = [
    { words: "Live" },
    { words: "Timeline" },
    { words: "Light colours", also: "light dark mode window" },
    { words: "Check the pool's triggers", also: "pre.6" },
    { words: "Decisions" },
  ];

  it("finds words by their beginnings, in any order, and never letters strewn over a sentence", () => {
    expect(fitting("light", screens).map((s) => s.words)).toEqual(["Light colours"]);
    expect(fitting("col lig", screens).map((s) => s.words)).toEqual(["Light colours"]);
    expect(fitting("dark", screens).map((s) => s.words)).toEqual(["Light colours"]);
    expect(fitting("pre.6", screens).map((s) => s.words)).toEqual(["Check the pool's triggers"]);
    expect(fitting("lgt", screens)).toEqual([]);
  });

  it("puts a whole word before a beginning, and a beginning before an inside", () => {
    expect(fitting("li", screens).map((s) => s.words)).toEqual(["Live", "Light colours"]);
    expect(fitting("line", screens).map((s) => s.words)).toEqual(["Timeline"]);
    expect(fits("live", { words: "Live" })).toBeGreaterThan(fits("live", { words: "Lively" }) ?? 0);
  });

  it("shows everything, in its order, before anything is typed", () => {
    expect(fitting(" ", screens)).toEqual(screens);
  });
});

describe("a button", () => {
  it("that is refused or waits keeps the focus and its name, says so, and has no effect; nor does it send its form", async () => {
    const press = vi.fn();
    const send = vi.fn((e: { preventDefault: () => void }) => e.preventDefault());
    const user = userEvent.setup();
    const form = (refused: boolean, loading: boolean) => (
      <form onSubmit={send}>
        <input aria-label="Name" />
        <Button onPress={press} refused={refused} loading={loading} why="why" testId="b">
          Go
        </Button>
        <Button submit refused={refused} loading={loading} testId="s">
          Send
        </Button>
      </form>
    );
    const { rerender } = render(form(true, false));
    for (const state of [form(true, false), form(false, true)]) {
      rerender(state);
      await user.click(screen.getByTestId("b"));
      await user.click(screen.getByTestId("s"));
      await user.type(screen.getByLabelText("Name"), "{Enter}");
      screen.getByTestId("b").focus();
      expect(document.activeElement).toBe(screen.getByTestId("b"));
      expect(screen.getByTestId("b").getAttribute("aria-disabled")).toBe("true");
      expect(screen.getByTestId("b").getAttribute("aria-describedby")).toBe("why");
    }
    expect(press).not.toHaveBeenCalled();
    expect(send).not.toHaveBeenCalled();
    rerender(form(false, false));
    await user.click(screen.getByTestId("b"));
    await user.type(screen.getByLabelText("Name"), "{Enter}");
    expect(press).toHaveBeenCalledTimes(1);
    expect(send).toHaveBeenCalledTimes(1);
  });
});

describe("a table", () => {
  it("is one for readers: a name, heads, the cell that names its row, and lines that span what is left", () => {
    render(
      <DataTable
        caption="Checks"
        columns={[{ title: "State" }, { title: "Check" }, { title: "Age", end: true }]}
        rows={[
          {
            id: "a",
            testId: "row-a",
            cells: ["Failing", "Certificate", cell("3 s", { className: "age", title: "read at 7pm" })],
            below: [{ key: "mend", content: "Renew it." }],
          },
        ]}
      />,
    );
    const table = screen.getByRole("table", { name: "Checks" });
    expect(
      within(table)
        .getAllByRole("columnheader")
        .map((h) => h.textContent),
    ).toEqual(["State", "Check", "Age"]);
    expect(within(table).getByRole("rowheader").textContent).toBe("Certificate");
    expect(within(table).getByText("3 s").className).toBe("age end");
    expect(within(table).getByText("Renew it.").getAttribute("colspan")).toBe("2");
    expect(within(screen.getByTestId("row-a")).getAllByRole("row")).toHaveLength(2);
  });
});

describe("what opens over the page", () => {
  it("a field with choices says its value, and is chosen from by keyboard alone", async () => {
    const user = userEvent.setup();
    const pick = vi.fn();
    render(
      <Select
        label="Reason"
        value="a"
        choices={[
          ["a", "Support call"],
          ["b", "Incident"],
        ]}
        onPick={pick}
        testId="reason"
      />,
    );
    await settle();
    expect(screen.getByRole("button", { name: /Support call/ }).textContent).toBe("Support call");
    await user.tab();
    await user.keyboard("{ArrowDown}");
    expect(screen.getAllByRole("option").map((o) => o.textContent)).toEqual(["Support call", "Incident"]);
    await user.keyboard("{ArrowDown}{Enter}");
    expect(pick).toHaveBeenCalledExactlyOnceWith("b");
  });

  it("a field for free words offers what was written before, and takes anything else", async () => {
    const user = userEvent.setup();
    const change = vi.fn();
    const { rerender } = render(<ComboBox label="Service owner" value="" offers={["m.example", "s.example"]} onChange={change} testId="who" />);
    await settle();
    await user.click(screen.getByTestId("who-open"));
    await user.click(await screen.findByRole("option", { name: "s.example" }));
    expect(change).toHaveBeenLastCalledWith("s.example");
    rerender(<ComboBox label="Service owner" value="" offers={["m.example"]} onChange={change} testId="who" />);
    await user.type(screen.getByTestId("who"), "z");
    expect(change).toHaveBeenLastCalledWith("z");
  });

  it("a menu leads on and closes", async () => {
    const user = userEvent.setup();
    const work = vi.fn();
    render(
      <Menu
        label="Screens and steps"
        groups={[
          { id: "s", title: "Screens", entries: [{ id: "live", words: "Live", work }] },
          { id: "none", title: "Empty", entries: [] },
        ]}
        testId="m"
      >
        Menu
      </Menu>,
    );
    await settle();
    await user.click(screen.getByTestId("m"));
    expect(screen.queryByText("Empty")).toBeNull();
    await user.keyboard("{ArrowDown}{Enter}");
    expect(work).toHaveBeenCalledTimes(1);
    expect(screen.queryByRole("menu")).toBeNull();
  });

  it("a tooltip says more at the element that is named, and goes with it", async () => {
    const { rerender } = render(<Tooltip words="Switch Admins-UI DNS: Done, 7:12pm" at={document.body} />);
    await settle();
    expect((await screen.findByRole("tooltip")).textContent).toBe("Switch Admins-UI DNS: Done, 7:12pm");
    rerender(<Tooltip words="" at={null} />);
    await settle();
    expect(screen.queryByRole("tooltip")).toBeNull();
  });
});
