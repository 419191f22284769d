// Look up a user: the sentence first. What names a person lives in this component alone and is gone
// when the screen is left; the store, the address and the title never see it.
import { type FormEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from "react";
import { AccountCard } from "../components/Account";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { Submit } from "../components/Primary";
import { SourceList } from "../components/SourceList";
import { type Kind, Shape, State } from "../components/State";
import { Elsewhere, Nowhere, placeWords, WherePick } from "../components/Where";
import { age, count } from "../format/time";
import type { LookupMeaning, LookupPlace, LookupView, PoolAnswerView, SourceListView } from "../ipc";
import { Button, DataTable, Select, cell } from "../kit";
import { useAttempt } from "../state/attempt";
import { useApp, useStore, useComputerNow } from "../state/hooks";
import { usePlaces } from "../state/place";
import { effectsOf } from "../state/readings";
import { useSeen } from "../state/seen";

const PURPOSES = ["Support call", "Migration check", "Incident"] as const;

/** `effects`: what the open run had changed when it was asked. */
type Answered = { view: LookupView; receivedAt: number; effects: string | null };

/** What an answer means for the person on the phone, as a shape: never how many accounts match. */
const LOOKS: Record<LookupMeaning, Kind> = {
  can_sign_in: "pass",
  can_but: "blocked",
  cant_sign_in: "fail",
  cant_tell: "unknown",
  not_migrated_yet: "todo",
  not_a_person: "blocked",
};

/** A meaning that this window does not know, or an answer that is none, can't be told. */
export function answerKind(view: LookupView): Kind {
  return view.clear ? (LOOKS[view.meaning] ?? "unknown") : "unknown";
}

/** What one pool said, as shape and word: a count is no verdict, and has no colour of one; no answer is Unknown, never "not found". */
export function poolState(pool: PoolAnswerView): { kind: Kind; word: string } {
  if (pool.state === "whole")
    return pool.matches > 0 ? { kind: "found", word: count(pool.matches, "match", "matches") } : { kind: "absent", word: "Not found" };
  if (pool.state === "cut") return { kind: "blocked", word: "Not read to the end" };
  if (pool.state === "unasked") return { kind: "blocked", word: "Answered others too" };
  return { kind: "unknown", word: "No answer" };
}

function Answer({ view }: { view: LookupView }) {
  const kind = answerKind(view);
  return (
    <div className={`lookup-answer k-${kind}`} role="status" data-testid="lookup-answer" data-verdict={view.verdict}>
      <Shape kind={kind} size="l" />
      <div>
        <p className="lookup-sentence">{view.sentence}</p>
        <p>
          <strong>Next:</strong> {view.next_step}
        </p>
        {view.notes.map((note) => (
          <p className="meta" key={note}>
            {note}
          </p>
        ))}
      </div>
    </div>
  );
}

function Age({ since }: { since: number }) {
  return useComputerNow((now) => age(Math.max(0, now - since) / 1000));
}

function Pools({ pools, at }: { pools: readonly PoolAnswerView[]; at: number }) {
  const answered = pools.filter((p) => p.state === "whole").length;
  return (
    <Block id="pools" title="Where we looked" note={`${answered} of ${count(pools.length, "pool", "pools")} answered to the end`}>
      <DataTable
        caption="Where we looked"
        columns={[{ title: "State" }, { title: "Pool" }, { title: "What it says" }, { title: "Age" }]}
        rows={pools.map((pool) => {
          const { kind, word } = poolState(pool);
          return {
            id: pool.id,
            testId: `pool-${pool.id}`,
            cells: [
              <State kind={kind} word={word} />,
              <>
                {pool.title} <span className="meta">({pool.role})</span>
                <br />
                <code className="whole">{pool.id}</code>
              </>,
              <>
                {pool.says}
                {pool.mend !== null && <p className="mend">{pool.mend}</p>}
              </>,
              cell(<Age since={at} />, { className: "age" }),
            ],
          };
        })}
      />
    </Block>
  );
}

function Empty({ place }: { place: LookupPlace | null }) {
  return (
    <Block id="idle" title="What you can ask">
      <ul className="plain-list">
        <li>A whole e-mail address: finds that account.</li>
        <li>A user id (sub), as it stands in a log.</li>
        <li>The beginning of a given name or a family name.</li>
      </ul>
      <p className="meta">
        {place === null
          ? "The pools are being read…"
          : `${placeWords(place)} Looking up costs nothing and changes nothing. Each look-up is recorded with your name, never with what you typed.`}
      </p>
    </Block>
  );
}

/** Escape, from anywhere on the page and from nowhere; what opens and closes by it keeps it for itself. */
function useEscape(on: boolean, work: () => void): void {
  useEffect(() => {
    if (!on) return;
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !(event.target instanceof HTMLElement)) return;
      const here = event.target === document.body || event.target.closest(".page.users") !== null;
      if (here && event.target.closest("select, [data-testid=elsewhere]") === null) work();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, [on, work]);
}

/** What the support window adds: it shows the place in its banner, and has its tools in the page's head. */
export type DeskOfSupport = { onPlace: (place: LookupPlace | null) => void; tools: ReactNode };

export function UsersScreen({ desk }: { desk?: DeskOfSupport }) {
  const store = useStore();
  const { run, effects } = useApp((s) => ({ run: s.run, effects: s.snapshot === null ? null : effectsOf(s.snapshot) }));
  const id = useId();
  const [query, setQuery] = useState("");
  // Asked with nothing to ask.
  const [blank, setBlank] = useState(false);
  const [purpose, setPurpose] = useState<string>(PURPOSES[0]);
  // An answer that comes after another question, or after the screen was left, is thrown away.
  const { busy: asking, failure, attempt, drop } = useAttempt();
  const [answer, setAnswer] = useState<Answered | null>(null);
  const [elsewhere, setElsewhere] = useState(false);
  const [list, setList] = useState<SourceListView | null>(null);
  const places = usePlaces(run);
  const { spot } = places;
  const place = spot.at === "there" ? spot.place : null;
  const where = spot.at === "there" ? spot.where : null;
  const field = useRef<HTMLInputElement>(null);
  // A look-up changes nothing: whoever types and presses Enter at once is answered.
  const { dead, counts } = useSeen("lookup", true);
  /** Neither an answer is shown, nor why there is none, nor one that is still to come. */
  const clearAnswer = useCallback(() => {
    drop();
    setAnswer(null);
  }, [drop]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found is of the run that is left
  useEffect(
    () => () => {
      drop();
      // It forgets by itself too; a core that does not answer is no reason to hold the person up.
      void store.ipc.usersForget().catch(() => undefined);
    },
    [store, run, drop],
  );

  // The list goes with the screen: nobody finds it joined into an answer a day later.
  const held = useRef(false);
  held.current = list !== null;
  useEffect(
    () => () => {
      if (held.current) void store.ipc.forgetSource().catch(() => undefined);
    },
    [store],
  );

  // An answer without a list never stands beside one, nor the other way round.
  const onList = (next: SourceListView | null) => {
    clearAnswer();
    setList(next);
  };

  // An answer about one place never stands under the name of another.
  const onPlace = desk?.onPlace;
  useEffect(() => {
    clearAnswer();
    onPlace?.(place);
  }, [place, onPlace, clearAnswer]);

  // Whoever looks people up all day begins to write at once.
  const write = desk !== undefined && spot.at !== "nowhere";
  useEffect(() => {
    if (write) field.current?.focus();
  }, [write]);

  const clear = useCallback(() => {
    clearAnswer();
    setBlank(false);
    setQuery("");
    field.current?.focus();
    void store.ipc.usersForget().catch(() => undefined);
  }, [store, clearAnswer]);
  // Where people are looked up one after the other all day; in the console a key that is hit by the way throws nothing away.
  useEscape(desk !== undefined, clear);

  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (query.trim() === "") {
      setBlank(true);
      field.current?.focus();
      return;
    }
    if (where === null || !counts()) return;
    setAnswer(null);
    const began = effects;
    void attempt(
      () => store.ipc.usersFind({ query: query.trim(), purpose, ...where, source: list !== null }),
      (view) => setAnswer({ view, receivedAt: Date.now(), effects: began }),
    );
  };
  const nothing = !asking && failure === null && answer === null;

  return (
    <div className="page users">
      <PageHead title="Look up a user" id="users">
        {desk?.tools}
      </PageHead>
      {spot.at === "nowhere" ? (
        <Nowhere places={places} />
      ) : (
        <form className="lookup-form" onSubmit={ask} role="search">
          <div className="lookup-query">
            <label htmlFor={`${id}-query`}>E-mail, user id or beginning of a name</label>
            <input
              id={`${id}-query`}
              ref={field}
              value={query}
              onChange={(e) => {
                setQuery(e.target.value);
                setBlank(false);
              }}
              aria-describedby={blank ? `${id}-blank` : undefined}
              autoComplete="off"
              autoCorrect="off"
              spellCheck={false}
              data-testid="lookup-query"
            />
            <p role="alert" id={`${id}-blank`} data-testid="lookup-blank">
              {blank && "Write an e-mail address, a name or an id."}
            </p>
          </div>
          <WherePick places={places} onElsewhere={() => setElsewhere(true)} />
          <div>
            <Select label="Reason, recorded" value={purpose} choices={PURPOSES.map((p) => [p, p] as const)} onPick={setPurpose} testId="lookup-purpose" />
          </div>
          <Submit refused={place === null} dead={dead} loading={asking} why={`${id}-query`} testId="lookup">
            Look up
          </Submit>
          {(!nothing || query !== "") && (
            <Button onPress={clear} testId="lookup-clear">
              Clear
            </Button>
          )}
        </form>
      )}
      {desk === undefined && spot.at !== "nowhere" && <SourceList list={list} onList={onList} />}
      {elsewhere && spot.at !== "nowhere" && <Elsewhere places={places} onDone={() => setElsewhere(false)} onCancel={() => setElsewhere(false)} />}
      {spot.at === "refused" && (
        <div className="lookup-answer k-unknown" role="alert" data-testid="place-refused">
          <Shape kind="unknown" size="l" />
          <div>
            <p className="lookup-sentence">{spot.error.message}</p>
            <p>{spot.error.hint}</p>
            <Button onPress={places.again}>Try again</Button>
          </div>
        </div>
      )}
      {nothing && (spot.at === "there" || spot.at === "asking") && <Empty place={place} />}
      {asking && <p role="status">Asking every pool…</p>}
      {failure !== null && (
        <div className="lookup-answer k-unknown" role="alert" data-testid="lookup-refused">
          <Shape kind="unknown" size="l" />
          <div>
            <p className="lookup-sentence">{failure.api.message}</p>
            <p>{failure.api.hint}</p>
          </div>
        </div>
      )}
      {answer !== null && (
        <>
          {answer.effects !== effects && (where?.run ?? place?.run) === run && (
            <Notice kind="blocked" title="The run went on since" role="alert" testId="lookup-old">
              Something was changed or taken back after this look-up: where they sign in may be another place now. Look up again before you say what to do.
            </Notice>
          )}
          <Answer view={answer.view} />
          {answer.view.accounts.map((account) => (
            <AccountCard
              key={`${answer.view.lookup}-${account.index}`}
              account={account}
              of={answer.view.accounts.length}
              lookup={answer.view.lookup}
              purpose={purpose}
              cost={place?.detail_cost ?? null}
            />
          ))}
          {answer.view.matches > answer.view.accounts.length && (
            <p className="meta">{`${answer.view.accounts.length} of ${answer.view.matches} accounts are shown. Write more of the name to narrow it down.`}</p>
          )}
          <Pools pools={answer.view.pools} at={answer.receivedAt} />
        </>
      )}
    </div>
  );
}
