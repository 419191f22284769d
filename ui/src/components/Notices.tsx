// What must be seen at once. Unstacked on purpose: one notice never hides another.
import { useEffect, type ReactNode } from "react";
import { age, count, duration } from "../format/time";
import type { BreachView, RunSnapshot, StepView } from "../ipc";
import { Button } from "../kit";
import { useApp, useLive, useStore } from "../state/hooks";
import { allSteps } from "../state/readings";
import { href, parse, useHash } from "../state/router";
import { CopiedNotice, InterruptedNotice, LeadNotice } from "./Links";
import { SheetNotice } from "./Nets";
import { Shape, type Kind } from "./State";
import { WatchingNotice } from "./Watching";

export function Notice({ kind, title, children, action, role, testId }: { kind: Kind; title: string; children?: ReactNode; action?: ReactNode; role?: "alert" | "status"; testId?: string }) {
  return (
    <div className={`notice k-${kind}`} role={role} data-testid={testId}>
      <Shape kind={kind} />
      <div className="notice-text">
        <strong>{title}</strong>
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

function NotLive() {
  const store = useStore();
  const { run } = useApp();
  const { live, why, silentS } = useLive();
  // The words inside an alert don't change with every second, or it would be read out without end.
  const since = silentS < 60 ? "for more than 15 s" : `for ${age(silentS)}`;
  return (
    <div role="alert" data-testid="not-live">
      {!live && (
        <Notice
          kind="unknown"
          title="Status is not live"
          action={run !== null && <Button onPress={() => void store.open(run)}>Connect again</Button>}
        >
          {why === "" ? `Nothing has come from the core ${since}.` : `The stream ended: ${why}`} What you see is as last
          known. Roll back still works if the core answers; if not, use the command line: switchback --help.
        </Notice>
      )}
    </div>
  );
}

/** The step that shall publish, of a breach that is only that it has not: changed and not seen is how a plan goes on, and forbidden by nothing. */
function publisherOf(breach: BreachView, snapshot: RunSnapshot): StepView | undefined {
  const id = breach.id.startsWith("unpublished-") ? breach.id.slice("unpublished-".length) : null;
  return allSteps(snapshot).find((s) => s.id === id && (s.unseen ?? []).length > 0);
}

/** What was changed and nobody sees yet; the page of the step that makes it seen says so itself, and a rollback mends it. */
function Unseen({ snapshot }: { snapshot: RunSnapshot }) {
  const place = parse(useHash());
  const steps = allSteps(snapshot);
  const due = snapshot.breaches.flatMap((b) => publisherOf(b, snapshot) ?? []).filter((s) => place.name !== "rollback" && !(place.name === "step" && place.step === s.id));
  return due.map((s) => (
    <Notice key={s.id} kind="blocked" title="Not seen yet" role="status" testId={`unpublished-${s.id}`}>
      Nobody sees what {steps.filter((of) => s.unseen?.includes(of.id)).map((of) => `“${of.title}”`).join(", ")} changed, until <a href={href({ name: "step", step: s.id })}>{s.title}</a> is done once more.
    </Notice>
  ));
}

function RunNotices() {
  const { snapshot } = useApp();
  if (snapshot === null) return null;
  const named = (id: string): string => {
    const step = allSteps(snapshot).find((s) => s.id === id);
    return step === undefined ? id : `“${step.title}”`;
  };
  return (
    <>
      <div role="alert">
        {snapshot.stopped_by !== null && (
          <Notice kind="fail" title="Everything is stopped">
            {snapshot.stopped_by}
          </Notice>
        )}
        {snapshot.breaches.filter((b) => publisherOf(b, snapshot) === undefined).map((b) => (
          <Notice key={b.id} kind="fail" title="The plan forbids what is there now" testId={`breach-${b.id}`}>
            {b.because}
            {b.repair.length > 0 && ` Taking back ${b.repair.map(named).join(" and ")} mends it.`}
          </Notice>
        ))}
      </div>
      <Unseen snapshot={snapshot} />
      {snapshot.not_known !== undefined && (
        <Notice kind="blocked" title="A newer Switchback wrote in this run" role="status" testId="not-known">
          <p>Nothing new is begun from here. What this program knows can be looked at and taken back; go on with the newer one.</p>
          <details>
            <summary>{count(snapshot.not_known.length, "thing")} not known here</summary>
            <ul>
              {snapshot.not_known.map((words) => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          </details>
        </Notice>
      )}
    </>
  );
}

const TITLES: Record<string, string> = {
  stale_screen: "The world changed since you looked",
  rejected: "Not possible now",
  nothing_to_undo: "Nothing to undo",
  guard: "Refused by a guard",
  sign_in: "Sign in again",
  locked: "Somebody else drives this run",
  not_found: "Not found",
  bad_input: "Not understood",
  journal: "The journal can't be written",
  late_window: "The window came late",
  internal: "Something went wrong inside",
};

/** What is refused, but has not failed. */
const NEUTRAL: Record<string, Kind> = { rejected: "blocked", stale_screen: "blocked", nothing_to_undo: "record" };

/** What the core refused or could not do: what happened, how to mend it, and where. */
export function ErrorRegion() {
  const store = useStore();
  const { failure } = useApp();
  const page = useHash();
  // What was only not possible there and then says nothing of the page behind it.
  useEffect(() => store.leaveRefusal(), [store, page]);
  return (
    <div role="alert" data-testid="error-region">
      {failure !== null && (
        <Notice
          kind={NEUTRAL[failure.api.code] ?? "fail"}
          title={TITLES[failure.api.code] ?? "It did not work"}
          action={<Button onPress={store.clearFailure}>Close</Button>}
        >
          <p>{failure.api.message}</p>
          {failure.api.hint !== "" && <p>{failure.api.hint}</p>}
          {failure.api.code === "stale_screen" && <p>The screen shows the new plan. Read it before you go on.</p>}
          {failure.api.where !== "" && <p className="meta">Where: {failure.api.where}</p>}
        </Notice>
      )}
    </div>
  );
}

export function Notices() {
  return (
    <section className="notices" aria-label="Notices">
      <NotLive />
      <RunNotices />
      <WatchingNotice />
      <InterruptedNotice />
      <LeadNotice />
      <CopiedNotice />
      <ErrorRegion />
      <SheetNotice />
    </section>
  );
}

/** "in 3 min" or "2 min 40 s ago". */
export function relative(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000);
  return ms >= 0 ? `in ${duration(s)}` : `${duration(s)} ago`;
}
