// Loads dist/supervisor.js, which only the commands that serve need.
import { createRequire } from "node:module";
import path from "node:path";
import type * as SdkBundle from "./sdkBundle";

/** Beside this program. */
export const sdkBundleFile = path.join(__dirname, "supervisor.js");

export function loadSdkBundle(): typeof SdkBundle {
  return createRequire(sdkBundleFile)(sdkBundleFile) as typeof SdkBundle;
}
