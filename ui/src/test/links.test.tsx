// Links: what is copied, where a link leads, and what it never takes away.
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Lead } from "../ipc";
import { Failure } from "../ipc/port";
import { commandTo } from "../state/links";
import { open, settle } from "./open";

const to = (page: Lead["to"], more: Partial<Lead> = {}): Lead => ({ run: "made-up-run", to: page, problem: null, ...more });

/** The run of the scene that is open. */
const runOf = (store: Awaited<ReturnType<typeof open>>["store"]): string => store.get().run ?? "";

it.each([
  ["#/run/mid.3", "Copy link", "--step mid.3"],
  ["#/gate/post", "Copy link", "--gate post"],
  ["#/run", "Copy link to the run", ""],
])("%s: %s copies the command that opens the console there", async (hash, label, rest) => {
  const user = userEvent.setup();
  const { store } = await open(hash);
  await user.click(screen.getByRole("button", { name: label }));
  expect(await navigator.clipboard.readText()).toBe(`switchback-console --run ${runOf(store)} ${rest}`.trim());
  expect(screen.getByText("Copied")).toBeTruthy();
});

it("where nothing can be copied, the command is said", async () => {
  const user = userEvent.setup();
  const { store } = await open("#/run/mid.3");
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not here"));
  await user.click(screen.getByRole("button", { name: "Copy link" }));
  expect(await screen.findByText(`Not copied: ${commandTo(runOf(store), { name: "step", step: "mid.3" })}`)).toBeTruthy();
});

it("the window opens at the page that its arguments name", async () => {
  await open("", "silent", (fake) => {
    const info = fake.appInfo;
    fake.appInfo = async () => {
      const app = await info();
      return { ...app, lead: to({ page: "step", step: "mid.3" }, { run: app.run ?? "" }) };
    };
  });
  expect(window.location.hash).toBe("#/run/mid.3");
  expect(screen.getByTestId("window").dataset["route"]).toBe("step");
});

it("a page that is loaded again stays where it was", async () => {
  await open("#/live", "silent", (fake) => {
    const info = fake.appInfo;
    fake.appInfo = async () => ({ ...(await info()), lead: to({ page: "step", step: "mid.3" }) });
  });
  expect(window.location.hash).toBe("#/live");
});

it("an unknown step or gate says so on its page", async () => {
  const { fake, store } = await open("#/live");
  act(() => fake.lead(to({ page: "step", step: "mid.99" }, { run: runOf(store) })));
  await settle();
  expect(await screen.findByText("This run has no step mid.99.")).toBeTruthy();
  act(() => fake.lead(to({ page: "gate", phase: "later" }, { run: runOf(store) })));
  await settle();
  expect(await screen.findByText("This run has no gate before later.")).toBeTruthy();
});

it("a later start leads the window there, and opens another run first", async () => {
  const { fake, store } = await open("#/live");
  const opened: string[] = [];
  const snapshot = fake.runSnapshot;
  fake.runSnapshot = async (run) => {
    opened.push(run);
    return snapshot(run);
  };
  act(() => fake.lead(to({ page: "gate", phase: "post" }, { run: "another" })));
  await settle();
  expect(opened).toEqual(["another"]);
  expect(store.get().run).toBe("another");
  expect(window.location.hash).toBe("#/gate/post");
  expect(screen.queryByTestId("lead")).toBeNull();
});

it("where something is typed, the link is offered and the words stay", async () => {
  const user = userEvent.setup();
  const { fake, store } = await open("#/gate/post", "silent,gate_ready");
  await user.type(screen.getByTestId("gate-note"), "t.example takes over");
  act(() => fake.lead(to({ page: "step", step: "mid.3" }, { run: runOf(store) })));
  await settle();
  expect(window.location.hash).toBe("#/gate/post");
  expect(screen.getByTestId<HTMLInputElement>("gate-note").value).toBe("t.example takes over");
  const notice = screen.getByTestId("lead");
  expect(notice.textContent).toContain("A link leads to “");
  await user.click(within(notice).getByRole("button", { name: "Stay here" }));
  expect(screen.queryByTestId("lead")).toBeNull();
  expect(window.location.hash).toBe("#/gate/post");

  act(() => fake.lead(to({ page: "step", step: "mid.3" }, { run: runOf(store) })));
  await settle();
  await user.click(screen.getByTestId("lead-follow"));
  await settle();
  expect(window.location.hash).toBe("#/run/mid.3");
  expect(screen.queryByTestId("lead")).toBeNull();
});

it("words that were taken out again hold nothing up", async () => {
  const user = userEvent.setup();
  const { fake, store } = await open("#/gate/post", "silent,gate_ready");
  await user.type(screen.getByTestId("gate-note"), "x");
  await user.clear(screen.getByTestId("gate-note"));
  act(() => fake.lead(to({ page: "run" }, { run: runOf(store) })));
  await settle();
  expect(window.location.hash).toBe("#/run");
});

it("a run that this home has not leads nowhere, and that is said", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/live");
  act(() => fake.lead(to({ page: "run" }, { run: "r-2", problem: "This home has no run r-2. The window stays where it is." })));
  await settle();
  expect(screen.getByTestId("lead").textContent).toContain("no run r-2");
  expect(window.location.hash).toBe("#/live");
  expect(screen.queryByTestId("lead-follow")).toBeNull();
  await user.click(screen.getByTestId("lead-leave"));
  expect(screen.queryByTestId("lead")).toBeNull();
});

it("where the run of a link can't be opened, the window is at its start and says why", async () => {
  await open("", "silent", (fake) => {
    const info = fake.appInfo;
    fake.appInfo = async () => ({ ...(await info()), run: "r-2", lead: to({ page: "step", step: "mid.3" }, { run: "r-2" }) });
    fake.runSnapshot = async () => {
      throw new Failure({ code: "not_found", message: "This home has no run r-2.", hint: "", where: "" });
    };
  });
  expect(window.location.hash).toBe("#/start");
  expect(screen.getByTestId("error-region").textContent).toContain("This home has no run r-2.");
});
