import { useEffect, useEffectEvent, useId, useState } from "react";
import { CheckTable } from "../components/CheckTable";
import { CopyButton } from "../components/CopyButton";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { type Kind, State, ToneState } from "../components/State";
import { count, fullTime } from "../format/time";
import type { ConnectionAsk, ConnectionView, KeychainView, ProfileView, ProfilesView, SettingView } from "../ipc";
import { Button, DataTable, type Row } from "../kit";
import { useAttempt } from "../state/attempt";
import { useApp, useStore } from "../state/hooks";

const SESSIONS: Record<ProfileView["session"], { kind: Kind; word: string }> = {
  not_needed: { kind: "absent", word: "No sign-in" },
  signed_out: { kind: "fail", word: "Signed out" },
  expired: { kind: "fail", word: "Ended" },
  ends: { kind: "pass", word: "Signed in" },
  renews: { kind: "pass", word: "Renews itself" },
};

function profileRow(profile: ProfileView, selected: boolean, onCheck: () => void): Row {
  const session = SESSIONS[profile.session];
  const who = [
    profile.account_tail === null ? null : `…${profile.account_tail}`,
    profile.role,
    profile.source === null ? null : `with ${profile.source}`,
  ].filter((x) => x !== null);
  return {
    id: profile.name,
    testId: `profile-${profile.name}`,
    className: profile.problem === null ? undefined : "open k-blocked",
    cells: [
      profile.problem === null || profile.session !== "not_needed" ? (
        <State kind={session.kind} word={session.word} />
      ) : (
        <State kind="blocked" word="Not usable" />
      ),
      <>
        {profile.name}
        {selected && <span className="meta"> in use</span>}
      </>,
      profile.kind_words,
      who.join(", "),
      profile.session_words,
      <Button onPress={onCheck} label={`Check the connection with ${profile.name}`} testId={`check-with-${profile.name}`}>
        Check
      </Button>,
    ],
    below:
      profile.problem === null
        ? []
        : [
            {
              key: "mend",
              content: (
                <>
                  {profile.problem} {profile.mend}
                  {profile.sign_in !== null && (
                    <>
                      {" "}
                      <CopyButton text={profile.sign_in} label="Copy the command" />
                    </>
                  )}
                </>
              ),
            },
          ],
  };
}

function Profiles({ view, onCheck }: { view: ProfilesView; onCheck: (profile: string) => void }) {
  return (
    <Block id="profiles" title="Profiles" note={view.problem === null ? count(view.profiles.length, "profile") : "not readable"}>
      {view.problem !== null && (
        <Notice kind="fail" title="The profiles can’t be read">
          {view.problem} {view.mend}
        </Notice>
      )}
      {view.problem === null && view.profiles.length === 0 && (
        <p className="empty">
          This computer has no AWS profile yet: <code>aws configure sso</code> makes one, and it is listed here.
        </p>
      )}
      {view.profiles.length > 0 && (
        <DataTable
          caption="AWS profiles of this computer; no secret is shown"
          columns={[
            { title: "Session" },
            { title: "Profile" },
            { title: "Kind" },
            { title: "Account and role" },
            { title: "How long" },
            { title: "Connection", end: true },
          ]}
          rows={view.profiles.map((p) => profileRow(p, p.name === view.selected, () => onCheck(p.name)))}
        />
      )}
    </Block>
  );
}

function Environment({ list }: { list: readonly SettingView[] }) {
  if (list.length === 0) return null;
  const over = list.filter((s) => s.overrides).length;
  return (
    <Block id="environment" title="Environment" note={over === 0 ? "nothing leads elsewhere" : `${count(over, "variable")} leading elsewhere`}>
      <DataTable
        caption="Variables of this program’s environment that have a say in where credentials and requests go"
        columns={[{ title: "State" }, { title: "Variable" }, { title: "Value" }, { title: "What it does here" }]}
        rows={list.map((s) => ({
          id: s.variable,
          testId: `variable-${s.variable}`,
          cells: [
            s.overrides ? <State kind="blocked" word="Overrides" /> : <State kind="absent" word="No override" />,
            <code>{s.variable}</code>,
            s.value ?? "set; not shown",
            s.effect,
          ],
        }))}
      />
    </Block>
  );
}

/** Who vouches for the journal on this computer: said here once, and at no step. */
function Keychain({ keychain }: { keychain: KeychainView }) {
  return (
    <Block id="keychain" title="This computer" side={keychain.works && <State kind="pass" word="Keychain answers" testId="keychain-state" />}>
      {keychain.works ? (
        <p>{keychain.means}</p>
      ) : (
        <Notice kind="blocked" title={keychain.says} testId="keychain">
          <p>{keychain.means}</p>
          {keychain.mend !== null && <p>{keychain.mend}</p>}
        </Notice>
      )}
    </Block>
  );
}

/** From this computer to AWS, row by row, and who this computer can be. */
export function ConnectionScreen() {
  const store = useStore();
  const { run, has } = useApp((s) => ({ run: s.run, has: s.snapshot !== null }));
  const regionField = useId();
  // null = the run's target.
  const [profile, setProfile] = useState<string | null>(null);
  const [region, setRegion] = useState("");
  const [view, setView] = useState<ConnectionView | null>(null);
  const [profiles, setProfiles] = useState<ProfilesView | null>(null);
  const { attempt: list } = useAttempt();
  const { busy, failure: problem, attempt } = useAttempt();
  const ofRun = run !== null && profile === null;
  const check = (chosen: string | null) => {
    setProfile(chosen);
    const ask: ConnectionAsk =
      run !== null && chosen === null
        ? { run, profile: null, region: null }
        : { run: null, profile: chosen, region: region.trim() === "" ? null : region.trim() };
    void attempt(() => store.ipc.connectionCheck(ask), setView, { failed: () => setView(null), again: JSON.stringify(ask) });
  };
  const begin = useEffectEvent(() => check(null));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each run: a look at AWS is asked for, never repeated in the background
  useEffect(() => {
    void list(() => store.ipc.profileList(), setProfiles, { failed: store.fail });
    begin();
  }, [store, run, list]);
  return (
    <div className="page">
      <PageHead title="Connection" id="connection">
        {view !== null && !busy && <ToneState tone={view.tone} />}
      </PageHead>
      <p className="why">From this computer to AWS, row by row: where a row fails, those below it can’t be told. It looks, and changes nothing.</p>
      <div className="connection-bar">
        <Primary basis="connection" loading={busy} onPress={() => check(profile)} testId="connection-again">
          Check again
        </Primary>
        {run !== null && profile !== null && (
          <Button refused={busy} onPress={() => check(null)} testId="connection-of-run">
            Check the run’s target
          </Button>
        )}
        {!ofRun && (
          <span className="connection-region">
            <label htmlFor={regionField}>Region</label>
            <input
              id={regionField}
              value={region}
              placeholder={view?.region ?? "eu-west-2"}
              onChange={(e) => setRegion(e.target.value)}
              autoComplete="off"
              spellCheck={false}
              data-testid="connection-region"
            />
          </span>
        )}
      </div>
      {problem !== null && (
        <Notice kind="fail" title="The connection can’t be checked" role="alert">
          {problem.api.message} {problem.api.hint}
        </Notice>
      )}
      <p role="status" className="meta" data-testid="connection-about">
        {busy ? "Checking…" : view === null ? "" : `For ${view.about}, ${fullTime(view.checked_at)}`}
      </p>
      {view !== null && (
        <>
          <Block id="way" title="The way to AWS">
            <CheckTable list={view.rows} caption="The way to AWS" inOrder clock={ofRun ? "run" : "computer"} />
          </Block>
          {view.permissions.length > 0 && (
            <Block id="permissions" title="Permissions" note="reads are made, writes never are">
              <CheckTable list={view.permissions} caption="Permissions" inOrder clock={ofRun ? "run" : "computer"} />
            </Block>
          )}
          {view.keychain !== undefined && <Keychain keychain={view.keychain} />}
        </>
      )}
      <Environment list={view?.environment ?? profiles?.environment ?? []} />
      {profiles !== null && <Profiles view={profiles} onCheck={check} />}
      {!has && run === null && <p className="meta">Open a run to check its target: account, role and permissions are then compared with what it needs.</p>}
    </div>
  );
}
