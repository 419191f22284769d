// The exact change of a step, and the way back from it.
import { isByHand } from "../../components/ByHand";
import { Calls, Changes, CopyCli, Resources } from "../../components/Change";
import { CheckTable } from "../../components/CheckTable";
import { Block, Facts } from "../../components/PageHead";
import { State } from "../../components/State";
import { age, count } from "../../format/time";
import { lossWords, undoFacts } from "../../format/undo";
import { useWorldNow } from "../../state/hooks";
import { freshen, isFinished, letsThrough } from "../../state/readings";
import { PassCount } from "./Checks";
import { after, publishes, undoWords, useStepPart } from "./find";

function Captured({ at }: { at: string }) {
  return useWorldNow((now) => `captured ${age((now - Date.parse(at)) / 1000)} ago`);
}

/** What it changes, before beside after, with its calls. */
export function Change({ id }: { id: string }) {
  const step = useStepPart(id, ({ step: s }) => ({
    preview: s.preview,
    preview_at: s.preview_at,
    finished: isFinished(s),
    made: after(s),
    kind: s.kind,
    known: s.not_known === undefined,
    by_hand: s.why_not_automated,
    resources: s.resources,
  }));
  if (step === null) return null;
  const { preview } = step;
  if (preview === null) {
    if (step.finished) return null;
    const byHand = step.by_hand === null ? "This step changes nothing by itself" : `By hand: ${step.by_hand}`;
    const words = !step.known
      ? "What it changes is not known to this program"
      : step.kind === "action"
        ? "The exact change is shown here once the checks have run"
        : byHand;
    return (
      <Block id="change" title="Change" note={words}>
        <Resources list={step.resources} />
      </Block>
    );
  }
  return (
    <Block
      id="change"
      title="Change"
      note={preview.changes.length === 0 ? "Nothing to change: it is already so" : count(preview.calls.length, "API call")}
      side={<CopyCli preview={preview} />}
    >
      <Changes list={preview.changes} made={step.made} note={step.preview_at === null ? undefined : <Captured at={step.preview_at} />} />
      <Calls preview={preview} />
      <Resources list={step.resources} />
    </Block>
  );
}

/** What the way back of a publication restores. */
const NOTHING_ITSELF = "nothing by itself: it is done once more after what it makes seen was taken back, so that programs read that";

/** What taking it back restores, loses and needs, and whether that is proven. */
export function WayBack({ id }: { id: string }) {
  const step = useStepPart(id, ({ step: s }) => ({
    undo: s.undo,
    rows: s.undo_before,
    loses: s.undo_loses,
    takes: s.undo_takes,
    // From the call on it is a record; whether it still holds is what the rail reads again and again.
    record: isFinished(s) || after(s),
    skipped: s.state === "skipped",
    publishes: publishes(s),
    words: undoWords(s),
    will: s.kind === "action" && s.not_known === undefined,
    // How people take back what they did stands with what they do.
    none: isByHand(s) && s.undo === null && s.undo_loses.length === 0,
  }));
  const open = useWorldNow((now) => step?.rows.filter((r) => !letsThrough(freshen(r, now).tone)).length ?? 0);
  if (step === null || step.none) return null;
  const { undo, rows, record } = step;
  const proven = undo !== null && open === 0;
  const state =
    undo === null ? null : record ? (
      <State kind="record" word="Built before the change" />
    ) : proven ? (
      <State kind="pass" word="Proven" />
    ) : (
      <State kind="blocked" word={`${count(open, "thing")} not proven`} />
    );
  // Nothing was done, so there is nothing to go back from.
  if (step.skipped && undo === null) return null;
  const objects = undo?.changes.map((c) => c.object) ?? [];
  const restores = step.publishes ? NOTHING_ITSELF : objects.length === 0 ? "nothing to restore" : objects.join(", ");
  return (
    <Block id="way-back" title="Way back" note={state ?? step.words}>
      {undo !== null && (
        <>
          <Facts list={[["Restores", restores], ["Loses", lossWords(step.loses)], ...undoFacts(step.takes)]} />
          {rows.length > 0 && (
            <details className="calls" open={!proven && !record}>
              <summary>What the way back needs: {record ? count(rows.length, "check") : <PassCount list={rows} />}</summary>
              <CheckTable list={rows} caption="What the way back needs" record={record} />
            </details>
          )}
        </>
      )}
      {undo === null && step.will && !record && <p className="meta">It is built and proven with the checks, before the step may run.</p>}
      {undo === null && step.loses.length > 0 && <p>Going back loses: {lossWords(step.loses)}</p>}
    </Block>
  );
}
