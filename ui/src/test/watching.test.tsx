import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { watchWords } from "../components/Watching";
import { snapshotOf } from "./made-up";
import { open } from "./open";

const primary = () => screen.getByTestId("action-primary") as HTMLButtonElement;
const isOff = (b: HTMLButtonElement) => b.disabled || b.getAttribute("aria-disabled") === "true";

it("a watcher is told who drives, from where and since when; what needs the lease is off, with the reason", async () => {
  await open("#/run/mid.3", "silent,ready,other");
  const told = screen.getByTestId("watching").textContent;
  expect(told).toContain("You are watching: n.night on desk-2 drives this run");
  expect(told).toMatch(/since \d+:\d\d[ap]m (GMT|BST) \(\d\d:\d\d UTC\)/);
  expect(isOff(primary())).toBe(true);
  expect(screen.getByTestId("why-not").textContent).toContain("n.night on desk-2 drives this run. Take it over to act here.");
  for (const id of ["run-hold", "run-stop", "offer-check", "offer-skip"]) expect(screen.queryByTestId(id)).toBeNull();
  expect(screen.getByTestId("driver").textContent).toBe("Driven byn.night, desk-2");
  expect(screen.getByTestId("banner").textContent).toContain("Watching");
  expect(screen.getByTestId("net-mirror").textContent).toContain("only the driver knows");
});

it("a watcher sees the way back, and takes the run over to use it", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/rollback", "silent,failing,other");
  const confirm = () => screen.getByTestId("rollback-confirm") as HTMLButtonElement;
  await screen.findByTestId("rollback-item-mid.3");
  expect(isOff(confirm())).toBe(true);
  expect(screen.getByTestId("why-not").textContent).toContain("Take it over to act here");

  const ask = within(screen.getByTestId("watching")).getByTestId("take-open");
  await user.click(ask);
  expect(document.activeElement).toBe(screen.getByTestId("reason-input"));
  await user.keyboard("{Escape}");
  expect(screen.queryByTestId("reason-form")).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(ask));

  await user.click(ask);
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.taken).toEqual([]);
  await user.type(screen.getByTestId("reason-input"), "users are down");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.taken).toEqual([{ by: "m.example", reason: "users are down" }]);
  await waitFor(() => expect(screen.queryByTestId("watching")).toBeNull());
  await waitFor(() => expect(isOff(confirm())).toBe(false));
  expect(screen.getByTestId("driver").textContent).toContain("You");
});

it("a run that nobody drives is driven with one click", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3", "silent,ready,nobody");
  expect(screen.getByTestId("watching").textContent).toContain("Nobody drives this run");
  await user.click(screen.getByTestId("take-free"));
  expect(fake.taken).toEqual([{ by: "m.example", reason: null }]);
  await waitFor(() => expect(isOff(primary())).toBe(false));
});

it("being fenced out is said as an alert, with who, when and why", async () => {
  const { fake } = await open("#/run/mid.3", "silent,ready");
  expect(screen.queryByTestId("watching")).toBeNull();
  fake.scene = { ...fake.scene, seat: "lost" };
  act(() => fake.push());
  const region = screen.getByTestId("watching-region");
  expect(region.getAttribute("role")).toBe("alert");
  expect(region.textContent).toContain("Taken over from you: n.night on desk-2 drives this run");
  expect(region.textContent).toContain("saying “m.example left the call”");
  expect(region.textContent).toContain("stopped driving at once");
  expect(isOff(primary())).toBe(true);
});

it("a refused takeover says why and leaves the form open", async () => {
  const user = userEvent.setup();
  await open("#/run/mid.3", "silent,other", (fake) => {
    fake.refuse = { code: "locked", message: "Taken over on another workstation.", hint: "Import the copy.", where: "run run-7" };
  });
  await user.click(screen.getByTestId("take-open"));
  await user.type(screen.getByTestId("reason-input"), "x");
  await user.click(screen.getByTestId("reason-submit"));
  expect(screen.getByTestId("error-region").textContent).toContain("Taken over on another workstation. ".trim());
  expect(screen.getByTestId("reason-form")).toBeTruthy();
});

it("a frozen, an ended and a moved holder are three different things", () => {
  const words = (scene: string) => watchWords(snapshotOf(scene)).title;
  expect(words("frozen")).toBe("n.night on desk-2 drives this run, but gives no sign of life");
  expect(words("gone")).toBe("n.night on desk-2 drove this run, and that program has ended");
  expect(words("nobody")).toBe("Nobody drives this run");
});

it("the sheet says that it is older than the last change, and is exported with one click", async () => {
  const user = userEvent.setup();
  await open("#/run/mid.3");
  const net = () => screen.getByTestId("net-sheet");
  expect(net().textContent).toContain("older than last change");
  expect(net().dataset["kind"]).toBe("blocked");
  expect(screen.getByTestId("net-mirror").textContent).toContain("none is set");
  await user.click(screen.getByTestId("sheet-export"));
  const said = await screen.findByText("Break-glass sheet exported");
  expect(said.parentElement?.textContent).toContain("/home/m.example/sheets/run-7.sh");
  expect(said.parentElement?.textContent).toContain("carry a copy elsewhere");
  expect(net().dataset["kind"]).toBe("pass");
});

it("the mirror shows its age, or that it is behind", async () => {
  const { fake } = await open("#/run/mid.3");
  const mirror = { dir: "/share", seq: 11, age_s: 3, behind: 0, problem: null as string | null };
  fake.edit = (s) => Object.assign(s, { mirror });
  act(() => fake.push());
  expect(screen.getByTestId("net-mirror").textContent).toMatch(/has all, [3-9] s old/);
  Object.assign(mirror, { behind: 4, problem: "no space left" });
  act(() => fake.push());
  expect(screen.getByTestId("net-mirror").textContent).toContain("4 behind");
  expect(screen.getByTestId("net-mirror").dataset["kind"]).toBe("blocked");
});

it("the sign-in's time left is in the banner, or that it is not known", async () => {
  const { fake } = await open("#/run", "silent,production");
  expect(screen.getByTestId("sign-in").textContent).toMatch(/^Sign-in 5[34] min left$/);
  fake.edit = (s) => ({ ...s, sign_in_until: null });
  act(() => fake.push());
  expect(screen.getByTestId("sign-in").textContent).toBe("Sign-in time left not known");
  fake.edit = (s) => ({ ...s, sign_in_until: new Date(Date.now() - 1000).toISOString() });
  act(() => fake.push());
  expect(screen.getByTestId("sign-in").textContent).toBe("Sign-in has ended");
});

it("a custom endpoint is marked beside the environment", async () => {
  await open("#/run", "silent,test");
  expect(screen.getByTestId("banner").textContent).toContain("TEST ENDPOINT");
  expect(document.title).toContain("TEST ENDPOINT");
});

it("how long the undo takes is said as measured, or as not measured yet", async () => {
  const { fake } = await open("#/run/mid.3", "silent,done");
  const back = () => document.querySelector('[aria-labelledby="block-way-back"]')?.textContent;
  expect(back()).toContain("about 3 min");
  expect(back()).toContain("Slowest of 3 rehearsals2 min 11 s");
  expect(screen.getByTestId("answer-way-back").textContent).toContain("about 3 min");
  fake.edit = (s) => ({
    ...s,
    phases: s.phases.map((p) => ({
      ...p,
      steps: p.steps.map((x) => ({ ...x, undo_takes: { slowest_s: null, tries: 0, rehearsals: 0, caches_s: 60, by_hand_s: null } })),
    })),
  });
  act(() => fake.push());
  expect(back()).toContain("Takesnever timed hereCaches follow within1 min");
});
