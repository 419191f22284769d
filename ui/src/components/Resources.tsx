import type { StepView } from "../ipc";
import { useSnapshot, useStore } from "../state/hooks";
import { CopyButton } from "./CopyButton";
import { Block } from "./PageHead";

/** What a step looks at or changes: the command that reads it, and its page in the AWS console. */
export function Resources({ step }: { step: StepView }) {
  const store = useStore();
  const { run } = useSnapshot();
  if (step.resources.length === 0) return null;
  const open = (resource: string) => store.ipc.openInConsole(run, resource).catch(store.fail);
  const shown = step.resources.some((r) => r.in_console);
  return (
    <Block id="resources" title="At AWS" note={shown ? undefined : "the AWS console knows nothing of this target: ask its endpoint"}>
      <ul className="resources">
        {step.resources.map((r) => (
          <li key={r.id} data-testid={`resource-${r.id}`}>
            <span>{r.title}</span>
            <CopyButton text={r.cli} label={`Copy as AWS CLI`} />
            {r.in_console && (
              <button type="button" className="quiet-button" onClick={() => void open(r.id)} aria-label={`Open ${r.title} in the AWS console`} data-testid={`console-${r.id}`}>
                Open in the AWS console
              </button>
            )}
          </li>
        ))}
      </ul>
    </Block>
  );
}
