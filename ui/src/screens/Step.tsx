import { type ReactNode, useState } from "react";
import { ActionBar, Otherwise } from "../components/ActionBar";
import { StepNotes } from "../components/StepNotes";
import { Attempts } from "../components/Attempts";
import { ByHand, isByHand } from "../components/ByHand";
import { Decisions } from "../components/Decisions";
import { Together } from "../components/Together";
import { WayOf } from "../way/Way";
import { useShort } from "../state/hooks";
import { Missing } from "./Missing";
import { Change, WayBack } from "./step/Change";
import { After, Before } from "./step/Checks";
import { isAhead, useStepPart } from "./step/find";
import { Guide, StepHead } from "./step/Head";

function Tries({ id }: { id: string }) {
  const list = useStepPart(id, ({ step }) => step.attempts);
  return list !== null && <Attempts list={list} />;
}

function Hand({ id }: { id: string }) {
  const step = useStepPart(id, (found) => found.step);
  return step !== null && <ByHand step={step} />;
}

function Notes({ id }: { id: string }) {
  const step = useStepPart(id, (found) => found.step);
  return step !== null && <StepNotes step={step} />;
}

function Rest({ id, onAsk }: { id: string; onAsk: (word: string) => void }) {
  const step = useStepPart(id, (found) => found.step);
  return step !== null && <Otherwise step={step} onAsk={onAsk} />;
}

function Bar({ id, ask, setAsk }: { id: string; ask: string | null; setAsk: (ask: string | null) => void }) {
  const step = useStepPart(id, (found) => found.step);
  return step !== null && <ActionBar step={step} ask={ask} setAsk={setAsk} key={id} />;
}

/** A step in the order of a checklist; `above` stands before it where the run's own page shows it. Each part uses what it shows, so that a clock's beat or a new reading draws that part alone. */
export function StepScreen({ id, above }: { id: string; above?: ReactNode }) {
  // What was seen from outside is what a person wants to know from then on; how it came about stands below.
  const looksBack = useStepPart(id, ({ step }) => !isAhead(step));
  const byHand = useStepPart(id, ({ step }) => isByHand(step)) === true;
  const [ask, setAsk] = useState<string | null>(null);
  const short = useShort();
  if (looksBack === null) return <Missing what={`step ${id}`} />;
  return (
    <>
      <div className="page">
        {above}
        <StepHead id={id} />
        {short && <Notes id={id} />}
        {looksBack && <WayOf step={id} />}
        {looksBack && <After id={id} />}
        {byHand ? <Hand id={id} /> : <Guide id={id} />}
        <Decisions only={id} />
        <Together id={id} />
        <Before id={id} />
        {!byHand && <Change id={id} />}
        <WayBack id={id} />
        <Tries id={id} />
        {!looksBack && <WayOf step={id} />}
        {!looksBack && <After id={id} />}
        <Rest id={id} onAsk={setAsk} />
      </div>
      <Bar id={id} ask={ask} setAsk={setAsk} />
    </>
  );
}
