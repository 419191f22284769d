import { useState } from "react";
import { Attempts } from "../components/Attempts";
import { CheckTable } from "../components/CheckTable";
import { CopyButton } from "../components/CopyButton";
import { Crumbs } from "../components/Crumbs";
import { Dock } from "../components/Dock";
import { shapeOf, stateWords } from "../components/LeftRail";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { ReasonForm } from "../components/ReasonForm";
import { RollbackItems } from "../components/RollbackItems";
import { type Kind, Shape, State, toneKind } from "../components/State";
import { TellForm } from "../components/TellForm";
import { age, count } from "../format/time";
import type { RollbackItemView, RollbackProgress, RunSnapshot, StepView, RequestWay } from "../ipc";
import { Button, LinkButton } from "../kit";
import { useApp, useLive, useSnapshot, useStore, useWorldNow } from "../state/hooks";
import { allSteps, forbidden, lastRead, mainWay, monitorsNow, shownNow } from "../state/readings";
import { go, href } from "../state/router";
import { busyWith } from "../state/session";
import { Ways } from "../way/Way";
import { rollbackCrumb, rollbackTitle } from "./RollbackPlan";

/** A name of more letters does not fit beside the other buttons in one line. */
const LONG = 36;
/** How many letters "Next: " has. */
const NEXT = 6;

const WORDS: Record<string, { kind: Kind; word: string }> = {
  running: { kind: "running", word: "Running" },
  halted: { kind: "fail", word: "Stopped" },
  completed: { kind: "pass", word: "Complete" },
  abandoned: { kind: "skipped", word: "Given up" },
};

/** Monitors that fail now: what was taken back by hand is proven by them alone. */
const failing = (snapshot: Pick<RunSnapshot, "monitors">): string[] => snapshot.monitors.filter((m) => m.tone === "failing").map((m) => m.title);

const byHand = (progress: RollbackProgress): boolean => progress.items.some((i) => i.kind === "manual");

/** The item whose turn it is: all before it are through. */
const turnOf = (progress: RollbackProgress) => progress.items.find((i) => i.state !== "done" && i.state !== "kept");

/** What stopped it beside the item whose turn it is. */
const failedBeside = (progress: RollbackProgress) => {
  const turn = turnOf(progress);
  return progress.state === "halted" ? progress.items.find((i) => i !== turn && (i.state === "failed" || i.state === "stopped")) : undefined;
};

/** Whether it stands at something that was made and that no check proves, and at nothing that failed. */
const isUnproven = (progress: RollbackProgress): boolean =>
  progress.state === "halted" && turnOf(progress)?.state === "unproven" && failedBeside(progress) === undefined;

/** Where the rollback stands; complete is green only where nothing fails that people can see. */
function standing(progress: RollbackProgress, snapshot: Pick<RunSnapshot, "monitors">): { kind: Kind; word: string } {
  if (progress.your_turn) return { kind: "running", word: "Your turn" };
  // Nothing failed: it was made, and somebody has to look.
  if (isUnproven(progress)) return { kind: "blocked", word: "Your turn: look" };
  if (progress.state === "completed" && failing(snapshot).length > 0) return { kind: "blocked", word: "Complete, not all right" };
  // The console proves what it does itself; of the rest only a monitor knows whether it is so.
  if (progress.state === "completed" && byHand(progress)) {
    const tones = snapshot.monitors.map((m) => m.tone);
    if (tones.includes("unknown")) return { kind: "unknown", word: "Complete, can’t tell yet" };
    if (!tones.includes("passing")) return { kind: "record", word: "Complete, by what people said" };
  }
  return WORDS[progress.state] ?? { kind: "unknown", word: progress.state };
}

/** The undo under way: its call with the request id, and what is seen from outside. */
function Current({ step }: { step: StepView }) {
  const undoing = step.state.startsWith("und");
  return (
    <>
      {undoing && step.note !== "" && step.state !== "undone" && (
        <Notice kind={shapeOf(step)} title={stateWords(step)}>
          {step.note}
        </Notice>
      )}
      <Attempts list={step.attempts.filter((a) => a.way !== "apply")} />
      {undoing && step.verify.length > 0 && (
        <Block id="outside" title="Seen from outside" note={step.state === "undone" ? "every check passed" : "the undo ends when all of these pass"}>
          <CheckTable
            list={step.verify}
            caption="Checks from outside after the undo"
            record={step.state === "undone"}
            pending={step.state === "undo_verifying"}
          />
        </Block>
      )}
    </>
  );
}

/** What was seen of what came back, and what is left for people: the end of a rollback is about users. */
function Seen({ progress }: { progress: RollbackProgress }) {
  const bad = failing(useSnapshot("monitors"));
  const many = progress.seen.length > 1;
  return (
    <>
      {progress.seen.length > 0 && (
        <div className="seen" role="status" data-testid="rollback-seen">
          <h2>Seen from outside</h2>
          {progress.seen.map((s) => (
            <p key={s.step}>
              {many && <span className="meta">{s.title}: </span>}
              <strong>{s.sentence}</strong>
            </p>
          ))}
          {progress.left.length > 0 && <p>Left for you: {[...new Set(progress.left)].join(", ")}.</p>}
        </div>
      )}
      {progress.state === "completed" && bad.length > 0 && (
        <Notice kind="blocked" title="What came back is not all right yet" role="alert" testId="rollback-still-failing">
          Failing now: {bad.join(", ")}.{" "}
          {byHand(progress) ? (
            "What was done by hand is proven by its own monitor only."
          ) : (
            <>
              If it stays so, look at <a href={href({ name: "live" })}>what is seen live</a>.
            </>
          )}
        </Notice>
      )}
    </>
  );
}

/** What is closed to users on purpose, by the monitor that looks at it: with its age, and never as so what nobody can tell. */
function Still({ progress }: { progress: RollbackProgress }) {
  const live = useLive();
  const list = useWorldNow((now, { snapshot }) => {
    const monitors = snapshot === null ? [] : monitorsNow(snapshot, now).map((m) => shownNow(m, now));
    return progress.restricted.map((r) => ({ ...r, seen: monitors.find((m) => m.id === r.monitor) }));
  });
  return (
    <Block id="still" title="What is still restricted">
      <div data-testid="rollback-still">
        {list.length === 0 && <p>Nothing is closed to users on purpose, as far as any monitor of this runbook looks.</p>}
        {list.map(({ by, monitor, sentence, seen }) => {
          const told = live && seen !== undefined && seen.age !== null && seen.tone !== "unknown";
          const kind: Kind = !told ? "unknown" : seen.tone === "passing" ? "blocked" : toneKind(seen.tone).kind;
          const read = seen === undefined ? "no monitor looks" : !live ? "status is not live" : (seen.last ?? lastRead(seen));
          return (
            <p key={monitor} className="still-row">
              <Shape kind={kind} />{" "}
              <span>
                <strong>
                  {!told
                    ? "Can’t tell whether it is still restricted"
                    : seen.tone === "passing"
                      ? "Still restricted, on purpose: "
                      : "Restricted, but not as it should be: "}
                </strong>
                {!told ? lastSeen(seen) : seen.tone === "passing" ? lower(sentence) : firstTwo(seen.observed)} ({told ? `read ${age(seen.age ?? 0)} ago` : read}
                ).
                {by.length > 0 && <span className="meta"> By {by.join(", ")}.</span>}
              </span>
            </p>
          );
        })}
        {progress.stays.length > 0 && <p className="meta">Left in place, by the journal: {progress.stays.join(" · ")}</p>}
      </div>
    </Block>
  );
}

const firstTwo = (observed: string) => observed.split("; ").slice(0, 2).join("; ");

/** What was read last, where something was: never what should be there. */
const lastSeen = (seen: { observed: string } | undefined) => (seen === undefined || seen.observed === "" ? "" : `: ${firstTwo(seen.observed)}`);

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);

/** The item that a person does next: what to do or to tell, in words that can be copied. */
function Turn({ item }: { item: RollbackItemView }) {
  const words = item.restores.join("\n");
  return (
    <div className="notice k-running turn" data-testid="your-turn">
      <div className="notice-text">
        <strong>Your turn: {item.title}</strong>
        <p className="turn-words">{words}</p>
        {item.kind === "notice" && <p className="meta">Nothing is sent from here.</p>}
      </div>
      {words !== "" && <CopyButton text={words} label={item.kind === "notice" ? "Copy the notice" : "Copy"} />}
    </div>
  );
}

/** What was made and is not proven: a person looks. What is left after that, and for whom. */
function Look({ at, progress }: { at: RollbackItemView; progress: RollbackProgress }) {
  const rest = progress.items.filter((i) => i !== at && i.state === "to_do");
  const console = rest.filter((i) => i.kind === "undo" || i.kind === "publish").map((i) => i.title);
  const people = rest.filter((i) => i.kind === "manual" || i.kind === "notice").map((i) => i.title);
  const beside = progress.items.slice(progress.items.indexOf(at) + 1).filter((i) => i.state === "done").length;
  return (
    <Notice kind="blocked" title={`Your turn: look at “${at.title}”`} role="alert" testId="rollback-look">
      <p>{progress.why ?? "No check proves it."}</p>
      {beside > 0 && <p>What does not rest on it went on meanwhile: {count(beside, "item")} done.</p>}
      {console.length > 0 && <p>The console goes on by itself once it holds, or once you say that you looked: {console.join(" · ")}.</p>}
      {people.length > 0 && <p>Then left for you: {people.join(" · ")}.</p>}
    </Notice>
  );
}

/** A rollback under way or just ended, item by item; what to do where it stopped. */
export function RollbackRunScreen({ progress, onNewPlan }: { progress: RollbackProgress; onNewPlan: () => void }) {
  const store = useStore();
  const snapshot = useSnapshot("phases", "monitors", "deadlines", "banner", "watching", "way_back", "breaches");
  const { busy, waits } = useApp((s) => ({ busy: s.busy, waits: busyWith(s) }));
  const [ask, setAsk] = useState<"done" | "abandon" | null>(null);
  const { kind, word } = standing(progress, snapshot);
  const done = progress.items.filter((i) => i.state === "done").length;
  const failed = failedBeside(progress);
  const at = progress.items.find((i) => i !== failed && (i.state === "stopped" || i.state === "your_turn" || i.state === "unproven"));
  const halted = progress.state === "halted";
  const mine = progress.your_turn;
  const looking = isUnproven(progress);
  // What is said to be done is the item whose turn it is, also where another one stopped the rollback.
  const looked = at?.state === "unproven";
  const current = progress.items.find((i) => i.state === "running") ?? failed ?? at ?? progress.items.findLast((i) => i.state === "done" && i.step !== null);
  const step = allSteps(snapshot).find((s) => s.id === current?.step);
  // What still fails is looked at before anything goes on.
  const bad = failing(snapshot);
  const next = mainWay(snapshot);
  const looks = bad.length > 0 && forbidden(snapshot).length === 0;
  const under = progress.state === "running" || halted;
  // Of a name whose switch is taken back here it is seen how far it has come.
  const comesBack = (w: RequestWay): boolean => w.servers.length > 0 && progress.items.some((i) => i.step !== null && w.steps.includes(i.step));
  const closed = (accepted: boolean) => {
    if (accepted) setAsk(null);
    return accepted;
  };
  const say = async (reason: string) => at !== undefined && closed(await store.submit("rollback_done", { do: "rollback_done", item: at.id }, { reason }));
  const told = at?.kind === "notice";
  return (
    <>
      <div className="page">
        <Crumbs parts={[{ text: "Run", href: href({ name: "run" }) }, { text: rollbackCrumb(progress.scope) }]} />
        <PageHead title={rollbackTitle(progress.scope, progress.title, snapshot)} id="rollback-run">
          <State kind={kind} word={word} pill testId="rollback-state" />
        </PageHead>
        <p className="why" role="status">
          {done} of {count(progress.items.length, "item")} done on {snapshot.banner.word}.
        </p>
        <Seen progress={progress} />
        {halted && mine && at !== undefined && <Turn item={at} />}
        {looking && at !== undefined && <Look at={at} progress={progress} />}
        {halted && !mine && !looking && (
          <Notice kind="fail" title={(failed ?? at) === undefined ? "The rollback stopped" : `Stopped at: ${(failed ?? at)?.title}`} role="alert">
            {progress.why ?? "No reason was given."} What is done stays done; what is below has not begun.
          </Notice>
        )}
        {progress.state === "abandoned" && (
          <Notice kind="blocked" title="Given up: each step is left in its true state">
            {progress.why ?? "The timeline says by whom and why."}
          </Notice>
        )}
        {progress.state === "completed" && <Still progress={progress} />}
        {under && <Ways of={comesBack} />}
        <Block id="order" title="In this order">
          <RollbackItems items={progress.items} begun />
        </Block>
        {step !== undefined && <Current step={step} />}
      </div>
      <Dock>
        <div className="action-bar" role="region" aria-label="What you can do">
          {halted && ask === "done" && at !== undefined && told && (
            <TellForm
              draft={`rollback ${progress.asked_seq} ${at.id}`}
              title={at.title}
              submit="Record what was told"
              text={at.restores.join("\n")}
              busy={busy !== null}
              onCancel={() => setAsk(null)}
              onSubmit={say}
              key={at.id}
            />
          )}
          {halted && ask === "done" && at !== undefined && !told && (
            <ReasonForm
              key={at.id}
              draft={`rollback ${progress.asked_seq} ${at.id}`}
              title={looked ? `${at.title}: looked at` : `${at.title}: done by hand`}
              label="Evidence"
              hint={
                looked
                  ? "Say what you saw and why the rest may go on. It is written to the journal with your name."
                  : "Say what you did and how you know that it is so. It is written to the journal with your name."
              }
              submit={looked ? "Record, and go on" : "Record as done by hand"}
              busy={busy !== null}
              onCancel={() => setAsk(null)}
              onSubmit={say}
            />
          )}
          {halted && ask === "abandon" && (
            <ReasonForm
              draft={`abandon ${progress.asked_seq}`}
              title="Give the rollback up: each step stays in its true state"
              submit="Give it up"
              busy={busy !== null}
              onCancel={() => setAsk(null)}
              onSubmit={(reason) => store.submit("rollback_abandon", { do: "rollback_abandon" }, { reason }).then(closed)}
            />
          )}
          <div className="action-row">
            {halted && snapshot.watching !== null ? (
              <p data-testid="why-not">{snapshot.watching}</p>
            ) : halted ? (
              <>
                <div className="action-main">
                  {mine && at !== undefined ? (
                    <Primary basis={`turn/${at.id}`} plain={ask !== null} refused={ask !== null} onPress={() => setAsk("done")} testId="rollback-done">
                      {told ? "Record what was told…" : "Done by hand…"}
                    </Primary>
                  ) : (
                    // Trying a person's item again would do nothing: it is offered where the console tries.
                    <Primary
                      basis={`retry/${(failed ?? at)?.id}/${progress.why}`}
                      loading={waits === "rollback_retry"}
                      plain={ask !== null}
                      onPress={() => void store.submit("rollback_retry", { do: "rollback_retry" })}
                      testId="rollback-retry"
                    >
                      {looking ? "Read it again" : "Try this item again"}
                    </Primary>
                  )}
                </div>
                <div className="action-others">
                  {!mine && at !== undefined && (
                    <Button onPress={() => setAsk("done")} testId="rollback-done">
                      {looked ? "I looked: go on…" : "Done by hand…"}
                    </Button>
                  )}
                  <Button onPress={() => setAsk("abandon")} testId="rollback-abandon">
                    Give it up…
                  </Button>
                </div>
              </>
            ) : progress.state === "running" ? (
              <div className="action-main">
                <p>
                  <strong>Running.</strong> Nothing is asked of you now. It goes on if you leave this page.
                </p>
              </div>
            ) : (
              <>
                <div className={!looks && next !== undefined && next.words.length > LONG + NEXT ? "action-main wide" : "action-main"}>
                  {progress.state === "completed" && looks && (
                    <Primary basis={`look/rollback/${progress.asked_seq}`} onPress={() => go({ name: "live" })} testId="to-live">
                      Look at what still fails
                    </Primary>
                  )}
                  {progress.state === "completed" && !looks && next !== undefined && (
                    <Primary basis={`next/rollback/${progress.asked_seq}/${next.id}`} onPress={() => go(next.place)} testId="to-current">
                      {next.words}
                    </Primary>
                  )}
                </div>
                <div className="action-others">
                  <LinkButton href={href({ name: "timeline" })}>See what happened</LinkButton>
                  {snapshot.way_back.something_to_undo && <Button onPress={onNewPlan}>Plan another rollback</Button>}
                </div>
              </>
            )}
          </div>
        </div>
      </Dock>
    </>
  );
}
