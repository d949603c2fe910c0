// The environment of a backend: what programs need to run for this user, and what its definition adds. Nothing else of the
// window's or the shell's, which may hold secrets.

const ALLOWED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|TEMP|TMP|XDG_\w+|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS|SSH_AUTH_SOCK|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|(HTTP|HTTPS|ALL|NO)_PROXY|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES(\(X86\))?|NUMBER_OF_PROCESSORS|PROCESSOR_ARCHITECTURE)$/i;

type Environment = Readonly<Record<string, string | undefined>>;

export function backendEnvironment(
  inherited: Environment,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const allowed = Object.entries(inherited).flatMap(([name, value]) =>
    value !== undefined && ALLOWED.test(name) ? [[name, value] as const] : [],
  );
  return { ...Object.fromEntries(allowed), ...own };
}
