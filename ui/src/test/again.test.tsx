// A page that was loaded again in an open window says so: whoever comes back to it knows that what was typed is gone.
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { open } from "./open";

afterEach(() => vi.restoreAllMocks());

const loadedBy = (type: string) => vi.spyOn(performance, "getEntriesByType").mockReturnValue([{ type } as unknown as PerformanceEntry]);

it("says so until it is closed", async () => {
  loadedBy("reload");
  const user = userEvent.setup();
  await open("#/run");
  expect(screen.getByTestId("loaded-again").textContent).toContain("The run went on without it");
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.getByTestId("loaded-again").textContent).toBe("");
});

it("is not said of a window that was just opened", async () => {
  loadedBy("navigate");
  await open("#/run");
  expect(screen.getByTestId("loaded-again").textContent).toBe("");
});
