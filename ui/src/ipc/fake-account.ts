// Profiles, a connection and a report of the made-up run. All names and numbers are fakes.
import { iso, reading } from "./fake-data";
import type { ConnectionAsk, ConnectionView, EventView, ProfileView, ProfilesView, ReportView, SettingView } from "./generated/wire";

const profile = (name: string, part: Partial<ProfileView>): ProfileView => ({
  name,
  kind: "keys",
  kind_words: "access keys",
  source: null,
  role: null,
  account_tail: null,
  region: "eu-west-2",
  sso_session: null,
  session: "not_needed",
  session_at: null,
  session_words: "does not end",
  sign_in: null,
  problem: null,
  mend: null,
  ...part,
});

const settings: SettingView[] = [
  { variable: "AWS_PROFILE", value: "tis-preprod", effect: "the profile that is used where a target names none", overrides: true },
  { variable: "AWS_REGION", value: "us-east-1", effect: "not used: the target names the region", overrides: false },
];

export const profilesOf = (now: number): ProfilesView => ({
  schema_version: 1,
  profiles: [
    profile("break-glass", { kind: "assume_role", kind_words: "assumed role", role: "operator", source: "keys", account_tail: "9012", session_words: "renewed without you", problem: "It needs a code from an MFA device (profile break-glass).", mend: "Switchback can't ask for it, the AWS CLI can." }),
    profile("keys", {}),
    profile("tis-preprod", { kind: "sso_session", kind_words: "IAM Identity Center", role: "operator", account_tail: "9012", sso_session: "tis", session: "ends", session_at: iso(now + 7_200_000), session_words: "ends in 2 h", sign_in: "aws sso login --profile tis-preprod" }),
    profile("tis-prod", { kind: "sso_session", kind_words: "IAM Identity Center", role: "operator", account_tail: "3991", sso_session: "tis", session: "expired", session_at: iso(now - 3_600_000), session_words: "ended 1 h ago", sign_in: "aws sso login --profile tis-prod", problem: "The sign-in of the AWS profile tis-prod has ended.", mend: "Sign in with `aws sso login --profile tis-prod`, then repeat." }),
  ],
  selected: "tis-preprod",
  environment: settings,
  problem: null,
  mend: null,
});

export function connectionOf(now: number, ask: ConnectionAsk, failing: boolean): ConnectionView {
  const row = (id: string, title: string, observed: string, part: Partial<Parameters<typeof reading>[3]> = {}) =>
    reading(id, title, now, { observed, expected: "", believable_s: 120, ageS: 0, source: "sts:GetCallerIdentity", ...part });
  return {
    schema_version: 1,
    about: ask.run === null ? `profile ${ask.profile ?? "default"} in eu-west-2` : "target prod (PRODUCTION) in eu-west-2",
    target: ask.run === null ? null : "prod",
    profile: ask.profile,
    region: "eu-west-2",
    checked_at: iso(now),
    tone: failing ? "unknown" : "waiting",
    sign_in_needed: failing,
    rows: [
      row("profile", "Profile", "tis-prod: IAM Identity Center, role operator"),
      row("environment", "Environment", "nothing overrides profile or endpoint"),
      row("dns", "DNS", "every name was found"),
      row("proxy", "Proxy", "none: AWS is dialled directly"),
      row("tls", "TLS issuer", "Example Inspection CA (Example Trust IT): not Amazon, so somebody inspects this traffic; it is trusted here", { expected: "a certificate of Amazon" }),
      row("clock", "Clock", "this computer's clock agrees with AWS", { expected: "at most 60 s apart" }),
      failing
        ? row("sts", "Who you are", "The sign-in of the AWS profile tis-prod has ended", { tone: "failing", mend: "Sign in with `aws sso login --profile tis-prod`, then repeat." })
        : row("sts", "Who you are", "account …3991, role operator", { expected: "account …3991, role operator" }),
      failing ? row("session", "Session", "ended 1 h ago", { tone: "failing", mend: "Sign in with `aws sso login --profile tis-prod`." }) : row("session", "Session", "ends in 2 h"),
    ],
    permissions: [
      row("GetHostedZone:Z0FAKE", "route53:GetHostedZone in example.nhs.test", failing ? "not tried: nobody is signed in" : "allowed: exercised now", { tone: failing ? "unknown" : "passing" }),
      row("ChangeResourceRecordSets:Z0FAKE", "route53:ChangeResourceRecordSets in example.nhs.test", "assumed: it is proven by the first change", { tone: failing ? "unknown" : "waiting", mend: "A write is never made to try it out." }),
    ],
    keychain: failing
      ? {
          works: false,
          says: "This home has never had a keychain: this computer has none.",
          means: "Steps run and are taken back as ever. But nobody vouches for the journal: that no event was cut from its end can't be proven later, and what a run seals is opened by its recovery code alone.",
          mend: "Start a Secret Service such as gnome-keyring in this session, then open the run.",
        }
      : { works: true, says: "The keychain answers.", means: "It vouches for what this home writes, and opens what its runs seal.", mend: null },
    environment: settings,
  };
}

export function reportOf(events: readonly EventView[]): ReportView {
  const timeline = events.map((e) => ({ seq: e.seq, at: e.at, step: e.step, who: e.actor, what: e.sentence }));
  return {
    schema_version: 1,
    run: "run-7",
    title: "TIS to Cognito",
    target: "rehearsal",
    word: "REHEARSAL",
    place: "account …9012, eu-west-2, role operator",
    summary: "9 of 17 steps are done. The run is open.",
    opened: "6 August 2018, 17:30:00 UTC",
    made: "6 August 2018, 18:42:00 UTC",
    made_at: "2018-08-06T18:42:00Z",
    plan_digest: "8f2c",
    t0: null,
    to_seq: events.length,
    journal_digest: "ab".repeat(32),
    journal_sentence: `complete to event ${events.length}`,
    planned: "1 h",
    actual: "1 h 12 min so far",
    story: timeline,
    phases: [],
    decisions: [],
    people: timeline.filter((line) => line.who !== null),
    deadlines: [],
    rollbacks: [],
    timeline,
  };
}
