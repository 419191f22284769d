import type { RunSnapshot } from "../ipc";
import { Button } from "../kit";
import type { Weight } from "../kit/Button";
import { useApp, useNarrow, useSnapshot, useStore } from "../state/hooks";
import { busyWith } from "../state/session";
import { fullWords } from "./Banner";
import { ReasonForm } from "./ReasonForm";

/** What the run is asked to do that needs a reason. */
export type Control = "hold" | "resume";

const TITLES: Record<Control, { title: string; submit: string }> = {
  hold: { title: "Put the run on hold: no step starts until somebody resumes", submit: "Put on hold" },
  resume: { title: "Go on: steps may start again", submit: "Resume" },
};

/** Stops at once: who wants to stop is asked nothing first. What is in flight is resolved, then no step starts; Resume goes on. */
function StopButton({ weight }: { weight: Weight }) {
  const store = useStore();
  const busy = useApp(busyWith);
  return (
    <Button weight={weight} loading={busy === "stop"} onPress={() => void store.submit("stop", { do: "stop" })} testId="run-stop">
      Stop
    </Button>
  );
}

/** Whether the run can be put on hold from here. */
export const canHold = ({ watching, state }: Pick<RunSnapshot, "watching" | "state">): boolean => watching === null && state === "open";

/** Hold and Stop while the run is open; Resume after either. None of them bars a rollback. `hold` = it stands here, not in a menu. */
export function RunButtons({ onAsk, weight = "normal", hold = true }: { onAsk: (control: Control) => void; weight?: Weight; hold?: boolean }) {
  const snapshot = useSnapshot("watching", "state");
  const narrow = useNarrow();
  // Who watches has one thing to do, and the notice above offers it.
  if (snapshot.watching !== null) return null;
  if (snapshot.state === "held" || snapshot.state === "stopped") {
    return (
      <>
        <Button weight={weight} onPress={() => onAsk("resume")} testId="run-resume">
          Resume…
        </Button>
        {snapshot.state === "held" && <StopButton weight={weight} />}
      </>
    );
  }
  if (snapshot.state !== "open") return null;
  return (
    <>
      {hold && (
        <Button weight={weight} onPress={() => onAsk("hold")} testId="run-hold">
          {narrow ? "Hold…" : "Put on hold…"}
        </Button>
      )}
      <StopButton weight={weight} />
    </>
  );
}

export function RunControlForm({ control, onDone }: { control: Control; onDone: () => void }) {
  const store = useStore();
  const busy = useApp((s) => s.busy);
  const words = TITLES[control];
  // Whoever goes on reads first who held it up, and why.
  const before = useApp(({ snapshot: s }) => (s?.barred === undefined ? undefined : `${fullWords(s)}: ${s.barred.reason}`));
  return (
    <ReasonForm
      draft={control}
      title={words.title}
      submit={words.submit}
      busy={busy !== null}
      {...(control === "resume" && before !== undefined ? { note: before } : {})}
      never={control !== "resume"}
      onCancel={onDone}
      onSubmit={(reason) =>
        store.submit(control, { do: control }, { reason }).then((done) => {
          if (done) onDone();
          return done;
        })
      }
    />
  );
}
