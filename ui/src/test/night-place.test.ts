// The night after a rollback and a second Go: what was done stands at its own time, left of now, whatever the night was like.
import { expect, it } from "vitest";
import type { PhaseView } from "../ipc";
import { axisOf, xOf } from "../night/axis";
import { folded } from "../night/marks";
import { placed } from "../night/place";
import { nightOf } from "../night/when";
import { snapshotOf } from "./made-up";

const NOW = Date.parse("2026-11-29T22:35:00Z");
const MINUTE = 60_000;

/** Numbers from 0 to 1 that are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const axis = (night: ReturnType<typeof nightOf>, width: number) =>
  axisOf([night.now, ...night.lines.flatMap((l) => l.marks.flatMap((m) => [m.from, m.to]))], width);

const iso = (ms: number) => new Date(ms).toISOString();

/** A scene with other times: steps done in any order, gates said before, between or after them, some steps done and done again. */
function someNight(phases: readonly PhaseView[], random: () => number): PhaseView[] {
  const span = (1 + random() * 600) * MINUTE;
  const before = () => NOW - random() * span;
  return phases.map((p) => ({
    ...p,
    gate:
      p.gate?.decision == null || random() < 0.3
        ? p.gate
        : { ...p.gate, state: random() < 0.7 ? ("go" as const) : p.gate.state, decision: { ...p.gate.decision, at: iso(random() < 0.3 ? NOW : before()) } },
    steps: p.steps.map((s) => {
      const begun = random();
      if (begun < 0.3) return s;
      const from = before();
      if (begun < 0.9)
        return {
          ...s,
          state: "done" as const,
          changed_at: iso(from),
          times: { ...s.times, started_at: iso(from), ended_at: iso(from + random() * (NOW - from)) },
        };
      return { ...s, state: "applying" as const, changed_at: iso(from), times: { ...s.times, started_at: iso(from), ended_at: null } };
    }),
  }));
}

it("after a second Go what was done before stands at its own time, left of now and of the diamond", () => {
  const { phases } = snapshotOf("done", NOW);
  const done = phases.map((p) =>
    p.id !== "mid" || p.gate?.decision == null
      ? p
      : {
          ...p,
          gate: { ...p.gate, state: "go" as const, decision: { ...p.gate.decision, at: iso(NOW - 4 * MINUTE) } },
          steps: p.steps.map((s, i) =>
            i > 2
              ? s
              : {
                  ...s,
                  state: "done" as const,
                  times: { ...s.times, started_at: iso(NOW - (280 - 60 * i) * MINUTE), ended_at: iso(NOW - (275 - 60 * i) * MINUTE) },
                },
          ),
        },
  );
  const night = nightOf(done, NOW);
  const line = night.lines.find((l) => l.id === "mid");
  if (line === undefined) throw new Error("no such phase");
  const scale = axis(night, 560);
  const marks = placed(line, scale, night.now);
  const gate = marks.find((p) => p.mark.is === "gate");
  const early = marks.filter((p) => p.mark.is === "step" && !p.mark.ahead).slice(0, 3);
  expect(early).toHaveLength(3);
  expect(gate?.x).toBeLessThanOrEqual(xOf(scale, NOW));
  for (const p of early) {
    expect(Math.abs(p.x - xOf(scale, p.mark.from)), p.mark.id).toBeLessThan(7);
    expect(p.x + p.width, p.mark.id).toBeLessThanOrEqual(gate?.x ?? 0);
  }
});

it("nothing that is done ever stands right of now, and nothing that is ahead left of it", () => {
  let seen = 0;
  for (let seed = 1; seed <= 600; seed += 1) {
    const random = numbers(seed);
    const story = ["done", "waiting", "again", "undone", "go", "failing"][seed % 6] as string;
    // The picture's clock goes in steps of 15 s: it may be behind what came last.
    const night = nightOf(someNight(snapshotOf(story, NOW).phases, random), NOW - (seed % 3 === 0 ? 15_000 : 0));
    const width = 200 + Math.floor(random() * 500);
    const scale = axis(night, width);
    const clock = xOf(scale, night.now);
    for (const line of night.lines.flatMap((l) => [l, folded(l)])) {
      const marks = placed(line, scale, night.now);
      expect(marks.map((p) => p.mark.id).sort(), `${seed}`).toEqual(line.marks.map((m) => m.id).sort());
      for (const [i, p] of marks.entries()) {
        const where = `night ${seed}, ${p.mark.id}`;
        const end = p.x + p.width;
        expect(p.x, where).toBeGreaterThanOrEqual(-0.01);
        if (p.mark.ahead) expect(p.x, where).toBeGreaterThanOrEqual(Math.min(clock, scale.width) - 0.01);
        else {
          expect(p.x, where).toBeLessThanOrEqual(clock + 0.01);
          if (p.mark.to <= night.now) expect(end, where).toBeLessThanOrEqual(clock + 0.01);
          // As near to its own time as those beside it let it.
          expect(Math.abs(p.x - xOf(scale, p.mark.from)), where).toBeLessThanOrEqual(20 * marks.length);
          seen += 1;
        }
        const next = marks[i + 1];
        if (next !== undefined && next.mark.ahead === p.mark.ahead) expect(next.x, where).toBeGreaterThanOrEqual(p.x - 0.01);
      }
    }
  }
  expect(seen).toBeGreaterThan(5_000);
});
