// What belongs to one run never touches what another shows, in whatever order the core answers.
import { beforeAll, describe, expect, it } from "vitest";
import type { RunSnapshot } from "../ipc";
import { fakeIpc } from "./host";
import { type State, Store } from "../state/store";
import { type ByHand, byHand, type Call, followed, of } from "./by-hand";

const [A, B] = ["run-a", "run-b"];
let base: RunSnapshot;
beforeAll(async () => {
  base = await fakeIpc("silent").runSnapshot(A);
});

/** What is shown, apart from when it came. */
const shown = (store: Store): Omit<State, "receivedAt"> => {
  const { receivedAt, ...rest } = store.get();
  expect(receivedAt).toBeTypeOf("number");
  return rest;
};

type Desk = { core: ByHand; store: Store };

/** Opens a run and answers for it, calling `between` after each answer. */
async function open({ core, store }: Desk, run: string, seq: number, between: (at: number) => Promise<void> = followed): Promise<void> {
  void store.open(run);
  await followed();
  await between(0);
  // The one that was asked last: an older one of the same run may wait for ever.
  const last = (name: "runSnapshot" | "subscribe") => core.pending().findLast((c) => c.name === name && c.args[0] === run);
  await last("runSnapshot")?.answer(of(base, run, seq));
  await between(1);
  await last("subscribe")?.answer();
  await between(2);
}

async function desk(): Promise<Desk> {
  const core = byHand();
  const at = { core, store: new Store(core.ipc) };
  at.store.setOperator("m.example");
  await open(at, A, 1);
  expect(at.store.get()).toMatchObject({ run: A, ended: null, failure: null });
  expect(core.open()).toHaveLength(1);
  return at;
}

/** A question about a run that has no answer yet: how it is asked, how it is answered, and what stands on its own run then. */
type Kind = {
  name: string;
  ask: (desk: Desk) => Promise<{ call: Call; told: Promise<unknown> }>;
  answer: unknown;
  /** After the answer, and after a failure, where the run is still shown. */
  answered: Partial<State>;
  failed: Partial<State>;
};

const asked = async (core: ByHand, name: Call["name"], told: Promise<unknown>) => {
  await followed();
  return { call: core.next(name), told };
};

const sheet = { file: "/sheets/a.sh", in_mirror: false, seq: 1, text: "# SHEET" };
const kinds: Kind[] = [
  {
    name: "a submission",
    ask: ({ core, store }) => asked(core, "submitRun", store.submit("check", { do: "check", step: "mid.3" })),
    answer: { seq: 2 },
    answered: { busy: null, failure: null },
    failed: { busy: null },
  },
  {
    name: "a sheet",
    ask: ({ core, store }) => asked(core, "exportSheet", store.exportSheet()),
    answer: sheet,
    answered: { exporting: false, failure: null, sheet },
    failed: { exporting: false, sheet: null },
  },
  {
    name: "a take-over",
    ask: ({ core, store }) => {
      store.askTake(true);
      return asked(core, "takeRun", store.take("silent for an hour"));
    },
    answer: undefined,
    answered: { busy: null, failure: null, taking: false },
    failed: { busy: null, taking: true },
  },
  {
    name: "an amendment",
    ask: ({ core, store }) => asked(core, "amendRun", store.amend("night-2", "sha256:1", "more time")),
    answer: { seq: 2 },
    answered: { busy: null, failure: null },
    failed: { busy: null },
  },
  {
    name: "a page of AWS",
    ask: ({ core, store }) => {
      store.openResource("zone");
      return asked(core, "openResource", followed());
    },
    answer: undefined,
    answered: { failure: null },
    failed: {},
  },
  {
    name: "a second look after a refusal",
    ask: async ({ core, store }) => {
      const told = store.submit("check", { do: "check", step: "mid.3" });
      await followed();
      await core.next("submitRun").fail("stale_screen");
      store.clearFailure();
      return asked(core, "runSnapshot", told);
    },
    get answer() {
      return of(base, A, 7);
    },
    answered: { busy: null, failure: null },
    failed: { busy: null, failure: null },
  },
];
const quiet = (kind: Kind) => kind.name.startsWith("a second look");

const ways = [
  ["answered", async (call: Call, kind: Kind) => call.answer(kind.answer)],
  ["refused", async (call: Call) => call.fail("rejected")],
  ["refused as stale", async (call: Call) => call.fail("stale_screen")],
] as const;
const cells = kinds.flatMap((kind) => ways.map(([end, settle]) => ({ kind, end, settle, name: `${kind.name} that is ${end}` })));

describe.each(cells)("$name", ({ kind, end, settle }) => {
  /** What another opening shows where nothing was ever asked of the first. */
  async function undisturbed(runs: [string, number][]): Promise<Omit<State, "receivedAt">> {
    const at = await desk();
    for (const [run, seq] of runs) await open(at, run, seq);
    return shown(at.store);
  }

  describe.each([0, 1, 2])("after another run was opened (its answers so far: %i)", (when) => {
    it("touches nothing of that run", async () => {
      const expected = await undisturbed([[B, 1]]);
      const at = await desk();
      const { call, told } = await kind.ask(at);
      let settled = 0;
      await open(at, B, 1, async (now) => {
        if (now !== when) return;
        const before = shown(at.store);
        settled = at.core.calls.length;
        await settle(call, kind);
        expect(shown(at.store)).toEqual(before);
        // Nor is anything more asked of the run that was left.
        expect(at.core.calls).toHaveLength(settled);
      });
      expect(settled).toBeGreaterThan(0);
      expect(shown(at.store)).toEqual(expected);
      expect(at.core.open().map((s) => s.run)).toEqual([B]);
      if (kind.name !== "a page of AWS" && kind.name !== "a sheet") expect(await told).toBe(false);
    });
  });

  it("touches nothing of the same run opened again after another", async () => {
    const expected = await undisturbed([
      [B, 1],
      [A, 3],
    ]);
    const at = await desk();
    const { call } = await kind.ask(at);
    await open(at, B, 1);
    await open(at, A, 3);
    expect(shown(at.store)).toEqual(expected);
    const before = at.core.calls.length;
    await settle(call, kind);
    expect(shown(at.store)).toEqual(expected);
    expect(at.core.calls).toHaveLength(before);
    expect(at.core.open().map((s) => s.run)).toEqual([A]);
  });

  it.each([0, 1, 2])("counts where the run was only connected again (its answers so far: %i)", async (when) => {
    const at = await desk();
    const { call } = await kind.ask(at);
    await open(at, A, 8, async (now) => {
      if (now === when) await settle(call, kind);
    });
    // An amended plan has a new stream, whatever stream there was.
    for (const again of at.core.pending()) await again.answer(again.name === "runSnapshot" ? of(base, A, 8) : undefined);
    for (const again of at.core.pending()) await again.answer();
    expect(at.store.get()).toMatchObject({ run: A, ended: null, ...(end === "answered" ? kind.answered : kind.failed) });
    if (end !== "answered" && !quiet(kind)) expect(at.store.get().failure?.api.code).toBe(end === "refused" ? "rejected" : "stale_screen");
    expect(at.store.get().snapshot?.seq).toBe(8);
    expect(at.core.open().map((s) => s.run)).toEqual([A]);
  });

  it("counts where the stream ended in between, and calls nothing live that is not", async () => {
    const at = await desk();
    const { call } = await kind.ask(at);
    await at.core.send({ type: "ended", why: "The run is driven elsewhere." });
    await settle(call, kind);
    expect(at.store.get()).toMatchObject(end === "answered" ? kind.answered : kind.failed);
    if (end !== "answered" && !quiet(kind)) expect(at.store.get().failure?.api.code).toBe(end === "refused" ? "rejected" : "stale_screen");
    // A look at the run is no stream; only the amendment asks for a new one.
    for (const look of at.core.pending()) {
      if (kind.name === "an amendment" && end === "answered") expect(look.name).toBe("runSnapshot");
      else await look.answer(of(base, A, 9));
    }
    if (kind.name !== "an amendment" || end !== "answered") expect(at.store.get().ended).toBe("The run is driven elsewhere.");
  });
});

describe("a run that was opened, and then another one before the core answered", () => {
  it("is asked nothing more", async () => {
    const core = byHand();
    const store = new Store(core.ipc);
    void store.open(A);
    void store.open(B);
    const before = shown(store);
    await core.next("runSnapshot").answer(of(base, A, 1));
    expect(core.calls.map((c) => c.name)).toEqual(["runSnapshot", "runSnapshot"]);
    expect(shown(store)).toEqual(before);
  });

  it("leaves the stream to the other one, though the core carried out its subscription last and answered it first", async () => {
    const core = byHand();
    const at = { core, store: new Store(core.ipc) };
    void at.store.open(A);
    await at.core.next("runSnapshot").answer(of(base, A, 1));
    const late = at.core.next("subscribe");
    void at.store.open(B);
    await at.core.next("runSnapshot").answer(of(base, B, 1));
    const ours = at.core.pending().find((c) => c !== late);
    ours?.carryOut();
    late.carryOut();
    await late.answer();
    await ours?.answer();
    await at.core.next("subscribe").answer();
    await at.core.send({ type: "snapshot", snapshot: of(base, B, 2) });
    expect(at.store.get()).toMatchObject({ run: B, ended: null, snapshot: { run: B, seq: 2 } });
    expect(at.core.open().map((s) => s.run)).toEqual([B]);
    expect(at.core.pending()).toEqual([]);
  });
});

it("a run that is read again while it is being read shows the newer answer alone", async () => {
  const core = byHand();
  const store = new Store(core.ipc);
  void store.open(A);
  void store.open(A);
  const [first, second] = core.pending();
  await second?.answer(of(base, A, 5));
  await first?.answer(of(base, A, 4));
  expect(store.get().snapshot?.seq).toBe(5);
  expect(core.calls.filter((c) => c.name === "subscribe")).toHaveLength(1);
});

it("a snapshot that says the same is the one before, and one that differs keeps its other parts", async () => {
  const at = await desk();
  const first = at.store.get().snapshot;
  await at.core.send({ type: "snapshot", snapshot: structuredClone(of(base, A, 1)) });
  expect(at.store.get().snapshot).toBe(first);
  await at.core.send({ type: "snapshot", snapshot: structuredClone(of(base, A, 2)) });
  expect(at.store.get().snapshot).not.toBe(first);
  expect(at.store.get().snapshot?.phases).toBe(first?.phases);
});

it("a look that is older than what the stream brought since does not lead back in time", async () => {
  const at = await desk();
  const told = at.store.submit("check", { do: "check", step: "mid.3" });
  await followed();
  await at.core.next("submitRun").fail("stale_screen");
  await at.core.send({ type: "snapshot", snapshot: of(base, A, 12) });
  await at.core.next("runSnapshot").answer(of(base, A, 11));
  expect(at.store.get().snapshot?.seq).toBe(12);
  expect(await told).toBe(false);
});

describe("a run of a runbook that is still being opened", () => {
  it("is not shown over one that was opened since", async () => {
    const at = await desk();
    const told = at.store.openRunbook("tis-cognito", "preprod");
    await followed();
    const call = at.core.next("openRunbook");
    await open(at, B, 1);
    const before = shown(at.store);
    const calls = at.core.calls.length;
    await call.answer("run-c");
    expect(await told).toBe(false);
    expect(at.core.calls).toHaveLength(calls);
    expect(at.store.get()).toMatchObject({ run: B, failure: before.failure, snapshot: before.snapshot, ended: null });
    expect(at.core.open().map((s) => s.run)).toEqual([B]);
  });

  it("holds nothing up, least of all the way back", async () => {
    const at = await desk();
    void at.store.openRunbook("tis-cognito", "preprod");
    await followed();
    void at.store.submit("rollback", { do: "rollback", scope: "all", overrides: [], accept_breaches: [] });
    await followed();
    expect(at.core.next("submitRun").args[0]).toBe(A);
  });
});

/** Every order in which these runs can be opened and answered for; `fails` answers each question with a failure as well. */
async function orders(runs: string[], fails: boolean, end: (desk: Desk, told: boolean[]) => Promise<void>): Promise<number> {
  type Move = "open" | { at: number; fail: boolean };
  let paths = 0;
  const rest: Move[][] = [[]];
  for (let path = rest.pop(); path !== undefined; path = rest.pop()) {
    const core = byHand();
    const at = { core, store: new Store(core.ipc) };
    const told: boolean[] = [];
    let opened = 0;
    for (const move of path) {
      if (move === "open") {
        const run = runs[opened] ?? "";
        const mine = opened;
        opened += 1;
        void at.store.open(run).then((done) => {
          told[mine] = done;
        });
        await followed();
      } else {
        const call = core.calls[move.at];
        if (move.fail) await call?.fail();
        else await call?.answer(call.name === "runSnapshot" ? of(base, String(call.args[0]), move.at + 1) : undefined);
      }
    }
    const more: Move[] = core.calls.flatMap((call, n) =>
      call.settled
        ? []
        : fails
          ? [
              { at: n, fail: false },
              { at: n, fail: true },
            ]
          : [{ at: n, fail: false }],
    );
    if (opened < runs.length) more.push("open");
    if (more.length === 0) {
      paths += 1;
      await end(at, told);
    }
    rest.push(...more.map((move) => [...path, move]));
  }
  return paths;
}

describe("the run that was opened last is shown, and its stream is the only one", () => {
  const live = async ({ core, store }: Desk, run: string) => {
    expect(store.get()).toMatchObject({ run, ended: null, failure: null });
    expect(store.get().snapshot?.run).toBe(run);
    expect(core.open().map((s) => s.run)).toEqual([run]);
    // And the core sends to it, not to one that was answered late.
    await core.send({ type: "snapshot", snapshot: of(base, run, 500) });
    expect(store.get().snapshot?.seq).toBe(500);
  };

  it.each([[[A, B]], [[A, A]], [[A, B, A]], [[A, A, B]], [[A, B, "run-c"]]])("in every order of the answers: %j", async (runs) => {
    const last = runs.at(-1) ?? "";
    const paths = await orders(runs, false, async (at, told) => {
      expect(told.at(-1)).toBe(true);
      await live(at, last);
    });
    expect(paths).toBeGreaterThan(runs.length);
  });

  it("also where questions of either fail: only a failure of the last is shown", async () => {
    let failed = 0;
    const paths = await orders([A, B], true, async (at, told) => {
      const { failure, run, ended } = at.store.get();
      if (failure === null) return live(at, B);
      failed += 1;
      expect(failure.api.message).toMatch(/of run-b failed/);
      expect(run === null || (run === B && ended !== null)).toBe(true);
      expect(told.length).toBe(2);
      await at.core.send({ type: "snapshot", snapshot: of(base, A, 501) });
      expect(at.store.get().snapshot?.run).not.toBe(A);
    });
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(paths);
  });
});
