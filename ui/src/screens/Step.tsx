import { Fragment, type ReactNode, useState } from "react";
import { ActionBar, Otherwise } from "../components/ActionBar";
import { Attempts } from "../components/Attempts";
import { Calls, Changes, CopyCli, Resources } from "../components/Change";
import { CheckTable, staleWords } from "../components/CheckTable";
import { CopyButton } from "../components/CopyButton";
import { Decisions } from "../components/Decisions";
import { shapeOf, stateWords } from "../components/LeftRail";
import { CopyLink } from "../components/Links";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import { State } from "../components/State";
import { Together } from "../components/Together";
import { age, count, duration, fullTime } from "../format/time";
import { aboutWords, lossWords, undoFacts } from "../format/undo";
import type { ReadingView, StepView } from "../ipc";
import { Button } from "../kit";
import { useApp, useSnapshot, useStore, useWorldNow } from "../state/hooks";
import { allSteps, freshen, isFinished, letsThrough } from "../state/readings";
import { href } from "../state/router";
import { Missing } from "./Missing";

/** Where a step is: its phase and its place in it. */
export function useStep(id: string): { step: StepView; phase: string; number: number; of: number } | null {
  const snapshot = useSnapshot();
  for (const phase of snapshot.phases) {
    const at = phase.steps.findIndex((s) => s.id === id);
    const step = phase.steps[at];
    if (step !== undefined) return { step, phase: phase.title, number: at + 1, of: phase.steps.length };
  }
  return null;
}

export function Crumbs({ parts }: { parts: { text: string; href?: string }[] }) {
  return (
    <nav aria-label="Where you are" className="crumbs">
      <ol>
        {parts.map((p) => (
          <li key={p.text}>{p.href === undefined ? <span aria-current="page">{p.text}</span> : <a href={p.href}>{p.text}</a>}</li>
        ))}
      </ol>
    </nav>
  );
}

const HAPPENED = new Set(["applying", "verifying", "unverified", "in_doubt", "foreign", "adopted"]);
const after = (step: StepView) => HAPPENED.has(step.state) || step.state === "done" || step.state.startsWith("und");

export function passCount(list: readonly ReadingView[], now: number): string {
  const pass = list.map((r) => freshen(r, now)).filter((r) => letsThrough(r.tone)).length;
  const stale = staleWords(list, now);
  return `${pass} of ${list.length} pass${stale === null ? "" : `, ${stale}: check again`}`;
}

/** Dense where all is well: checks that pass are one line, which opens. What was open stays so under a person's eyes. */
function Folded({ list, now, children }: { list: readonly ReadingView[]; now: number; children: ReactNode }) {
  const rows = list.map((r) => freshen(r, now));
  const well = rows.every((r) => letsThrough(r.tone));
  const [folds] = useState(well);
  const [open, setOpen] = useState(false);
  if (!well && !open) setOpen(true);
  if (!folds) return children;
  const oldest = Math.max(...rows.map((r) => r.age ?? 0));
  return (
    <details className="folded-checks" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary data-testid="show-checks">
        {count(rows.length, "check")}, the oldest read {age(oldest)} ago
      </summary>
      {children}
    </details>
  );
}

function Before({ step, now }: { step: StepView; now: number }) {
  const store = useStore();
  const { busy } = useApp();
  const check = step.offers.find((o) => o.command === "check" && o.refused === null);
  if (after(step) || step.state === "skipped") {
    // Of a step that is left out nothing needs to have been read.
    if (step.before.every((r) => r.observed_at === null)) return null;
    const at = step.preview_at ?? step.before[0]?.observed_at;
    return (
      <section className="block">
        <details className="folded">
          <summary>
            <h2>Before</h2>
            <span className="block-note">
              {count(step.before.length, "check")}
              {at !== null && at !== undefined && `, read at ${fullTime(at)}`}: a record of then
            </span>
          </summary>
          <CheckTable list={step.before} caption="Checks before the change, as read then" record />
        </details>
      </section>
    );
  }
  return (
    <Block
      id="before"
      title="Before"
      note={step.before.length === 0 ? "Nothing has to be checked before this step" : passCount(step.before, now)}
      side={
        check !== undefined && (
          <Button
            weight="inline"
            icon="refresh"
            loading={busy === "check"}
            onPress={() => void store.submit("check", { do: "check", step: step.id })}
            testId="offer-check"
          >
            {check.label}
          </Button>
        )
      }
    >
      {step.before.length > 0 && (
        <Folded list={step.before} now={now}>
          <CheckTable list={step.before} caption="Checks before the change" ahead />
        </Folded>
      )}
    </Block>
  );
}

function Change({ step, now }: { step: StepView; now: number }) {
  if (step.preview === null) {
    if (isFinished(step)) return null;
    const byHand = step.why_not_automated === null ? "This step changes nothing by itself" : `By hand: ${step.why_not_automated}`;
    const words = step.not_known !== undefined ? "What it changes is not known to this program" : step.kind === "action" ? "The exact change is shown here once the checks have run" : byHand;
    return (
      <Block id="change" title="Change" note={words}>
        <Resources list={step.resources} />
      </Block>
    );
  }
  const seen = step.preview_at === null ? undefined : `captured ${age((now - Date.parse(step.preview_at)) / 1000)} ago`;
  return (
    <Block
      id="change"
      title="Change"
      note={step.preview.changes.length === 0 ? "Nothing to change: it is already so" : count(step.preview.calls.length, "API call")}
      side={<CopyCli preview={step.preview} />}
    >
      <Changes list={step.preview.changes} made={after(step)} {...(seen === undefined ? {} : { note: seen })} />
      <Calls preview={step.preview} />
      <Resources list={step.resources} />
    </Block>
  );
}

/** How it is taken back; where it is not known, never by this program. */
const undoWords = (step: StepView): string => (step.not_known === undefined ? step.reversibility : "by the newer Switchback, or by hand");

/** Whether it changes nothing by itself, and makes seen what others changed. */
export const publishes = (step: StepView): boolean => (step.publishes ?? []).length > 0;

/** What the way back of a publication restores. */
const NOTHING_ITSELF = "nothing by itself: it is done once more after what it makes seen was taken back, so that programs read that";

function WayBack({ step, now }: { step: StepView; now: number }) {
  const rows = step.undo_before.map((r) => freshen(r, now));
  const proven = step.undo !== null && rows.every((r) => letsThrough(r.tone));
  const open = rows.filter((r) => !letsThrough(r.tone)).length;
  // From the call on it is a record; whether it still holds is what the rail reads again and again.
  const record = isFinished(step) || after(step);
  const state =
    step.undo === null ? null : record ? (
      <State kind="record" word="Built before the change" />
    ) : proven ? (
      <State kind="pass" word="Proven" />
    ) : (
      <State kind="blocked" word={`${count(open, "thing")} not proven`} />
    );
  // Nothing was done, so there is nothing to go back from.
  if (step.state === "skipped" && step.undo === null) return null;
  const objects = step.undo?.changes.map((c) => c.object) ?? [];
  const restores = publishes(step) ? NOTHING_ITSELF : objects.length === 0 ? "nothing to restore" : objects.join(", ");
  return (
    <Block id="way-back" title="Way back" note={state ?? undoWords(step)}>
      {step.undo !== null && (
        <>
          <Facts
            list={[
              ["Restores", restores],
              ["Loses", lossWords(step.undo_loses)],
              ...undoFacts(step.undo_takes),
            ]}
          />
          {rows.length > 0 && (
            <details className="calls" open={!proven && !record}>
              <summary>What the way back needs: {record ? count(rows.length, "check") : passCount(step.undo_before, now)}</summary>
              <CheckTable list={step.undo_before} caption="What the way back needs" record={record} />
            </details>
          )}
        </>
      )}
      {step.undo === null && step.kind === "action" && step.not_known === undefined && !record && <p className="meta">It is built and proven with the checks, before the step may run.</p>}
      {step.undo === null && step.undo_loses.length > 0 && <p>Going back loses: {lossWords(step.undo_loses)}</p>}
    </Block>
  );
}

/** Whether nothing has been seen from outside yet, nor is looked for. */
const isAhead = (step: StepView): boolean => !after(step) || (step.verify.every((v) => v.observed_at === null) && (step.state === "applying" || step.state === "in_doubt"));

function After({ step, now }: { step: StepView; now: number }) {
  const undoing = step.state.startsWith("und");
  const waiting = isAhead(step);
  const title = undoing ? "After the undo" : "After";
  if (step.verify.length === 0 || (waiting && step.state === "skipped")) return null;
  if (waiting) {
    const names = step.verify.map((v) => v.title).join(" · ");
    return (
      <Block id="after" title={title} note={`To do: ${count(step.verify.length, "check")} from outside`}>
        <p className="meta">{names}</p>
      </Block>
    );
  }
  const record = step.state === "done" || step.state === "undone";
  return (
    <Block id="after" title={title} note={record && step.changed_at !== null ? `Seen from outside, ended ${fullTime(step.changed_at)}` : passCount(step.verify, now)}>
      <CheckTable list={step.verify} caption="Checks from outside after the change" record={record} pending={step.state.endsWith("verifying")} />
    </Block>
  );
}

/** What to look at and what can go wrong: said by those who wrote the plan, for those who carry it out. */
function Guide({ step }: { step: StepView }) {
  if (step.look_at.length === 0 && step.risks.length === 0 && step.notice === undefined) return null;
  const lists: [string, string, string[]][] = [
    ["look-at", "Look at", step.look_at],
    ["risks", "Can go wrong", step.risks],
  ];
  return (
    <div className="guide">
      {step.notice !== undefined && (
        <section aria-labelledby="guide-notice" data-testid="notice">
          <h2 id="guide-notice">What it says</h2>
          <pre>{step.notice}</pre>
          <CopyButton text={step.notice} label="Copy the notice" />
        </section>
      )}
      {lists
        .filter(([, , list]) => list.length > 0)
        .map(([id, title, list]) => (
          <section key={id} aria-labelledby={`guide-${id}`} data-testid={id}>
            <h2 id={`guide-${id}`}>{title}</h2>
            <ul>
              {list.map((words) => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

/** Planned time against actual, once something was done. */
function tookFact(step: StepView, now: number): [string, string] | null {
  const { started_at, ended_at } = step.times;
  if (started_at === null) return null;
  const seconds = ((ended_at === null ? now : Date.parse(ended_at)) - Date.parse(started_at)) / 1000;
  return [ended_at === null ? "Running for" : "Took", duration(seconds)];
}

/** Steps by their titles, each a link. */
function Links({ steps, needed = false }: { steps: readonly StepView[]; needed?: boolean }) {
  return steps.map((s, i) => (
    <Fragment key={s.id}>
      {i > 0 && ", "}
      <a href={href({ name: "step", step: s.id })}>{s.title}</a>
      {needed && s.state === "undone" && " (taken back: do it again there)"}
    </Fragment>
  ));
}

/** The page of a step; `above` stands before it where the run's own page shows it. */
export function StepScreen({ id, above }: { id: string; above?: ReactNode }) {
  const found = useStep(id);
  const snapshot = useSnapshot();
  const now = useWorldNow();
  const [ask, setAsk] = useState<string | null>(null);
  if (found === null) return <Missing what={`step ${id}`} />;
  const { step, phase, number, of } = found;
  const gated = snapshot.phases.find((p) => p.gate !== null && p.gate.state !== "go" && p.steps.some((s) => s.id === id));
  // What was seen from outside is what a person wants to know from then on; how it came about stands below.
  const looksBack = !isAhead(step);
  const waitsFor = isFinished(step) ? null : (gated?.id ?? null);
  const shown = allSteps(snapshot).filter((s) => step.publishes?.includes(s.id));
  const unseen = allSteps(snapshot).filter((s) => step.unseen?.includes(s.id));
  const unmet = allSteps(snapshot).filter((s) => step.needs.includes(s.id) && s.state !== "done");
  return (
    <>
      <div className="page">
        {above}
        <Crumbs parts={[{ text: phase, href: href({ name: "run" }) }, { text: `Step ${number} of ${of}` }]} />
        <PageHead title={step.title} id={`step-${step.id}`}>
          <State kind={shapeOf(step)} word={stateWords(step)} pill testId="step-state" />
          <CopyLink place={{ name: "step", step: step.id }} />
          {step.generation > 1 && <span className="meta">{step.generation === 2 ? "Begun for the second time" : `Begun ${step.generation} times`}</span>}
        </PageHead>
        {step.why !== "" && <p className="why">{step.why}</p>}
        <Facts
          list={[
            step.owner === null ? null : ["Owner", step.owner],
            step.expected_s === null ? null : ["Expected", duration(step.expected_s)],
            tookFact(step, now),
            ["Undo", [undoWords(step), step.undo === null && step.undo_takes.slowest_s === null ? null : aboutWords(step.undo_takes)].filter((w) => w !== null).join(", ")],
            step.affects === null ? null : ["Affects", step.affects],
            unmet.length === 0
              ? null
              : [
                  "Needs first",
                  <Links steps={unmet} needed />,
                ],
            shown.length === 0 ? null : ["Makes seen", <Links steps={shown} />],
            waitsFor === null ? null : ["Waits for", <a href={href({ name: "gate", phase: waitsFor })}>go or no-go</a>],
          ]}
        />
        {step.not_known !== undefined && (
          <Notice kind="blocked" title="Not known to this program" testId="step-not-known">
            {step.not_known} It is neither carried out nor taken back from here: go on with the newer Switchback, or do it by hand.
          </Notice>
        )}
        {unseen.length > 0 && (after(step) || step.state === "skipped") && !step.state.endsWith("verifying") && (
          <Notice kind="blocked" title="Not seen yet" testId="step-unseen">
            <p>
              <Links steps={unseen} />: changed since this was last known to be done. Programs may go on with what they read before, until it is done once more.
            </p>
          </Notice>
        )}
        {looksBack && <After step={step} now={now} />}
        <Guide step={step} />
        <Decisions only={step.id} />
        <Together step={step} now={now} />
        <Before step={step} now={now} />
        <Change step={step} now={now} />
        <WayBack step={step} now={now} />
        <Attempts list={step.attempts} />
        {!looksBack && <After step={step} now={now} />}
        <Otherwise step={step} onAsk={setAsk} />
      </div>
      <ActionBar step={step} now={now} ask={ask} setAsk={setAsk} key={step.id} />
    </>
  );
}
