import { useId } from "react";
import { type Choice, choose, useChoice } from "../state/mode";

const CHOICES: readonly (readonly [Choice, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** Light, dark or as the system has it. */
export function Colours() {
  const name = useId();
  const choice = useChoice();
  return (
    <div role="radiogroup" aria-labelledby={`${name}-label`} className="colours" data-testid="colours">
      <span className="field-label" id={`${name}-label`}>
        Colours
      </span>
      {CHOICES.map(([value, words]) => (
        <label key={value} className="tick">
          <input type="radio" name={name} checked={choice === value} onChange={() => choose(value)} data-testid={`colours-${value}`} />
          {words}
        </label>
      ))}
    </div>
  );
}
