// Node's, which React draws by where it is to be had; the window's own types know nothing of it.
declare function setImmediate(work: (value?: unknown) => void): void;

// Taken before a test puts false timers in its place.
const soon = globalThis.setTimeout;

/**
 * Lets the event loop go round: an address that changed, an answer of the fake core, its drawing and the
 * effects of that take a turn each, in the order they were asked for, however slow the machine.
 */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((next) => soon(next, 0));
    await new Promise((next) => setImmediate(next));
  }
}
