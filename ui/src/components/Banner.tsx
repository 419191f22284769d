import { fullTime, shortTime } from "../format/time";
import { useApp, useWorldNow } from "../state/hooks";
import { allSteps, inFlight, isOpen } from "../state/readings";
import type { RunSnapshot } from "../ipc";
import { count, duration } from "../format/time";

/** The run's state in words; a stop says what it waits for. */
export function runWords(snapshot: Pick<RunSnapshot, "state" | "phases">): string {
  switch (snapshot.state) {
    case "open":
      return allSteps(snapshot).length > 0 && !allSteps(snapshot).some(isOpen) ? "All done" : "Running";
    case "held":
      return "On hold";
    case "stopping":
      return `Stopping: ${count(inFlight(snapshot).length, "call")} in flight`;
    case "stopped":
      return "Stopped";
    default:
      return snapshot.state;
  }
}

/** The same, with who it was and since when, for whoever comes later: "On hold by M. Example since 9:04pm". */
export const fullWords = (snapshot: Pick<RunSnapshot, "state" | "phases" | "barred">): string => {
  const { barred, state } = snapshot;
  const words = runWords(snapshot);
  return barred === undefined || state === "stopping" ? words : `${words} by ${barred.by} since ${shortTime(barred.at)}`;
};

/** How long the sign-in still lasts, where it says so itself. */
export function signInWords(snapshot: Pick<RunSnapshot, "sign_in_until">, now: number): string {
  if (snapshot.sign_in_until === null) return "time left not known";
  const left = (Date.parse(snapshot.sign_in_until) - now) / 1000;
  return left <= 0 ? "has ended" : `${duration(left < 120 ? left : Math.floor(left / 60) * 60)} left`;
}

function Time() {
  return <span>{useWorldNow(fullTime)}</span>;
}

function SignIn() {
  return <span data-testid="sign-in">Sign-in {useWorldNow((now, { snapshot }) => snapshot !== null && signInWords(snapshot, now))}</span>;
}

/** The environment over the whole width: text first, not to be dismissed. */
export function Banner({ masked = false }: { masked?: boolean }) {
  const run = useApp(({ snapshot: s }) => s && { banner: s.banner, title: s.title, words: fullWords(s), watching: s.watching !== null });
  if (run === null) {
    return (
      <header className="banner" data-env="none" data-testid="banner">
        <span className="banner-word">Switchback</span>
        <span className="banner-facts">
          <span>No run is open</span>
        </span>
        <span className="banner-end">
          <Time />
        </span>
      </header>
    );
  }
  const b = run.banner;
  const facts =
    b.kind === "rehearsal"
      ? // A target that only repeats the word beside it says nothing.
        [b.target, b.region].filter((f) => f.toLowerCase() !== b.word.toLowerCase())
      : masked
        ? [b.target]
        : [`${b.target} (…${b.account_tail})`, b.region];
  if (b.role !== null && !masked) facts.push(`role ${b.role}`);
  facts.push(`Run “${run.title}”`, run.words);
  if (run.watching) facts.push("Watching");
  return (
    <header className="banner" data-env={b.kind} data-testid="banner">
      <span className="banner-word">{b.word}</span>
      {b.kind === "rehearsal" && <span className="banner-aside">no real users or systems</span>}
      {b.test_endpoint && <span className="banner-endpoint">TEST ENDPOINT</span>}
      <span className="banner-facts">
        {facts.map((f) => (
          <span key={f} className={f === run.words || f === facts[0] ? undefined : "banner-more"}>
            {f}
          </span>
        ))}
      </span>
      <span className="banner-end">
        <Time />
        {b.kind !== "rehearsal" && !masked && <SignIn />}
        {b.speed > 1 && <span>Speed ×{b.speed}</span>}
      </span>
    </header>
  );
}
