// What the window knows. It shows what the journal says: nothing is changed here before the core has
// said so. Kept in memory only.
import type { AppInfo, Lead, ReadingView, RunSnapshot, SheetExported, Tone, Update, WindowInfo } from "../ipc";
import { Failure, type Ipc, type RunCommand, asFailure } from "../ipc/port";
import { placeOf } from "./links";
import { go } from "./router";

/** Real seconds without an update after which the status is not called live. */
export const SILENCE_S = 15;

/** One reading as this window saw it, for the small histories on the live screen. */
export type Seen = { at: string; tone: Tone; observed: string };

export type State = {
  /** Which window this is; null until the core has said it. */
  window: WindowInfo | null;
  info: AppInfo | null;
  operator: string;
  run: string | null;
  snapshot: RunSnapshot | null;
  /** `performance.now()` at the last update. */
  receivedAt: number;
  /** Why the stream ended; null while it runs. */
  ended: string | null;
  /** A submission that has no answer yet: its name. */
  busy: string | null;
  failure: Failure | null;
  /** The form that takes the run over is open. */
  taking: boolean;
  /** Where somebody asked to be led, until the window is there or the person stays. */
  lead: Lead | null;
  /** The title of what was interrupted, once somebody has closed it. */
  interruptedRead: string | null;
  /** What was copied by a command that has no place of its own to say so, and whether it was. */
  copied: { text: string; done: boolean } | null;
  /** A break-glass sheet is being made. */
  exporting: boolean;
  /** A break-glass sheet that was just written. */
  sheet: SheetExported | null;
  history: Record<string, Seen[]>;
};

const EMPTY: State = {
  window: null,
  info: null,
  operator: "",
  run: null,
  snapshot: null,
  receivedAt: 0,
  ended: null,
  busy: null,
  failure: null,
  taking: false,
  lead: null,
  interruptedRead: null,
  copied: null,
  exporting: false,
  sheet: null,
  history: {},
};

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

export class Store {
  readonly ipc: Ipc;
  #state: State = EMPTY;
  #listeners = new Set<() => void>();
  #close: (() => void) | null = null;
  #deaf: (() => void) | null = null;
  #generation = 0;

  constructor(ipc: Ipc) {
    this.ipc = ipc;
  }

  readonly get = (): State => this.#state;

  readonly listen = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  #set(part: Partial<State>): void {
    this.#state = { ...this.#state, ...part };
    for (const tell of this.#listeners) tell();
  }

  async start(): Promise<void> {
    this.#set({ failure: null });
    try {
      const window = this.#state.window ?? (await this.ipc.windowInfo());
      this.#set({ window, operator: window.operator });
      // The support window has no run, and is refused what tells of one.
      if (window.window === "support") return;
      const info = await this.ipc.appInfo();
      this.#set({ info, operator: info.operator });
      // Before the run is there, or its own page would be shown for a moment. A page that is loaded again stays where it was.
      const lead = globalThis.location.hash.length <= 2 ? info.lead : null;
      if (lead !== null) go(placeOf(lead));
      if (info.run !== null && !(await this.open(info.run)) && lead !== null) go({ name: "start" });
      this.#listen().catch(this.fail);
    } catch (thrown) {
      this.#set({ failure: asFailure(thrown) });
    }
  }

  /** What was interrupted was read. */
  readonly readInterrupted = (): void => {
    const { info, snapshot } = this.#state;
    this.#set({ interruptedRead: snapshot?.interrupted?.title ?? info?.interrupted?.title ?? null });
  };

  /** Shows what was copied, or what could not be. */
  readonly tellCopied = (copied: State["copied"]): void => this.#set({ copied });

  /** Hears where later starts of the program lead; a page that was loaded again hears anew. */
  async #listen(): Promise<void> {
    this.#deaf?.();
    this.#deaf = null;
    this.#deaf = await this.ipc.followLeads((lead) => this.#set({ lead }));
  }

  /** Stays here: the link is forgotten. */
  readonly leave = (): void => this.#set({ lead: null });

  readonly setOperator = (operator: string): void => this.#set({ operator });
  readonly clearFailure = (): void => this.#set({ failure: null });
  /** Forgets what was refused, and no failure: of another page it says nothing. */
  readonly leaveRefusal = (): void => {
    if (this.#state.failure?.api.code === "rejected") this.clearFailure();
  };
  readonly fail = (thrown: unknown): void => this.#set({ failure: asFailure(thrown) });

  async refreshRuns(): Promise<void> {
    try {
      const runs = await this.ipc.runList();
      if (this.#state.info !== null) this.#set({ info: { ...this.#state.info, runs } });
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Opens a run: its snapshot at once, then its stream. Also used to connect again. */
  async open(run: string): Promise<boolean> {
    const generation = ++this.#generation;
    this.#close?.();
    this.#close = null;
    const fresh = run !== this.#state.run;
    this.#set({ run, ended: null, failure: null, ...(fresh ? { snapshot: null, history: {}, taking: false, sheet: null } : {}) });
    try {
      const snapshot = await this.ipc.runSnapshot(run);
      if (generation !== this.#generation) return false;
      this.#take({ type: "snapshot", snapshot });
      const close = await this.ipc.subscribe(run, snapshot.seq, (update) => {
        if (generation === this.#generation) this.#take(update);
      });
      if (generation === this.#generation) this.#close = close;
      else close();
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.#set({ failure, ended: failure.api.message, ...(fresh && this.#state.snapshot === null ? { run: null } : {}) });
      return false;
    }
  }

  #take(update: Update): void {
    if (update.type === "ended") {
      this.#set({ ended: update.why });
      return;
    }
    this.#set({
      snapshot: update.snapshot,
      receivedAt: performance.now(),
      ended: null,
      history: remember(this.#state.history, update.snapshot.monitors),
    });
  }

  /** Submits; true when the core accepted. The screen changes only when the journal does. */
  readonly submit = async (
    name: string,
    command: RunCommand,
    extra: { basis?: string | null; reason?: string | null; by?: string } = {},
  ): Promise<boolean> => {
    const { run, operator, busy } = this.#state;
    if (run === null || busy !== null) return false;
    this.#set({ busy: name, failure: null });
    try {
      await this.ipc.submitRun(run, {
        command,
        basis: extra.basis ?? null,
        by: extra.by ?? operator,
        reason: extra.reason ?? null,
      });
      this.#set({ busy: null });
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.#set({ busy: null, failure });
      if (failure.api.code === "stale_screen") await this.#reread(run);
      return false;
    }
  };

  /** Puts another plan in the place of the run's; true when the core accepted. */
  readonly amend = async (runbook: string, basis: string, reason: string): Promise<boolean> => {
    const { run, busy, operator } = this.#state;
    if (run === null || busy !== null) return false;
    this.#set({ busy: "amend", failure: null });
    try {
      await this.ipc.amendRun(run, runbook, basis, operator, reason, null);
      this.#set({ busy: null });
      // A plan for another target has another world: its stream is a new one.
      await this.open(run);
      return true;
    } catch (thrown) {
      this.#set({ busy: null, failure: asFailure(thrown) });
      return false;
    }
  };

  /** Opens a run of a runbook and shows it; true when it is open. */
  readonly openRunbook = async (runbook: string, target: string): Promise<boolean> => {
    const { busy, operator } = this.#state;
    if (busy !== null) return false;
    this.#set({ busy: "open", failure: null });
    try {
      const run = await this.ipc.openRunbook(runbook, target, operator);
      this.#set({ busy: null });
      return await this.open(run);
    } catch (thrown) {
      this.#set({ busy: null, failure: asFailure(thrown) });
      return false;
    }
  };

  readonly openResource = (id: string): void => {
    const { run } = this.#state;
    if (run !== null) this.ipc.openResource(run, id).catch(this.fail);
  };

  readonly askTake = (taking: boolean): void => this.#set({ taking });

  /** Takes the run over; true when this program drives it. */
  readonly take = async (reason: string | null): Promise<boolean> => {
    const { run, busy, operator } = this.#state;
    if (run === null || busy !== null) return false;
    this.#set({ busy: "take", failure: null });
    try {
      await this.ipc.takeRun(run, operator, reason);
      this.#set({ busy: null, taking: false });
      return true;
    } catch (thrown) {
      this.#set({ busy: null, failure: asFailure(thrown) });
      return false;
    }
  };

  /** Writes the break-glass sheet anew and shows where it is. */
  readonly exportSheet = async (): Promise<void> => {
    const { run, exporting } = this.#state;
    if (run === null || exporting) return;
    // Not `busy`: making a sheet must never hold up a rollback.
    this.#set({ exporting: true, failure: null });
    try {
      const sheet = await this.ipc.exportSheet(run);
      this.#set({ exporting: false, sheet });
    } catch (thrown) {
      this.#set({ exporting: false, failure: asFailure(thrown) });
    }
  };

  readonly closeSheet = (): void => this.#set({ sheet: null });

  async #reread(run: string): Promise<void> {
    try {
      const snapshot = await this.ipc.runSnapshot(run);
      if (run === this.#state.run) this.#take({ type: "snapshot", snapshot });
    } catch {
      // The refusal itself is already shown; the stream brings the new state.
    }
  }
}
