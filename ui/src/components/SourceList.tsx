// The source list that answers are compared with: chosen in the system's dialog, held by the core alone.
import { count } from "../format/time";
import type { SourceListView } from "../ipc";
import { Button } from "../kit";
import { useAttempt } from "../state/attempt";
import { useStore } from "../state/hooks";

/** How many lines the core names at most. */
const TOLD = 20;

/** "Source list: people.csv, 120 rows, 2 faults (lines 4, 9)". */
export function listWords(list: SourceListView): string {
  const faults = list.fault_count === 0 ? "no faults" : `${count(list.fault_count, "fault", "faults")} (${lineWords(list.lines, list.fault_count)})`;
  return `Source list: ${list.name}, ${count(list.rows, "row", "rows")}, ${faults}`;
}

/** The first five lines; a line may have two faults, and only some lines are told. */
function lineWords(lines: readonly number[], faults: number): string {
  const told = lines.slice(0, 5).join(", ");
  const others = lines.length > 5 || faults > TOLD;
  return `${lines.length === 1 ? "line" : "lines"} ${told}${others ? " and others" : ""}`;
}

export function SourceList({ list, onList }: { list: SourceListView | null; onList: (list: SourceListView | null) => void }) {
  const store = useStore();
  const { busy: asking, failure, attempt, drop } = useAttempt();
  const forget = () => void store.ipc.forgetSource().catch(() => undefined);
  const choose = async () => {
    const end = await attempt(
      () => store.ipc.chooseSource(),
      (chosen) => chosen !== null && onList(chosen),
    );
    // A list that nobody is shown is not held either.
    if (end === "late") forget();
  };
  const remove = () => {
    drop();
    onList(null);
    forget();
  };
  return (
    <div className="source-list" data-testid="source-list">
      <p className="meta" role="status" data-testid="source-words">
        {list === null ? "No source list: answers come from the pools alone." : `${listWords(list)}. It is held in memory until you leave this screen.`}
      </p>
      <Button weight="inline" loading={asking} onPress={() => void choose()} testId="source-choose">
        {list === null ? "Choose a source list…" : "Choose another…"}
      </Button>
      {list !== null && (
        <Button weight="inline" onPress={remove} testId="source-remove">
          Remove it
        </Button>
      )}
      {list !== null && list.faults.length > 0 && (
        <details className="source-faults">
          <summary>What is wrong with it</summary>
          <ul className="plain-list">
            {list.faults.map((fault) => (
              <li key={fault}>{fault}.</li>
            ))}
          </ul>
          {list.fault_count > list.faults.length && <p className="meta">{`${list.fault_count - list.faults.length} more.`}</p>}
        </details>
      )}
      {failure !== null && (
        <p className="mend" role="alert" data-testid="source-refused">
          {failure.api.message} {failure.api.hint}
        </p>
      )}
    </div>
  );
}
