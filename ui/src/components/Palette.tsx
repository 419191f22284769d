import { type ReactNode, useState } from "react";
import { Autocomplete } from "react-aria-components/Autocomplete";
import { Header } from "react-aria-components/Header";
import { Input } from "react-aria-components/Input";
import { Menu, MenuItem, MenuSection } from "react-aria-components/Menu";
import { SearchField } from "react-aria-components/SearchField";
import { Dialog } from "../kit/lists";
import { useApp, useStore } from "../state/hooks";
import { choose, isDark } from "../state/mode";
import { type Found, fitting } from "../state/palette";
import { currentStep, onward } from "../state/readings";
import { go } from "../state/router";
import { zoom } from "../state/zoom";
import { copy } from "./CopyButton";
import { gateKind, screens, shapeOf, stateWords } from "./LeftRail";
import { Shape } from "./State";

type Deed = { id: string; words: string; also?: string; work: () => void };

/** What changes nothing in the world and needs no reason: reading again, and the window itself. */
function useDeeds(onHelp: () => void): Deed[] {
  const store = useStore();
  const snapshot = useApp((s) => s.snapshot);
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
        deeds.push({
          id: `gate ${p.id}`,
          words: `Read the checks of the gate before ${p.title}`,
          work: () => void store.submit("gate-check", { do: "check_gate", phase: p.id }),
        });
      }
    }
  }
  if (snapshot !== null) {
    const { status } = snapshot;
    deeds.push({
      id: "status",
      words: "Copy the status for the chat",
      also: "slack teams tell where share message",
      work: () => void copy(status).then((done) => store.tellCopied({ text: status, done })),
    });
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

type Entry = Found & { id: string; mark?: ReactNode; note?: string; work: () => void };
type Group = { title: string; entries: Entry[] };

/** Where the run is now, before everything else; then the screens, the steps and what is safe to do. */
function useGroups(onHelp: () => void): Group[] {
  const snapshot = useApp((s) => s.snapshot);
  const deeds = useDeeds(onHelp);
  const doing: Group = { title: "Do", entries: deeds };
  const places: Entry[] = screens(snapshot).map(({ place, title }) => ({ id: `screen ${title}`, words: title, work: () => go(place) }));
  if (snapshot === null) return [{ title: "Screens", entries: places }, doing];
  const more = [
    ["War room", { name: "war-room" }],
    ["Amend the plan", { name: "amend" }],
    ["Open a runbook", { name: "runbook" }],
  ] as const;
  places.push(...more.map(([words, place]) => ({ id: `screen ${words}`, words, work: () => go(place) })));
  if (snapshot.way_back.something_to_undo)
    places.push({ id: "screen rollback", words: "Roll back: show the plan", also: "undo way back", work: () => go({ name: "rollback", scope: null }) });
  const steps: Entry[] = snapshot.phases.flatMap((p) => [
    ...(p.gate === null
      ? []
      : [
          {
            id: `gate-${p.id}`,
            words: p.gate.title,
            also: `gate go no-go ${p.id}`,
            mark: <Shape kind={gateKind(p.gate)} />,
            note: p.gate.state_words,
            work: () => go({ name: "gate" as const, phase: p.id }),
          },
        ]),
    ...p.steps.map((s) => ({
      id: s.id,
      words: s.title,
      also: `${s.id} ${s.plan_ref}`,
      mark: <Shape kind={shapeOf(s)} />,
      note: stateWords(s),
      work: () => go({ name: "step", step: s.id }),
    })),
  ]);
  const now = onward(snapshot);
  const current = steps.filter((s) => s.id === now?.id);
  return [
    { title: "Where the run is", entries: current },
    { title: "Screens", entries: places },
    { title: "Steps", entries: steps.filter((s) => s.id !== now?.id) },
    doing,
  ];
}

/** Ctrl/Cmd+K: every screen, step and safe action by a few letters. Nothing here changes the world. */
export default function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [query, setQuery] = useState("");
  const found = useGroups(onHelp)
    .map((g) => ({ ...g, entries: fitting(query, g.entries) }))
    .filter((g) => g.entries.length > 0);
  const work = (id: string) => {
    onClose();
    found
      .flatMap((g) => g.entries)
      .find((e) => e.id === id)
      ?.work();
  };
  return (
    <Dialog title="Go to" onClose={onClose} testId="palette">
      <Autocomplete inputValue={query} onInputChange={setQuery}>
        <SearchField aria-label="A screen, a step, or something safe to do" autoFocus className="palette">
          <Input placeholder="A screen, a step, or what you want to do" className="palette-input" data-testid="palette-input" />
        </SearchField>
        <Menu
          aria-label="Places and actions"
          className="options palette-list"
          onAction={(id) => work(String(id))}
          renderEmptyState={() => <p className="palette-empty">Nothing is called that.</p>}
        >
          {found.map((g) => (
            <MenuSection key={g.title} id={g.title}>
              <Header className="options-title">{g.title}</Header>
              {g.entries.map((e) => (
                <MenuItem key={e.id} id={e.id} textValue={e.words} className="option" data-testid={`go-${e.id}`}>
                  {e.mark}
                  <span>{e.words}</span>
                  {e.note !== undefined && <span className="meta">{e.note}</span>}
                </MenuItem>
              ))}
            </MenuSection>
          ))}
        </Menu>
      </Autocomplete>
    </Dialog>
  );
}
