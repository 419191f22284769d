import { Fragment, useState } from "react";
import type { DrillView } from "../ipc";
import { Button } from "../kit";
import { useTitles } from "../state/hooks";
import { href } from "../state/router";
import { useSeen } from "../state/seen";
import { State } from "./State";

/** A step stands between backticks: a link to it, where this run has it. */
function Words({ text }: { text: string }) {
  const titles = useTitles();
  return text.split("`").map((part, i) => {
    const step = i % 2 === 1 && Object.hasOwn(titles, part);
    const words = i % 2 === 0 ? part : <code>{part}</code>;
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no identity but their place
    return <Fragment key={i}>{step ? <a href={href({ name: "step", step: part })}>{words}</a> : words}</Fragment>;
  });
}

/** What happens at once is neither on nor off: it has happened, or not yet. */
function DrillState({ drill, happened }: { drill: DrillView; happened: boolean }) {
  if (drill.at_once) return <State kind="record" word={happened ? "Happened" : "At once"} />;
  return drill.on ? <State kind="blocked" word="On" /> : <State kind="todo" word="Off" />;
}

function Drill({ drill, busy, onFlip }: { drill: DrillView; busy: boolean; onFlip: () => Promise<boolean> }) {
  const [happened, setHappened] = useState(false);
  const [open, setOpen] = useState(drill.on);
  const [was, setWas] = useState(drill.on);
  // Begun here or from the command line: what to look for is shown then. Who closes it has read it.
  if (drill.on !== was) {
    setWas(drill.on);
    if (drill.on) setOpen(true);
  }
  const word = drill.on && !drill.at_once ? "End" : "Begin";
  // The second press of a double click is not for what the button has become by then.
  const { dead, counts } = useSeen(`${drill.id}/${word}`);
  const flip = async () => {
    if (!counts()) return;
    if (!(await onFlip()) || !drill.at_once) return;
    setHappened(true);
    setOpen(true);
  };
  return (
    <li className={`drill${drill.on ? " on" : ""}`} data-testid={`drill-${drill.id}`}>
      <DrillState drill={drill} happened={happened} />
      <div className="drill-what">
        <h4>{drill.title}</h4>
        <p>
          <Words text={drill.when} />
          {drill.at_once && (
            <>
              {" "}
              <span className="drill-once">It can’t be switched off again.</span>
            </>
          )}
        </p>
      </div>
      <Button onPress={() => void flip()} loading={busy} dead={dead} label={`${word}: ${drill.title}`} testId={`begin-${drill.id}`}>
        {word}
      </Button>
      <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>
          What you will see<span className="hidden">: {drill.title}</span>
        </summary>
        <dl>
          <dt>What happens</dt>
          <dd>{drill.sentence}</dd>
          <dt>The console says</dt>
          <dd>
            <Words text={drill.says} />
          </dd>
          <dt>You then</dt>
          <dd>
            <Words text={drill.then} />
          </dd>
        </dl>
      </details>
    </li>
  );
}

/** The named exercises, by the parts of the night. `onFlip` says whether it came to be. */
export function Drills({ list, busy, onFlip }: { list: DrillView[]; busy: string | null; onFlip: (drill: DrillView) => Promise<boolean> }) {
  const [said, say] = useState("");
  const flip = async (drill: DrillView) => {
    const done = await onFlip(drill);
    if (done) say(`${drill.title}: ${drill.at_once ? "has happened" : drill.on ? "ended" : "begun"}`);
    return done;
  };
  return (
    <>
      <p className="hidden" role="status">
        {said}
      </p>
      {[...new Set(list.map((d) => d.part))].map((part) => (
        <Fragment key={part}>
          <h3 className="drill-part">{part}</h3>
          <ul className="drills">
            {list
              .filter((d) => d.part === part)
              .map((d) => (
                <Drill key={d.id} drill={d} busy={busy === d.fault} onFlip={() => flip(d)} />
              ))}
          </ul>
        </Fragment>
      ))}
    </>
  );
}
