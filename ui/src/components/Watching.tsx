// The window as a watcher: who drives the run, whether they are at work, and the way to take it over.
import Button from "@cloudscape-design/components/button";
import { age, duration, fullTime } from "../format/time";
import type { DriverView, RunSnapshot } from "../ipc";
import { useApp, useStore } from "../state/hooks";
import { Notice } from "./Notices";
import { ReasonForm } from "./ReasonForm";
import type { Kind } from "./State";

type Words = { kind: Kind; title: string; text: string };

function since(driver: DriverView): string {
  return driver.since === null ? "" : ` since ${fullTime(driver.since)}`;
}

/** What a watcher is told first. Words inside do not change by the second: they are read out. */
export function watchWords(snapshot: RunSnapshot): Words {
  const { driver, lost } = snapshot;
  const stopped = "This window stopped driving at once; what it had in flight is looked at by the new driver.";
  if (lost?.sentence != null) return { kind: "blocked", title: "Taken over on another workstation", text: `${lost.sentence} ${stopped}` };
  if (driver === null) {
    return {
      kind: "record",
      title: "Nobody drives this run",
      text: lost === null ? "The lease is free. You see it live, and nothing happens until somebody drives it." : "It was taken over from this window and given back since. Nothing happens until somebody drives it.",
    };
  }
  const who = `${driver.by} on ${driver.host}`;
  if (driver.life === "ended") {
    return { kind: "blocked", title: `${who} drove this run, and that program has ended`, text: `It held the lease${since(driver)}. What it had in flight is looked at, never repeated, as soon as somebody drives.` };
  }
  const reason = driver.reason === null ? "" : `, saying “${driver.reason}”`;
  if (lost !== null) {
    return { kind: "blocked", title: `${who} took this run over from you`, text: `${fullTime(lost.at)}${reason}. ${stopped}` };
  }
  if (driver.life === "silent") {
    const silent = driver.silent_s === null || driver.silent_s < 60 ? "less than a minute" : age(driver.silent_s);
    return { kind: "blocked", title: `${who} drives this run, but gives no sign of life`, text: `Silent for ${silent}: the program is frozen, or its machine sleeps. It holds the lease${since(driver)}.` };
  }
  return { kind: "running", title: `You are watching: ${who} drives this run`, text: `${since(driver) === "" ? "It began just now" : `It holds the lease${since(driver)}`}${reason}. You see it live; nothing can be changed from here.` };
}

function TakeOver({ snapshot }: { snapshot: RunSnapshot }) {
  const store = useStore();
  const { busy } = useApp();
  const driver = snapshot.driver;
  const from = driver === null ? "" : ` from ${driver.by} on ${driver.host}`;
  return (
    <div className="take-over">
      <ReasonForm
        title={`Take this run over${from}`}
        hint={`${driver?.life === "ended" ? "Their program has ended. " : "Their program can write nothing more from then on. "}What is in flight is looked at, never repeated. The reason is written to the journal with your name.`}
        submit={`Take over on ${snapshot.banner.word}`}
        busy={busy === "take"}
        onCancel={() => store.askTake(false)}
        onSubmit={(reason) => void store.take(reason)}
      />
    </div>
  );
}

/** Says who drives where it is not this window, and offers to take the run over. */
export function WatchingNotice() {
  const store = useStore();
  const { snapshot, taking, busy } = useApp();
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
                <Button variant="primary" loading={busy === "take"} onClick={() => void store.take(null)} data-testid="take-free">
                  Drive it from here
                </Button>
              ) : (
                <Button onClick={() => store.askTake(!taking)} ariaExpanded={taking} data-testid="take-open">
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
export function driverWords(snapshot: RunSnapshot): string {
  const { driver, watching } = snapshot;
  if (watching === null) return "You, from this window";
  if (driver === null) return "Nobody";
  const silent = driver.life === "silent" && driver.silent_s !== null ? `, silent for ${duration(driver.silent_s)}` : driver.life === "ended" ? ", ended" : "";
  return `${driver.by}, ${driver.host}${silent}`;
}
