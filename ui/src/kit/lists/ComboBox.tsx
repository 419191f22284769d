// A field for free words that offers what was written before.
import type { RefObject } from "react";
import { Button } from "react-aria-components/Button";
import { ComboBox as AriaComboBox } from "react-aria-components/ComboBox";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";

/** A field with suggestions; anything else may be written too. */
export function ComboBox({
  label,
  value,
  offers,
  onChange,
  field,
  required = false,
  why,
  testId,
}: {
  label: string;
  value: string;
  offers: readonly string[];
  onChange: (value: string) => void;
  field?: RefObject<HTMLInputElement | null>;
  required?: boolean;
  why?: string;
  testId?: string;
}) {
  return (
    <AriaComboBox
      className="combo-box"
      allowsCustomValue
      menuTrigger="input"
      inputValue={value}
      onInputChange={onChange}
      isRequired={required}
      validationBehavior="aria"
    >
      <Label className="field-label">{label}</Label>
      <div className="combo-field">
        <Input ref={field} autoComplete="off" spellCheck={false} data-testid={testId} {...(why === undefined ? {} : { "aria-describedby": why })} />
        {offers.length > 0 && (
          <Button className="combo-open" data-testid={testId === undefined ? undefined : `${testId}-open`}>
            <svg className="select-arrow" viewBox="0 0 10 10" aria-hidden="true">
              <path d="M1 3l4 4 4-4" />
            </svg>
          </Button>
        )}
      </div>
      <Popover className="popover" offset={2}>
        <ListBox className="options" items={offers.map((name) => ({ name }))}>
          {({ name }) => (
            <ListBoxItem id={name} textValue={name} className="option">
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
