// The screen Rehearsal: drills first, and every fault in a fold below them.
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Failure } from "../ipc/port";
import { open, settle } from "./open";

const drill = (id: string) => within(screen.getByTestId(`drill-${id}`));
const begin = (id: string) => screen.getByTestId(`begin-${id}`);
const fold = () => screen.getByTestId("faults-fold").closest("details") as HTMLDetailsElement;
const night = (id: string) => screen.getByTestId(`drill-${id}`).querySelector("details") as HTMLDetailsElement;

describe("the rehearsal", () => {
  it("has drills under the parts of the night, and faults under their own", async () => {
    const { fake } = await open("#/rehearsal");
    const { faults } = await fake.rehearsalView();
    const parts = [...new Set(faults.map((fault) => fault.part))];
    const heads = (level: number) => screen.getAllByRole("heading", { level }).map((h) => h.textContent);
    expect(heads(2)).toEqual(expect.arrayContaining(["Drills", "The world", "Everything that can go wrong"]));
    expect(heads(3)).toEqual(
      expect.arrayContaining(["Before the night", "DNS switch", "Restriction of UserManagement", "Reval", "UserManagement", "Sign-in and permissions"]),
    );
    expect([...fold().querySelectorAll("h3")].map((h) => h.textContent)).toEqual(parts);
    expect(parts.slice(0, 3)).toEqual(["Calls to AWS", "DNS", "Sites"]);
    expect(fold().querySelectorAll("table")).toHaveLength(parts.length);
    expect(fold().open).toBe(false);
    expect(screen.getByTestId("faults-fold").textContent).toContain(`0 of ${faults.length} on`);
  });

  it("leads to a step that the run has, and only names one that it has not", async () => {
    await open("#/rehearsal", "silent", (fake) => {
      const shown = fake.rehearsalView;
      // As if this run had a step of that name.
      fake.rehearsalView = async () => {
        const view = await shown();
        return {
          ...view,
          drills: view.drills.map((one) => (one.id === "switch-answer-lost" ? { ...one, when: one.when.replace("switch-dns", "mid.3") } : one)),
        };
      };
    });
    expect(drill("switch-answer-lost").getByRole("link", { name: "mid.3" }).getAttribute("href")).toBe("#/run/mid.3");
    expect(drill("record-changed").queryByRole("link")).toBeNull();
    expect(drill("record-changed").getByText("switch-dns").tagName).toBe("CODE");
  });

  it("begins a drill, shows what a good night looks like, and ends it", async () => {
    const user = userEvent.setup();
    await open("#/rehearsal");
    expect(drill("switch-answer-lost").getByText("Off")).toBeTruthy();
    expect(night("switch-answer-lost").open).toBe(false);
    await user.click(screen.getByRole("button", { name: "Begin: The answer to the switch is lost" }));
    await settle();
    expect(drill("switch-answer-lost").getByText("On")).toBeTruthy();
    expect(night("switch-answer-lost").open).toBe(true);
    expect(night("switch-answer-lost").textContent).toContain("sends nothing again");
    expect(screen.getByText("The answer to the switch is lost: begun").getAttribute("role")).toBe("status");
    // It is the very fault below, which is never hidden while it is on.
    expect(fold().open).toBe(true);
    expect(screen.getByRole("button", { name: "Lift lost-response" }).getAttribute("aria-pressed")).toBe("true");
    await user.click(screen.getByRole("button", { name: "End: The answer to the switch is lost" }));
    await settle();
    expect(drill("switch-answer-lost").getByText("Off")).toBeTruthy();
    expect(begin("switch-answer-lost").textContent).toBe("Begin");
  });

  it("has no end for what happens at once, and says so", async () => {
    const user = userEvent.setup();
    await open("#/rehearsal");
    expect(drill("record-changed").getByText(/can’t be switched off again/)).toBeTruthy();
    expect(drill("record-changed").getByText("At once")).toBeTruthy();
    await user.click(begin("record-changed"));
    await settle();
    expect(drill("record-changed").getByText("Happened")).toBeTruthy();
    expect(begin("record-changed").textContent).toBe("Begin");
    expect(night("record-changed").open).toBe(true);
  });

  it("says that nothing has begun where it could not", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/rehearsal");
    fake.submitRehearsal = () =>
      Promise.reject(new Failure({ code: "rehearsal", message: "The world did not answer.", hint: "Start it again.", where: "the world" }));
    await user.click(begin("record-changed"));
    await settle();
    expect(drill("record-changed").getByText("At once")).toBeTruthy();
    expect(document.body.textContent).toContain("The world did not answer.");
  });

  it("opens the fold by itself when a fault comes on, and leaves it as a person has it", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/rehearsal");
    const { length } = (await fake.rehearsalView()).faults;
    await fake.submitRehearsal({ do: "inject", fault: "site-down" });
    // The screen looks by itself every two seconds.
    await screen.findByText(`1 of ${length} on`, undefined, { timeout: 4000 });
    expect(fold().open).toBe(true);
    await user.click(screen.getByTestId("faults-fold"));
    await settle();
    expect(fold().open).toBe(false);
    await fake.submitRehearsal({ do: "inject", fault: "site-down:old" });
    await screen.findByText(`2 of ${length} on`, undefined, { timeout: 4000 });
    expect(fold().open).toBe(false);
  }, 15_000);

  it("shows at once what was on before it was opened", async () => {
    await open("#/rehearsal", "silent", (fake) => void fake.submitRehearsal({ do: "inject", fault: "site-down:old" }));
    expect(fold().open).toBe(true);
    expect(night("old-site-down").open).toBe(true);
    expect(begin("old-site-down").textContent).toBe("End");
  });

  it("is walked and worked by keyboard", async () => {
    const user = userEvent.setup();
    await open("#/rehearsal");
    begin("switch-answer-lost").focus();
    await user.keyboard("{Enter}");
    await settle();
    expect(begin("switch-answer-lost").textContent).toBe("End");
    await user.keyboard("{Enter}");
    await settle();
    expect(begin("switch-answer-lost").textContent).toBe("Begin");
    expect(screen.getByTestId("faults-fold").tagName).toBe("SUMMARY");
  });
});
