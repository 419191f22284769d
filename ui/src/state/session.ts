// One opening of a run: what the window knows of it and has asked about it, from when the run is shown until another one is.
// Connecting again is the same session. Once it was left, nothing that is answered to it is heard.
import type { ReadingView, RunSnapshot, SheetExported, Tone, Update } from "../ipc";
import { type Failure, type Ipc, type Submission, asFailure } from "../ipc/port";
import { keep } from "./keep";

/** One reading as this window saw it, for the small histories on the live screen. */
export type Seen = { at: string; tone: Tone; observed: string };

/** What is shown of a run. */
export type RunState = {
  /** The run; null = none is open. */
  run: string | null;
  /** Which opening this is, counted from 1; 0 = no run is open. */
  session: number;
  snapshot: RunSnapshot | null;
  /** `performance.now()` at the last snapshot. */
  receivedAt: number;
  /** Why the stream ended; null while it runs. */
  ended: string | null;
  /** A submission that has no answer yet: its name. */
  busy: string | null;
  /** The one that was accepted last, while no snapshot has shown what came of it: its button stays where it is and does nothing. */
  held: string | null;
  /** The form that takes the run over is open. */
  taking: boolean;
  /** A break-glass sheet is being made. */
  exporting: boolean;
  /** A break-glass sheet that was just written. */
  sheet: SheetExported | null;
  /** By monitor, the oldest first. */
  history: Record<string, Seen[]>;
};

export const NO_RUN: RunState = {
  run: null,
  session: 0,
  snapshot: null,
  receivedAt: 0,
  ended: null,
  busy: null,
  held: null,
  taking: false,
  exporting: false,
  sheet: null,
  history: {},
};

/** What a button waits for: the answer to what it sent, then the snapshot that shows it. */
export const busyWith = ({ busy, held }: Pick<RunState, "busy" | "held">): string | null => busy ?? held;

/** Milliseconds after which a button that was accepted is free again, whatever has come. */
export const HELD_MS = 5000;

/** How many readings of a monitor are kept. */
const KEEP = 60;

function remember(history: Record<string, Seen[]>, monitors: ReadingView[]): Record<string, Seen[]> {
  let next = history;
  for (const m of monitors) {
    if (m.observed_at === null) continue;
    const old = next[m.id] ?? [];
    if (old.at(-1)?.at === m.observed_at) continue;
    if (next === history) next = { ...history };
    next[m.id] = [...old, { at: m.observed_at, tone: m.tone, observed: m.observed }].slice(-KEEP);
  }
  return next;
}

/** Who shows the session. */
export type Host = {
  /** What is shown now. A failure takes the place of the one before, and null takes it away. */
  say: (state: RunState, failure?: Failure | null) => void;
  /** The run could not be read at all: there is nothing to show. */
  lost: (failure: Failure) => void;
  /** A subscription was answered that nobody waits for any more. */
  late: () => void;
};

export class Session {
  readonly run: string;
  readonly #ipc: Ipc;
  readonly #host: Host;
  #state: RunState;
  #left = false;
  /** Counts how often it was connected: what an older connection is told is late. */
  #connection = 0;
  /** The connection whose subscription has no answer yet; 0 = none. */
  #subscribing = 0;
  /** To be subscribed once more when that answer is there. */
  #again = false;
  #close: (() => void) | null = null;
  /** What was accepted and is not shown yet: what was sent, and the event after which it is. */
  #accepted: { sent: string; seq: number; free: ReturnType<typeof setTimeout> } | null = null;

  /** `number` is which opening this is. Nothing is asked before `connect`. */
  constructor(ipc: Ipc, run: string, number: number, host: Host) {
    this.run = run;
    this.#ipc = ipc;
    this.#host = host;
    this.#state = { ...NO_RUN, run, session: number };
    this.#say({});
  }

  /** Another run is shown. */
  leave(): void {
    this.#left = true;
    this.#connection += 1;
    this.#hush();
    this.#free();
  }

  #say(part: Partial<RunState>, failure?: Failure | null): void {
    if (this.#left) return;
    this.#state = { ...this.#state, ...part };
    this.#host.say(this.#state, failure);
  }

  /** Reads the run, then follows its stream; true when it is live and still shown. */
  async connect(): Promise<boolean> {
    const mine = ++this.#connection;
    this.#hush();
    this.#say({ ended: null }, null);
    try {
      const snapshot = await this.#ipc.runSnapshot(this.run);
      if (mine !== this.#connection) return false;
      this.#say(this.#seen(snapshot));
      return await this.#subscribe(mine);
    } catch (thrown) {
      this.#broken(mine, thrown);
      return false;
    }
  }

  async #subscribe(mine: number): Promise<boolean> {
    this.#subscribing = mine;
    try {
      do {
        this.#again = false;
        const close = await this.#ipc.subscribe(this.run, this.#state.snapshot?.seq ?? 0, (update) => {
          if (mine === this.#connection) this.#hear(update);
        });
        if (mine !== this.#connection) {
          close();
          this.#host.late();
          return false;
        }
        this.#hush();
        this.#close = close;
      } while (this.#again);
      return true;
    } finally {
      if (this.#subscribing === mine) this.#subscribing = 0;
    }
  }

  /** The core has one stream for the window, and gave it to a subscription that came in late: this session asks for it again. */
  resume(): void {
    if (this.#subscribing === this.#connection) this.#again = true;
    else if (this.#close !== null && this.#state.ended === null) {
      const mine = this.#connection;
      this.#subscribe(mine).catch((thrown: unknown) => this.#broken(mine, thrown));
    }
    // Else it is still to subscribe, or was told that there is nothing more to come.
  }

  #broken(connection: number, thrown: unknown): void {
    if (connection !== this.#connection) return;
    const failure = asFailure(thrown);
    this.#hush();
    if (this.#state.snapshot === null) this.#host.lost(failure);
    else this.#say({ ended: failure.api.message }, failure);
  }

  #hush(): void {
    this.#close?.();
    this.#close = null;
  }

  #hear(update: Update): void {
    if (update.type === "ended") this.#say({ ended: update.why });
    else this.#say({ ...this.#seen(update.snapshot), ended: null });
  }

  #seen(snapshot: RunSnapshot): Partial<RunState> {
    const shown = this.#accepted !== null && snapshot.seq >= this.#accepted.seq;
    if (shown) this.#free();
    return {
      ...(shown ? { held: null } : {}),
      snapshot: keep(this.#state.snapshot, snapshot),
      receivedAt: performance.now(),
      history: remember(this.#state.history, snapshot.monitors),
    };
  }

  /**
   * Asks one thing at a time: true when the core accepted and the run is still shown, and `done` is so from then on; false when it came
   * too late or another one has no answer yet; else why it was refused.
   */
  async #ask(name: string, ask: () => Promise<unknown>, done: Partial<RunState> = {}): Promise<Failure | boolean> {
    if (this.#state.busy !== null) return false;
    this.#say({ busy: name }, null);
    try {
      await ask();
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.#say({ busy: null }, failure);
      return failure;
    }
    this.#say({ busy: null, ...done });
    return !this.#left;
  }

  /** Forgets what was accepted last. */
  #free(): void {
    clearTimeout(this.#accepted?.free);
    this.#accepted = null;
  }

  /** What was accepted holds its button until it is shown: a second press in between would ask for the same once more, and be refused. */
  #hold(name: string, sent: string, seq: number): void {
    this.#free();
    if (this.#left || seq <= (this.#state.snapshot?.seq ?? 0)) return;
    const free = setTimeout(() => {
      this.#free();
      this.#say({ held: null });
    }, HELD_MS);
    this.#accepted = { sent, seq, free };
    this.#say({ held: name });
  }

  /**
   * Submits; true when the core accepted and the run is still shown. The screen changes only when the journal does, and until then the
   * same is not sent again; anything else is.
   */
  async submit(name: string, submission: Submission): Promise<boolean> {
    const sent = JSON.stringify(submission.command);
    if (this.#accepted?.sent === sent) return false;
    const end = await this.#ask(name, async () => {
      const { seq } = await this.#ipc.submitRun(this.run, submission);
      // Before it is said that there is an answer: the button is not free for a moment.
      this.#hold(name, sent, seq);
    });
    if (typeof end === "boolean") return end;
    if (end.api.code === "stale_screen" && !this.#left) await this.#look();
    return false;
  }

  /** A look beside the stream, which says nothing of whether that still lives and never leads back in time. */
  async #look(): Promise<void> {
    try {
      const snapshot = await this.#ipc.runSnapshot(this.run);
      if (snapshot.seq >= (this.#state.snapshot?.seq ?? 0)) this.#say(this.#seen(snapshot));
    } catch {
      // The refusal itself is already shown; the stream brings the new state.
    }
  }

  /** Puts another plan in the place of the run's; true when the core accepted and the run is still shown. */
  async amend(runbook: string, basis: string, by: string, reason: string): Promise<boolean> {
    const end = await this.#ask("amend", () => this.#ipc.amendRun(this.run, runbook, basis, by, reason, null));
    if (end !== true) return false;
    // A plan for another target has another world: its stream is a new one.
    await this.connect();
    return !this.#left;
  }

  /** Takes the run over; true when this program drives it and the run is still shown. */
  async take(by: string, reason: string | null): Promise<boolean> {
    return (await this.#ask("take", () => this.#ipc.takeRun(this.run, by, reason), { taking: false })) === true;
  }

  /** Opens or closes the form that takes the run over. */
  askTake(taking: boolean): void {
    this.#say({ taking });
  }

  /** Writes the break-glass sheet anew and shows where it is. */
  async exportSheet(): Promise<void> {
    if (this.#state.exporting) return;
    // Not `busy`: making a sheet must never hold up a rollback.
    this.#say({ exporting: true }, null);
    try {
      const sheet = await this.#ipc.exportSheet(this.run);
      this.#say({ exporting: false, sheet });
    } catch (thrown) {
      this.#say({ exporting: false }, asFailure(thrown));
    }
  }

  /** Takes the notice of the sheet away. */
  closeSheet(): void {
    this.#say({ sheet: null });
  }

  /** Asks what nothing else waits for; true when it came to be and the run is still shown. */
  async #told(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask();
      return !this.#left;
    } catch (thrown) {
      this.#say({}, asFailure(thrown));
      return false;
    }
  }

  /** Opens the AWS console at a thing of the plan, in the system's browser. */
  openResource(id: string): Promise<boolean> {
    return this.#told(() => this.#ipc.openResource(this.run, id));
  }

  /** Makes something go wrong in the rehearsal, or ends that; true when it came to be and the run is still shown. */
  flip(fault: string, lift: boolean): Promise<boolean> {
    return this.#told(() => this.#ipc.submitRehearsal({ do: lift ? "lift" : "inject", fault }));
  }
}
