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
    <fieldset className="colours" data-testid="colours">
      <legend>Colours</legend>
      {CHOICES.map(([value, words]) => (
        <label key={value} className="tick">
          <input type="radio" name={name} checked={choice === value} onChange={() => choose(value)} data-testid={`colours-${value}`} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
