// What a first user met on a first night.
import { act, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { namesMany, namesTime } from "../components/TellForm";
import { Failure } from "../ipc/port";
import { open, settle } from "./open";

it.each([
  ["1,240 people", true],
  ["all 1,240", true],
  ["44", true],
  ["10", true],
  ["0", false],
  ["-5", false],
  ["abc", false],
  ["0.0", false],
])("how many were told is said in figures: %s", (words, good) => {
  expect(namesMany(words)).toBe(good);
});

it.each([
  ["11:58pm", true],
  ["23:58", true],
  ["tomorrow 9.05 am", true],
  ["30 November, 00:10", true],
  ["tomorrow", false],
  ["25:99", false],
  ["13:20pm", false],
])("when it was told is a time of day: %s", (words, good) => {
  expect(namesTime(words)).toBe(good);
});

it("what was refused on one page does not stand on the next, and a failure does", async () => {
  const { store } = await open("#/run/mid.1", "silent,go");
  const failed = (code: string) => new Failure({ code, message: "Step mid.1 is done.", hint: "", where: "" });
  const leave = async (hash: string) => {
    act(() => {
      window.location.hash = hash;
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    });
    await settle();
  };
  act(() => store.fail(failed("rejected")));
  expect(screen.getByTestId("error-region").textContent).toContain("Not possible now");
  await leave("#/run/mid.2");
  expect(screen.getByTestId("error-region").textContent).toBe("");
  act(() => store.fail(failed("journal")));
  await leave("#/run/mid.1");
  expect(screen.getByTestId("error-region").textContent).toContain("The journal can't be written");
});
