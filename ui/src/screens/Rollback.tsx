import { useSnapshot } from "../state/hooks";
import type { ScopeView } from "../ipc";
import { fullTime } from "../format/time";
import { allSteps } from "../state/readings";
import { href, scopeText } from "../state/router";
import { useState } from "react";
import { RollbackPlanScreen } from "./RollbackPlan";
import { RollbackRunScreen } from "./RollbackRun";
import { Block, PageHead } from "../components/PageHead";

/** That there is nothing to undo, as a fact: what was taken back, and when that was seen. */
function Nothing() {
  const snapshot = useSnapshot("way_back", "phases", "rollback");
  const { headline, note } = snapshot.way_back.answer;
  const undone = allSteps(snapshot).filter((s) => s.state === "undone");
  return (
    <div className="page">
      <PageHead title={headline} id="rollback-none" />
      <p>{note}.</p>
      {undone.length > 0 ? (
        <Block id="taken-back" title="Taken back" note="each was looked at after its undo">
          <ul className="plain-list" data-testid="taken-back">
            {undone.map((s) => (
              <li key={s.id}>
                <a href={href({ name: "step", step: s.id })}>{s.title}</a>
                {s.changed_at !== null && <span className="meta">: as it was before since {fullTime(s.changed_at)}</span>}
              </li>
            ))}
          </ul>
        </Block>
      ) : (
        <p className="meta">
          Once a step has an effect, this page shows what is there now, what was there before, what going back loses and in which order it is done.
        </p>
      )}
      {snapshot.rollback !== null && (
        <p>
          <a href={href({ name: "timeline" })}>See what happened in the last rollback</a>
        </p>
      )}
    </div>
  );
}

/** The rollback: its progress while there is one, else its plan. */
export function RollbackScreen({ scope }: { scope: ScopeView | null }) {
  const snapshot = useSnapshot("way_back", "rollback");
  // The end of a rollback stays on the screen that confirmed it until a person asks for a new plan.
  const [sawOneRun, setSawOneRun] = useState(false);
  const wanted = scope ?? snapshot.way_back.proposal;
  // The way back is never dead, but what is proposed may become another plan under a hand on its way.
  const proposed = wanted !== null && scope === null ? scopeText(wanted) : null;
  const [last, setLast] = useState({ proposed, replaced: false });
  if (last.proposed !== proposed) setLast({ proposed, replaced: last.proposed !== null });
  const state = snapshot.rollback?.state;
  const under = state === "running" || state === "halted";
  // One that was over before it was once seen under way is seen all the same; the end of the one before it is not its end.
  const [confirmedAt, setConfirmedAt] = useState<number | null>(null);
  const over = confirmedAt !== null && snapshot.rollback !== null && snapshot.rollback.asked_seq > confirmedAt;
  if ((under || over) && !sawOneRun) setSawOneRun(true);
  if (over) setConfirmedAt(null);
  // Another way back was asked for from the end of one: that is a new plan.
  const asked = scope === null ? null : scopeText(scope);
  const [lastAsked, setLastAsked] = useState(asked);
  if (lastAsked !== asked) {
    setLastAsked(asked);
    if (!under) setSawOneRun(false);
  }
  if (snapshot.rollback !== null && (under || sawOneRun)) {
    return <RollbackRunScreen progress={snapshot.rollback} onNewPlan={() => setSawOneRun(false)} />;
  }
  if (wanted === null) return <Nothing />;
  return <RollbackPlanScreen key={scopeText(wanted)} scope={wanted} proposed={scope === null} replaced={last.replaced} onConfirmed={setConfirmedAt} />;
}
