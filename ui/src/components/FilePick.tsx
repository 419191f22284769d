import { useId } from "react";
import { Button } from "../kit";
import { useAttempt } from "../state/attempt";
import { useDraft } from "../state/drafts";
import { useStore } from "../state/hooks";

/** A runbook's path: written, pasted, or chosen in the system's dialog. */
export function FilePick({
  label,
  hint,
  busy,
  submit,
  onPick,
}: {
  label: string;
  hint: string;
  busy: boolean;
  submit: string;
  onPick: (path: string) => void;
}) {
  const store = useStore();
  const id = useId();
  const [path, setPath] = useDraft(`file ${label}`, "path", "");
  const { busy: asking, attempt } = useAttempt();
  const chosen = (file: string | null) => {
    if (file === null) return;
    setPath(file);
    onPick(file);
  };
  return (
    <form
      className="file-pick"
      onSubmit={(e) => {
        e.preventDefault();
        if (path.trim() !== "") onPick(path.trim());
      }}
    >
      <label htmlFor={id}>{label}</label>
      <div className="file-row">
        <input
          id={id}
          value={path}
          onChange={(e) => setPath(e.target.value)}
          aria-describedby={`${id}-hint`}
          autoComplete="off"
          spellCheck={false}
          data-testid="file-path"
        />
        <Button loading={asking} onPress={() => void attempt(() => store.ipc.chooseRunbook(), chosen, { failed: store.fail })} testId="file-choose">
          Choose a file…
        </Button>
        <Button submit refused={path.trim() === ""} loading={busy} testId="file-read">
          {submit}
        </Button>
      </div>
      <p className="meta" id={`${id}-hint`}>
        {hint}
      </p>
    </form>
  );
}
