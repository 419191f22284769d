// What is read before a step, and what is seen from outside after it.
import { type ReactNode, useState } from "react";
import { CheckTable, staleWords } from "../../components/CheckTable";
import { Block } from "../../components/PageHead";
import { age, count, fullTime } from "../../format/time";
import type { ReadingView } from "../../ipc";
import { Button } from "../../kit";
import { useApp, useStore, useWorldNow } from "../../state/hooks";
import { freshen, letsThrough } from "../../state/readings";
import { after, isAhead, useStepPart } from "./find";

export function passCount(list: readonly ReadingView[], now: number): string {
  const pass = list.map((r) => freshen(r, now)).filter((r) => letsThrough(r.tone)).length;
  const stale = staleWords(list, now);
  return `${pass} of ${list.length} pass${stale === null ? "" : `, ${stale}: check again`}`;
}

/** The same as it is now. */
export function PassCount({ list }: { list: readonly ReadingView[] }) {
  return useWorldNow((now) => passCount(list, now));
}

/** Dense where all is well: checks that pass are one line, which opens. What was open stays so under a person's eyes. */
function Folded({ list, children }: { list: readonly ReadingView[]; children: ReactNode }) {
  const { well, oldest } = useWorldNow((now) => {
    const rows = list.map((r) => freshen(r, now));
    return { well: rows.every((r) => letsThrough(r.tone)), oldest: age(Math.max(...rows.map((r) => r.age ?? 0))) };
  });
  const [folds] = useState(well);
  const [open, setOpen] = useState(false);
  if (!well && !open) setOpen(true);
  if (!folds) return children;
  return (
    <details className="folded-checks" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary data-testid="show-checks">
        {count(list.length, "check")}, the oldest read {oldest} ago
      </summary>
      {children}
    </details>
  );
}

/** The checks before the change; from the call on a record of them. */
export function Before({ id }: { id: string }) {
  const store = useStore();
  const busy = useApp((s) => s.busy);
  const step = useStepPart(id, ({ step: s }) => ({
    past: after(s) || s.state === "skipped",
    list: s.before,
    at: s.preview_at ?? s.before[0]?.observed_at ?? null,
    check: s.offers.find((o) => o.command === "check" && o.refused === null)?.label,
  }));
  if (step === null) return null;
  const { list, at, check } = step;
  if (step.past) {
    // Of a step that is left out nothing needs to have been read.
    if (list.every((r) => r.observed_at === null)) return null;
    return (
      <section className="block">
        <details className="folded">
          <summary>
            <h2>Before</h2>
            <span className="block-note">
              {count(list.length, "check")}
              {at !== null && `, read at ${fullTime(at)}`}: a record of then
            </span>
          </summary>
          <CheckTable list={list} caption="Checks before the change, as read then" record />
        </details>
      </section>
    );
  }
  return (
    <Block
      id="before"
      title="Before"
      note={list.length === 0 ? "Nothing has to be checked before this step" : <PassCount list={list} />}
      side={
        check !== undefined && (
          <Button weight="inline" icon="refresh" loading={busy === "check"} onPress={() => void store.submit("check", { do: "check", step: id })} testId="offer-check">
            {check}
          </Button>
        )
      }
    >
      {list.length > 0 && (
        <Folded list={list}>
          <CheckTable list={list} caption="Checks before the change" ahead />
        </Folded>
      )}
    </Block>
  );
}

/** The checks from outside after the change. */
export function After({ id }: { id: string }) {
  const step = useStepPart(id, ({ step: s }) => ({ state: s.state, verify: s.verify, changed_at: s.changed_at }));
  if (step === null) return null;
  const { state, verify } = step;
  const waiting = isAhead(step);
  const title = state.startsWith("und") ? "After the undo" : "After";
  if (verify.length === 0 || (waiting && state === "skipped")) return null;
  if (waiting) {
    const names = verify.map((v) => v.title).join(" · ");
    return (
      <Block id="after" title={title} note={`To do: ${count(verify.length, "check")} from outside`}>
        <p className="meta">{names}</p>
      </Block>
    );
  }
  const record = state === "done" || state === "undone";
  return (
    <Block id="after" title={title} note={record && step.changed_at !== null ? `Seen from outside, ended ${fullTime(step.changed_at)}` : <PassCount list={verify} />}>
      <CheckTable list={verify} caption="Checks from outside after the change" record={record} pending={state.endsWith("verifying")} />
    </Block>
  );
}
