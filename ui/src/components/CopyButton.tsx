import { useState } from "react";

/** Puts a text where it can be pasted from; false where that is not possible. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOld(text);
  }
}

// Web views without the clipboard API still copy a selection.
function copyOld(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
  }
}

/**
 * Copies, and says in words whether it did. `shown`: the text stands on the page too, to be selected where it can't be copied. `name` says it
 * for a reader where the words alone don't tell.
 */
export function CopyButton({ text, label, name, shown = true }: { text: string; label: string; name?: string; shown?: boolean }) {
  const [said, say] = useState("");
  return (
    <span className="copy">
      <button
        type="button"
        className="quiet-button"
        aria-label={said === "" ? name : undefined}
        onClick={() => void copy(text).then((done) => say(done ? "Copied" : shown ? "Not copied: select the text below" : `Not copied: ${text}`))}
      >
        {label}
      </button>
      <span role="status" className="copy-said">
        {said}
      </span>
    </span>
  );
}
