// What the picture of the night keeps: the words above it do not lie over each other, and what happened stays in it when a phase is through.
import { describe, expect, it } from "vitest";
import type { AttemptView, PhaseView } from "../ipc";
import { axisOf } from "../night/axis";
import { CLOCK, around, headsOf, leftOut } from "../night/heads";
import { folded } from "../night/marks";
import { placed } from "../night/place";
import { nightOf } from "../night/when";
import { snapshotOf } from "./made-up";

const MIN = 60_000;
const NOW = Date.parse("2026-11-30T02:20:00Z");
const iso = (ms: number) => new Date(ms).toISOString();

describe("the words above the picture", () => {
  it("say how much is left out to the minute, the hour or the day", () => {
    expect([54 * MIN + 41_000, 95 * MIN, 119.4 * MIN, 150 * MIN, 24 * 60 * MIN, 47.6 * 60 * MIN, 75 * 60 * MIN].map(leftOut)).toEqual([
      "+ 55 min",
      "+ 95 min",
      "+ 119 min",
      "+ 3 h",
      "+ 24 h",
      "+ 2 days",
      "+ 3 days",
    ]);
  });

  it("never lie over each other, nor over the clock", () => {
    let words = 0;
    for (let seed = 1; seed < 400; seed += 1) {
      let state = seed;
      const next = () => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
      };
      const moments = Array.from({ length: 3 + Math.floor(next() * 14) }, () => NOW + Math.floor((next() - 0.5) * 12 * 60) * MIN);
      const axis = axisOf(moments, 330 + next() * 250);
      const clock = next() * axis.width;
      const { ticks, cuts } = headsOf(axis, clock);
      const shown = [...ticks, ...cuts].filter((h) => h.words !== "").map((h) => ({ from: h.x - h.words.length * 3.2, to: h.x + h.words.length * 3.2 }));
      words += shown.length;
      const spans = [...shown, { from: clock - CLOCK, to: clock + CLOCK }].sort((a, b) => a.from - b.from);
      for (const [i, span] of spans.entries())
        expect(span.from, `${seed}`).toBeGreaterThanOrEqual(i === 0 ? Number.NEGATIVE_INFINITY : (spans[i - 1]?.to ?? 0));
    }
    expect(words).toBeGreaterThan(700);
  });

  it("in a row are passed by the line of T0", () => {
    const words = [
      { left: 0, right: 100, top: 30, bottom: 46 },
      { left: 200, right: 300, top: 60, bottom: 76 },
    ];
    expect(around(80, 22, 120, words)).toEqual([
      [22, 30],
      [46, 120],
    ]);
    expect(around(150, 22, 120, words)).toEqual([[22, 120]]);
    expect(around(80, 35, 120, words)).toEqual([[46, 120]]);
  });
});

const attempt = (id: string, way: string, at: number): AttemptView => ({
  id,
  way,
  started_at: iso(at),
  outcome: "Applied, in sync",
  request_id: null,
  finding: null,
  problem: null,
  proven: [],
});

/** A phase that is through: three steps, then a switch that was taken back, and after a second go the switch once more with the rest. */
function twice(): PhaseView[] {
  const { phases } = snapshotOf("done", NOW);
  const began = (i: number) => NOW - (i < 2 ? 300 - i * 10 : 100 - i * 5) * MIN;
  return phases.map((p) =>
    p.id !== "mid" || p.gate?.decision == null
      ? p
      : {
          ...p,
          done: p.steps.length,
          of: p.steps.length,
          gate: {
            ...p.gate,
            state: "go" as const,
            decision: { ...p.gate.decision, at: iso(NOW - 120 * MIN) },
            earlier: [{ ...p.gate.decision, go: true, at: iso(NOW - 310 * MIN), void: "A rollback was confirmed after it." }],
          },
          steps: p.steps.map((s, i) => ({
            ...s,
            state: "done" as const,
            left_out: false,
            times: { ...s.times, started_at: iso(began(i)), ended_at: iso(began(i) + 4 * MIN) },
            attempts:
              s.id === "mid.3"
                ? [
                    attempt("mid.3/1/apply/1", "apply", NOW - 280 * MIN),
                    attempt("mid.3/1/undo/1", "undo", NOW - 200 * MIN),
                    attempt("mid.3/2/apply/1", "apply", began(i)),
                  ]
                : [],
          })),
        },
  );
}

describe("a phase that is through", () => {
  const night = nightOf(twice(), NOW);
  const line = night.lines.find((l) => l.id === "mid");
  if (line === undefined) throw new Error("no such phase");

  it("keeps the first switch and what took it back, in the picture and in the table", () => {
    for (const marks of [line.marks, folded(line).marks]) {
      const tries = marks.filter((m) => m.is === "try");
      expect(tries.map((m) => [m.id, m.kind, m.from])).toEqual([
        ["try-mid.3/1/apply/1", "record", NOW - 280 * MIN],
        ["try-mid.3/1/undo/1", "undone", NOW - 200 * MIN],
      ]);
      expect(tries.map((m) => m.title)).toEqual(["Switch Admins-UI DNS, an earlier try", "Taken back: Switch Admins-UI DNS"]);
      expect(tries.every((m) => !m.ahead && m.to <= NOW)).toBe(true);
      // What became of it since, not what it was when it was made.
      expect(tries[0]?.state).toBe("Taken back since");
    }
  });

  it("keeps the go before the second one, and says that it is in force no more", () => {
    for (const marks of [line.marks, folded(line).marks]) {
      const gates = marks.filter((m) => m.is === "gate");
      expect(gates.map((m) => [m.id, m.state, m.kind, m.from])).toEqual([
        ["gate-mid-1", "Go, not in force now", "undone", NOW - 310 * MIN],
        ["gate-mid", "Go", "pass", NOW - 120 * MIN],
      ]);
      expect(gates.every((m) => !m.ahead)).toBe(true);
    }
  });

  it("keeps a go that became void, until people decide again", () => {
    const taken = twice().map((p) =>
      p.id !== "mid" || p.gate?.decision == null
        ? p
        : { ...p, gate: { ...p.gate, state: "void" as const, decision: { ...p.gate.decision, go: true, void: "Taken back." } } },
    );
    const gates =
      nightOf(taken, NOW)
        .lines.find((l) => l.id === "mid")
        ?.marks.filter((m) => m.is === "gate") ?? [];
    expect(gates.map((m) => [m.id, m.ahead])).toEqual([
      ["gate-mid-1", false],
      ["gate-mid-2", false],
      ["gate-mid", true],
    ]);
  });

  it("has what was taken back once more ahead, before what follows it", () => {
    const taken = twice().map((p) =>
      p.id !== "mid"
        ? p
        : {
            ...p,
            done: p.steps.length - 2,
            steps: p.steps.map((s) =>
              s.id === "mid.3"
                ? { ...s, state: "undone" as const, changed_at: iso(NOW - 50 * MIN) }
                : s.id === "mid.4"
                  ? { ...s, state: "ready" as const, attempts: [], changed_at: null, times: { ...s.times, started_at: null, ended_at: null } }
                  : s,
            ),
          },
    );
    const marks = nightOf(taken, NOW).lines.find((l) => l.id === "mid")?.marks ?? [];
    const once = marks.find((m) => m.id === "again-mid.3");
    const next = marks.find((m) => m.id === "mid.4");
    expect(once).toMatchObject({ title: "Switch Admins-UI DNS, once more", state: "To do", kind: "todo", ahead: true });
    expect(next?.ahead).toBe(true);
    expect(once?.from).toBeGreaterThanOrEqual(NOW);
    expect(next?.from).toBeGreaterThanOrEqual(once?.to ?? Number.POSITIVE_INFINITY);
    // What it was stays where it was.
    expect(marks.find((m) => m.id === "mid.3")).toMatchObject({ ahead: false, kind: "undone" });
  });

  it("is no bar over the hours between the tries, nor over the second go", () => {
    const marks = folded(line).marks;
    const bars = marks.filter((m) => m.is === "step");
    const gate = marks.find((m) => m.id === "gate-mid");
    expect(bars.map((m) => m.id)).toEqual(["phase-mid", "phase-mid-2"]);
    expect(bars.map((m) => m.title)).toEqual(["2 steps", `${line.of - 2} steps`]);
    for (const bar of bars) {
      expect((gate?.from ?? 0) > bar.from && (gate?.from ?? 0) < bar.to).toBe(false);
      for (const hour of [NOW - 240 * MIN, NOW - 180 * MIN]) expect(hour > bar.from && hour < bar.to).toBe(false);
    }
  });

  it("has each try as a moment, as narrow as can be seen, wherever the others move it", () => {
    const axis = axisOf([NOW, ...line.marks.flatMap((m) => [m.from, m.to])], 560);
    const close = { ...line, marks: line.marks.map((m) => (m.is === "try" ? { ...m, from: NOW - MIN, to: NOW - MIN } : m)) };
    for (const p of placed(close, axis, NOW).filter((of) => of.mark.is === "try")) expect(p.width).toBeLessThanOrEqual(5);
  });

  it("that went through at once is one bar", () => {
    const pre = night.lines.find((l) => l.id === "pre");
    if (pre === undefined) throw new Error("no such phase");
    expect(folded(pre).marks.filter((m) => m.is === "step")).toHaveLength(1);
  });
});
