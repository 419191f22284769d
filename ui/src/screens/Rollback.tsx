import { useSnapshot } from "../state/hooks";
import type { ScopeView } from "../ipc";
import { scopeText } from "../state/router";
import { useState } from "react";
import { RollbackPlanScreen } from "./RollbackPlan";
import { RollbackRunScreen } from "./RollbackRun";
import { PageHead } from "../components/PageHead";

/** The rollback: its progress while there is one, else its plan. */
export function RollbackScreen({ scope }: { scope: ScopeView | null }) {
  const snapshot = useSnapshot();
  // The end of a rollback stays on the screen that confirmed it until a person asks for a new plan.
  const [sawOneRun, setSawOneRun] = useState(false);
  const wanted = scope ?? snapshot.way_back.proposal;
  // The way back is never dead, but what is proposed may become another plan under a hand on its way.
  const proposed = wanted !== null && scope === null ? scopeText(wanted) : null;
  const [last, setLast] = useState({ proposed, replaced: false });
  if (last.proposed !== proposed) setLast({ proposed, replaced: last.proposed !== null });
  const state = snapshot.rollback?.state;
  const under = state === "running" || state === "halted";
  if (under && !sawOneRun) setSawOneRun(true);
  if (snapshot.rollback !== null && (under || sawOneRun)) {
    return <RollbackRunScreen progress={snapshot.rollback} onNewPlan={() => setSawOneRun(false)} />;
  }
  if (wanted === null) {
    return (
      <div className="page">
        <PageHead title="Nothing to undo yet" id="rollback-none" />
        <p>
          No step has changed anything. Once one has, this page shows what would be restored, what would be lost and in which
          order.
        </p>
        {snapshot.rollback !== null && <p>The last rollback is {snapshot.rollback.state}: the timeline tells its story.</p>}
      </div>
    );
  }
  return <RollbackPlanScreen key={scopeText(wanted)} scope={wanted} proposed={scope === null} replaced={last.replaced} />;
}
