// Checks that nobody has to attend, one after the other: read and recorded with one click, each shown as it comes.
import { useState } from "react";
import { count } from "../format/time";
import type { RunSnapshot, StepView } from "../ipc";
import { useApp, useStore, useWorldNow } from "../state/hooks";
import { allSteps, freshen, letsThrough } from "../state/readings";
import { href } from "../state/router";
import { busyWith } from "../state/session";
import { shapeOf, stateWords } from "./LeftRail";
import { Notice } from "./Notices";
import { Block } from "./PageHead";
import { Primary } from "./Primary";
import { Shape } from "./State";
import { standsStill } from "./ways";

/** A row that was asked for, and the last event that was seen when it was. */
type Asked = { row: readonly string[]; seq: number };

/** Where a row stands: at work, all recorded, or stopped at the first that was not. */
function standing(snapshot: RunSnapshot, steps: readonly StepView[], asked: Asked): "running" | "recorded" | StepView {
  const open = steps.find((s) => s.state !== "done");
  if (open === undefined) return "recorded";
  // Until the first word of it comes, what is seen is from before the click.
  return open.state === "checking" || snapshot.seq === asked.seq ? "running" : open;
}

/** Why a check that passes was not recorded: what ends a row besides a check that does not pass. */
function whyNot(snapshot: Pick<RunSnapshot, "state" | "rollback" | "watching">, at: StepView): string {
  if (snapshot.watching !== null) return snapshot.watching;
  if (snapshot.state === "held") return "The run is on hold, and a row ends there. Release it, then record this check by itself or as a row again.";
  if (snapshot.state === "stopping" || snapshot.state === "stopped") return "The run was stopped, and a row ends there. Go on with the run first.";
  if (snapshot.rollback?.state === "running" || snapshot.rollback?.state === "halted") return "A rollback is under way: nothing is recorded beside it.";
  const refused = at.offers.find((o) => o.primary)?.refused;
  if (refused != null) return refused;
  return at.state === "ready"
    ? "It passes, but the row had ended: by a hold, a stop, a rollback or a new start of the program. It can be recorded on its page."
    : "The row had ended before it was read: by a hold, a stop, a rollback or a new start of the program.";
}

/** The check that stopped it, with what was found, or what else ended the row. */
function Stopped({ at }: { at: StepView }) {
  const why = useApp(({ snapshot }) => (snapshot === null ? "" : whyNot(snapshot, at)));
  const failing = useWorldNow((now) => at.before.map((r) => freshen(r, now)).filter((r) => !letsThrough(r.tone)));
  const found = at.state === "blocked" ? failing : [];
  return (
    <Notice kind={shapeOf(at)} title={`Stopped at “${at.title}”: ${stateWords(at)}`} testId="together-stopped">
      {found.length === 0 ? (
        <p>It was not recorded. {why} Those behind it were not read.</p>
      ) : (
        <ul>
          {found.map((r) => (
            <li key={r.id}>
              {r.title}: {r.observed}
              {r.expected !== "" && `, expected ${r.expected}`}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href={href({ name: "step", step: at.id })}>Show it</a>
      </p>
    </Notice>
  );
}

/** On the page of the first: each check of the row, and the one button for all. What was asked for stays until the page is left. */
export function Together({ id }: { id: string }) {
  const store = useStore();
  const { busy, still } = useApp((s) => ({ busy: busyWith(s), still: s.snapshot === null ? null : standsStill(s.snapshot) }));
  const [asked, setAsked] = useState<Asked | null>(null);
  const { steps, generation, at } = useApp(({ snapshot }) => {
    const all = snapshot === null ? [] : allSteps(snapshot);
    const first = all.find((s) => s.id === id);
    const row = (asked?.row ?? first?.together ?? []).flatMap((of) => all.find((s) => s.id === of) ?? []);
    return { steps: row, generation: first?.generation ?? 0, at: asked === null || snapshot === null ? null : standing(snapshot, row, asked) };
  });
  if (steps.length < 2) return null;
  const row = steps.map((s) => s.id);
  const recorded = steps.filter((s) => s.state === "done").length;
  const record = async () => {
    const before = { row, seq: store.get().snapshot?.seq ?? 0 };
    if (await store.submit("record-checks", { do: "record_checks", steps: row })) setAsked(before);
  };
  return (
    <Block
      id="together"
      title={`${count(steps.length, "check")} in a row`}
      note={at === null ? "Each is read, and recorded if it passes. The first that does not pass ends it." : `${recorded} of ${steps.length} recorded`}
    >
      <ol className="open-list" data-testid="together">
        {steps.map((s) => (
          <li key={s.id}>
            <Shape kind={shapeOf(s)} />
            <span>
              {s.id === id ? s.title : <a href={href({ name: "step", step: s.id })}>{s.title}</a>} <span className="meta">{stateWords(s)}</span>
            </span>
          </li>
        ))}
      </ol>
      {at === null && (
        <Primary
          basis={`together/${row.join()}/${generation}`}
          plain
          refused={still !== null}
          why="together-still"
          loading={busy === "record-checks"}
          onPress={() => void record()}
          testId="record-checks"
        >
          Read and record {count(steps.length, "check")}
        </Primary>
      )}
      {at === null && still !== null && (
        <p className="meta" id="together-still">
          {still}
        </p>
      )}
      <div role="status">
        {at === "recorded" && <p data-testid="together-recorded">All {steps.length} were read and recorded.</p>}
        {at !== null && typeof at !== "string" && <Stopped at={at} />}
      </div>
    </Block>
  );
}
