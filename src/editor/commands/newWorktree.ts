import { basename } from "node:path";
import { madeButNotReady } from "../../core/worktreeCommandErrors";
import { chooseBranch } from "../worktrees/chooseBranch";
import { choosePath } from "../worktrees/choosePath";
import { copyFiles } from "../worktrees/copyFiles";
import { createWorktree } from "../worktrees/createWorktree";
import { chooseRepository } from "../worktrees/repository";
import { runSetup } from "../worktrees/runSetup";
import { isTrusted } from "../worktrees/trust";
import { chooseNext } from "../worktrees/whatNext";
import type { Command } from "./command";

const TITLE = "Berth: New Worktree";

/** Asks for everything first: until the last answer nothing is done. */
export const newWorktree: Command = async (context) => {
  const { settings, setup, log } = context;
  if (!(await isTrusted())) return;
  const repository = await chooseRepository(context, TITLE);
  if (!repository) return;
  const { directory } = repository;
  const chosen = await chooseBranch(context, repository, TITLE);
  if (!chosen) return;
  const { worktreePlace, worktreeCopy } = settings.value;
  const place = await choosePath(
    directory,
    chosen.branch,
    worktreePlace,
    TITLE,
  );
  if (place === undefined) return;
  const next = await chooseNext(TITLE);
  if (!next) return;
  const lines = await setup.agree(chosen.from.kind === "pullRequest");
  if (!lines) return;
  const worktree = await createWorktree(directory, place, chosen);
  if (worktree === undefined) return;
  try {
    await copyFiles(directory, worktree, worktreeCopy, log);
    await runSetup(worktree, basename(worktree), lines);
    await next(context, worktree);
  } catch (error) {
    throw madeButNotReady(worktree, error);
  }
};
