// The opening screen after a crash, the runs that Start lists, and the status for the chat.
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { AppInfo, InterruptedView, RunRow } from "../ipc";
import type { Fake } from "./host";
import { open, settle } from "./open";

const CHECKING: InterruptedView = {
  title: "Interrupted during step 3 of 5, “Switch Admins-UI DNS”",
  sentence: "Checking what really happened.",
  step: "mid.3",
  settled: false,
};

function starts(fake: Fake, part: (app: AppInfo) => Partial<AppInfo>): void {
  const info = fake.appInfo;
  fake.appInfo = async () => {
    const app = await info();
    return { ...app, ...part(app) };
  };
}

describe("after a crash", () => {
  it("the window opens on the step that was in flight, and says what was found", async () => {
    const user = userEvent.setup();
    const { fake } = await open("", "silent,in_doubt", (f) => {
      starts(f, (app) => ({ lead: { run: app.run ?? "", to: { page: "step", step: "mid.3" }, problem: null }, interrupted: CHECKING }));
      f.edit = (s) => ({ ...s, interrupted: CHECKING });
    });
    expect(window.location.hash).toBe("#/run/mid.3");
    const notice = screen.getByTestId("interrupted");
    expect(notice.textContent).toContain(CHECKING.title);
    expect(notice.textContent).toContain("Checking what really happened.");
    expect(within(notice).getByRole("link", { name: "Go to the run" }).getAttribute("href")).toBe("#/run");
    expect(within(notice).queryByRole("link", { name: "Show the step" })).toBeNull();

    fake.edit = (s) => ({ ...s, interrupted: { ...CHECKING, sentence: "The change took effect. Nothing was sent again.", settled: true } });
    act(() => fake.push());
    await settle();
    expect(screen.getByTestId("interrupted").textContent).toContain("The change took effect. Nothing was sent again.");
    await user.click(screen.getByTestId("interrupted-close"));
    expect(screen.queryByTestId("interrupted")).toBeNull();
  });

  it("elsewhere the notice leads to the step, and goes once something else was begun", async () => {
    const { fake } = await open("#/live", "silent,in_doubt", (f) => (f.edit = (s) => ({ ...s, interrupted: CHECKING })));
    expect(within(screen.getByTestId("interrupted")).getByRole("link", { name: "Show the step" }).getAttribute("href")).toBe("#/run/mid.3");
    fake.edit = (s) => s;
    act(() => fake.push());
    await settle();
    expect(screen.queryByTestId("interrupted")).toBeNull();
  });

  it("where nothing was in flight, it opens on the run and says so", async () => {
    const ended: InterruptedView = {
      title: "The last console ended without closing",
      sentence: "No call was in flight, so nothing is in doubt.",
      step: null,
      settled: true,
    };
    await open("", "silent", (f) => starts(f, (app) => ({ lead: { run: app.run ?? "", to: { page: "run" }, problem: null }, interrupted: ended })));
    expect(window.location.hash).toBe("#/run");
    expect(screen.getByTestId("interrupted").textContent).toContain(ended.title);
    expect(within(screen.getByTestId("interrupted")).queryByRole("link")).toBeNull();
  });

  it("a rollback that was interrupted is what it opens on", async () => {
    await open("", "silent,halted", (f) => starts(f, (app) => ({ lead: { run: app.run ?? "", to: { page: "rollback" }, problem: null } })));
    expect(window.location.hash).toBe("#/rollback");
  });
});

it("Start lists what was left in the middle first, and what is finished last", async () => {
  await open("#/start", "silent,start", (fake) => {
    const row = (run: string, standing: RunRow["standing"]): RunRow => ({
      run,
      title: "TIS to Cognito",
      target: "tis-prod",
      kind: "production",
      opened_at: "2026-11-29T20:00:00Z",
      standing,
    });
    const runs = [row("r-5", "finished"), row("r-4", "open"), row("r-3", "unknown"), row("r-2", "interrupted"), row("r-1", "open")];
    starts(fake, () => ({ runs }));
    fake.runList = async () => runs;
  });
  const list = screen.getByRole("region", { name: "Runs on this machine" });
  const rows = within(list).getAllByRole("listitem");
  expect(rows.map((li) => within(li).getByRole("button").getAttribute("data-testid"))).toEqual([
    "open-run-r-2",
    "open-run-r-4",
    "open-run-r-1",
    "open-run-r-3",
    "open-run-r-5",
  ]);
  expect(rows.map((li) => /^(Left in the middle|Open|Finished|Can’t be read)/.exec(li.querySelector(".under")?.textContent ?? "")?.[0])).toEqual([
    "Left in the middle",
    "Open",
    "Open",
    "Can’t be read",
    "Finished",
  ]);
});

describe("the status for the chat", () => {
  it("is copied from the run's page in the core's own words", async () => {
    const user = userEvent.setup();
    const { store } = await open("#/run");
    await user.click(screen.getByRole("button", { name: "Copy the status for the chat" }));
    const copied = await navigator.clipboard.readText();
    expect(copied).toBe(store.get().snapshot?.status);
    expect(copied.split("\n")).toHaveLength(3);
    expect(copied).toContain("As of ");
  });

  it("is copied from the palette, which shows what was copied", async () => {
    const user = userEvent.setup();
    const { store } = await open("#/live");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByTestId("palette-input"), "chat");
    await user.keyboard("{Enter}");
    const notice = await screen.findByTestId("copied");
    expect(notice.textContent).toContain("Copied");
    expect(notice.querySelector("pre")?.textContent).toBe(store.get().snapshot?.status);
    expect(await navigator.clipboard.readText()).toBe(store.get().snapshot?.status);
    await user.click(within(notice).getByRole("button", { name: "Close" }));
    expect(screen.queryByTestId("copied")).toBeNull();
  });

  it("where nothing can be copied, it is there to be selected", async () => {
    const user = userEvent.setup();
    const { store } = await open("#/live");
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not here"));
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByTestId("palette-input"), "chat");
    await user.keyboard("{Enter}");
    const notice = await screen.findByTestId("copied");
    expect(notice.textContent).toContain("Not copied: select it here");
    expect(notice.querySelector("pre")?.textContent).toBe(store.get().snapshot?.status);
  });
});
