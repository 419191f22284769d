import Modal from "@cloudscape-design/components/modal";
import { Command } from "cmdk";
import { useEffect, useRef } from "react";
import { useApp, useStore } from "../state/hooks";
import { choose, isDark } from "../state/mode";
import { allSteps, currentStep } from "../state/readings";
import { go } from "../state/router";
import { zoom } from "../state/zoom";
import { gateKind, screens, shapeOf } from "./LeftRail";
import { Shape } from "./State";

type Deed = { id: string; words: string; also?: string; work: () => void };

/** What changes nothing in the world and needs no reason: reading again, and the window itself. */
function useDeeds(onHelp: () => void): Deed[] {
  const store = useStore();
  const { snapshot } = useApp();
  const deeds: Deed[] = [];
  if (snapshot !== null && snapshot.watching === null) {
    const step = currentStep(snapshot);
    for (const word of ["check", "inspect"] as const) {
      const offer = step?.offers.find((o) => o.command === word && o.refused === null);
      if (step !== undefined && offer !== undefined) {
        deeds.push({ id: word, words: `${offer.label}: ${step.title}`, also: "read look", work: () => void store.submit(word, { do: word, step: step.id }) });
      }
    }
    for (const p of snapshot.phases) {
      if (p.gate?.offers.some((o) => o.command === "gate-check" && o.refused === null) === true) {
        deeds.push({ id: `gate ${p.id}`, words: `Read the checks of the gate before ${p.title}`, work: () => void store.submit("gate-check", { do: "check_gate", phase: p.id }) });
      }
    }
  }
  if (snapshot !== null) {
    deeds.push({ id: "sheet", words: "Export the break-glass sheet", also: "paper", work: () => void store.exportSheet() });
    deeds.push({ id: "connect", words: "Connect to the core again", also: "live stream refresh", work: () => void store.open(snapshot.run) });
  }
  return [
    ...deeds,
    { id: "mode", words: isDark() ? "Light colours" : "Dark colours", also: "light dark mode window", work: () => choose(isDark() ? "light" : "dark") },
    { id: "larger", words: "Larger", also: "zoom in bigger size", work: () => zoom(store.ipc, 1, store.fail) },
    { id: "smaller", words: "Smaller", also: "zoom out size", work: () => zoom(store.ipc, -1, store.fail) },
    { id: "usual", words: "Usual size", also: "zoom reset 100", work: () => zoom(store.ipc, 0, store.fail) },
    { id: "help", words: "Help for this screen", also: "what keys", work: onHelp },
  ];
}

/** Ctrl/Cmd+K: every screen, step and safe action by a few letters. Nothing here changes the world. */
export function Palette({ open, onClose, onHelp }: { open: boolean; onClose: () => void; onHelp: () => void }) {
  const { snapshot } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const deeds = useDeeds(onHelp);
  useEffect(() => {
    if (!open) return;
    const id = setTimeout(() => input.current?.focus(), 0);
    return () => clearTimeout(id);
  }, [open]);
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  const more =
    snapshot === null
      ? []
      : ([
          { title: "War room", place: { name: "war-room" } },
          { title: "Amend the plan", place: { name: "amend" } },
          { title: "Open a runbook", place: { name: "runbook" } },
        ] as const);
  return (
    <Modal visible={open} onDismiss={onClose} header="Go to" closeAriaLabel="Close" size="medium" position="top">
      {open && (
        <Command label="Go to a screen or a step, or do something safe" loop className="palette">
          <Command.Input ref={input} placeholder="A screen, a step, or what you want to do" data-testid="palette-input" />
          <Command.List label="Places and actions">
            <Command.Empty>Nothing is called that.</Command.Empty>
            <Command.Group heading="Screens">
              {[...screens(snapshot), ...more].map(({ place, title }) => (
                <Command.Item key={title} value={`screen ${title}`} onSelect={pick(() => go(place))}>
                  {title}
                </Command.Item>
              ))}
              {snapshot?.way_back.something_to_undo === true && (
                <Command.Item value="screen roll back plan" onSelect={pick(() => go({ name: "rollback", scope: null }))}>
                  Roll back: show the plan
                </Command.Item>
              )}
            </Command.Group>
            {snapshot !== null && (
              <Command.Group heading="Steps">
                {snapshot.phases.map(
                  (p) =>
                    p.gate !== null && (
                      <Command.Item key={`gate ${p.id}`} value={`gate go no-go ${p.id} ${p.gate.title}`} onSelect={pick(() => go({ name: "gate", phase: p.id }))}>
                        <Shape kind={gateKind(p.gate)} /> {p.gate.title} <span className="meta">{p.gate.state_words}</span>
                      </Command.Item>
                    ),
                )}
                {allSteps(snapshot).map((step) => (
                  <Command.Item key={step.id} value={`${step.id} ${step.plan_ref} ${step.title}`} onSelect={pick(() => go({ name: "step", step: step.id }))}>
                    <Shape kind={shapeOf(step)} /> {step.title} <span className="meta">{step.state_words}</span>
                  </Command.Item>
                ))}
              </Command.Group>
            )}
            <Command.Group heading="Do">
              {deeds.map((d) => (
                <Command.Item key={d.id} value={`do ${d.id} ${d.words} ${d.also ?? ""}`} onSelect={pick(d.work)}>
                  {d.words}
                </Command.Item>
              ))}
            </Command.Group>
          </Command.List>
        </Command>
      )}
    </Modal>
  );
}
