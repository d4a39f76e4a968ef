#!/bin/sh
# One run of a mirror by continuous integration, where nothing but git repositories lasts from job to job.
#
#   restore the archive from its branch | mirrorpress run | save the archive to its branch | mirrorpress status
#
# The archive is state that must not be lost, so it is a branch, never a cache or an artifact: those expire. The
# branch holds one commit without history, replaced by each run, and <branch>-before the one of the run before.
# It holds whole articles and pages as they came: keep its repository private.
#
# ARCHIVE_REMOTE   where the branch is: a remote of this checkout or an address (default: origin)
# ARCHIVE_BRANCH   its name (default: archive)
# START            "by hand": begin with an empty archive where there is no branch yet. Scheduled runs refuse to,
#                  as a mirror that forgot everything would take down what its sources no longer list.
# EVERY            the time between runs, such as 2h, for mirrorpress status
# MIRRORPRESS_SSH_KEY, MIRRORPRESS_KNOWN_HOSTS   for targets with ssh addresses (optional)
set -eu

remote=${ARCHIVE_REMOTE:-origin}
branch=${ARCHIVE_BRANCH:-archive}
piece=40m # hosts refuse files over 100 MB, and GitHub warns above 50
say() { echo "mirror.sh: $*" >&2; }
stop() {
    say "$*"
    exit 1
}

test -f mirrorpress.toml || stop "there is no mirrorpress.toml here"
test ! -e archive || stop "archive/ is here already; it must not be in the repository"
git=$(git rev-parse --absolute-git-dir)
work=$(mktemp -d)
trap 'rm -rf "$work" archive out' EXIT
export GIT_TERMINAL_PROMPT=0
in_folder() ( # a folder, and a git command on its files that leaves the checkout's own index alone
    cd "$1"
    shift
    GIT_INDEX_FILE="$work/index" git --git-dir="$git" --work-tree=. -c core.autocrlf=false "$@"
)

if [ -n "${MIRRORPRESS_SSH_KEY:-}" ]; then
    (umask 077 && printf '%s\n' "$MIRRORPRESS_SSH_KEY" >"$work/key")
    export GIT_SSH_COMMAND="ssh -i '$work/key' -o IdentitiesOnly=yes -o BatchMode=yes"
    if [ -n "${MIRRORPRESS_KNOWN_HOSTS:-}" ]; then
        printf '%s\n' "$MIRRORPRESS_KNOWN_HOSTS" >"$work/known_hosts"
        GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o UserKnownHostsFile='$work/known_hosts'"
    fi
fi

# Whoever can read the archive's repository can read whole articles, excerpts or not.
address=$(git config --get "remote.$remote.url" || echo "$remote")
case $address in
http://* | https://*)
    scheme=${address%%://*} rest=${address#*://}
    host=${rest%%/*}
    if (cd / && env -u GIT_CONFIG_COUNT HOME="$work" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null \
        GIT_ASKPASS=true git -c credential.helper= ls-remote "$scheme://${host##*@}/${rest#*/}" >"$work/public" 2>&1); then
        stop "everybody can read $scheme://${host##*@}/${rest#*/}, and an archive must not be public.
Make the repository private, or set ARCHIVE_REMOTE to the address of one that is"
    fi
    ;;
esac

# --- restore ---
before=
status=0
git ls-remote --exit-code "$remote" "refs/heads/$branch" >"$work/tip" || status=$?
case $status in
0)
    git fetch --quiet --no-tags "$remote" "refs/heads/$branch"
    before=$(git rev-parse FETCH_HEAD)
    mkdir archive
    in_folder archive read-tree "$before"
    in_folder archive checkout-index --all
    cat archive/index.sqlite.part-* >archive/index.sqlite
    rm archive/index.sqlite.part-*
    ;;
2)
    [ "${START:-}" = "by hand" ] || stop "there is no branch $branch. If this mirror is new, start the job by hand.
If it is not, restore the branch first: $branch-before is the archive of the run before the last one"
    say "there is no branch $branch: this mirror begins"
    ;;
*) stop "the branch $branch could not be asked for; nothing was done" ;;
esac

# --- run ---
ran=0
# Ended before the job is: an archive that was not saved is learned a second time.
timeout --signal=TERM 45m mirrorpress run --times --next-in "${EVERY:-1d}" || ran=$?
case $ran in
2) stop "the configuration is wrong: nothing was changed, so nothing is saved" ;;
124) say "the run was stopped after 45 minutes; the next one carries on" ;;
esac
test -f archive/index.sqlite || stop "there is no archive to save"

# --- save ---
mkdir "$work/pieces"
split -b "$piece" -a 4 archive/index.sqlite "$work/pieces/index.sqlite.part-"
rm -f "$work/index"
in_folder archive add --force . ':(exclude)index.sqlite' ':(exclude)index.sqlite-shm' ':(exclude)lock' \
    ':(exclude)targets' ':(exclude)mirrors' ':(exclude)unfinished'
in_folder "$work/pieces" add --force --ignore-removal .
tree=$(in_folder archive write-tree)
commit=$(git -c user.name=mirrorpress -c user.email=mirrorpress@localhost.invalid \
    commit-tree -m "The archive after a run" "$tree")
if [ -n "$before" ]; then
    # Only if nobody else has saved meanwhile: the archive of two runs cannot be merged.
    git push --quiet --atomic "--force-with-lease=refs/heads/$branch:$before" "$remote" \
        "$commit:refs/heads/$branch" "+$before:refs/heads/$branch-before" ||
        stop "the archive was not saved: another job has, or the host refused it. The next run learns it again"
else
    git push --quiet "$remote" "$commit:refs/heads/$branch" || stop "the archive was not saved"
fi
say "the archive is saved to $branch"

# --- tell ---
# 1: some articles failed and the rest was published. Whether that needs a person, status decides.
case $ran in
0 | 1 | 124) mirrorpress status ;;
*) exit "$ran" ;;
esac
