import { useId, useState } from "react";
import { Decisions } from "../components/Decisions";
import { gateKind } from "../components/LeftRail";
import { relative } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { ReasonForm } from "../components/ReasonForm";
import { type Kind, State } from "../components/State";
import { count, fullTime } from "../format/time";
import type { Deadline } from "../ipc";
import { Button, LinkButton } from "../kit";
import { useDraft } from "../state/drafts";
import { useApp, useSnapshot, useStore, useWorldNow } from "../state/hooks";
import { openDecisions } from "../state/readings";
import { href } from "../state/router";

const LONGEST = 10_080;

/** Where a deadline stands, as shape and word. */
function stateOf(d: Deadline, now: number): { kind: Kind; word: string } {
  if (d.due || (d.at !== null && Date.parse(d.at) <= now)) return { kind: "blocked", word: "Decision due" };
  if (d.at !== null) return { kind: "waiting", word: "Clock runs" };
  return d.open_decision === null ? { kind: "todo", word: "No clock runs" } : { kind: "blocked", word: "No deadline" };
}

function Extend({ deadline, onDone }: { deadline: Deadline; onDone: () => void }) {
  const store = useStore();
  const busy = useApp((s) => s.busy);
  const id = useId();
  const draft = `extend ${deadline.id}`;
  const [minutes, setMinutes] = useDraft(draft, "minutes", "");
  const number = /^\d+$/.test(minutes.trim()) ? Number(minutes) : 0;
  const { rule } = deadline;
  if (rule === null) return null;
  return (
    <ReasonForm
      draft={draft}
      title={`Move the deadline of ${rule}`}
      submit={number > 0 ? `Move it by ${number} min` : "Move it"}
      hint="The new deadline and your reason are written to the journal. Nothing happens by itself when it passes."
      blocked={number < 1 || number > LONGEST ? "Write whole minutes, 1 to 10,080." : null}
      busy={busy !== null}
      onCancel={onDone}
      onSubmit={(reason) =>
        store.submit("extend", { do: "extend_deadline", rule, minutes: number }, { reason }).then((done) => {
          if (done) onDone();
          return done;
        })
      }
    >
      <label htmlFor={id}>Minutes more</label>
      <input
        id={id}
        className="short"
        inputMode="numeric"
        value={minutes}
        onChange={(e) => setMinutes(e.target.value)}
        autoComplete="off"
        data-testid="extend-minutes"
      />
    </ReasonForm>
  );
}

function DeadlineRow({ deadline: d }: { deadline: Deadline }) {
  const [open, setOpen] = useState(false);
  const { watching } = useSnapshot("watching");
  const { kind, word, due } = useWorldNow((now) => ({
    ...stateOf(d, now),
    due: d.at === null ? null : `${Date.parse(d.at) <= now ? "was due" : "due"} ${relative(Date.parse(d.at) - now)}, ${fullTime(d.at)}`,
  }));
  return (
    <li className="decision" data-testid={`deadline-${d.id}`}>
      <div className="decision-line">
        <State kind={kind} word={word} />
        <div>
          <p>
            {d.title} {due !== null && <strong>{due}</strong>}
          </p>
          <p className="meta">
            {d.note} {d.since !== null && `Failing since ${fullTime(d.since)}.`}
          </p>
          {d.extended.map((e) => (
            <p className="meta" key={e.at}>
              Moved by {e.minutes} min by {e.by} at {fullTime(e.at)}: {e.reason}
            </p>
          ))}
        </div>
        {d.extendable && watching === null && d.rule !== null && !open && (
          <Button onPress={() => setOpen(true)} testId={`extend-${d.id}`}>
            Extend…
          </Button>
        )}
        {d.open_decision !== null && (
          <a
            href={`#decide-${d.open_decision}`}
            onClick={(e) => {
              e.preventDefault();
              document.querySelector<HTMLElement>(`[data-testid="decision-${d.open_decision}"] button`)?.focus();
            }}
          >
            To the decision
          </a>
        )}
      </div>
      {open && <Extend deadline={d} onDone={() => setOpen(false)} />}
    </li>
  );
}

function Gates() {
  const gated = useSnapshot("phases").phases.flatMap((p) => (p.gate === null ? [] : [{ id: p.id, title: p.title, steps: p.of, gate: p.gate }]));
  if (gated.length === 0) return null;
  return (
    <Block id="gates" title="Go or no-go" note="one before each phase that asks for it">
      <ul className="decisions">
        {gated.map((p) => (
          <li key={p.id} className="decision">
            <div className="decision-line">
              <State kind={gateKind(p.gate)} word={p.gate.state_words} />
              <div>
                <p>{p.gate.title}</p>
                <p className="meta">
                  {p.title}: {count(p.steps, "step")}
                </p>
              </div>
              <a href={href({ name: "gate", phase: p.id })}>Open</a>
            </div>
          </li>
        ))}
      </ul>
    </Block>
  );
}

/** Everything that people decide: when a decision is due, go or no-go, the open questions, and the plan itself. */
export function DecisionsScreen() {
  const snapshot = useSnapshot("decisions", "deadlines", "plan_digest");
  const open = openDecisions(snapshot);
  return (
    <div className="page">
      <PageHead title="Decisions" id="decisions" />
      <p className="why">
        {open === 0 ? "Every question is decided." : `${count(open, "question")} open.`} People decide, never a clock: a deadline that passes says so and does
        nothing.
      </p>
      <Block id="deadlines" title="When a decision is due" note={snapshot.deadlines.length === 0 ? "No rule of this plan has a deadline" : undefined}>
        <ul className="decisions">
          {snapshot.deadlines.map((d) => (
            <DeadlineRow key={`${d.kind}-${d.id}`} deadline={d} />
          ))}
        </ul>
      </Block>
      <Gates />
      <Decisions />
      <Block id="plan" title="The plan" note={<code>{snapshot.plan_digest.replace(/^sha256:/, "").slice(0, 12)}</code>}>
        <p>A plan does not change by itself. An amendment shows every difference first, and never touches the action of a step that has an effect.</p>
        <div className="otherwise">
          <LinkButton href={href({ name: "amend" })} testId="amend-open">
            Amend the plan…
          </LinkButton>
        </div>
      </Block>
    </div>
  );
}
