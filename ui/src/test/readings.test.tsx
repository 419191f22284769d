// Readings that are no longer made say when they were, and a step whose time has passed is read again by a person.
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { shortTime } from "../format/time";
import { snapshotOf } from "./made-up";
import { open } from "./open";

it("a step whose time has passed says how old its readings are, and is read again from there", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3", "silent,unverified");
  const words = screen.getByTestId("after-read").textContent ?? "";
  expect(words).toMatch(/^Last read .+ ago, at \d+:\d\d[ap]m\. It is not read again by itself/);
  await user.click(screen.getByTestId("read-after"));
  expect(fake.asked.map((a) => a.command)).toEqual([{ do: "inspect", step: "mid.3" }]);
});

it("a reading of then says when that was", async () => {
  const now = Date.now();
  const late = now + 3_600_000;
  const step = snapshotOf("done", now)
    .phases.flatMap((p) => p.steps)
    .find((s) => s.id === "mid.3");
  const at = step?.verify[0]?.observed_at ?? "";
  await open("#/run/mid.3", "silent,done", (fake) => {
    fake.edit = (s) => ({ ...s, now: new Date(late).toISOString() });
  });
  const table = within(screen.getByRole("main")).getAllByRole("table");
  expect(table.map((t) => t.textContent).join(" ")).not.toContain("As read then");
  expect(screen.getByRole("main").textContent).toContain(`Read at ${shortTime(at)}`);
});
