// What the window knows. It shows what the journal says: nothing is changed here before the core has
// said so. Kept in memory only.
import type { AppInfo, Lead, RehearsedRunbook, WindowInfo } from "../ipc";
import { type Failure, type Ipc, type RunCommand, asFailure } from "../ipc/port";
import { Drafts } from "./drafts";
import { placeOf } from "./links";
import { go } from "./router";
import { NO_RUN, type RunState, Session } from "./session";
import { Turns } from "./turns";

/** Real seconds without an update after which the status is not called live. */
export const SILENCE_S = 15;

/** What is known of no run in particular. */
type AppState = {
  /** Which window this is; null until the core has said it. */
  window: WindowInfo | null;
  info: AppInfo | null;
  operator: string;
  /** A run of a runbook is being opened. */
  opening: boolean;
  /** The newest thing that was refused or failed; of a run only while that is shown. */
  failure: Failure | null;
  /** Where somebody asked to be led, until the window is there or the person stays. */
  lead: Lead | null;
  /** The title of what was interrupted, once somebody has closed it. */
  interruptedRead: string | null;
  /** What was copied by a command that has no place of its own to say so, and whether it was. */
  copied: { text: string; done: boolean } | null;
};

/** All that the window knows: of itself, and of the run that is shown. */
export type State = AppState & RunState;

const EMPTY: State = { window: null, info: null, operator: "", opening: false, failure: null, lead: null, interruptedRead: null, copied: null, ...NO_RUN };

export class Store {
  readonly ipc: Ipc;
  /** What was typed and not sent. */
  readonly drafts = new Drafts();
  #state: State = EMPTY;
  readonly #listeners = new Set<() => void>();
  #session: Session | null = null;
  /** How many runs were shown. */
  #sessions = 0;
  #deaf: (() => void) | null = null;
  readonly #starts = new Turns();
  readonly #opens = new Turns();
  readonly #lists = new Turns();

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

  /** Asks which window this is, and opens the run that the core has open. */
  async start(): Promise<void> {
    const counts = this.#starts.begin();
    this.#set({ failure: null });
    try {
      const window = this.#state.window ?? (await this.ipc.windowInfo());
      if (!counts()) return;
      this.#set({ window, operator: window.operator });
      // The support window has no run, and is refused what tells of one.
      if (window.window === "support") return;
      const info = await this.ipc.appInfo();
      if (!counts()) return;
      this.#set({ info, operator: info.operator });
      // Before the run is there, or its own page would be shown for a moment. A page that is loaded again stays where it was.
      const lead = globalThis.location.hash.length <= 2 ? info.lead : null;
      if (lead !== null) go(placeOf(lead));
      if (info.run !== null && !(await this.open(info.run)) && this.#session === null && lead !== null) go({ name: "start" });
      this.#listen().catch(this.fail);
    } catch (thrown) {
      if (counts()) this.fail(thrown);
    }
  }

  /** Hears where later starts of the program lead; a page that was loaded again hears anew. */
  async #listen(): Promise<void> {
    this.#deaf?.();
    this.#deaf = await this.ipc.followLeads((lead) => this.#set({ lead }));
  }

  /** Stays here: the link is forgotten. */
  readonly leave = (): void => this.#set({ lead: null });

  /** What was interrupted was read. */
  readonly readInterrupted = (title: string): void => this.#set({ interruptedRead: title });

  /** Shows what was copied, or what could not be; null takes it away. */
  readonly tellCopied = (copied: State["copied"]): void => this.#set({ copied });

  readonly setOperator = (operator: string): void => this.#set({ operator });
  readonly clearFailure = (): void => this.#set({ failure: null });
  /** Forgets what was refused, and no failure: of another page it says nothing. */
  readonly leaveRefusal = (): void => {
    if (this.#state.failure?.api.code === "rejected") this.clearFailure();
  };
  readonly fail = (thrown: unknown): void => this.#set({ failure: asFailure(thrown) });

  /** Reads which runs there are. */
  async refreshRuns(): Promise<void> {
    const counts = this.#lists.begin();
    try {
      const runs = await this.ipc.runList();
      if (counts() && this.#state.info !== null) this.#set({ info: { ...this.#state.info, runs } });
    } catch (thrown) {
      if (counts()) this.fail(thrown);
    }
  }

  /**
   * Opens a run, which leaves the one before: its snapshot at once, then its stream. Of the run that is shown it connects again. True when
   * it is live and nothing else was opened since.
   */
  async open(run: string): Promise<boolean> {
    this.#opens.drop();
    if (this.#session?.run !== run) {
      this.#session?.leave();
      this.#session = new Session(this.ipc, run, ++this.#sessions, {
        say: (state, failure) => this.#set(failure === undefined ? state : { ...state, failure }),
        lost: (failure) => this.#close(failure),
        late: () => this.#session?.resume(),
      });
    }
    return this.#session.connect();
  }

  #close(failure: Failure): void {
    this.#session?.leave();
    this.#session = null;
    this.#set({ ...NO_RUN, failure });
  }

  /** Opens the run that the core answers with, unless something else was opened since; true when it is open. */
  async #openNext(ask: () => Promise<string | null>): Promise<boolean> {
    const counts = this.#opens.begin();
    this.#set({ failure: null });
    try {
      const run = await ask();
      return counts() && run !== null && (await this.open(run));
    } catch (thrown) {
      if (counts()) this.fail(thrown);
      return false;
    }
  }

  /** Opens a run of a runbook and shows it; true when it is open. */
  readonly openRunbook = async (runbook: string, target: string): Promise<boolean> => {
    const { opening, operator } = this.#state;
    if (opening) return false;
    this.#set({ opening: true });
    return this.#openNext(() => this.ipc.openRunbook(runbook, target, operator).finally(() => this.#set({ opening: false })));
  };

  /** Begins a rehearsal and shows its run; true when it is open. */
  readonly rehearse = (runbook: RehearsedRunbook): Promise<boolean> =>
    this.#openNext(async () => (await this.ipc.submitRehearsal({ do: "start", runbook })).run);

  /** Submits to the run that is shown; true when the core accepted and the run is still shown. */
  readonly submit = async (name: string, command: RunCommand, extra: { basis?: string | null; reason?: string | null; by?: string } = {}): Promise<boolean> =>
    (await this.#session?.submit(name, { command, basis: extra.basis ?? null, by: extra.by ?? this.#state.operator, reason: extra.reason ?? null })) ?? false;

  /** Puts another plan in the place of the run's; true when the core accepted and the run is still shown. */
  readonly amend = async (runbook: string, basis: string, reason: string): Promise<boolean> =>
    (await this.#session?.amend(runbook, basis, this.#state.operator, reason)) ?? false;

  /** Takes the run over; true when this program drives it and the run is still shown. */
  readonly take = async (reason: string | null): Promise<boolean> => (await this.#session?.take(this.#state.operator, reason)) ?? false;

  /** Writes the break-glass sheet of the run anew and shows where it is. */
  readonly exportSheet = async (): Promise<void> => this.#session?.exportSheet();

  readonly askTake = (taking: boolean): void => this.#session?.askTake(taking);
  readonly closeSheet = (): void => this.#session?.closeSheet();
  readonly openResource = (id: string): void => void this.#session?.openResource(id);

  /** Makes something go wrong in the rehearsal that is shown, or ends that; true when it came to be and the run is still shown. */
  readonly flip = async (fault: string, lift: boolean): Promise<boolean> => (await this.#session?.flip(fault, lift)) ?? false;
}
