import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, it, vi } from "vitest";
import { routes } from "../state/router";
import { choicesOf, open, pick, settle } from "./open";

const seen = () => document.body.textContent ?? "";

async function violations(): Promise<string[]> {
  const result = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, "target-size": { enabled: false } } });
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(", ")}`);
}

describe("the support window", () => {
  it("shows the look-up alone, whatever the address says", async () => {
    for (const route of routes) {
      await open(`#${route.path}`, "silent,support");
      expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Look up a user");
      expect(document.querySelector("nav, .left, .rail, [data-route]")).toBeNull();
      for (const link of document.querySelectorAll("a")) expect(link.getAttribute("href")).not.toMatch(/^#/);
      document.body.innerHTML = "";
    }
  });

  it("asks the core for nothing of a run", async () => {
    const { fake } = await open("", "silent,support", (core) => {
      for (const name of ["appInfo", "runList", "runSnapshot", "subscribe", "journalPage", "rollbackPlan", "rehearsalView"] as const) {
        vi.spyOn(core, name).mockRejectedValue(new Error(`${name} not allowed`));
      }
    });
    await settle();
    for (const name of ["appInfo", "runList", "runSnapshot", "subscribe"] as const) expect(fake[name]).not.toHaveBeenCalled();
    expect(screen.getByTestId("error-region").textContent).toBe("");
  });

  it("says over the whole width which environment it asks, and with which sign-in", async () => {
    await open("", "silent,support");
    const banner = screen.getByTestId("banner");
    expect(banner.dataset["env"]).toBe("production");
    for (const words of ["PRODUCTION", "Look-up only", "tis-prod (…9012)", "eu-west-2", "profile tis-support", "m.example"])
      expect(banner.textContent).toContain(words);
    expect(document.title).toBe("PRODUCTION · tis-prod · Look-up · Switchback");
  });

  it("begins where a person writes, and Escape makes room for the next call", async () => {
    const { fake } = await open("", "silent,support");
    const user = userEvent.setup();
    expect(document.activeElement).toBe(screen.getByTestId("lookup-query"));
    await user.keyboard("bloggs{Enter}");
    expect(fake.lookups).toEqual([{ query: "bloggs", purpose: "Support call", run: "run-5", target: null, pools: [], source: false }]);
    expect(screen.getByTestId("lookup-answer")).toBeTruthy();
    // From wherever the hands are.
    act(() => screen.getByRole("button", { name: "Reveal E-mail" }).focus());
    await user.keyboard("{Escape}");
    expect(document.activeElement).toBe(screen.getByTestId("lookup-query"));
    expect(screen.queryByTestId("lookup-answer")).toBeNull();
    expect((screen.getByTestId("lookup-query") as HTMLInputElement).value).toBe("");
    expect(fake.forgotten).toBe(1);
  });

  it("takes an answer away when another place is chosen", async () => {
    await open("", "silent,support");
    const user = userEvent.setup();
    await user.keyboard("bloggs{Enter}");
    await pick(user, "lookup-where", "REHEARSAL");
    expect(screen.queryByTestId("lookup-answer")).toBeNull();
    expect(screen.getByTestId("banner").dataset["env"]).toBe("rehearsal");
    expect(seen()).toContain("Asks Admins pool and Reval pool of rehearsal.");
  });

  it("looks in pools that a person names, and says what is wrong with a target", async () => {
    const { fake } = await open("", "silent,support");
    const user = userEvent.setup();
    await pick(user, "lookup-where", "Somewhere else…");
    await user.type(screen.getByTestId("elsewhere-text"), "nowhere{Enter}");
    expect(screen.getByTestId("elsewhere-refused").textContent).toContain('no target "nowhere"');
    // What was there before is still asked.
    expect(screen.getByTestId("banner").dataset["env"]).toBe("production");
    await user.clear(screen.getByTestId("elsewhere-text"));
    await user.type(screen.getByTestId("elsewhere-text"), "eu-west-2_EXAMPLE1{Enter}");
    expect(screen.queryByTestId("elsewhere")).toBeNull();
    expect(screen.getByTestId("banner").dataset["env"]).toBe("none");
    await user.type(screen.getByTestId("lookup-query"), "bloggs{Enter}");
    expect(fake.lookups.at(-1)).toMatchObject({ run: null, target: null, pools: ["eu-west-2_EXAMPLE1"] });
  });

  it("closes the form of another place by Escape, and keeps the answer", async () => {
    await open("", "silent,support");
    const user = userEvent.setup();
    await user.keyboard("bloggs{Enter}");
    await pick(user, "lookup-where", "Somewhere else…");
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("elsewhere")).toBeNull();
    expect(screen.getByTestId("lookup-answer")).toBeTruthy();
  });

  it("has no choice of place where it was started on the rehearsal", async () => {
    await open("", "silent,support,rehearse");
    expect(screen.queryByTestId("lookup-where")).toBeNull();
    expect(screen.getByTestId("banner").textContent).toContain("REHEARSAL");
  });

  it("says on the first start that no pools are known, and what to do", async () => {
    await open("", "silent,support,nowhere");
    expect(seen()).toContain("No pools are known yet");
    expect(seen()).toContain("switchback-console --support --target FILE");
    expect(screen.queryByTestId("lookup-query")).toBeNull();
    expect(await violations()).toEqual([]);
    await userEvent.setup().click(screen.getByTestId("nowhere-rehearse"));
    expect(screen.getByTestId("banner").textContent).toContain("REHEARSAL");
    expect(screen.getByTestId("lookup-query")).toBeTruthy();
  });

  it("says why, and asks again, where the place can't be read", async () => {
    await open("", "silent,support", (core) => {
      const place = core.usersPlace;
      vi.spyOn(core, "usersPlace").mockRejectedValueOnce(new Error("The home can't be read.")).mockImplementation(place);
    });
    expect(screen.getByTestId("place-refused").textContent).toContain("The home can't be read.");
    await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
    expect(screen.getByTestId("banner").dataset["env"]).toBe("production");
  });

  it("has help of its own, and no key to anything else", async () => {
    const { fake } = await open("", "silent,support");
    const user = userEvent.setup();
    await user.keyboard("{Control>}k{/Control}");
    expect(screen.queryByTestId("palette-input")).toBeNull();
    await user.keyboard("{F1}");
    expect(screen.getByTestId("help").textContent).toContain("clear the page");
    expect(screen.getByTestId("help").textContent).not.toContain("go to a screen");
    await user.keyboard("{Control>}+{/Control}");
    expect(fake.zoom).toBe(110);
    await user.keyboard("{Control>}0{/Control}");
    expect(await violations()).toEqual([]);
  });

  it("is neither window until the core has said which", async () => {
    await open("", "silent,support", (core) => {
      const info = core.windowInfo;
      vi.spyOn(core, "windowInfo").mockRejectedValueOnce(new Error("no answer")).mockImplementation(info);
    });
    expect(screen.queryByTestId("lookup-query")).toBeNull();
    expect(document.querySelector("nav")).toBeNull();
    expect(screen.getByTestId("error-region").textContent).toContain("no answer");
    await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
    expect(screen.getByTestId("lookup-query")).toBeTruthy();
  });
});

it("the console without a run offers the same places", async () => {
  await open("#/users", "start,silent");
  expect(seen()).toContain("Asks Admins pool and Reval pool of tis-prod.");
  expect(await violations()).toEqual([]);
  expect(await choicesOf(userEvent.setup(), "lookup-where")).toEqual(["PRODUCTION · tis-prod", "REHEARSAL", "Somewhere else…"]);
  expect(await violations()).toEqual([]);
});
