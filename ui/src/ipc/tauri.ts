// The real host. The only file that imports @tauri-apps.
import { Channel, invoke } from "@tauri-apps/api/core";
import { type Command, type Core, type Stream, commands } from "./generated/commands";
import { type Ipc, asFailure, checked } from "./port";

/** Calls a command with its arguments in order. */
async function call(command: Command<unknown>, given: readonly unknown[], more: Record<string, unknown> = {}): Promise<unknown> {
  const args = Object.fromEntries(command.args.map((name, at) => [name, given[at]]));
  let answer: unknown;
  try {
    answer = await invoke(command.name, { ...args, ...more });
  } catch (thrown) {
    throw asFailure(thrown);
  }
  return checked(command.answer, answer, command.name);
}

/** Calls a command that has a channel; what is brought after the end is dropped. `unread` takes what can't be read. */
async function follow<Brings>(
  stream: Stream<Brings>,
  given: readonly unknown[],
  on: (brings: Brings) => void,
  unread: (thrown: unknown) => void,
): Promise<() => void> {
  let listening = true;
  const channel = new Channel<unknown>();
  channel.onmessage = (message) => {
    if (!listening) return;
    try {
      on(checked(stream.brings, message, stream.name));
    } catch (thrown) {
      unread(thrown);
    }
  };
  await call(stream, given, { [stream.channel]: channel });
  return () => {
    listening = false;
  };
}

// The table is generated together with the interface, so each method takes and answers what that says.
const core = {
  ...Object.fromEntries(Object.entries(commands).map(([method, command]) => [method, (...given: unknown[]) => call(command, given)])),
  // A snapshot that can't be read is as good as none: say so instead of showing an old one.
  subscribe: (run, fromSeq, on) => follow(commands.subscribe, [run, fromSeq], on, (thrown) => on({ type: "ended", why: asFailure(thrown).api.message })),
  followLeads: (on) => follow(commands.followLeads, [], on, (thrown) => on({ run: "", to: { page: "run" }, problem: asFailure(thrown).api.message })),
} as Pick<Core, "subscribe" | "followLeads"> as Core;

const { connectionCheck, submitSupport, ...same } = core;

export const tauri: Ipc = {
  ...same,
  connectionCheck: ({ run, profile, region }) => connectionCheck(run, profile, region),
  usersReveal: (ask) => submitSupport({ do: "reveal", ...ask }),
};
