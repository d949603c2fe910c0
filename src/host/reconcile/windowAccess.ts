import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { EditorApi } from "../contract";
import type { OtherEditors } from "./otherEditors";

/** How the host reaches it. */
export interface WindowAccess {
  readonly editor: EditorApi;
  /** Ends its connection; a window that is still there attaches again. */
  readonly disconnect: () => void;
  readonly files: RegistryFiles;
  readonly otherEditors: OtherEditors;
}
