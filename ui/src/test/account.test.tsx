import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { open } from "./open";

describe("the connection", () => {
  it("is checked for the run's target first, and for a profile when a person asks", async () => {
    const { fake } = await open("#/connection", "silent,production");
    expect(fake.checked).toEqual([{ run: "run-7", profile: null, region: null }]);
    expect(screen.getByTestId("check-tls").textContent).toContain("Example Trust IT");
    const user = userEvent.setup();
    await user.click(screen.getByTestId("check-with-keys"));
    expect(fake.checked.at(-1)).toEqual({ run: null, profile: "keys", region: null });
    expect((await screen.findByTestId("connection-about")).textContent).toContain("profile keys");
    await user.type(screen.getByTestId("connection-region"), "eu-west-1");
    await user.click(screen.getByTestId("connection-again"));
    expect(fake.checked.at(-1)).toEqual({ run: null, profile: "keys", region: "eu-west-1" });
    await user.click(screen.getByTestId("connection-of-run"));
    expect(fake.checked.at(-1)).toEqual({ run: "run-7", profile: null, region: null });
  });

  it("names the command that signs in, and the variables that override", async () => {
    await open("#/connection", "silent,failing,production");
    expect(screen.getByTestId("check-sts").textContent).toContain("aws sso login --profile tis-prod");
    expect(screen.getByTestId("profile-tis-prod").textContent).toContain("Copy the command");
    expect(screen.getByTestId("variable-AWS_PROFILE").textContent).toContain("Overrides");
    // In the order of the way, not worst first: what fails first is mended first.
    const rows = [...document.querySelectorAll("[data-testid^='check-']")].map((row) => row.getAttribute("data-testid"));
    expect(rows.slice(0, 3)).toEqual(["check-profile", "check-environment", "check-dns"]);
  });

  it("needs no run", async () => {
    const { fake } = await open("#/connection", "silent,start");
    expect(fake.checked).toEqual([{ run: null, profile: null, region: null }]);
    expect(screen.getByTestId("profile-keys")).toBeTruthy();
  });
});

it("the report says what it holds, and where it was written", async () => {
  await open("#/report", "silent");
  await userEvent.setup().click(screen.getByTestId("report-export"));
  expect((await screen.findByTestId("report-written")).textContent).toContain("/home/m.example/reports/run-7.html");
});

describe("a step that would outlive the sign-in", () => {
  const refused = "Your sign-in ends in 12 min, but step mid.3 and its way back may take 34 min.";
  const edit = (fake: Awaited<ReturnType<typeof open>>["fake"]) => {
    fake.edit = (snapshot) => {
      for (const phase of snapshot.phases)
        phase.steps = phase.steps.map((step) =>
          step.id === "mid.3"
            ? {
                ...step,
                offers: [
                  { command: "apply", label: step.title, primary: true, needs_reason: false, refused },
                  { command: "apply-overriding", label: "Override the sign-in", primary: false, needs_reason: true, refused: null },
                ],
              }
            : step,
        );
      return snapshot;
    };
  };

  it("says so, and can be overridden by name with a reason", async () => {
    const { fake } = await open("#/run/mid.3", "silent,ready", edit);
    expect(screen.getByTestId("why-not").textContent).toContain(refused);
    const link = screen.getByTestId("offer-apply-overriding");
    expect(link.getAttribute("href")).toBe("#/run/mid.3/confirm");
    window.location.hash = "#/run/mid.3/confirm";
    const user = userEvent.setup();
    const reason = await screen.findByTestId("override-reason");
    expect(screen.getByTestId("confirm-primary").getAttribute("aria-disabled")).toBe("true");
    await user.type(reason, "nobody else is here");
    await user.click(screen.getByTestId("confirm-primary"));
    expect(fake.asked.at(-1)).toMatchObject({ command: { do: "apply_overriding", step: "mid.3", overrides: ["sign-in"] }, reason: "nobody else is here" });
    expect(fake.asked.at(-1)?.basis).toBeTruthy();
  });
});
