import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useLeaveHeight } from "../components/barHeight";
import { CheckTable } from "../components/CheckTable";
import { Crumbs } from "../components/Crumbs";
import { Dock } from "../components/Dock";
import { FoldedChecks } from "../components/FoldedChecks";
import { gateKind } from "../components/LeftRail";
import { CopyLink } from "../components/Links";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { ReasonForm } from "../components/ReasonForm";
import { Shape, State } from "../components/State";
import { age, duration, fullTime } from "../format/time";
import type { GateView, PhaseView, ReadingView, RunSnapshot } from "../ipc";
import { Button, ComboBox } from "../kit";
import { useDraft, useKept } from "../state/drafts";
import { useApp, useSnapshot, useStore, useWorldNow } from "../state/hooks";
import { freshen, mainWay, underWay } from "../state/readings";
import { go as goTo, href } from "../state/router";
import { busyWith } from "../state/session";
import type { Store } from "../state/store";
import { Missing } from "./Missing";
import { passCount } from "./step/Checks";

type Names = Readonly<Record<string, string>>;

const UNNAMED: Names = {};

/** Names that were written at a gate of this run before, the own one first: to be taken again with one key. */
function namesBefore(snapshot: Pick<RunSnapshot, "phases">, operator: string): string[] {
  const said = snapshot.phases.flatMap((p) => (p.gate?.people ?? []).flatMap((person) => (person.name === null ? [] : [person.name])));
  return [...new Set([operator, ...said])].filter((name) => name.trim() !== "");
}

/** Each role with the name of whoever speaks for it, and what else is to be said. */
function People({
  gate,
  names,
  onName,
  note,
  onNote,
}: {
  gate: GateView;
  names: Names;
  onName: (role: string, name: string) => void;
  note: string;
  onNote: (note: string) => void;
}) {
  const id = useId();
  const offers = useApp((s) => (s.snapshot === null ? [] : namesBefore(s.snapshot, s.operator)));
  const decided = gate.state === "go";
  return (
    <Block
      id="people"
      title="People"
      note={decided ? "who said go" : `${gate.people.filter((p) => (names[p.role] ?? "").trim() !== "").length} of ${gate.people.length} named`}
    >
      <div className="people">
        {gate.people.map((p, i) => (
          <div key={p.role}>
            {decided ? (
              <>
                <span className="field-label">{p.role}</span>
                <p>{p.name ?? "not named"}</p>
              </>
            ) : (
              <ComboBox label={p.role} value={names[p.role] ?? ""} offers={offers} onChange={(name) => onName(p.role, name)} testId={`person-${i}`} />
            )}
          </div>
        ))}
        {!decided && (
          <div className="gate-note">
            <label htmlFor={`${id}-note`}>Anything to say about it, for the journal</label>
            <input id={`${id}-note`} value={note} onChange={(e) => onNote(e.target.value)} autoComplete="off" data-testid="gate-note" />
          </div>
        )}
      </div>
    </Block>
  );
}

function Decided({ gate }: { gate: GateView }) {
  const d = gate.decision;
  if (d === null) return null;
  return (
    <Block id="decided" title="Last decision" note={d.void !== null ? "void" : undefined}>
      <Notice kind={d.void !== null ? "blocked" : d.go ? "pass" : "absent"} title={`${d.go ? "Go" : "No-go"}, written down by ${d.by} at ${fullTime(d.at)}`}>
        {d.reason !== "" && <p>{d.reason}</p>}
        {d.void !== null && <p>{d.void}</p>}
      </Notice>
    </Block>
  );
}

/** How many pass, and how old the oldest reading is. */
function Passing({ list, mend }: { list: readonly ReadingView[]; mend: string | undefined }) {
  return useWorldNow((now) => {
    const ages = list.flatMap((r) => freshen(r, now).age ?? []);
    return `${passCount(list, now, mend)}${ages.length === 0 ? "" : `, oldest ${age(Math.max(...ages))}`}`;
  });
}

/** What stands in the way besides the checks. */
function Open({ gate }: { gate: GateView }) {
  return (
    <Block id="open" title="Steps and decisions before it" note={gate.open.length === 0 ? "Nothing stands in the way" : `${gate.open.length} in the way`}>
      {gate.open.length > 0 && (
        <ul className="open-list" data-testid="gate-open">
          {gate.open.map((words) => (
            <li key={words}>
              <Shape kind="blocked" /> <span>{words}</span>
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}

/** Nobody can decide about what nobody has read, or read so long ago that it does not count for a go. */
const unread = (gate: GateView, now: number): boolean =>
  gate.checks.some((r) => r.observed_at === null || freshen({ ...r, believable_s: Math.min(r.believable_s, gate.fresh_s) }, now).stale);

function readGate(store: Store, phase: string): void {
  void store.submit("gate-check", { do: "check_gate", phase });
}

/** After the checks were read at a person's word and nothing else is missing, the focus is where the first name is. */
function useFirstName(ready: boolean): () => void {
  const asked = useRef(false);
  useEffect(() => {
    if (!ready || !asked.current) return;
    asked.current = false;
    // Whoever writes already is not torn out of the word.
    if (document.activeElement?.matches("input, textarea") === true) return;
    const fields = [...document.querySelectorAll<HTMLInputElement>(".people input[role=combobox]")];
    fields.find((field) => field.value.trim() === "")?.focus();
  }, [ready]);
  return () => {
    asked.current = true;
  };
}

function GateBar({ phase, gate, names, note }: { phase: PhaseView; gate: GateView; names: Names; note: string }) {
  const store = useStore();
  const { busy, waits, next, back } = useApp((s) => ({
    busy: s.busy,
    waits: busyWith(s),
    next: s.snapshot === null ? undefined : mainWay(s.snapshot),
    back: s.snapshot?.rollback != null && underWay(s.snapshot.rollback),
  }));
  const { banner } = useSnapshot("banner");
  const bar = useRef<HTMLDivElement>(null);
  useLeaveHeight(bar);
  const [asking, setAsking] = useState(false);
  const offer = (word: string) => gate.offers.find((o) => o.command === word);
  const go = offer("gate-go");
  const noGo = offer("gate-no-go");
  const old = useWorldNow((now) => unread(gate, now));
  const toRead = !back && old && gate.state !== "go" && !asking && offer("gate-check")?.refused === null;
  const asked = useFirstName(!toRead && go?.refused === null);
  const nameless = gate.people.filter((p) => (names[p.role] ?? "").trim() === "").map((p) => p.role);
  const refused = go?.refused ?? (nameless.length > 0 ? `Name ${nameless.join(", ")} above.` : null);
  const named = Object.fromEntries(gate.people.map((p) => [p.role, (names[p.role] ?? "").trim()] as const).filter(([, name]) => name !== ""));
  const drafts = useKept(`gate ${phase.id}`);
  const sayGo = () =>
    void store
      .submit("gate-go", { do: "gate", phase: phase.id, go: true, people: named }, { basis: gate.basis, reason: note.trim() === "" ? null : note.trim() })
      .then((done) => done && drafts.drop());
  const sayNoGo = (reason: string) =>
    store.submit("gate-no-go", { do: "gate", phase: phase.id, go: false, people: named }, { reason }).then((done) => {
      if (done) setAsking(false);
      return done;
    });
  return (
    <Dock>
      <div className="action-bar" ref={bar} role="region" aria-label="What you can do">
        {asking && (
          <ReasonForm
            draft={`no-go ${phase.id}`}
            title={`No-go: “${phase.title}” stays closed`}
            submit="Say no-go"
            busy={busy !== null}
            onCancel={() => setAsking(false)}
            onSubmit={sayNoGo}
          />
        )}
        <div className="action-row">
          <div className="action-main apart">
            {(gate.state === "go" || back) && next !== undefined && (
              <Primary basis={`next/gate-${phase.id}/${gate.basis}/${next.id}`} onPress={() => goTo(next.place)} why="why-not" testId="action-primary">
                {next.words}
              </Primary>
            )}
            {toRead && (
              <Primary
                basis={`read/${phase.id}`}
                loading={waits === "gate-check" || gate.state === "checking"}
                onPress={() => {
                  asked();
                  readGate(store, phase.id);
                }}
                testId="gate-check"
              >
                Read the checks
              </Primary>
            )}
            {go !== undefined && gate.state !== "go" && !toRead && !back && (
              <Primary
                basis={`go/${phase.id}/${gate.basis}/${gate.state}`}
                plain={asking}
                refused={refused !== null || asking}
                loading={waits === "gate-go"}
                onPress={sayGo}
                why="why-not"
                testId="action-primary"
              >
                Say go on {banner.word}
              </Primary>
            )}
            <div className="action-reason">
              <p id="why-not" data-testid="why-not">
                {back
                  ? "A rollback is not over. It comes first: people decide here when it is."
                  : gate.state === "go"
                    ? "Go was said: the phase is open."
                    : toRead
                      ? "Read the checks first, then say go or no-go."
                      : (refused ?? "Nothing stands in the way. Say go when everybody on the call agrees.")}
              </p>
            </div>
          </div>
          <div className="action-others">
            {noGo !== undefined && noGo.refused === null && (
              <Button onPress={() => setAsking(true)} testId="gate-no-go">
                Say no-go…
              </Button>
            )}
          </div>
        </div>
      </div>
    </Dock>
  );
}

/** The quiet way to read once more, where the main button is for the decision. */
function ReadAgain({ id, gate }: { id: string; gate: GateView }) {
  const store = useStore();
  const busy = useApp(busyWith);
  const old = useWorldNow((now) => unread(gate, now));
  return (
    (!old || gate.state === "go") && (
      <Button
        weight="inline"
        icon="refresh"
        loading={busy === "gate-check" || gate.state === "checking"}
        onPress={() => readGate(store, id)}
        testId="gate-check"
      >
        Read the checks again
      </Button>
    )
  );
}

/** The go or no-go decision before a phase: checks, steps, people; then one decision with its reason. */
export function GateScreen({ id, above }: { id: string; above?: ReactNode }) {
  const snapshot = useSnapshot("phases");
  const [typed, setTyped] = useDraft<Names>(`gate ${id}`, "names", UNNAMED);
  const [note, setNote] = useDraft(`gate ${id}`, "note", "");
  const at = snapshot.phases.findIndex((p) => p.id === id);
  const phase = snapshot.phases[at];
  if (phase === undefined || phase.gate === null) return <Missing what={`gate before ${id}`} />;
  const gate = phase.gate;
  const names: Names = { ...Object.fromEntries(gate.people.map((p) => [p.role, p.name ?? ""])), ...typed };
  const check = gate.offers.find((o) => o.command === "gate-check");
  // What counts for go is younger than the gate asks for, whatever the check itself says.
  const checks = gate.checks.map((r) => ({ ...r, believable_s: Math.min(r.believable_s, gate.fresh_s) }));
  const before = snapshot.phases[at - 1];
  return (
    <>
      <div className="page">
        {above}
        <Crumbs parts={[{ text: phase.title, href: href({ name: "run" }) }, { text: "Go or no-go" }]} />
        <PageHead title={gate.title} id={`gate-${id}`}>
          <State kind={gateKind(gate)} word={gate.state_words} pill testId="gate-state" />
          <CopyLink place={{ name: "gate", phase: id }} />
        </PageHead>
        {gate.again !== undefined && (
          <Notice kind="undone" title="The night was brought back" testId="gate-again">
            {gate.again}
          </Notice>
        )}
        <p className="why">Before go, no step of “{phase.title}” can start; its checks can be read. A rollback is never held back by it.</p>
        <Facts
          list={[
            ["Steps", String(phase.of)],
            ["Planned", phase.times.planned_s === null ? "not planned" : duration(phase.times.planned_s)],
            ["Readings count for", age(gate.fresh_s)],
            phase.t0 ? ["T0", "its first change; from then on users are affected"] : null,
            before === undefined || before.times.actual_s === null || before.times.planned_s === null
              ? null
              : [`${before.title} took`, `${duration(before.times.actual_s)}, planned ${duration(before.times.planned_s)}`],
          ]}
        />
        <Block
          id="checks"
          title="Checks"
          note={
            checks.length === 0 ? (
              "This gate has no check"
            ) : (
              <Passing list={checks} mend={check !== undefined && check.refused === null ? "read the checks again" : undefined} />
            )
          }
          side={check !== undefined && check.refused === null && <ReadAgain id={id} gate={gate} />}
        >
          {checks.length > 0 &&
            (gate.state === "go" ? (
              <CheckTable list={checks} caption="Checks of this gate" record ahead />
            ) : (
              <FoldedChecks list={checks} reading={gate.state === "checking"} of="Checks of this gate" quiet={false} />
            ))}
        </Block>
        <Open gate={gate} />
        <People gate={gate} names={names} onName={(role, name) => setTyped({ ...typed, [role]: name })} note={note} onNote={setNote} />
        <Decided gate={gate} />
      </div>
      <GateBar phase={phase} gate={gate} names={names} note={note} />
    </>
  );
}
