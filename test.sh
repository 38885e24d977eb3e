#!/usr/bin/env bash
# Installs what is missing, builds everything with warnings as errors, and runs the tests.
#
#   ./test.sh                                   everything
#   ./test.sh Jobs                              the test projects whose name contains "Jobs"
#   ./test.sh Jobs --filter-class '*Retry*'     the rest goes to the test runner
#
# CONFIGURATION=Debug builds without optimisation. The last line is 'N passed, N failed[, N skipped]', summed over all projects;
# a build that fails and a project that crashes or hangs count as one failure each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

filter=""
if [[ $# -gt 0 && $1 != -* ]]; then filter=$1; shift; fi
configuration=${CONFIGURATION:-Release}
results=artifacts/test-results
passed=0 failed=0 skipped=0 notes=()
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1

# The last line is printed whatever happens, and success is said only when something passed and nothing failed.
finish() {
    local code=$?
    if ((code == 0 && passed + failed + skipped == 0)); then notes+=("No test ran."); code=1; fi
    if ((code != 0 && failed == 0)); then failed=1; fi
    echo
    if ((${#notes[@]} > 0)); then printf '%s\n' "${notes[@]}"; fi
    if ((skipped > 0)); then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
    exit $((failed > 0))
}
trap finish EXIT
trap 'notes+=("Ended by a signal."); exit 143' INT TERM

# need COMMAND PACKAGE: a Debian package whose program the tests start.
packages=()
need() { command -v "$1" > /dev/null || packages+=("$2"); }
need mount mount            # a full disk is a small tmpfs
need chattr e2fsprogs       # a file that cannot be written, not even by root
if ((${#packages[@]} > 0)); then
    as_root=(env DEBIAN_FRONTEND=noninteractive); if ((EUID != 0)); then as_root=(sudo "${as_root[@]}"); fi
    { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"; } ||
        { notes+=("Install these packages first: ${packages[*]}"); exit 1; }
fi

if ! command -v dotnet > /dev/null; then
    notes+=("The .NET SDK $(grep -oE '"version": "[0-9.]+' global.json | cut -d'"' -f4) or later is needed: https://dot.net/download"); exit 1
fi

dotnet restore Actors.sln --verbosity quiet || { notes+=("Restore failed."); exit 1; }
dotnet build Actors.sln --configuration "$configuration" --no-restore --verbosity quiet ||
    { notes+=("Build failed."); exit 1; }

failures() {
    grep -oE '<UnitTestResult [^>]*outcome="Failed"' "$1" | grep -oP 'testName="\K[^"]*' |
        sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

count() { grep -oE "<Counters [^>]*" "$2" | grep -oE " $1=\"[0-9]+" | cut -d'"' -f2; }

rm -rf "$results"
for project in tests/*"$filter"*/*.csproj; do
    name=$(basename "$project" .csproj)
    [[ -f $project ]] || continue
    if [[ -z $(find "tests/$name" -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*' -print -quit) ]]; then
        notes+=("$name: no tests written yet"); continue
    fi

    echo; echo "== $name"
    code=0
    # A test that waits for ever cannot end itself, so this ends it; the last lines then name it as long-running.
    timeout --kill-after=20s 10m \
        dotnet test --project "$project" --configuration "$configuration" --no-build --no-progress --no-ansi \
        --results-directory "$PWD/$results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" "$@" || code=$?

    report=$results/$name.trx project_failed=0
    if [[ -f $report ]]; then
        project_failed=$(count failed "$report")
        passed=$((passed + $(count passed "$report"))) failed=$((failed + project_failed))
        skipped=$((skipped + $(count notExecuted "$report")))
    fi

    # Exit code 8: no test matched, which only a filter may cause. Any other is a crash, a hang or a fixture that failed.
    if ((project_failed > 0)); then
        while read -r test; do notes+=("failed: $test"); done < <(failures "$report")
    elif [[ ! -f $report ]] || ((code != 0 && !(code == 8 && $# > 0))); then
        failed=$((failed + 1)) notes+=("failed: $name ended with exit code $code, see above")
    fi
done
