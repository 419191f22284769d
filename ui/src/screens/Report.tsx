import { useEffect, useState } from "react";
import { Breakable } from "../components/Breakable";
import { CopyButton } from "../components/CopyButton";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { count } from "../format/time";
import type { ReportExported, ReportLine, ReportView } from "../ipc";
import { DataTable } from "../kit";
import { TheNight } from "../night/Night";
import { useAttempt } from "../state/attempt";
import { useSnapshot, useStore } from "../state/hooks";

/** More lines than this are in the file. */
const MOST = 30;

function Lines({ list, caption }: { list: readonly ReportLine[]; caption: string }) {
  return (
    <DataTable
      caption={caption}
      columns={[{ title: "When" }, { title: "Step" }, { title: "What" }, { title: "Who" }]}
      rows={list.slice(-MOST).map((line) => ({ id: String(line.seq), cells: [line.at, line.step, <Breakable text={line.what} />, line.who] }))}
      name={-1}
    />
  );
}

/** What the report of this run holds now, and the button that writes it. */
export function ReportScreen() {
  const store = useStore();
  const { run, seq } = useSnapshot("run", "seq");
  const [report, setReport] = useState<ReportView | null>(null);
  const [written, setWritten] = useState<ReportExported | null>(null);
  const { failure: unread, attempt: read } = useAttempt();
  const { busy, failure: unwritten, attempt: write } = useAttempt();
  const problem = unwritten ?? unread;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is read anew with every event
  useEffect(() => {
    void read(() => store.ipc.reportView(run), setReport, { again: run });
  }, [store, run, seq, read]);
  const older = written !== null && written.to_seq < seq;
  return (
    <div className="page">
      <PageHead title="Report" id="report" />
      <p className="why">
        For those who were not there: what happened, planned against actual, who decided what. One file to read, print and keep; nothing that the journal seals
        is in it.
      </p>
      <div className="connection-bar">
        <Primary basis="report" loading={busy} onPress={() => void write(() => store.ipc.exportReport(run), setWritten)} testId="report-export">
          Export the report
        </Primary>
      </div>
      <div role="status" data-testid="report-written">
        {written !== null && (
          <Notice
            kind={older ? "blocked" : "pass"}
            title={older ? "The exported report is older than the run" : "Report exported"}
            action={<CopyButton text={written.file} label="Copy the path" />}
          >
            Up to event {written.to_seq}: <code>{written.file}</code>
          </Notice>
        )}
      </div>
      {problem !== null && (
        <Notice kind="fail" title="The report can’t be made" role="alert">
          {problem.api.message} {problem.api.hint}
        </Notice>
      )}
      <TheNight />
      {report !== null && (
        <>
          <Block id="report-facts" title={report.title} note={report.summary}>
            <Facts
              list={[
                ["Target", `${report.word} ${report.target}, ${report.place}`],
                ["Opened", report.opened],
                report.t0 === null ? null : ["Users affected from", report.t0],
                ["Planned, actual", `${report.planned}; ${report.actual === "" ? "nothing was done yet" : report.actual}`],
                ["Journal", `${report.journal_sentence}`],
                [
                  "Holds",
                  [
                    count(report.timeline.length, "event"),
                    count(report.people.length, "decision"),
                    count(report.rollbacks.length, "rollback"),
                    count(report.deadlines.length, "deadline"),
                  ].join(", "),
                ],
              ]}
            />
          </Block>
          <Block
            id="report-story"
            title="What happened"
            note={report.story.length > MOST ? `the last ${MOST} of ${report.story.length}; all are in the file` : undefined}
          >
            {report.story.length === 0 ? <p className="empty">Nothing yet.</p> : <Lines list={report.story} caption="What happened" />}
          </Block>
          <Block
            id="report-people"
            title="Who decided what"
            note={report.people.length > MOST ? `the last ${MOST} of ${report.people.length}; all are in the file` : undefined}
          >
            {report.people.length === 0 ? <p className="empty">Nobody has decided anything yet.</p> : <Lines list={report.people} caption="Who decided what" />}
          </Block>
        </>
      )}
      {report === null && problem === null && <p role="status">Reading the journal…</p>}
    </div>
  );
}
