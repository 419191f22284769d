import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { duration, shortTime } from "../format/time";
import type { GateView, PhaseView, RunSnapshot, StepView } from "../ipc";
import { useApp } from "../state/hooks";
import { currentGate, currentStep, openDecisions } from "../state/readings";
import { type Place, href, stepOf } from "../state/router";
import { Breakable } from "./Breakable";
import { type Kind, Shape, stepKind } from "./State";

const AHEAD = new Set(["to_do", "checking", "blocked", "ready"]);

/** A step's shape; Blocked by nothing but time is an hourglass. */
export function shapeOf(step: StepView): Kind {
  // Nothing can be told of what a newer program wants here, until it was done.
  if (step.not_known !== undefined && AHEAD.has(step.state)) return "unknown";
  if (step.state === "blocked") {
    const open = step.before.filter((r) => r.tone !== "passing" && r.tone !== "not_applicable");
    if (open.length > 0 && open.every((r) => r.tone === "waiting")) return "waiting";
  }
  // It could begin, and go or another step comes first: nothing of it is to be done here.
  if (step.waits === true) return "todo";
  // What was told is not what people heard last.
  if (step.tell_again === true) return "blocked";
  const kind = stepKind(step.state);
  // What was done is not there any more as it was left: that is no tick.
  return step.drifted !== null && kind === "pass" ? "blocked" : kind;
}

/** A step's state in words, the same wherever it is named: as the core says it, and what a newer program wants here is not known. */
export function stateWords(step: StepView): string {
  const words = step.state_words;
  if (step.not_known === undefined) return step.drifted !== null && stepKind(step.state) === "pass" ? `${words}, look again` : words;
  return AHEAD.has(step.state) ? "Not known here" : `${words}, not known here`;
}

/** A gate's shape. A gate that nobody has decided is not yet open, whatever its checks say. */
export function gateKind(gate: Pick<GateView, "state">): Kind {
  const kinds: Record<GateView["state"], Kind> = { closed: "blocked", ready: "todo", checking: "running", go: "pass", no_go: "absent", void: "blocked" };
  return kinds[gate.state];
}

function phaseKind(phase: PhaseView): Kind {
  const kinds = phase.steps.map(shapeOf);
  if (kinds.includes("fail")) return "fail";
  if (kinds.includes("unknown")) return "unknown";
  if (phase.done === phase.of) return "pass";
  return phase.done > 0 || kinds.includes("running") ? "running" : "todo";
}

export type ScreenLink = { place: Place; title: string; count?: number };

/** The screens, in the order of the rail. */
export function screens(snapshot: Pick<RunSnapshot, "banner" | "decisions"> | null): ScreenLink[] {
  const start: ScreenLink = { place: { name: "start" }, title: "Start" };
  const connection: ScreenLink = { place: { name: "connection" }, title: "Connection" };
  if (snapshot === null) return [start, { place: { name: "runbook" }, title: "Open a runbook" }, { place: { name: "users" }, title: "Users" }, connection];
  return [
    { place: { name: "run" }, title: "Run" },
    { place: { name: "live" }, title: "Live" },
    { place: { name: "decisions" }, title: "Decisions", count: openDecisions(snapshot) },
    { place: { name: "users" }, title: "Users" },
    { place: { name: "timeline" }, title: "Timeline" },
    { place: { name: "report" }, title: "Report" },
    ...(snapshot.banner.kind === "rehearsal" ? [{ place: { name: "rehearsal" } as Place, title: "Rehearsal" }] : []),
    connection,
    start,
  ];
}

/** Arrow keys, Home and End move along the rail; Enter opens, as everywhere. */
function arrows(event: KeyboardEvent<HTMLElement>): void {
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("a, .phase-head")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  stops[Math.min(stops.length - 1, Math.max(0, to))]?.focus();
}

/** What a row says: a step's second line is a state that is trouble, else also its owner and its time. */
type Row = { id: string; title: string; state: string; kind: Kind; loud: boolean; meta: string };

function rowOf(step: StepView): Row {
  // Of a step that is still ahead the time of its last change says nothing that a person asks; nor is its length how long it waits.
  const planned = step.expected_s !== null && (step.state === "to_do" || step.state === "ready") ? duration(step.expected_s) : null;
  const time = AHEAD.has(step.state) ? planned : step.changed_at !== null ? shortTime(step.changed_at) : null;
  const kind = shapeOf(step);
  const loud = kind === "fail" || kind === "unknown" || kind === "waiting" || kind === "blocked";
  // Trouble is said in one line: who is in charge stands on the step's page.
  const whole = [stateWords(step), loud ? null : step.owner, step.drifted !== null && kind !== "blocked" ? "Drifted" : time].filter((x) => x !== null);
  // One line: a rail that grows by a line when a step changes its state makes everything below jump.
  const long = (words: (string | null)[]) => words.join(" · ").length > 30;
  const nameless = long(whole) ? whole.filter((x) => x !== step.owner) : whole;
  const second = long(nameless) ? nameless.slice(0, 1) : nameless;
  return { id: step.id, title: step.title, state: step.state, kind, loud, meta: second.join(" · ") };
}

type Phase = {
  id: string;
  title: string;
  kind: Kind;
  done: number;
  of: number;
  gate: Pick<GateView, "state" | "state_words"> | null;
  rows: (Row & { number: number | null })[];
};

function phaseOf(phase: PhaseView): Phase {
  const { id, title, done, gate } = phase;
  // What people did not choose has no number.
  const counted = phase.steps.filter((s) => s.left_out !== true).map((s) => s.id);
  return {
    id,
    title,
    done,
    of: phase.of,
    kind: phaseKind(phase),
    gate: gate && { state: gate.state, state_words: gate.state_words },
    rows: phase.steps.map((s) => ({ ...rowOf(s), number: s.left_out === true ? null : counted.indexOf(s.id) + 1 })),
  };
}

/** All that the rail shows of a run, and nothing else: what is read every second is not in it. */
type Rail = { screens: ScreenLink[]; phases: Phase[]; gate: string | undefined; step: string | undefined };

const railOf = (snapshot: RunSnapshot | null): Rail => ({
  screens: screens(snapshot),
  phases: snapshot?.phases.map(phaseOf) ?? [],
  gate: snapshot === null ? undefined : currentGate(snapshot)?.id,
  step: snapshot === null ? undefined : currentStep(snapshot)?.id,
});

function StepRow({ row, number, selected }: { row: Row; number: number | null; selected: boolean }) {
  return (
    <li>
      <a
        className={`step-row${selected ? " selected" : ""}`}
        href={href({ name: "step", step: row.id })}
        aria-current={selected ? "page" : undefined}
        data-testid={`step-${row.id}`}
        data-state={row.state}
      >
        <Shape kind={row.kind} />
        <span className="step-name">
          {number} <Breakable text={row.title} />
        </span>
        <span className={`step-meta${row.loud ? " loud" : ""}`}>{row.meta}</span>
      </a>
    </li>
  );
}

function GateRow({ phase, gate, selected }: { phase: string; gate: Pick<GateView, "state" | "state_words">; selected: boolean }) {
  return (
    <li>
      <a
        className={`step-row gate-row${selected ? " selected" : ""}`}
        href={href({ name: "gate", phase })}
        aria-current={selected ? "page" : undefined}
        data-testid={`gate-${phase}`}
        data-state={gate.state}
      >
        <Shape kind={gateKind(gate)} />
        <span className="step-name">Go or no-go</span>
        <span className="step-meta">{gate.state_words}</span>
      </a>
    </li>
  );
}

/** Up to this many steps every phase stands open. */
const FEW = 8;

/** Which phases stand open: those with the step in hand or in trouble, and what the person opened or closed. */
function useOpenPhases(rail: Rail, place: Place, key: string): { isOpen: (phase: Phase) => boolean; flip: (phase: Phase) => void } {
  const [chosen, choose] = useState<ReadonlyMap<string, boolean>>(new Map());
  // A phase that was shown stays: nothing folds away under a person's eyes.
  const [shown, show] = useState<ReadonlySet<string>>(new Set());
  const few = rail.phases.flatMap((p) => p.rows).length <= FEW;
  const at = [rail.step, stepOf(place)];
  const wanted = rail.phases
    .filter((p) => few || p.id === ("phase" in place ? place.phase : "") || p.rows.some((r) => at.includes(r.id) || r.kind === "fail" || r.kind === "unknown"))
    .map((p) => p.id);
  // Once the person went on, what is through folds: that was their own move.
  const [left, leave] = useState(key);
  if (left !== key) {
    leave(key);
    show(new Set(wanted));
  } else if (wanted.some((id) => !shown.has(id))) show(new Set([...shown, ...wanted]));
  const isOpen = (phase: Phase) => chosen.get(phase.id) ?? (shown.has(phase.id) || wanted.includes(phase.id));
  return { isOpen, flip: (phase) => choose(new Map(chosen).set(phase.id, !isOpen(phase))) };
}

export function LeftRail({ place, onPalette, onHelp }: { place: Place; onPalette: () => void; onHelp: () => void }) {
  const rail = useApp(({ snapshot }) => railOf(snapshot));
  const { isOpen, flip } = useOpenPhases(rail, place, href(place));
  const gate = place.name === "gate" ? place.phase : place.name === "run" ? rail.gate : undefined;
  const selected = stepOf(place) ?? (place.name === "run" && gate === undefined ? rail.step : undefined);
  const inRun = ["step", "confirm", "fields", "gate", "rollback"].includes(place.name);
  const box = useRef<HTMLElement>(null);
  const shown = gate ?? selected ?? "";
  // The rail follows to where the person is.
  useEffect(() => {
    if (shown !== "") box.current?.querySelector(".step-row.selected")?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  const screenOf = inRun ? "run" : place.name === "amend" ? "decisions" : place.name;
  return (
    <nav ref={box} className="left" aria-label="Screens and steps" onKeyDown={arrows}>
      <div className="left-head">
        <button type="button" className="goto" onClick={onPalette} aria-keyshortcuts="Control+K Meta+K">
          <span>Go to…</span> <kbd>Ctrl K</kbd>
        </button>
        <button type="button" className="help-open" onClick={onHelp} aria-keyshortcuts="F1" data-testid="help-open">
          Help
        </button>
      </div>
      <ul className="screens">
        {rail.screens.map(({ place: to, title, count }) => (
          <li key={title}>
            <a
              href={href(to)}
              className={to.name === screenOf ? "selected" : undefined}
              aria-current={to.name === place.name ? "page" : undefined}
              data-testid={`nav-${to.name}`}
            >
              {title}
              {count !== undefined && count > 0 && <span className="screen-count">{count} open</span>}
            </a>
          </li>
        ))}
      </ul>
      {rail.phases.map((phase) => {
        const open = isOpen(phase);
        return (
          <div className="phase" key={phase.id}>
            <button
              type="button"
              className="phase-head"
              id={`phase-${phase.id}`}
              aria-expanded={open}
              onClick={() => flip(phase)}
              data-testid={`phase-${phase.id}`}
            >
              <Shape kind={phase.kind} />
              <span className="phase-title">{phase.title}</span>
              <span className="phase-count">
                {phase.done} of {phase.of}
              </span>
              <span className="phase-mark" aria-hidden="true" />
            </button>
            {open && (
              <ul aria-labelledby={`phase-${phase.id}`}>
                {phase.gate !== null && <GateRow phase={phase.id} gate={phase.gate} selected={phase.id === gate} />}
                {phase.rows.map((row) => (
                  <StepRow key={row.id} row={row} number={row.number} selected={row.id === selected} />
                ))}
              </ul>
            )}
          </div>
        );
      })}
    </nav>
  );
}
