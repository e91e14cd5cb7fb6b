#!/usr/bin/env bash
# Plans manifests in a pull request, applies them, or asks the gate, as the environment says; see action.yml.
set -euo pipefail

fail() {
	echo "evenkeel: $1" >&2
	exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program: the one that is named, or what is downloaded, which has to be what it is said to be.
evenkeel=${BINARY:-evenkeel}
if [ -n "${DOWNLOAD:-}" ]; then
	[ -n "${SHA256:-}" ] || fail "sha256 is needed with download"
	curl --fail --silent --show-error --location --output "$work/evenkeel" "$DOWNLOAD"
	echo "$SHA256  $work/evenkeel" | sha256sum --check --quiet || fail "what was downloaded is something else"
	chmod +x "$work/evenkeel"
	evenkeel=$work/evenkeel
fi

# Without a token the job signs in as what it is, and what it is given lasts for minutes.
if [ -z "${EVENKEEL_TOKEN:-}" ]; then
	unset EVENKEEL_TOKEN
	export XDG_CONFIG_HOME=$work/config
	"$evenkeel" login --server "$EVENKEEL_SERVER" --workload
fi

# Manifests are files, a line each, and the set that they are of.
bringing=()
while IFS= read -r path; do
	[ -z "$path" ] || bringing+=("$path")
done <<<"${PATHS:-.}"
[ -z "${MANIFEST_SET:-}" ] || bringing+=(--set "$MANIFEST_SET" --source "${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY")
[ -z "${TEAM:-}" ] || bringing+=(--team "$TEAM")
[ "${PRUNE:-false}" != true ] || bringing+=(--prune)

# github METHOD PATH [FILE]: asks GitHub's API, with the file as the body.
github() {
	local body=()
	[ $# -lt 3 ] || body=(--data-binary "@$3" --header "Content-Type: application/json")
	# The token is told by a file, for all may see the arguments of a process.
	curl --fail --silent --show-error --request "$1" --config "$work/github" "${body[@]}" "${GITHUB_API_URL:-https://api.github.com}$2"
}

# comment FILE: has the pull request have one comment of the set, with the text of the file.
comment() {
	local marker page found
	marker="<!-- evenkeel plan: ${MANIFEST_SET:-} -->"
	printf 'header = "Authorization: Bearer %s"\nheader = "Accept: application/vnd.github+json"\nheader = "X-GitHub-Api-Version: 2022-11-28"\n' "$GITHUB_TOKEN" >"$work/github"
	{ echo "$marker" && cat "$1"; } | jq --raw-input --slurp '{body: .}' >"$work/body.json"
	for ((page = 1; ; page++)); do
		github GET "/repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments?per_page=100&page=$page" >"$work/comments.json"
		# Anybody can write the marker; only comments of the account itself are updated.
		found=$(jq --raw-output --arg marker "$marker" --arg author "$COMMENT_AUTHOR" \
			'[.[] | select(.user.login == $author and (.body | startswith($marker)))][0].id // empty' "$work/comments.json")
		if [ -n "$found" ]; then
			github PATCH "/repos/$GITHUB_REPOSITORY/issues/comments/$found" "$work/body.json" >/dev/null
			return
		fi
		if [ "$(jq length "$work/comments.json")" -lt 100 ]; then
			github POST "/repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" "$work/body.json" >/dev/null
			return
		fi
	done
}

plan() {
	local code=0
	"$evenkeel" plan "${bringing[@]}" --output markdown >"$work/comment.md" 2>"$work/problems" || code=$?
	cat "$work/problems" >&2
	if [ "$code" = 1 ]; then
		# As an indented block of code, which nothing within can end.
		{ printf '\nIt cannot be applied:\n\n' && head -c 10000 "$work/problems" | sed 's/^/    /'; } >>"$work/comment.md"
	fi
	[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$work/comment.md" >>"$GITHUB_STEP_SUMMARY"
	[ -z "${PULL_REQUEST:-}" ] || comment "$work/comment.md"
	# That something would be done is what a pull request is for.
	[ "$code" = 2 ] || exit "$code"
}

case "$MODE" in
plan) plan ;;
apply) "$evenkeel" apply "${bringing[@]}" --yes ;;
gate)
	[ -n "${SERVICE:-}" ] || fail "service is needed: the one that is to be deployed"
	"$evenkeel" gate "$SERVICE" --class "$CLASS" --version "$VERSION" --markdown "${GITHUB_STEP_SUMMARY:-/dev/null}"
	;;
*) fail "mode must be plan, apply or gate" ;;
esac
