// A core whose answers a test gives itself, one by one and in any order. Like the real one it has one stream for the window:
// the subscription that was carried out last has it, and nobody listens to the one before.
import type { RunSnapshot, Update } from "../ipc";
import { Failure, type Ipc } from "../ipc/port";

/** One question to the core that waits for its answer. */
export type Call = {
  name: keyof Ipc;
  args: unknown[];
  settled: boolean;
  /** Carries it out, and keeps the answer back. */
  carryOut: () => void;
  answer: (value?: unknown) => Promise<void>;
  fail: (code?: string) => Promise<void>;
};

/** One subscription, from its answer on. */
type Stream = { run: string; open: boolean; send: (update: Update) => void };

export type ByHand = {
  ipc: Ipc;
  /** Every question, oldest first. */
  calls: Call[];
  pending: () => Call[];
  /** The oldest question of that name that waits. */
  next: (name: keyof Ipc) => Call;
  /** Subscriptions that the window has not closed. */
  open: () => Stream[];
  /** What the core sends, to whoever has its stream. */
  send: (update: Update) => Promise<void>;
};

/** Everything that follows from what was just answered has happened. */
export async function followed(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

export function failureOf(code: string, message = `The core says ${code}.`): Failure {
  return new Failure({ code, message, hint: "", where: "" });
}

export function byHand(): ByHand {
  const calls: Call[] = [];
  const streams: Stream[] = [];
  let holder: Stream | undefined;

  const ask = (name: keyof Ipc, args: unknown[], made: (value: unknown) => unknown, carryOut: () => void = () => undefined): Promise<unknown> =>
    new Promise((resolve, reject) => {
      let done = false;
      const call: Call = {
        name,
        args,
        settled: false,
        carryOut: () => {
          if (!done) carryOut();
          done = true;
        },
        answer: (value) => {
          call.carryOut();
          call.settled = true;
          resolve(made(value));
          return followed();
        },
        fail: (code = "internal") => {
          call.settled = true;
          reject(failureOf(code, `${name} of ${String(args[0])} failed.`));
          return followed();
        },
      };
      calls.push(call);
    });

  const subscribe: Ipc["subscribe"] = (run, fromSeq, on) => {
    const stream: Stream = { run, open: true, send: (update) => stream.open && on(update) };
    const close = () => {
      stream.open = false;
    };
    const made = () => {
      streams.push(stream);
      return close;
    };
    return ask("subscribe", [run, fromSeq], made, () => {
      holder = stream;
    }) as Promise<() => void>;
  };

  const ipc = new Proxy({} as Ipc, {
    get: (_, name: keyof Ipc) => (name === "subscribe" ? subscribe : (...args: unknown[]) => ask(name, args, (value) => value)),
  });
  const pending = () => calls.filter((c) => !c.settled);
  return {
    ipc,
    calls,
    pending,
    next: (name) => {
      const call = pending().find((c) => c.name === name);
      if (call === undefined)
        throw new Error(
          `nothing asks for ${name}; waiting: ${pending()
            .map((c) => c.name)
            .join()}`,
        );
      return call;
    },
    open: () => streams.filter((s) => s.open),
    send: (update) => {
      holder?.send(update);
      return followed();
    },
  };
}

/** A snapshot as of an event, of one run. */
export const of = (base: RunSnapshot, run: string, seq: number): RunSnapshot => ({ ...base, run, seq });
