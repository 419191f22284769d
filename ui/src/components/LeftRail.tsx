import { type KeyboardEvent, useRef } from "react";
import { duration, shortTime } from "../format/time";
import type { PhaseView, RunSnapshot, StepView } from "../ipc";
import { useApp } from "../state/hooks";
import { currentStep } from "../state/readings";
import { type Place, href } from "../state/router";
import { Breakable } from "./Breakable";
import { type Kind, Shape, stepKind } from "./State";

/** A step's shape; Blocked by nothing but time is an hourglass. */
export function shapeOf(step: StepView): Kind {
  if (step.state === "blocked") {
    const open = step.before.filter((r) => r.tone !== "passing" && r.tone !== "not_applicable");
    if (open.length > 0 && open.every((r) => r.tone === "waiting")) return "waiting";
  }
  return stepKind(step.state);
}

function phaseKind(phase: PhaseView): Kind {
  const kinds = phase.steps.map(shapeOf);
  if (kinds.includes("fail")) return "fail";
  if (kinds.includes("unknown")) return "unknown";
  if (phase.done === phase.steps.length) return "pass";
  return phase.done > 0 || kinds.includes("running") ? "running" : "todo";
}

export function screens(snapshot: RunSnapshot | null): { place: Place; title: string }[] {
  if (snapshot === null) return [{ place: { name: "start" }, title: "Start" }];
  return [
    { place: { name: "run" }, title: "Run" },
    { place: { name: "live" }, title: "Live" },
    { place: { name: "timeline" }, title: "Timeline" },
    ...(snapshot.banner.kind === "rehearsal" ? [{ place: { name: "rehearsal" } as Place, title: "Rehearsal" }] : []),
    { place: { name: "start" }, title: "Start" },
  ];
}

/** Arrow keys, Home and End move among the links of the rail; Enter opens, as everywhere. */
function arrows(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, to))]?.focus();
}

function StepRow({ step, number, selected }: { step: StepView; number: number; selected: boolean }) {
  const time = step.changed_at !== null && step.state !== "to_do" ? shortTime(step.changed_at) : step.expected_s !== null ? duration(step.expected_s) : null;
  const kind = shapeOf(step);
  const loud = kind === "fail" || kind === "unknown" || kind === "waiting" || kind === "blocked";
  // Trouble is said in one line: who is in charge stands on the step's page.
  const whole = [step.state_words, loud ? null : step.owner, time].filter((x) => x !== null);
  // One line: a rail that grows by a line when a step changes its state makes everything below jump.
  const second = whole.join(" · ").length > 30 ? whole.filter((x) => x !== step.owner) : whole;
  return (
    <li>
      <a
        className={`step-row${selected ? " selected" : ""}`}
        href={href({ name: "step", step: step.id })}
        aria-current={selected ? "page" : undefined}
        data-testid={`step-${step.id}`}
        data-state={step.state}
      >
        <Shape kind={kind} />
        <span className="step-name">
          {number} <Breakable text={step.title} />
        </span>
        <span className={`step-meta${loud ? " loud" : ""}`}>
          {second.join(" · ")}
          {step.drifted !== null && " · Drifted"}
        </span>
      </a>
    </li>
  );
}

export function LeftRail({ place, onPalette }: { place: Place; onPalette: () => void }) {
  const { snapshot } = useApp();
  const nav = useRef<HTMLElement>(null);
  const selected =
    place.name === "step" || place.name === "confirm"
      ? place.step
      : place.name === "run" && snapshot !== null
        ? currentStep(snapshot)?.id
        : undefined;
  const screenOf = place.name === "step" || place.name === "confirm" || place.name === "rollback" ? "run" : place.name;
  return (
    <nav className="left" aria-label="Screens and steps" ref={nav} onKeyDown={arrows}>
      <button type="button" className="goto" onClick={onPalette} aria-keyshortcuts="Control+K Meta+K">
        <span>Go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <ul className="screens">
        {screens(snapshot).map(({ place: to, title }) => (
          <li key={title}>
            <a
              href={href(to)}
              className={to.name === screenOf ? "selected" : undefined}
              aria-current={to.name === place.name ? "page" : undefined}
              data-testid={`nav-${to.name}`}
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
      {snapshot?.phases.map((phase) => (
        <div className="phase" key={phase.id}>
          <p className="phase-head" id={`phase-${phase.id}`}>
            <Shape kind={phaseKind(phase)} />
            <span>{phase.title}</span>
            <span className="phase-count">
              {phase.done} of {phase.steps.length}
            </span>
          </p>
          <ul aria-labelledby={`phase-${phase.id}`}>
            {phase.steps.map((step, i) => (
              <StepRow key={step.id} step={step} number={i + 1} selected={step.id === selected} />
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

