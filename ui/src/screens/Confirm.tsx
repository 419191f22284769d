import { useId, useRef, useState } from "react";
import { Calls, Changes } from "../components/Change";
import { useKeepFree } from "../components/barHeight";
import { CheckTable } from "../components/CheckTable";
import { Crumbs } from "../components/Crumbs";
import { Dock } from "../components/Dock";
import { stateWords } from "../components/LeftRail";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { State } from "../components/State";
import { OVERRIDE, refusalWords, useStill } from "../components/ActionBar";
import { signInWords } from "../components/Banner";
import { count, duration } from "../format/time";
import { lossWords, undoFacts } from "../format/undo";
import type { PreviewView, ReadingView, RunCommand, RunSnapshot, StepView } from "../ipc";
import { Button } from "../kit";
import { useEscapeBack } from "../state/back";
import { useDraft, useKept } from "../state/drafts";
import { useApp, useLive, useSnapshot, useStore, useWorldNow } from "../state/hooks";
import { freshen, letsThrough } from "../state/readings";
import { go, href } from "../state/router";
import { busyWith } from "../state/session";
import { Missing } from "./Missing";
import { placeWords, publishes, useStep } from "./step/find";

/** What time alone changes of the page. */
function momentOf(step: StepView, snapshot: RunSnapshot, now: number) {
  const passes = (r: ReadingView) => letsThrough(freshen(r, now).tone);
  const refused = step.offers.find((o) => o.command === "apply")?.refused ?? null;
  return {
    proven: step.undo !== null && step.undo_before.every(passes),
    open: step.before.filter((r) => !passes(r)),
    refused:
      refused === null
        ? null
        : Object.values(refusalWords(step, refused, now, snapshot.watching !== null))
            .join(" ")
            .trim(),
    signIn: signInWords(snapshot, now),
  };
}

/** Approving a step: the exact change, whom it affects and how to undo it; then the verb and the target. */
export function ConfirmScreen({ id }: { id: string }) {
  const found = useStep(id);
  const store = useStore();
  const { banner: b, users } = useSnapshot("banner", "users");
  const below = useRef<HTMLDivElement>(null);
  useKeepFree(below);
  const busy = useApp(busyWith);
  const live = useLive();
  const field = useId();
  const [typed, setTyped] = useState("");
  const whyField = useId();
  const [why, setWhy] = useDraft(`override ${id}`, "reason", "");
  const drafts = useKept(`override ${id}`);
  const still = useStill();
  useEscapeBack(href({ name: "step", step: id }));
  // What the person sees is what is approved: a new preview is not slipped under the button.
  const [pinned, setPinned] = useState<PreviewView | null>(found?.step.preview ?? null);
  const at = useWorldNow((now, { snapshot }) => (found === null || snapshot === null ? null : momentOf(found.step, snapshot, now)));
  if (found === null || at === null) return <Missing what={`step ${id}`} />;
  const { step, phase, number, of } = found;
  const offer = step.offers.find((o) => o.command === "apply");
  const override = step.offers.find((o) => o.command === OVERRIDE);
  const moved = pinned !== null && step.preview !== null && step.preview.digest !== pinned.digest;
  const mustType = b.kind === "production";
  const { proven, open } = at;

  const refusal =
    pinned === null
      ? "There is no preview to approve. Go back and check again."
      : moved
        ? "The world changed since you looked. Look at the new plan first."
        : offer === undefined
          ? `This step can't be applied now: it is “${stateWords(step)}”.`
          : still !== null
            ? still
            : offer.refused !== null && override === undefined
              ? at.refused
              : !live
                ? "Status is not live: nothing is applied blind."
                : mustType && typed.trim() !== b.target
                  ? `Type ${b.target} to go on.`
                  : override !== undefined && why.trim() === ""
                    ? "Sign in again, or write why it is done all the same."
                    : null;

  const confirm = () => {
    if (pinned === null || refusal !== null) return;
    const command: RunCommand = override === undefined ? { do: "apply", step: step.id } : { do: "apply_overriding", step: step.id, overrides: ["sign-in"] };
    void store.submit("apply", command, { basis: pinned.digest, ...(override === undefined ? {} : { reason: why.trim() }) }).then((done) => {
      if (!done) return;
      drafts.drop();
      go({ name: "step", step: step.id });
    });
  };

  return (
    <>
      <div className="page">
        <Crumbs
          parts={[
            { text: phase, href: href({ name: "run" }) },
            { text: placeWords(number, of), href: href({ name: "step", step: step.id }) },
            { text: "Confirm" },
          ]}
        />
        <PageHead title={`Confirm: ${step.title}`} id={`confirm-${step.id}`}>
          <strong className="on-target">on {b.word}</strong>
        </PageHead>
        <p className="why">{step.why}</p>
        {users.tone === "failing" && (
          <Notice kind="fail" title="Users are affected now" testId="confirm-affected">
            This goes forward: it is no way back for them, and it may make one longer.{" "}
            <a href={href({ name: "rollback", scope: null })}>Look at the way back</a> first.
          </Notice>
        )}
        {moved && step.preview !== null && (
          <Notice
            kind="blocked"
            title="The world changed since you looked"
            role="alert"
            action={<Button onPress={() => setPinned(step.preview)}>Show the new plan</Button>}
          >
            Nothing was changed. The plan below is the old one; the new one has to be read before it can be approved.
          </Notice>
        )}
        <Block id="what" title="What changes" note={pinned === null ? "No preview" : count(pinned.calls.length, "API call")}>
          {pinned !== null && (
            <>
              <Changes list={pinned.changes} />
              <Calls preview={pinned} />
            </>
          )}
        </Block>
        <Block id="who" title="Who is affected">
          <Facts
            list={[
              ["Affects", step.affects ?? "the runbook does not say"],
              ["Expected", step.expected_s === null ? "not planned" : duration(step.expected_s)],
              ["Target", `${b.target} (…${b.account_tail}), ${b.region}`],
              ["Sign-in", at.signIn],
            ]}
          />
        </Block>
        <Block
          id="undo"
          title="How to undo"
          note={step.undo === null ? step.reversibility : proven ? <State kind="pass" word="Proven" /> : <State kind="blocked" word="Not proven" />}
        >
          <Facts list={[["How", step.reversibility], ...undoFacts(step.undo_takes), ["Loses", lossWords(step.undo_loses)]]} />
          {step.undo !== null && !publishes(step) && <Changes list={step.undo.changes} undo />}
        </Block>
        {open.length > 0 && (
          <Block id="open" title="Not passing now" note="read again before anything is changed">
            <CheckTable list={open} caption="Checks that do not pass now" />
          </Block>
        )}
      </div>
      <Dock>
        <div className="action-bar confirm-bar" role="region" aria-label="Confirm">
          {mustType && (
            <div className="type-name">
              <label htmlFor={field}>
                Type the target’s name, <strong>{b.target}</strong>
              </label>
              <input id={field} value={typed} onChange={(e) => setTyped(e.target.value)} autoComplete="off" spellCheck={false} data-testid="confirm-target" />
            </div>
          )}
          {override !== undefined && (
            <div className="type-name">
              <label htmlFor={whyField}>
                {offer?.refused ?? override.label} <strong>Override the sign-in because</strong>
              </label>
              <input id={whyField} value={why} onChange={(e) => setWhy(e.target.value)} autoComplete="off" data-testid="override-reason" />
            </div>
          )}
          <div className="confirm-row">
            <a href={href({ name: "step", step: step.id })} data-testid="confirm-back">
              Back to {number === null ? "the step" : `step ${number}`}, change nothing
            </a>
            <p id="confirm-why" className="confirm-why" data-testid="why-not">
              {refusal}
            </p>
            <Primary
              basis={`confirm/${step.id}/${pinned?.digest}`}
              plain={users.tone === "failing"}
              refused={refusal !== null}
              loading={busy === "apply"}
              onPress={confirm}
              why="confirm-why"
              testId="confirm-primary"
            >
              {step.title} on {b.word}
            </Primary>
          </div>
          <div className="confirm-below" ref={below}>
            <p className="meta">Everything is read again right before the call. If anything differs, nothing is changed and you see the new plan.</p>
          </div>
        </div>
      </Dock>
    </>
  );
}
