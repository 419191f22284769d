// The checks of the core's answers, against what serde writes: each type with all that it can hold, and with as
// little as it can (samples.json comes from Rust).
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as generated from "../ipc/generated/checks";
import samples from "../ipc/generated/samples.json";
import { checked } from "../ipc/port";

type Fields = Record<string, unknown>;

const checks: Record<string, z.ZodType> = generated;
const types = Object.entries(samples as Record<string, unknown[]>);
/** The types that have fields, with the samples that hold the most and the least. */
const records = types
  .filter(([, values]) => values.every((value) => typeof value === "object"))
  .map(([name, values]) => ({ name, most: values[0] as Fields, least: values.at(-1) as Fields }));
const TIME = (samples.RunRow[0] as { opened_at: string }).opened_at;
/** Whatever a call's parameters are, they are shown as they are. */
const ANYTHING = "CallView.parameters";

/** Where a value is refused: the path of the first issue. */
function refusedAt(name: string, value: unknown): string | null {
  const parsed = checks[name]!.safeParse(value);
  return parsed.success ? null : (parsed.error.issues[0]?.path.join(".") ?? "");
}

it("every check has samples, and every sample a check", () => {
  expect(Object.keys(samples).sort()).toEqual(
    Object.keys(checks)
      .filter((name) => name !== "Time")
      .sort(),
  );
  expect(records.length).toBeGreaterThan(50);
});

it.each(types)("%s passes as serde writes it, and nothing is lost", (name, values) => {
  for (const value of values) expect(checks[name]!.parse(value)).toEqual(value);
});

it.each(records)("$name: a field that is always there is missed", ({ name, least }) => {
  for (const field of Object.keys(least)) {
    if (`${name}.${field}` === ANYTHING) continue;
    const { [field]: _, ...less } = least;
    expect(refusedAt(name, less), field).toBe(name === "ScopeView" ? "" : field);
  }
});

it.each(records)("$name: a field of another type is refused", ({ name, most }) => {
  for (const [field, value] of Object.entries(most)) {
    if (`${name}.${field}` === ANYTHING) continue;
    const other = typeof value === "string" ? 7 : "text";
    expect(refusedAt(name, { ...most, [field]: other }), field).toBe(name === "ScopeView" ? "" : field);
  }
});

it.each(records.filter(({ most }) => Object.values(most).includes(TIME)))("$name: a time is a time", ({ name, most }) => {
  for (const [field, value] of Object.entries(most)) {
    if (value === TIME) expect(refusedAt(name, { ...most, [field]: "half past five" }), field).toBe(field);
  }
});

it.each(records)("$name: a field that a newer core knows is kept", ({ name, most, least }) => {
  for (const value of [most, least]) expect(checks[name]!.parse({ ...value, later: [1] })).toEqual({ ...value, later: [1] });
});

it.each(types.filter(([, values]) => values.every((value) => typeof value === "string")))("%s is one of its words", (name) => {
  expect(refusedAt(name, "splendid")).toBe("");
});

describe("deep in a run", () => {
  const whole = samples.RunSnapshot[0] as Fields;

  /** The run with one field of a step's time for the way back made into something else. */
  function withTakes(edit: (takes: Fields) => void): Fields {
    const run = structuredClone(whole) as { phases: { steps: { undo_takes: Fields }[] }[] };
    edit(run.phases[0]!.steps[0]!.undo_takes);
    return run;
  }

  it("a refusal says where, alone and in the stream", () => {
    const place = "phases.0.steps.0.undo_takes.tries";
    for (const broken of [withTakes((takes) => delete takes.tries), withTakes((takes) => (takes.tries = "two"))]) {
      expect(refusedAt("RunSnapshot", broken)).toBe(place);
      expect(refusedAt("Update", { type: "snapshot", snapshot: broken })).toBe(`snapshot.${place}`);
      expect(() => checked(generated.RunSnapshot, broken, "test")).toThrow(`The core's answer is not as agreed: ${place} `);
    }
  });

  it("what is new goes through", () => {
    const newer = withTakes((takes) => (takes.later = 7));
    expect(checked(generated.RunSnapshot, newer, "test")).toEqual(newer);
  });

  it("another version of the schema is refused", () => {
    expect(refusedAt("RunSnapshot", { ...whole, schema_version: 2 })).toBe("schema_version");
  });
});

it("nothing is compiled at run time: the content policy forbids it", () => {
  expect(z.config().jitless).toBe(true);
});
