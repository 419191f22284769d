// What the window can ask of the core. Two hosts: tauri.ts (the real one) and test/host.ts (tests, and in
// development a plain browser opened with ?fake).
import type { z } from "zod";
import { type Core, refusal } from "./generated/commands";
import type { ApiError, ConnectionAsk, ConnectionView, RevealAsk, Revealed, RunCommand } from "./generated/wire";

export type { RunCommand, Submission } from "./generated/wire";

/** What becomes of each field that somebody else changed. */
export type FieldChoices = Extract<RunCommand, { do: "resolve_fields" }>["fields"];

/** The shell's commands, as they are generated; two of them in the form in which the screens have what they send. */
export interface Ipc extends Omit<Core, "connectionCheck" | "submitSupport"> {
  connectionCheck(ask: ConnectionAsk): Promise<ConnectionView>;
  /** One value as it is; recorded. */
  usersReveal(ask: RevealAsk): Promise<Revealed>;
}

/** A refusal or a failure that a person can read. */
export class Failure extends Error {
  readonly api: ApiError;
  constructor(api: ApiError) {
    super(api.message);
    this.api = api;
  }
}

/** Whatever was thrown, as an error that a person can read. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const parsed = refusal.safeParse(thrown);
  if (parsed.success) return new Failure(parsed.data);
  const said = thrown instanceof Error ? thrown.message : typeof thrown === "string" ? thrown : "";
  return new Failure({
    code: "internal",
    message: said === "" ? "The core gave no answer that this window understands." : said,
    hint: "The command line can do the same: switchback --help.",
    where: "window",
  });
}

/** Checks an answer, or says which part of it is not as agreed. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Failure({
    code: "internal",
    message: `The core's answer is not as agreed: ${first?.path.join(".") ?? ""} ${first?.message ?? ""}`,
    hint: "The window and the core may be of different versions. Use the command line for now: switchback --help.",
    where: place,
  });
}
