// What a step is: the part of its page that time alone does not change.
import { Fragment } from "react";
import { isByHand } from "../../components/ByHand";
import { CopyButton } from "../../components/CopyButton";
import { Crumbs } from "../../components/Crumbs";
import { shapeOf, stateWords } from "../../components/LeftRail";
import { CopyLink } from "../../components/Links";
import { Notice } from "../../components/Notices";
import { Facts, PageHead } from "../../components/PageHead";
import { type Kind, State } from "../../components/State";
import { duration } from "../../format/time";
import { aboutWords } from "../../format/undo";
import type { RunSnapshot, StepView } from "../../ipc";
import { useWorldNow } from "../../state/hooks";
import { allSteps, isFinished } from "../../state/readings";
import { href } from "../../state/router";
import { after, type Found, placeWords, undoWords, useStepPart } from "./find";

type Other = { id: string; title: string; undone: boolean };

/** Steps by their titles, each a link. */
function Links({ steps, needed = false }: { steps: readonly Other[]; needed?: boolean }) {
  return steps.map((s, i) => (
    <Fragment key={s.id}>
      {i > 0 && ", "}
      <a href={href({ name: "step", step: s.id })}>{s.title}</a>
      {needed && s.undone && " (taken back: do it again there)"}
    </Fragment>
  ));
}

/** How long it took, or has been running. */
function Took({ from, to }: { from: string; to: string | null }) {
  return useWorldNow((now) => duration(((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000));
}

/** All that the head says. */
function headOf({ step, phase, number, of }: Found, snapshot: RunSnapshot) {
  const others = (which: (s: StepView) => boolean): Other[] =>
    allSteps(snapshot).flatMap((s) => (which(s) ? [{ id: s.id, title: s.title, undone: s.state === "undone" }] : []));
  const gated = snapshot.phases.find((p) => p.gate !== null && p.gate.state !== "go" && p.steps.includes(step));
  const unseen = others((s) => step.unseen?.includes(s.id) === true);
  return {
    phase: phase.title,
    number,
    of,
    title: step.title,
    kind: shapeOf(step),
    words: stateWords(step),
    generation: step.generation,
    why: step.why,
    // Of what people do, who and how long stands with what to do.
    owner: isByHand(step) ? null : step.owner,
    expected_s: isByHand(step) ? null : step.expected_s,
    from: step.times.started_at,
    to: step.times.ended_at,
    undo: isByHand(step)
      ? null
      : [undoWords(step), step.undo === null && step.undo_takes.slowest_s === null ? null : aboutWords(step.undo_takes)].filter((w) => w !== null).join(", "),
    affects: step.affects,
    unmet: others((s) => step.needs.includes(s.id) && s.state !== "done" && s.left_out !== true),
    behind: isFinished(step) || step.state === "undone" ? [] : others((s) => step.after.includes(s.id) && !isFinished(s)),
    shown: others((s) => step.publishes?.includes(s.id) === true),
    waitsFor: isFinished(step) ? null : (gated?.id ?? null),
    not_known: step.not_known,
    unseen: (after(step) || step.state === "skipped") && !step.state.endsWith("verifying") ? unseen : [],
  };
}

/** While it looks so, its time still runs; what stopped and waits for a person takes no longer by that. */
const GOES_ON: ReadonlySet<Kind> = new Set(["running", "waiting"]);

/** Where it stands, why it is done, by whom, and what it waits for. */
export function StepHead({ id }: { id: string }) {
  const step = useStepPart(id, headOf);
  if (step === null) return null;
  return (
    <>
      <Crumbs parts={[{ text: step.phase, href: href({ name: "run" }) }, { text: placeWords(step.number, step.of) }]} />
      <PageHead title={step.title} id={`step-${id}`}>
        <State kind={step.kind} word={step.words} pill testId="step-state" />
        <CopyLink place={{ name: "step", step: id }} />
        {step.generation > 1 && <span className="meta">{step.generation === 2 ? "Begun for the second time" : `Begun ${step.generation} times`}</span>}
      </PageHead>
      {step.why !== "" && <p className="why">{step.why}</p>}
      <Facts
        list={[
          step.owner === null ? null : ["Owner", step.owner],
          step.expected_s === null ? null : ["Expected", duration(step.expected_s)],
          // Planned time against actual, once something was done.
          step.from === null || (step.to === null && !GOES_ON.has(step.kind))
            ? null
            : [step.to === null ? "Running for" : "Took", <Took key="took" from={step.from} to={step.to} />],
          step.undo === null ? null : ["Undo", step.undo],
          step.affects === null ? null : ["Affects", step.affects],
          step.unmet.length === 0 ? null : ["Needs first", <Links key="unmet" steps={step.unmet} needed />],
          step.behind.length === 0 ? null : ["Comes after", <Links key="behind" steps={step.behind} needed />],
          step.shown.length === 0 ? null : ["Makes seen", <Links key="shown" steps={step.shown} />],
          step.waitsFor === null
            ? null
            : [
                "Waits for",
                <a key="gate" href={href({ name: "gate", phase: step.waitsFor })}>
                  go or no-go
                </a>,
              ],
        ]}
      />
      {step.not_known !== undefined && (
        <Notice kind="blocked" title="Not known to this program" testId="step-not-known">
          {step.not_known} It is neither carried out nor taken back from here: go on with the newer Switchback, or do it by hand.
        </Notice>
      )}
      {step.unseen.length > 0 && (
        <Notice kind="blocked" title="Not seen yet" testId="step-unseen">
          <p>
            <Links steps={step.unseen} />: changed since this was last known to be done. Programs may go on with what they read before, until it is done once
            more.
          </p>
        </Notice>
      )}
    </>
  );
}

/** What to look at and what can go wrong: said by those who wrote the plan, for those who carry it out. */
export function Guide({ id }: { id: string }) {
  const step = useStepPart(id, ({ step: s }) => ({ look_at: s.look_at, risks: s.risks, notice: s.notice }));
  if (step === null || (step.look_at.length === 0 && step.risks.length === 0 && step.notice === undefined)) return null;
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
        .map(([at, title, list]) => (
          <section key={at} aria-labelledby={`guide-${at}`} data-testid={at}>
            <h2 id={`guide-${at}`}>{title}</h2>
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
