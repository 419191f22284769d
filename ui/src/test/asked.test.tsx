import { expect, it } from "vitest";
import type { PreviewView, RunSnapshot } from "../ipc";
import { open } from "./open";

const preview = (asked: string[]): PreviewView => ({
  digest: "sha256:canary",
  changes: [
    {
      object: "the canary of a pool",
      before: ["the pool does not have its canary"],
      after: ["the canary is CONFIRMED, enabled, e-mail verified"],
      asked,
      caution: null,
    },
  ],
  calls: [],
});

const text = async (asked: string[]): Promise<string> => {
  await open("#/run/mid.5", "silent", (fake) => {
    fake.edit = (s: RunSnapshot) => ({
      ...s,
      phases: s.phases.map((p) => ({
        ...p,
        steps: p.steps.map((x) => (x.id === "mid.5" ? { ...x, kind: "action" as const, state: "ready" as const, preview: preview(asked) } : x)),
      })),
    });
  });
  return document.querySelector("#middle")?.textContent ?? "";
};

it("what is asked on the way to a change stands apart from what will be there", async () => {
  const shown = await text(["first the function is run", "last the canary signs in"]);
  expect(shown).toContain("the canary is CONFIRMED, enabled, e-mail verified");
  expect(shown).toContain("Asked on the way, before anything is changed:first the function is runlast the canary signs in");
});

it("a change to which nothing is asked says nothing of it", async () => {
  expect(await text([])).not.toContain("Asked on the way");
});
