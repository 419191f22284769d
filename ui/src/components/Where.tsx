// Where people are looked up: one of the known places, or one that the person names.
import { type FormEvent, useId, useRef, useState } from "react";
import type { LookupPlace, LookupPlaces } from "../ipc";
import { Button, Select } from "../kit";
import { useAttempt } from "../state/attempt";
import { type Places, rehearsal, sameWhere, whereOf } from "../state/place";
import { Block } from "./PageHead";
import { useFocusBack } from "./ReasonForm";

const ELSEWHERE = "elsewhere";

/** What is asked and with which sign-in, in one line. */
export function placeWords(place: LookupPlace): string {
  const pools = place.pools.map((p) => p.title);
  const last = pools.pop();
  const asked = pools.length === 0 ? last : `${pools.join(", ")} and ${last}`;
  return place.target === "" ? `Asks ${asked}.` : `Asks ${asked} of ${place.target}.`;
}

const wordsOf = (p: LookupPlaces["places"][number]): string =>
  p.banner === "" ? p.name : p.name.toUpperCase() === p.banner ? p.banner : `${p.banner} · ${p.name}`;

/** The choice between the known places; null where there is nothing to choose. */
export function WherePick({ places, onElsewhere }: { places: Places; onElsewhere: () => void }) {
  const { known, spot, pick } = places;
  if (known === null || known.only || known.places.length === 0) return null;
  const where = spot.at === "nowhere" ? null : spot.where;
  const at = where === null ? -1 : known.places.findIndex((p) => sameWhere(p.where, where));
  const choose = (value: string) => {
    if (value === ELSEWHERE) return onElsewhere();
    const choice = known.places[Number(value)];
    if (choice !== undefined) void pick(choice.where);
  };
  return (
    <div className="lookup-where">
      <Select
        label="Where"
        value={String(Math.max(0, at))}
        choices={[...known.places.map((p, i) => [String(i), wordsOf(p)] as const), [ELSEWHERE, "Somewhere else…"]]}
        onPick={choose}
        testId="lookup-where"
      />
    </div>
  );
}

/** Names a place that is not known: a target file, or pools. */
export function Elsewhere({ places, onDone, onCancel }: { places: Places; onDone: () => void; onCancel?: () => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const { busy, failure, attempt } = useAttempt();
  const field = useRef<HTMLInputElement>(null);
  useFocusBack(() => (onCancel === undefined ? null : field.current));
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "" && !busy) void attempt(() => places.pick(whereOf(text)), onDone);
  };
  return (
    <form className="file-pick lookup-elsewhere" onSubmit={send} onKeyDown={(e) => e.key === "Escape" && onCancel?.()} data-testid="elsewhere">
      <label htmlFor={id}>Target file, or ids of user pools</label>
      <div className="file-row">
        <input
          id={id}
          ref={field}
          value={text}
          onChange={(e) => setText(e.target.value)}
          aria-describedby={`${id}-hint`}
          aria-invalid={failure !== null}
          autoComplete="off"
          spellCheck={false}
          data-testid="elsewhere-text"
        />
        <Button submit refused={text.trim() === ""} loading={busy} testId="elsewhere-use">
          Look there
        </Button>
        {onCancel !== undefined && (
          <Button weight="quiet" onPress={onCancel}>
            Cancel
          </Button>
        )}
      </div>
      <p className="meta" id={`${id}-hint`}>
        A target file names the account, the sign-in and the pools: targets/NAME.toml beside a runbook. Pools alone are asked with the sign-in of this computer,
        such as <code>eu-west-2_EXAMPLE1</code>.
      </p>
      <div role="alert">
        {failure !== null && (
          <p className="mend" data-testid="elsewhere-refused">
            {failure.api.message} {failure.api.hint}
          </p>
        )}
      </div>
    </form>
  );
}

/** The first start: nothing to ask yet, and what to do about it. */
export function Nowhere({ places }: { places: Places }) {
  const { failure, attempt } = useAttempt();
  const unread = places.known?.unread ?? 0;
  return (
    <Block id="nowhere" title="No pools are known yet">
      <p>People are looked up in the user pools that a target names. The runs of this computer name none so far.</p>
      {unread > 0 && (
        <p className="meta">
          {unread === 1 ? "1 run can’t be read, so its pools are not known." : `${unread} runs can’t be read, so their pools are not known.`} Ask whoever
          operates it.
        </p>
      )}
      <ol className="first-steps">
        <li>
          <h3>Name the pools</h3>
          <Elsewhere places={places} onDone={() => undefined} />
        </li>
        <li>
          <h3>Or have it ready at every start</h3>
          <p>Ask whoever runs the migration for the target file, and start with it:</p>
          <p>
            <code>switchback-console --support --target FILE</code>
          </p>
        </li>
        <li>
          <h3>Or try it first</h3>
          <p>The rehearsal has made-up people on this computer. No account is needed.</p>
          <Button
            onPress={() =>
              void attempt(
                () => places.pick(rehearsal()),
                () => undefined,
              )
            }
            testId="nowhere-rehearse"
          >
            Look among made-up people
          </Button>
          <div role="alert">
            {failure !== null && (
              <p className="mend">
                {failure.api.message} {failure.api.hint}
              </p>
            )}
          </div>
        </li>
      </ol>
    </Block>
  );
}
