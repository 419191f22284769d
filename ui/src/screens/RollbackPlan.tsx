import { type ReactNode, useId, useRef, useState } from "react";
import { useKeepFree } from "../components/barHeight";
import { Breakable } from "../components/Breakable";
import { CheckTable } from "../components/CheckTable";
import { CopyCli } from "../components/Change";
import { Crumbs } from "../components/Crumbs";
import { Dock } from "../components/Dock";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { UndoMark } from "../components/RightRail";
import { RollbackItems } from "../components/RollbackItems";
import { State } from "../components/State";
import { count, shortTime } from "../format/time";
import { lossWords, planNote, planWords } from "../format/undo";
import type { RollbackPlanView, RunSnapshot, ScopeView, WayBackByName } from "../ipc";
import type { Failure } from "../ipc/port";
import { Button } from "../kit";
import { useAttempt } from "../state/attempt";
import { useEscapeBack } from "../state/back";
import { useDraft, useKept } from "../state/drafts";
import { useApp, useEvery, useSnapshot, useStore, useWorldNow, worldNow } from "../state/hooks";
import { allSteps, currentStep, freshen, letsThrough } from "../state/readings";
import { href, scopeText } from "../state/router";
import { busyWith } from "../state/session";
import { useSeen } from "../state/seen";

/** What a rollback is called: a rule has a title of its own, which says what it is for. */
export function rollbackTitle(scope: ScopeView, title: string | undefined, snapshot: Pick<RunSnapshot, "phases" | "deadlines">): string {
  if (scope === "all") return "Roll back everything";
  if ("step" in scope) return `Roll back “${title ?? allSteps(snapshot).find((s) => s.id === scope.step)?.title ?? scope.step}”`;
  const named = allSteps(snapshot)
    .flatMap((s) => s.ways_back)
    .find((way) => way.rule === scope.rule);
  return title ?? snapshot.deadlines.find((d) => d.rule === scope.rule)?.title ?? named?.title ?? `Roll back by rule ${scope.rule}`;
}

/** Where the page is, in a word or two. */
export const rollbackCrumb = (scope: ScopeView): string => (scope !== "all" && "rule" in scope ? `Roll back by rule ${scope.rule}` : "Roll back");

/** The one override that is prefilled: the journal is not vouched for, and the way back stays two clicks. */
const JOURNAL = "journal";

/** How the id of a breach begins that is a loss: the step's id follows. */
const LOSES = "loses-";

/** Whether the way back is proven: what people do is proven by nothing before they do it, and what was read too long ago proves nothing. */
function Proof({ plan, old }: { plan: RollbackPlanView; old: number }) {
  // It is ticked already: nothing is left to decide, but nobody proves what is restored either.
  if (plan.unproven.length + plan.breaches.length === 1 && plan.unproven[0] === JOURNAL)
    return <State kind="blocked" word="Nobody vouches for it" pill testId="rollback-proof" />;
  if (plan.open !== "") return <State kind="blocked" word={plan.open} pill testId="rollback-proof" />;
  if (old > 0) return <State kind="unknown" word={`${count(old, "proof")} too old`} pill testId="rollback-proof" />;
  const undos = plan.items.filter((i) => i.kind !== "notice");
  const hand = undos.filter((i) => i.kind === "manual").length;
  if (undos.length === 0) return <State kind="todo" word="Only people to tell" pill testId="rollback-proof" />;
  if (hand === 0) return <State kind="pass" word="Proven" pill testId="rollback-proof" />;
  const words =
    hand === undos.length
      ? hand === 1
        ? "All of it by hand"
        : `All ${hand} parts by hand`
      : `${undos.length - hand} of ${undos.length} proven in this run, ${hand} by hand`;
  return <State kind="todo" word={words} pill testId="rollback-proof" />;
}

function Card({ title, head, note }: { title: string; head: string; note: ReactNode }) {
  return (
    <div className="card">
      <p className="card-title">{title}</p>
      <p className="card-head">{head}</p>
      <p className="card-note">{note}</p>
    </div>
  );
}

const prefilled: ReadonlySet<string> = new Set([JOURNAL]);

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

function Cards({ plan }: { plan: RollbackPlanView }) {
  const undo = plan.items.filter((i) => i.kind !== "notice" && i.kind !== "publish");
  const again = plan.items.filter((i) => i.kind === "publish").length;
  const loses = plan.items.flatMap((i) => i.loses);
  const hand = undo.filter((i) => i.kind === "manual").length;
  const objects = undo.flatMap((i) => i.preview?.changes.map((c) => c.object) ?? []);
  return (
    <div className="cards">
      {undo.length === 0 ? (
        <Card title="Restores" head="Nothing" note={again > 0 ? "what was taken back is only made seen" : "there are only people to tell"} />
      ) : hand === undo.length && again === 0 ? (
        <Card title="By hand" head={count(hand, "part")} note="nothing is sent from here; you are shown each in turn" />
      ) : (
        <Card
          title="Restores"
          head={count(undo.length, "change")}
          note={
            <Breakable
              text={
                [objects.join(", "), again > 0 ? "then it is made seen" : "", hand > 0 ? `${hand} by hand` : ""].filter((w) => w !== "").join("; ") ||
                "as in the order below"
              }
            />
          }
        />
      )}
      <Card
        title="Loses"
        head={loses.length === 0 ? "Nothing" : count(loses.length, "thing")}
        note={loses.length === 0 ? "the plan names no loss" : lossWords(loses)}
      />
      <Card title="Takes" head={capital(planWords(plan.takes, hand))} note={planNote(plan.takes, hand, hand === undo.length && again === 0)} />
    </div>
  );
}

/** Every other way back that takes something back now: whoever knows better than the proposal takes one here. */
function Instead({ scope, rules }: { scope: ScopeView; rules: readonly WayBackByName[] }) {
  const others = [
    ...rules
      .filter((r) => scope === "all" || !("rule" in scope) || scope.rule !== r.rule)
      .map((r) => ({ id: r.rule, words: `${r.rule}: ${r.title}`, to: { rule: r.rule } })),
    ...(scope === "all" ? [] : [{ id: "all", words: "Roll back everything instead", to: "all" as const }]),
  ];
  if (others.length === 0) return null;
  return (
    <nav aria-label="Another way back" className="instead" data-testid="instead">
      <span className="meta">Another way back:</span>
      <ul>
        {others.map((o) => (
          <li key={o.id}>
            <a href={href({ name: "rollback", scope: o.to })} data-testid={`instead-${o.id}`}>
              {o.words}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Whether it only says that there is nothing to undo: no failure, but an answer. */
const isNothing = ({ api }: Failure): boolean => api.code === "nothing_to_undo";

/** The plan of a rollback: what it restores, loses and takes, in which order; one confirm. */
export function RollbackPlanScreen({
  scope,
  proposed,
  replaced = false,
  onConfirmed,
}: {
  scope: ScopeView;
  proposed: boolean /** It took the place of another plan by itself: it must be seen first. */;
  replaced?: boolean /** With the last event that was known when it was confirmed. */;
  onConfirmed: (seq: number) => void;
}) {
  const store = useStore();
  const snapshot = useSnapshot("phases", "deadlines", "decisions", "banner", "watching", "way_back");
  const below = useRef<HTMLDivElement>(null);
  useKeepFree(below);
  const { busy, waits, run } = useApp((s) => ({ busy: s.busy, waits: busyWith(s), run: s.run }));
  const reasonId = useId();
  const [plan, setPlan] = useState<RollbackPlanView | null>(null);
  const [newer, setNewer] = useState<RollbackPlanView | null>(null);
  const { failure, attempt } = useAttempt();
  const problem = failure === null || isNothing(failure) ? null : failure;
  const [nothing, setNothing] = useState<{ hint: string; at: number } | null>(null);
  const [overrides, setOverrides] = useState<ReadonlySet<string>>(prefilled);
  const [breaches, setBreaches] = useState<ReadonlySet<string>>(new Set());
  // Null until somebody writes one.
  const [written, setReason] = useDraft<string | null>(`rollback ${scopeText(scope)}`, "reason", null);
  const drafts = useKept(`rollback ${scopeText(scope)}`);

  const read = () => {
    if (run === null || waits === "rollback") return;
    const answered = (next: RollbackPlanView) => {
      setNothing(null);
      setPlan((shown) => {
        // Same digest: only readings are newer. Another digest is another plan: it is offered, not slipped in.
        if (shown === null || shown.digest === next.digest) {
          setNewer(null);
          return next;
        }
        setNewer(next);
        return shown;
      });
    };
    const failed = (why: Failure) => {
      const none = isNothing(why);
      setNothing(none ? { hint: why.api.hint, at: worldNow(store.get()) } : null);
      // What is shown is not there any more.
      if (none) setPlan(null);
    };
    void attempt(() => store.ipc.rollbackPlan(run, scope), answered, { failed, again: "plan" });
  };
  useEvery(
    10,
    read,
    String(
      allSteps(snapshot)
        .map((s) => s.state)
        .join(),
    ),
  );

  const showNewer = () => {
    setPlan(newer);
    setNewer(null);
    setOverrides(prefilled);
    setBreaches(new Set());
  };

  const own = scope !== "all" && "step" in scope ? scope.step : null;
  const back = allSteps(snapshot).find((s) => s.id === own) ?? currentStep(snapshot);
  useEscapeBack(href(back === undefined ? { name: "run" } : { name: "step", step: back.id }));
  const b = snapshot.banner;
  const title = rollbackTitle(scope, plan?.title, snapshot);
  // A publication restores nothing: it makes seen what was restored.
  const undos = plan?.items.filter((i) => i.kind !== "notice" && i.kind !== "publish").length ?? 0;
  const onlyAgain = undos === 0 && plan?.items.some((i) => i.kind === "publish") === true;
  const hand = plan?.items.filter((i) => i.kind === "manual").length ?? 0;
  // What is made seen once more is sent from here.
  const byHand = undos > 0 && hand === undos && plan?.items.some((i) => i.kind === "publish") !== true;
  const verb = onlyAgain ? "Make it seen" : undos === 0 ? "Roll back" : byHand ? "Roll back by hand" : `Roll back ${count(undos, "change")}`;
  const rows = useWorldNow((now) => plan?.items.flatMap((i) => i.preconditions.map((p) => freshen(p, now))) ?? []);
  const vouch = plan?.unproven.includes(JOURNAL) === true ? rows.find((r) => r.id === JOURNAL) : undefined;
  const openRows = rows.filter((r) => r !== vouch && (!letsThrough(r.tone) || plan?.unproven.includes(r.id) === true));
  const named = plan?.unproven.filter((id) => vouch === undefined || id !== JOURNAL) ?? [];
  const openOverrides = plan?.unproven.filter((id) => !overrides.has(id)) ?? [];
  const openBreaches = plan?.breaches.filter((x) => !breaches.has(x.id)) ?? [];
  const losses = (plan?.breaches ?? []).flatMap((breach) => {
    const item = breach.id.startsWith(LOSES) ? plan?.items.find((i) => i.step === breach.id.slice(LOSES.length) && i.loses.length > 0) : undefined;
    return item === undefined ? [] : [{ breach, item }];
  });
  const leaves = plan?.breaches.filter((x) => !losses.some((l) => l.breach === x)) ?? [];
  const onlyVouch = vouch !== undefined && named.length === 0 && plan?.breaches.length === 0;
  const reason = written ?? (onlyVouch ? capital(vouch.observed) : "");
  const needsReason = plan !== null && (plan.unproven.length > 0 || plan.breaches.length > 0);

  const refusal =
    snapshot.watching !== null
      ? snapshot.watching
      : plan === null
        ? nothing !== null
          ? "There is nothing to undo."
          : problem === null
            ? "The plan is being read."
            : "There is no plan to confirm."
        : newer !== null
          ? "The plan changed since you looked. Look at the new plan first."
          : openOverrides.length > 0
            ? `${count(openOverrides.length, "thing")} not proven: tick each to go back all the same.`
            : openBreaches.length > 0
              ? openBreaches.every((x) => losses.some((l) => l.breach === x))
                ? `${count(openBreaches.length, "loss", "losses")} to accept by name.`
                : `${count(openBreaches.length, "breach", "breaches")} to accept by name.`
              : needsReason && reason.trim() === ""
                ? "Write a reason to go on."
                : null;

  const { dead, counts } = useSeen(`rollback/${plan?.digest}`, !replaced);
  // What was confirmed; a second press before the next page is there means the same.
  const sent = useRef<string | null>(null);
  const confirm = () => {
    if (plan === null || refusal !== null || busy !== null || sent.current === plan.digest || !counts()) return;
    sent.current = plan.digest;
    const seq = store.get().snapshot?.seq ?? 0;
    void store
      .submit(
        "rollback",
        { do: "rollback", scope: plan.scope, overrides: plan.unproven.filter((id) => overrides.has(id)), accept_breaches: [...breaches] },
        { basis: plan.digest, reason: needsReason ? reason.trim() : null },
      )
      .then((done) => {
        if (done) {
          drafts.drop();
          return onConfirmed(seq);
        }
        sent.current = null;
        read();
      });
  };

  const toggle = (set: ReadonlySet<string>, id: string, keep: (next: ReadonlySet<string>) => void) => {
    const next = new Set(set);
    if (!next.delete(id)) next.add(id);
    keep(next);
  };

  return (
    <>
      <div className="page">
        {/* Above it stands what is taken back, or the run: never the step that would come next. */}
        <Crumbs
          parts={[
            own === null || back === undefined
              ? { text: "Run", href: href({ name: "run" }) }
              : { text: back.title, href: href({ name: "step", step: back.id }) },
            { text: rollbackCrumb(scope) },
          ]}
        />
        <PageHead title={title} id="rollback">
          {plan !== null && <Proof plan={plan} old={openRows.filter((r) => !plan.unproven.includes(r.id)).length} />}
        </PageHead>
        <p className="why">
          {proposed ? "What the console proposes now. " : ""}
          {nothing !== null && !snapshot.way_back.something_to_undo ? null : !proposed ? (
            <a href={href({ name: "rollback", scope: null })}>Back to what the console proposes</a>
          ) : null}
        </p>
        {snapshot.way_back.something_to_undo && <Instead scope={scope} rules={snapshot.way_back.rules ?? []} />}
        {newer !== null && (
          <Notice kind="blocked" title="The world changed since you looked" role="alert" action={<Button onPress={showNewer}>Show the new plan</Button>}>
            Nothing was changed. The plan below is the old one.
          </Notice>
        )}
        {nothing !== null && (
          <Notice kind="record" title="Nothing to undo" role="status" testId="nothing-to-undo" action={<Button onPress={read}>Read again</Button>}>
            {nothing.hint} As read at {shortTime(nothing.at)}.
          </Notice>
        )}
        {problem !== null && (
          <Notice kind="fail" title="The plan can’t be read" role="alert" action={<Button onPress={read}>Read again</Button>}>
            {problem.api.message} {problem.api.hint}
          </Notice>
        )}
        {plan === null && problem === null && nothing === null && <p role="status">Reading what is there now, and building the way back…</p>}
        {plan !== null && (
          <>
            <Cards plan={plan} />
            {plan.items.map(
              (item) =>
                item.changed_outside !== null && (
                  <Notice key={item.id} kind="blocked" title="Changed outside the console" testId={`outside-${item.id}`}>
                    The console had left {item.changed_outside.join("; ")}. There is now {item.now.join("; ") || "nothing that could be read"}. Going back
                    replaces it.
                  </Notice>
                ),
            )}
            {plan.open_decision !== null && (
              <Notice kind="blocked" title="A decision is open" testId="open-decision">
                {snapshot.decisions.find((d) => d.id === plan.open_decision)?.question ?? plan.open_decision} It does not hold the way back up.
              </Notice>
            )}
            {plan.in_flight.length > 0 && (
              <Notice kind="running" title={`${count(plan.in_flight.length, "step")} in flight`}>
                {plan.in_flight.join(", ")}: stopped and resolved first, by the same confirm.
              </Notice>
            )}
            {vouch !== undefined && (
              <Notice kind="blocked" title="Nobody vouches for what is restored" testId="not-vouched">
                <p>
                  {capital(vouch.observed)}. {vouch.mend}
                </p>
                <label className="tick">
                  <input
                    type="checkbox"
                    checked={overrides.has(JOURNAL)}
                    onChange={() => toggle(overrides, JOURNAL, setOverrides)}
                    data-testid={`override-${JOURNAL}`}
                  />
                  <span>Go back all the same, though nobody vouches for it. Your name is recorded.</span>
                </label>
              </Notice>
            )}
            {openRows.length > 0 && (
              <Block
                id="unproven"
                title="Not proven"
                note={named.length > 0 ? "each can be overridden by its name" : "read too long ago, being read again; you can go back all the same"}
              >
                <CheckTable list={openRows} caption="Preconditions that are not proven" />
                {named.map((id) => {
                  const row = rows.find((r) => r.id === id);
                  return (
                    <label className="tick" key={id}>
                      <input type="checkbox" checked={overrides.has(id)} onChange={() => toggle(overrides, id, setOverrides)} data-testid={`override-${id}`} />
                      <span>
                        Go back without proof of <strong>{row?.title ?? id}</strong>
                        {row !== undefined && <span className="meta"> ({row.observed})</span>}
                      </span>
                    </label>
                  );
                })}
              </Block>
            )}
            {losses.length > 0 && (
              <Block id="losses" title="It would lose" note="accept each by name">
                {losses.map(({ breach, item }) => (
                  <label className="tick" key={breach.id}>
                    <input
                      type="checkbox"
                      checked={breaches.has(breach.id)}
                      onChange={() => toggle(breaches, breach.id, setBreaches)}
                      data-testid={`breach-${breach.id}`}
                    />
                    <span>
                      Accept what taking back <strong>{allSteps(snapshot).find((s) => s.id === item.step)?.title ?? item.title}</strong> loses:
                      {item.loses.map((words) => (
                        <span className="loss" key={words}>
                          {words}
                        </span>
                      ))}
                    </span>
                  </label>
                ))}
              </Block>
            )}
            {leaves.length > 0 && (
              <Block id="breaches" title="It would leave" note="accept each by name, or roll back more">
                {leaves.map((x) => (
                  <label className="tick" key={x.id}>
                    <input type="checkbox" checked={breaches.has(x.id)} onChange={() => toggle(breaches, x.id, setBreaches)} data-testid={`breach-${x.id}`} />
                    <span>
                      Accept <strong>{x.id}</strong>: {x.because}
                      {x.repair.length > 0 && (
                        <span className="meta">
                          {" "}
                          Undoing {x.repair.map((id) => `“${allSteps(snapshot).find((s) => s.id === id)?.title ?? id}”`).join(", ")} as well would mend it.
                        </span>
                      )}
                    </span>
                  </label>
                ))}
              </Block>
            )}
            {needsReason && (
              <div className="rollback-reason">
                <label htmlFor={reasonId}>Reason for going back all the same</label>
                <textarea id={reasonId} rows={2} value={reason} onChange={(e) => setReason(e.target.value)} data-testid="rollback-reason" />
              </div>
            )}
            <Block
              id="order"
              title="In this order"
              note={count(plan.items.length, "item")}
              side={
                plan.items[0]?.preview != null && <CopyCli preview={{ digest: "", changes: [], calls: plan.items.flatMap((i) => i.preview?.calls ?? []) }} />
              }
            >
              <RollbackItems items={plan.items} />
            </Block>
            {rows.some((r) => r !== vouch && !openRows.includes(r)) && (
              <Block id="proven" title="Proven" note="what the way back needs">
                <CheckTable list={rows.filter((r) => r !== vouch && !openRows.includes(r))} caption="Preconditions that are proven" />
              </Block>
            )}
            <Block id="stays" title="Stays as it is">
              <p>{plan.stays.length === 0 ? "No other step has an effect." : plan.stays.join(" · ")}</p>
            </Block>
          </>
        )}
      </div>
      <Dock>
        <div className="action-bar confirm-bar" role="region" aria-label="Confirm the rollback">
          <div className="confirm-row">
            {back !== undefined && <a href={href({ name: "step", step: back.id })}>Back to the step, change nothing</a>}
            <p id="rollback-why" className="confirm-why" data-testid="why-not">
              {nothing === null && refusal}
            </p>
            {nothing === null && (
              <button
                type="button"
                className="ink-button"
                aria-disabled={refusal !== null || busy !== null || dead}
                onClick={confirm}
                aria-describedby="rollback-why"
                data-testid="rollback-confirm"
              >
                <UndoMark />
                {waits === "rollback" ? "Asking…" : `${verb} on ${b.word}`}
              </button>
            )}
          </div>
          <div className="confirm-below" ref={below}>
            {nothing === null && (
              <p className="meta">
                {byHand
                  ? "You are shown what to do, part by part; each is recorded when you say that it is done, and how you know."
                  : "What runs in the set is stopped and resolved first. If an item fails, the rollback stops there and asks; what is done stays done."}
              </p>
            )}
          </div>
        </div>
      </Dock>
    </>
  );
}
