// What was typed into a form and not sent is kept while somebody looks elsewhere, in memory alone; one key or one click throws none of it away.
import { act, screen } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Drafts } from "../state/drafts";
import { open, settle } from "./open";

const field = (testId: string) => screen.getByTestId<HTMLInputElement>(testId);
const value = (testId: string) => field(testId).value;

const goTo = async (hash: string) => {
  act(() => {
    window.location.hash = hash;
  });
  await settle();
};

/** Leaves by a click on the rail's link, and comes back. */
async function lookAway(user: UserEvent, back: string): Promise<void> {
  await user.click(screen.getByTestId("nav-live"));
  await settle();
  expect(screen.queryByTestId("reason-form")).toBeNull();
  await goTo(back);
}

describe("a form that was left by a link", () => {
  it("has the words of a notice again, field by field", async () => {
    const user = userEvent.setup();
    const { store } = await open("#/run/post.3", "silent,go");
    await user.click(screen.getByTestId("action-primary"));
    const when = value("tell-when");
    await user.type(field("tell-where"), "e-mail");
    await user.type(field("tell-many"), "1,200");
    await user.type(field("reason-input"), "ticket 7");
    await lookAway(user, "#/run/post.3");
    await user.click(screen.getByTestId("action-primary"));
    expect(["tell-where", "tell-many", "tell-when", "reason-input"].map(value)).toEqual(["e-mail", "1,200", when, "ticket 7"]);
    expect(screen.getByTestId("reason-kept").textContent).toBe("This is what you wrote before. Cancel throws it away.");
    // A key that is hit by the way throws it away no more than before.
    await user.keyboard("{Escape}");
    expect(value("tell-where")).toBe("e-mail");
    expect(Object.keys(localStorage).concat(Object.keys(sessionStorage))).toEqual([]);
    // Once it was sent it is over.
    await user.click(screen.getByTestId("reason-submit"));
    await settle();
    expect(store.drafts.has(`${store.get().run} attest post.3`)).toBe(false);
  });

  it("has the reason to do a step again, and only that step's", async () => {
    const user = userEvent.setup();
    await open("#/run/pre.9", "silent,waiting");
    await user.click(screen.getByTestId("offer-reopen"));
    await user.type(field("reason-input"), "the admins ask for it");
    await lookAway(user, "#/run/pre.9");
    await user.click(screen.getByTestId("offer-reopen"));
    expect(value("reason-input")).toBe("the admins ask for it");
    await goTo("#/run/mid.3");
    await user.click(screen.getByTestId("run-hold"));
    expect(value("reason-input")).toBe("");
    expect(screen.getByTestId("reason-kept").textContent).toBe("");
  });

  it("has the path of a runbook", async () => {
    const user = userEvent.setup();
    await open("#/amend");
    await user.type(field("file-path"), "/home/m.example/night-2");
    await lookAway(user, "#/amend");
    expect(value("file-path")).toBe("/home/m.example/night-2");
  });

  it("begins anew after Cancel", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3");
    await user.click(screen.getByTestId("run-hold"));
    await user.type(field("reason-input"), "the vendor is on the call");
    await user.click(screen.getByTestId("reason-cancel"));
    await user.click(screen.getByTestId("run-hold"));
    expect(value("reason-input")).toBe("");
  });

  it("has what a person wrote at a gate", async () => {
    const user = userEvent.setup();
    await open("#/gate/post", "silent,gate_ready");
    await user.type(await screen.findByTestId("person-0"), "n.lead");
    await user.type(field("gate-note"), "t.example takes over");
    await lookAway(user, "#/gate/post");
    expect([value("person-0"), value("gate-note")]).toEqual(["n.lead", "t.example takes over"]);
  });

  it("has why a rollback goes ahead without proof", async () => {
    const user = userEvent.setup();
    await open("#/rollback", "silent,failing,production,unvouched");
    await user.type(field("rollback-reason"), " and m.example agrees");
    const written = value("rollback-reason");
    await lookAway(user, "#/rollback");
    expect(value("rollback-reason")).toBe(written);
  });
});

it("the look-up keeps its words and its answer at Escape, and none of them once it is left", async () => {
  const user = userEvent.setup();
  const { store } = await open("#/users");
  await user.type(field("lookup-query"), "bloggs{Enter}");
  await settle();
  await user.keyboard("{Escape}");
  expect(value("lookup-query")).toBe("bloggs");
  expect(screen.getByTestId("lookup-answer")).toBeTruthy();
  await lookAway(user, "#/users");
  expect(value("lookup-query")).toBe("");
  expect(JSON.stringify(store.get())).not.toContain("bloggs");
  expect(store.drafts).toEqual(new Drafts());
});
