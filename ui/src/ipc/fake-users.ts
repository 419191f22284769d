// Made-up people for the fake twin. Every name is invented and ends in example.nhs.test.
import type { AccountView, DetailAsk, DetailView, LookupAsk, LookupPlace, LookupPlaces, LookupView, LookupWhere, PoolAnswerView, RevealAsk, Revealed } from "./generated/wire";
import { Failure } from "./port";

const NEW = { id: "eu-west-2_EXAMPLE1", title: "Admins pool", role: "new" };
const OLD = { id: "eu-west-2_EXAMPLE0", title: "Reval pool", role: "old" };

/** What the masked fields hide; tests look for it where it must not be. */
export const SECRETS: Record<string, string> = {
  email: "jo.bloggs@example.nhs.test",
  given_name: "Jo",
  family_name: "Bloggs",
  sub: "5e1f90aa-0000-4000-8000-000000000001",
};

const MASKED: Record<string, string> = { email: "j•••@example.nhs.test", given_name: "J•••", family_name: "B•••", sub: "5•••" };

const PROD: LookupWhere = { run: "run-5", target: null, pools: [] };
const REHEARSAL: LookupWhere = { run: null, target: "rehearsal", pools: [] };

/** `nowhere` knows no place, `rehearse` only the rehearsal. */
export function placesOf(words: readonly string[]): LookupPlaces {
  const rehearsal = { where: REHEARSAL, banner: "REHEARSAL", name: "rehearsal" };
  if (words.includes("nowhere")) return { places: [], only: false, unread: 0 };
  if (words.includes("rehearse")) return { places: [rehearsal], only: true, unread: 0 };
  return { places: [{ where: PROD, banner: "PRODUCTION", name: "tis-prod" }, rehearsal], only: false, unread: 0 };
}

export function placeOf(at: LookupWhere): LookupPlace {
  if (at.target !== null && at.target !== "rehearsal") {
    throw new Failure({ code: "bad_input", message: `There is no target "${at.target}".`, hint: "Give a target file, or one of rehearsal, test.", where: at.target });
  }
  const prod = at.run === PROD.run || at.pools.length > 0;
  return {
    banner: at.pools.length > 0 ? "" : prod ? "PRODUCTION" : "REHEARSAL",
    kind: at.pools.length > 0 ? "" : prod ? "production" : "rehearsal",
    target: at.pools.length > 0 ? "" : prod ? "tis-prod" : "rehearsal",
    run: at.run,
    regions: ["eu-west-2"],
    account_tail: prod && at.pools.length === 0 ? "9012" : null,
    profile: prod && at.pools.length === 0 ? "tis-support" : null,
    test_endpoint: false,
    pools: at.pools.length > 0 ? at.pools.map((id) => ({ id, title: id, role: "new" })) : [NEW, OLD],
    detail_cost: "Cognito counts an account whose details are read as active this month.",
  };
}

function accountOf(index: number): AccountView {
  return {
    index,
    pool: NEW.id,
    pool_title: NEW.title,
    role: NEW.role,
    status: "CONFIRMED",
    enabled: true,
    email_verified: true,
    created_at: "2026-10-01T09:00:00Z",
    modified_at: "2026-11-02T09:00:00Z",
    machine: false,
    fields: Object.entries(MASKED).map(([field, masked]) => ({ field, masked })),
    mfa: null,
  };
}

function poolOf(pool: typeof NEW, state: string, matches: number): PoolAnswerView {
  const says = state === "whole" ? (matches === 0 ? "No account matches." : `${matches} of its accounts match.`) : "It did not answer in time.";
  return { ...pool, state, says, mend: state === "whole" ? null : "Ask again in a minute.", matches, observed_at: new Date().toISOString(), ms: 42 };
}

/** `several…`, `silent…`, `nobody…` and `refused…` choose the answer; anything else finds one account. */
export function lookupOf(ask: LookupAsk): LookupView {
  const query = ask.query.toLowerCase();
  if (query.startsWith("refused")) {
    throw new Failure({ code: "bad_input", message: "The text has a character that can't be typed, such as a line end.", hint: "Type it again by hand.", where: "query" });
  }
  const [silent, several, nobody] = [query.startsWith("silent"), query.startsWith("several"), query.startsWith("nobody")];
  const matches = several ? 2 : nobody || silent ? 0 : 1;
  const words = silent
    ? { verdict: "cant_tell", meaning: "cant_tell" as const, sentence: "Can't tell: the Reval pool did not answer.", next_step: "Ask again in a minute. Do not create an account." }
    : several
      ? { verdict: "several", meaning: "cant_tell" as const, sentence: "Several accounts match. None is chosen for you.", next_step: "Compare the dates and open the right one." }
      : nobody
        ? { verdict: "not_migrated", meaning: "not_migrated_yet" as const, sentence: "Not migrated yet.", next_step: "They sign in with their old password and are moved then." }
        : { verdict: "confirmed", meaning: "can_sign_in" as const, sentence: "Migrated, and can sign in.", next_step: "If they forgot the password, they use “Forgot password”." };
  return {
    lookup: "lookup-1",
    query: "j•••",
    matched_by: query.includes("@") ? "email" : "name_prefix",
    clear: !silent,
    stage: null,
    ...words,
    notes: [],
    banner: "REHEARSAL",
    target: "rehearsal",
    pools: [poolOf(NEW, "whole", matches), poolOf(OLD, silent ? "unreachable" : "whole", 0)],
    accounts: Array.from({ length: matches }, (_, index) => accountOf(index)),
    matches,
    source: null,
    questions: 2,
    at: new Date().toISOString(),
  };
}

export const detailOf = (ask: DetailAsk): DetailView => ({
  account: { ...accountOf(ask.index), mfa: ["SOFTWARE_TOKEN_MFA"] },
  cost: "1 request that counts the account as active.",
  at: new Date().toISOString(),
});

export const revealOf = (ask: RevealAsk): Revealed => ({ field: ask.field, value: SECRETS[ask.field] ?? "" });
