import axe from "axe-core";
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { href, parse, routes } from "../state/router";
import { open } from "./open";

async function violations(): Promise<string[]> {
  const result = await axe.run(document.body, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    // jsdom lays nothing out: contrast and target size are judged in the real window.
    rules: { "color-contrast": { enabled: false }, "target-size": { enabled: false } },
  });
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

const pathOf = (path: string) => `#${path.replace(":step", "mid.3").replace(":phase", "post")}`;

describe("every route", () => {
  for (const route of routes) {
    for (const scene of ["silent", "silent,unproven", "silent,production,ready"]) {
      it(`${route.path} (${scene}) has a heading, landmarks and no violation`, async () => {
        await open(pathOf(route.path), scene);
        expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
        expect(screen.getByTestId("banner")).toBeTruthy();
        expect(screen.getByTestId("answer-users")).toBeTruthy();
        expect(await violations()).toEqual([]);
      });
    }
  }

  it("is written down for the end-to-end test", async () => {
    await open("#/run");
    expect(screen.getByTestId("window").dataset["routes"]?.split(" ")).toEqual(routes.map((r) => r.path));
  });

  it("survives a round trip through its address", () => {
    for (const place of [
      { name: "step", step: "mid.3" },
      { name: "confirm", step: "a/b c" },
      { name: "rollback", scope: { rule: "R3" } },
      { name: "rollback", scope: { step: "mid.3" } },
      { name: "rollback", scope: "all" },
      { name: "rollback", scope: null },
      { name: "gate", phase: "pre/1" },
      { name: "fields", step: "mid.3" },
      { name: "live" },
    ] as const) {
      expect(parse(href(place))).toEqual(place);
    }
    expect(parse("#/nowhere/at/all")).toEqual({ name: "start" });
  });
});

it("the rehearsal and the start without a run have no violation", async () => {
  await open("", "start,silent");
  expect(screen.getByTestId("start-rehearse")).toBeTruthy();
  expect(screen.queryByTestId("rollback-open")).toBeNull();
  expect(await violations()).toEqual([]);
});

for (const scene of [
  "silent,running",
  "silent,halted",
  "silent,in_doubt",
  "silent,other",
  "silent,lost,failing",
  "silent,nobody,halted",
  "silent,preproduction,gone",
]) {
  it(`${scene} has no violation`, async () => {
    await open(scene.includes("in_doubt") ? "#/run/mid.3" : "#/rollback", scene);
    expect(await violations()).toEqual([]);
  });
}
