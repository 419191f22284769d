import { act, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SHOWN_MS } from "../components/Account";
import { SECRETS } from "./host";
import { go } from "../state/router";
import { open, settle } from "./open";

const seen = () => document.body.textContent ?? "";

async function lookUp(text: string) {
  const user = userEvent.setup();
  const opened = await open("#/users");
  await user.type(screen.getByTestId("lookup-query"), `${text}{Enter}`);
  return { ...opened, user };
}

afterEach(() => vi.useRealTimers());

describe("look up a user", () => {
  it("says what can be asked before anything is asked", async () => {
    const { fake } = await open("#/users");
    expect(seen()).toContain("A whole e-mail address");
    expect(seen()).toContain("Asks Admins pool and Reval pool of rehearsal.");
    expect(fake.lookups).toEqual([]);
  });

  it("answers with a sentence and the next step first, by keyboard alone", async () => {
    const { fake } = await lookUp("jo.bloggs@example.nhs.test");
    expect(fake.lookups).toEqual([{ query: "jo.bloggs@example.nhs.test", purpose: "Support call", run: "run-7", target: null, pools: [], source: false }]);
    const answer = screen.getByTestId("lookup-answer");
    expect(answer.textContent).toContain("They can sign in. The account is confirmed");
    expect(answer.textContent).toContain("Next:");
    const found = document.querySelectorAll("[data-testid='lookup-answer'], #block-account-0, #block-pools");
    expect([...found].map((e) => e.id || "answer")).toEqual(["answer", "block-account-0", "block-pools"]);
  });

  it("says that the run went on since, where what was switched is taken back after the answer", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/users", "silent,done");
    await user.type(screen.getByTestId("lookup-query"), "jo.bloggs@example.nhs.test{Enter}");
    await screen.findByTestId("lookup-answer");
    expect(screen.queryByTestId("lookup-old")).toBeNull();
    fake.scene = { ...fake.scene, story: "undone" };
    act(() => fake.push());
    expect(screen.getByTestId("lookup-old").textContent).toContain("Look up again before you say what to do");
    await user.click(screen.getByTestId("lookup"));
    await screen.findByTestId("lookup-answer");
    expect(screen.queryByTestId("lookup-old")).toBeNull();
  });

  it("hides every value until it is revealed, one by one, with the reason", async () => {
    const { fake, user } = await lookUp("bloggs");
    for (const value of Object.values(SECRETS)) expect(document.body.innerHTML.replace('value="bloggs"', "")).not.toContain(value);
    await user.click(screen.getByRole("button", { name: "Reveal E-mail" }));
    expect(screen.getByTestId("field-email").textContent).toContain(SECRETS.email);
    expect(screen.getByTestId("field-family_name").textContent).toContain("B•••");
    expect(fake.reveals).toEqual([{ lookup: "lookup-1", index: 0, field: "email", purpose: "Support call" }]);
    // The pressed button is gone: the next Tab goes on from here, not from the top.
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Copy E-mail" }));
    await user.click(screen.getByRole("button", { name: "Hide E-mail" }));
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Reveal E-mail" }));
    expect(seen()).not.toContain(SECRETS.email);
  });

  it("hides a revealed value again after a minute", async () => {
    await lookUp("bloggs");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    fireEvent.click(screen.getByRole("button", { name: "Reveal User id (sub)" }));
    await act(() => vi.advanceTimersByTimeAsync(SHOWN_MS - 1));
    expect(seen()).toContain(SECRETS.sub);
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(seen()).not.toContain(SECRETS.sub);
  });

  it("keeps nothing of a person when the screen is left: not in the page, the address, the title or the store", async () => {
    const { fake, user, store } = await lookUp("bloggs");
    await user.click(screen.getByRole("button", { name: "Reveal E-mail" }));
    act(() => go({ name: "live" }));
    await settle();
    expect(fake.forgotten).toBe(1);
    act(() => go({ name: "users" }));
    await settle();
    expect(screen.queryByTestId("lookup-answer")).toBeNull();
    const where = document.body.innerHTML + document.title + window.location.href + JSON.stringify(store.get());
    for (const value of [SECRETS.email, "j•••@example.nhs.test"]) expect(where).not.toContain(value);
  });

  it("never says that nobody is there when a pool gave no answer", async () => {
    await lookUp("silent@example.nhs.test");
    const answer = screen.getByTestId("lookup-answer");
    expect(answer.className).toContain("k-unknown");
    expect(answer.textContent).toContain("Can't tell");
    expect(within(screen.getByTestId("pool-eu-west-2_EXAMPLE0")).getByText("No answer")).toBeTruthy();
    expect(within(screen.getByTestId("pool-eu-west-2_EXAMPLE0")).queryByText("Not found")).toBeNull();
  });

  it("shows several as several, each by itself", async () => {
    await lookUp("several");
    expect(screen.getByTestId("lookup-answer").className).toContain("k-unknown");
    expect(screen.getAllByText(/^Account \d of 2 in Admins pool$/)).toHaveLength(2);
  });

  it("asks for details only on a click, and says what they cost", async () => {
    const { fake, user } = await lookUp("bloggs");
    expect(fake.details).toEqual([]);
    expect(seen()).toContain("Reading the details makes AWS count the person as active this month");
    await user.click(screen.getByTestId("details-0"));
    expect(fake.details).toEqual([{ lookup: "lookup-1", index: 0, purpose: "Support call" }]);
    expect(seen()).toContain("SOFTWARE_TOKEN_MFA");
    expect(document.activeElement).toBe(screen.getByTestId("account-0"));
  });

  it("tells what is wrong with a question and how to mend it", async () => {
    await lookUp("refused");
    expect(screen.getByTestId("lookup-refused").textContent).toContain("Type the text again instead of pasting it.");
  });

  it("has no accessibility violation in any of its states", async () => {
    const { user } = await lookUp("bloggs");
    await user.click(screen.getByRole("button", { name: "Reveal E-mail" }));
    const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((v) => v.id)).toEqual([]);
  });
});
