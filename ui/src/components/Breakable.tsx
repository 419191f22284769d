import { Fragment } from "react";

/** Text in which a long host name may break after a dot, not in the middle of a word. */
export function Breakable({ text }: { text: string }) {
  return text.split(/\b\.\b/).map((part, i) => (
    // The parts have no identity but their place.
    <Fragment key={`${i}${part}`}>
      {i > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}
