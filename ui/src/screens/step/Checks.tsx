// What is read before a step, and what is seen from outside after it.
import { isByHand } from "../../components/ByHand";
import { CheckTable, staleWords } from "../../components/CheckTable";
import { FoldedChecks } from "../../components/FoldedChecks";
import { Block } from "../../components/PageHead";
import { age, count, fullTime, shortTime } from "../../format/time";
import type { ReadingView } from "../../ipc";
import { Button } from "../../kit";
import { useApp, useStore, useWorldNow } from "../../state/hooks";
import { freshen, letsThrough } from "../../state/readings";
import { busyWith } from "../../state/session";
import { after, isAhead, useStepPart } from "./find";

/** How many pass; `mend` is what the button beside these words says, where there is one: nothing is asked for that the page does not offer. */
export function passCount(list: readonly ReadingView[], now: number, mend?: string): string {
  const pass = list.map((r) => freshen(r, now)).filter((r) => letsThrough(r.tone)).length;
  const stale = staleWords(list, now);
  return `${pass} of ${list.length} pass${stale === null ? "" : `, ${stale}${mend === undefined ? "" : `: ${mend}`}`}`;
}

/** The same as it is now. */
export function PassCount({ list, mend }: { list: readonly ReadingView[]; mend?: string | undefined }) {
  return useWorldNow((now) => passCount(list, now, mend));
}

/** The checks before the change; from the call on a record of them. */
export function Before({ id }: { id: string }) {
  const store = useStore();
  const busy = useApp(busyWith);
  const step = useStepPart(id, ({ step: s }) => ({
    past: after(s) || s.state === "skipped",
    reading: s.state === "checking",
    // Of what people do, nothing is said where nothing has to be read.
    none: s.before.length === 0 && isByHand(s),
    list: s.before,
    at: s.preview_at ?? s.before[0]?.observed_at ?? null,
    check: s.offers.find((o) => o.command === "check" && o.refused === null)?.label,
  }));
  if (step === null || step.none) return null;
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
      note={list.length === 0 ? "Nothing has to be checked before this step" : <PassCount list={list} mend={check === undefined ? undefined : "check again"} />}
      side={
        check !== undefined && (
          <Button
            weight="inline"
            icon="refresh"
            loading={busy === "check"}
            onPress={() => void store.submit("check", { do: "check", step: id })}
            testId="offer-check"
          >
            {check}
          </Button>
        )
      }
    >
      {list.length > 0 && <FoldedChecks list={list} reading={step.reading} of="Checks before the change" />}
    </Block>
  );
}

/** When the checks of a step whose time has passed were read last: what stands below is of then. */
function LastRead({ list }: { list: readonly ReadingView[] }) {
  const words = useWorldNow((now) => {
    const times = list.flatMap((r) => (r.observed_at === null ? [] : [Date.parse(r.observed_at)]));
    return times.length === 0 ? "Nothing was read yet." : `Last read ${age((now - Math.min(...times)) / 1000)} ago, at ${shortTime(Math.min(...times))}.`;
  });
  return (
    <p className="meta" data-testid="after-read">
      {words} It is not read again by itself: its time has passed. Read it again, and it is looked at until it holds or that time passes once more.
    </p>
  );
}

/** The checks from outside after the change. */
export function After({ id }: { id: string }) {
  const store = useStore();
  const busy = useApp(busyWith);
  const step = useStepPart(id, ({ step: s }) => ({
    state: s.state,
    verify: s.verify,
    changed_at: s.changed_at,
    looks: s.offers.some((o) => o.command === "inspect" && o.refused === null),
  }));
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
  // Its time has passed: nothing reads it by itself any more, because whoever does so begins a new look, and is named for it.
  const over = state.endsWith("unverified");
  // Nor of one that stands still for another reason.
  const still = !record && !state.endsWith("ing");
  return (
    <Block
      id="after"
      title={title}
      note={
        record && step.changed_at !== null ? (
          `Seen from outside, ended ${fullTime(step.changed_at)}`
        ) : (
          <PassCount list={verify} mend={still && step.looks ? "read again" : undefined} />
        )
      }
      side={
        still &&
        step.looks && (
          <Button
            weight="inline"
            icon="refresh"
            loading={busy === "inspect"}
            onPress={() => void store.submit("inspect", { do: "inspect", step: id })}
            testId="read-after"
          >
            Read again
          </Button>
        )
      }
    >
      {over && <LastRead list={verify} />}
      <CheckTable list={verify} caption="Checks from outside after the change" record={record} pending={state.endsWith("verifying")} />
    </Block>
  );
}
