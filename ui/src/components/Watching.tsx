// The window as a watcher: who drives the run, whether they are at work, and the way to take it over.
import { age, duration, fullTime } from "../format/time";
import type { RunSnapshot } from "../ipc";
import { Button } from "../kit";
import { useApp, useStore } from "../state/hooks";
import { Notice } from "./Notices";
import { Primary } from "./Primary";
import { ReasonForm } from "./ReasonForm";
import type { Kind } from "./State";

type Words = { kind: Kind; title: string; text: string };

const STOPPED = "This window stopped driving at once; what it had in flight is looked at by whoever drives.";

/** What a watcher is told first: who drives now, and that it was this window before. */
export function watchWords(snapshot: Pick<RunSnapshot, "driver" | "lost">): Words {
  const { driver, lost } = snapshot;
  if (lost?.sentence != null) return { kind: "blocked", title: "Taken over on another workstation", text: `${lost.sentence} ${STOPPED}` };
  const before = lost === null ? "" : ` This window drove it until ${fullTime(lost.at)}.`;
  if (driver === null) {
    return {
      kind: lost === null ? "record" : "blocked",
      title: "Nobody drives this run",
      text: `The lease is free: nothing happens until somebody drives.${lost === null ? "" : ` It was taken over from this window at ${fullTime(lost.at)}, and given back.`}`,
    };
  }
  const who = `${driver.by} on ${driver.host}`;
  const reason = driver.reason === null ? "" : `, saying “${driver.reason}”`;
  const holds = driver.since === null ? "It took the lease just now" : `It holds the lease since ${fullTime(driver.since)}`;
  if (driver.life === "ended") {
    return {
      kind: "blocked",
      title: `${who} drove this run, and that program has ended`,
      text: `${holds}. What it had in flight is looked at, never repeated, as soon as somebody drives.${before}`,
    };
  }
  if (driver.life === "silent") {
    const silent = driver.silent_s === null || driver.silent_s < 60 ? "some seconds" : age(driver.silent_s);
    return {
      kind: "blocked",
      title: `${who} drives this run, but gives no sign of life`,
      text: `Silent for ${silent}: the program is frozen, or its machine sleeps. ${holds}.${before}`,
    };
  }
  if (lost !== null) return { kind: "blocked", title: `Taken over from you: ${who} drives this run`, text: `${holds}${reason}. ${STOPPED}` };
  return { kind: "running", title: `You are watching: ${who} drives this run`, text: `${holds}${reason}. You see it live; nothing can be changed from here.` };
}

function TakeOver({ snapshot }: { snapshot: Pick<RunSnapshot, "driver" | "banner"> }) {
  const store = useStore();
  const busy = useApp((s) => s.busy);
  const driver = snapshot.driver;
  const from = driver === null ? "" : ` from ${driver.by} on ${driver.host}`;
  return (
    <div className="take-over">
      <ReasonForm
        draft="take"
        title={`Take this run over${from}`}
        hint={`${driver?.life === "ended" ? "Their program has ended. " : "Their program can write nothing more from then on. "}What is in flight is looked at, never repeated. The reason is written to the journal with your name.`}
        submit={`Take over on ${snapshot.banner.word}`}
        busy={busy === "take"}
        onCancel={() => store.askTake(false)}
        onSubmit={(reason) => store.take(reason)}
      />
    </div>
  );
}

/** Says who drives where it is not this window, and offers to take the run over. */
export function WatchingNotice() {
  const store = useStore();
  const { snapshot, taking, busy } = useApp(({ snapshot: s, taking, busy }) => ({
    snapshot: s && { run: s.run, banner: s.banner, driver: s.driver, lost: s.lost, watching: s.watching },
    taking,
    busy,
  }));
  const watching = snapshot !== null && snapshot.watching !== null;
  const words = watching ? watchWords(snapshot) : null;
  return (
    <>
      <div role={snapshot?.lost === null ? "status" : "alert"} data-testid="watching-region">
        {words !== null && (
          <Notice
            kind={words.kind}
            title={words.title}
            testId="watching"
            action={
              snapshot?.driver === null ? (
                <Primary basis={`drive/${snapshot.run}`} loading={busy === "take"} onPress={() => void store.take(null)} testId="take-free">
                  Drive it from here
                </Primary>
              ) : (
                <Button onPress={() => store.askTake(!taking)} expanded={taking} testId="take-open">
                  Take over…
                </Button>
              )
            }
          >
            {words.text}
          </Notice>
        )}
      </div>
      {watching && taking && <TakeOver snapshot={snapshot} />}
    </>
  );
}

/** Who drives, in a few words, for the rail. */
export function driverWords(snapshot: Pick<RunSnapshot, "driver" | "watching">): string {
  const { driver, watching } = snapshot;
  if (watching === null) return "You";
  if (driver === null) return "Nobody";
  const silent = driver.life === "silent" && driver.silent_s !== null ? `, silent for ${duration(driver.silent_s)}` : driver.life === "ended" ? ", ended" : "";
  return `${driver.by}, ${driver.host}${silent}`;
}
