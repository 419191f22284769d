import { useEffect, useState } from "react";
import type { RunSnapshot } from "../ipc";
import { useStore } from "../state/hooks";
import { allSteps, isQuiet } from "../state/readings";
import { stateWords } from "./LeftRail";

const BAD = new Set(["failed", "in_doubt", "unverified", "foreign", "undo_failed", "undo_in_doubt", "undo_unverified", "undo_foreign"]);

/** What changed between two snapshots, in words: [for a pause in speech, at once]. */
export function changes(before: RunSnapshot, after: RunSnapshot): { polite: string[]; urgent: string[] } {
  const polite: string[] = [];
  const urgent: string[] = [];
  const old = new Map(allSteps(before).map((s) => [s.id, s.state]));
  for (const step of allSteps(after)) {
    if (old.get(step.id) === step.state) continue;
    (BAD.has(step.state) ? urgent : polite).push(`${step.title}: ${stateWords(step)}`);
  }
  // Each server that follows changes the words; the answer is said once.
  const head = (words: string) => words.replace(/:.*/, "");
  if (head(before.users.headline) !== head(after.users.headline)) {
    (isQuiet(after.users.tone) ? polite : urgent).push(after.users.headline);
  }
  if (before.way_back.answer.headline !== after.way_back.answer.headline) polite.push(after.way_back.answer.headline);
  if (before.rollback?.state !== after.rollback?.state && after.rollback !== null) {
    const stopped = after.rollback.state === "halted" && !after.rollback.your_turn;
    (stopped ? urgent : polite).push(after.rollback.your_turn ? "Rollback: your turn" : `Rollback ${after.rollback.state}`);
  }
  if (before.watching !== null && after.watching === null) polite.push("You drive this run now");
  if (before.state !== after.state) polite.push(`Run: ${after.state}`);
  return { polite, urgent };
}

/** Says aloud what changed: failures at once, the rest when there is a pause. */
export function Announcer() {
  const store = useStore();
  const [said, say] = useState({ polite: "", urgent: "" });
  useEffect(() => {
    let last = store.get().snapshot;
    return store.listen(() => {
      const before = last;
      const { snapshot } = store.get();
      last = snapshot;
      if (before === null || snapshot === null || before === snapshot || before.run !== snapshot.run) return;
      const { polite, urgent } = changes(before, snapshot);
      if (polite.length + urgent.length > 0) say({ polite: polite.join(". "), urgent: urgent.join(". ") });
    });
  }, [store]);
  return (
    <>
      <div className="hidden" role="status" aria-live="polite">
        {said.polite}
      </div>
      <div className="hidden" role="alert" aria-live="assertive">
        {said.urgent}
      </div>
    </>
  );
}
