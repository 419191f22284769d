// One account of a look-up: masked until somebody asks for a field, and masked again a minute later.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { date } from "../format/time";
import type { AccountView, ApiError, DetailView, Revealed } from "../ipc";
import { Button } from "../kit";
import { useAttempt } from "../state/attempt";
import { useStore } from "../state/hooks";
import { Block, Facts } from "./PageHead";
import { State } from "./State";

/** How long a revealed value stays, and a copied one in the clipboard. */
export const SHOWN_MS = 60_000;

const NAMES: Record<string, string> = {
  email: "E-mail",
  given_name: "Given name",
  family_name: "Family name",
  username: "User name",
  sub: "User id (sub)",
};

/** Empties the clipboard if it still holds what was copied; where it can't be read it is left alone. */
async function forget(text: string): Promise<void> {
  try {
    if ((await navigator.clipboard.readText()) === text) await navigator.clipboard.writeText("");
  } catch {
    // Nothing to do: the person was told.
  }
}

/** Where the pressed button went away with a change, the hands go on beside it, before another key can come. */
function useFocusKept(change: boolean, beside: () => HTMLElement | null | undefined): void {
  const before = useRef(change);
  const find = useRef(beside);
  useLayoutEffect(() => {
    if (before.current !== change && document.activeElement === document.body) find.current()?.focus();
    before.current = change;
  }, [change]);
}

const whyWords = ({ message, hint }: ApiError): string => `${message} ${hint}`;

function Field({ lookup, index, field, masked, purpose }: { lookup: string; index: number; field: string; masked: string; purpose: string }) {
  const store = useStore();
  const [value, setValue] = useState<string | null>(null);
  const [said, say] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const name = NAMES[field] ?? field;
  const hide = useCallback(() => {
    clearTimeout(timer.current);
    setValue(null);
    say("");
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  const place = useRef<HTMLElement>(null);
  useFocusKept(value !== null, () => place.current?.querySelector("button"));

  const { attempt } = useAttempt();
  const reveal = () => {
    const revealed = (answer: Revealed) => {
      setValue(answer.value);
      say("Recorded. Hidden again in 1 min.");
      timer.current = setTimeout(hide, SHOWN_MS);
    };
    void attempt(() => store.ipc.usersReveal({ lookup, index, field, purpose }), revealed, { failed: ({ api }) => say(whyWords(api)) });
  };
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied. The clipboard is emptied in 1 min.");
      setTimeout(() => void forget(text), SHOWN_MS);
    } catch {
      say("Not copied: select the text.");
    }
  };

  return (
    <div className="lookup-field" data-testid={`field-${field}`}>
      <dt>{name}</dt>
      <dd ref={place}>
        <span className="lookup-value">{value ?? masked}</span>{" "}
        {value === null ? (
          <button type="button" className="quiet-button" onClick={reveal} aria-label={`Reveal ${name}`}>
            Reveal
          </button>
        ) : (
          <>
            <button type="button" className="quiet-button" onClick={() => void copy(value)} aria-label={`Copy ${name}`}>
              Copy
            </button>{" "}
            <button type="button" className="quiet-button" onClick={hide} aria-label={`Hide ${name}`}>
              Hide
            </button>
          </>
        )}
        <span role="status" className="meta">
          {said}
        </span>
      </dd>
    </div>
  );
}

/** The account's state; where the pool does not say whether it is enabled, that is Unknown and neither. */
function Standing({ account }: { account: AccountView }) {
  if (account.enabled === null) return <State kind="unknown" word={`${account.status}, not said whether enabled`} />;
  return account.enabled ? <State kind="record" word={account.status} /> : <State kind="skipped" word={`${account.status}, disabled`} />;
}

export function AccountCard({
  account: found,
  of,
  lookup,
  purpose,
  cost,
}: {
  account: AccountView;
  of: number;
  lookup: string;
  purpose: string;
  cost: string | null;
}) {
  const store = useStore();
  const [account, setAccount] = useState(found);
  const { busy: asking, attempt } = useAttempt();
  const [said, say] = useState("");
  const card = useRef<HTMLDivElement>(null);
  useFocusKept(account.mfa !== null, () => card.current);
  const details = () => {
    const told = (detail: DetailView) => {
      if (detail.account !== null) setAccount(detail.account);
      say(detail.account === null ? "The pool no longer has this account." : detail.cost);
    };
    void attempt(() => store.ipc.usersDetail({ lookup, index: found.index, purpose }), told, { failed: ({ api }) => say(whyWords(api)) });
  };
  return (
    <div className="account" ref={card} tabIndex={-1} data-testid={`account-${found.index}`}>
      <Block
        id={`account-${found.index}`}
        // Two regions of one name can't be told apart by ear.
        title={of === 1 ? `Account in ${account.pool_title}` : `Account ${found.index + 1} of ${of} in ${account.pool_title}`}
        note="Hidden. Each reveal is recorded with your name and reason."
        side={
          account.mfa === null ? (
            <Button onPress={details} refused={asking} testId={`details-${found.index}`}>
              Details…
            </Button>
          ) : undefined
        }
      >
        <Facts
          list={[
            ["State", <Standing key="s" account={account} />],
            ["E-mail verified", account.email_verified === null ? "not said" : account.email_verified ? "yes" : "no"],
            account.created_at === null ? null : ["Made", date(account.created_at)],
            account.modified_at === null ? null : ["Changed", date(account.modified_at)],
            account.mfa === null ? null : ["Second factors", account.mfa.length === 0 ? "none" : account.mfa.join(", ")],
            account.machine ? ["Kind", "a program signs in with it"] : null,
          ]}
        />
        <dl className="lookup-fields">
          {account.fields.map((f) => (
            <Field key={f.field} lookup={lookup} index={found.index} field={f.field} masked={f.masked} purpose={purpose} />
          ))}
        </dl>
        {account.mfa === null && cost !== null && <p className="meta">{cost}</p>}
        <p role="status" className="meta">
          {said}
        </p>
      </Block>
    </div>
  );
}
