// A choice of a few. The list is ours, so that it is drawn alike on every system and at every zoom.
import { useId } from "react";
import { Button } from "react-aria-components/Button";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { Label } from "react-aria-components/Label";

/** One of the choices: what it stands for, and its words. */
export type Choice = readonly [value: string, words: string];

/** A field with a list of choices. `value` is one of theirs, or what is shown as `empty`. */
export function Select({
  label,
  value,
  choices,
  empty = "Choose",
  onPick,
  testId,
}: {
  label: string;
  value: string | null;
  choices: readonly Choice[];
  empty?: string;
  onPick: (value: string) => void;
  testId?: string;
}) {
  const id = useId();
  return (
    <AriaSelect className="select" selectedKey={value} onSelectionChange={(key) => key !== null && onPick(String(key))} placeholder={empty}>
      <Label className="field-label">{label}</Label>
      <Button className="select-button" data-testid={testId} id={id}>
        <SelectValue className="select-value" />
        <svg className="select-arrow" viewBox="0 0 10 10" aria-hidden="true">
          <path d="M1 3l4 4 4-4" />
        </svg>
      </Button>
      <Popover className="popover" offset={2}>
        <ListBox className="options" items={choices.map(([key, words]) => ({ key, words }))}>
          {({ key, words }) => (
            <ListBoxItem id={key} textValue={words} className="option" data-testid={testId === undefined ? undefined : `${testId}-${key}`}>
              {words}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
