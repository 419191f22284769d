import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Attempts } from "../components/Attempts";
import { CheckTable } from "../components/CheckTable";
import { shapeOf } from "../components/LeftRail";
import { Dock } from "../components/Dock";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { ReasonForm } from "../components/ReasonForm";
import { RollbackItems } from "../components/RollbackItems";
import { type Kind, State } from "../components/State";
import { count } from "../format/time";
import type { RollbackProgress, StepView } from "../ipc";
import { useApp, useSnapshot, useStore } from "../state/hooks";
import { allSteps } from "../state/readings";
import { href } from "../state/router";
import { Crumbs } from "./Step";

const WORDS: Record<string, { kind: Kind; word: string }> = {
  running: { kind: "running", word: "Running" },
  halted: { kind: "fail", word: "Stopped" },
  completed: { kind: "pass", word: "Complete" },
  abandoned: { kind: "skipped", word: "Given up" },
};

/** The undo under way: its call with the request id, and what is seen from outside. */
function Current({ step }: { step: StepView }) {
  const undoing = step.state.startsWith("und");
  return (
    <>
      {undoing && step.note !== "" && step.state !== "undone" && (
        <Notice kind={shapeOf(step)} title={step.state_words}>
          {step.note}
        </Notice>
      )}
      <Attempts list={step.attempts.filter((a) => a.way === "undo")} />
      {undoing && step.verify.length > 0 && (
        <Block id="outside" title="Seen from outside" note={step.state === "undone" ? "every check passed" : "the undo ends when all of these pass"}>
          <CheckTable list={step.verify} caption="Checks from outside after the undo" record={step.state === "undone"} pending={step.state === "undo_verifying"} />
        </Block>
      )}
    </>
  );
}

/** A rollback under way or just ended, item by item; what to do where it stopped. */
export function RollbackRunScreen({ progress, onNewPlan }: { progress: RollbackProgress; onNewPlan: () => void }) {
  const store = useStore();
  const snapshot = useSnapshot();
  const { busy } = useApp();
  const [ask, setAsk] = useState<"done" | "abandon" | null>(null);
  const { kind, word } = WORDS[progress.state] ?? { kind: "unknown" as const, word: progress.state };
  const done = progress.items.filter((i) => i.state === "done").length;
  const at = progress.items.find((i) => i.state === "stopped");
  const halted = progress.state === "halted";
  const current = progress.items.find((i) => i.state === "running") ?? at ?? progress.items.findLast((i) => i.state === "done" && i.step !== null);
  const step = allSteps(snapshot).find((s) => s.id === current?.step);
  const closed = (accepted: boolean) => accepted && setAsk(null);
  return (
    <>
      <div className="page">
        <Crumbs parts={[{ text: "Run", href: href({ name: "run" }) }, { text: "Roll back" }]} />
        <PageHead title="Rollback" id="rollback-run">
          <State kind={kind} word={word} pill testId="rollback-state" />
        </PageHead>
        <p className="why" role="status">
          {done} of {count(progress.items.length, "item")} done on {snapshot.banner.word}.
        </p>
        {halted && (
          <Notice kind="fail" title={at === undefined ? "The rollback stopped" : `Stopped at: ${at.title}`} role="alert">
            {progress.why ?? "No reason was given."} What is done stays done; what is below has not begun.
          </Notice>
        )}
        {progress.state === "abandoned" && (
          <Notice kind="blocked" title="Given up: each step is left in its true state">
            {progress.why ?? "The timeline says by whom and why."}
          </Notice>
        )}
        <Block id="order" title="In this order">
          <RollbackItems items={progress.items} />
        </Block>
        {step !== undefined && <Current step={step} />}
      </div>
      <Dock>
        <div className="action-bar" role="region" aria-label="What you can do">
          {halted && ask === "done" && at !== undefined && (
            <ReasonForm
              title={`${at.title}: done by hand`}
              label="Evidence"
              hint="Say what you did and how you know that it is so. It is written to the journal with your name."
              submit="Record as done by hand"
              busy={busy !== null}
              onCancel={() => setAsk(null)}
              onSubmit={(reason) => void store.submit("rollback_done", { do: "rollback_done", item: at.id }, { reason }).then(closed)}
            />
          )}
          {halted && ask === "abandon" && (
            <ReasonForm
              title="Give the rollback up: each step stays in its true state"
              submit="Give it up"
              busy={busy !== null}
              onCancel={() => setAsk(null)}
              onSubmit={(reason) => void store.submit("rollback_abandon", { do: "rollback_abandon" }, { reason }).then(closed)}
            />
          )}
          <div className="action-row">
            {halted && snapshot.watching !== null ? (
              <p data-testid="why-not">{snapshot.watching}</p>
            ) : halted ? (
              <>
                <div className="action-main">
                  <Button
                    variant="primary"
                    loading={busy === "rollback_retry"}
                    onClick={() => void store.submit("rollback_retry", { do: "rollback_retry" })}
                    data-testid="rollback-retry"
                  >
                    Try this item again
                  </Button>
                </div>
                <div className="action-others">
                  {at !== undefined && (
                    <Button onClick={() => setAsk("done")} data-testid="rollback-done">
                      Done by hand…
                    </Button>
                  )}
                  <Button onClick={() => setAsk("abandon")} data-testid="rollback-abandon">
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
                <div className="action-main">
                  <Button href={href({ name: "timeline" })}>See what happened</Button>
                </div>
                <div className="action-others">{snapshot.way_back.something_to_undo && <Button onClick={onNewPlan}>Plan another rollback</Button>}</div>
              </>
            )}
          </div>
        </div>
      </Dock>
    </>
  );
}
