// A button that opens a list of places to go and of things to do.
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from "react-aria-components/Menu";
import { Header } from "react-aria-components/Header";
import { Popover } from "react-aria-components/Popover";

/** One entry: it leads somewhere or does something; `comes` = what it comes to, in a sentence below its words. */
export type Entry = { id: string; words: string; mark?: ReactNode; note?: string; comes?: string | undefined; current?: boolean; work: () => void };
/** Entries under one heading; without one they stand alone. */
export type Group = { id: string; title?: string; entries: readonly Entry[] };

export function Menu({
  label,
  groups,
  className = "button w-normal",
  testId,
  children,
}: {
  label: string;
  groups: readonly Group[];
  className?: string;
  testId?: string;
  children: ReactNode;
}) {
  return (
    <MenuTrigger>
      <Button className={className} aria-label={label} data-testid={testId}>
        {children}
      </Button>
      <Popover className="popover" offset={2}>
        <AriaMenu className="options menu" aria-label={label}>
          {groups
            .filter((g) => g.entries.length > 0)
            .map((g) => (
              <MenuSection key={g.id} id={g.id} {...(g.title === undefined ? { "aria-label": label } : {})}>
                {g.title !== undefined && <Header className="options-title">{g.title}</Header>}
                {g.entries.map((e) => (
                  <MenuItem
                    key={e.id}
                    id={`${g.id} ${e.id}`}
                    textValue={e.words}
                    onAction={e.work}
                    className={`option${e.current === true ? " is-current" : ""}`}
                    data-testid={`menu-${e.id}`}
                  >
                    {e.mark}
                    <span>
                      {e.words}
                      {e.comes !== undefined && <span className="option-comes meta">{e.comes}</span>}
                    </span>
                    {e.note !== undefined && <span className="meta">{e.note}</span>}
                  </MenuItem>
                ))}
              </MenuSection>
            ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
