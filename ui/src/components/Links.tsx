// Links: a command to hand on, and the notice of one that came while something was typed here.
import { Button } from "../kit";
import { useApp, useSnapshot, useStore } from "../state/hooks";
import { follow } from "../state/leads";
import { type Linked, commandTo, placeOf } from "../state/links";
import { allSteps } from "../state/readings";
import { href, parse, useHash } from "../state/router";
import type { RunSnapshot } from "../ipc";
import { CopyButton } from "./CopyButton";
import { Notice } from "./Notices";

/** Copies the command that opens the console at this page. */
export function CopyLink({ place, label = "Copy link" }: { place: Linked; label?: string }) {
  const run = useApp((s) => s.run);
  return run === null ? null : <CopyButton text={commandTo(run, place)} label={label} shown={false} />;
}

/** What can be handed on of the run: the link to it, and where it stands for the team's chat, in the core's own words, which say as of when. */
export function RunTools() {
  const { status } = useSnapshot("status");
  return (
    <div className="run-tools">
      <CopyLink place={{ name: "run" }} label="Copy link to the run" />
      <CopyButton text={status} label="Copy the status for the chat" shown={false} />
    </div>
  );
}

/** The page in words; by its id where the run that is open does not tell its title. */
function named(place: ReturnType<typeof placeOf>, run: string, snapshot: RunSnapshot | null): string {
  const here = snapshot?.run === run ? snapshot : null;
  const of = here === null ? ` of run ${run}` : "";
  switch (place.name) {
    case "rollback":
      return `the rollback${of}`;
    case "run":
      return `run ${run}`;
    case "step": {
      const title = here === null ? undefined : allSteps(here).find((s) => s.id === place.step)?.title;
      return title === undefined ? `step ${place.step}${of}` : `“${title}”`;
    }
    case "gate":
      return here?.phases.find((p) => p.id === place.phase)?.gate?.title ?? `the gate before ${place.phase}${of}`;
  }
}

/** A link that was not followed: something is typed here, or it leads nowhere. */
export function LeadNotice() {
  const store = useStore();
  const { lead, to } = useApp(({ lead, snapshot }) => ({ lead, to: lead === null ? "" : named(placeOf(lead), lead.run, snapshot) }));
  return (
    <div role="status" data-testid="lead-region">
      {lead !== null && (
        <Notice
          kind="record"
          title={lead.problem === null ? `A link leads to ${to}` : "A link leads nowhere"}
          testId="lead"
          action={
            <>
              {lead.problem === null && (
                <Button onPress={() => void follow(store, lead)} testId="lead-follow">
                  Go there
                </Button>
              )}
              <Button onPress={store.leave} testId="lead-leave">
                {lead.problem === null ? "Stay here" : "Close"}
              </Button>
            </>
          }
        >
          {lead.problem ?? "You have typed something here, so the window stayed. What you wrote in a form is kept; what you typed to look up a user is not."}
        </Notice>
      )}
    </div>
  );
}

/** What was under way when the last console ended, with what was found since; the run's page is one click away. */
export function InterruptedNotice() {
  const store = useStore();
  const place = parse(useHash());
  const found = useApp(({ info, run, snapshot, interruptedRead }) => {
    // Where nothing was under way there is no newer word of it than at the start.
    const ofStart = info !== null && info.run === run && info.lead?.to.page === "run" ? info.interrupted : null;
    const newest = snapshot === null ? null : (snapshot.interrupted ?? ofStart);
    return newest === null || newest.title === interruptedRead ? null : newest;
  });
  return (
    <div role="status" data-testid="interrupted-region">
      {found !== null && (
        <Notice
          kind={found.settled ? "record" : "running"}
          title={found.title}
          testId="interrupted"
          action={
            <Button onPress={() => store.readInterrupted(found.title)} testId="interrupted-close">
              Close
            </Button>
          }
        >
          {found.sentence}{" "}
          {found.step !== null && !(place.name === "step" && place.step === found.step) && (
            <>
              <a href={href({ name: "step", step: found.step })}>Show the step</a>{" "}
            </>
          )}
          {place.name !== "run" && <a href={href({ name: "run" })}>Go to the run</a>}
        </Notice>
      )}
    </div>
  );
}

/** What the palette copied: there it has no place of its own to say so. */
export function CopiedNotice() {
  const store = useStore();
  const copied = useApp((s) => s.copied);
  return (
    <div role="status" data-testid="copied-region">
      {copied !== null && (
        <Notice
          kind={copied.done ? "pass" : "blocked"}
          title={copied.done ? "Copied" : "Not copied: select it here"}
          testId="copied"
          action={<Button onPress={() => store.tellCopied(null)}>Close</Button>}
        >
          <pre className="copied-text">{copied.text}</pre>
        </Notice>
      )}
    </div>
  );
}
