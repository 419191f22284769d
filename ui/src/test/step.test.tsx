import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { StepView } from "../ipc";
import { snapshotOf } from "./made-up";
import { open } from "./open";

function switchOf(scene: string): StepView {
  const found = snapshotOf(scene)
    .phases.flatMap((phase) => phase.steps)
    .find((step) => step.id === "mid.3");
  if (found === undefined) throw new Error("the night has a switch");
  return found;
}
const primary = () => screen.getByTestId("action-primary") as HTMLButtonElement;

it("a refused action is disabled and says why in text beside it", async () => {
  await open("#/run/mid.3");
  expect(primary().disabled || primary().getAttribute("aria-disabled") === "true").toBe(true);
  expect(screen.getByTestId("why-not").textContent).toContain("It will not start by itself.");
  expect(screen.getByTestId("why-not").textContent).toMatch(/Ready at \d+:\d\d[ap]m (GMT|BST) \(\d\d:\d\d UTC\)/);
});

it("apply goes through the confirm page and carries the digest that was seen", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3", "silent,ready");
  await user.click(primary());
  const confirm = await screen.findByTestId("confirm-primary");
  expect(confirm.textContent).toBe("Switch Admins-UI DNS on REHEARSAL");
  expect(screen.queryByTestId("confirm-target")).toBeNull();
  await user.click(confirm);
  expect(fake.asked).toEqual([{ command: { do: "apply", step: "mid.3" }, basis: switchOf("ready").preview?.digest, by: "m.example", reason: null }]);
  await waitFor(() => expect(window.location.hash).toBe("#/run/mid.3"));
  expect((await screen.findByTestId("step-state")).textContent).toBe("Running");
});

it("production asks for the target's name, by typing or pasting", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3/confirm", "silent,ready,production");
  const confirm = screen.getByTestId("confirm-primary");
  expect(confirm.textContent).toContain("on PRODUCTION");
  await user.click(confirm);
  expect(fake.asked).toEqual([]);
  expect(screen.getByTestId("why-not").textContent).toBe("Type tis-prod to go on.");
  await user.click(screen.getByTestId("confirm-target"));
  await user.paste("tis-prod");
  await user.click(confirm);
  expect(fake.asked).toHaveLength(1);
});

it("a new preview is not slipped under the button", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3/confirm", "silent,ready");
  fake.edit = (s) => ({
    ...s,
    phases: s.phases.map((p) => ({
      ...p,
      steps: p.steps.map((x) => (x.preview === null ? x : { ...x, preview: { ...x.preview, digest: "sha256:other" } })),
    })),
  });
  act(() => fake.push());
  expect(screen.getByText("The world changed since you looked")).toBeTruthy();
  await user.click(screen.getByTestId("confirm-primary"));
  expect(fake.asked).toEqual([]);
  await user.click(screen.getByText("Show the new plan"));
  await user.click(screen.getByTestId("confirm-primary"));
  expect(fake.asked[0]?.basis).toBe("sha256:other");
});

it("a refusal shows message, hint and where; nothing changes by itself", async () => {
  const user = userEvent.setup();
  await open("#/run/mid.3/confirm", "silent,ready", (fake) => {
    fake.refuse = { code: "stale_screen", message: "The preview is older than the world.", hint: "Read the new one.", where: "step mid.3" };
  });
  await user.click(screen.getByTestId("confirm-primary"));
  const region = screen.getByTestId("error-region");
  expect(region.getAttribute("role")).toBe("alert");
  for (const words of ["The world changed since you looked", "The preview is older than the world.", "Read the new one.", "Where: step mid.3"]) {
    expect(region.textContent).toContain(words);
  }
  expect(window.location.hash).toBe("#/run/mid.3/confirm");
});

it("hold asks for a reason in the page, and resume takes its place", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3");
  await user.click(screen.getByTestId("run-hold"));
  expect(document.activeElement).toBe(screen.getByTestId("reason-input"));
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked).toEqual([]);
  await user.type(screen.getByTestId("reason-input"), "waiting for the call");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked[0]).toEqual({ command: { do: "hold" }, basis: null, by: "m.example", reason: "waiting for the call" });
  expect(await screen.findByTestId("run-resume")).toBeTruthy();
  expect(screen.getByTestId("banner").textContent).toContain("On hold");
  expect(screen.getByTestId("banner").textContent).toMatch(/On hold by \S+ since \d+:?\d*[ap]m/);
  // Whoever goes on reads first who held it up, and why.
  await user.click(screen.getByTestId("run-resume"));
  expect(screen.getByTestId("reason-note").textContent).toMatch(/^On hold by \S+ since \d+:?\d*[ap]m: waiting for the call$/);
});

it("an offer that needs evidence asks for it", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3", "silent,in_doubt");
  expect(screen.getByTestId("step-state").textContent).toBe("In doubt");
  await user.click(screen.getByTestId("offer-resolve-after"));
  await user.type(within(screen.getByTestId("reason-form")).getByLabelText("Evidence"), "dig says new");
  await user.click(screen.getByTestId("reason-submit"));
  expect(fake.asked[0]?.command).toEqual({ do: "resolve", step: "mid.3", as_: "after" });
});

it("while a change comes, what is not there yet is no failure; after its time it is", async () => {
  const { fake } = await open("#/run/mid.3", "silent,coming");
  expect(screen.getByTestId("check-canary").textContent).toContain("Not yet");
  expect(screen.getByTestId("check-canary").textContent).not.toContain("Failing");
  fake.scene = { ...fake.scene, story: "unverified" };
  act(() => fake.push());
  expect(screen.getByTestId("check-canary").textContent).toContain("Failing");
});

it("arrow keys move through the steps and Ctrl+K opens the palette", async () => {
  const user = userEvent.setup();
  await open("#/run/mid.3");
  screen.getByTestId("step-mid.3").focus();
  await user.keyboard("{ArrowDown}");
  expect(document.activeElement).toBe(screen.getByTestId("step-mid.4"));
  await user.keyboard("{Home}");
  expect(document.activeElement).toBe(screen.getByTestId("nav-run"));
  await user.keyboard("{Control>}k{/Control}");
  const input = await screen.findByTestId("palette-input");
  await waitFor(() => expect(document.activeElement).toBe(input));
  await user.keyboard("Reval{Enter}");
  await waitFor(() => expect(window.location.hash).toBe("#/run/mid.4"));
  await waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
});

it("the title names environment, target and run", async () => {
  await open("#/run", "silent,production");
  expect(document.title).toBe("PRODUCTION · tis-prod · TIS to Cognito · Switchback");
});

it("what was proven on the way stands under its try, a line each", async () => {
  const { fake } = await open("#/run/mid.3", "silent,in_doubt");
  const proven = ["the pre-token function sets cognito:groups", "a made-up user is refused (NotAuthorizedException)"];
  fake.edit = (s) => ({
    ...s,
    phases: s.phases.map((p) => ({
      ...p,
      steps: p.steps.map((x) => ({ ...x, attempts: x.attempts.map((a) => ({ ...a, proven })) })),
    })),
  });
  act(() => fake.push());
  const tried = await screen.findByTestId("attempt-mid.3/1/apply/1");
  await waitFor(() =>
    expect(
      within(tried)
        .getAllByRole("listitem")
        .map((line) => line.textContent),
    ).toEqual(proven),
  );
});

it("a step that did not come off has one main button, which changes nothing, and one way back beside quiet ones", async () => {
  await open("#/run/mid.3", "silent,unverified");
  const bar = screen.getByRole("region", { name: "What you can do" });
  await screen.findByTestId("action-more");
  const weight = (w: string) => [...bar.querySelectorAll(`.button.w-${w}`)].map((b) => b.getAttribute("data-testid"));
  expect(weight("main")).toEqual(["offer-inspect"]);
  expect(weight("normal")).toEqual(["way-back-R3"]);
  expect(weight("quiet")).toEqual(["action-more", "run-stop"]);
});
