// The real host. The only file that imports @tauri-apps.
import { Channel, invoke } from "@tauri-apps/api/core";
import type { z } from "zod";
import { type Ipc, asFailure, checked } from "./port";
import { checks } from "./schema";

async function ask<T>(command: string, args: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
  let answer: unknown;
  try {
    answer = await invoke(command, args);
  } catch (thrown) {
    throw asFailure(thrown);
  }
  return checked(schema, answer, command);
}

export const tauri: Ipc = {
  windowInfo: () => ask("window_info", {}, checks.windowInfo),
  appInfo: () => ask("app_info", {}, checks.appInfo),
  runList: () => ask("run_list", {}, checks.runList),
  runSnapshot: (run) => ask("run_snapshot", { run }, checks.snapshot),
  journalPage: (run, afterSeq, limit) => ask("journal_page", { run, afterSeq, limit }, checks.journalPage),
  rollbackPlan: (run, scope) => ask("rollback_plan", { run, scope }, checks.rollbackPlan),
  rehearsalView: () => ask("rehearsal_view", {}, checks.rehearsalView),
  runbooks: () => ask("runbooks", {}, checks.runbooks),
  runbookView: (runbook) => ask("runbook_view", { runbook }, checks.runbook),
  chooseRunbook: () => ask("choose_runbook", {}, checks.path),
  openRunbook: (runbook, target, by) => ask("open_runbook", { runbook, target, by }, checks.id),
  amendment: (run, runbook) => ask("amendment", { run, runbook, target: null }, checks.amendment),
  amendRun: (run, runbook, basis, by, reason) => ask("amend_run", { run, runbook, target: null, basis, by, reason }, checks.accepted),
  fieldPlan: (run, step, choices) => ask("field_plan", { run, step, choices }, checks.fieldPlan),
  dnsTruth: (run) => ask("dns_truth", { run }, checks.dnsTruth),
  openResource: (run, id) => ask("open_resource", { run, id }, checks.nothing),
  profileList: () => ask("profile_list", {}, checks.profiles),
  connectionCheck: (what) => ask("connection_check", what, checks.connection),
  reportView: (run) => ask("report_view", { run }, checks.report),
  exportReport: (run) => ask("export_report", { run }, checks.reportExported),
  setZoom: (percent) => ask("set_zoom", { percent }, checks.nothing),
  submitRun: (run, submission) => ask("submit_run", { run, submission }, checks.accepted),
  takeRun: (run, by, reason) => ask("take_run", { run, by, reason }, checks.nothing),
  exportSheet: (run) => ask("export_sheet", { run }, checks.sheetExported),
  submitRehearsal: (command) => ask("submit_rehearsal", { command }, checks.rehearsalAccepted),
  usersPlaces: () => ask("users_places", {}, checks.lookupPlaces),
  usersPlace: (at) => ask("users_place", { at }, checks.lookupPlace),
  usersFind: (lookup) => ask("users_find", { ask: lookup }, checks.lookup),
  usersDetail: (detail) => ask("users_detail", { ask: detail }, checks.lookupDetail),
  chooseSource: () => ask("choose_source", {}, checks.sourceList),
  forgetSource: () => ask("forget_source", {}, checks.nothing),
  usersForget: () => ask("users_forget", {}, checks.nothing),
  usersReveal: (reveal) => ask("submit_support", { command: { do: "reveal", ...reveal } }, checks.revealed),
  async subscribe(run, fromSeq, on) {
    let listening = true;
    const channel = new Channel<unknown>();
    channel.onmessage = (message) => {
      if (!listening) return;
      try {
        on(checked(checks.update, message, "subscribe"));
      } catch (thrown) {
        // A snapshot that can't be read is as good as none: say so instead of showing an old one.
        on({ type: "ended", why: asFailure(thrown).api.message });
      }
    };
    try {
      await invoke("subscribe", { run, fromSeq, channel });
    } catch (thrown) {
      throw asFailure(thrown);
    }
    return () => {
      listening = false;
    };
  },
  async uiReady() {
    await invoke("ui_ready");
  },
};
