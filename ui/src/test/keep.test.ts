import { beforeAll, describe, expect, it } from "vitest";
import type { RunSnapshot } from "../ipc";
import { fakeIpc } from "./host";
import { keep } from "../state/keep";

describe("what says the same stays the same object", () => {
  it.each([
    ["numbers", 1, 1, 1],
    ["no number", Number.NaN, Number.NaN, Number.NaN],
    ["nothing", null, null, null],
    ["another number", 1, 2, 2],
    ["something where nothing was", null, { a: 1 }, { a: 1 }],
    ["nothing where something was", { a: 1 }, null, null],
    ["a list where an object was", { 0: "a" }, ["a"], ["a"]],
    ["an object where a list was", ["a"], { 0: "a" }, { 0: "a" }],
  ])("%s", (_, old, next, is) => {
    expect(keep(old, next)).toEqual(is);
  });

  it("a whole that is the same is the old one, whatever the order of its names", () => {
    const old = { a: 1, b: [{ c: null }, "d"] };
    expect(keep(old, { b: [{ c: null }, "d"], a: 1 })).toBe(old);
    const list: unknown[] = [];
    expect(keep(list, [])).toBe(list);
  });

  it("only what differs is new, with all that it is in", () => {
    const old = { left: { deep: [1, 2] }, right: { deep: [{ x: 1 }, { x: 2 }] } };
    const next = keep(old, { left: { deep: [1, 2] }, right: { deep: [{ x: 1 }, { x: 3 }] } });
    expect(next).toEqual({ left: { deep: [1, 2] }, right: { deep: [{ x: 1 }, { x: 3 }] } });
    expect(next).not.toBe(old);
    expect(next.left).toBe(old.left);
    expect(next.right).not.toBe(old.right);
    expect(next.right.deep[0]).toBe(old.right.deep[0]);
    expect(next.right.deep[1]).not.toBe(old.right.deep[1]);
  });

  it.each([
    ["a name more", { a: 1 }, { a: 1, b: undefined }],
    ["a name less", { a: 1, b: undefined }, { a: 1 }],
    ["another name", { a: undefined }, { b: undefined }],
    ["a name of every object", {}, { toString: undefined }],
    ["a longer list", [1], [1, 2]],
    ["a shorter list", [1, 2], [1]],
    ["a list with another order", [1, 2], [2, 1]],
    ["an empty list", [1], []],
    ["a list of nothing", [], [undefined]],
    ["nought below nought", { a: 0 }, { a: -0 }],
  ])("%s is something else", (_, old, next) => {
    expect(keep<unknown>(old, next)).not.toBe(old);
    expect(keep<unknown>(old, next)).toStrictEqual(next);
  });

  it("what has no parts is the same only if it is identical", () => {
    const one = new Error("x");
    const work = () => 1;
    expect(keep({ one, work }, { one, work })).toEqual({ one, work });
    const old = { set: new Set([1]), one };
    expect(keep(old, { set: new Set([1]), one })).not.toBe(old);
    expect(keep(old, { set: old.set, one })).toBe(old);
  });

  it("neither is changed", () => {
    const old = Object.freeze({ a: Object.freeze([Object.freeze({ b: 1 }), 2]) });
    const next = Object.freeze({ a: Object.freeze([Object.freeze({ b: 1 }), 3]) });
    expect(keep(old, next)).toEqual({ a: [{ b: 1 }, 3] });
    expect([old, next]).toEqual([{ a: [{ b: 1 }, 2] }, { a: [{ b: 1 }, 3] }]);
  });
});

describe("a snapshot, which comes whole each second", () => {
  let first: RunSnapshot;
  beforeAll(async () => {
    first = await fakeIpc("silent,ready").runSnapshot("run-7");
  });
  const again = (change: (s: RunSnapshot) => void): RunSnapshot => {
    const next = structuredClone(first);
    change(next);
    return next;
  };
  const parts = Object.keys as (s: RunSnapshot) => (keyof RunSnapshot)[];
  const changed = (next: RunSnapshot) => parts(next).filter((part) => typeof next[part] === "object" && next[part] !== null && next[part] !== first[part]);

  it("that says the same is the one before", () => {
    expect(
      keep(
        first,
        again(() => undefined),
      ),
    ).toBe(first);
  });

  it("a second later has the same parts", () => {
    const next = keep(
      first,
      again((s) => {
        s.now = "2026-11-30T00:00:01Z";
      }),
    );
    expect(next).not.toBe(first);
    expect(next.now).toBe("2026-11-30T00:00:01Z");
    expect(changed(next)).toEqual([]);
  });

  it("with one monitor's new reading has that one anew, and no step", () => {
    const next = keep(
      first,
      again((s) => {
        const second = s.monitors[1];
        if (second !== undefined) second.observed_at = "2026-11-30T00:00:00Z";
      }),
    );
    expect(changed(next)).toEqual(["monitors"]);
    expect(next.monitors.map((m, i) => m === first.monitors[i])).toEqual(first.monitors.map((_, i) => i !== 1));
  });

  it("with one check's new reading has its step anew, and no other", () => {
    const next = keep(
      first,
      again((s) => {
        const reading = s.phases[1]?.steps[2]?.before[0];
        if (reading !== undefined) reading.observed_at = "2026-11-30T00:00:00Z";
      }),
    );
    expect(changed(next)).toEqual(["phases"]);
    expect(next.phases[0]).toBe(first.phases[0]);
    expect(next.phases[1]?.steps.map((s, i) => s === first.phases[1]?.steps[i])).toEqual([true, true, false, true, true]);
    expect(next.phases[1]?.steps[2]?.verify).toBe(first.phases[1]?.steps[2]?.verify);
  });
});
