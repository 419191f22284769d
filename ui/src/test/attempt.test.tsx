import { act, renderHook } from "@testing-library/react";
import { StrictMode } from "react";
import { describe, expect, it, vi } from "vitest";
import { type More, useAttempt } from "../state/attempt";
import { Turns } from "../state/turns";
import { failureOf } from "./by-hand";

/** One question to be answered by hand. */
function question<T>() {
  let answer: (value: T) => void = () => undefined;
  let fail: (thrown: unknown) => void = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    answer = done;
    fail = failed;
  });
  return { ask: () => promise, answer: (value: T) => act(async () => answer(value)), fail: (thrown: unknown) => act(async () => fail(thrown)) };
}

function desk() {
  const { result, unmount } = renderHook(() => useAttempt());
  const told: string[] = [];
  const ask = (name: string, more?: More) => {
    const q = question<string>();
    let end: Promise<unknown> = Promise.resolve();
    const failed: More["failed"] = ({ api }) => told.push(`${name} failed: ${api.code}`);
    act(() => {
      end = result.current.attempt(q.ask, (answer) => told.push(`${name}: ${answer}`), { failed, ...more });
    });
    return { ...q, end };
  };
  const shown = () => ({ busy: result.current.busy, failure: result.current.failure?.api.code ?? null });
  return { ask, told, shown, unmount, result };
}

describe("asking the core", () => {
  it("is busy until the answer is there", async () => {
    const { ask, told, shown } = desk();
    expect(shown()).toEqual({ busy: false, failure: null });
    const one = ask("one");
    expect(shown()).toEqual({ busy: true, failure: null });
    await one.answer("a");
    expect([shown(), told, await one.end]).toEqual([{ busy: false, failure: null }, ["one: a"], "answered"]);
  });

  it("shows why it failed, until something else is asked", async () => {
    const { ask, told, shown } = desk();
    const one = ask("one");
    await one.fail(failureOf("not_found"));
    expect([shown(), told, await one.end]).toEqual([{ busy: false, failure: "not_found" }, ["one failed: not_found"], "failed"]);
    ask("two");
    expect(shown()).toEqual({ busy: true, failure: null });
  });

  it("makes a failure of whatever is thrown", async () => {
    const { ask, result } = desk();
    await ask("one").fail(new TypeError("no such thing"));
    expect(result.current.failure?.api).toMatchObject({ code: "internal", message: "no such thing" });
  });

  it("throws away an answer that comes before that to something else", async () => {
    const { ask, told, shown } = desk();
    const [one, two] = [ask("one"), ask("two")];
    await one.answer("x");
    expect([told, shown()]).toEqual([[], { busy: true, failure: null }]);
    await two.answer("x");
    expect([told, shown(), await one.end]).toEqual([["two: x"], { busy: false, failure: null }, "late"]);
  });

  it("throws away an answer that comes after that to something else", async () => {
    const { ask, told, shown } = desk();
    const [one, two] = [ask("one"), ask("two")];
    await two.answer("x");
    await one.answer("x");
    expect([told, shown(), await one.end]).toEqual([["two: x"], { busy: false, failure: null }, "late"]);
  });

  it.each(["first", "last"])("nor is a failure told of what was asked before, which comes %s", async (when) => {
    const { ask, told, shown } = desk();
    const [one, two] = [ask("one"), ask("two")];
    if (when === "first") await one.fail(failureOf("journal"));
    await two.answer("x");
    if (when === "last") await one.fail(failureOf("journal"));
    expect([told, shown(), await one.end]).toEqual([["two: x"], { busy: false, failure: null }, "late"]);
  });

  it.each(["answered", "failed"])("throws away what is %s after the page was left", async (how) => {
    const { ask, told, unmount } = desk();
    const one = ask("one");
    unmount();
    await (how === "answered" ? one.answer("a") : one.fail(failureOf("journal")));
    expect([told, await one.end]).toEqual([[], "late"]);
  });

  it("throws away what was dropped, and forgets the failure", async () => {
    const { ask, told, shown, result } = desk();
    await ask("one").fail(failureOf("journal"));
    act(() => result.current.drop());
    expect(shown()).toEqual({ busy: false, failure: null });
    const two = ask("two");
    act(() => result.current.drop());
    expect(shown()).toEqual({ busy: false, failure: null });
    await two.answer("x");
    expect([told, await two.end]).toEqual([["one failed: journal"], "late"]);
  });

  it("throws what its own teller of failures throws, and is over all the same", async () => {
    const { ask, shown } = desk();
    const failed: More["failed"] = (failure) => {
      throw failure;
    };
    const one = ask("one", { failed });
    const end = expect(one.end).rejects.toMatchObject({ api: { code: "bad_input" } });
    await one.fail(failureOf("bad_input"));
    await end;
    expect(shown()).toEqual({ busy: false, failure: "bad_input" });
  });

  it("stays the same between draws", () => {
    const { result, rerender } = renderHook(() => useAttempt());
    const { attempt, drop } = result.current;
    rerender();
    expect(result.current.attempt).toBe(attempt);
    expect(result.current.drop).toBe(drop);
  });

  it("works where a page is mounted twice, as while it is being developed", async () => {
    const { result } = renderHook(() => useAttempt(), { wrapper: StrictMode });
    const answered = vi.fn();
    await act(async () => {
      await result.current.attempt(async () => "x", answered);
    });
    expect(answered).toHaveBeenCalledExactlyOnceWith("x");
  });
});

describe("the same question again and again", () => {
  const again = { again: "world" };

  it("is heard though it was asked again since", async () => {
    const { ask, told, shown } = desk();
    const [one, two] = [ask("one", again), ask("two", again)];
    await one.answer("a");
    expect([told, shown()]).toEqual([["one: a"], { busy: true, failure: null }]);
    await two.answer("b");
    expect([told, shown()]).toEqual([["one: a", "two: b"], { busy: false, failure: null }]);
  });

  it("is not led back by an older answer", async () => {
    const { ask, told, shown } = desk();
    const [one, two] = [ask("one", again), ask("two", again)];
    await two.answer("b");
    await one.fail(failureOf("internal"));
    expect([told, shown(), await one.end]).toEqual([["two: b"], { busy: false, failure: null }, "late"]);
  });

  it("keeps its failure until there is an answer", async () => {
    const { ask, shown } = desk();
    await ask("one", again).fail(failureOf("internal"));
    const two = ask("two", again);
    expect(shown()).toEqual({ busy: true, failure: "internal" });
    await two.answer("b");
    expect(shown()).toEqual({ busy: false, failure: null });
  });

  it("of another name is another question", async () => {
    const { ask, told } = desk();
    const [one, two] = [ask("one", again), ask("two", { again: "other" })];
    await one.answer("a");
    await two.answer("b");
    expect(told).toEqual(["two: b"]);
  });

  it("counts once more after it was dropped", () => {
    const turns = new Turns();
    const one = turns.begin("world");
    turns.drop();
    const two = turns.begin("world");
    expect([one(), two(), two(), turns.idle]).toEqual([false, true, true, true]);
  });
});
