import { describe, expect, it } from "vitest";
import { CUT, LONG, axisOf, ticksOf, xOf } from "../night/axis";
import { labelsOf, shortened } from "../night/labels";

const MIN = 60_000;
const T = Date.parse("2026-11-29T18:30:00Z");

describe("the line of time", () => {
  it("is to one scale where something happens", () => {
    const axis = axisOf([T, T + 10 * MIN, T + 40 * MIN], 400);
    expect([T, T + 10 * MIN, T + 20 * MIN, T + 40 * MIN].map((t) => xOf(axis, t))).toEqual([0, 100, 200, 400]);
    expect(axis.pieces.some((p) => p.cut)).toBe(false);
  });

  it("is cut where nothing happens for long, whatever lies behind: the night is not crushed", () => {
    const days = 3 * 24 * 60 * MIN;
    const axis = axisOf([T, T + 30 * MIN, T + days, T + days + 10 * MIN], 40 + CUT + 400);
    expect(axis.pieces.map((p) => p.cut)).toEqual([false, true, false]);
    // 40 minutes of the night share what the cut leaves.
    expect(xOf(axis, T + 30 * MIN)).toBeCloseTo(330);
    expect(xOf(axis, T + days)).toBeCloseTo(330 + CUT);
    expect(xOf(axis, T + days + 10 * MIN)).toBeCloseTo(440 + CUT);
    // Exactly as long as is still shown.
    expect(axisOf([T, T + MIN, T + MIN + LONG, T + MIN + LONG + MIN], 500).pieces.some((p) => p.cut)).toBe(false);
  });

  it("gives one moment an hour around it, and a moment outside its end", () => {
    const axis = axisOf([T], 600);
    expect(xOf(axis, T)).toBe(300);
    expect(xOf(axis, T - 120 * MIN)).toBe(0);
    expect(xOf(axis, T + 120 * MIN)).toBe(600);
    expect(axisOf([], 600).width).toBe(600);
  });

  it("never runs backwards, and never past its width, for any moments", () => {
    // Moments from a small generator of its own, so that the test is the same each time.
    let seed = 7;
    const next = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let round = 0; round < 200; round += 1) {
      const moments = Array.from({ length: 1 + Math.floor(next() * 30) }, () => T + Math.floor(next() * (round % 2 === 0 ? 3 : 400) * 60 * MIN));
      const axis = axisOf(moments, 600);
      const cuts = axis.pieces.filter((p) => p.cut).length;
      const xs = [...moments].sort((a, b) => a - b).map((t) => xOf(axis, t));
      for (const [i, x] of xs.entries()) expect(x).toBeGreaterThanOrEqual(i === 0 ? 0 : (xs[i - 1] ?? 0));
      expect(xs.at(-1)).toBeLessThanOrEqual(Math.max(600, cuts * CUT) + 1e-6);
      for (const tick of ticksOf(axis, 60)) expect(new Date(tick).getUTCMinutes() % 5).toBe(0);
    }
  });

  it("bears round times that do not touch each other", () => {
    const axis = axisOf([T, T + 120 * MIN], 480);
    const ticks = ticksOf(axis, 60);
    expect(ticks.map((t) => new Date(t).toISOString().slice(11, 16))).toEqual([
      "18:30",
      "18:45",
      "19:00",
      "19:15",
      "19:30",
      "19:45",
      "20:00",
      "20:15",
      "20:30",
    ]);
    expect(ticksOf(axis, 100).map((t) => new Date(t).toISOString().slice(11, 16))).toEqual(["18:30", "19:00", "19:30", "20:00", "20:30"]);
  });
});

describe("the names above the marks", () => {
  const mark = (id: string, title: string, x: number, first = false) => ({ id, title, x, width: 20, first });

  it("where two would touch, the shorter wins, and what needs eyes before all", () => {
    expect(labelsOf([mark("a", "Restrict", 0), mark("b", "A much longer name", 20)], 600).map((l) => l.id)).toEqual(["a"]);
    expect(labelsOf([mark("a", "Restrict", 0), mark("b", "A much longer name", 20, true)], 600).map((l) => l.id)).toEqual(["b"]);
    expect(labelsOf([mark("a", "Restrict", 0), mark("b", "Switch", 200)], 600).map((l) => l.id)).toEqual(["a", "b"]);
  });

  it("none stands outside the line, and none beside its mark instead of above it", () => {
    const [label] = labelsOf([mark("a", "A much longer name", 580)], 600);
    expect((label?.x ?? 0) + (label?.text.length ?? 0) * 6.4).toBeLessThanOrEqual(600);
    expect(labelsOf([mark("a", "A much longer name", 5)], 60)).toEqual([{ id: "a", text: "A much longer name", x: 0 }]);
  });

  it("a long one is cut at a letter, with a mark that says so", () => {
    expect(shortened("Switch apps.example.nhs.test to the new side")).toBe("Switch apps.example.n…");
    expect(shortened("Switch Admins-UI DNS")).toBe("Switch Admins-UI DNS");
  });
});
