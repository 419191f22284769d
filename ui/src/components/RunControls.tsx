import { Button } from "../kit";
import { useApp, useNarrow, useSnapshot, useStore } from "../state/hooks";
import { ReasonForm } from "./ReasonForm";

export type Control = "hold" | "stop" | "resume";

const TITLES: Record<Control, { title: string; submit: string }> = {
  hold: { title: "Put the run on hold: no step starts until somebody resumes", submit: "Put on hold" },
  stop: { title: "Stop: what is in flight is resolved first, then no step starts", submit: "Stop the run" },
  resume: { title: "Go on: steps may start again", submit: "Resume" },
};

/** Hold and Stop while the run is open; Resume after either. None of them bars a rollback. */
export function RunButtons({ onAsk }: { onAsk: (control: Control) => void }) {
  const snapshot = useSnapshot();
  const narrow = useNarrow();
  // Who watches has one thing to do, and the notice above offers it.
  if (snapshot.watching !== null) return null;
  if (snapshot.state === "held" || snapshot.state === "stopped") {
    return (
      <>
        <Button onPress={() => onAsk("resume")} testId="run-resume">
          Resume…
        </Button>
        {snapshot.state === "held" && (
          <Button onPress={() => onAsk("stop")} testId="run-stop">
            Stop…
          </Button>
        )}
      </>
    );
  }
  if (snapshot.state !== "open") return null;
  return (
    <>
      <Button onPress={() => onAsk("hold")} testId="run-hold">
        {narrow ? "Hold…" : "Put on hold…"}
      </Button>
      <Button onPress={() => onAsk("stop")} testId="run-stop">
        Stop…
      </Button>
    </>
  );
}

export function RunControlForm({ control, onDone }: { control: Control; onDone: () => void }) {
  const store = useStore();
  const { busy } = useApp();
  const words = TITLES[control];
  return (
    <ReasonForm
      title={words.title}
      submit={words.submit}
      busy={busy !== null}
      never={control !== "resume"}
      onCancel={onDone}
      onSubmit={(reason) => void store.submit(control, { do: control }, { reason }).then((done) => done && onDone())}
    />
  );
}
