// What agents may have an editor do beside opening files and showing diffs: one call, by kind, of plain data. Lines and characters are
// counted from 0, as in the Language Server Protocol. Paths are real and in the worktree, in both directions.
import type { Position, Range } from "./editorStateContract";

/** A place in a file. */
interface At {
  readonly path: string;
  readonly position: Position;
}

export interface Location {
  readonly path: string;
  readonly range: Range;
  /** The line that it begins in. */
  readonly text: string;
}

export interface Symbol {
  readonly name: string;
  /** As in "Function"; see vscode.SymbolKind. */
  readonly kind: string;
  readonly container: string;
  readonly path: string;
  readonly range: Range;
}

/** What is found, as far as agents may hear of it. */
export interface Found<Item> {
  readonly items: readonly Item[];
  /** How many others there are: outside of the worktree, hidden from agents, or more than are told. */
  readonly leftOut: number;
}

/** A file as an edit would leave it. */
export interface ChangedFile {
  readonly path: string;
  readonly contents: string;
}

export interface BufferState {
  /** Changes with each edit. */
  readonly version: number;
  readonly languageId: string;
  readonly lineCount: number;
  readonly isDirty: boolean;
}

export interface CallHierarchyCall extends Symbol {
  /** Where it calls, or is called. */
  readonly calls: readonly Range[];
}

export interface TaskView {
  readonly name: string;
  readonly source: string;
}

/** By kind: what is asked, and what it is answered with. */
export interface Operations {
  /** Both lines are part of it. `lastLine` undefined: to the end. */
  readBuffer: {
    asks: { path: string; firstLine: number; lastLine: number | undefined };
    answers: BufferState & { readonly text: string };
  };
  /** `version` undefined: whatever it is. The file is not saved. */
  replaceBuffer: {
    asks: {
      path: string;
      edits: readonly { range: Range | null; text: string }[];
      version: number | undefined;
    };
    answers: BufferState;
  };
  locations: {
    asks: At & { of: "definition" | "references" | "implementations" };
    answers: Found<Location>;
  };
  hover: { asks: At; answers: readonly string[] };
  documentSymbols: { asks: { path: string }; answers: Found<Symbol> };
  workspaceSymbols: { asks: { query: string }; answers: Found<Symbol> };
  callHierarchy: {
    asks: At & { direction: "incoming" | "outgoing" };
    answers: Found<CallHierarchyCall>;
  };
  /** Changes nothing. */
  rename: { asks: At & { newName: string }; answers: readonly ChangedFile[] };
  /** Titles of what is offered. */
  codeActions: {
    asks: { path: string; range: Range };
    answers: readonly string[];
  };
  /** Changes nothing. */
  codeAction: {
    asks: { path: string; range: Range; title: string };
    answers: readonly ChangedFile[];
  };
  /** Changes nothing. */
  format: { asks: { path: string }; answers: readonly ChangedFile[] };
  /** What the user has agreed to: replaces the whole text and saves. */
  write: { asks: ChangedFile; answers: null };
  tasks: { asks: object; answers: readonly TaskView[] };
  /** Once the user has agreed. null: it was ended by a signal. */
  runTask: {
    asks: { name: string };
    answers: { exitCode: number | null };
  };
  /** Of those in the setting berth.allowedCommands. Answered with JSON. */
  runCommand: {
    asks: { command: string; args: readonly unknown[] };
    answers: string;
  };
  openBackend: {
    asks: { name: string; path: string };
    answers: { url: string };
  };
}

export type OperationKind = keyof Operations;

/** What an agent asks, on behalf of one worktree. */
export type Operation<Kind extends OperationKind = OperationKind> = {
  [Each in Kind]: {
    readonly kind: Each;
    readonly worktree: string;
  } & Operations[Each]["asks"];
}[Kind];

export type Answer<Kind extends OperationKind> = Operations[Kind]["answers"];
