import Modal from "@cloudscape-design/components/modal";
import { Command } from "cmdk";
import { useEffect, useRef } from "react";
import { useApp } from "../state/hooks";
import { choose, isDark } from "../state/mode";
import { allSteps } from "../state/readings";
import { go } from "../state/router";
import { screens, shapeOf } from "./LeftRail";
import { Shape } from "./State";

/** Ctrl/Cmd+K: every screen and step by a few letters. It goes places; it changes nothing in the world. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { snapshot } = useApp();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!open) return;
    const id = setTimeout(() => input.current?.focus(), 0);
    return () => clearTimeout(id);
  }, [open]);
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  return (
    <Modal visible={open} onDismiss={onClose} header="Go to" closeAriaLabel="Close" size="medium" position="top">
      {open && (
        <Command label="Go to a screen or a step" loop className="palette">
          <Command.Input ref={input} placeholder="A screen, a step or a word of it" data-testid="palette-input" />
          <Command.List label="Places">
            <Command.Empty>Nothing is called that.</Command.Empty>
            <Command.Group heading="Screens">
              {screens(snapshot).map(({ place, title }) => (
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
                {allSteps(snapshot).map((step) => (
                  <Command.Item key={step.id} value={`${step.id} ${step.title}`} onSelect={pick(() => go({ name: "step", step: step.id }))}>
                    <Shape kind={shapeOf(step)} /> {step.title} <span className="meta">{step.state_words}</span>
                  </Command.Item>
                ))}
              </Command.Group>
            )}
            <Command.Group heading="Window">
              <Command.Item value="window light dark mode" onSelect={pick(() => choose(isDark() ? "light" : "dark"))}>
                {isDark() ? "Light colours" : "Dark colours"}
              </Command.Item>
            </Command.Group>
          </Command.List>
        </Command>
      )}
    </Modal>
  );
}
