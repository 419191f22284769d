import { useRef } from "react";
import type { HelpText } from "./help-text";
import { useFocusBack } from "./ReasonForm";

/** What this screen is for, above the page: it covers nothing, and stays until it is closed. */
export function Help({ title, text, keys, onClose }: { title: string; text: HelpText; keys: readonly (readonly [string, string])[]; onClose: () => void }) {
  const close = useRef<HTMLButtonElement>(null);
  useFocusBack(() => close.current);
  const { shows, todo, cli } = text;
  return (
    <section className="help" aria-labelledby="help-title" data-testid="help" onKeyDown={(e) => e.key === "Escape" && onClose()}>
      <div className="help-head">
        <h2 id="help-title">Help: {title}</h2>
        <button type="button" className="quiet-button" ref={close} onClick={onClose} data-testid="help-close">
          Close
        </button>
      </div>
      <div className="help-parts">
        <div>
          <p>{shows}</p>
          <ul>
            {todo.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
          {cli !== null && (
            <p className="meta">
              On the command line: <code>{cli}</code>
            </p>
          )}
        </div>
        <dl>
          {keys.map(([key, does]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}
