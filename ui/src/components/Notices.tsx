// What must be seen at once. Unstacked on purpose: one notice never hides another.
import { type ReactNode, useEffect, useState } from "react";
import { age, count, duration } from "../format/time";
import type { RunSnapshot } from "../ipc";
import { Button } from "../kit";
import { liveness, useApp, useStore, useWorldNow } from "../state/hooks";
import { allSteps, forbidden, publisherOf } from "../state/readings";
import { href, parse, useHash } from "../state/router";
import { CopiedNotice, InterruptedNotice, LeadNotice } from "./Links";
import { SheetNotice } from "./Nets";
import { RunControlForm } from "./RunControls";
import { Shape, type Kind } from "./State";
import { WatchingNotice } from "./Watching";
import { standsStill } from "./ways";

export function Notice({
  kind,
  title,
  children,
  action,
  role,
  testId,
}: {
  kind: Kind;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  role?: "alert" | "status";
  testId?: string;
}) {
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
  const { run, live, why, since } = useWorldNow((_, state) => {
    const { silentS, ...known } = liveness(state);
    // The words inside an alert don't change with every second, or it would be read out without end.
    return { ...known, run: state.run, since: known.live || silentS < 60 ? "for more than 15 s" : `for ${age(silentS)}` };
  });
  return (
    <div role="alert" data-testid="not-live">
      {!live && (
        <Notice kind="unknown" title="Status is not live" action={run !== null && <Button onPress={() => void store.open(run)}>Connect again</Button>}>
          {why === "" ? `Nothing has come from the core ${since}.` : `The stream ended: ${why}`} What you see is as last known. Roll back still works if the
          core answers; if not, use the command line: switchback --help.
        </Notice>
      )}
    </div>
  );
}

/** What was changed and nobody sees yet; the page of the step that makes it seen says so itself, and a rollback mends it. */
function Unseen({ list }: { list: readonly Due[] }) {
  const place = parse(useHash());
  const due = list.filter((s) => place.name !== "rollback" && !(place.name === "step" && place.step === s.id));
  return due.map((s) => (
    <Notice key={s.id} kind="blocked" title="Not seen everywhere yet" role="status" testId={`unpublished-${s.id}`}>
      Programs may still have what they read before {s.unseen}, until <a href={href({ name: "step", step: s.id })}>{s.title}</a> is done once more.
    </Notice>
  ));
}

/** A step that has to make seen what others changed, with their titles. */
type Due = { id: string; title: string; unseen: string };

/** What the plan forbids, with the titles of what would mend it; and what nobody sees yet. */
function breachesOf(snapshot: RunSnapshot): { forbidden: { id: string; because: string; repair: string[] }[]; unseen: Due[] } {
  const steps = allSteps(snapshot);
  const named = (id: string): string => {
    const step = steps.find((s) => s.id === id);
    return step === undefined ? id : `“${step.title}”`;
  };
  return {
    forbidden: forbidden(snapshot).map((b) => ({ id: b.id, because: b.because, repair: b.repair.map(named) })),
    unseen: snapshot.breaches
      .flatMap((b) => publisherOf(b, snapshot) ?? [])
      .map((s) => ({ id: s.id, title: s.title, unseen: steps.flatMap((of) => (s.unseen?.includes(of.id) === true ? [`“${of.title}”`] : [])).join(", ") })),
  };
}

/** That the run stands still, and what may be done all the same: the same on every page. */
function Still() {
  const { why, resumes } = useApp(({ snapshot: s }) => ({
    why: s === null ? null : standsStill(s),
    resumes: s?.state === "held" || s?.state === "stopped",
  }));
  const [asking, ask] = useState(false);
  if (asking && (why === null || !resumes)) ask(false);
  return (
    <>
      <div role="status" data-testid="stands-still-region">
        {why !== null && (
          <Notice
            kind="blocked"
            title={why}
            testId="stands-still"
            action={
              resumes && (
                <Button onPress={() => ask(!asking)} expanded={asking} testId="still-resume">
                  Resume…
                </Button>
              )
            }
          >
            Nothing is changed and no check is recorded until then. You can still look and check again, write down what was done by hand, and roll back.
          </Notice>
        )}
      </div>
      {asking && (
        <div className="take-over">
          <RunControlForm control="resume" onDone={() => ask(false)} />
        </div>
      )}
    </>
  );
}

function RunNotices() {
  const run = useApp(({ snapshot: s }) => s && { stopped_by: s.stopped_by, not_known: s.not_known, ...breachesOf(s) });
  if (run === null) return null;
  return (
    <>
      <div role="alert">
        {run.stopped_by !== null && (
          <Notice kind="fail" title="Everything is stopped">
            {run.stopped_by}
          </Notice>
        )}
        {run.forbidden.map((b) => (
          <Notice key={b.id} kind="fail" title="The plan forbids what is there now" testId={`breach-${b.id}`}>
            {b.because}
            {b.repair.length > 0 && ` Taking back ${b.repair.join(" and ")} mends it.`}
          </Notice>
        ))}
      </div>
      <Unseen list={run.unseen} />
      {run.not_known !== undefined && (
        <Notice kind="blocked" title="A newer Switchback wrote in this run" role="status" testId="not-known">
          <p>Nothing new is begun from here. What this program knows can be looked at and taken back; go on with the newer one.</p>
          <details>
            <summary>{count(run.not_known.length, "thing")} not known here</summary>
            <ul>
              {run.not_known.map((words) => (
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

/** Whether the page was loaded anew in a window that was open: its process had ended, or somebody asked for it. */
function wasLoadedAgain(): boolean {
  const entries: unknown = typeof performance.getEntriesByType === "function" ? performance.getEntriesByType("navigation") : [];
  const entry: unknown = Array.isArray(entries) ? entries[0] : undefined;
  return typeof entry === "object" && entry !== null && "type" in entry && entry.type === "reload";
}

/** Said once, until it is closed: what was on the page before is not, and the run went on without it. */
function LoadedAgain() {
  const [shown, show] = useState(wasLoadedAgain);
  return (
    <div role="status" data-testid="loaded-again">
      {shown && (
        <Notice kind="blocked" title="This page was loaded again" action={<Button onPress={() => show(false)}>Close</Button>}>
          It had stopped, or somebody loaded it anew. The run went on without it. What was typed and not sent is gone; what you see now is as the core says it.
        </Notice>
      )}
    </div>
  );
}

/** What the core refused or could not do: what happened, how to mend it, and where. */
export function ErrorRegion() {
  const store = useStore();
  const failure = useApp((s) => s.failure);
  const page = useHash();
  // What was only not possible there and then says nothing of the page behind it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page
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
      <LoadedAgain />
      <RunNotices />
      <Still />
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
