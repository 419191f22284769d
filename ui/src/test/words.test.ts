import { describe, expect, it } from "vitest";
import { asFailure, checked } from "../ipc/port";
import { RunSnapshot } from "../ipc/generated/checks";
import { snapshotOf } from "./made-up";
import { stepKind } from "../components/State";
import { becauseWords } from "../components/RollbackItems";
import { age, count, duration, elapsedWords, fullTime, shortTime } from "../format/time";

describe("times", () => {
  it("are local with the zone, and UTC", () => {
    expect(fullTime("2026-08-06T16:30:00Z")).toBe("5:30pm BST (16:30 UTC)");
    expect(fullTime("2026-12-06T17:30:00Z")).toBe("5:30pm GMT (17:30 UTC)");
    expect(shortTime("2026-12-06T00:05:00Z")).toBe("12:05am");
    expect(shortTime("2026-12-06T12:05:00Z")).toBe("12:05pm");
  });
  it("a run has taken as long as its report says: from the first thing that was done in it until all was", () => {
    const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 20, minutes)).toISOString();
    expect(elapsedWords({ started_at: null, ended_at: null }, Date.parse(at(9)))).toBe("not begun");
    expect(elapsedWords({ started_at: at(0), ended_at: null }, Date.parse(at(90)) + 59_000)).toBe("1 h 30 min");
    expect(elapsedWords({ started_at: at(0), ended_at: at(30) }, Date.parse(at(90)))).toBe("30 min");
  });

  it("durations have at most two units", () => {
    expect([0, 59, 60, 192, 3600, 3900, 180_000].map(duration)).toEqual(["0 s", "59 s", "1 min", "3 min 12 s", "1 h", "1 h 5 min", "2 days"]);
    expect([6, 130, 7200].map(age)).toEqual(["6 s", "2 min", "2 h"]);
    expect(count(1, "breach", "breaches")).toBe("1 breach");
  });
});

it("why an item is in the rollback is said in words, and not where the person named it", () => {
  const titleOf = (id: string) => (id === "switch" ? "Switch the record" : id);
  expect(["named", "needs switch", "repairs both-pools", "rule R3"].map((b) => becauseWords(b, titleOf))).toEqual([
    "",
    "because it needs “Switch the record”",
    "because it repairs both-pools",
    "because rule R3 says so",
  ]);
});

describe("the boundary", () => {
  const snapshot = snapshotOf("waiting");
  it("keeps unknown fields and refuses missing ones", () => {
    const more = { ...snapshot, later: "field" };
    expect(checked(RunSnapshot, more, "test")).toMatchObject({ later: "field" });
    const { users: _, ...less } = snapshot;
    expect(() => checked(RunSnapshot, less, "test")).toThrow(/not as agreed: users/);
  });
  it("turns whatever is thrown into words", () => {
    expect(asFailure({ code: "guard", message: "m", hint: "h", where: "w" }).api.code).toBe("guard");
    expect(asFailure(new TypeError("x")).api).toMatchObject({ code: "internal", message: "x" });
    expect(asFailure(undefined).api.message).not.toBe("");
  });
});

it("a state that the window does not know is Unknown, never green", () => {
  expect(stepKind("something_new")).toBe("unknown");
});
