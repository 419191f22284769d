// What the window can ask of the core. Two hosts: tauri.ts (the real one) and fake.ts (tests, and a
// plain browser opened with ?fake).
import type { z } from "zod";
import type {
  ConnectionAsk,
  ConnectionView,
  ProfilesView,
  ReportExported,
  ReportView,
  Accepted,
  AmendmentView,
  ApiError,
  AppInfo,
  DetailAsk,
  DetailView,
  DnsTruth,
  FieldPlanView,
  JournalPage,
  LookupAsk,
  LookupPlace,
  LookupPlaces,
  LookupView,
  LookupWhere,
  RehearsalCommand,
  RehearsalView,
  RevealAsk,
  Revealed,
  RollbackPlanView,
  RunbookView,
  RunCommand,
  RunRow,
  RunSnapshot,
  ScopeView,
  SheetExported,
  SourceListView,
  Submission,
  Update,
  WindowInfo,
} from "./generated/wire";
import { apiError } from "./schema";

export type { RunCommand, Submission } from "./generated/wire";

/** What becomes of each field that somebody else changed. */
export type FieldChoices = Extract<RunCommand, { do: "resolve_fields" }>["fields"];

export interface Ipc {
  /** Which window this is; answered in every one. */
  windowInfo(): Promise<WindowInfo>;
  appInfo(): Promise<AppInfo>;
  runList(): Promise<RunRow[]>;
  runSnapshot(run: string): Promise<RunSnapshot>;
  journalPage(run: string, afterSeq: number, limit: number): Promise<JournalPage>;
  rollbackPlan(run: string, scope: ScopeView): Promise<RollbackPlanView>;
  rehearsalView(): Promise<RehearsalView>;
  /** The built-in runbooks. */
  runbooks(): Promise<RunbookView[]>;
  /** A folder, a file or a built-in name, read and checked. */
  runbookView(runbook: string): Promise<RunbookView>;
  /** The system's file dialog; null = the person closed it. */
  chooseRunbook(): Promise<string | null>;
  /** Opens a run of a runbook on one of its targets; its id. */
  openRunbook(runbook: string, target: string, by: string): Promise<string>;
  /** What would differ if the plan of this runbook took the place of the run's. */
  amendment(run: string, runbook: string): Promise<AmendmentView>;
  amendRun(run: string, runbook: string, basis: string, by: string, reason: string): Promise<Accepted>;
  /** Somebody else's change, field by field, from a fresh look. */
  fieldPlan(run: string, step: string, choices: FieldChoices): Promise<FieldPlanView>;
  /** What every name server and resolver answers now. */
  dnsTruth(run: string): Promise<DnsTruth>;
  /** Opens the AWS console at a thing that the run's plan names, in the system's browser. */
  openResource(run: string, id: string): Promise<void>;
  profileList(): Promise<ProfilesView>;
  connectionCheck(ask: ConnectionAsk): Promise<ConnectionView>;
  reportView(run: string): Promise<ReportView>;
  exportReport(run: string): Promise<ReportExported>;
  /** The size of everything in the window, in percent. */
  setZoom(percent: number): Promise<void>;
  /** Sends updates until the returned function is called. */
  subscribe(run: string, fromSeq: number, on: (update: Update) => void): Promise<() => void>;
  submitRun(run: string, submission: Submission): Promise<Accepted>;
  /** A person takes the run over, from whoever holds it. */
  takeRun(run: string, by: string, reason: string | null): Promise<void>;
  /** Writes the break-glass sheet anew. */
  exportSheet(run: string): Promise<SheetExported>;
  submitRehearsal(command: RehearsalCommand): Promise<{ run: string | null }>;
  /** The places that are known without anybody naming one. */
  usersPlaces(): Promise<LookupPlaces>;
  /** The pools that a look-up would ask. */
  usersPlace(at: LookupWhere): Promise<LookupPlace>;
  usersFind(ask: LookupAsk): Promise<LookupView>;
  /** Second factors of one account; Cognito counts it as an active user. */
  usersDetail(ask: DetailAsk): Promise<DetailView>;
  /** The system's dialog for a source list, which the core reads and holds; null = the person closed it. */
  chooseSource(): Promise<SourceListView | null>;
  /** The core forgets the source list. */
  forgetSource(): Promise<void>;
  /** The core forgets what was found, too. */
  usersForget(): Promise<void>;
  /** One value as it is; recorded. */
  usersReveal(ask: RevealAsk): Promise<Revealed>;
  uiReady(): Promise<void>;
}

/** A refusal or a failure that a person can read. */
export class Failure extends Error {
  readonly api: ApiError;
  constructor(api: ApiError) {
    super(api.message);
    this.api = api;
  }
}

/** Whatever was thrown, as an error that a person can read. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const parsed = apiError.safeParse(thrown);
  if (parsed.success) return new Failure(parsed.data as ApiError);
  const said = thrown instanceof Error ? thrown.message : typeof thrown === "string" ? thrown : "";
  return new Failure({
    code: "internal",
    message: said === "" ? "The core gave no answer that this window understands." : said,
    hint: "The command line can do the same: switchback --help.",
    where: "window",
  });
}

/** Checks an answer, or says which part of it is not as agreed. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Failure({
    code: "internal",
    message: `The core's answer is not as agreed: ${first?.path.join(".") ?? ""} ${first?.message ?? ""}`,
    hint: "The window and the core may be of different versions. Use the command line for now: switchback --help.",
    where: place,
  });
}
