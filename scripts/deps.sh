#!/bin/sh
# Brings what is missing: PostgreSQL, or with `deps.sh cc` a C compiler, which
# Go's race detector needs, or with `deps.sh browser` what the browser journeys
# need: Chromium, and axe-core by npm. As root on Debian or Ubuntu it installs the package,
# PostgreSQL without the cluster that its package would create and start by
# itself; elsewhere it says in one line what to install.
set -eu

has_postgresql() {
	command -v initdb >/dev/null 2>&1 && return 0
	for bin in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /Applications/Postgres.app/Contents/Versions/*/bin; do
		[ -x "$bin/initdb" ] && return 0
	done
	[ -n "${APPOINTABLE_PG_BIN:-}" ]
}

install() {
	echo "Installing $* …" >&2
	log=$(mktemp)
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "$* could not be installed; the whole log is in $log" >&2
		exit 1
	fi
	rm -f "$log"
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

if [ "${1:-postgresql}" = cc ]; then
	command -v cc >/dev/null 2>&1 && exit 0
	may_install || exit 1
	install gcc libc6-dev
	exit 0
fi

has_chromium() {
	for name in chromium chromium-browser google-chrome headless-shell; do
		command -v "$name" >/dev/null 2>&1 && return 0
	done
	[ -d "/Applications/Google Chrome.app" ]
}

if [ "${1:-postgresql}" = browser ]; then
	missing=
	has_chromium || missing=chromium
	command -v npm >/dev/null 2>&1 || missing="$missing npm"
	if [ -n "$missing" ]; then
		may_install || {
			echo "Missing for the browser journeys:$missing. Install Chromium (or Chrome) and npm." >&2
			exit 1
		}
		# shellcheck disable=SC2086 # one word a package
		install $missing
	fi
	cd "$(dirname "$0")/../e2e/browser"
	[ -e node_modules/axe-core/axe.min.js ] && exit 0
	npm ci --no-audit --no-fund --loglevel=error >/dev/null || { echo "npm ci in e2e/browser failed: axe-core is missing" >&2; exit 1; }
	exit 0
fi

has_postgresql && exit 0
if may_install; then
	mkdir -p /etc/postgresql-common
	config=/etc/postgresql-common/createcluster.conf
	[ -e "$config" ] || echo "create_main_cluster = false" >"$config"
	install postgresql
	exit 0
fi
case "$(uname -s)" in
Darwin) echo "PostgreSQL is missing: brew install postgresql@17" >&2 ;;
*) echo "PostgreSQL is missing: as root, apt-get install postgresql (or your system's package, version 15 or newer)" >&2 ;;
esac
exit 1
